//! Months of use; pure.

use rounds_kernel::Day;
use std::collections::BTreeMap;

/// One month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Month {
    /// `2026-11`.
    pub name: String,
    /// Thousandths of base units bought.
    pub milli: i64,
    /// Devices that stood there at some time of the month.
    pub devices: i64,
}

impl Month {
    /// Thousandths of base units a device; `None` when no device stood there.
    pub fn per_device(&self) -> Option<i64> {
        (self.devices > 0).then(|| self.milli / self.devices)
    }
}

fn month_of(day: i64) -> String {
    Day::stored(day).to_string().get(..7).unwrap_or_default().to_owned()
}

/// The last `count` months up to `today`, oldest first. `devices` are days of installation and removal; unknown installation counts
/// as always.
pub(super) fn months(sales: &[(i64, i64)], devices: &[(Option<i64>, Option<i64>)], today: i64, count: usize) -> Vec<Month> {
    let mut bought: BTreeMap<String, i64> = BTreeMap::new();
    for (day, milli) in sales {
        *bought.entry(month_of(*day)).or_default() += milli;
    }
    let mut names: Vec<String> = Vec::new();
    let mut day = today;
    while names.len() < count {
        let name = month_of(day);
        // The day before the first of this month.
        day = Day::parse(&format!("{name}-01")).map_or(day - 28, |d| i64::from(d.0)) - 1;
        names.push(name);
    }
    names.reverse();
    let there = |name: &str| {
        let holds = |(from, to): &&(Option<i64>, Option<i64>)| {
            from.is_none_or(|f| month_of(f).as_str() <= name) && to.is_none_or(|t| month_of(t).as_str() >= name)
        };
        devices.iter().filter(holds).count() as i64
    };
    names.into_iter().map(|name| Month { milli: bought.get(&name).copied().unwrap_or(0), devices: there(&name), name }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_is_per_device_that_stood_there() {
        let day = |text: &str| Day::parse(text).map_or(0, |d| i64::from(d.0));
        let sales = [(day("2026-10-02"), 4_000), (day("2026-10-31"), 2_000), (day("2026-11-01"), 9_000), (day("2025-01-01"), 1)];
        let devices = [(Some(day("2020-01-01")), None), (Some(day("2026-10-15")), None), (None, Some(day("2026-09-30")))];
        let got = months(&sales, &devices, day("2026-11-23"), 3);
        let said: Vec<_> = got.iter().map(|m| (m.name.as_str(), m.milli, m.devices, m.per_device())).collect();
        assert_eq!(said, [("2026-09", 0, 2, Some(0)), ("2026-10", 6_000, 2, Some(3_000)), ("2026-11", 9_000, 2, Some(4_500))]);
        assert_eq!(months(&[], &[], day("2026-11-23"), 1)[0].per_device(), None);
    }
}
