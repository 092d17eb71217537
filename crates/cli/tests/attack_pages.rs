//! Pages under attack: text that wants to be script, cells that want to be formulas, hosts that are not ours, slow senders.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{PASSWORD, World, planned};
use rounds_kernel::Role;
use rounds_store::{FromQueryResult, Query};
use rounds_testkit::sqlite;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(FromQueryResult)]
struct Column {
    tab: String,
    col: String,
}

/// Columns of free text: those in which a file, a form or a call may have put anything. Codes, keys and dates are not.
async fn free_text(w: &World) -> Vec<Column> {
    const NAMES: &[&str] = &[
        "name",
        "city",
        "street",
        "specialty",
        "note",
        "reason",
        "title",
        "text",
        "phone",
        "email",
        "ownership",
        "hrr_name",
        "product",
        "family",
        "description",
        "comment",
        "body_text",
        "basis",
        "wording",
        "evidence",
        "answer",
        "cause",
        "remedy",
        "raw",
        "message",
    ];
    let sql = "SELECT m.name AS tab, p.name AS col FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' \
               AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE 'search%' AND m.name NOT LIKE 'seaql%' AND p.type = 'TEXT' ORDER BY m.name, p.cid";
    let all = w.runner.db.all::<Column>(sql, vec![]).await.unwrap();
    let kept = |c: &Column| NAMES.contains(&c.col.as_str()) && !(c.tab == "app_user" && c.col == "email") && c.tab != "web_session";
    all.into_iter().filter(kept).collect()
}

/// Writes `text` with the row's number into every column of free text; unique ones stay unique.
async fn plant(w: &World, text: &str) -> usize {
    let columns = free_text(w).await;
    for Column { tab, col } in &columns {
        let sql = format!("UPDATE {tab} SET {col} = $1 || rowid WHERE {col} IS NOT NULL AND {col} <> ''");
        // A column that codes hang on may be guarded by the table itself; then nothing hostile can stand there either.
        let _ = w.runner.db.housekeep(&sql, rounds_store::args![text]).await;
    }
    let sql = "UPDATE fact SET body = json_set(body, '$.text', $1, '$.note', $1, '$.product', $1)";
    w.runner.db.housekeep(sql, rounds_store::args![text]).await.unwrap();
    columns.len()
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

#[tokio::test(flavor = "multi_thread")]
async fn stored_script_stays_text_on_every_page() {
    const HOSTILE: [&str; 3] = ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "javascript:alert(1)//"];
    for hostile in HOSTILE {
        let w = planned(sqlite(), 20).await;
        assert!(plant(&w, hostile).await > 10);
        let site = w.site().await;
        let mut shown = 0;
        for role in [Role::Admin, Role::FieldRep] {
            let v = site.sign_in(&w.user(role).email, PASSWORD).await;
            for r in rounds_cli::compose::routes().iter().filter(|r| r.method == "GET" && r.api.is_none()) {
                for id in ["1", "2"] {
                    let a = v.get(&filled(r.path, id)).await;
                    let what = format!("{} as {}", r.path, role.label());
                    assert!(a.status.as_u16() < 500, "{what}: {}", a.body);
                    let kind = a.headers.get("content-type").map_or("", |t| t.to_str().unwrap_or_default());
                    if !kind.starts_with("text/html") {
                        assert!(a.headers["x-content-type-options"] == "nosniff" && !kind.contains("xml"), "{what}: {kind}");
                        continue;
                    }
                    for raw in [
                        "<script>alert",
                        "<img src=x",
                        "href=\"javascript:",
                        "href='javascript:",
                        "action=\"javascript:",
                        "onerror=alert(1)>",
                    ] {
                        assert!(!a.body.contains(raw), "{what} shows {raw}");
                    }
                    shown += usize::from(a.body.contains("alert(1)"));
                }
            }
        }
        assert!(shown > 15, "{hostile}: only {shown} pages show what was planted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_of_an_export_is_a_formula() {
    for hostile in ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "=HYPERLINK(\"http://evil\",\"x\")"] {
        let w = planned(sqlite(), 20).await;
        plant(&w, hostile).await;
        let site = w.site().await;
        let v = site.sign_in(&w.user(Role::Admin).email, PASSWORD).await;
        let mut read = 0;
        for r in rounds_cli::compose::routes().iter().filter(|r| r.method == "GET" && r.path.ends_with(".csv")) {
            let a = v.get(&filled(r.path, "1")).await;
            let mut rows = csv_cells(&a.body);
            if a.status != 200 || rows.next().is_none_or(|head| head.len() <= 1) {
                continue;
            }
            for cell in rows.flatten() {
                let number = cell.parse::<f64>().is_ok();
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !number;
                assert!(!formula, "{}: {cell:?}", r.path);
                read += 1;
            }
        }
        assert!(read > 50, "{read} cells");
    }
}

/// Records of a CSV text (RFC 4180).
fn csv_cells(text: &str) -> impl Iterator<Item = Vec<String>> {
    let (mut records, mut record, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            ('"', _) => quoted = !quoted,
            (',', false) => record.push(std::mem::take(&mut cell)),
            ('\r', false) if chars.peek() == Some(&'\n') => {}
            ('\n', false) => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            _ => cell.push(c),
        }
    }
    records.into_iter()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_ours_is_nowhere_in_the_answers() {
    let w = planned(sqlite(), 20).await;
    let site = w.site().await;
    let v = site.sign_in(&w.user(Role::Admin).email, PASSWORD).await;
    let evil =
        [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("x-original-url", "/users")];
    for path in ["/", "/accounts", "/accounts/1", "/sign-in", "/nowhere", "/api", "/api/openapi.json", "/api/v1/accounts"] {
        let a = v.send("GET", path, &evil).await;
        assert!(!a.body.contains("evil.example") && !a.location.unwrap_or_default().contains("evil"), "{path}");
    }
    let a = v.get("/sign-in?next=%0d%0aSet-Cookie:%20a=b%0d%0a").await;
    assert!(!a.headers.get_all("set-cookie").iter().any(|c| c.as_bytes().starts_with(b"a=b")));
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_senders_keep_nobody_waiting() {
    let w = planned(sqlite(), 20).await;
    let site = w.site().await;
    let address = site.base.trim_start_matches("http://").to_owned();
    let mut slow = Vec::new();
    for n in 0..200 {
        let mut s = TcpStream::connect(&address).await.unwrap();
        let begun: &[u8] = if n % 2 == 0 {
            b"GET /accounts HTTP/1.1\r\nHost: x\r\nX-A: "
        } else {
            b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\nemail="
        };
        s.write_all(begun).await.unwrap();
        slow.push(s);
    }
    let v = site.visitor();
    #[allow(clippy::disallowed_methods, reason = "the time an attack really takes")]
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(v.get("/sign-in").await.status, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // Two requests in one, told apart by nobody: the second length is refused.
    let mut s = TcpStream::connect(&address).await.unwrap();
    s.write_all(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /users HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 4_096];
    let n = tokio::time::timeout(Duration::from_secs(5), s.read(&mut answer)).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&answer[..n]);
    assert!(!text.contains("200 OK"), "{text}");
}
