//! Contacts against what accounts are worth: their potential, or where no potential is known, their revenue.

use super::{Account, Window, ranked};
use crate::trial::model::{Figures, NewRow, Tenth};
use rounds_kernel::Result;
use rounds_store::{Db, FromQueryResult, Query, args};
use std::collections::{HashMap, HashSet};

#[derive(FromQueryResult)]
struct Counted {
    account_id: i64,
    n: i64,
}

#[derive(FromQueryResult)]
struct Worth {
    account_id: i64,
    currency: String,
    minor: i64,
}

/// Tenths of accounts by value with their contacts; accounts without contacts, with too few, with too many.
pub(super) async fn against(db: &Db, window: Window, kinds: &str, accounts: &[Account], figures: &mut Figures) -> Result<Vec<NewRow>> {
    let sql = "SELECT account_id, COUNT(*) AS n FROM fact WHERE kind = 'contact' AND account_id IS NOT NULL AND occurred_at >= $1 \
               GROUP BY account_id";
    let counted: Vec<Counted> = db.all(sql, args![window.since()]).await?;
    let contacts: HashMap<i64, i64> = counted.into_iter().map(|c| (c.account_id, c.n)).collect();
    let worth = worth(db, window, kinds, figures).await?;
    let sql = "SELECT DISTINCT account_id, CAST(0 AS BIGINT) AS n FROM coverage WHERE valid_to IS NULL";
    let owned: HashSet<i64> = db.all::<Counted>(sql, vec![]).await?.into_iter().map(|c| c.account_id).collect();
    let mut ordered: Vec<(&Account, i64, i64)> =
        accounts.iter().map(|a| (a, worth.get(&a.id).copied().unwrap_or(0), contacts.get(&a.id).copied().unwrap_or(0))).collect();
    ordered.sort_by(|x, y| y.1.cmp(&x.1).then(x.0.id.cmp(&y.0.id)));
    figures.tenths = tenths(&ordered);
    let currency = figures.currency.clone();
    let row = |finding: &str, (account, minor, n): &(&Account, i64, i64), detail: String| NewRow {
        rank: if finding == "over" { *n } else { *minor },
        n: *n,
        minor: *minor,
        currency: currency.clone(),
        detail,
        ..account.row(finding)
    };
    // Without a value nothing is large or small, without a contact nobody was passed over.
    let called = if contacts.is_empty() || figures.value.is_empty() { &[] } else { &ordered[..] };
    let mut out = ranked(called.iter().filter(|o| o.1 > 0 && o.2 == 0).map(|o| row("uncovered", o, String::new())).collect());
    if !owned.is_empty() {
        let nobodys = ordered.iter().filter(|o| !owned.contains(&o.0.id));
        out.extend(ranked(nobodys.map(|o| row("no-owner", o, String::new())).collect()));
    }
    let (top, bottom) = (mean(&figures.tenths, 0..3), mean(&figures.tenths, 7..10));
    let third = called.len() * 3 / 10;
    let (upper, lower) = (&called[..third], &called[called.len() - third..]);
    let few = upper.iter().filter(|o| o.1 > 0 && o.2 > 0 && (o.2 as f64) < bottom);
    out.extend(ranked(few.map(|o| row("under", o, format!("small ones have {bottom:.1} on average"))).collect()));
    let many = lower.iter().filter(|o| o.2 as f64 > top);
    out.extend(ranked(many.map(|o| row("over", o, format!("large ones have {top:.1} on average"))).collect()));
    Ok(out)
}

/// What accounts are worth in the currency with most of it: potential if any is known, else revenue of the twelve months.
async fn worth(db: &Db, window: Window, kinds: &str, figures: &mut Figures) -> Result<HashMap<i64, i64>> {
    let known = "SELECT account_id, 'USD' AS currency, CAST(SUM(annual_cents) AS BIGINT) AS minor FROM potential GROUP BY account_id";
    let potential: Vec<Worth> = db.all(known, vec![]).await?;
    if !potential.is_empty() {
        (figures.value, figures.currency) = ("potential".into(), "USD".into());
        return Ok(potential.into_iter().map(|w| (w.account_id, w.minor)).collect());
    }
    let sql = format!(
        "SELECT l.account_id, s.currency, CAST(SUM(s.minor) AS BIGINT) AS minor FROM sale_line s JOIN party_account l \
         ON l.party_id = s.ship_to_id AND l.valid_from <= s.day AND (l.valid_to IS NULL OR l.valid_to > s.day) \
         WHERE s.kind IN {kinds} AND s.day >= $1 GROUP BY l.account_id, s.currency"
    );
    let sold: Vec<Worth> = db.all(&sql, args![i64::from(window.from.0)]).await?;
    let mut sums: std::collections::BTreeMap<&str, i64> = std::collections::BTreeMap::new();
    sold.iter().for_each(|w| *sums.entry(&w.currency).or_default() += w.minor);
    let Some((main, _)) = sums.into_iter().max_by_key(|(_, minor)| *minor) else { return Ok(HashMap::new()) };
    (figures.value, figures.currency) = ("revenue".into(), main.to_owned());
    Ok(sold.iter().filter(|w| w.currency == main).map(|w| (w.account_id, w.minor)).collect())
}

/// The accounts in ten parts of the same number, the most valuable first.
fn tenths(ordered: &[(&Account, i64, i64)]) -> Vec<Tenth> {
    let n = ordered.len();
    let part = |i: usize| &ordered[n * i / 10..n * (i + 1) / 10];
    (0..10)
        .map(|i| Tenth {
            accounts: part(i).len() as i64,
            contacts: part(i).iter().map(|o| o.2).sum(),
            minor: part(i).iter().map(|o| o.1).sum(),
        })
        .collect()
}

/// Contacts an account over some tenths.
fn mean(tenths: &[Tenth], of: std::ops::Range<usize>) -> f64 {
    let (accounts, contacts) = tenths[of].iter().fold((0, 0), |(a, c), t| (a + t.accounts, c + t.contacts));
    contacts as f64 / accounts.max(1) as f64
}
