//! A later release closes and opens links on its date: hospitals sold, joined, left, opened, closed; systems merged, dissolved, renamed.
//!
//! Only the release of 2018 is at hand. The later one is made here by edits whose truth is planted: of the published file where it is
//! there, and of a small made-up one everywhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{World, data, program, worlds};
use rounds_customers::affiliations::{Close, Correct, LinkKind, Open, Post, Undo, of_child};
use rounds_customers::as_of::AsOf;
use rounds_customers::identifiers::EntityKind;
use rounds_customers::names;
use rounds_customers::releases::{ChangeKind, ReleaseReport, preview};
use rounds_kernel::Day;
use std::collections::BTreeMap;

const ID: usize = 0;
const NAME: usize = 2;
const SYSTEM: usize = 8;
const SYSTEM_NAME: usize = 9;
const HEADER: &str = "compendium_hospital_id,ccn,hospital_name,hospital_street,hospital_city,hospital_state,hospital_zip,acutehosp_flag,health_sys_id,health_sys_name,health_sys_city,health_sys_state";

type Rows = Vec<Vec<String>>;

fn small() -> Rows {
    let row = |n: usize| {
        let system = n % 7;
        let of = |text: String| if system == 0 { String::new() } else { text };
        let mut row: Vec<String> = vec![format!("CHSP{n:05}"), format!("{:06}", 100_000 + n), format!("Hospital {n}")];
        row.extend(["1 Main St", "Duluth", "MN", "55805", "1"].map(str::to_owned));
        row.extend([of(format!("HSI{system}")), of(format!("System {system}")), of("Duluth".into()), of("MN".into())]);
        row
    };
    (0..210).map(row).collect()
}

fn published() -> Option<Rows> {
    let text = std::fs::read_to_string(data()?.join("chsp-hospital-linkage-2018.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    Some(reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect())
}

fn file(rows: &Rows) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(HEADER.split(',')).unwrap();
    rows.iter().for_each(|r| out.write_record(r).unwrap());
    out.into_inner().unwrap()
}

/// Systems with their rows, those with most hospitals first.
fn systems(rows: &Rows) -> Vec<(String, String, Vec<usize>)> {
    let mut by: BTreeMap<String, (String, Vec<usize>)> = BTreeMap::new();
    for (i, r) in rows.iter().enumerate().filter(|(_, r)| !r[SYSTEM].is_empty()) {
        by.entry(r[SYSTEM].clone()).or_insert((r[SYSTEM_NAME].clone(), Vec::new())).1.push(i);
    }
    let mut all: Vec<_> = by.into_iter().map(|(key, (name, at))| (key, name, at)).collect();
    all.sort_by_key(|(key, _, at)| (std::cmp::Reverse(at.len()), key.clone()));
    all
}

/// The later release, and how many changes of each kind were planted.
fn later(before: &Rows) -> (Rows, BTreeMap<&'static str, usize>) {
    let mut rows = before.clone();
    let systems = systems(before);
    let go = |row: &mut Vec<String>, to: Option<&(String, String, Vec<usize>)>| {
        row[SYSTEM] = to.map_or(String::new(), |t| t.0.clone());
        row[SYSTEM_NAME] = to.map_or(String::new(), |t| t.1.clone());
    };
    let [first, second, merged, dissolved] = [0, 1, 2, 3].map(|i| systems[i].clone());
    for i in first.2.iter().take(5) {
        go(&mut rows[*i], Some(&second));
    }
    for i in &merged.2 {
        go(&mut rows[*i], Some(&second));
    }
    for i in &dissolved.2 {
        go(&mut rows[*i], None);
    }
    let alone: Vec<usize> = (0..before.len()).filter(|i| before[*i][SYSTEM].is_empty()).collect();
    for i in alone.iter().take(6) {
        go(&mut rows[*i], Some(&first));
    }
    rows[alone[8]][NAME] = "A New Name Hospital".into();
    for row in rows.iter_mut().filter(|r| r[SYSTEM] == first.0) {
        row[SYSTEM_NAME] = "First Health, renamed".into();
    }
    let gone: Vec<usize> = alone[10..12].iter().chain(first.2[6..7].iter()).copied().collect();
    let mut new = before[alone[9]].clone();
    (new[ID], new[1], new[NAME]) = ("CHSPNEW1".into(), "990001".into(), "Newly Opened".into());
    let mut rows: Rows = rows.into_iter().enumerate().filter(|(i, _)| !gone.contains(i)).map(|(_, r)| r).collect();
    rows.push(new);
    let planted = [
        ("sold", 5 + merged.2.len()),
        ("joined", 6),
        ("left", dissolved.2.len()),
        ("opened", 1),
        ("closed", 3),
        ("hospital_renamed", 1),
        ("merged", 1),
        ("dissolved", 1),
        ("formed", 0),
        ("system_renamed", 1),
    ];
    (rows, planted.into())
}

fn counted(report: &ReleaseReport) -> BTreeMap<&'static str, usize> {
    ChangeKind::ALL.iter().map(|k| (k.code(), report.count(*k))).collect()
}

async fn noted(world: &World, name: &str, bytes: &[u8]) -> BTreeMap<String, u64> {
    let report = world.import(name, bytes).await.unwrap();
    assert_eq!(report.rejected, 0, "{:?}", report.rejects);
    report.notes.into_iter().filter(|n| n.code.starts_with("release.")).map(|n| (n.code, n.count)).collect()
}

/// Links, names and what sources said, without ids.
async fn contents(world: &World) -> Vec<String> {
    use rounds_store::Query;
    let mut all = Vec::new();
    for sql in [
        "SELECT a.source_key || '|' || s.source_key || '|' || f.valid_from || '|' || COALESCE(f.valid_to, 0) FROM affiliation f \
         JOIN account a ON a.id = f.child_id JOIN health_system s ON s.id = f.parent_id ORDER BY 1",
        "SELECT source_key || '|' || name FROM health_system ORDER BY 1",
        "SELECT source_key || '|' || name FROM account ORDER BY 1",
        "SELECT source || '|' || day || '|' || name || '|' || entity_kind FROM name_sighting ORDER BY 1",
    ] {
        for row in world.runner.db.fetch(sql, vec![]).await.unwrap() {
            all.push(row.try_get_by_index::<String>(0).unwrap());
        }
    }
    all.sort();
    all
}

async fn both_orders(first: &Rows) {
    let (second, planted) = later(first);
    for (forward, backward) in worlds().await.into_iter().zip(worlds().await) {
        assert!(noted(&forward, "linkage-2018.csv", &file(first)).await.is_empty(), "nothing to compare the first release with");
        let dry = preview(&forward.runner.db, "ahrq-hospitals", &file(&second)).await.unwrap();
        assert_eq!(counted(&dry.1), planted, "{}: the dry run", forward.engine);
        let before = contents(&forward).await;
        let told = noted(&forward, "linkage-2021.csv", &file(&second)).await;
        let expected: BTreeMap<String, u64> =
            planted.iter().filter(|(_, n)| **n > 0).map(|(k, n)| (format!("release.{k}"), *n as u64)).collect();
        assert_eq!(told, expected, "{}: the import itself", forward.engine);
        noted(&backward, "linkage-2021.csv", &file(&second)).await;
        noted(&backward, "linkage-2018.csv", &file(first)).await;
        let (a, b) = (contents(&forward).await, contents(&backward).await);
        assert_eq!(a.iter().zip(&b).find(|(a, b)| a != b), None, "{}: the order of arrival does not matter", forward.engine);
        assert_eq!(a.len(), b.len());
        assert_ne!(before, a);
        let db = &forward.runner.db;
        let closed = planted["sold"] + planted["left"] + 1;
        assert_eq!(forward.number("SELECT COUNT(*) FROM affiliation WHERE valid_to = 18992").await, closed as i64);
        let renamed = "SELECT id FROM health_system WHERE name = 'First Health, renamed'";
        let id = forward.number(renamed).await;
        let history = names::history(db, EntityKind::System, id).await.unwrap();
        assert_eq!(history.iter().map(|n| (n.from, n.to)).collect::<Vec<_>>(), [(17_896, Some(18_992)), (18_992, None)]);
        let on = names::on(db, EntityKind::System, &[id], AsOf::on(Day(18_000))).await.unwrap();
        assert_eq!(on[&id], history[0].name, "formerly");
        assert_eq!(names::former(db, EntityKind::System, &[id]).await.unwrap()[&id], [history[0].name.clone()]);
        let again = noted(&forward, "linkage-2021.csv", &file(&second)).await;
        assert_eq!(again, expected, "the same file says the same");
        assert_eq!(contents(&forward).await, a, "{}: and changes nothing", forward.engine);
    }
}

#[tokio::test]
async fn a_later_release_closes_and_opens_links_on_its_date() {
    both_orders(&small()).await;
}

#[tokio::test]
async fn the_published_release_with_planted_edits() {
    if let Some(rows) = published() {
        both_orders(&rows).await;
    }
}

#[tokio::test]
async fn a_part_of_a_release_ends_nothing() {
    let world = worlds().await.remove(0);
    noted(&world, "linkage-2018.csv", &file(&small())).await;
    let part: Rows = small().into_iter().take(50).collect();
    let told = noted(&world, "linkage-2021.csv", &file(&part)).await;
    assert_eq!(told, [("release.partial".to_owned(), 1)].into());
    assert_eq!(world.number("SELECT COUNT(*) FROM affiliation WHERE valid_to IS NOT NULL").await, 0);
    let e = preview(&world.runner.db, "ahrq-hospitals", b"name,town\nx,y\n").await.unwrap_err();
    assert_eq!(e.code, "release.unreadable");
}

fn open(kind: LinkKind, child: i64, parent: i64, from: &str) -> Open {
    Open {
        kind: kind.code().into(),
        child,
        parent,
        from: Day::parse(from).unwrap(),
        to: None,
        replaces: false,
        post: Post::default(),
        confidence: 1.0,
        reason: "a letter".into(),
    }
}

async fn refused(world: &World, command: Open) -> String {
    world.runner.run(&program(), command).await.unwrap_err().code
}

async fn days(world: &World, kind: LinkKind, child: i64) -> Vec<(i64, String, Option<String>)> {
    let day = |d: i64| Day(d as i32).to_string();
    let mut links = of_child(&world.runner.db, kind, child).await.unwrap();
    links.reverse();
    links.into_iter().map(|l| (l.parent_id, day(l.valid_from), l.valid_to.map(day))).collect()
}

#[tokio::test]
async fn links_by_hand_are_refused_with_a_reason_and_can_be_undone() {
    use LinkKind::{AccountAccount, AccountSystem, PersonAccount, SystemSystem};
    for world in worlds().await {
        noted(&world, "linkage-2018.csv", &file(&small())).await;
        let run = async |c: Open| world.runner.run(&program(), c).await.unwrap();
        run(open(SystemSystem, 1, 2, "2019-01-01")).await;
        run(open(SystemSystem, 2, 3, "2019-01-01")).await;
        assert_eq!(refused(&world, open(SystemSystem, 3, 1, "2020-01-01")).await, "affiliation.cycle");
        assert_eq!(refused(&world, open(SystemSystem, 3, 3, "2020-01-01")).await, "affiliation.self_parent");
        let past = Open { to: Some(Day::parse("2018-06-01").unwrap()), ..open(SystemSystem, 3, 1, "2018-01-01") };
        run(past).await;
        assert_eq!(refused(&world, open(AccountAccount, 5, 5, "2020-01-01")).await, "affiliation.self_parent");
        assert_eq!(refused(&world, open(AccountSystem, 9, 2, "2099-01-01")).await, "affiliation.in_future");
        let turned = Open { to: Some(Day::parse("2018-01-01").unwrap()), ..open(AccountSystem, 9, 2, "2019-01-01") };
        assert_eq!(refused(&world, turned).await, "affiliation.end_before_begin");
        assert_eq!(refused(&world, open(AccountSystem, 99_999, 2, "2019-01-01")).await, "record.not_found");
        assert_eq!(refused(&world, open(AccountSystem, 9, 99_999, "2019-01-01")).await, "record.not_found");
        assert_eq!(
            refused(&world, Open { reason: " ".into(), ..open(SystemSystem, 4, 5, "2019-01-01") }).await,
            "affiliation.reason_missing"
        );
        assert_eq!(refused(&world, open(PersonAccount, 1, 1, "2019-01-01")).await, "record.not_found");
        // Hospital 2 is part of system 2 by the release.
        let of = days(&world, AccountSystem, 2).await;
        let (own, other) = (of[0].0, if of[0].0 == 4 { 5 } else { 4 });
        assert_eq!(refused(&world, open(AccountSystem, 2, other, "2019-05-01")).await, "affiliation.overlap");
        assert_eq!(refused(&world, open(AccountSystem, 2, own, "2019-05-01")).await, "affiliation.known");
        let edit = run(Open { replaces: true, ..open(AccountSystem, 2, other, "2019-05-01") }).await;
        let moved = vec![(own, "2018-12-31".into(), Some("2019-05-01".into())), (other, "2019-05-01".into(), None)];
        assert_eq!(days(&world, AccountSystem, 2).await, moved);
        noted(&world, "linkage-2021.csv", &file(&small())).await;
        assert_eq!(days(&world, AccountSystem, 2).await, moved, "{}: a hand holds against a release", world.engine);
        let close = Close {
            kind: AccountSystem.code().into(),
            child: 2,
            parent: other,
            day: Day::parse("2022-02-01").unwrap(),
            reason: "sold".into(),
        };
        let closed = world.runner.run(&program(), close).await.unwrap();
        assert_eq!(days(&world, AccountSystem, 2).await[1].2.as_deref(), Some("2022-02-01"));
        assert_eq!(world.runner.run(&program(), Undo { edit }).await.unwrap_err().code, "affiliation.edited_since");
        world.runner.run(&program(), Undo { edit: closed }).await.unwrap();
        world.runner.run(&program(), Undo { edit }).await.unwrap();
        assert_eq!(days(&world, AccountSystem, 2).await, of, "{}: as it was", world.engine);
        let correct = Correct {
            kind: AccountSystem.code().into(),
            child: 2,
            parent: own,
            was_from: Day::parse("2018-12-31").unwrap(),
            from: Day::parse("2019-07-01").unwrap(),
            to: Some(Day::parse("2020-07-01").unwrap()),
            post: Post::default(),
            reason: "the contract says so".into(),
        };
        world.runner.run(&program(), correct).await.unwrap();
        assert_eq!(days(&world, AccountSystem, 2).await, [(own, "2019-07-01".into(), Some("2020-07-01".into()))]);
        assert_eq!(world.number("SELECT COUNT(*) FROM audit WHERE command LIKE 'customers.%_affiliation'").await, 8);
    }
}

#[tokio::test]
async fn only_who_may_change_the_record_changes_links() {
    let world = worlds().await.remove(0);
    noted(&world, "linkage-2018.csv", &file(&small())).await;
    let rep = rounds_kernel::Actor { role: rounds_kernel::Role::FieldRep, ..program() };
    let e = world.runner.run(&rep, open(LinkKind::SystemSystem, 1, 2, "2019-01-01")).await.unwrap_err();
    assert_eq!(e.code, "access.forbidden");
}

#[tokio::test]
async fn groups_and_their_members_are_read_and_bad_rows_told() {
    for world in worlds().await {
        noted(&world, "linkage-2018.csv", &file(&small())).await;
        let groups = "group_key,group_name,group_kind,country\nG1,Alpha Buyers,gpo,US\nG2,Région Sud,regional buyer,FR\nG3,Odd,club,US\n";
        let report = world.import("groups.csv", groups).await.unwrap();
        assert_eq!((report.created, report.rejects[0].code.as_str()), (2, "import.group_kind_unknown"));
        let members = "member_key,group_key,tier,member_from,member_to\nHSI1,G1,primary,2019-01-01,\nCHSP00003,G1,primary,2018-01-01,2020-01-01\n\
                       CHSP00003,G2,secondary,2019-01-01,\nCHSP00003,G9,primary,2019-01-01,\nnobody,G1,primary,2019-01-01,\nHSI2,G1,gold,2019-01-01,\n\
                       HSI2,G1,primary,2020-01-01,2019-01-01\n";
        let report = world.import("members.csv", members).await.unwrap();
        let codes: Vec<&str> = report.rejects.iter().map(|r| r.code.as_str()).collect();
        assert_eq!(codes, ["import.group_unknown", "import.member_unknown", "import.tier_unknown", "import.days_unclear"]);
        assert_eq!(world.number("SELECT COUNT(*) FROM affiliation WHERE parent_kind = 'group'").await, 3);
        assert_eq!(world.number("SELECT COUNT(*) FROM affiliation WHERE relation = 'primary_member' AND valid_to IS NULL").await, 1);
        let again = world.import("members.csv", members).await.unwrap();
        assert_eq!((again.created, again.updated), (0, 0), "{}: again says nothing new", world.engine);
    }
}

#[tokio::test]
async fn postcodes_place_accounts_in_their_regions() {
    for world in worlds().await {
        noted(&world, "linkage-2018.csv", &file(&small())).await;
        let nuts = "NUTS3,CODE,country,nuts_name\nDE212,80331,,München\nDE2,80335,,short\n'DE213','55805',US,made up for this test\n";
        let report = world.import("pc_de_2021.csv", nuts).await.unwrap();
        assert_eq!((report.created, report.rejects[0].code.as_str()), (2, "import.nuts_unclear"));
        let placed = "SELECT COUNT(*) FROM affiliation f JOIN market_region r ON r.id = f.parent_id WHERE f.relation = 'nuts' AND r.code = 'DE213' AND f.valid_from = 18628";
        assert_eq!(world.number(placed).await, 210, "{}", world.engine);
    }
}
