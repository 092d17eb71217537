//! Reads of potentials.

use super::{Potential, Potentials};
use rounds_customers::lists::{Keyset, Place, Slice, fetch};
use rounds_customers::scope;
use rounds_kernel::{AccountId, Actor, Cursor, Day, Money, Result, Time};
use rounds_store::{Db, Query, args};
use sea_orm::FromQueryResult;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(FromQueryResult)]
struct Row {
    account_id: i64,
    family: String,
    annual_cents: i64,
    low_cents: i64,
    high_cents: i64,
    as_of: i64,
    by_default: i64,
}

/// Estimates of accounts that meet `own`, and the defaults of their countries that meet `other` where an account has none.
fn known_or_default(own: &str, other: &str) -> String {
    format!(
        "SELECT account_id, family, annual_cents, low_cents, high_cents, as_of, CAST(0 AS BIGINT) AS by_default FROM potential {own} \
         UNION ALL SELECT a.id, d.family, d.annual_cents, d.low_cents, d.high_cents, d.as_of, CAST(1 AS BIGINT) FROM potential_default d \
         JOIN account a ON a.country = d.country WHERE NOT EXISTS (SELECT 1 FROM potential p WHERE p.account_id = a.id AND p.family = d.family) {other}"
    )
}

/// All known potentials, and defaults where an account has none: one query, made for planning.
pub async fn all(db: &impl Query) -> Result<Potentials> {
    let mut out = typed(db.all::<Row>(&known_or_default("", ""), vec![]).await?);
    // Sorted here: the two engines need not agree on the order of text.
    out.sort_by(|a, b| (a.account, &a.family).cmp(&(b.account, &b.family)));
    Ok(Potentials(out))
}

/// Known potentials of one account and defaults for its other families, largest first.
pub async fn of_account(db: &impl Query, account: AccountId) -> Result<Vec<Potential>> {
    let sql = known_or_default("WHERE account_id = $1", "AND a.id = $1") + " ORDER BY annual_cents DESC, family";
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
            default: r.by_default > 0,
        })
        .collect()
}

#[derive(FromQueryResult)]
struct BoughtRow {
    account_id: i64,
    family: String,
    cents: i64,
    foreign_lines: i64,
}

/// What accounts bought in the twelve months before a day, by family.
#[derive(Debug, Clone, Default)]
pub(super) struct Bought {
    /// What is counted; nothing where the record holds neither orders nor invoices of these months.
    pub kind: Option<&'static str>,
    sums: BTreeMap<(i64, String), (i64, bool)>,
}

impl Bought {
    /// Cents, or why they cannot be told.
    pub fn of(&self, account: i64, family: &str) -> std::result::Result<i64, &'static str> {
        match (self.kind, self.sums.get(&(account, family.to_owned()))) {
            (None, _) => Err("no orders are in the record"),
            (_, Some((_, true))) => Err("some were in another currency"),
            (_, found) => Ok(found.map_or(0, |(cents, _)| *cents)),
        }
    }
}

/// Orders of `accounts` in the twelve months up to `now`; where the record holds none of anybody, what was invoiced less returns.
pub(super) async fn bought(db: &impl Query, accounts: &[i64], now: Time) -> Result<Bought> {
    let since = now.plus_days(-365).0;
    let mut out = Bought::default();
    for kind in ["order", "invoice"] {
        let any = "SELECT COUNT(*) FROM (SELECT 1 FROM fact WHERE kind = $1 AND occurred_at >= $2 LIMIT 1) one";
        if out.kind.is_none() && db.number(any, args![kind, since]).await? > 0 {
            out.kind = Some(kind);
        }
    }
    let Some(kind) = out.kind else { return Ok(out) };
    for chunk in accounts.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT account_id, COALESCE(body->>'family', '') AS family, \
             CAST(COALESCE(SUM(CAST(body->>'amount_cents' AS BIGINT)), 0) AS BIGINT) AS cents, \
             CAST(SUM(CASE WHEN body->>'amount_cents' IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS foreign_lines FROM fact \
             WHERE kind = $1 AND occurred_at >= $2 AND account_id IN ({list}) GROUP BY account_id, COALESCE(body->>'family', '')"
        );
        for r in db.all::<BoughtRow>(&sql, args![kind, since]).await? {
            out.sums.insert((r.account_id, r.family), (r.cents, r.foreign_lines > 0));
        }
    }
    Ok(out)
}

/// A row of the list of potentials.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Listed {
    pub id: i64,
    pub account_id: i64,
    pub account: String,
    pub country: String,
    pub family: String,
    pub annual_cents: i64,
    pub low_cents: i64,
    pub high_cents: i64,
    pub source: String,
    pub how: String,
    pub as_of: i64,
}

fn list(actor: &Actor, family: &str) -> Keyset {
    let mut list = Keyset {
        columns:
            "p.id, p.account_id, account.name AS account, account.country, p.family, p.annual_cents, p.low_cents, p.high_cents, p.source, \
                  p.how, p.as_of"
                .into(),
        from: "potential p JOIN account ON account.id = p.account_id".into(),
        conditions: vec![scope::accounts(actor)],
        args: Vec::new(),
        key: "account.name".into(),
        numeric: false,
        descending: false,
        id: "p.id".into(),
    };
    if !family.is_empty() {
        list.filter("p.family = {}", family);
    }
    list
}

/// Potentials of accounts within scope, by account; of one family where asked for.
pub(super) async fn listed(db: &Db, actor: &Actor, family: &str, place: &Place) -> Result<Slice<Listed>> {
    fetch(db, &list(actor, family), place, |p: &Listed| Cursor { key: p.account.clone(), id: p.id }).await
}

/// How many there are.
pub(super) async fn estimates(db: &Db, actor: &Actor, family: &str) -> Result<i64> {
    let list = list(actor, family);
    db.number(&format!("SELECT COUNT(*) FROM {} WHERE {}", list.from, list.conditions.join(" AND ")), list.args).await
}

/// What countries' accounts have where nothing is known of them.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct CountryDefault {
    pub country: String,
    pub family: String,
    pub annual_cents: i64,
    pub low_cents: i64,
    pub high_cents: i64,
    pub source: String,
    pub as_of: i64,
}

/// All defaults: as many as countries times families at most.
pub(super) async fn defaults(db: &impl Query) -> Result<Vec<CountryDefault>> {
    let sql = "SELECT country, family, annual_cents, low_cents, high_cents, source, as_of FROM potential_default ORDER BY country, family";
    db.all(sql, vec![]).await
}

/// Accounts within scope of which no potential is known, and all of them.
pub(super) async fn without(db: &impl Query, actor: &Actor) -> Result<(i64, i64)> {
    let all = format!("SELECT COUNT(*) FROM account WHERE {}", scope::accounts(actor));
    let none = format!("{all} AND NOT EXISTS (SELECT 1 FROM potential p WHERE p.account_id = account.id)");
    Ok((db.number(&none, vec![]).await?, db.number(&all, vec![]).await?))
}
