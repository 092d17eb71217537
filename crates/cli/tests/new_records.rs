//! Records entered one at a time, by hand and by programs, and users looked after as a list.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, market};
use rounds_kernel::{Permission, Role};
use rounds_store::Query;
use rounds_testkit::{Answer, Visitor, databases};
use serde_json::{Value, json};

fn id_of(a: &Answer) -> i64 {
    a.location
        .as_deref()
        .and_then(|l| l.rsplit('/').next())
        .and_then(|id| id.parse().ok())
        .unwrap_or_else(|| panic!("{} {}", a.status, a.body))
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_entered_once_and_within_reach() {
    for db in databases().await {
        let w = market(db, 30).await;
        let site = w.site().await;
        let v = site.sign_in(&w.user(Role::Operations).email, PASSWORD).await;
        let token = v.token("/records/new").await;
        let system = w.runner.db.text("SELECT name FROM health_system ORDER BY id LIMIT 1", vec![]).await.unwrap().unwrap();
        let fields = [
            ("name", "Klinik am <See>"),
            ("setting", "hospital"),
            ("city", "Lindau"),
            ("zip", "88131"),
            ("country", "DE"),
            ("system", system.as_str()),
        ];
        let account = id_of(&v.post_with("/records/accounts", &token, &fields).await);
        let page = v.get(&format!("/accounts/{account}")).await.body;
        assert!(page.contains("Klinik am &#60;See&#62;") && page.contains(&system.replace('&', "&#38;")), "{page}");
        assert!(v.get("/search?q=klinik").await.body.contains(&format!("/accounts/{account}")), "it is found at once");
        let twin = v.post_with("/records/accounts", &token, &fields).await;
        assert!(twin.status == 200 && twin.body.contains("name=\"anyway\"") && twin.body.contains("value=\"Lindau\""), "{}", twin.body);
        let insisted = [&fields[..], &[("anyway", "yes")]].concat();
        assert_ne!(id_of(&v.post_with("/records/accounts", &token, &insisted).await), account);
        for (field, value, word) in [("name", " ", "missing"), ("country", "Germany", "no country"), ("system", "Nobody's", "no system")] {
            let changed: Vec<(&str, &str)> = insisted.iter().map(|(n, v)| if *n == field { (*n, value) } else { (*n, *v) }).collect();
            let a = v.post_with("/records/accounts", &token, &changed).await;
            assert!(a.status == 200 && a.body.contains(word) && a.body.contains("Nothing was added"), "{field}: {}", a.body);
        }
        let new = v.post_with("/records/systems", &token, &[("name", "Seeverbund"), ("country", "de")]).await;
        assert!(v.get(&format!("/systems/{}", id_of(&new))).await.body.contains("Seeverbund"));
        people_are_added_by_who_sees_their_account(&w, &site, account).await;
    }
}

async fn people_are_added_by_who_sees_their_account(w: &World, site: &rounds_testkit::Site, elsewhere: i64) {
    let rep = w.user(Role::FieldRep);
    let covered = w.count(&format!("SELECT MIN(account_id) FROM coverage WHERE owner_id = {} AND valid_to IS NULL", rep.id)).await;
    let v = site.sign_in(&rep.email, PASSWORD).await;
    let page = v.get(&format!("/records/new?account={covered}")).await.body;
    assert!(page.contains("/records/people") && !page.contains("/records/accounts"), "a rep adds people only");
    let token = v.token("/records/new").await;
    let at = covered.to_string();
    let fields = |account: &'static str| [("name", "Dr. Mia Ötvös"), ("role", "physician"), ("account", account), ("language", "de")];
    let mut own = fields("");
    own[2].1 = Box::leak(at.into_boxed_str());
    let person = id_of(&v.post_with("/records/people", &token, &own).await);
    assert!(v.get(&format!("/people/{person}")).await.body.contains("Dr. Mia Ötvös"));
    let again = v.post_with("/records/people", &token, &own).await;
    assert!(again.status == 200 && again.body.contains("name=\"anyway\""), "{}", again.body);
    let mut other = fields("");
    other[2].1 = Box::leak(elsewhere.to_string().into_boxed_str());
    let a = v.post_with("/records/people", &token, &other).await;
    assert!(a.status == 200 && a.body.contains("no account"), "an account that one does not see is none: {}", a.body);
    assert_eq!(v.post_with("/records/accounts", &token, &[("name", "x"), ("setting", "hospital"), ("country", "US")]).await.status, 403);
    assert_eq!(w.count("SELECT COUNT(*) FROM audit WHERE input LIKE '%tv%s%'").await, 0, "no name of a person stands in the log");
}

struct Program<'a> {
    v: &'a Visitor,
    key: String,
}

impl Program<'_> {
    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.key);
        let headers = [("authorization", bearer.as_str())];
        let a = if method == "GET" {
            self.v.send(method, path, &headers).await
        } else {
            self.v.send_json(method, path, &headers, body.to_string().into_bytes()).await
        };
        (a.status.as_u16(), serde_json::from_str(&a.body).unwrap_or_default())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_add_records_and_links() {
    for db in databases().await {
        let w = market(db, 20).await;
        let site = w.site().await;
        let all = [Permission::ReadRecord, Permission::WriteRecord, Permission::WriteProfile, Permission::WritePermission];
        let visitor = site.visitor();
        let p = Program { v: &visitor, key: w.key(w.user(Role::Operations), &all).await };
        let new = json!({ "name": "Praxis Weber", "setting": "practice", "country": "DE", "city": "Ulm" });
        let (status, made) = p.call("POST", "/api/v1/accounts", new.clone()).await;
        assert_eq!(status, 201, "{made}");
        let account = made["id"].as_i64().unwrap();
        let (status, twin) = p.call("POST", "/api/v1/accounts", new).await;
        assert_eq!((status, twin["code"].as_str()), (409, Some("record.known")));
        let person = json!({ "name": "Eva Weber", "role": "physician", "account_id": account, "email": "eva@praxis.example" });
        let (status, made) = p.call("POST", "/api/v1/people", person).await;
        assert_eq!(status, 201, "{made}");
        let person = made["id"].as_i64().unwrap();
        let mut systems = Vec::new();
        for name in ["Verbund A", "Verbund B"] {
            let (status, made) = p.call("POST", "/api/v1/systems", json!({ "name": name, "country": "DE" })).await;
            assert_eq!(status, 201, "{made}");
            systems.push(made["id"].as_i64().unwrap());
        }
        let link = |kind: &str, child: i64, parent: i64| json!({ "kind": kind, "child_id": child, "parent_id": parent, "from": "2026-01-01", "reason": "from the register" });
        for body in [link("system-parent", systems[0], systems[1]), link("account-system", account, systems[0])] {
            let (status, answer) = p.call("POST", "/api/v1/affiliations", body).await;
            assert_eq!(status, 200, "{answer}");
        }
        for (body, code) in [
            (link("system-parent", systems[1], systems[0]), "affiliation.cycle"),
            (link("system-parent", systems[1], systems[1]), "affiliation.self_parent"),
        ] {
            let (status, answer) = p.call("POST", "/api/v1/affiliations", body).await;
            assert_eq!((status, answer["code"].as_str()), (409, Some(code)), "{answer}");
        }
        let (_, links) = p.call("GET", &format!("/api/v1/systems/{}/affiliations", systems[0]), Value::Null).await;
        assert_eq!(links["items"].as_array().unwrap().len(), 2, "{links}");
        let end =
            json!({ "kind": "account-system", "child_id": account, "parent_id": systems[0], "day": "2026-06-01", "reason": "sold again" });
        assert_eq!(p.call("POST", "/api/v1/affiliations/end", end).await.0, 200);
        let (_, links) = p.call("GET", &format!("/api/v1/systems/{}/affiliations", systems[0]), Value::Null).await;
        assert!(links.to_string().contains("2026-06-01"), "{links}");
        unsubscribing_by_a_link_of_the_api(&w, &p, person).await;
    }
}

async fn unsubscribing_by_a_link_of_the_api(w: &World, p: &Program<'_>, person: i64) {
    let (status, links) = p.call("GET", &format!("/api/v1/people/{person}/links?channel=email"), Value::Null).await;
    assert_eq!(status, 200, "{links}");
    assert_eq!(links["headers"][1]["value"], "List-Unsubscribe=One-Click");
    let address = links["unsubscribe"].as_str().unwrap();
    let path = &address[address.find("/u/").unwrap()..];
    assert_eq!(p.v.get(path).await.status, 200);
    let denied = format!("SELECT COUNT(*) FROM permission WHERE person_id = {person} AND state = 'denied' AND valid_to IS NULL");
    assert_eq!(w.count(&denied).await, 0, "opening it changes nothing");
    let a = p.v.post_raw(path, "application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click".to_vec()).await;
    assert_eq!(a.status, 200, "{}", a.body);
    assert!(w.count(&denied).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_sorted_exported_and_have_two_managers() {
    for db in databases().await {
        let w = market(db, 30).await;
        let site = w.site().await;
        let v = site.sign_in(&w.user(Role::Admin).email, PASSWORD).await;
        let file = v.get("/users.csv?sort=-name").await.body;
        assert_eq!(file.lines().count(), w.users.len() + 1);
        let names: Vec<String> = file.lines().skip(1).map(|l| l.split(',').nth(1).unwrap().to_lowercase()).collect();
        assert!(names.is_sorted_by(|a, b| a >= b), "{names:?}");
        let remote = w.user(Role::RemoteRep);
        let found = v.get(&format!("/users?q={}&role=remote_rep&state=on", remote.email)).await.body;
        assert!(found.contains(&remote.email) && found.contains(&format!("1 of {} users", w.users.len())), "{found}");
        assert!(v.get("/users?q=nobody-at-all").await.body.contains("No such user"));
        let local = w.users.iter().find(|u| u.role() == Role::Manager && Some(u.id) != remote.manager_id);
        let Some(local) = local else { continue };
        let before = rounds_platform::users::managers_above(&w.runner.db).await.unwrap();
        let token = v.token(&format!("/users/{}", remote.id)).await;
        let zone = remote.zone.clone();
        let fields = |phone: &'static str, local: &str| {
            [
                ("name", remote.name.clone()),
                ("role", remote.role.clone()),
                ("local_manager", local.to_owned()),
                ("phone", phone.to_owned()),
                ("zone", zone.clone()),
                ("hours", "20".to_owned()),
            ]
        };
        let send = |f: [(&'static str, String); 6]| {
            let (v, token, path) = (&v, &token, format!("/users/{}/edit", remote.id));
            async move { v.post_with(&path, token, &f.iter().map(|(n, v)| (*n, v.as_str())).collect::<Vec<_>>()).await }
        };
        assert!(send(fields("+49 7541 555 01", &local.email)).await.status.is_redirection());
        let above = rounds_platform::users::managers_above(&w.runner.db).await.unwrap();
        assert!(above[&remote.id].contains(&local.id) && !before[&remote.id].contains(&local.id), "{}", w.db.engine);
        assert!(v.get("/users.csv").await.body.contains("+49 7541 555 01"), "{}", w.db.engine);
        let bad = send(fields("call me", &local.email)).await;
        assert!(bad.status == 422 && bad.body.contains("user.phone"), "{} {}", bad.status, bad.body);
        let circle = send(fields("", &remote.email)).await;
        assert!(circle.status == 422 && circle.body.contains("user.manager_circle"), "{}", circle.body);
    }
}
