//! What someone with bad intentions, or with a broken client, sends: it is answered, in words, and changes nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, market, planned};
use rounds_kernel::Role;
use rounds_store::{FromQueryResult, Query};
use rounds_testkit::{Answer, Site, Visitor, databases, sqlite};
use rounds_web::Route;
use std::collections::BTreeMap;

/// Pages and forms; operations of the API are walked by `attack_api.rs`.
fn all_routes() -> Vec<Route> {
    let mut all = rounds_web::own_routes();
    all.extend(rounds_cli::compose::routes());
    all.retain(|r| r.api.is_none());
    all
}

async fn as_role(w: &World, site: &Site, role: Role) -> Visitor {
    site.sign_in(&w.user(role).email, PASSWORD).await
}

/// `path` with `value` in all its places.
fn filled(path: &str, value: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        out = out + before + value;
        rest = after.split_once('}').map_or("", |(_, r)| r);
    }
    out + rest
}

/// A page with a code, a cause and a remedy.
fn is_problem_page(a: &Answer, what: &str) {
    let html = a.headers.get("content-type").is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    assert!(html, "{what}: {} {:?} {}", a.status, a.headers.get("content-type"), a.body);
    let parts = ["class=\"problem-code\">", "What happened", "What to do"];
    assert!(parts.iter().all(|p| a.body.contains(p)), "{what}: {} {}", a.status, a.body);
}

fn code(a: &Answer) -> &str {
    a.body.split("class=\"problem-code\">").nth(1).and_then(|r| r.split('<').next()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_none_lead_to_a_problem_page() {
    const BAD: [&str; 10] =
        ["abc", "-1", "0", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "1.5", "%00", "%FF", "1%20OR%201=1"];
    for db in databases().await {
        let w = planned(db, 20).await;
        let site = w.site().await;
        for role in [Role::Admin, Role::FieldRep] {
            let v = as_role(&w, &site, role).await;
            let token = v.token("/gallery").await;
            let places = |r: &&Route| r.path.contains('{') && role.permissions().contains(&r.permission);
            for route in all_routes().iter().filter(places) {
                for bad in BAD {
                    let path = filled(route.path, bad);
                    let a = if route.method == "GET" {
                        v.get(&path).await
                    } else {
                        v.post_with(&path, &token, &[("reason", "x"), ("active", "false")]).await
                    };
                    let what = format!("{} {} {path}", w.db.engine, route.method);
                    // Signed links answer an address only so often: this many bad ones are too many.
                    let too_many = route.link && a.status.as_u16() == 429;
                    assert!(too_many || matches!(a.status.as_u16(), 400 | 404), "{what}: {} {}", a.status, a.body);
                    is_problem_page(&a, &what);
                }
            }
            let a = v.get("/accounts/abc").await;
            assert_eq!((a.status.as_u16(), code(&a)), (400, "request.address"));
            assert!(a.body.contains("ids are whole numbers"), "{}", a.body);
            assert_eq!(code(&v.get("/accounts/-1").await), "record.not_found");
            assert_eq!(code(&v.get("/no/such/page").await), "record.not_found");
        }
    }
}

const GARBAGE: [&str; 24] = [
    "'",
    "%25",
    "_",
    "\"",
    "*",
    "NEAR(",
    "title:a",
    "a AND OR NOT b",
    "(",
    "{a b}:c",
    "^a",
    "a\"*",
    "\\",
    "~",
    "1~",
    "x~y",
    "99999999999999999999~a",
    "-name",
    "name; DROP TABLE account",
    "-",
    "²½",
    "👩‍⚕️",
    "9999999-01-01",
    "a\u{1}b",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_in_filters_sorts_cursors_and_search_is_answered() {
    const NAMES: [&str; 24] = [
        "q", "name", "sort", "after", "before", "state", "setting", "system", "role", "channel", "kind", "owner", "day", "week", "from",
        "to", "span", "show", "source", "account", "person", "rule", "family", "next",
    ];
    for db in databases().await {
        let w = planned(db, 20).await;
        let site = w.site().await;
        let v = as_role(&w, &site, Role::Admin).await;
        for route in all_routes()
            .iter()
            .filter(|r| r.method == "GET" && !r.path.contains('{') && r.path != "/health" && r.path != "/api/openapi.json")
        {
            for name in NAMES {
                // One parameter a request, all garbage in turn over the names: every name meets every kind of page.
                let at = (route.path.len() * 7 + name.len() * 5 + usize::from(name.as_bytes()[0])) % GARBAGE.len();
                for bad in [GARBAGE[at], GARBAGE[(at + 9) % GARBAGE.len()], "999999999999999999999999", "\0"] {
                    let path = format!("{}?{name}={}", route.path, encoded(bad));
                    let a = v.get(&path).await;
                    let what = format!("{} {path} ({bad:?})", w.db.engine);
                    assert!(matches!(a.status.as_u16(), 200 | 303 | 400 | 404), "{what}: {} {}", a.status, a.body);
                    if a.status.is_client_error() {
                        is_problem_page(&a, &what);
                    }
                }
            }
        }
        let a = v.get("/queue?owner=abc").await;
        assert_eq!((a.status.as_u16(), code(&a)), (400, "request.query"), "{}", a.body);
        assert_eq!(code(&v.get("/search?q=a%00b").await), "form.binary");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_and_filters_take_operators_for_text() {
    for db in databases().await {
        let w = market(db, 40).await;
        let site = w.site().await;
        let v = as_role(&w, &site, Role::Operations).await;
        let name = w.runner.db.text("SELECT name FROM account ORDER BY id LIMIT 1", vec![]).await.unwrap().unwrap();
        let words = encoded(&name);
        assert!(v.get(&format!("/search?q={words}")).await.body.contains("href=\"/accounts/"), "{}: {name} is found", w.db.engine);
        let all = v.get("/accounts").await.body.matches("href=\"/accounts/").count();
        assert!(all > 0);
        for bad in GARBAGE {
            let a = v.get(&format!("/search?q={}", encoded(bad))).await;
            assert_eq!(a.status, 200, "{}: {bad}: {}", w.db.engine, a.body);
            let a = v.get(&format!("/accounts?name={}", encoded(bad))).await;
            let shown = a.body.matches("href=\"/accounts/").count();
            assert!(shown < all || bad == "-", "{}: {bad} filters: {shown} of {all}", w.db.engine);
            for cursor in ["after", "before"] {
                let a = v.get(&format!("/accounts?{cursor}={}", encoded(bad))).await;
                assert_eq!(a.status, 200, "{}: {cursor} {bad}: {}", w.db.engine, a.body);
            }
        }
        for wildcard in ["%", "_", "%25%25"] {
            let a = v.get(&format!("/people?name={}", encoded(wildcard))).await;
            assert!(!a.body.contains("href=\"/people/"), "{}: {wildcard} stands for itself", w.db.engine);
        }
        assert!(w.count("SELECT COUNT(*) FROM account").await > 0, "the table is still there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_are_refused_in_words_and_change_nothing() {
    let w = planned(sqlite(), 20).await;
    let site = w.site().await;
    let v = as_role(&w, &site, Role::Admin).await;
    let before = contents(&w).await;
    for route in all_routes() {
        let path = filled(route.path, "1");
        let wrong: &[&str] = if route.method == "GET" { &["PUT", "DELETE", "PATCH"] } else { &["GET", "HEAD", "PUT", "DELETE"] };
        if all_routes().iter().any(|r| r.path == route.path && r.method != route.method) {
            continue; // the door takes both
        }
        if route.path.starts_with("/api/") {
            continue; // programs get problem documents: tests/api.rs
        }
        for method in wrong {
            let a = v.send(method, &path, &[]).await;
            let what = format!("{method} {path}");
            assert_eq!(a.status, 405, "{what}: {}", a.body);
            assert!(a.headers.contains_key("allow"), "{what}: {:?}", a.headers);
            if *method != "HEAD" {
                is_problem_page(&a, &what);
                assert_eq!(code(&a), "request.method");
            }
        }
    }
    let a = v.send("GET", "/actions/1/accept", &[("accept", "application/json")]).await;
    assert_eq!(a.status, 405);
    assert!(a.body.contains("\"code\":\"request.method\""), "{}", a.body);
    assert_eq!(contents(&w).await, before);
}

#[derive(FromQueryResult)]
struct Name {
    name: String,
}

/// What every table holds, but for sessions: how many rows and, on PostgreSQL, a hash of all of them.
async fn contents(w: &World) -> BTreeMap<String, String> {
    let sqlite = w.db.engine == "sqlite";
    let tables = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    } else {
        "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut out = BTreeMap::new();
    for Name { name } in w.runner.db.all::<Name>(tables, vec![]).await.unwrap() {
        if name == "web_session" {
            continue;
        }
        let count = w.count(&format!("SELECT COUNT(*) FROM {name}")).await;
        let hash = format!("SELECT COALESCE(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {name} t");
        let hash = if sqlite { None } else { w.runner.db.text(&hash, vec![]).await.unwrap() };
        out.insert(name, format!("{count} {hash:?}"));
    }
    assert!(out.len() > 15, "{out:?}");
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_changes_nothing() {
    for db in databases().await {
        let w = planned(db, 20).await;
        let site = w.site().await;
        let mut inside = Vec::new();
        for role in [Role::Operations, Role::RemoteRep, Role::Admin] {
            inside.push((role, as_role(&w, &site, role).await));
        }
        // Signing in is no reading: it stands in the audit log.
        let before = contents(&w).await;
        let mut seen = 0;
        for (role, v) in &inside {
            for route in all_routes().iter().filter(|r| r.method == "GET" && !r.path.starts_with("/live/")) {
                let path = filled(route.path, &id_for(&w, route.path).await);
                let got = v.get(&path).await;
                let head = v.send("HEAD", &path, &[]).await;
                let what = format!("{} {path} as {}", w.db.engine, role.label());
                assert_eq!(head.status, got.status, "HEAD {what}");
                assert!(head.body.is_empty() && got.status.as_u16() < 500, "{what}: {}", got.body);
                seen += usize::from(got.status.is_success());
            }
        }
        assert!(seen > 40, "{seen} pages were read");
        assert_eq!(contents(&w).await, before, "{}", w.db.engine);
    }
}

/// An id that exists, for the place in a path.
async fn id_for(w: &World, path: &str) -> String {
    let sql = match path.split('/').nth(1).unwrap_or_default() {
        "systems" => "SELECT MIN(id) FROM health_system",
        "accounts" => "SELECT MIN(id) FROM account",
        "people" => "SELECT MIN(id) FROM person",
        "actions" => "SELECT MIN(id) FROM plan_action",
        "plans" => "SELECT MAX(id) FROM plan",
        "coverage" => "SELECT MIN(id) FROM alignment",
        _ => return "1".into(),
    };
    w.count(sql).await.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_that_keep_it_safe() {
    let w = planned(sqlite(), 20).await;
    let site = w.site().await;
    let (v, nobody) = (as_role(&w, &site, Role::Operations).await, site.visitor());
    let answers = [
        ("a page", v.get("/accounts").await),
        ("no such page", v.get("/none").await),
        ("a wrong id", v.get("/accounts/x").await),
        ("forbidden", v.get("/users").await),
        ("a wrong method", v.send("DELETE", "/accounts", &[]).await),
        ("no token", v.post_with("/plans/make", "guessed", &[]).await),
        ("an export", v.get("/accounts.csv").await),
        ("an asset", nobody.get("/assets/app.css").await),
        ("no such asset", nobody.get("/assets/../../Cargo.toml").await),
        ("no such asset, encoded", nobody.get("/assets/..%2F..%2FCargo.toml").await),
        ("health", nobody.get("/health").await),
        ("to the door", nobody.get("/accounts").await),
        ("the door", nobody.get("/sign-in").await),
        ("not signed in", nobody.post_with("/plans/make", "guessed", &[]).await),
        ("HEAD", v.send("HEAD", "/accounts", &[]).await),
    ];
    for (what, a) in answers {
        let header = |name: &str| a.headers.get(name).and_then(|h| h.to_str().ok()).unwrap_or_default().to_owned();
        let csp = header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'") && !csp.contains("unsafe"), "{what}: {csp}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(header("x-frame-options"), "DENY", "{what}");
        assert_eq!(header("referrer-policy"), "same-origin", "{what}");
        assert!(!header("cache-control").is_empty(), "{what}");
        assert!(
            what == "an asset" || what.contains("health") || header("cache-control") == "no-store",
            "{what}: {}",
            header("cache-control")
        );
        assert!(a.status.as_u16() < 500, "{what}: {}", a.body);
        assert!(!a.body.contains("[workspace]"), "{what}");
        if a.status.is_client_error() {
            is_problem_page(&a, what);
        }
    }
}

/// The session cookie that an answer sets, as `rounds=…`.
fn cookie(a: &Answer) -> Option<String> {
    let set = a.headers.get_all("set-cookie").iter().filter_map(|c| c.to_str().ok()).find(|c| c.starts_with("rounds="))?;
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_session_is_worth_nothing_after_signing_in() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let email = w.user(Role::FieldRep).email.clone();
    let (v, attacker) = (site.visitor(), site.visitor());
    let door = v.get("/sign-in").await;
    let planted = cookie(&door).unwrap();
    let known = v.token("/sign-in").await;
    let a = v.post_with("/sign-in", &known, &[("email", &email), ("password", PASSWORD)]).await;
    assert_eq!(a.status, 303, "{}", a.body);
    let own = cookie(&a).unwrap();
    assert_ne!(own, planted, "signing in gives a new session");
    let with = |c: &str| [("cookie", c.to_owned())];
    let look = async |c: &str| attacker.send("GET", "/accounts", &with(c).each_ref().map(|(k, v)| (*k, v.as_str()))).await;
    assert!(look(&planted).await.location.is_some_and(|l| l.starts_with("/sign-in")), "the planted cookie opens nothing");
    assert_ne!(v.token("/gallery").await, known, "and the token known before is not the forms' token any more");
    assert_eq!(v.post_with("/sign-out", &known, &[]).await.status, 403);
    assert_eq!(look(&own).await.status, 200);
    assert_eq!(v.post("/sign-out", "/gallery", &[]).await.status, 303);
    assert!(look(&own).await.location.is_some_and(|l| l.starts_with("/sign-in")), "signing out ends the session itself");
    for forged in ["rounds=", "rounds=AAAAAAAAAAAAAAAAAAAAAA", "rounds=%00", "rounds=\"; DROP"] {
        let a = look(forged).await;
        assert_eq!(a.status, 303, "{forged}: {}", a.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_leads_nowhere_else() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let email = w.user(Role::FieldRep).email.clone();
    let away = [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\u{1}",
        "/\u{7f}",
        "/a\\..\\b",
        "\t//evil.example",
    ];
    for next in away {
        let v = site.visitor();
        let a = v.post("/sign-in", "/sign-in", &[("email", &email), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!((a.status.as_u16(), a.location.as_deref()), (303, Some("/")), "{next:?}: {}", a.body);
        let again = v.get(&format!("/sign-in?next={}", encoded(next))).await;
        assert_eq!((again.status.as_u16(), again.location.as_deref()), (303, Some("/")), "{next:?}, signed in");
    }
    let v = site.visitor();
    let a = v.post("/sign-in", "/sign-in", &[("email", &email), ("password", PASSWORD), ("next", "/accounts?sort=-name&name=a b")]).await;
    assert_eq!(a.location.as_deref(), Some("/accounts?sort=-name&name=a b"), "an address of ours is kept");
    let v = site.visitor();
    for (fields, status) in [
        (vec![("email", "a\0b"), ("password", "x")], 400),
        (vec![("email", "x")], 400),
        (vec![], 400),
        (vec![("email", "'"), ("password", "' OR 1=1 --")], 401),
    ] {
        let a = v.post("/sign-in", "/sign-in", &fields).await;
        assert_eq!(a.status.as_u16(), status, "{fields:?}: {}", a.body);
        assert!(!a.body.contains("name=\"csrf\" value=\"\""), "the door still has its token");
    }
}
