//! Reads of potentials.

use super::{Potential, Potentials};
use rounds_kernel::{AccountId, Day, Money, Result};
use rounds_store::{Query, args};
use sea_orm::FromQueryResult;
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(FromQueryResult)]
struct Row {
    account_id: i64,
    family: String,
    annual_cents: i64,
    low_cents: i64,
    high_cents: i64,
    as_of: i64,
}

const COLUMNS: &str = "account_id, family, annual_cents, low_cents, high_cents, as_of";

/// All known potentials: one query, made for planning.
pub async fn all(db: &impl Query) -> Result<Potentials> {
    let mut out = typed(db.all::<Row>(&format!("SELECT {COLUMNS} FROM potential"), vec![]).await?);
    // Sorted here: the two engines need not agree on the order of text.
    out.sort_by(|a, b| (a.account, &a.family).cmp(&(b.account, &b.family)));
    Ok(Potentials(out))
}

/// Known potentials of one account, largest first.
pub async fn of_account(db: &impl Query, account: AccountId) -> Result<Vec<Potential>> {
    let sql = format!("SELECT {COLUMNS} FROM potential WHERE account_id = $1 ORDER BY annual_cents DESC, family");
    Ok(typed(db.all::<Row>(&sql, args![account.0]).await?))
}

/// Families are few and rows many: each name is kept once.
fn typed(rows: Vec<Row>) -> Vec<Potential> {
    let mut families: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut shared = |name: String| match families.get(name.as_str()) {
        Some(known) => known.clone(),
        None => {
            let fresh: Arc<str> = name.into();
            families.insert(fresh.clone());
            fresh
        }
    };
    rows.into_iter()
        .map(|r| Potential {
            account: AccountId(r.account_id),
            family: shared(r.family),
            annual: Money(r.annual_cents),
            low: Money(r.low_cents),
            high: Money(r.high_cents),
            as_of: Day::stored(r.as_of),
        })
        .collect()
}
