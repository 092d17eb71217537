//! Work that comes back every day, or every hour.

use crate::setup::{Backups, load};
use rounds_kernel::{Result, Time};
use rounds_store::Query;

/// When recurring work is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Once a day, from this hour (UTC) on.
    Day(i64),
    /// Once a day, from the hour of the settings' section on backups on.
    BackupHour,
    /// Once an hour.
    Hour,
}

/// Work that the server asks for by itself.
#[derive(Debug, Clone, Copy)]
pub struct Recurring {
    /// Kind of job.
    pub kind: &'static str,
    /// What it does, for people.
    pub title: &'static str,
    /// When.
    pub every: Every,
}

const HOUR_US: i64 = 3_600_000_000;

impl Every {
    /// Itself, with the hour that the settings say.
    ///
    /// # Errors
    /// Of the database.
    pub async fn settled(self, db: &impl Query) -> Result<Self> {
        match self {
            Self::BackupHour => Ok(Self::Day(load::<Backups>(db).await?.hour)),
            other => Ok(other),
        }
    }

    /// Names the span of time in which one run is due at `now`: a run is due when none was asked for under this name. `None` before the
    /// day's hour, and for an hour that the settings have not said ([`Every::settled`]).
    pub fn span(self, now: Time) -> Option<String> {
        let hour = now.0.div_euclid(HOUR_US);
        match self {
            Self::Hour => Some(format!("{hour}")),
            Self::Day(from) if hour.rem_euclid(24) >= from.clamp(0, 23) => Some(now.day().to_string()),
            Self::Day(_) | Self::BackupHour => None,
        }
    }

    /// As people read it.
    pub fn words(self) -> String {
        match self {
            Self::Hour => "every hour".into(),
            Self::Day(hour) => format!("every day from {hour:02}:00 UTC"),
            Self::BackupHour => "every day at the hour of the settings".into(),
        }
    }
}

#[cfg(test)]
mod unit {
    use super::*;
    use rounds_kernel::Day;

    #[test]
    fn a_day_has_one_run_and_not_before_its_hour() {
        let at = |minutes| Time::at_day(Day::parse("2026-11-23").unwrap_or_default()).plus_minutes(minutes);
        assert_eq!(Every::Day(2).span(at(119)), None);
        assert_eq!(Every::Day(2).span(at(120)).as_deref(), Some("2026-11-23"));
        assert_eq!(Every::Day(2).span(at(120)), Every::Day(2).span(at(1_439)));
        assert_ne!(Every::Hour.span(at(59)), Every::Hour.span(at(60)));
    }
}
