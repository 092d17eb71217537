//! Sales that reach no account, articles nobody knows, rows that were refused.

use super::ranked;
use crate::trial::model::{Figures, NewRow, Sold};
use rounds_kernel::{Day, Result};
use rounds_store::{Db, FromQueryResult, Query};

const BILLED: &str = "('invoice', 'return', 'credit')";
const ORDERED: &str = "('order')";

/// Which lines are counted as sales: what was billed, or where nothing was, what was ordered.
pub(super) async fn kinds(db: &Db, figures: &mut Figures) -> Result<&'static str> {
    let billed = db.number("SELECT COUNT(*) FROM sale_line WHERE kind = 'invoice'", vec![]).await? > 0;
    figures.lines = if billed { "invoices less returns and credits".into() } else { "orders".into() };
    Ok(if billed { BILLED } else { ORDERED })
}

#[derive(FromQueryResult)]
struct Sum {
    currency: String,
    lines: i64,
    minor: i64,
}

#[derive(FromQueryResult)]
struct ShipTo {
    id: i64,
    erp: String,
    number: String,
    name: String,
    city: String,
    state: String,
    currency: String,
    lines: i64,
    minor: i64,
    last_day: i64,
}

/// Ship-tos that stand for no account, and the share of the money that is theirs.
pub(super) async fn unmapped(db: &Db, kinds: &str, figures: &mut Figures) -> Result<Vec<NewRow>> {
    let sql = format!(
        "SELECT currency, CAST(SUM(lines) AS BIGINT) AS lines, CAST(SUM(minor) AS BIGINT) AS minor FROM sale_day \
         WHERE kind IN {kinds} GROUP BY currency ORDER BY currency"
    );
    let sums: Vec<Sum> = db.all(&sql, vec![]).await?;
    figures.sold = sums.into_iter().map(|s| Sold { currency: s.currency, lines: s.lines, minor: s.minor, unmapped_minor: 0 }).collect();
    let sql = format!(
        "SELECT p.id, p.erp, p.number, p.name, p.city, p.state, s.currency, COUNT(*) AS lines, CAST(SUM(s.minor) AS BIGINT) AS minor, \
         MAX(s.day) AS last_day FROM party p JOIN sale_line s ON s.ship_to_id = p.id \
         WHERE s.kind IN {kinds} AND NOT EXISTS (SELECT 1 FROM party_account l WHERE l.party_id = p.id \
         AND (l.valid_to IS NULL OR l.valid_to > l.valid_from)) \
         GROUP BY p.id, p.erp, p.number, p.name, p.city, p.state, s.currency"
    );
    let found: Vec<ShipTo> = db.all(&sql, vec![]).await?;
    for sold in &mut figures.sold {
        sold.unmapped_minor = found.iter().filter(|s| s.currency == sold.currency).map(|s| s.minor).sum();
    }
    let row = |s: ShipTo| NewRow {
        finding: "unmapped".into(),
        rank: s.minor,
        what: format!("{} {}", s.number, s.name).trim().to_owned(),
        sub: [s.erp.as_str(), s.city.as_str(), s.state.as_str()].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(", "),
        href: format!("/parties/{}", s.id),
        detail: format!("last on {}", Day::stored(s.last_day)),
        n: s.lines,
        minor: s.minor,
        currency: s.currency,
        ..NewRow::default()
    };
    Ok(ranked(found.into_iter().map(row).collect()))
}

#[derive(FromQueryResult)]
struct Article {
    product_text: String,
    currency: String,
    lines: i64,
    minor: i64,
}

/// Articles that the catalogue does not know.
pub(super) async fn articles(db: &Db, kinds: &str) -> Result<Vec<NewRow>> {
    let sql = format!(
        "SELECT product_text, currency, COUNT(*) AS lines, CAST(SUM(minor) AS BIGINT) AS minor FROM sale_line \
         WHERE product_id IS NULL AND product_text IS NOT NULL AND kind IN {kinds} GROUP BY product_text, currency"
    );
    let row = |a: Article| NewRow {
        finding: "articles".into(),
        rank: a.minor,
        what: a.product_text,
        href: "/products".into(),
        n: a.lines,
        minor: a.minor,
        currency: a.currency,
        ..NewRow::default()
    };
    Ok(ranked(db.all::<Article>(&sql, vec![]).await?.into_iter().map(row).collect()))
}

#[derive(FromQueryResult)]
struct Refused {
    job_id: i64,
    file: String,
    code: String,
    rows: i64,
    line: i64,
    cause: String,
    remedy: String,
}

/// Rows that could not be used, by file and reason.
pub(super) async fn rejected(db: &Db) -> Result<Vec<NewRow>> {
    let sql = "SELECT job_id, file, code, COUNT(*) AS rows, MIN(line) AS line, MIN(cause) AS cause, MIN(remedy) AS remedy \
               FROM import_reject GROUP BY job_id, file, code";
    let row = |r: Refused| NewRow {
        finding: "rejected".into(),
        rank: r.rows,
        what: format!("{}: {}", r.file, r.code),
        sub: format!("e.g. line {}: {}", r.line, r.cause),
        href: format!("/imports/{}", r.job_id),
        detail: r.remedy,
        n: r.rows,
        ..NewRow::default()
    };
    Ok(ranked(db.all::<Refused>(sql, vec![]).await?.into_iter().map(row).collect()))
}
