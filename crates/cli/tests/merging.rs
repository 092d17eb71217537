//! Merging in the whole product: whatever points at two records points at one afterwards, and un-merge puts every row back.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::World;
use rounds_cli::compose;
use rounds_customers::affiliations::{AccountSystemRow, ImportAffiliations, Open, Post};
use rounds_customers::identifiers::EntityKind;
use rounds_customers::merging::{Merge, Merged, Unmerge};
use rounds_kernel::{Actor, Clock, Day, Result, Rng, Role, SystemClock};
use rounds_store::{Engine, FromQueryResult, Query};
use rounds_testkit::databases;
use std::collections::BTreeMap;

#[derive(FromQueryResult)]
struct Text {
    text: String,
}

/// Logs that only grow, and the memory of merges itself.
const LOGS: &[&str] = &["audit", "outbox", "command_key", "moved_row", "merge", "job", "seaql_migrations", "match_pair"];

/// The whole database as text, table by table, without logs; and without the facts that tell of merges.
async fn dump(w: &World) -> BTreeMap<String, Vec<String>> {
    let db = &w.runner.db;
    let tables = match db.engine() {
        Engine::Sqlite => {
            "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_doc_%' ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT table_name::text AS text FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"
        }
    };
    let mut out = BTreeMap::new();
    for Text { text: table } in db.all::<Text>(tables, vec![]).await.unwrap() {
        if LOGS.contains(&table.as_str()) {
            continue;
        }
        let row = match db.engine() {
            Engine::Postgres => "CAST(t AS TEXT)".to_owned(),
            Engine::Sqlite => {
                let columns: Vec<Text> = db.all(&format!("SELECT name AS text FROM pragma_table_info('{table}')"), vec![]).await.unwrap();
                let first = if table == "search_doc" { "rowid || ' ' || " } else { "" };
                format!("{first}{}", columns.iter().map(|c| format!("quote({})", c.text)).collect::<Vec<_>>().join(" || ',' || "))
            }
        };
        let only = if table == "fact" { "WHERE kind <> 'merge'" } else { "" };
        let rows: Vec<Text> = db.all(&format!("SELECT {row} AS text FROM {table} t {only} ORDER BY 1"), vec![]).await.unwrap();
        out.insert(table, rows.into_iter().map(|r| r.text).collect());
    }
    out
}

fn same(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>, engine: &str) {
    for (table, rows) in before {
        let other = rows.iter().zip(&after[table]).find(|(a, b)| a != b);
        assert_eq!(other, None, "{engine}: {table} differs");
        assert_eq!(rows.len(), after[table].len(), "{engine}: {table} has other rows");
    }
}

async fn merge(w: &World, kind: EntityKind, survivor: i64, merged: i64) -> Result<Merged> {
    let references = compose::references();
    w.runner.run(&Actor::program("test"), Merge { kind, survivor, merged, reason: "test".into(), references }).await
}

async fn unmerge(w: &World, merge: i64) -> Result<()> {
    w.runner.run(&Actor::program("test"), Unmerge { merge, references: compose::references() }).await.map(|_| ())
}

async fn ids(w: &World, table: &str) -> Vec<i64> {
    #[derive(FromQueryResult)]
    struct Id {
        id: i64,
    }
    let found: Vec<Id> = w.runner.db.all(&format!("SELECT id FROM {table} ORDER BY id"), vec![]).await.unwrap();
    found.into_iter().map(|i| i.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_merged_and_taken_apart_again_is_word_for_word_what_it_was() {
    for db in databases().await {
        let w = common::planned(db, 60).await;
        let engine = w.db.engine;
        let before = dump(&w).await;
        let mut rng = Rng::new(11);
        let mut done: Vec<(EntityKind, i64, i64)> = Vec::new();
        for kind in EntityKind::ALL {
            let table = if kind == EntityKind::System { "health_system" } else { kind.code() };
            let mut left = ids(&w, table).await;
            for _ in 0..if kind == EntityKind::Person { 25 } else { 6 } {
                if left.len() < 3 {
                    break;
                }
                let merged = left.swap_remove(rng.below(left.len()));
                let survivor = left[rng.below(left.len())];
                let out = merge(&w, kind, survivor, merged).await.unwrap();
                assert!(kind != EntityKind::Account || out.rows > 0, "{engine}: an account has rows that point at it");
                for r in compose::references().iter().filter(|r| r.entity == kind) {
                    let of_kind = r.kind_column.map_or(String::new(), |c| format!(" AND {c} = '{}'", kind.code()));
                    let sql = format!("SELECT COUNT(*) FROM {} WHERE {} = {merged}{of_kind}", r.table, r.column);
                    assert_eq!(w.count(&sql).await, 0, "{engine}: {}.{} still points at the merged record", r.table, r.column);
                }
                done.push((kind, out.merge, merged));
            }
        }
        assert_ne!(dump(&w).await, before);
        for (_, merge, _) in done.iter().rev() {
            unmerge(&w, *merge).await.unwrap();
        }
        same(&before, &dump(&w).await, engine);
        let told = w.count("SELECT COUNT(*) FROM fact WHERE kind = 'merge'").await;
        assert_eq!(told as usize, done.len() * 3, "{engine}: the timelines tell of all of it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_permissions_the_stricter_stays_and_nobody_gains_one() {
    for db in databases().await {
        let w = common::market(db, 12).await;
        let people = ids(&w, "person").await;
        let (kept, gone) = (people[0], people[1]);
        let db = &w.runner.db;
        db.housekeep(&format!("DELETE FROM permission WHERE person_id IN ({kept}, {gone})"), vec![]).await.unwrap();
        for (person, channel, state) in [
            (kept, "phone", "granted"),
            (gone, "phone", "denied"),
            (kept, "email", "denied"),
            (gone, "email", "granted"),
            (gone, "visit", "granted"),
            (kept, "video", "granted"),
        ] {
            let sql = format!(
                "INSERT INTO permission (person_id, channel, state, basis, source, valid_from) VALUES ({person}, '{channel}', '{state}', 'test', 'test', 1)"
            );
            db.housekeep(&sql, vec![]).await.unwrap();
        }
        let out = merge(&w, EntityKind::Person, kept, gone).await.unwrap();
        let sql =
            format!("SELECT channel || ' ' || state AS text FROM permission WHERE person_id = {kept} AND valid_to IS NULL ORDER BY 1");
        let open: Vec<String> = db.all::<Text>(&sql, vec![]).await.unwrap().into_iter().map(|t| t.text).collect();
        assert_eq!(open, ["email denied", "phone denied", "video granted"], "{}", w.db.engine);
        unmerge(&w, out.merge).await.unwrap();
        let all = format!("SELECT COUNT(*) FROM permission WHERE person_id = {gone} AND valid_to IS NULL AND state = 'granted'");
        assert_eq!(w.count(&all).await, 2, "{}: the grants are back where they were", w.db.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_stewards_one_is_told_and_chains_hold() {
    for db in databases().await {
        let w = common::market(db, 12).await;
        let engine = w.db.engine;
        let accounts = ids(&w, "account").await;
        let [a, b, c] = [accounts[0], accounts[1], accounts[2]];
        let (one, two) = tokio::join!(merge(&w, EntityKind::Account, b, a), merge(&w, EntityKind::Account, b, a));
        let told = [&one, &two].into_iter().filter_map(|r| r.as_ref().err()).map(|e| e.code.as_str()).collect::<Vec<_>>();
        assert_eq!(told, ["merge.gone"], "{engine}: one of two");
        let first = one.or(two).unwrap();
        // While B goes into C, A (which is B by now) cannot be merged by its old id.
        let (through, late) = tokio::join!(merge(&w, EntityKind::Account, c, b), merge(&w, EntityKind::Account, c, a));
        let second = through.unwrap();
        assert_eq!(late.unwrap_err().code, "merge.gone", "{engine}");
        let at = rounds_customers::merging::survivor(&w.runner.db, EntityKind::Account, a).await.unwrap();
        assert_eq!(at, Some(c), "{engine}: the chain leads to the end");
        assert_eq!(unmerge(&w, first.merge).await.unwrap_err().code, "merge.later", "{engine}: the later one first");
        let (x, y) = tokio::join!(unmerge(&w, second.merge), unmerge(&w, second.merge));
        assert!(x.is_ok() != y.is_ok(), "{engine}: taken apart once");
        unmerge(&w, first.merge).await.unwrap();
        assert_eq!(ids(&w, "account").await, accounts, "{engine}");
        assert_eq!(merge(&w, EntityKind::Account, a, a).await.unwrap_err().code, "merge.itself");
        assert_eq!(merge(&w, EntityKind::Account, a, 999_999).await.unwrap_err().code, "record.not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_page_leads_to_the_new_and_later_files_find_the_survivor() {
    for db in databases().await {
        let w = common::market(db, 12).await;
        let engine = w.db.engine;
        let [kept, gone] = [ids(&w, "account").await[0], ids(&w, "account").await[1]];
        let key = w.runner.db.text(&format!("SELECT source_key FROM account WHERE id = {gone}"), vec![]).await.unwrap().unwrap();
        let out = merge(&w, EntityKind::Account, kept, gone).await.unwrap();
        let site = w.site().await;
        let steward = site.sign_in(&w.user(Role::Operations).email, common::PASSWORD).await;
        let answer = steward.get(&format!("/accounts/{gone}")).await;
        assert_eq!((answer.status.as_u16(), answer.location.as_deref()), (301, Some(format!("/accounts/{kept}").as_str())), "{engine}");
        assert_eq!(steward.get("/accounts/999999").await.status.as_u16(), 404);
        let page = steward.get(&format!("/accounts/{kept}")).await;
        assert!(page.status.is_success() && page.body.contains("was merged into this record"), "{engine}: the timeline tells");
        let found = rounds_customers::accounts::ids(&w.runner.db, &[key.as_str()]).await.unwrap();
        assert_eq!(found[&key], kept, "{engine}: a file's key leads to the survivor");
        let row = rounds_customers::accounts::AccountRow {
            beds: Some(777),
            ..rounds_customers::accounts::AccountRow::new(&key, "Named anew", rounds_kernel::CareSetting::Hospital, "simulation")
        };
        w.clock.set(common::monday().plus_minutes(10));
        w.runner.run(&Actor::program("test"), rounds_customers::accounts::ImportAccounts { rows: vec![row] }).await.unwrap();
        assert_eq!(w.count("SELECT COUNT(*) FROM account").await, 11, "{engine}: nothing doubled");
        unmerge(&w, out.merge).await.unwrap();
        let said = w.runner.db.text(&format!("SELECT name || ' ' || beds FROM account WHERE id = {gone}"), vec![]).await.unwrap().unwrap();
        assert_eq!(said, "Named anew 777", "{engine}: what its source said meanwhile is the merged record's own");
        assert_ne!(w.count(&format!("SELECT beds FROM account WHERE id = {kept}")).await, 777, "{engine}");
    }
}

#[derive(FromQueryResult, Debug, PartialEq)]
struct Span {
    parent_id: i64,
    valid_from: i64,
    valid_to: Option<i64>,
}

async fn systems_of(w: &World, account: i64) -> Vec<Span> {
    let sql = format!(
        "SELECT parent_id, valid_from, valid_to FROM affiliation WHERE child_kind = 'account' AND child_id = {account} \
         AND parent_kind = 'system' AND relation = 'part_of' ORDER BY valid_from, parent_id"
    );
    w.runner.db.all(&sql, vec![]).await.unwrap()
}

async fn key(w: &World, table: &str, id: i64) -> String {
    w.runner.db.text(&format!("SELECT source_key FROM {table} WHERE id = {id}"), vec![]).await.unwrap().unwrap()
}

/// What two sources said of two records is, after the merge, what they said of one.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_merge_links_follow_from_what_was_said_of_both() {
    for db in databases().await {
        let w = common::market(db, 12).await;
        let engine = w.db.engine;
        let [kept, gone] = [ids(&w, "account").await[0], ids(&w, "account").await[1]];
        let [x, y] = [ids(&w, "health_system").await[0], ids(&w, "health_system").await[1]];
        for table in ["affiliation", "affiliation_sighting"] {
            let sql =
                format!("DELETE FROM {table} WHERE child_kind = 'account' AND parent_kind = 'system' AND child_id IN ({kept}, {gone})");
            w.runner.db.housekeep(&sql, vec![]).await.unwrap();
        }
        let row = |account_key: &str, system_key: &str, from: i32| AccountSystemRow {
            line: 0,
            account_key: account_key.into(),
            system_key: system_key.into(),
            from: Day(from),
            source: "crm".into(),
            confidence: 0.9,
        };
        let (kept_key, gone_key) = (key(&w, "account", kept).await, key(&w, "account", gone).await);
        let (x_key, y_key) = (key(&w, "health_system", x).await, key(&w, "health_system", y).await);
        // One part of X since day 18,000 and said to be so still on 19,000; the other came to Y on day 18,500.
        for rows in [vec![row(&kept_key, &x_key, 18_000)], vec![row(&gone_key, &y_key, 18_500)]] {
            w.runner.run(&Actor::program("test"), ImportAffiliations { rows }).await.unwrap();
        }
        let before = [systems_of(&w, kept).await, systems_of(&w, gone).await];
        let out = merge(&w, EntityKind::Account, kept, gone).await.unwrap();
        let one =
            [Span { parent_id: x, valid_from: 18_000, valid_to: Some(18_500) }, Span { parent_id: y, valid_from: 18_500, valid_to: None }];
        assert_eq!(systems_of(&w, kept).await, one, "{engine}: one account, first of X and then of Y");
        unmerge(&w, out.merge).await.unwrap();
        assert_eq!([systems_of(&w, kept).await, systems_of(&w, gone).await], before, "{engine}");

        // What a source says while they are one, under the key of the other, is the other's own afterwards.
        let out = merge(&w, EntityKind::Account, kept, gone).await.unwrap();
        w.runner.run(&Actor::program("test"), ImportAffiliations { rows: vec![row(&kept_key, &y_key, 19_000)] }).await.unwrap();
        unmerge(&w, out.merge).await.unwrap();
        let open: Vec<i64> = systems_of(&w, kept).await.into_iter().filter(|s| s.valid_to.is_none()).map(|s| s.parent_id).collect();
        assert_eq!(open, [y], "{engine}: what was said since stays with the survivor");
        assert_eq!(systems_of(&w, gone).await, before[1], "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_goes_into_its_owner_does_not_own_itself() {
    for db in databases().await {
        let w = common::market(db, 12).await;
        let engine = w.db.engine;
        let systems = ids(&w, "health_system").await;
        let [top, middle, low] = [systems[0], systems[1], systems[2]];
        let own = |child: i64, parent: i64| Open {
            kind: "system-parent".into(),
            child,
            parent,
            from: Day(18_000),
            to: None,
            replaces: true,
            post: Post::default(),
            confidence: 1.0,
            reason: "test".into(),
        };
        for (child, parent) in [(middle, top), (low, middle)] {
            w.runner.run(&Actor::program("test"), own(child, parent)).await.unwrap();
        }
        let round = merge(&w, EntityKind::System, top, low).await.unwrap_err();
        assert_eq!(round.code, "affiliation.cycle", "{engine}: the middle one would own its owner");
        let out = merge(&w, EntityKind::System, top, middle).await.unwrap();
        let itself = "SELECT COUNT(*) FROM affiliation WHERE child_kind = parent_kind AND child_id = parent_id";
        assert_eq!(w.count(itself).await, 0, "{engine}");
        let owned =
            format!("SELECT parent_id FROM affiliation WHERE child_kind = 'system' AND child_id = {low} AND parent_kind = 'system'");
        assert_eq!(w.count(&owned).await, top, "{engine}: what the middle one owned is the top's");
        unmerge(&w, out.merge).await.unwrap();
        assert_eq!(w.count(&owned).await, middle, "{engine}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_merge_and_take_apart() {
    let w = common::market(rounds_testkit::sqlite(), 12).await;
    let site = w.site().await;
    let steward = site.sign_in(&w.user(Role::Operations).email, common::PASSWORD).await;
    let token = steward.token("/matching").await;
    let [kept, gone] = [ids(&w, "account").await[0], ids(&w, "account").await[1]];
    let call = async |path: String, body: String| {
        let a = steward.send_json("POST", &path, &[("x-csrf-token", &token)], body.into_bytes()).await;
        (a.status.as_u16(), serde_json::from_str::<serde_json::Value>(&a.body).unwrap_or_default())
    };
    let both = format!("{{\"kind\": \"account\", \"survivor_id\": {kept}, \"merged_id\": {gone}}}");
    let (status, done) = call("/api/v1/merges".into(), both.clone()).await;
    assert_eq!((status, done["survivor_id"].as_i64(), done["merged_id"].as_i64()), (200, Some(kept), Some(gone)), "{done}");
    assert_eq!(call("/api/v1/merges".into(), both).await.0, 409, "merged once");
    let listed = steward.get("/api/v1/merges?kind=account").await;
    assert!(listed.status.is_success() && listed.body.contains("\"undone_at\":null"), "{}", listed.body);
    let (status, undone) = call(format!("/api/v1/merges/{}/undo", done["id"]), "{}".into()).await;
    assert!(status == 200 && undone["undone_at"].is_string(), "{undone}");
    assert_eq!(ids(&w, "account").await.len(), 12);
    let rep = site.sign_in(&w.user(Role::RemoteRep).email, common::PASSWORD).await;
    assert_eq!(rep.get("/api/v1/merges?kind=account").await.status.as_u16(), 403);
}

/// Gives an account so many facts, written behind the program's back because it is quicker.
async fn crowd(w: &World, account: i64, facts: usize) {
    let db = &w.runner.db;
    let sql = match db.engine() {
        Engine::Sqlite => format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {facts}) \
             INSERT INTO fact (kind, occurred_at, recorded_at, account_id, source, body) SELECT 'note', i, i, {account}, 'test', '{{}}' FROM n"
        ),
        Engine::Postgres => format!(
            "INSERT INTO fact (kind, occurred_at, recorded_at, account_id, source, body) SELECT 'note', i, i, {account}, 'test', '{{}}' \
             FROM generate_series(1, {facts}) i"
        ),
    };
    db.housekeep(&sql, vec![]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_facts_are_merged_whole_or_not_at_all() {
    for db in databases().await {
        let url = db.url.clone();
        let w = common::market(db, 12).await;
        let engine = w.db.engine;
        let [kept, gone] = [ids(&w, "account").await[0], ids(&w, "account").await[1]];
        crowd(&w, gone, 100_000).await;
        let of = |id: i64| format!("SELECT COUNT(*) FROM fact WHERE account_id = {id} AND source = 'test'");
        for wait in [20u64, 60, 150, 400] {
            let args = ["merge", "--database", &url, "--kind", "accounts", &kept.to_string(), &gone.to_string()].map(str::to_owned);
            let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_rounds"))
                .args(args)
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            child.kill().unwrap();
            child.wait().unwrap();
            // PostgreSQL ends a killed client's transaction a moment later.
            tokio::time::sleep(std::time::Duration::from_millis(if engine == "postgres" { 3_000 } else { 0 })).await;
            let (here, there, merges) = (w.count(&of(kept)).await, w.count(&of(gone)).await, w.count("SELECT COUNT(*) FROM merge").await);
            let records = w.count("SELECT COUNT(*) FROM account").await;
            assert!(
                [(0, 100_000, 0, 12), (100_000, 0, 1, 11)].contains(&(here, there, merges, records)),
                "{engine}: killed after {wait} ms: {here} facts here, {there} there, {merges} merges, {records} accounts"
            );
            if merges == 1 {
                let undone = w.count("SELECT MAX(id) FROM merge").await;
                unmerge(&w, undone).await.unwrap();
                w.runner.db.housekeep("DELETE FROM merge", vec![]).await.unwrap();
            }
        }
        let started = SystemClock.now().0;
        let out = merge(&w, EntityKind::Account, kept, gone).await.unwrap();
        let merged = SystemClock.now().0;
        assert_eq!((w.count(&of(kept)).await, w.count(&of(gone)).await), (100_000, 0), "{engine}");
        unmerge(&w, out.merge).await.unwrap();
        let back = SystemClock.now().0 - merged;
        println!("{engine}: {} rows merged in {:.2} s, back in {:.2} s", out.rows, (merged - started) as f64 / 1e6, back as f64 / 1e6);
        assert_eq!((w.count(&of(kept)).await, w.count(&of(gone)).await), (0, 100_000), "{engine}");
    }
}
