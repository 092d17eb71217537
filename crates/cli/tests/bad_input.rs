//! What people and files send that cannot be used: each gets a code, a cause and a remedy, and nothing good is lost with it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, market, planned};
use rounds_cli::compose;
use rounds_kernel::{Actor, Day, JobId, Permission, PersonId, PersonRole, Role};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, run_import};
use rounds_platform::jobs::run_now;
use rounds_store::{FromQueryResult, Query, Tx};
use rounds_testkit::{Answer, Site, Visitor, databases, sqlite};
use std::sync::Arc;

const HEADER: &str = "compendium_hospital_id,ccn,hospital_name,hospital_street,hospital_city,hospital_state,hospital_zip,acutehosp_flag,\
                      health_sys_id,health_sys_name,health_sys_city,health_sys_state";
const HTML: &str = "<img src=x onerror=alert(1)> & Sons";
const FORMULA: &str = "=HYPERLINK(\"http://evil.example\")";
const QUOTE: &str = "Quote cells that hold the delimiter, and import the file again.";

/// Kept files, of which the made-up market has some of its own.
const FILES: &str = "SELECT COUNT(*) FROM import_file WHERE bytes <> 11";

fn hospital(id: &str, ccn: &str, name: &str) -> String {
    format!("{id},{ccn},{name},1 Main St,Duluth,MN,55805,1,XSYS,Northlake,Duluth,MN\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

/// The answer is a problem page with exactly this status, code, cause and remedy.
fn says(a: &Answer, status: u16, [code, cause, remedy]: [&str; 3], what: &str) {
    assert_eq!(a.status.as_u16(), status, "{what}: {}", a.body);
    let html = a.headers.get("content-type").is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
    assert!(html, "{what}: a page, not {:?}: {}", a.headers.get("content-type"), a.body);
    for part in [code, cause, remedy] {
        assert!(a.body.contains(&format!(">{}<", escaped(part))), "{what}: “{part}” is not said:\n{}", a.body);
    }
}

async fn as_role(w: &World, site: &Site, role: Role) -> Visitor {
    site.sign_in(&w.user(role).email, PASSWORD).await
}

/// Uploads a file through the browser's form and works its job off; the address of its page.
async fn import(w: &World, v: &Visitor, name: &str, bytes: &[u8]) -> String {
    let a = v.upload("/imports/upload", &v.token("/imports").await, &[("kind", "")], Some((name, bytes))).await;
    assert_eq!(a.status, 303, "{}: {}", w.db.engine, a.body);
    let page = a.location.unwrap();
    let job = JobId(page.rsplit('/').next().unwrap().parse().unwrap());
    let program = Actor::program("test");
    run_now(&w.runner, &program, &compose::works(), job, Arc::new(|_, _, _| ())).await.unwrap();
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_tables_are_refused_whole() {
    const EMPTY: [&str; 3] =
        ["import.empty", "The file is empty: it has no header line. Nothing was changed.", "Choose the file that holds the table."];
    const SAVE: &str = "Save the table as “CSV UTF-8” and import that file.";
    const BINARY: [&str; 3] = [
        "import.binary",
        "Line 1 holds NUL bytes: this is no text file (a spreadsheet or UTF-16 file, perhaps). Nothing of it was imported after that line.",
        SAVE,
    ];
    let long = [
        "import.line_too_long",
        "Line 1 is longer than 1 MB: this is no table of rows. Nothing of it was imported after that line.",
        "Check that the file is CSV with one row a line.",
    ];
    let kinds = compose::importers().iter().map(|i| i.kind()).collect::<Vec<_>>().join(", ");
    assert!(kinds.starts_with("ahrq-systems, ahrq-hospitals, cms-hospitals,"), "{kinds}");
    let kinds = format!("Use one of: {kinds}.");
    let unknown = ["import.kind_unknown", "There is no kind of file “nonsense”. Nothing was changed.", kinds.as_str()];
    let lacking = HEADER.replace("ccn,", "").replace("hospital_zip,", "") + "\n";
    let (doubled, good) = (format!("{HEADER},CCN\n"), format!("{HEADER}\n"));
    for db in databases().await {
        let w = market(db, 20).await;
        let site = w.site().await;
        let v = as_role(&w, &site, Role::Operations).await;
        let token = v.token("/imports").await;
        let before = w.count("SELECT COUNT(*) FROM job").await;
        let files = w.count(FILES).await;
        let cases: [(&str, &str, &[u8], [&str; 3]); 5] = [
            ("empty", "", b"", EMPTY),
            ("only a mark", "", b"\xEF\xBB\xBF\r\n\r\n", EMPTY),
            ("an endless line", "", &vec![b'x'; 2 << 20], long),
            ("unknown kind", "nonsense", good.as_bytes(), unknown),
            ("binary of a known kind", "ahrq-hospitals", b"\0\0\0\0", BINARY),
        ];
        for (what, kind, bytes, expected) in cases {
            let a = v.upload("/imports/upload", &token, &[("kind", kind)], Some(("f.csv", bytes))).await;
            says(&a, 400, expected, what);
        }
        for (what, bytes, code) in [
            ("a zip archive", &b"PK\x03\x04\0\0\0\0binary"[..], "import.workbook_damaged"),
            ("an old workbook", b"\xD0\xCF\x11\xE0\xA1\xB1", "import.format"),
            ("Parquet cut short", b"PAR1\0\0\0", "import.parquet_damaged"),
        ] {
            let a = v.upload("/imports/upload", &token, &[("kind", "")], Some(("f.csv", bytes))).await;
            assert!(a.status == 400 && a.body.contains(code), "{what}: {} {}", a.status, a.body);
        }
        assert_eq!(w.count(FILES).await - files, 3, "{}: only what could be a table by its first bytes was kept", w.db.engine);
        // A header that is not understood is no refusal: the next page asks which column is which.
        let doubted: [(&str, &[u8], &str); 3] = [
            ("", b"name;town\nx;y\n", "import.kind_unknown"),
            ("ahrq-hospitals", lacking.as_bytes(), "import.columns_missing"),
            ("ahrq-hospitals", doubled.as_bytes(), "import.column_twice"),
        ];
        for (kind, bytes, code) in doubted {
            let a = v.upload("/imports/upload", &token, &[("kind", kind)], Some(("f.csv", bytes))).await;
            let to = a.location.unwrap_or_default();
            assert!(a.status == 303 && to.starts_with("/imports/files/"), "{code}: {} {to}", a.status);
            let asked = v.get(&to).await;
            assert!(asked.status == 200 && asked.body.contains(code), "{code}: {} {}", asked.status, asked.body);
        }
        assert_eq!(w.count("SELECT COUNT(*) FROM job").await, before, "{}: nothing was begun", w.db.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_without_a_file_too_large_or_damaged_say_so() {
    let none = ["import.no_file", "No file was chosen. Nothing was changed.", "Choose a file and send it again."];
    let large = [
        "import.too_large",
        "The file is larger than 3 MB. Nothing was changed.",
        "Split it into parts with the same header, or use “rounds import” on the server.",
    ];
    let w = market(sqlite(), 20).await;
    let site = w.site().await;
    let v = as_role(&w, &site, Role::Operations).await;
    let token = v.token("/imports").await;
    let files = w.count(FILES).await;
    let limit = "INSERT INTO setting (key, value) VALUES ('import.largest_upload_mb', '3')";
    w.runner.db.housekeep(limit, vec![]).await.unwrap();
    let send = |file| v.upload("/imports/upload", &token, &[("kind", "")], file);
    says(&send(None).await, 400, none, "no file part");
    says(&send(Some(("", b"x"))).await, 400, none, "a file without a name");
    says(&send(Some(("f.csv", &vec![b'a'; (3 << 20) + 1]))).await, 400, large, "a byte too many");
    for (kind, body) in [("multipart/form-data", "x"), ("multipart/form-data; boundary=B", "--B\r\nhalf a")] {
        let a = v.post_raw(&format!("/imports/upload?csrf={token}"), kind, body.into()).await;
        assert_eq!(a.status, 400, "{kind}");
        assert!(a.body.contains("import.upload_broken") || a.body.contains("request.form"), "{kind}: {}", a.body);
        assert!(a.body.contains("Nothing was changed."), "{}", a.body);
    }
    let a = v.post_raw(&format!("/imports/upload?csrf={token}"), "text/plain", b"x".to_vec()).await;
    assert_eq!(a.status, 403, "only the form's own kind of body may bring its token in the address");
    let a = v.upload("/imports/upload", "guessed", &[], Some(("f.csv", HEADER.as_bytes()))).await;
    assert_eq!(a.status, 403);
    assert!(a.body.contains("form.stale"), "{}", a.body);
    assert_eq!(w.count(FILES).await, files, "none of them was kept");
}

/// Lines of a file with everything wrong, from line 2 on.
fn bad_rows() -> Vec<u8> {
    let mut file = format!("{HEADER},hos_extra\n").into_bytes();
    let mut add = |row: String| file.extend(row.replace('\n', ",more\n").into_bytes());
    add(hospital("X1", "240010", &format!("\"{HTML}\"")));
    add(hospital("X2", "10018", "Lost its zero"));
    add(hospital("X3", "1014F", "Unclear"));
    add(hospital("X1", "240011", "Again"));
    add(hospital(" ", "240012", "No id"));
    add("X4,240013,too few\n".into());
    add(hospital("X5", "", "No number"));
    add(hospital("X6", "240014", "too, many"));
    add(hospital("X7", "240015", &"x".repeat(301)));
    add(hospital("X8", "240016", "Far away").replace("55805", "SW1A 1AA"));
    add(hospital("X10", "240018", &format!("\"{}\"", FORMULA.replace('"', "\"\""))));
    add(hospital("X13", "240021", "'; DROP TABLE account; --"));
    // CP1252, and bytes that are neither that nor UTF-8.
    file.extend(b"X11,240019,Cl\xEDnica Mu\xF1oz \x96 Norte,1 Main St,Duluth,MN,55805,1,,,,,more\n");
    file.extend(b"X12,240020,\xFF\xFE\x81,1 Main St,Duluth,MN,55805,1,,,,,more\n");
    // Last, because a quote that opens here takes the next quote of the file for its end.
    file.extend(hospital("X9", "240017", "\"\"\"open").into_bytes());
    file
}

const REJECTED: [(i64, [&str; 3]); 8] = [
    (
        4,
        [
            "import.ccn_unclear",
            "“1014F” is no CMS certification number: those have six characters, such as 240010 or 05A263.",
            "Look the hospital's number up and write it as text, with its leading zeros.",
        ],
    ),
    (
        5,
        [
            "import.id_twice",
            "“compendium_hospital_id” X1 stands on line 2 already, which was taken.",
            "Keep one of the two rows and import the file again.",
        ],
    ),
    (6, ["import.id_blank", "“compendium_hospital_id” is blank.", "Fill it in: without it the row has no name to be found by."]),
    (7, ["import.columns_wrong", "The row has 4 columns, the header has 13.", QUOTE]),
    (9, ["import.columns_wrong", "The row has 14 columns, the header has 13.", QUOTE]),
    (
        10,
        [
            "import.field_too_long",
            "“hospital_name” is longer than 300 characters.",
            "Shorten it, or check that the columns are in their places.",
        ],
    ),
    (11, ["import.zip_unclear", "“SW1A 1AA” is no ZIP code.", "Write five digits, as text, with leading zeros."]),
    (
        16,
        [
            "import.quote_open",
            "A quote opens in this row and does not close.",
            "Close the quote, or double it if it belongs to the text, and import the file again.",
        ],
    ),
];

#[derive(FromQueryResult)]
struct Reject {
    line: i64,
    code: String,
    cause: String,
    remedy: String,
    raw: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_are_told_with_line_code_cause_and_remedy_and_good_ones_land() {
    for db in databases().await {
        let w = market(db, 20).await;
        let site = w.site().await;
        let v = as_role(&w, &site, Role::Operations).await;
        let before = w.count("SELECT COUNT(*) FROM account").await;
        let page = import(&w, &v, "../x/linkage-2018.csv", &bad_rows()).await;
        let kept: Vec<Reject> =
            w.runner.db.all("SELECT line, code, cause, remedy, raw FROM import_reject ORDER BY line", vec![]).await.unwrap();
        let told: Vec<(i64, [&str; 3])> = kept.iter().map(|r| (r.line, [r.code.as_str(), &r.cause, &r.remedy])).collect();
        assert_eq!(told, REJECTED, "{}", w.db.engine);
        assert!(kept.iter().all(|r| !r.raw.is_empty()), "the text of the row is kept");
        let shown = v.get(&page).await;
        let csv = v.get(&format!("{page}/rejects.csv")).await.body;
        for (line, [code, cause, remedy]) in REJECTED {
            assert!([code, cause, remedy].iter().all(|t| shown.body.contains(&escaped(t))), "{page} tells {code}:\n{}", shown.body);
            assert!(csv.contains(&format!("\r\n{line},{code},")), "{csv}");
        }
        for note in ["import.cp1252", "import.zero_restored", "import.columns_ignored"] {
            assert!(shown.body.contains(note), "{note}:\n{}", shown.body);
        }
        assert_eq!(w.count("SELECT COUNT(*) FROM account").await - before, 7, "{}: the good rows landed", w.db.engine);
        for (key, name) in [("X1", HTML), ("X10", FORMULA), ("X11", "Clínica Muñoz – Norte"), ("X13", "'; DROP TABLE account; --")] {
            let found = w.runner.db.text("SELECT name FROM account WHERE source_key = $1", rounds_store::args![key]).await.unwrap();
            assert_eq!(found.as_deref(), Some(name), "{}: stored as given", w.db.engine);
        }
        let ccn = |value: &str| format!("SELECT COUNT(*) FROM identifier WHERE scheme = 'ccn' AND value = '{value}'");
        assert_eq!((w.count(&ccn("010018")).await, w.count(&ccn("10018")).await, w.count(&ccn("")).await), (1, 0, 0));
        import(&w, &v, "linkage-2018.csv", &bad_rows()).await;
        assert_eq!(w.count("SELECT COUNT(*) FROM account").await - before, 7, "{}: nothing is doubled", w.db.engine);
        let empty = import(&w, &v, "linkage-2018.csv", format!("{HEADER}\n").as_bytes()).await;
        assert!(v.get(&empty).await.body.contains("0 rows read"), "a header alone is an import of nothing");
    }
}

async fn id_of(w: &World, sql: &str) -> i64 {
    w.count(sql).await
}

/// A hospital and someone who works there, both with markup in their names; their ids and their system's.
async fn marked_up(w: &World, v: &Visitor) -> (i64, i64, i64) {
    let hospital_row = hospital("X1", "240010", &format!("\"{HTML}\"")).replace("Northlake", &format!("\"{HTML}\""));
    let formula = hospital("X2", "", &format!("\"{}\"", FORMULA.replace('"', "\"\"")));
    import(w, v, "linkage-2018.csv", format!("{HEADER}\n{hospital_row}{formula}").as_bytes()).await;
    let person = rounds_customers::people::PersonRow {
        line: 0,
        source_key: "X-P1".into(),
        name: HTML.into(),
        role: PersonRole::Physician,
        specialty: HTML.into(),
        email: Some("\"><script>@x.example".into()),
        phone: Some(FORMULA.into()),
        language: "en".into(),
        account_key: "X1".into(),
        affil_from: Day::parse("2026-01-01").unwrap(),
        source: "test".into(),
    };
    let program = Actor::program("test");
    w.runner.run(&program, rounds_customers::people::ImportPeople { rows: vec![person] }).await.unwrap();
    let account = id_of(w, "SELECT id FROM account WHERE source_key = 'X1'").await;
    (
        account,
        id_of(w, "SELECT id FROM person WHERE source_key = 'X-P1'").await,
        id_of(w, "SELECT id FROM health_system WHERE source_key = 'XSYS'").await,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_and_formulas_in_names_are_only_text() {
    for db in databases().await {
        let w = planned(db, 20).await;
        let site = w.site().await;
        let v = as_role(&w, &site, Role::Operations).await;
        let (account, person, system) = marked_up(&w, &v).await;
        let lead = [("account", account.to_string()), ("source", "phone".into()), ("note", HTML.into()), ("person", person.to_string())];
        let fields: Vec<(&str, &str)> = lead.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let captured = v.post("/leads/capture", &format!("/leads/new?account={account}"), &fields).await;
        assert_eq!(captured.status, 303, "{}", captured.body);
        let pages = [
            "/accounts?name=onerror".to_owned(),
            "/people?name=onerror".into(),
            "/systems?name=onerror".into(),
            "/search?q=onerror".into(),
            "/leads".into(),
            "/imports".into(),
            format!("/accounts/{account}"),
            format!("/people/{person}"),
            format!("/people/{person}/why"),
            format!("/systems/{system}"),
            format!("/leads/new?account={account}&person={person}"),
        ];
        for path in pages {
            let a = v.get(&path).await;
            assert_eq!(a.status, 200, "{}: {path}: {}", w.db.engine, a.body);
            assert!(!a.body.contains("<img src=x") && !a.body.contains("<script>@"), "{path} shows markup as such:\n{}", a.body);
            assert!(path == "/imports" || a.body.contains("&#60;img src=x"), "{path} shows the name:\n{}", a.body);
        }
        let csv = v.get("/accounts.csv").await;
        assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        assert!(csv.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        assert!(csv.body.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\""), "the formula is disarmed:\n{}", csv.body);
        let armed = |cell: &str| cell.trim_start_matches('"').starts_with(['=', '@', '+']);
        assert!(!csv.body.split([',', '\n']).any(armed), "{}", csv.body);
    }
}

/// Reads days, as a file of contacts would.
struct Days;

#[async_trait::async_trait]
impl Importer for Days {
    fn kind(&self) -> &'static str {
        "test-days"
    }
    fn title(&self) -> &'static str {
        "Days"
    }
    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[Column::required("key"), Column::required("day").of_days()];
        COLUMNS
    }
    fn key(&self) -> Option<usize> {
        Some(0)
    }
    async fn write(&self, tx: &mut Tx, _file: &FileInfo, rows: &[Row]) -> rounds_kernel::Result<ChunkReport> {
        tx.actor.require(Permission::WriteRecord)?;
        Ok(ChunkReport::of(rows.len() as u64, Vec::new()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn impossible_days_are_refused_in_files_and_addresses() {
    for db in databases().await {
        let w = planned(db, 20).await;
        let all: Vec<Box<dyn Importer>> = vec![Box::new(Days)];
        let file = b"key,day\na,2026-02-28\nb,2026-02-29\nc,2024-02-29\nd,30/11/2026\ne,\nf,0000-00-00\ng,99999-01-01\n";
        let (program, asked) = (Actor::program("test"), (Some("test-days"), "d.csv", &file[..]));
        let report = run_import(&w.runner, &program, &Arc::new(all), asked, Arc::new(|_, _, _| ())).await.unwrap();
        let told: Vec<(u64, &str, &str)> = report.rejects.iter().map(|r| (r.line, r.code.as_str(), r.cause.as_str())).collect();
        let of = |line, text| (line, "import.day_impossible", text);
        let expected = [
            of(3, "“day” holds “2026-02-29”, which is not a day of the calendar."),
            of(7, "“day” holds “0000-00-00”, which is not a day of the calendar."),
            of(8, "“day” holds “99999-01-01”, which is not a day of the calendar."),
        ];
        assert_eq!(told, expected, "{}", w.db.engine);
        assert!(report.rejects.iter().all(|r| r.remedy == "Write the day as YYYY-MM-DD, e.g. 2026-11-23."));
        assert_eq!((report.read, report.created), (7, 4), "the good ones landed, a blank day among them");
        let site = w.site().await;
        let v = as_role(&w, &site, Role::RemoteRep).await;
        let day = ["date.impossible", "“2026-02-30” is not a day of the calendar.", "Write the day as YYYY-MM-DD, e.g. 2026-11-23."];
        says(&v.get("/queue?day=2026-02-30").await, 400, day, "a day");
        let week = ["week.impossible", "“2026-W54” is not a week.", "Write the ISO week as YYYY-Wnn, e.g. 2026-W48."];
        says(&v.get("/queue?week=2026-W54").await, 400, week, "a week");
        for edge in ["day=9999-12-31", "day=-9999-01-01", "week=9999-W52", "week=0001-W01", "week=0000-W01"] {
            let status = v.get(&format!("/queue?{edge}")).await.status.as_u16();
            assert!(matches!(status, 200 | 400), "{}: {edge}: {status}", w.db.engine);
        }
    }
}

#[derive(FromQueryResult)]
struct OneAction {
    id: i64,
    person_id: i64,
}

/// An open action of `owner` in one of the channels.
async fn action_of(w: &World, owner: i64, channels: &str) -> OneAction {
    let sql = format!("SELECT id, person_id FROM plan_action WHERE owner_id = {owner} AND channel IN ({channels}) ORDER BY id LIMIT 1");
    w.runner.db.one(&sql, vec![]).await.unwrap().unwrap()
}

/// Address, status, fields, and the code, cause and remedy said.
type Act<'a> = (String, u16, Vec<(&'a str, &'a str)>, [&'a str; 3]);

#[tokio::test(flavor = "multi_thread")]
async fn acts_that_make_no_sense_change_nothing() {
    let choose = "Choose what happened from the list.";
    let outcome = ["engage.outcome", "An outcome is needed. Nothing was changed.", choose];
    let sent = ["engage.outcome", "“Sent” is no outcome of this channel. Nothing was changed.", "Choose one from the list."];
    let note = ["consent.note", "The note is longer than 1,000 characters. Nothing was changed.", "Shorten it."];
    let dismissal = ["engage.note", "The note is longer than 1,000 characters. Nothing was changed.", "Shorten it."];
    let reason = ["engage.reason", "A dismissal needs a reason. Nothing was changed.", "Choose one of the reasons."];
    let binary = [
        "form.binary",
        "A field holds a NUL character, which is no text. Nothing was changed.",
        "Type the text again instead of pasting it.",
    ];
    let missing = [
        "record.not_found",
        "There is no such action, or it is outside what you may see.",
        "Check the address, or ask your manager whether it is in your coverage.",
    ];
    let large = ["form.too_large", "The form is larger than 1 MB. Nothing was changed.", "Shorten the text and send it again."];
    let (long, huge) = ("ü".repeat(1_001), "x".repeat(2 << 20));
    for db in databases().await {
        let w = planned(db, 60).await;
        let site = w.site().await;
        let (rep, _) = w.busiest(Role::RemoteRep).await;
        let v = site.sign_in(&rep.email, PASSWORD).await;
        let token = v.token("/queue").await;
        let a = action_of(&w, rep.id, "'phone', 'visit', 'video'").await;
        let to = |act: &str| format!("/actions/{}/{act}", a.id);
        let cases: [Act<'_>; 10] = [
            (to("outcome"), 400, vec![("outcome", "won_the_lottery")], outcome),
            (to("outcome"), 400, vec![], outcome),
            (to("outcome"), 400, vec![("outcome", "sent")], sent),
            (to("outcome"), 400, vec![("outcome", "reached"), ("note", &long)], note),
            (to("outcome"), 400, vec![("outcome", "reached"), ("note", "a\0b")], binary),
            (to("outcome"), 400, vec![("outcome", "reached"), ("note", &huge)], large),
            (to("dismiss"), 400, vec![("reason", "no_time"), ("note", &long)], dismissal),
            (to("dismiss"), 400, vec![("reason", "'; DROP TABLE plan_action; --")], reason),
            ("/actions/9223372036854775807/outcome".into(), 404, vec![("outcome", "reached")], missing),
            ("/actions/-1/accept".into(), 404, vec![], missing),
        ];
        for (path, status, fields, expected) in cases {
            says(&v.post_with(&path, &token, &fields).await, status, expected, &format!("{}: {path}", w.db.engine));
        }
        let manager = w.users.iter().find(|u| Some(u.id) == rep.manager_id).unwrap();
        let m = site.sign_in(&manager.email, PASSWORD).await;
        let theirs = m.post(&to("outcome"), "/team", &[("outcome", "reached")]).await;
        let (cause, remedy) = (format!("This is {}'s action. Nothing was changed.", rep.name), format!("Ask {} to act on it.", rep.name));
        says(&theirs, 403, ["engage.not_yours", &cause, &remedy], "someone else's action");
        assert_eq!(w.count("SELECT COUNT(*) FROM action_step").await, 0, "{}: no act was kept", w.db.engine);
        assert_eq!(w.count("SELECT COUNT(*) FROM clearance").await, 0);
        let facts = format!("SELECT COUNT(*) FROM fact WHERE source = 'rounds' AND person_id = {}", PersonId(a.person_id).0);
        assert_eq!(w.count(&facts).await, 0, "nothing stands on the timeline");
    }
}
