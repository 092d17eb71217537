//! Files as they come: broken encodings, missing and extra columns, repeated and blank ids, lost zeros, killed programs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use common::{World, importers, program, worlds};
use rounds_kernel::{JobId, Permission, Result};
use rounds_platform::imports::{ImportWork, Importer, Mapping, receive};
use rounds_platform::jobs::{Work, run_now};
use rounds_store::jobs::{Take, get};
use rounds_store::{Command, Query, Tx, args};
use std::sync::Arc;

const HEADER: &str = "compendium_hospital_id,ccn,hospital_name,hospital_street,hospital_city,hospital_state,hospital_zip,acutehosp_flag,health_sys_id,health_sys_name,health_sys_city,health_sys_state\n";

fn hospital(id: &str, ccn: &str, name: &str) -> String {
    format!("{id},{ccn},{name},1 Main St,Duluth,MN,55805,1,HSI1,Northlake,Duluth,MN\n")
}

fn codes(report: &rounds_platform::imports::ImportReport) -> Vec<(u64, &str)> {
    report.rejects.iter().map(|r| (r.line, r.code.as_str())).collect()
}

#[tokio::test]
async fn bad_rows_are_told_and_good_ones_land() {
    for world in worlds().await {
        let mut file = HEADER.as_bytes().to_vec();
        file.extend(hospital("A1", "240010", "\"Mayo, Rochester\"").into_bytes());
        file.extend(hospital("A2", "10018", "Lost its zero").into_bytes());
        file.extend(hospital("A3", "1014F", "Unclear").into_bytes());
        file.extend(hospital("A1", "240011", "Again").into_bytes());
        file.extend(hospital("", "240012", "No id").into_bytes());
        file.extend(b"A4,240013,too few\n");
        file.extend(hospital("A5", "", "<script>alert(1)</script>").into_bytes());
        file.extend(b"A6,240016,Cl\xEDnica Mu\xF1oz,1 Main St,Duluth,MN,55805,1,,,,\n");
        file.extend(hospital("A7", "240017", &"x".repeat(400)).into_bytes());
        file.extend(hospital("A8", "240018", "\"never closed").into_bytes());
        file.extend(hospital("A9", "240010", "Shares its number").into_bytes());
        let report = world.import("linkage-2018.csv", &file).await.unwrap();
        let expected = [
            (4, "import.ccn_unclear"),
            (5, "import.id_twice"),
            (6, "import.id_blank"),
            (7, "import.columns_wrong"),
            (10, "import.field_too_long"),
            (11, "import.quote_open"),
        ];
        assert_eq!(codes(&report), expected, "{}", world.engine);
        assert!(report.rejects[1].cause.contains("line 2"), "the first line is named: {}", report.rejects[1].cause);
        assert_eq!((report.read, report.created, report.rejected), (11, 5, 6));
        let notes: Vec<(&str, u64, u64)> = report.notes.iter().map(|n| (n.code.as_str(), n.count, n.first_line)).collect();
        assert_eq!(notes, [("import.cp1252", 1, 9), ("import.zero_restored", 1, 3), ("import.identifier_shared", 1, 12)]);
        assert_eq!(world.text("SELECT name FROM account WHERE source_key = 'A6'").await, "Clínica Muñoz");
        assert_eq!(world.text("SELECT name FROM account WHERE source_key = 'A5'").await, "<script>alert(1)</script>", "names are data");
        assert_eq!(world.number("SELECT COUNT(*) FROM identifier WHERE value = '010018'").await, 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM import_reject").await, 6);
        assert!(world.text("SELECT raw FROM import_reject WHERE line = 7").await.starts_with("A4,240013"));
        let again = world.import("linkage-2018.csv", &file).await.unwrap();
        assert_eq!(
            (again.created, again.updated, again.unchanged, again.rejected),
            (0, 0, 5, 6),
            "{}: a second run changes nothing",
            world.engine
        );
    }
}

#[tokio::test]
async fn files_that_cannot_be_read_are_refused_whole() {
    let world = worlds().await.remove(0);
    let refused = [
        (b"".to_vec(), "import.empty"),
        (b"\xEF\xBB\xBF\n\n".to_vec(), "import.empty"),
        (b"PK\x03\x04\0\0\0\0binary".to_vec(), "import.workbook_damaged"),
        // UTF-16 is read where a mark says that it is; its header is of no kind.
        ("\u{feff}a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect(), "import.kind_unknown"),
        ("a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect(), "import.binary"),
        (b"name,town\nx,y\n".to_vec(), "import.kind_unknown"),
    ];
    for (bytes, code) in refused {
        assert_eq!(world.import("f.csv", &bytes).await.unwrap_err().code, code);
    }
    let missing = HEADER.replace("hospital_zip,", "");
    let all = importers();
    let e = receive(&world.runner, &program(), &all, (Some("ahrq-hospitals"), "f.csv", missing.as_bytes()), Mapping::default())
        .await
        .unwrap_err();
    assert_eq!(e.code, "import.columns_missing");
    assert!(e.cause.contains("hospital_zip"), "{}", e.cause);
    let twice = HEADER.trim_end().to_owned() + ",ccn\n";
    assert_eq!(world.import("f.csv", &twice).await.unwrap_err().code, "import.column_twice");
    assert_eq!(world.number("SELECT COUNT(*) FROM job").await, 0, "nothing was asked for");
    let report = world.import("linkage-2018.csv", HEADER).await.unwrap();
    assert_eq!(report.read, 0, "a header alone is an import of nothing");
}

#[tokio::test]
async fn later_releases_with_more_columns_are_read() {
    let world = worlds().await.remove(0);
    let header = HEADER.trim_end().to_owned() + ",hos_beds,hos_dsch,corp_parent_name\n";
    let row = hospital("A1", "240010", "Mayo").trim_end().to_owned() + ",1265,60000,Caf\u{e9}\n";
    let first = world.import("chsp-hospital-linkage-2018.csv", HEADER.to_owned() + &hospital("A1", "240010", "Mayo")).await.unwrap();
    assert_eq!(first.created, 1);
    let moved = row.replace("HSI1,Northlake", "HSI2,Southlake");
    let report = world.import("chsp-hospital-linkage-2021.csv", header.clone() + &moved).await.unwrap();
    assert_eq!((report.updated, report.rejected), (1, 0));
    assert!(report.notes.iter().any(|n| n.code == "import.columns_ignored" && n.text.contains("corp_parent_name")));
    assert_eq!(world.number("SELECT beds FROM account").await, 1_265);
    let link = "SELECT COUNT(*) FROM affiliation f JOIN health_system s ON s.id = f.parent_id WHERE ";
    assert_eq!(world.number(&format!("{link} s.name = 'Northlake' AND f.valid_to = 18992")).await, 1, "it ended on 31 December 2021");
    assert_eq!(world.number(&format!("{link} s.name = 'Southlake' AND f.valid_from = 18992 AND f.valid_to IS NULL")).await, 1);
    assert!(world.text("SELECT body->>'text' FROM fact WHERE kind = 'record'").await.contains("Southlake, before Northlake"));
    let alone = moved.replace("HSI2,Southlake,Duluth,MN", ",,,");
    let report = world.import("chsp-hospital-linkage-2023.csv", header + &alone).await.unwrap();
    assert_eq!(report.updated, 1, "leaving a system is a change");
    assert_eq!(world.number("SELECT COUNT(*) FROM affiliation WHERE valid_to IS NULL").await, 0);
}

/// Fails after the rows are written and before the position is kept: as a kill inside the transaction.
struct Dies {
    inner: Box<dyn Importer>,
    at_line: u64,
}

#[async_trait::async_trait]
impl Importer for Dies {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }
    fn title(&self) -> &'static str {
        self.inner.title()
    }
    fn columns(&self) -> &'static [rounds_platform::imports::Column] {
        self.inner.columns()
    }
    fn key(&self) -> Option<usize> {
        self.inner.key()
    }
    async fn write(
        &self,
        tx: &mut Tx,
        file: &rounds_platform::imports::FileInfo,
        rows: &[rounds_platform::imports::Row],
    ) -> Result<rounds_platform::imports::ChunkReport> {
        let report = self.inner.write(tx, file, rows).await?;
        if rows.iter().any(|r| r.line == self.at_line) {
            // The future never ends, so that the test can drop it in the middle, as a kill would.
            std::future::pending::<()>().await;
        }
        Ok(report)
    }
}

#[derive(serde::Serialize)]
struct SetDead(i64);

impl Command for SetDead {
    const NAME: &'static str = "test.set_dead";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();
    async fn run(self, tx: &mut Tx) -> Result<()> {
        tx.execute("UPDATE job SET beat_at = 0 WHERE id = $1", args![self.0]).await.map(|_| ())
    }
}

async fn interrupted(world: &World, file: &str) -> i64 {
    let dying: Vec<Box<dyn Importer>> = vec![Box::new(Dies { inner: importers_vec(), at_line: 1_500 })];
    let job = receive(&world.runner, &program(), &dying, (None, "linkage-2018.csv", file.as_bytes()), Mapping::default()).await.unwrap();
    let work: Arc<dyn Work> = Arc::new(ImportWork { importers: Arc::new(dying) });
    let actor = program();
    let kinds = [work];
    let run = run_now(&world.runner, &actor, &kinds, JobId(job.id), Arc::new(|_, _, _| ()));
    assert!(tokio::time::timeout(std::time::Duration::from_secs(4), run).await.is_err(), "it hangs in the second chunk");
    job.id
}

fn importers_vec() -> Box<dyn Importer> {
    rounds_customers::importers().into_iter().find(|i| i.kind() == "ahrq-hospitals").unwrap()
}

#[tokio::test]
async fn a_killed_import_goes_on_where_it_was() {
    for world in worlds().await {
        let mut file = HEADER.to_owned();
        (1..=2_500).for_each(|n| file.push_str(&hospital(&format!("K{n}"), "", "Some Hospital")));
        // The very first id again, in a part that only the second run reads: it must still know the first part.
        file.push_str(&hospital("K1", "", "Some Hospital"));
        let id = interrupted(&world, &file).await;
        assert_eq!(world.number("SELECT COUNT(*) FROM account").await, 1_000, "{}: the open chunk left nothing", world.engine);
        let taken = world.runner.run(&program(), Take { job: JobId(id) }).await;
        assert_eq!(taken.unwrap_err().code, "job.taken", "its heart may still beat");
        world.runner.run(&program(), SetDead(id)).await.unwrap();
        let report = world.import("linkage-2018.csv", &file).await.unwrap();
        assert_eq!(world.number("SELECT COUNT(*) FROM job").await, 1, "the same file is the same job");
        assert_eq!((report.read, report.created, report.rejected), (2_501, 2_500, 1), "{}: nothing lost, nothing doubled", world.engine);
        assert_eq!(world.number("SELECT COUNT(*) FROM account").await, 2_500);
        assert_eq!(world.number("SELECT COUNT(*) FROM import_reject").await, 1);
        let job = get(&world.runner.db, JobId(id)).await.unwrap().unwrap();
        assert_eq!((job.state.as_str(), job.attempts), ("done", 2));
    }
}

#[tokio::test]
async fn only_who_may_change_the_record_imports() {
    let world = worlds().await.remove(0);
    let rep = rounds_kernel::Actor {
        user: Some(rounds_kernel::UserId(1)),
        name: "Rep".into(),
        role: rounds_kernel::Role::FieldRep,
        scope: rounds_kernel::Scope::CoveredBy(vec![rounds_kernel::UserId(1)]),
        zone: "UTC".into(),
    };
    let e = receive(&world.runner, &rep, &importers(), (None, "f.csv", HEADER.as_bytes()), Mapping::default()).await.unwrap_err();
    assert_eq!(e.code, "access.forbidden");
    assert_eq!(world.runner.db.number("SELECT COUNT(*) FROM import_file", vec![]).await.unwrap(), 0);
}
