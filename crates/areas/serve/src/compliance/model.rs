//! Commitments and tiers against what was bought; pure.

use crate::sales::FamilySales;
use rounds_kernel::Day;
use std::collections::{BTreeMap, BTreeSet};

/// A commitment or a tier's threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Promise {
    /// Empty for all families.
    pub family: String,
    pub tier: String,
    /// `share` (hundredths of a percent), `amount` (minor units a year) or `units` (thousandths of base units a year).
    pub basis: String,
    pub value: i64,
}

/// The contract year that holds a day: it begins on the contract's anniversary (28 February where 29 does not exist) and ends before
/// the next one, or after the contract's last day.
pub(super) fn contract_year(starts_on: i64, ends_on: Option<i64>, day: i64) -> (i64, i64) {
    let (month, of_month) = {
        let text = to_day(starts_on).to_string();
        (text.get(5..7).unwrap_or("01").to_owned(), text.get(8..10).unwrap_or("01").to_owned())
    };
    let on = |year: i64| {
        let of = |d: &str| Day::parse(&format!("{year:04}-{month}-{d}")).ok();
        i64::from(of(&of_month).or_else(|| of("28")).map_or(0, |d| d.0))
    };
    let mut year: i64 = to_day(day.max(starts_on)).to_string().get(..4).and_then(|y| y.parse().ok()).unwrap_or(1970);
    if on(year) > day.max(starts_on) {
        year -= 1;
    }
    let end = on(year + 1);
    (on(year).max(starts_on), ends_on.map_or(end, |e| end.min(e + 1)))
}

fn to_day(day: i64) -> Day {
    Day::stored(day)
}

/// How a commitment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Kept already.
    Met,
    /// As much as the time that has passed asks for.
    OnCourse,
    /// Less than that.
    Behind,
    /// It cannot be told.
    Unknown,
}

/// One commitment with what was bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    pub promise: Promise,
    /// In the promise's own unit; `None` when it cannot be told.
    pub actual: Option<i64>,
    /// What the time passed asks for.
    pub expected: i64,
    pub standing: Standing,
    /// Why it cannot be told, or what is left out.
    pub unknown: String,
}

/// What facilities bought in the period, in the contract's currency, and their potential a year where it is known.
#[derive(Debug, Clone)]
pub(super) struct Bought<'a> {
    pub currency: &'a str,
    pub sales: &'a [FamilySales],
    /// Minor units a year by account and family.
    pub potential: &'a BTreeMap<(i64, String), i64>,
    pub accounts: &'a BTreeSet<i64>,
    /// Days passed and days of the period.
    pub passed: i64,
    pub days: i64,
}

impl Bought<'_> {
    fn of<'b>(&'b self, family: &'b str, account: Option<i64>) -> impl Iterator<Item = &'b FamilySales> + 'b {
        self.sales.iter().filter(move |s| (family.is_empty() || s.family == family) && account.is_none_or(|a| a == s.account_id))
    }

    /// Net amount in the contract's currency, and how many sums are in another.
    pub fn amount(&self, family: &str, account: Option<i64>) -> (i64, usize) {
        let own = self.of(family, account).filter(|s| s.currency == self.currency).map(|s| s.minor).sum();
        (own, self.of(family, account).filter(|s| s.currency != self.currency).count())
    }

    fn units(&self, family: &str, account: Option<i64>) -> (i64, i64) {
        self.of(family, account).fold((0, 0), |(m, u), s| (m + s.milli, u + s.unknown_units))
    }

    /// Estimated potential of the time passed, and of how many accounts it is unknown.
    fn category(&self, family: &str, account: Option<i64>) -> (i64, usize) {
        let accounts: Vec<i64> = self.accounts.iter().copied().filter(|a| account.is_none_or(|one| one == *a)).collect();
        let known = |a: &i64| {
            let of: Vec<i64> =
                self.potential.iter().filter(|((x, f), _)| x == a && (family.is_empty() || f == family)).map(|(_, v)| *v).collect();
            (!of.is_empty()).then(|| of.iter().sum::<i64>())
        };
        let sum: i64 = accounts.iter().filter_map(known).sum();
        (sum * self.passed / 365, accounts.iter().filter(|a| known(a).is_none()).count())
    }

    /// How a promise stands, over all facilities or one of them.
    pub fn kept(&self, p: &Promise, account: Option<i64>) -> Kept {
        let (actual, unknown) = match p.basis.as_str() {
            "amount" => {
                let (sum, others) = self.amount(&p.family, account);
                (
                    Some(sum),
                    if others > 0 { format!("sales in other currencies than {} are left out", self.currency) } else { String::new() },
                )
            }
            "units" => {
                let (sum, lines) = self.units(&p.family, account);
                (
                    Some(sum),
                    if lines > 0 {
                        format!("{lines} lines in units that the catalogue does not explain are left out")
                    } else {
                        String::new()
                    },
                )
            }
            _ => {
                let ((sum, _), (category, without)) = (self.amount(&p.family, account), self.category(&p.family, account));
                match (category, without) {
                    (_, 1..) => (None, format!("the size of the category is unknown at {without} facilities")),
                    (1.., _) => (Some(sum * 10_000 / category), "of the estimated potential".into()),
                    _ => (None, "the size of the category is unknown".into()),
                }
            }
        };
        let expected = if p.basis == "share" { p.value } else { p.value * self.passed / self.days.max(1) };
        let standing = match actual {
            None => Standing::Unknown,
            Some(a) if p.basis != "share" && a >= p.value => Standing::Met,
            Some(a) if a >= expected => Standing::OnCourse,
            Some(_) => Standing::Behind,
        };
        Kept { promise: p.clone(), actual, expected, standing, unknown }
    }
}

/// The next tier of a family: what is missing, and whether the pace leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NextTier {
    pub family: String,
    /// The tier reached; empty for none.
    pub reached: String,
    pub next: Promise,
    pub gap: i64,
    /// True when the pace of the time passed leads there before the year ends.
    pub within_reach: bool,
}

/// The next tier of each family that has tiers by amount or units.
pub(super) fn next_tiers(bought: &Bought<'_>, tiers: &[Promise]) -> Vec<NextTier> {
    let families: BTreeSet<(&str, &str)> =
        tiers.iter().filter(|t| t.basis != "share").map(|t| (t.family.as_str(), t.basis.as_str())).collect();
    let mut out = Vec::new();
    for (family, basis) in families {
        let mut steps: Vec<&Promise> = tiers.iter().filter(|t| t.family == family && t.basis == basis).collect();
        steps.sort_by_key(|t| t.value);
        let Some(actual) = steps.first().and_then(|t| bought.kept(t, None).actual) else { continue };
        let reached = steps.iter().rev().find(|t| t.value <= actual).map_or(String::new(), |t| t.tier.clone());
        let Some(next) = steps.iter().find(|t| t.value > actual) else { continue };
        let pace = actual * bought.days / bought.passed.max(1);
        out.push(NextTier {
            family: family.to_owned(),
            reached,
            next: (*next).clone(),
            gap: next.value - actual,
            within_reach: pace >= next.value,
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        Day::parse(text).map_or(0, |d| i64::from(d.0))
    }

    #[test]
    fn a_contract_year_runs_from_anniversary_to_anniversary() {
        let of = |start: &str, end: Option<&str>, on: &str| contract_year(day(start), end.map(day), day(on));
        assert_eq!(of("2024-03-15", None, "2026-11-23"), (day("2026-03-15"), day("2027-03-15")));
        assert_eq!(of("2024-03-15", None, "2026-03-14"), (day("2025-03-15"), day("2026-03-15")));
        assert_eq!(of("2024-03-15", None, "2026-03-15"), (day("2026-03-15"), day("2027-03-15")));
        assert_eq!(of("2024-02-29", None, "2025-02-28"), (day("2025-02-28"), day("2026-02-28")));
        assert_eq!(of("2024-01-01", Some("2026-06-30"), "2026-05-01"), (day("2026-01-01"), day("2026-07-01")));
    }

    fn sale(account_id: i64, family: &str, currency: &str, minor: i64) -> FamilySales {
        FamilySales { account_id, family: family.into(), currency: currency.into(), minor, milli: minor, unknown_units: 0 }
    }

    fn promise(basis: &str, value: i64, tier: &str) -> Promise {
        Promise { family: "A".into(), tier: tier.into(), basis: basis.into(), value }
    }

    #[test]
    fn commitments_stand_by_what_was_bought_and_what_is_unknown_is_said() {
        let sales = [sale(1, "A", "USD", 600), sale(2, "A", "USD", 150), sale(1, "B", "USD", 999), sale(1, "A", "EUR", 5)];
        let potential = BTreeMap::from([((1, "A".to_owned()), 2_000), ((2, "A".to_owned()), 1_000)]);
        let accounts = BTreeSet::from([1, 2]);
        let b = Bought { currency: "USD", sales: &sales, potential: &potential, accounts: &accounts, passed: 73, days: 365 };
        let of = |p: &Promise, a| {
            let k = b.kept(p, a);
            (k.actual, k.expected, k.standing)
        };
        assert_eq!(of(&promise("amount", 3_500, ""), None), (Some(750), 700, Standing::OnCourse));
        assert_eq!(of(&promise("amount", 4_000, ""), None), (Some(750), 800, Standing::Behind));
        assert_eq!(of(&promise("amount", 700, ""), None), (Some(750), 140, Standing::Met));
        assert!(b.kept(&promise("amount", 700, ""), None).unknown.contains("other currencies"));
        // A fifth of the year's 3,000 is 600: 750 of 600 is 125 %.
        assert_eq!(of(&promise("share", 8_000, ""), None), (Some(12_500), 8_000, Standing::OnCourse));
        assert_eq!(of(&promise("share", 8_000, ""), Some(2)), (Some(7_500), 8_000, Standing::Behind));
        let more = BTreeSet::from([1, 2, 3]);
        let unknown = Bought { accounts: &more, ..b.clone() };
        assert_eq!(unknown.kept(&promise("share", 8_000, ""), None).standing, Standing::Unknown);
    }

    #[test]
    fn the_next_tier_says_what_is_missing() {
        let sales = [sale(1, "A", "USD", 750)];
        let (potential, accounts) = (BTreeMap::new(), BTreeSet::from([1]));
        let b = Bought { currency: "USD", sales: &sales, potential: &potential, accounts: &accounts, passed: 73, days: 365 };
        let tiers = [promise("amount", 500, "A"), promise("amount", 3_000, "B"), promise("amount", 9_000, "C")];
        let next = next_tiers(&b, &tiers);
        assert_eq!((next[0].reached.as_str(), next[0].next.tier.as_str(), next[0].gap, next[0].within_reach), ("A", "B", 2_250, true));
        assert!(next_tiers(&b, &tiers[..1]).is_empty(), "the highest tier is reached");
    }
}
