//! The database goes away and comes back, the disk fills up: people are told, nothing is damaged, all recovers by itself.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, market};
use rounds_kernel::{Clock, FixedClock, Role};
use rounds_store::{Keys, Query, Runner};
use rounds_testkit::{Site, databases, sqlite};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// Stands between the product and its server, and can cut the line.
struct Line {
    port: u16,
    up: Arc<AtomicBool>,
    open: Arc<AtomicUsize>,
}

impl Line {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, up) = (listener.local_addr().unwrap().port(), Arc::new(AtomicBool::new(true)));
        let open = Arc::new(AtomicUsize::new(0));
        let line = Self { port, up: up.clone(), open: open.clone() };
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (server, up, open) = (server.clone(), up.clone(), open.clone());
                open.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let cut = async {
                        while up.load(Ordering::SeqCst) {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    };
                    let carry = async {
                        let mut far = TcpStream::connect(server).await?;
                        copy_bidirectional(&mut near, &mut far).await
                    };
                    tokio::select! { biased; () = cut => {}, _ = carry => {} }
                    drop(near);
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        line
    }

    /// Cuts it, and waits until nothing passes any more.
    async fn cut(&self) {
        self.up.store(false, Ordering::SeqCst);
        while self.open.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn mend(&self) {
        self.up.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_is_told_and_comes_back() {
    for db in databases().await.into_iter().filter(|d| d.engine == "postgres") {
        let url = db.url.clone();
        let w = market(db, 20).await;
        let (before, rest) = url.split_once('@').unwrap();
        let (server, path) = rest.split_once('/').unwrap();
        let line = Line::to(server.to_owned()).await;
        let through = format!("{before}@127.0.0.1:{}/{path}", line.port);
        let clock = Arc::new(FixedClock::at(w.runner.now())) as Arc<dyn Clock>;
        let runner = Runner::new(rounds_store::Db::open(&through).await.unwrap(), clock).with_keys(Keys::random().unwrap());
        let directory = Arc::new(rounds_platform::users::StoredDirectory::new(runner.db.clone(), Some(PASSWORD.into())));
        let site = Site::serve(rounds_web::build(runner, directory, rounds_cli::compose::routes(), Default::default())).await;
        let v = site.sign_in(&w.user(Role::Operations).email, PASSWORD).await;
        assert_eq!((v.get("/accounts").await.status.as_u16(), v.get("/healthz").await.status.as_u16()), (200, 200));
        line.cut().await;
        let health = v.get("/healthz").await;
        assert_eq!(health.status, 503, "{}", health.body);
        let page = v.get("/accounts").await;
        assert_eq!(page.status, 503, "{}", page.body);
        assert!(page.headers.contains_key("retry-after") && page.body.contains("store."), "{}", page.body);
        line.mend();
        let mut status = 0;
        for _ in 0..50 {
            status = v.get("/accounts").await.status.as_u16();
            if status == 200 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_eq!((status, v.get("/healthz").await.status.as_u16()), (200, 200), "it recovers by itself, and the session is still good");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_started_anew_is_noticed_by_nobody() {
    for db in databases().await.into_iter().filter(|d| d.engine == "postgres") {
        let url = db.url.clone();
        let w = market(db, 20).await;
        let other = rounds_store::Db::open(&url).await.unwrap();
        let site = w.site().await;
        let v = site.sign_in(&w.user(Role::Admin).email, PASSWORD).await;
        let token = v.token("/users").await;
        for round in 0..3 {
            // All connections of the product are used at once, then all are cut between one page and the next.
            futures::future::join_all((0..30).map(|_| v.get("/accounts"))).await;
            let cut = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
            assert!(other.number(cut, vec![]).await.unwrap() > 3);
            let email = format!("new{round}@demo.example");
            let fields = [("name", "New"), ("email", email.as_str()), ("role", "field_rep"), ("zone", "UTC"), ("hours", "1")];
            let written = v.post_with("/users/create", &token, &fields).await;
            assert!(written.status.is_redirection(), "{}", written.body);
            assert_eq!(v.get("/accounts").await.status, 200);
            assert_eq!(w.count("SELECT COUNT(*) FROM app_user WHERE name = 'New'").await, round + 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_damages_nothing() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let v = site.sign_in(&w.user(Role::Admin).email, PASSWORD).await;
    let token = v.token("/users").await;
    let users = w.count("SELECT COUNT(*) FROM app_user").await;
    let pages = w.count("PRAGMA page_count").await;
    // SQLite answers as on a full disk when the file may not grow.
    w.runner.db.housekeep(&format!("PRAGMA max_page_count = {pages}"), vec![]).await.unwrap();
    let mut refused = None;
    for i in 0..400 {
        let (email, name) = (format!("new{i}@demo.example"), "A name that takes some room ".repeat(7));
        let fields = [("name", name.as_str()), ("email", &email), ("role", "field_rep"), ("zone", "UTC"), ("hours", "1")];
        let a = v.post_with("/users/create", &token, &fields).await;
        if !a.status.is_redirection() {
            refused = Some(a);
            break;
        }
    }
    let a = refused.expect("the file is full at some time");
    assert_eq!(a.status, 503, "{}", a.body);
    assert!(a.body.contains("disk") && a.headers.contains_key("retry-after"), "{}", a.body);
    assert_eq!(v.get("/users").await.status, 200, "reading goes on");
    let audited = w.count("SELECT COUNT(*) FROM audit WHERE command = 'platform.create_user'").await;
    w.runner.db.housekeep("PRAGMA max_page_count = 1000000", vec![]).await.unwrap();
    let fields = [("name", "After"), ("email", "after@demo.example"), ("role", "field_rep"), ("zone", "UTC"), ("hours", "1")];
    assert!(v.post_with("/users/create", &token, &fields).await.status.is_redirection(), "it goes on once there is room");
    assert_eq!(w.runner.db.text("PRAGMA integrity_check", vec![]).await.unwrap().as_deref(), Some("ok"));
    let after = w.count("SELECT COUNT(*) FROM app_user").await;
    assert_eq!(w.count("SELECT COUNT(*) FROM audit WHERE command = 'platform.create_user'").await, audited + 1);
    assert!(after > users);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_metrics_and_request_ids() {
    for db in databases().await {
        let w = market(db, 20).await;
        let site = w.site().await;
        let v = site.visitor();
        let a = v.get("/healthz").await;
        assert!(a.status == 200 && a.body.contains("\"database\":\"ok\"") && a.body.contains(w.db.engine), "{}", a.body);
        assert!(a.headers.get("set-cookie").is_none(), "a probe gets no session");
        let lost = v.get("/accounts/x").await;
        let id = lost.headers.get("x-request-id").unwrap().to_str().unwrap().to_owned();
        assert_eq!(id.len(), 12);
        v.get("/sign-in").await;
        let m = v.get("/metrics").await;
        assert_eq!(m.status, 200, "from this computer: {}", m.body);
        for line in [
            "rounds_requests_total{",
            "route=\"/sign-in\"",
            "rounds_request_seconds_bucket{",
            "rounds_jobs{state=",
            "rounds_database_bytes ",
        ] {
            assert!(m.body.contains(line), "{}: {line} is missing:\n{}", w.db.engine, m.body);
        }
        let bare = m.body.lines().filter(|l| !l.starts_with('#') && !l.is_empty());
        assert!(bare.clone().all(|l| l.rsplit_once(' ').is_some_and(|(_, n)| n.parse::<f64>().is_ok())), "each line ends with a number");
        let far = v.send("GET", "/metrics", &[("x-forwarded-for", "192.0.2.1")]).await;
        assert_eq!(far.status, 404, "what came through a proxy is not from here");
    }
}
