//! Sums of sales.

use crate::sales::model::{BILLED, DaySum, FamilySales};
use rounds_customers::parties::mapped;
use rounds_kernel::{Actor, Result, Scope};
use rounds_platform::scope;
use rounds_store::{Query, args};
use sea_orm::FromQueryResult;

/// What was billed by day and currency from day `from` on: of one account, of all accounts within scope, or of the whole base with
/// what is unmapped.
pub(in crate::sales) async fn days(db: &impl Query, actor: &Actor, account: Option<i64>, kinds: &str, from: i64) -> Result<Vec<DaySum>> {
    if account.is_none() && actor.scope == Scope::All {
        let sql = format!(
            "SELECT day, currency, CAST(SUM(minor) AS BIGINT) AS minor, CAST(SUM(lines) AS BIGINT) AS lines FROM sale_day \
             WHERE kind IN {kinds} AND day >= $1 GROUP BY day, currency ORDER BY day, currency"
        );
        return db.all(&sql, args![from]).await;
    }
    let whose = match account {
        Some(id) => format!("account_id = {id}"),
        None => scope::accounts(actor, "account_id"),
    };
    let sql = format!(
        "SELECT s.day, s.currency, CAST(SUM(s.minor) AS BIGINT) AS minor, COUNT(*) AS lines FROM sale_line s {} \
         WHERE s.ship_to_id IN (SELECT party_id FROM party_account WHERE {whose}) AND s.kind IN {kinds} AND s.day >= $1 AND {} AND {} \
         GROUP BY s.day, s.currency ORDER BY s.day, s.currency",
        mapped("s.ship_to_id", "s.day"),
        scope::accounts(actor, "l.account_id"),
        account.map_or_else(|| "1 = 1".to_owned(), |id| format!("l.account_id = {id}"))
    );
    db.all(&sql, args![from]).await
}

/// How many ship-tos with sales stand for no account, and how many there are.
pub(in crate::sales) async fn counts(db: &impl Query) -> Result<(i64, i64)> {
    let all = "SELECT COUNT(*) FROM party p WHERE p.ship_to = 1";
    let open = "SELECT COUNT(*) FROM party p WHERE p.ship_to = 1 AND NOT EXISTS (SELECT 1 FROM party_account l WHERE l.party_id = p.id \
                AND (l.valid_to IS NULL OR l.valid_to > l.valid_from))";
    Ok((db.number(open, vec![]).await?, db.number(all, vec![]).await?))
}

/// Newest counted stock of an account's sites.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(in crate::sales) struct Stock {
    pub product_id: Option<i64>,
    pub product: Option<String>,
    pub product_text: String,
    pub lot: String,
    pub milli: i64,
    pub unit: String,
    pub expires_on: Option<i64>,
    pub counted_on: i64,
}

pub(in crate::sales) async fn stock(db: &impl Query, account: i64) -> Result<Vec<Stock>> {
    let sql = "SELECT c.product_id, i.name AS product, c.product_text, c.lot, c.milli, c.unit, c.expires_on, c.counted_on \
               FROM consignment_stock c LEFT JOIN product i ON i.id = c.product_id JOIN party_account l ON l.party_id = c.party_id \
               WHERE l.account_id = $1 AND l.valid_from <= c.counted_on AND (l.valid_to IS NULL OR l.valid_to > c.counted_on) AND c.milli > 0 \
               AND c.counted_on = (SELECT MAX(n.counted_on) FROM consignment_stock n WHERE n.party_id = c.party_id) \
               ORDER BY COALESCE(c.expires_on, 9999999), c.product_text, c.lot LIMIT 50";
    db.all(sql, args![account]).await
}

/// An account that uses a product.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(in crate::sales) struct Site {
    pub account_id: i64,
    pub account: String,
    pub currency: String,
    pub minor: i64,
    pub milli: i64,
    pub last_day: i64,
}

/// Accounts within scope that ordered a product since a day, most first; where the record has no orders of it, those that were billed for
/// it, net of returns and credits. Says whether it counts orders.
pub(in crate::sales) async fn product_sites(db: &impl Query, actor: &Actor, product: i64, from: i64) -> Result<(bool, Vec<Site>)> {
    let ordered = "SELECT COUNT(*) FROM (SELECT 1 FROM sale_line WHERE product_id = $1 AND kind = 'order' AND day >= $2 LIMIT 1) one";
    let ordered = db.number(ordered, args![product, from]).await? > 0;
    let kinds = if ordered { "('order')" } else { BILLED };
    let sql = format!(
        "SELECT l.account_id, a.name AS account, s.currency, CAST(SUM(s.minor) AS BIGINT) AS minor, \
         CAST(SUM(COALESCE(s.base_milli, 0)) AS BIGINT) AS milli, MAX(s.day) AS last_day FROM sale_line s {} JOIN account a ON a.id = l.account_id \
         WHERE s.product_id = $1 AND s.day >= $2 AND s.kind IN {kinds} AND {} GROUP BY l.account_id, a.name, s.currency \
         ORDER BY minor DESC, l.account_id LIMIT 12",
        mapped("s.ship_to_id", "s.day"),
        scope::accounts(actor, "l.account_id")
    );
    Ok((ordered, db.all(&sql, args![product, from]).await?))
}

/// What accounts were billed net, by family and currency, in `from..to`; where a company keeps no invoices, what they ordered. No
/// scope: for rules and sums that a caller shows within its own.
pub async fn net_by_family(db: &impl Query, accounts: &[i64], from: i64, to: i64) -> Result<Vec<FamilySales>> {
    let invoiced =
        db.number(&format!("SELECT COUNT(*) FROM (SELECT 1 FROM sale_day WHERE kind IN {BILLED} LIMIT 1) one"), vec![]).await? > 0;
    let kinds = if invoiced { BILLED } else { "('order')" };
    let mut out = Vec::new();
    for chunk in accounts.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT l.account_id, COALESCE(i.family, '') AS family, s.currency, CAST(SUM(s.minor) AS BIGINT) AS minor, \
             CAST(SUM(COALESCE(s.base_milli, 0)) AS BIGINT) AS milli, CAST(SUM(CASE WHEN s.base_milli IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unknown_units \
             FROM sale_line s {} LEFT JOIN product i ON i.id = s.product_id \
             WHERE s.ship_to_id IN (SELECT party_id FROM party_account WHERE account_id IN ({list})) AND s.day >= $1 AND s.day < $2 \
             AND s.kind IN {kinds} AND l.account_id IN ({list}) GROUP BY l.account_id, COALESCE(i.family, ''), s.currency ORDER BY 1, 2, 3",
            mapped("s.ship_to_id", "s.day")
        );
        out.extend(db.all::<FamilySales>(&sql, args![from, to]).await?);
    }
    Ok(out)
}

/// Orders of one day, family and currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct OrderDay {
    /// Day.
    pub day: i64,
    /// Family; empty when the article is not in the catalogue.
    pub family: String,
    /// Net amount in minor units.
    pub minor: i64,
}

/// Orders within scope by day and family in `from..to` in one currency.
pub async fn orders_by_day(db: &impl Query, actor: &Actor, currency: &str, from: i64, to: i64) -> Result<Vec<OrderDay>> {
    let sql = if actor.scope == Scope::All {
        "SELECT s.day, COALESCE(i.family, '') AS family, CAST(SUM(s.minor) AS BIGINT) AS minor FROM sale_line s \
         LEFT JOIN product i ON i.id = s.product_id WHERE s.day >= $1 AND s.day < $2 AND s.kind = 'order' AND s.currency = $3 \
         GROUP BY s.day, COALESCE(i.family, '') ORDER BY 1, 2"
            .to_owned()
    } else {
        format!(
            "SELECT s.day, COALESCE(i.family, '') AS family, CAST(SUM(s.minor) AS BIGINT) AS minor FROM sale_line s {} \
             LEFT JOIN product i ON i.id = s.product_id WHERE s.ship_to_id IN (SELECT party_id FROM party_account WHERE {}) \
             AND s.day >= $1 AND s.day < $2 AND s.kind = 'order' AND s.currency = $3 AND {} \
             GROUP BY s.day, COALESCE(i.family, '') ORDER BY 1, 2",
            mapped("s.ship_to_id", "s.day"),
            scope::accounts(actor, "account_id"),
            scope::accounts(actor, "l.account_id")
        )
    };
    db.all(&sql, args![from, to, currency]).await
}

/// What was billed within scope since a day, by currency; where a company keeps no invoices, what was ordered.
pub async fn billed_since(db: &impl Query, actor: &Actor, from: i64) -> Result<Vec<(String, i64)>> {
    let mut found = days(db, actor, None, BILLED, from).await?;
    if found.is_empty() {
        found = days(db, actor, None, "('order')", from).await?;
    }
    Ok(crate::sales::model::by_currency(&found).into_iter().map(|t| (t.currency, t.minor)).collect())
}
