//! How a user reads dates and numbers.

use rounds_kernel::{Day, Error, Result, Time};

/// Language and country as far as writing goes: the order of a date, the marks in a number, the first day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale {
    code: &'static str,
    label: &'static str,
    date: Order,
    separator: char,
    thousands: &'static str,
    point: char,
    /// True where the week starts on Monday (ISO 8601), false for Sunday.
    pub monday: bool,
    twelve_hours: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    YearMonthDay,
    DayMonthYear,
    MonthDayYear,
}

const fn of(code: &'static str, label: &'static str, date: Order, separator: char, thousands: &'static str, point: char) -> Locale {
    Locale { code, label, date, separator, thousands, point, monday: true, twelve_hours: false }
}

/// A thin space that does not break a line.
const THIN: &str = "\u{202f}";

/// Every locale that users can choose. Separators follow the Unicode CLDR.
const ALL: &[Locale] = &[
    Locale { monday: false, twelve_hours: true, ..of("en-US", "English, United States", Order::MonthDayYear, '/', ",", '.') },
    of("en-GB", "English, United Kingdom", Order::DayMonthYear, '/', ",", '.'),
    of("de-DE", "German, Germany", Order::DayMonthYear, '.', ".", ','),
    of("de-AT", "German, Austria", Order::DayMonthYear, '.', "\u{a0}", ','),
    of("de-CH", "German, Switzerland", Order::DayMonthYear, '.', "’", '.'),
    of("fr-FR", "French, France", Order::DayMonthYear, '/', THIN, ','),
    of("it-IT", "Italian, Italy", Order::DayMonthYear, '/', ".", ','),
    of("es-ES", "Spanish, Spain", Order::DayMonthYear, '/', ".", ','),
    of("pl-PL", "Polish, Poland", Order::DayMonthYear, '.', "\u{a0}", ','),
    of("nl-NL", "Dutch, Netherlands", Order::DayMonthYear, '-', ".", ','),
    of("sv-SE", "Swedish, Sweden", Order::YearMonthDay, '-', "\u{a0}", ','),
];

/// What is written where nobody chose: ISO dates, digits grouped by commas.
const PLAIN: Locale = of("", "International", Order::YearMonthDay, '-', ",", '.');

impl Default for Locale {
    fn default() -> Self {
        PLAIN
    }
}

impl Locale {
    /// The locale of this code; the international one for a code nobody knows.
    pub fn parse(code: &str) -> Self {
        ALL.iter().copied().find(|l| l.code == code).unwrap_or_default()
    }

    /// The locale of this code; empty stands for the international one.
    ///
    /// # Errors
    /// `locale.unknown`.
    pub fn known(code: &str) -> Result<Self> {
        let found = Self::parse(code);
        if found.code == code {
            return Ok(found);
        }
        Err(Error::invalid(
            "locale.unknown",
            format!("There is no locale “{code}” here. Nothing was changed."),
            "Choose one from the list.",
        ))
    }

    /// Code, e.g. `de-DE`; empty for the international one.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Codes and labels, for a select.
    pub fn choices() -> Vec<(&'static str, &'static str)> {
        std::iter::once(&PLAIN).chain(ALL).map(|l| (l.code, l.label)).collect()
    }

    /// A day, e.g. `23.11.2026`.
    pub fn day(self, day: Day) -> String {
        let iso = day.to_string();
        let parts: Vec<&str> = iso.splitn(3, '-').collect();
        let [year, month, date] = parts[..] else { return iso };
        let s = self.separator;
        match self.date {
            Order::YearMonthDay => format!("{year}{s}{month}{s}{date}"),
            Order::DayMonthYear => format!("{date}{s}{month}{s}{year}"),
            Order::MonthDayYear => format!("{month}{s}{date}{s}{year}"),
        }
    }

    /// A moment in `zone`, e.g. `23.11.2026 09:40` or `11/23/2026 9:40 AM`.
    pub fn time(self, at: Time, zone: &str) -> String {
        let text = at.in_zone(zone);
        let Some((date, clock)) = text.split_once(' ') else { return text };
        let Ok(day) = Day::parse(date) else { return text };
        format!("{} {}", self.day(day), self.clock(clock))
    }

    fn clock(self, text: &str) -> String {
        let parts = text.split_once(':').and_then(|(h, m)| h.parse::<u32>().ok().map(|h| (h, m)));
        match parts {
            Some((hour, minutes)) if self.twelve_hours => {
                let shown = if hour % 12 == 0 { 12 } else { hour % 12 };
                format!("{shown}:{minutes} {}", if hour < 12 { "AM" } else { "PM" })
            }
            _ => text.to_owned(),
        }
    }

    /// A whole number with its digits in groups of three.
    pub fn number(self, n: i64) -> String {
        let digits = n.unsigned_abs().to_string();
        let mut out = String::new();
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push_str(self.thousands);
            }
            out.push(c);
        }
        if n < 0 { format!("−{out}") } else { out }
    }

    /// A number with `places` decimals.
    pub fn decimal(self, x: f64, places: usize) -> String {
        if !x.is_finite() {
            return "not known".into();
        }
        let text = format!("{:.places$}", x.abs());
        let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
        let whole = whole.parse().map_or_else(|_| whole.to_owned(), |w: i64| self.number(w));
        let sign = if x < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "−" } else { "" };
        if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}{}{rest}", self.point) }
    }

    /// Days of the week in the order of this locale's calendar: Monday = 0 … Sunday = 6.
    pub fn week(self) -> [u8; 7] {
        if self.monday { [0, 1, 2, 3, 4, 5, 6] } else { [6, 0, 1, 2, 3, 4, 5] }
    }
}

/// Refuses time zones that no clock knows.
///
/// # Errors
/// `zone.unknown`.
pub fn known_zone(zone: &str) -> Result<()> {
    if rounds_kernel::Day::zone_exists(zone) {
        return Ok(());
    }
    Err(Error::invalid(
        "zone.unknown",
        format!("There is no time zone “{zone}”. Nothing was changed."),
        "Use a name of the IANA list, for example Europe/Berlin or America/Chicago.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_are_written_as_cldr_says() {
        let day = Day::parse("2026-11-03").unwrap_or_default();
        let cases = [
            ("en-US", "11/03/2026", "1,234,567", "−1,234.50"),
            ("en-GB", "03/11/2026", "1,234,567", "−1,234.50"),
            ("de-DE", "03.11.2026", "1.234.567", "−1.234,50"),
            ("de-CH", "03.11.2026", "1’234’567", "−1’234.50"),
            ("fr-FR", "03/11/2026", "1\u{202f}234\u{202f}567", "−1\u{202f}234,50"),
            ("sv-SE", "2026-11-03", "1\u{a0}234\u{a0}567", "−1\u{a0}234,50"),
            ("", "2026-11-03", "1,234,567", "−1,234.50"),
        ];
        for (code, date, number, decimal) in cases {
            let l = Locale::parse(code);
            assert_eq!(
                (l.day(day).as_str(), l.number(1_234_567).as_str(), l.decimal(-1234.5, 2).as_str()),
                (date, number, decimal),
                "{code}"
            );
        }
        assert_eq!((Locale::parse("xx").code(), Locale::known("xx").is_err()), ("", true));
        assert_eq!((Locale::parse("en-US").week()[0], Locale::parse("de-DE").week()[0]), (6, 0));
        assert_eq!(Locale::default().decimal(-0.001, 1), "0.0");
    }

    #[test]
    fn hours_are_twelve_or_twenty_four() {
        let at = |minutes| Time::at_day(Day::parse("2026-11-03").unwrap_or_default()).plus_minutes(minutes);
        let us = Locale::parse("en-US");
        assert_eq!(us.time(at(5), "UTC"), "11/03/2026 12:05 AM");
        assert_eq!(us.time(at(720), "UTC"), "11/03/2026 12:00 PM");
        assert_eq!(us.time(at(13 * 60 + 40), "UTC"), "11/03/2026 1:40 PM");
        assert_eq!(Locale::parse("de-DE").time(at(13 * 60 + 40), "Europe/Berlin"), "03.11.2026 14:40");
    }
}
