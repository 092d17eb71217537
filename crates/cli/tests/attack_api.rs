//! The API under attack: walks built from the declarations, so that a new operation is covered by itself.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, market, planned};
use rounds_kernel::{Permission, Role};
use rounds_store::{FromQueryResult, Query, args};
use rounds_testkit::{Answer, Site, Visitor, databases, sqlite};
use rounds_web::api::{Declared, Verb};
use serde_json::{Value, json};
use std::sync::Arc;

fn operations() -> Vec<Arc<Declared>> {
    let mut all = rounds_web::own_routes();
    all.extend(rounds_cli::compose::routes());
    all.into_iter().filter_map(|r| r.api).collect()
}

fn filled(path: &str, value: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        out = out + before + value;
        rest = after.split_once('}').map_or("", |(_, r)| r);
    }
    out + rest
}

/// A program with a key.
struct Program<'a> {
    v: Visitor,
    key: String,
    w: &'a World,
}

impl<'a> Program<'a> {
    async fn new(w: &'a World, site: &Site, role: Role, permissions: &[Permission]) -> Self {
        let key = w.key(w.user(role), permissions).await;
        Self { v: site.visitor(), key, w }
    }

    async fn of_role(w: &'a World, site: &Site, role: Role) -> Self {
        Self::new(w, site, role, role.permissions()).await
    }

    async fn get(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        self.v.send("GET", path, &[("authorization", &bearer)]).await
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        self.v.send_json(method, path, &[("authorization", &bearer)], body.to_string().into_bytes()).await
    }

    /// Calls an operation with ids of `id` and an empty input.
    async fn call(&self, d: &Declared, id: &str) -> Answer {
        let path = filled(d.path, id);
        if d.verb == Verb::Get { self.get(&path).await } else { self.send(d.verb.name(), &path, &json!({})).await }
    }
}

fn code(a: &Answer) -> String {
    let body: Value = serde_json::from_str(&a.body).unwrap_or_default();
    body["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_with_every_role_and_with_nobody() {
    for db in databases().await {
        let w = planned(db, 30).await;
        let site = w.site().await;
        let nobody = site.visitor();
        for d in operations() {
            let a = nobody.send_json(d.verb.name(), &filled(d.path, "1"), &[], b"{}".to_vec()).await;
            assert_eq!((a.status.as_u16(), code(&a).as_str()), (401, "access.sign_in"), "{} {}", d.verb.name(), d.path);
        }
        for role in Role::ALL {
            let Some(_) = w.users.iter().find(|u| u.role() == *role) else { continue };
            let program = Program::of_role(&w, &site, *role).await;
            let reader = Program::new(&w, &site, *role, &[Permission::ReadRecord]).await;
            // Changes come last: they may end what others read.
            for d in operations().iter().filter(|d| d.verb != Verb::Delete) {
                let what = format!("{} {} {} as {}", w.db.engine, d.verb.name(), d.path, role.label());
                let a = program.call(d, "1").await;
                if role.permissions().contains(&d.permission) {
                    assert!(!matches!(a.status.as_u16(), 401 | 405) && a.status.as_u16() < 500, "{what}: {} {}", a.status, a.body);
                    assert!(a.status != 403 || code(&a).starts_with("engage."), "{what}: {}", a.body);
                } else {
                    assert_eq!((a.status.as_u16(), code(&a).as_str()), (403, "access.forbidden"), "{what}: {}", a.body);
                }
                let a = reader.call(d, "1").await;
                let may = d.permission == Permission::ReadRecord;
                assert_eq!(a.status == 403, !may, "{what} with a key that only reads: {} {}", a.status, a.body);
            }
        }
    }
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

/// Ids of every kind that lie outside the user's scope, by the first word of a path.
async fn outside(w: &World, user: i64) -> Vec<(&'static str, i64)> {
    let seen = format!("SELECT account_id FROM account_scope WHERE user_id = {user}");
    let works = |within: &str| {
        format!(
            "SELECT child_id FROM affiliation WHERE child_kind = 'person' AND parent_kind = 'account' AND valid_to IS NULL AND parent_id {within} ({seen})"
        )
    };
    let queries = [
        ("accounts", format!("SELECT MIN(id) AS id FROM account WHERE id NOT IN ({seen})")),
        ("people", format!("SELECT MIN(id) AS id FROM person WHERE id IN ({}) AND id NOT IN ({})", works("NOT IN"), works("IN"))),
        (
            "systems",
            format!(
                "SELECT MIN(parent_id) AS id FROM affiliation WHERE child_kind = 'account' AND parent_kind = 'system' AND valid_to IS NULL AND parent_id NOT IN \
                 (SELECT parent_id FROM affiliation WHERE child_kind = 'account' AND parent_kind = 'system' AND valid_to IS NULL AND child_id IN ({seen}))"
            ),
        ),
        ("devices", format!("SELECT MIN(id) AS id FROM device WHERE account_id NOT IN ({seen})")),
        (
            "contracts",
            format!(
                "SELECT MIN(id) AS id FROM contract WHERE id NOT IN (SELECT contract_id FROM contract_facility WHERE account_id IN ({seen}))"
            ),
        ),
        ("leads", format!("SELECT MIN(id) AS id FROM lead WHERE account_id NOT IN ({seen})")),
        ("actions", format!("SELECT MIN(id) AS id FROM plan_action WHERE owner_id <> {user}")),
        ("queue", format!("SELECT MIN(id) AS id FROM app_user WHERE id <> {user}")),
    ];
    let mut out = Vec::new();
    for (name, sql) in queries {
        let id = w.runner.db.number(&sql, vec![]).await.unwrap();
        if id > 0 {
            out.push((name, id));
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn other_peoples_ids_lead_nowhere() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let site = w.site().await;
        let rep = w.user(Role::FieldRep);
        let program = Program::of_role(&w, &site, Role::FieldRep).await;
        let v = site.sign_in(&rep.email, PASSWORD).await;
        let token = v.token("/gallery").await;
        let ids = outside(&w, rep.id).await;
        assert!(ids.len() >= 4, "{}: {ids:?}", w.db.engine);
        let facts = w.count("SELECT COUNT(*) FROM fact").await;
        let mut tried = 0;
        for (kind, id) in &ids {
            let starts = |path: &str, prefix: &str| path.strip_prefix(prefix).is_some_and(|r| r.starts_with(&format!("{kind}/{{")));
            for d in operations().iter().filter(|d| starts(d.path, "/api/v1/")) {
                let a = program.call(d, &id.to_string()).await;
                let refused = matches!(a.status.as_u16(), 403 | 404) || code(&a) == "api.fields";
                assert!(refused, "{} {} {kind} {id}: {} {}", w.db.engine, d.path, a.status, a.body);
                tried += 1;
            }
            for r in rounds_cli::compose::routes().iter().filter(|r| r.api.is_none() && starts(r.path, "/")) {
                let path = filled(r.path, &id.to_string());
                let a = if r.method == "GET" { v.get(&path).await } else { v.post_with(&path, &token, &[("reason", "no_time")]).await };
                assert!(a.status.is_client_error(), "{} {path}: {} {}", w.db.engine, a.status, a.body);
                tried += 1;
            }
        }
        assert!(tried > 20, "{tried}");
        assert_eq!(w.count("SELECT COUNT(*) FROM fact").await, facts, "nothing was written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_search_stay_within_the_scope() {
    for db in databases().await {
        let w = planned(db, 60).await;
        let site = w.site().await;
        let rep = w.user(Role::FieldRep);
        let program = Program::of_role(&w, &site, Role::FieldRep).await;
        let sql = "SELECT account_id AS id FROM account_scope WHERE user_id = $1";
        let seen: Vec<i64> = w.runner.db.all::<Id>(sql, args![rep.id]).await.unwrap().into_iter().map(|i| i.id).collect();
        let (mut got, mut after) = (0, String::new());
        loop {
            let a = program.get(&format!("/api/v1/accounts?limit=50{after}")).await;
            let page: Value = serde_json::from_str(&a.body).unwrap();
            for item in page["items"].as_array().unwrap() {
                assert!(seen.contains(&item["id"].as_i64().unwrap()), "{}: {item}", w.db.engine);
                got += 1;
            }
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(got, seen.len());
        let (_, account) = outside(&w, rep.id).await[0];
        let name = w.runner.db.text("SELECT source_key FROM account WHERE id = $1", args![account]).await.unwrap().unwrap();
        for path in [
            format!("/api/v1/people?account={account}"),
            format!("/api/v1/leads?account={account}"),
            format!("/api/v1/identifiers?value={name}"),
        ] {
            let a = program.get(&path).await;
            let body: Value = serde_json::from_str(&a.body).unwrap();
            assert_eq!(body["items"].as_array().map(Vec::len), Some(0), "{path}: {}", a.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_changes_nothing_without_its_token() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let v = site.sign_in(&w.user(Role::Admin).email, PASSWORD).await;
    let other = site.sign_in(&w.user(Role::Operations).email, PASSWORD).await;
    let (own, stolen) = (v.token("/gallery").await, other.token("/gallery").await);
    let body = json!({ "email": "a@b.example", "name": "A", "role": "auditor" }).to_string().into_bytes();
    let before = w.count("SELECT COUNT(*) FROM app_user").await;
    for token in ["", "x", stolen.as_str()] {
        let a = v.send_json("POST", "/api/v1/users", &[("x-csrf-token", token)], body.clone()).await;
        assert_eq!((a.status.as_u16(), code(&a).as_str()), (403, "form.stale"), "{}", a.body);
    }
    let a = v.post_raw("/api/v1/users", "application/x-www-form-urlencoded", format!("csrf={own}").into_bytes()).await;
    assert_eq!(a.status, 403, "a form of another site cannot set the header: {}", a.body);
    let a = v.post_raw("/api/v1/users", "text/plain", body.clone()).await;
    assert_eq!(a.status, 403, "{}", a.body);
    assert_eq!(w.count("SELECT COUNT(*) FROM app_user").await, before);
    let a = v.send_json("POST", "/api/v1/users", &[("x-csrf-token", &own)], body).await;
    assert_eq!(a.status, 201, "{}", a.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_nobody_offered_are_refused() {
    let w = planned(sqlite(), 20).await;
    let site = w.site().await;
    let admin = Program::of_role(&w, &site, Role::Admin).await;
    for d in operations() {
        let path = filled(d.path, "1");
        let mut wrong =
            vec![json!({ "is_admin": true }), json!({ "id": 7, "user_id": 1, "hash": "x", "password_hash": "x", "secret": "x" })];
        wrong.extend([json!([]), json!("x"), json!(1), Value::Null]);
        for body in wrong.iter().filter(|_| d.verb.has_body() && d.upload.is_none()) {
            let a = admin.send(d.verb.name(), &path, body).await;
            assert_eq!((a.status.as_u16(), code(&a).as_str()), (400, "api.fields"), "{} {path} {body}: {}", d.verb.name(), a.body);
        }
        if !d.verb.has_body() {
            let a = admin.send(d.verb.name(), &format!("{path}?is_admin=true"), &json!({})).await;
            assert_eq!((a.status.as_u16(), code(&a).as_str()), (400, "api.fields"), "{path}: {}", a.body);
        }
    }
    let user = w.user(Role::FieldRep).id;
    let path = format!("/api/v1/users/{user}");
    let a = admin.send("PATCH", &path, &json!({ "active": true, "password_hash": "x" })).await;
    assert_eq!(a.status, 400);
    // A role is an administrator's to give.
    let a = Program::of_role(&w, &site, Role::Operations).await.send("PATCH", &path, &json!({ "role": "admin" })).await;
    assert_eq!(a.status, 403, "{}", a.body);
    assert_eq!(w.count(&format!("SELECT COUNT(*) FROM app_user WHERE id = {user} AND role = 'field_rep'")).await, 1);
}

const HOSTILE: [&str; 12] = [
    "'",
    "' OR 1=1 --",
    "'; DROP TABLE account; --",
    "\" OR \"\"=\"",
    "1) UNION SELECT password_hash FROM app_user --",
    "%",
    "_%_",
    "\\",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "a AND b NEAR c*",
    "((((((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+$",
];

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_in_every_parameter_is_text() {
    for db in databases().await {
        let w = planned(db, 20).await;
        let site = w.site().await;
        let admin = Program::of_role(&w, &site, Role::Admin).await;
        let before = w.count("SELECT COUNT(*) FROM account").await;
        for d in operations().iter().filter(|d| d.verb == Verb::Get) {
            for name in d.input()["properties"].as_object().into_iter().flatten().map(|(n, _)| n) {
                for bad in HOSTILE {
                    let value: String = bad.bytes().map(|b| format!("%{b:02X}")).collect();
                    let a = admin.get(&format!("{}?{name}={value}", filled(d.path, "1"))).await;
                    assert!(
                        matches!(a.status.as_u16(), 200 | 400 | 404),
                        "{} {} {name}={bad}: {} {}",
                        w.db.engine,
                        d.path,
                        a.status,
                        a.body
                    );
                    assert!(!a.body.contains("argon2") && !a.body.to_lowercase().contains("syntax error"), "{}", a.body);
                }
            }
        }
        assert_eq!(w.count("SELECT COUNT(*) FROM account").await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_bodies_are_answered_in_words() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let p = Program::of_role(&w, &site, Role::Admin).await;
    let bearer = format!("Bearer {}", p.key);
    let raw = async |kind: &str, body: Vec<u8>| {
        let a = p.v.send_body("POST", "/api/v1/leads", &[("authorization", &bearer), ("content-type", kind)], body).await;
        (a.status.as_u16(), code(&a))
    };
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let cases = [
        ("application/json", b"".to_vec(), 400, "api.json"),
        ("application/json", b"{".to_vec(), 400, "api.json"),
        ("application/json", b"{} {}".to_vec(), 400, "api.json"),
        ("application/json", b"\xff\xfe".to_vec(), 400, "api.json"),
        ("application/json", deep, 400, "api.json"),
        ("application/json", b"{\"account_id\":1e400}".to_vec(), 400, "api.json"),
        ("application/json", vec![b' '; 2 << 20], 413, "api.too_large"),
        ("text/plain", b"{}".to_vec(), 415, "api.media_type"),
        ("application/xml", b"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".to_vec(), 415, "api.media_type"),
        ("", b"{}".to_vec(), 415, "api.media_type"),
        ("application/json; charset=utf-8", b"{\"account_id\":\"1\"}".to_vec(), 400, "api.fields"),
        ("application/json", b"{\"account_id\":9223372036854775808,\"source\":\"phone\"}".to_vec(), 400, "api.fields"),
        ("application/json", b"{\"account_id\":1,\"source\":\"phone\",\"note\":\"a\\u0000b\"}".to_vec(), 400, "api.fields"),
        ("application/json", b"{\"account_id\":1,\"account_id\":2,\"source\":\"nowhere\"}".to_vec(), 400, "api.fields"),
    ];
    for (kind, body, status, expected) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert_eq!(raw(kind, body).await, (status, expected.to_owned()), "{kind} {shown}");
    }
    let a = p.v.send("POST", "/api/v1/keys/1", &[("authorization", &bearer), ("x-http-method-override", "DELETE")]).await;
    assert_eq!(a.status, 405, "no header changes the method: {}", a.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_at_once_is_done_once() {
    for db in databases().await {
        let w = market(db, 20).await;
        let site = w.site().await;
        let p = Arc::new(Program::of_role(&w, &site, Role::Operations).await);
        let before = p.w.count("SELECT COUNT(*) FROM lead").await;
        let bearer = format!("Bearer {}", p.key);
        let body = json!({ "account_id": 1, "source": "website", "note": "once" }).to_string().into_bytes();
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", "form-7")];
        let answers = futures::future::join_all((0..12).map(|_| p.v.send_json("POST", "/api/v1/leads", &headers, body.clone()))).await;
        let ids: Vec<String> = answers.iter().filter(|a| a.status == 201).map(|a| a.body.clone()).collect();
        assert!(!ids.is_empty() && ids.windows(2).all(|p| p[0] == p[1]), "{}: {answers:?}", w.db.engine);
        assert!(answers.iter().all(|a| matches!(a.status.as_u16(), 201 | 409)), "{}: {answers:?}", w.db.engine);
        assert_eq!(w.count("SELECT COUNT(*) FROM lead").await, before + 1, "{}", w.db.engine);
        let other = json!({ "account_id": 1, "source": "website", "note": "twice" }).to_string().into_bytes();
        let a = p.v.send_json("POST", "/api/v1/leads", &headers, other).await;
        assert_eq!((a.status.as_u16(), code(&a).as_str()), (409, "command.key_reused"), "{}", a.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_end_and_their_secrets_are_nowhere() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let admin = Program::of_role(&w, &site, Role::Admin).await;
    let make = json!({ "name": "ERP", "permissions": ["read_record"], "days": 1 });
    let a = admin.send("POST", "/api/v1/keys", &make).await;
    assert_eq!(a.status, 201, "{}", a.body);
    let made: Value = serde_json::from_str(&a.body).unwrap();
    let (id, token) = (made["id"].as_i64().unwrap(), made["token"].as_str().unwrap().to_owned());
    assert_eq!(a.headers["location"], format!("/api/v1/keys/{id}"));
    let child = Program { v: site.visitor(), key: token.clone(), w: &w };
    assert_eq!(child.get("/api/v1/accounts").await.status, 200);
    assert_eq!(child.get("/api/v1/users").await.status, 403);
    let everything = w.count(&format!("SELECT COUNT(*) FROM audit WHERE input LIKE '%{0}%' OR notes LIKE '%{0}%'", &token[12..])).await;
    assert_eq!(everything, 0, "no token in the audit log");
    assert_eq!(w.count(&format!("SELECT COUNT(*) FROM api_key WHERE hash LIKE '%{}%'", &token[12..])).await, 0);
    assert_eq!(w.count("SELECT COUNT(*) FROM command_key WHERE output LIKE '%rk_%'").await, 0);
    let beyond = json!({ "name": "More", "permissions": ["run_plan"], "days": 1, "user_id": w.user(Role::FieldRep).id });
    assert_eq!(code(&admin.send("POST", "/api/v1/keys", &beyond).await), "key.beyond_role");
    let poor = Program::new(&w, &site, Role::Admin, &[Permission::Administer]).await;
    assert_eq!(poor.send("POST", "/api/v1/keys", &make).await.status, 403, "a key gives no more than it holds");
    assert_eq!(admin.send("DELETE", &format!("/api/v1/keys/{id}"), &json!({})).await.status, 204);
    assert_eq!(
        (child.get("/api/v1/accounts").await.status.as_u16(), admin.get(&format!("/api/v1/keys/{id}")).await.status.as_u16()),
        (401, 404)
    );
    let a = admin.send("POST", "/api/v1/keys", &make).await;
    let token = serde_json::from_str::<Value>(&a.body).unwrap()["token"].as_str().unwrap().to_owned();
    let child = Program { v: site.visitor(), key: token, w: &w };
    assert_eq!(child.get("/api/v1/accounts").await.status, 200);
    w.clock.set(common::monday().plus_days(1));
    assert_eq!(child.get("/api/v1/accounts").await.status, 401, "a key ends on its day");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_what_has_changed_is_refused() {
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let admin = Program::of_role(&w, &site, Role::Admin).await;
    let path = format!("/api/v1/users/{}", w.user(Role::FieldRep).id);
    let tag = admin.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let bearer = format!("Bearer {}", admin.key);
    let change = async |tag: &str, active: bool| {
        let headers = [("authorization", bearer.as_str()), ("if-match", tag)];
        admin.v.send_json("PATCH", &path, &headers, json!({ "active": active }).to_string().into_bytes()).await
    };
    assert_eq!(change(&tag, false).await.status, 200);
    let late = change(&tag, true).await;
    assert_eq!((late.status.as_u16(), code(&late).as_str()), (412, "api.changed"), "{}", late.body);
}
