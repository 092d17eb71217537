//! What a scanner looks at: cookies, headers, methods, other origins, split headers, and whether the door tells who has an account.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, market, planned};
use rounds_kernel::{Actor, Role};
use rounds_platform::users::{SetPassword, StoredDirectory};
use rounds_testkit::{Answer, Site, sqlite};
use rounds_web::WebConfig;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// As people reach it from outside: without demo passwords, and over HTTPS, which a proxy ends, or not.
async fn public(w: &World, https: bool) -> Site {
    let directory = Arc::new(StoredDirectory::new(w.runner.db.clone(), None));
    let many = WebConfig { requests_per_second: 10_000, sign_ins_per_minute: 10_000, ..WebConfig::default() };
    let config = WebConfig { https, behind_proxy: https, ..many };
    Site::serve(rounds_web::build(w.runner.clone(), directory, rounds_cli::compose::routes(), config)).await
}

fn header<'a>(a: &'a Answer, name: &str) -> &'a str {
    a.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_and_headers_are_those_of_a_site_over_https() {
    let w = market(sqlite(), 20).await;
    let site = public(&w, true).await;
    let v = site.visitor();
    for path in ["/sign-in", "/forgot", "/accounts", "/none", "/healthz", "/api/openapi.json", "/api/v1/accounts", "/assets/app.css"] {
        let a = v.get(path).await;
        assert!(header(&a, "strict-transport-security").starts_with("max-age=31536000"), "{path}");
        for (name, value) in &a.headers {
            let told = value.to_str().unwrap_or_default().to_lowercase();
            assert!(!matches!(name.as_str(), "server" | "x-powered-by" | "via"), "{path} says what it runs on: {name}");
            assert!(!told.contains("axum") && !told.contains("hyper"), "{path}: {name}: {told}");
        }
        for cookie in a.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let parts: Vec<&str> = cookie.split(';').map(str::trim).collect();
            for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(parts.contains(&part), "{path}: {cookie}");
            }
            assert!(!cookie.contains("Domain="), "{path}: a cookie of this host alone: {cookie}");
        }
    }
    assert!(v.get("/sign-in").await.headers.contains_key("content-security-policy"));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_origins_and_odd_methods_get_nothing() {
    let w = planned(sqlite(), 20).await;
    let site = w.site().await;
    let v = site.sign_in(&w.user(Role::Admin).email, PASSWORD).await;
    let evil = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
    for path in ["/accounts", "/accounts.csv", "/api/v1/accounts", "/api/openapi.json", "/sign-in", "/live/queue.1"] {
        for method in ["OPTIONS", "TRACE", "PROPFIND"] {
            let a = v.send(method, path, &evil).await;
            assert!(a.status.is_client_error(), "{method} {path}: {}", a.status);
            assert!(!a.headers.keys().any(|k| k.as_str().starts_with("access-control-")), "{method} {path}: {:?}", a.headers);
            assert!(!a.body.contains("evil.example"), "{method} {path} sends back what it got");
        }
    }
    for path in ["/accounts", "/accounts.csv", "/api/v1/accounts"] {
        let a = v.send("GET", path, &evil).await;
        assert!(!a.headers.keys().any(|k| k.as_str().starts_with("access-control-")), "{path}: no other site reads this");
    }
    let before = w.count("SELECT COUNT(*) FROM import_file").await;
    let form = "--e\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\r\n1,2\r\n--e--\r\n";
    for path in ["/imports/upload", "/fhir/import"] {
        // What another site's form can send: multipart, with the visitor's cookie, without the token.
        let a = v.post_raw(path, "multipart/form-data; boundary=e", form.into()).await;
        assert!(matches!(a.status.as_u16(), 403 | 404), "{path}: {} {}", a.status, a.body);
        let a = v.post_raw(path, "text/plain", form.into()).await;
        assert!(matches!(a.status.as_u16(), 403 | 404), "{path}: {} {}", a.status, a.body);
    }
    assert_eq!(w.count("SELECT COUNT(*) FROM import_file").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_input_starts_a_header_of_its_own() {
    let w = planned(sqlite(), 20).await;
    let site = w.site().await;
    let email = w.user(Role::Operations).email.clone();
    let v = site.sign_in(&email, PASSWORD).await;
    const SPLIT: &str = "%0d%0aSet-Cookie:%20planted=1%0d%0a%0d%0a%3Cscript%3E";
    let paths = [
        format!("/sign-in?next=/{SPLIT}"),
        format!("/accounts?name={SPLIT}"),
        format!("/accounts.csv?name={SPLIT}"),
        format!("/accounts/{SPLIT}"),
        format!("/search?q={SPLIT}"),
        format!("/fhir/export?format={SPLIT}"),
        format!("/api/v1/accounts?after={SPLIT}"),
        format!("/assets/{SPLIT}"),
    ];
    for path in paths {
        for who in [&v, &site.visitor()] {
            let a = who.get(&path).await;
            assert!(!a.headers.get_all("set-cookie").iter().any(|c| c.as_bytes().starts_with(b"planted")), "{path}: {:?}", a.headers);
            assert!(!a.body.contains("<script>alert") && a.status.as_u16() < 500, "{path}: {}", a.status);
        }
    }
    let fields = [("email", email.as_str()), ("password", PASSWORD), ("next", "/a\r\nSet-Cookie: planted=1")];
    let a = site.visitor().post("/sign-in", "/sign-in", &fields).await;
    assert_eq!(a.location.as_deref(), Some("/"), "a line's end is no address of ours");
}

/// How long the door takes to refuse, the middle of several tries.
async fn refusal(site: &Site, email: &str) -> Duration {
    let v = site.visitor();
    let token = v.token("/sign-in").await;
    let mut all = Vec::new();
    for _ in 0..4 {
        #[allow(clippy::disallowed_methods, reason = "the time an answer really takes")]
        let begun = Instant::now();
        let a = v.post_with("/sign-in", &token, &[("email", email), ("password", "a wrong password")]).await;
        assert_eq!(a.status, 401, "{email}: {}", a.body);
        all.push(begun.elapsed());
    }
    all.sort_unstable();
    all[1]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_tells_nobody_who_has_an_account() {
    let w = market(sqlite(), 20).await;
    let user = w.user(Role::FieldRep);
    SetPassword::give(&w.runner, &Actor::program("test"), &user.email, "four long words here".into()).await.unwrap();
    let site = public(&w, false).await;
    let (known, unknown) = (refusal(&site, &user.email).await, refusal(&site, "nobody@demo.example").await);
    // Without a hash of its own for unknown names the second would take a hundredth of the first.
    assert!(unknown * 4 > known && known * 4 > unknown, "known {known:?}, unknown {unknown:?}");
    let page = |a: &Answer| a.body.split("<main").nth(1).unwrap_or_default().split("</main>").next().unwrap_or_default().to_owned();
    let mut answers = Vec::new();
    for email in [user.email.as_str(), "nobody@demo.example"] {
        let v = site.visitor();
        #[allow(clippy::disallowed_methods, reason = "the time an answer really takes")]
        let begun = Instant::now();
        let a = v.post("/forgot", "/forgot", &[("email", email)]).await;
        answers.push((a.status, page(&a), a.headers.keys().map(|k| k.to_string()).collect::<Vec<_>>()));
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(answers[0], answers[1], "the same answer for both");
}
