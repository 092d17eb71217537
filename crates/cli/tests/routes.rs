//! Every route with every role, on both engines: who may not, is told so; who may, gets an answer; nobody sees others' rows.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, planned};
use rounds_kernel::{Permission, Role};
use rounds_store::args;
use rounds_store::{FromQueryResult, Query};
use rounds_testkit::{Site, Visitor, databases};
use rounds_web::Route;

/// Pages and forms; operations of the API are walked by `attack_api.rs`.
fn all_routes() -> Vec<Route> {
    let mut all = rounds_web::own_routes();
    all.extend(rounds_cli::compose::routes());
    all.retain(|r| r.api.is_none());
    all
}

/// Puts ids that exist into a path's places.
async fn filled(w: &World, path: &str) -> String {
    let id = |sql: &'static str| async move { w.count(sql).await.to_string() };
    let value = match path {
        p if p.starts_with("/systems/") => id("SELECT MIN(id) FROM health_system").await,
        p if p.starts_with("/accounts/") => id("SELECT MIN(id) FROM account").await,
        p if p.starts_with("/people/") => id("SELECT MIN(id) FROM person").await,
        p if p.starts_with("/actions/") => id("SELECT MIN(id) FROM plan_action").await,
        p if p.starts_with("/plans/") => id("SELECT MAX(id) FROM plan").await,
        p if p.starts_with("/leads/") => id("SELECT MIN(id) FROM lead").await,
        p if p.starts_with("/coverage/") => id("SELECT MIN(id) FROM alignment").await,
        // Not the administrator, who would sign themself out.
        p if p.starts_with("/users/") => id("SELECT MAX(id) FROM app_user WHERE role <> 'admin'").await,
        p if p.starts_with("/country-rules/") => "DE".into(),
        p if p.starts_with("/live/") => "queue.1".into(),
        p if p.starts_with("/assets/") => "app.css".into(),
        _ => "1".into(),
    };
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        out.push_str(&value);
        rest = rest[at..].split_once('}').map_or("", |(_, r)| r);
    }
    out + rest
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_with_every_role() {
    for db in databases().await {
        let w = planned(db, 40).await;
        let site = w.site().await;
        nobody(&w, &site).await;
        for role in Role::ALL {
            let v = site.sign_in(&w.user(*role).email, PASSWORD).await;
            let token = v.token("/gallery").await;
            for route in all_routes() {
                if route.path.starts_with("/live/") && role.permissions().contains(&Permission::Administer) {
                    continue; // an open stream has no end to wait for
                }
                one(&w, &v, *role, &route, &token).await;
            }
        }
    }
}

async fn one(w: &World, v: &Visitor, role: Role, route: &Route, token: &str) {
    if route.path == "/sign-out" {
        return;
    }
    let path = filled(w, route.path).await;
    let may = route.permission == Permission::Open || role.permissions().contains(&route.permission);
    let what = format!("{} {} {path} as {}", w.db.engine, route.method, role.label());
    if route.method == "GET" && path.starts_with("/live/") {
        return;
    }
    let a = match route.method {
        "GET" => v.get(&path).await,
        _ => v.post_with(&path, token, &[]).await,
    };
    if may {
        assert!(
            !matches!(a.status.as_u16(), 401 | 403 | 405) && a.status.as_u16() < 500 || a.body.contains("engage.not_yours"),
            "{what}: {} {}",
            a.status,
            a.body
        );
    } else {
        assert_eq!(a.status, 403, "{what} must be refused");
        assert!(a.body.contains("access.forbidden"), "{what}: {}", a.body);
    }
    assert!(a.headers.contains_key("content-security-policy"), "{what}");
}

async fn nobody(w: &World, site: &Site) {
    let v = site.visitor();
    for route in all_routes() {
        let path = filled(w, route.path).await;
        let a = match route.method {
            "GET" => v.get(&path).await,
            _ => v.post_with(&path, "guessed", &[]).await,
        };
        let what = format!("{} {path} by nobody: {}", route.method, a.status);
        if route.link {
            // A guessed token opens nothing, and guessing is slow.
            assert!(matches!(a.status.as_u16(), 400 | 429), "{what}");
            continue;
        }
        if route.permission == Permission::Open && route.path.contains("{token}") {
            assert!(matches!(a.status.as_u16(), 400 | 403), "{what}");
            continue;
        }
        match (route.permission, route.method) {
            (Permission::Open, "GET") => assert!(a.status.is_success() || a.status.is_redirection(), "{what}"),
            (_, "GET") => assert_eq!(a.location.as_deref().map(|l| l.starts_with("/sign-in")), Some(true), "{what}"),
            (Permission::Open, _) => assert_eq!(a.status, 403, "{what}"),
            _ => assert_eq!(a.status, 401, "{what}"),
        }
    }
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_outside_the_scope_are_not_found() {
    for db in databases().await {
        let w = planned(db, 40).await;
        let site = w.site().await;
        let rep = w.user(Role::FieldRep);
        let v = site.sign_in(&rep.email, PASSWORD).await;
        let out = "SELECT MIN(a.id) AS id FROM account a WHERE a.id NOT IN (SELECT account_id FROM account_scope WHERE user_id = $1)";
        let account = w.runner.db.one::<Id>(out, args![rep.id]).await.unwrap().unwrap().id;
        let person = w.count(&format!("SELECT MIN(child_id) FROM affiliation WHERE child_kind = 'person' AND parent_id = {account}")).await;
        for path in [format!("/accounts/{account}"), format!("/people/{person}"), format!("/people/{person}/why")] {
            let a = v.get(&path).await;
            assert_eq!(a.status, 404, "{}: {path} is outside the scope of {}", w.db.engine, rep.name);
            assert!(a.body.contains("record.not_found"), "{}", a.body);
        }
        let inside = w.count(&format!("SELECT MIN(account_id) FROM account_scope WHERE user_id = {}", rep.id)).await;
        assert_eq!(v.get(&format!("/accounts/{inside}")).await.status, 200);
        let a = v
            .post(&format!("/people/{person}/permission"), "/queue", &[("channel", "phone"), ("state", "denied"), ("basis", "asked")])
            .await;
        assert!(a.status == 404 || a.status == 400, "{} {}", a.status, a.body);
        let denied = w.count(&format!("SELECT COUNT(*) FROM permission WHERE person_id = {person} AND source = 'rounds'")).await;
        assert_eq!(denied, 0, "nothing was written outside the scope");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_need_the_token_of_their_session() {
    let w = planned(rounds_testkit::sqlite(), 40).await;
    let site = w.site().await;
    let (one, two) = (w.user(Role::FieldRep).email.clone(), w.user(Role::RemoteRep).email.clone());
    let (a, b) = (site.sign_in(&one, PASSWORD).await, site.sign_in(&two, PASSWORD).await);
    let stolen = b.token("/queue").await;
    let refused = a.post_with("/actions/1/accept", &stolen, &[]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("form.stale"), "{}", refused.body);
    let huge = a.post_raw("/sign-out", "application/x-www-form-urlencoded", vec![b'a'; 2 << 20]).await;
    assert_eq!(huge.status, 400);
    assert!(huge.body.contains("form.too_large"), "{}", huge.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_is_limited_and_tells_nothing() {
    let w = planned(rounds_testkit::sqlite(), 40).await;
    let directory = std::sync::Arc::new(rounds_platform::users::StoredDirectory::new(w.runner.db.clone(), None));
    let config = rounds_web::WebConfig { sign_ins_per_minute: 3, ..Default::default() };
    let site = Site::serve(rounds_web::build(w.runner.clone(), directory, rounds_cli::compose::routes(), config)).await;
    let v = site.visitor();
    let email = w.user(Role::Admin).email.clone();
    let known = v.post("/sign-in", "/sign-in", &[("email", &email), ("password", "x")]).await;
    let unknown = v.post("/sign-in", "/sign-in", &[("email", "nobody@demo.example"), ("password", "x")]).await;
    assert_eq!((known.status.as_u16(), unknown.status.as_u16()), (401, 401), "without demo mode no demo user gets in");
    let words = |b: &str| b.contains("E-mail and password do not match");
    assert!(words(&known.body) && words(&unknown.body));
    let mut last = 0;
    for _ in 0..4 {
        last = v.post("/sign-in", "/sign-in", &[("email", &email), ("password", "x")]).await.status.as_u16();
    }
    assert_eq!(last, 429, "a fifth attempt within the minute is turned away");
}
