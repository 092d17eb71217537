//! Reads of tracings, within scope.

pub(super) mod list;

pub(super) use list::lines_of;

use crate::sales::FamilySales;
use rounds_customers::lists::Keyset;
use rounds_customers::parties::mapped;
use rounds_kernel::{Actor, Result};
use rounds_platform::scope;
use rounds_store::{Query, args};
use sea_orm::FromQueryResult;

/// A report in one currency.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Report {
    pub id: i64,
    pub distributor: String,
    pub period_from: i64,
    pub period_to: i64,
    pub version: i64,
    pub received_on: i64,
    pub replaced_by: Option<i64>,
    pub source: String,
    pub currency: String,
    pub lines: i64,
    pub unmapped: i64,
    pub unnamed: i64,
    pub minor: i64,
    pub unpriced: i64,
}

const REPORT: &str = "SELECT r.id, d.code AS distributor, r.period_from, r.period_to, r.version, r.received_on, r.replaced_by, r.source, \
    t.currency, COUNT(*) AS lines, CAST(SUM(CASE WHEN l.account_id IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unmapped, \
    CAST(SUM(CASE WHEN t.product_id IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unnamed, CAST(SUM(COALESCE(t.minor, 0)) AS BIGINT) AS minor, \
    CAST(SUM(CASE WHEN t.minor IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unpriced \
    FROM tracing_report r JOIN distributor d ON d.id = r.distributor_id JOIN tracing_line t ON t.report_id = r.id";
const GROUPED: &str = "GROUP BY r.id, d.code, r.period_from, r.period_to, r.version, r.received_on, r.replaced_by, r.source, t.currency";

/// Reports with lines within scope, the newest period first.
pub(super) async fn reports(db: &impl Query, actor: &Actor) -> Result<Vec<Report>> {
    let sql = format!(
        "{REPORT} {} WHERE {} {GROUPED} ORDER BY r.period_to DESC, d.code, r.version DESC, t.currency LIMIT 300",
        mapped("t.party_id", "t.day"),
        scope::accounts(actor, "l.account_id")
    );
    db.all(&sql, vec![]).await
}

/// One report, within scope.
pub(super) async fn report(db: &impl Query, actor: &Actor, id: i64) -> Result<Vec<Report>> {
    added_up(db, actor, &[id]).await
}

/// These reports with their lines within scope added up by currency, in the order of `ids`.
pub(super) async fn added_up(db: &impl Query, actor: &Actor, ids: &[i64]) -> Result<Vec<Report>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "{REPORT} {} WHERE r.id IN ({list}) AND {} {GROUPED} ORDER BY t.currency",
        mapped("t.party_id", "t.day"),
        scope::accounts(actor, "l.account_id")
    );
    let mut rows: Vec<Report> = db.all(&sql, vec![]).await?;
    rows.sort_by_key(|r| ids.iter().position(|id| *id == r.id));
    Ok(rows)
}

/// A line.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Line {
    pub id: i64,
    pub report_id: i64,
    pub day: i64,
    pub party_id: i64,
    pub number: String,
    pub name: String,
    pub account_id: Option<i64>,
    pub account: Option<String>,
    pub product_id: Option<i64>,
    pub product: Option<String>,
    pub product_text: String,
    pub milli: i64,
    pub unit: String,
    pub minor: Option<i64>,
    pub currency: String,
    pub period_to: i64,
    pub distributor: String,
}

/// Columns of a [`Line`].
pub(super) const LINE_COLUMNS: &str = "t.id, t.report_id, t.day, t.party_id, p.number, p.name, l.account_id, a.name AS account, \
    t.product_id, i.name AS product, t.product_text, t.milli, t.unit, t.minor, t.currency, r.period_to, d.code AS distributor";

/// Where lines stand, with the account that their ship-to stood for on their day.
pub(super) fn line_source() -> String {
    format!(
        "tracing_line t JOIN party p ON p.id = t.party_id JOIN tracing_report r ON r.id = t.report_id \
         JOIN distributor d ON d.id = r.distributor_id {} LEFT JOIN account a ON a.id = l.account_id LEFT JOIN product i ON i.id = t.product_id",
        mapped("t.party_id", "t.day")
    )
}

/// Lines of a list: the unmapped first, then by value.
pub(super) async fn lines(db: &impl Query, list: &Keyset, limit: usize) -> Result<Vec<Line>> {
    let sql = format!(
        "SELECT {} FROM {} WHERE {} \
         ORDER BY CASE WHEN l.account_id IS NULL THEN 0 ELSE 1 END, COALESCE(t.minor, 0) DESC, t.id LIMIT {limit}",
        list.columns,
        list.from,
        list.conditions.join(" AND ")
    );
    db.all(&sql, list.args.clone()).await
}

/// Lines of one report, within scope.
pub(super) async fn lines_of_report(db: &impl Query, actor: &Actor, report: i64, limit: usize) -> Result<Vec<Line>> {
    let mut list = lines_of(actor);
    list.filter("t.report_id = {}", report);
    lines(db, &list, limit).await
}

/// Lines that count of one account, newest period first.
pub(super) async fn of_account(db: &impl Query, account: i64) -> Result<Vec<Line>> {
    let sql = format!(
        "SELECT {LINE_COLUMNS} FROM {} WHERE t.party_id IN (SELECT party_id FROM party_account WHERE account_id = $1) AND t.current = 1 AND l.account_id = $1 \
         ORDER BY t.day DESC, COALESCE(t.minor, 0) DESC, t.id LIMIT 8",
        line_source()
    );
    db.all(&sql, args![account]).await
}

/// Indirect sales of the reports that count, since a day, by currency, within scope.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Indirect {
    pub currency: String,
    pub minor: i64,
}

pub(super) async fn indirect(db: &impl Query, actor: &Actor, from: i64) -> Result<Vec<Indirect>> {
    let sql = format!(
        "SELECT t.currency, CAST(SUM(COALESCE(t.minor, 0)) AS BIGINT) AS minor FROM tracing_line t {} WHERE t.current = 1 AND t.day >= $1 AND {} \
         GROUP BY t.currency ORDER BY t.currency",
        mapped("t.party_id", "t.day"),
        scope::accounts(actor, "l.account_id")
    );
    db.all(&sql, args![from]).await
}

/// What distributors sold to accounts, by family and currency, in periods that end in `from..to`. No scope: as for direct sales.
pub async fn net_by_family(db: &impl Query, accounts: &[i64], from: i64, to: i64) -> Result<Vec<FamilySales>> {
    let mut out = Vec::new();
    for chunk in accounts.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT l.account_id, COALESCE(i.family, '') AS family, t.currency, CAST(SUM(COALESCE(t.minor, 0)) AS BIGINT) AS minor, \
             CAST(SUM(COALESCE(t.base_milli, 0)) AS BIGINT) AS milli, \
             CAST(SUM(CASE WHEN t.base_milli IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unknown_units FROM tracing_line t {} \
             LEFT JOIN product i ON i.id = t.product_id WHERE t.party_id IN (SELECT party_id FROM party_account WHERE account_id IN ({list})) \
             AND t.current = 1 AND t.day >= $1 AND t.day < $2 AND l.account_id IN ({list}) \
             GROUP BY l.account_id, COALESCE(i.family, ''), t.currency ORDER BY 1, 2, 3",
            mapped("t.party_id", "t.day")
        );
        out.extend(db.all::<FamilySales>(&sql, args![from, to]).await?);
    }
    Ok(out)
}
