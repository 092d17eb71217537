//! Months of the civil calendar, which the seasons and quarters of the response formula need.

use rounds_kernel::Day;

/// Year and month (1 to 12) of `day`; Hinnant's days-to-civil algorithm, exact for all years.
pub(crate) fn month_of(day: Day) -> (i32, u32) {
    let z = day.0 + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i32::from(month <= 2), month.unsigned_abs())
}

/// One calendar month that the history touches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Month {
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// Its first day, perhaps before the history.
    pub first: Day,
    /// The first day of the next month, perhaps after the history.
    pub end: Day,
    /// Share of the month that lies within the history.
    pub share: f64,
}

/// The months that `start..end` touches, in order.
pub(crate) fn months(start: Day, end: Day) -> Vec<Month> {
    let mut out = Vec::new();
    let mut first = start;
    while month_of(first.plus(-1)) == month_of(start) {
        first = first.plus(-1);
    }
    while first < end {
        let (year, month) = month_of(first);
        let mut next = first.plus(28);
        while month_of(next) == (year, month) {
            next = next.plus(1);
        }
        let share = f64::from(next.min(end).0 - first.max(start).0) / f64::from(next.0 - first.0);
        out.push(Month { year, month, first, end: next, share });
        first = next;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_agree_with_the_calendar() {
        for text in ["1970-01-01", "2024-02-29", "2025-12-31", "2026-11-23", "2000-03-01"] {
            let day = Day::parse(text).unwrap_or_default();
            let (y, m) = month_of(day);
            assert_eq!(format!("{y:04}-{m:02}"), text[..7], "{text}");
        }
    }

    #[test]
    fn a_period_is_laid_over_its_months() {
        let day = |t: &str| Day::parse(t).unwrap_or_default();
        let ms = months(day("2025-11-24"), day("2026-11-23"));
        assert_eq!(ms.len(), 13);
        assert!((ms[0].share - 7.0 / 30.0).abs() < 1e-12 && (ms[12].share - 22.0 / 30.0).abs() < 1e-12);
        assert!(ms[1..12].iter().all(|m| m.share == 1.0));
        assert!(ms.windows(2).all(|w| w[0].end == w[1].first));
    }
}
