//! A running site and people who visit it.

use axum::Router;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use std::net::SocketAddr;

/// A site on a free port of this computer.
pub struct Site {
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Site {
    /// Serves `router` until dropped.
    pub async fn serve(router: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("the listener has an address"));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let task = tokio::spawn(async move {
            axum::serve(listener, service).await.expect("the site serves");
        });
        Self { base, task }
    }

    /// Someone who is not signed in.
    pub fn visitor(&self) -> Visitor {
        // The second visitor finds it installed; reqwest wants to be told which cryptography it uses, even for plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).build().expect("a client");
        Visitor { base: self.base.clone(), client }
    }

    /// Someone signed in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Visitor {
        let v = self.visitor();
        let a = v.post("/sign-in", "/sign-in", &[("email", email), ("password", password), ("next", "/")]).await;
        assert!(a.status.is_redirection(), "{email} could not sign in: {} {}", a.status, a.body);
        v
    }
}

/// Somebody with a browser's cookies.
pub struct Visitor {
    base: String,
    client: Client,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// Body.
    pub body: String,
}

async fn read(r: Response) -> Answer {
    let (status, headers) = (r.status(), r.headers().clone());
    let location = headers.get("location").and_then(|l| l.to_str().ok()).map(str::to_owned);
    Answer { status, location, headers, body: r.text().await.expect("a body of text") }
}

impl Visitor {
    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        read(self.client.get(format!("{}{path}", self.base)).send().await.expect("the site answers")).await
    }

    /// The CSRF token that the forms of `page` carry.
    pub async fn token(&self, page: &str) -> String {
        let body = self.get(page).await.body;
        let at = body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        at.unwrap_or_else(|| panic!("{page} has no form with a token:\n{body}")).to_owned()
    }

    /// Sends a form from `page` (whose token it takes) to `path`.
    pub async fn post(&self, path: &str, page: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token(page).await;
        self.post_with(path, &token, fields).await
    }

    /// Sends a form with a given token.
    pub async fn post_with(&self, path: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form: Vec<(&str, &str)> = fields.to_vec();
        form.push(("csrf", token));
        read(self.client.post(format!("{}{path}", self.base)).form(&form).send().await.expect("the site answers")).await
    }

    /// Sends a request of any method with the headers given.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = headers.iter().fold(request, |r, (name, value)| r.header(*name, *value));
        read(request.send().await.expect("the site answers")).await
    }

    /// Sends a body with the headers given.
    pub async fn send_body(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self.client.request(method, format!("{}{path}", self.base)).body(body);
        let request = headers.iter().fold(request, |r, (name, value)| r.header(*name, *value));
        read(request.send().await.expect("the site answers")).await
    }

    /// Sends JSON with the headers given.
    pub async fn send_json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send_body(method, path, &headers, body).await
    }

    /// Uploads one file by the form whose token is `token`.
    pub async fn upload(&self, path: &str, token: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
        const EDGE: &str = "edge-of-a-part";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        if let Some((name, bytes)) = file {
            let head = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
            body.extend(head.into_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{EDGE}--\r\n").into_bytes());
        self.post_raw(&format!("{path}?csrf={token}"), &format!("multipart/form-data; boundary={EDGE}"), body).await
    }

    /// Sends a body as it is.
    pub async fn post_raw(&self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let request = self.client.post(format!("{}{path}", self.base)).header("content-type", content_type).body(body);
        read(request.send().await.expect("the site answers")).await
    }
}
