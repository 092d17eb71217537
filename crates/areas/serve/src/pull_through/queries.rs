//! Orders of what is used with a device, and devices of the same article at its account.

use rounds_customers::parties::mapped;
use rounds_kernel::Result;
use rounds_store::{Query, args};
use sea_orm::FromQueryResult;

#[derive(FromQueryResult)]
struct DaySum {
    day: i64,
    milli: i64,
    unknown: i64,
}

/// Thousandths of base units by day since a day, and lines whose unit is unknown. Where the ERP's files hold orders they count;
/// where they hold only invoices those do; without either the company's own order lines.
pub(super) async fn bought(db: &impl Query, account: i64, device_product: i64, from: i64) -> Result<(Vec<(i64, i64)>, i64)> {
    let used = "(SELECT consumable_id FROM consumable_of WHERE device_id = $2)";
    for kind in ["order", "invoice"] {
        let sql = format!(
            "SELECT s.day, CAST(SUM(COALESCE(s.base_milli, 0)) AS BIGINT) AS milli, \
             CAST(SUM(CASE WHEN s.base_milli IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unknown FROM sale_line s {} \
             WHERE s.ship_to_id IN (SELECT party_id FROM party_account WHERE account_id = $1) AND l.account_id = $1 AND s.kind = '{kind}' \
             AND s.day >= $3 AND s.product_id IN {used} GROUP BY s.day ORDER BY s.day",
            mapped("s.ship_to_id", "s.day")
        );
        let days: Vec<DaySum> = db.all(&sql, args![account, device_product, from]).await?;
        if !days.is_empty() {
            return Ok((days.iter().map(|d| (d.day, d.milli)).collect(), days.iter().map(|d| d.unknown).sum()));
        }
    }
    let sql = format!(
        "SELECT o.ordered_at / 86400000000 AS day, CAST(SUM(o.quantity) * 1000 AS BIGINT) AS milli, CAST(0 AS BIGINT) AS unknown FROM order_line o \
         WHERE o.account_id = $1 AND o.product_id IN {used} AND o.ordered_at >= $3 GROUP BY o.ordered_at / 86400000000 ORDER BY 1"
    );
    let days: Vec<DaySum> = db.all(&sql, args![account, device_product, from * 86_400_000_000]).await?;
    Ok((days.iter().map(|d| (d.day, d.milli)).collect(), 0))
}

#[derive(FromQueryResult)]
struct Stood {
    installed_on: Option<i64>,
    removed_on: Option<i64>,
}

/// When devices of an article stood at an account.
pub(super) async fn devices(db: &impl Query, account: i64, product: i64) -> Result<Vec<(Option<i64>, Option<i64>)>> {
    let sql = "SELECT installed_on, removed_on FROM device WHERE account_id = $1 AND product_id = $2 ORDER BY id";
    Ok(db.all::<Stood>(sql, args![account, product]).await?.into_iter().map(|s| (s.installed_on, s.removed_on)).collect())
}
