//! What is there twice: records that may be one, and people whom two owners contacted.

use super::{DAY, Window, ranked};
use crate::trial::model::NewRow;
use rounds_kernel::{Day, Result};
use rounds_store::{Db, FromQueryResult, Query, args};
use std::collections::HashMap;

#[derive(FromQueryResult)]
struct Both {
    id: i64,
    a_id: i64,
    probability: f64,
    a_name: String,
    b_name: String,
}

/// Open pairs of matching.
pub(super) async fn duplicates(db: &Db) -> Result<Vec<NewRow>> {
    let mut out = Vec::new();
    for (kind, finding) in [("account", "duplicate-accounts"), ("person", "duplicate-people")] {
        let sql = format!(
            "SELECT p.id, p.a_id, p.probability, a.name AS a_name, b.name AS b_name FROM match_pair p \
             JOIN {kind} a ON a.id = p.a_id JOIN {kind} b ON b.id = p.b_id \
             WHERE p.entity_kind = '{kind}' AND p.state = 'open' AND p.probability >= 0.5"
        );
        let row = |b: Both| NewRow {
            finding: finding.into(),
            rank: (b.probability * 1e6) as i64,
            account: (kind == "account").then_some(b.a_id),
            what: format!("{} and {}", b.a_name, b.b_name),
            href: format!("/matching/{}", b.id),
            detail: if b.probability > 0.999 { "over 99.9 % likely".into() } else { format!("{:.1} % likely", 100.0 * b.probability) },
            n: (b.probability * 100.0) as i64,
            ..NewRow::default()
        };
        out.extend(ranked(db.all::<Both>(&sql, vec![]).await?.into_iter().map(row).collect()));
    }
    Ok(out)
}

#[derive(FromQueryResult)]
struct Met {
    person_id: i64,
    account_id: Option<i64>,
    span: i64,
    owners: i64,
    n: i64,
}

/// People whom two owners or more contacted on one day, and in one week on different days.
pub(super) async fn contacts(db: &Db, window: Window) -> Result<Vec<NewRow>> {
    let days = met(db, window, &format!("occurred_at / {DAY}")).await?;
    // 1 January 1970 was a Thursday: three days on, weeks begin on Mondays.
    let weeks = met(db, window, &format!("(occurred_at / {DAY} + 3) / 7")).await?;
    let on_days: std::collections::HashSet<(i64, i64)> = days.iter().map(|m| (m.person_id, (m.span + 3) / 7)).collect();
    let weeks: Vec<Met> = weeks.into_iter().filter(|m| !on_days.contains(&(m.person_id, m.span))).collect();
    let mut ids: Vec<i64> = days.iter().chain(&weeks).map(|m| m.person_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = names(db, &ids).await?;
    let row = |m: Met, finding: &str, first: i64, said: &str| {
        let day = Day::stored(first);
        NewRow {
            finding: finding.into(),
            rank: m.owners * 1_000_000 + first,
            account: m.account_id,
            what: names.get(&m.person_id).cloned().unwrap_or_default(),
            href: format!("/people/{}", m.person_id),
            detail: format!("{} owners {said} {day}", m.owners),
            n: m.n,
            ..NewRow::default()
        }
    };
    let mut out = ranked(
        days.into_iter()
            .map(|m| {
                let first = m.span;
                row(m, "same-day", first, "on")
            })
            .collect(),
    );
    out.extend(ranked(
        weeks
            .into_iter()
            .map(|m| {
                let first = m.span * 7 - 3;
                row(m, "same-week", first, "in the week of")
            })
            .collect(),
    ));
    Ok(out)
}

async fn met(db: &Db, window: Window, span: &str) -> Result<Vec<Met>> {
    let sql = format!(
        "SELECT person_id, MIN(account_id) AS account_id, span, COUNT(DISTINCT user_id) AS owners, COUNT(*) AS n FROM \
         (SELECT person_id, account_id, user_id, {span} AS span FROM fact WHERE kind = 'contact' AND person_id IS NOT NULL \
         AND user_id IS NOT NULL AND occurred_at >= $1) met GROUP BY person_id, span HAVING MIN(user_id) < MAX(user_id)"
    );
    db.all(&sql, args![window.since()]).await
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
}

async fn names(db: &Db, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let mut out = HashMap::with_capacity(ids.len());
    for some in ids.chunks(2_000) {
        let list = some.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let found: Vec<Named> = db.all(&format!("SELECT id, name FROM person WHERE id IN ({list})"), vec![]).await?;
        out.extend(found.into_iter().map(|n| (n.id, n.name)));
    }
    Ok(out)
}
