//! A distributor's report and its period.

use rounds_kernel::Day;

/// Reports older than this, in days from the period's end, are late: distributors usually need 30 to 45.
pub(super) const LATE: i64 = 45;

/// A line of a report on its way into the record.
#[derive(Debug, Clone, Default)]
pub(super) struct LineRow {
    pub file_line: u64,
    pub distributor: String,
    /// First and last day of the period.
    pub period: (i64, i64),
    pub received_on: i64,
    pub ship_to: String,
    pub name: String,
    pub place: [String; 4],
    pub product: String,
    pub milli: i64,
    pub unit: String,
    pub minor: Option<i64>,
    pub currency: String,
    pub doc_no: String,
}

/// A period as written: `2026-10` or `10/2026` is a month, `2026-Q3` a quarter. First and last day.
pub(super) fn period(text: &str) -> Option<(i64, i64)> {
    let text = text.trim();
    let (year, part) = match text.split_once('/') {
        Some((month, year)) => (year, month),
        None => text.split_once('-')?,
    };
    let year: i64 = year.parse().ok().filter(|y| (1990..=2100).contains(y))?;
    let (month, months) = match part.strip_prefix(['Q', 'q']) {
        Some(q) => (q.parse::<i64>().ok().filter(|q| (1..=4).contains(q))? * 3 - 2, 3),
        None => (part.parse::<i64>().ok().filter(|m| (1..=12).contains(m))?, 1),
    };
    let first = |year: i64, month: i64| {
        let (year, month) = if month > 12 { (year + 1, month - 12) } else { (year, month) };
        Day::parse(&format!("{year:04}-{month:02}-01")).ok().map(|d| i64::from(d.0))
    };
    Some((first(year, month)?, first(year, month + months)? - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_months_and_quarters() {
        let days = |a: &str, b: &str| Day::parse(a).ok().zip(Day::parse(b).ok()).map(|(a, b)| (i64::from(a.0), i64::from(b.0)));
        assert_eq!(period("2026-02"), days("2026-02-01", "2026-02-28"));
        assert_eq!(period("12/2026"), days("2026-12-01", "2026-12-31"));
        assert_eq!(period("2024-Q1"), days("2024-01-01", "2024-03-31"));
        for bad in ["", "2026", "2026-13", "2026-Q5", "13/2026", "soon-1"] {
            assert_eq!(period(bad), None, "{bad}");
        }
    }
}
