//! Instants, days, ISO weeks and the clock that is always an argument.

use crate::{Error, Result};
use jiff::civil;
use serde::{Deserialize, Serialize};

/// An instant in microseconds since 1970-01-01 UTC, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

const DAY_US: i64 = 86_400_000_000;

impl Time {
    /// Midnight UTC at the start of `day`.
    pub fn at_day(day: Day) -> Self {
        Self(i64::from(day.0) * DAY_US)
    }

    /// The UTC day it falls on.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_US) as i32)
    }

    /// Later by `days` whole days (negative: earlier).
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0 + days * DAY_US)
    }

    /// Later by `minutes`.
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0 + minutes * 60_000_000)
    }

    /// `2026-11-23 09:40` in the zone named (IANA name); UTC if the zone is unknown.
    pub fn in_zone(self, zone: &str) -> String {
        let Ok(ts) = jiff::Timestamp::from_microsecond(self.0) else { return "—".into() };
        let tz = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        ts.to_zoned(tz).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// `2026-11-23T09:40:00Z`, for `<time datetime>`.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.0).map(|t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
    }
}

/// A calendar day: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// From a number of days since 1970-01-01 as tables keep it; 1970-01-01 for one that no day has.
    pub fn stored(days: i64) -> Self {
        Self(i32::try_from(days).unwrap_or_default())
    }

    /// From `YYYY-MM-DD`; refuses days that do not exist.
    pub fn parse(text: &str) -> Result<Self> {
        let date: civil::Date = text.trim().parse().map_err(|_| {
            Error::invalid(
                "date.impossible",
                format!("“{text}” is not a day of the calendar."),
                "Write the day as YYYY-MM-DD, e.g. 2026-11-23.",
            )
        })?;
        Ok(Self::from_date(date))
    }

    fn from_date(date: civil::Date) -> Self {
        let days = date.since((jiff::Unit::Day, civil::date(1970, 1, 1))).map_or(0, |s| s.get_days());
        Self(days)
    }

    fn date(self) -> civil::Date {
        // The calendar ends with the year 9999; days beyond it (a damaged row) show its ends instead of stopping the program.
        civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0.clamp(-719_162, 2_932_896)))
    }

    /// The ISO week it falls in.
    pub fn week(self) -> Week {
        let w = self.date().iso_week_date();
        Week { year: w.year(), week: w.week() }
    }

    /// Monday = 0 … Sunday = 6.
    pub fn weekday(self) -> u8 {
        (self.0 + 3).rem_euclid(7) as u8
    }

    /// Minutes that clocks in `zone` (IANA name; UTC if unknown) are ahead of UTC at noon of this day.
    pub fn utc_offset_minutes(self, zone: &str) -> i64 {
        let tz = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        jiff::Timestamp::from_microsecond(Time::at_day(self).plus_minutes(720).0).map_or(0, |t| i64::from(tz.to_offset(t).seconds()) / 60)
    }

    /// Whether clocks know a time zone of this IANA name.
    pub fn zone_exists(zone: &str) -> bool {
        jiff::tz::TimeZone::get(zone).is_ok()
    }

    /// `Mon 23 Nov`.
    pub fn short(self) -> String {
        self.date().strftime("%a %-d %b").to_string()
    }

    /// Later by `days`.
    pub fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// An ISO 8601 week, written `2026-W48`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Week {
    /// ISO week-numbering year.
    pub year: i16,
    /// Week 1 to 53.
    pub week: i8,
}

impl Week {
    /// From `2026-W48`; refuses weeks that the year does not have.
    pub fn parse(text: &str) -> Result<Self> {
        let bad =
            || Error::invalid("week.impossible", format!("“{text}” is not a week."), "Write the ISO week as YYYY-Wnn, e.g. 2026-W48.");
        let (y, w) = text.trim().split_once("-W").ok_or_else(bad)?;
        if w.len() != 2 || y.len() != 4 {
            return Err(bad());
        }
        let (year, week) = (y.parse().map_err(|_| bad())?, w.parse().map_err(|_| bad())?);
        civil::ISOWeekDate::new(year, week, civil::Weekday::Monday).map_err(|_| bad())?;
        Ok(Self { year, week })
    }

    /// Its Monday.
    pub fn monday(self) -> Day {
        civil::ISOWeekDate::new(self.year, self.week, civil::Weekday::Monday).map_or(Day(0), |w| Day::from_date(w.date()))
    }

    /// The week after.
    pub fn next(self) -> Self {
        self.monday().plus(7).week()
    }
}

impl std::fmt::Display for Week {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-W{:02}", self.year, self.week)
    }
}

/// Tells the time. Always passed in, so that everything can be made again at any time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Time;
}

/// The computer's clock: the one place that reads it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one reader of the computer's clock; everyone else is handed a Clock")]
    fn now(&self) -> Time {
        Time(jiff::Timestamp::now().as_microsecond())
    }
}

/// A clock that stands still until told otherwise, for tests and replays.
#[derive(Debug)]
pub struct FixedClock(std::sync::atomic::AtomicI64);

impl FixedClock {
    /// Standing at `time`.
    pub fn at(time: Time) -> Self {
        Self(std::sync::atomic::AtomicI64::new(time.0))
    }

    /// Moves it to `time`.
    pub fn set(&self, time: Time) {
        self.0.store(time.0, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Time {
        Time(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_follow_iso_8601() {
        // Published cases: 2020-12-31 is 2020-W53-4; 2027-01-01 is 2026-W53-5; 2026-11-23 is the Monday of W48.
        for (day, week) in [("2020-12-31", "2020-W53"), ("2027-01-01", "2026-W53"), ("2026-11-23", "2026-W48"), ("1970-01-01", "1970-W01")]
        {
            assert_eq!(Day::parse(day).map(|d| d.week().to_string()).ok().as_deref(), Some(week), "{day}");
        }
        assert_eq!(Week::parse("2026-W48").map(|w| w.monday().to_string()).ok().as_deref(), Some("2026-11-23"));
        assert_eq!(Week::parse("2026-W53").map(|w| w.next().to_string()).ok().as_deref(), Some("2027-W01"));
        for bad in ["2025-W53", "2026-48", "2026-W00", "2026-W1", "", "x-W01", "26-W01"] {
            assert_eq!(Week::parse(bad).map_err(|e| e.code).err().as_deref(), Some("week.impossible"), "{bad}");
        }
    }

    #[test]
    fn impossible_days_are_refused() {
        for bad in ["2025-02-29", "2026-13-01", "yesterday", ""] {
            assert_eq!(Day::parse(bad).map_err(|e| e.code).err().as_deref(), Some("date.impossible"));
        }
        assert_eq!(Day::parse("2024-02-29").map(|d| d.to_string()).ok().as_deref(), Some("2024-02-29"));
        assert_eq!(Day::parse("2026-11-23").map(|d| d.weekday()).ok(), Some(0));
        assert_eq!((Day(i32::MAX).to_string(), Day(i32::MIN).to_string()), ("9999-12-31".into(), "0001-01-01".into()));
    }

    #[test]
    fn zones_are_applied() {
        let t = Time::at_day(Day::parse("2026-11-23").unwrap_or_default()).plus_minutes(14 * 60 + 40);
        assert_eq!(t.in_zone("America/Chicago"), "2026-11-23 08:40");
        assert_eq!(t.in_zone("Nowhere/Else"), "2026-11-23 14:40");
        assert_eq!(t.day().utc_offset_minutes("America/Chicago"), -360);
        assert_eq!(Day::parse("2026-07-01").map(|d| d.utc_offset_minutes("America/Chicago")).ok(), Some(-300));
    }
}
