//! Public holidays: fixed days, and days counted from Easter.

use super::CountryRule;
use rounds_kernel::{Day, Time};
use serde::{Deserialize, Serialize};

/// A moment on the customer's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// The day there.
    pub day: Day,
    /// Minutes since midnight there.
    pub minute: u16,
}

impl Local {
    /// The moment `at` in an IANA time zone.
    pub fn at(at: Time, zone: &str) -> Self {
        let there = at.plus_minutes(at.day().utc_offset_minutes(zone));
        let minute = (there.0 - Time::at_day(there.day()).0) / 60_000_000;
        Self { day: there.day(), minute: u16::try_from(minute).unwrap_or(0) }
    }
}

/// The year a day falls in.
pub(super) fn year(day: Day) -> i32 {
    day.to_string().split('-').next().and_then(|y| y.parse().ok()).unwrap_or(1970)
}

/// Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Nature, 20 April 1876; Meeus, Astronomical Algorithms, ch. 8).
fn easter(year: i32) -> Option<Day> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    Day::parse(&format!("{year:04}-{month:02}-{day:02}")).ok()
}

/// The day a holiday falls on in `year`; `None` when its text says nothing.
pub(super) fn holiday(text: &str, year: i32) -> Option<Day> {
    match text.strip_prefix("easter") {
        Some(offset) => Some(easter(year)?.plus(offset.parse().ok().filter(|n: &i32| n.abs() < 200)?)),
        None => Day::parse(&format!("{year:04}-{text}")).ok(),
    }
}

/// The public holidays of `rule` in `year`.
pub fn holidays_of(rule: &CountryRule, year: i32) -> Vec<Day> {
    rule.holidays.iter().filter_map(|h| holiday(h, year)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_the_calendar_says() {
        for (year, day) in [
            (2000, "2000-04-23"),
            (2019, "2019-04-21"),
            (2024, "2024-03-31"),
            (2025, "2025-04-20"),
            (2026, "2026-04-05"),
            (2038, "2038-04-25"),
        ] {
            assert_eq!(easter(year).map(|d| d.to_string()).as_deref(), Some(day));
        }
        assert_eq!(holiday("easter+39", 2026).map(|d| d.to_string()).as_deref(), Some("2026-05-14"));
        assert_eq!(holiday("12-25", 2026).map(|d| d.to_string()).as_deref(), Some("2026-12-25"));
        for bad in ["", "easter", "easter+x", "13-01", "02-30", "easter+999"] {
            assert_eq!(holiday(bad, 2026), None, "{bad}");
        }
    }

    #[test]
    fn the_customers_clock_runs_in_their_zone() {
        let at = Time::at_day(Day::parse("2026-11-23").expect("a day")).plus_minutes(150);
        let there = Local::at(at, "America/Chicago");
        assert_eq!((there.day.to_string().as_str(), there.minute), ("2026-11-22", 1_230));
    }
}
