//! Every role with every scope, on both engines: what opens is what a slow oracle says, on pages, in search and in lists.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, market};
use rounds_design::coverage::RefreshScope;
use rounds_kernel::{Actor, Permission, Role, UserId};
use rounds_platform::scope::Grant;
use rounds_platform::users::{EditUser, UserRow, actor_of};
use rounds_store::{FromQueryResult, Query};
use rounds_testkit::databases;
use std::collections::BTreeSet;

#[derive(FromQueryResult, Clone)]
struct Place {
    id: i64,
    state: String,
    country: String,
    zip: String,
    hrr: Option<i64>,
}

#[derive(FromQueryResult)]
struct Owned {
    account_id: i64,
    owner_id: i64,
}

async fn places(w: &World) -> Vec<Place> {
    w.runner.db.all("SELECT id, state, country, zip, hrr FROM account ORDER BY id", vec![]).await.unwrap()
}

/// What the user should see: read from coverage and places one by one, sharing no code with the product.
async fn oracle(w: &World, user: &UserRow, role: Role, grants: &[Grant]) -> BTreeSet<i64> {
    let places = places(w).await;
    let day = w.runner.now().day().0;
    let sql = format!("SELECT account_id, owner_id FROM coverage WHERE valid_from <= {day} AND (valid_to IS NULL OR valid_to > {day})");
    let links: Vec<Owned> = w.runner.db.all(&sql, vec![]).await.unwrap();
    let whole = matches!(role, Role::Admin | Role::Operations | Role::Marketer | Role::Auditor);
    if grants.contains(&Grant::All) || (grants.is_empty() && whole) {
        return places.iter().map(|p| p.id).collect();
    }
    let below = |owner: i64| {
        let mut at = Some(owner);
        for _ in 0..20 {
            if at == Some(user.id) {
                return true;
            }
            at = at.and_then(|a| w.users.iter().find(|u| u.id == a)).and_then(|u| u.manager_id);
        }
        false
    };
    let team = grants.contains(&Grant::Team) || (grants.is_empty() && role == Role::Manager);
    let mut seen: BTreeSet<i64> =
        links.iter().filter(|l| l.owner_id == user.id || (team && below(l.owner_id))).map(|l| l.account_id).collect();
    for p in places {
        let hit = |g: &Grant| match g {
            Grant::Country(c) => *c == p.country,
            Grant::Region(r) => match r.split_once('-') {
                Some(("HRR", n)) => p.hrr.map(|h| h.to_string()).as_deref() == Some(n),
                Some(("ZIP", start)) => p.zip.starts_with(start),
                Some((country, state)) => p.country == country && p.state == state,
                None => p.country == "US" && p.state == *r,
            },
            _ => false,
        };
        if grants.iter().any(hit) {
            seen.insert(p.id);
        }
    }
    seen
}

async fn set(w: &World, user: &UserRow, role: Role, scope: &[Grant]) {
    let edit = EditUser {
        user: UserId(user.id),
        name: user.name.clone(),
        role,
        manager_email: None,
        zone: "UTC".into(),
        locale: String::new(),
        weekly_minutes: 0,
        scope: scope.to_vec(),
        local_manager_email: None,
        phone: String::new(),
    };
    let program = Actor::program("test");
    w.runner.run(&program, edit).await.unwrap();
    w.runner.run(&program, RefreshScope::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_with_every_scope_sees_what_it_should() {
    for db in databases().await {
        let w = market(db, 24).await;
        let site = w.site().await;
        let user = w.user(Role::Manager).clone();
        let first = places(&w).await[0].clone();
        let last = places(&w).await[23].clone();
        let cases = [
            vec![],
            vec![Grant::Own],
            vec![Grant::Team],
            vec![Grant::Region(format!("{}-{}", first.country, first.state))],
            vec![Grant::Region(last.state.clone()), Grant::Region(format!("ZIP-{}", &first.zip[..3]))],
            vec![Grant::Country("DE".into())],
            vec![Grant::Country(first.country.clone())],
            vec![Grant::Own, Grant::All],
        ];
        for role in Role::ALL {
            for scope in &cases {
                set(&w, &user, *role, scope).await;
                let what = format!("{} as {} with {:?}", w.db.engine, role.label(), scope);
                let wanted = oracle(&w, &user, *role, scope).await;
                let v = site.sign_in(&user.email, PASSWORD).await;
                for p in places(&w).await {
                    let a = v.get(&format!("/accounts/{}", p.id)).await;
                    assert_eq!(a.status == 200, wanted.contains(&p.id), "{what}: account {} answers {}", p.id, a.status);
                    assert!(a.status == 200 || a.status == 404, "{what}: outside is not found, not {}", a.status);
                }
                let listed = v.get("/accounts").await.body;
                for p in places(&w).await {
                    let shown = listed.contains(&format!("\"/accounts/{}\"", p.id));
                    assert!(!shown || wanted.contains(&p.id), "{what}: the list shows account {}", p.id);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_what_the_scope_holds_and_every_page_opens() {
    for db in databases().await {
        let w = market(db, 24).await;
        let site = w.site().await;
        let user = w.user(Role::FieldRep).clone();
        let first = places(&w).await[0].clone();
        let scope = vec![Grant::Region(format!("{}-{}", first.country, first.state))];
        set(&w, &user, Role::FieldRep, &scope).await;
        let works = rounds_cli::compose::works();
        let program = Actor::program("test");
        for job in rounds_store::jobs::takeable(&w.runner.db, w.runner.now()).await.unwrap() {
            let quiet = std::sync::Arc::new(|_: i64, _: i64, _: &str| ());
            rounds_platform::jobs::run_now(&w.runner, &program, &works, rounds_kernel::JobId(job.id), quiet).await.unwrap();
        }
        let wanted = oracle(&w, &user, Role::FieldRep, &scope).await;
        let actor = actor_of(&w.runner.db, UserId(user.id)).await.unwrap();
        for p in places(&w).await {
            let name = w.runner.db.text(&format!("SELECT name FROM account WHERE id = {}", p.id), vec![]).await.unwrap().unwrap();
            let hits = rounds_store::search::find(&w.runner.db, &name, &actor.scope, 50).await.unwrap();
            let found = hits.iter().any(|h| h.href == format!("/accounts/{}", p.id));
            assert_eq!(found, wanted.contains(&p.id), "{}: search for “{name}”", w.db.engine);
        }
        let v = site.sign_in(&user.email, PASSWORD).await;
        let mut routes = rounds_web::own_routes();
        routes.extend(rounds_cli::compose::routes());
        for route in routes.iter().filter(|r| r.method == "GET" && !r.path.contains('{') && r.permission != Permission::Open) {
            let a = v.get(route.path).await;
            assert!(a.status.as_u16() < 500, "{}: {} answers {}", w.db.engine, route.path, a.status);
        }
    }
}
