//! Sums of money: each currency apart, and in the reporting currency where rates are known.

use rounds_customers::reading::money;
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;

/// What one day brought in one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub(in crate::sales) struct DaySum {
    pub day: i64,
    pub currency: String,
    pub minor: i64,
    pub lines: i64,
}

/// Lines and amount of one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::sales) struct Total {
    pub currency: String,
    pub minor: i64,
    pub lines: i64,
}

/// Each currency apart, the one with most lines first.
pub(in crate::sales) fn by_currency(days: &[DaySum]) -> Vec<Total> {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for d in days {
        let sum = sums.entry(&d.currency).or_default();
        *sum = (sum.0 + d.minor, sum.1 + d.lines);
    }
    let mut out: Vec<Total> = sums.into_iter().map(|(c, (minor, lines))| Total { currency: c.to_owned(), minor, lines }).collect();
    out.sort_by_key(|t| std::cmp::Reverse(t.lines));
    out
}

/// Rates into the reporting currency: millionths of a reporting unit for one unit, by currency and first day, oldest first.
#[derive(Debug, Clone, Default)]
pub(in crate::sales) struct Rates {
    pub into: String,
    pub table: BTreeMap<String, Vec<(i64, i64)>>,
}

/// A rate older than this says nothing about a day.
const LONGEST: i64 = 45;

impl Rates {
    /// The rate of a day: the newest that is not later and at most 45 days old.
    fn on(&self, currency: &str, day: i64) -> Option<i64> {
        if currency == self.into {
            return Some(1_000_000);
        }
        let rates = self.table.get(currency)?;
        let at = rates.partition_point(|(d, _)| *d <= day).checked_sub(1)?;
        let (from, rate) = rates.get(at)?;
        (day - from <= LONGEST).then_some(*rate)
    }
}

/// The whole in the reporting currency, and how many lines have no rate; `None` when there is no rate table or only one currency.
/// Minor units of both currencies are taken into account.
pub(in crate::sales) fn in_reporting(days: &[DaySum], rates: &Rates) -> Option<(String, i64)> {
    if rates.into.is_empty() || days.iter().all(|d| d.currency == rates.into) {
        return None;
    }
    let (mut sum, mut without) = (0_i128, 0);
    for d in days {
        match rates.on(&d.currency, d.day) {
            Some(rate) => {
                let exponent = digits(&rates.into) - digits(&d.currency);
                let value = i128::from(d.minor) * i128::from(rate);
                let scaled =
                    if exponent >= 0 { value * 10_i128.pow(exponent.unsigned_abs()) } else { value / 10_i128.pow(exponent.unsigned_abs()) };
                sum += scaled / 1_000_000;
            }
            None => without += d.lines,
        }
    }
    Some((money(i64::try_from(sum).unwrap_or(i64::MAX), &rates.into), without))
}

/// Digits after the decimal point of a currency's amounts, as written by the one place that knows.
fn digits(currency: &str) -> i32 {
    let written = rounds_customers::reading::exact(0, currency);
    written.split_once('.').map_or(0, |(_, after)| i32::try_from(after.len()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64, currency: &str, minor: i64) -> DaySum {
        DaySum { day, currency: currency.into(), minor, lines: 1 }
    }

    #[test]
    fn currencies_are_summed_apart_and_converted_by_the_rate_of_the_day() {
        let days = [day(100, "EUR", 10_000), day(131, "EUR", 10_000), day(100, "USD", 500), day(100, "JPY", 1_000), day(10, "EUR", 1)];
        assert_eq!(by_currency(&days)[0], Total { currency: "EUR".into(), minor: 20_001, lines: 3 });
        let table = BTreeMap::from([("EUR".to_owned(), vec![(90, 1_100_000), (130, 1_200_000)]), ("JPY".to_owned(), vec![(90, 7_000)])]);
        let rates = Rates { into: "USD".into(), table };
        // 110.00 + 120.00 + 5.00 + 7.00; one line lies before the first rate.
        assert_eq!(in_reporting(&days, &rates), Some(("242 USD".into(), 1)));
        assert_eq!(in_reporting(&days[2..3], &rates), None);
        assert_eq!(in_reporting(&[day(300, "EUR", 1)], &rates).map(|r| r.1), Some(1), "a rate of long ago says nothing");
    }
}
