//! Cells as people and systems write them, brought into one form: days, moments, numbers.

use rounds_kernel::{Day, Time};
use serde::{Deserialize, Serialize};

/// What `3/4/2026` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayOrder {
    /// The third of April.
    DayFirst,
    /// The fourth of March.
    MonthFirst,
}

impl DayOrder {
    /// From its code.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "day_first" | "day-first" | "dmy" => Some(Self::DayFirst),
            "month_first" | "month-first" | "mdy" => Some(Self::MonthFirst),
            _ => None,
        }
    }
}

const MONTHS: [[&str; 2]; 12] = [
    ["jan", "jän"],
    ["feb", "feb"],
    ["mar", "mär"],
    ["apr", "apr"],
    ["may", "mai"],
    ["jun", "jun"],
    ["jul", "jul"],
    ["aug", "aug"],
    ["sep", "sep"],
    ["oct", "okt"],
    ["nov", "nov"],
    ["dec", "dez"],
];

fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let start: String = word.chars().take(3).collect();
    let start = if start == "mrz" { "mär".to_owned() } else { start };
    MONTHS.iter().position(|names| names.contains(&start.as_str())).map(|i| i as u32 + 1)
}

/// The day written in `text`. A day with a time of day behind it is that day.
///
/// `YYYY-MM-DD`, `YYYY/MM/DD`, `YYYYMMDD`, `D.M.YYYY` and months in words need no `order`; `3/4/2026` does.
pub fn day(text: &str, order: Option<DayOrder>) -> Option<Day> {
    let text = text.trim();
    if text.len() == 10 && text.as_bytes()[4] == b'-' {
        return Day::parse(text).ok();
    }
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return civil(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?);
    }
    let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|p| !p.is_empty()).take(3).collect();
    let [a, b, c] = parts[..] else { return None };
    if let Some(m) = month(b) {
        return civil(year(c)?, m, a.parse().ok()?);
    }
    if let Some(m) = month(a) {
        return civil(year(c)?, m, b.parse().ok()?);
    }
    if a.len() == 4 {
        return civil(a.parse().ok()?, b.parse().ok()?, c.parse().ok()?);
    }
    let (x, y) = (a.parse().ok()?, b.parse().ok()?);
    let day_first = text.contains('.') || order == Some(DayOrder::DayFirst);
    match (day_first, order) {
        (true, _) => civil(year(c)?, y, x),
        (false, Some(_)) => civil(year(c)?, x, y),
        (false, None) if x == y => civil(year(c)?, x, y),
        (false, None) => None,
    }
}

fn year(text: &str) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    // Two digits: the window that spreadsheets use.
    Some(if text.len() == 2 { if number < 70 { number + 2_000 } else { number + 1_900 } } else { number })
}

fn civil(year: i32, month: u32, day: u32) -> Option<Day> {
    Day::parse(&format!("{year:04}-{month:02}-{day:02}")).ok()
}

/// What a column's first rows tell about the order of its days: `Some(Some(order))` when known, `Some(None)` when no cell needs
/// it, `None` when there are cells that could be read either way and none that decides.
pub fn order_of<'a>(cells: impl Iterator<Item = &'a str>) -> Option<Option<DayOrder>> {
    let (mut day_first, mut month_first, mut open) = (false, false, false);
    for cell in cells {
        if cell.contains('.') || day(cell, None).is_some() {
            continue;
        }
        let mut parts = cell.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty());
        let (Some(a), Some(b)) = (parts.next().and_then(|p| p.parse::<u32>().ok()), parts.next().and_then(|p| p.parse::<u32>().ok()))
        else {
            continue;
        };
        match (a > 12, b > 12) {
            (true, false) => day_first = true,
            (false, true) => month_first = true,
            (false, false) => open = true,
            (true, true) => {}
        }
    }
    match (day_first, month_first, open) {
        (true, false, _) => Some(Some(DayOrder::DayFirst)),
        (false, true, _) => Some(Some(DayOrder::MonthFirst)),
        (false, false, false) => Some(None),
        // Cells that contradict each other: somebody has to say.
        _ => None,
    }
}

/// The instant written in `text`: a day, perhaps a time of day, perhaps an offset. Without an offset, `ahead` says how many
/// minutes the writer's clock is ahead of UTC on that day; a bare day is noon UTC, which is the same day nearly everywhere.
pub fn moment(text: &str, order: Option<DayOrder>, ahead: impl FnOnce(Day) -> i64) -> Option<Time> {
    let text = text.trim();
    let cut = text.find('T').filter(|i| *i >= 8 && text.as_bytes().get(i + 1).is_some_and(u8::is_ascii_digit));
    let cut = cut.or_else(|| text.find(':').and_then(|i| text[..i].rfind([' ', ',']))).unwrap_or(text.len());
    let (date, clock) = (text[..cut].trim().trim_end_matches(','), text[cut..].trim_start_matches(['T', ' ', ',']).trim());
    let day = day(date, order)?;
    if clock.is_empty() {
        return Some(Time::at_day(day).plus_minutes(720));
    }
    let (clock, offset) = offset(clock)?;
    let minutes = time_of_day(clock)?;
    let ahead = offset.unwrap_or_else(|| ahead(day));
    Some(Time(Time::at_day(day).0 + minutes - ahead * 60_000_000))
}

/// A clock's text and, where it says so, how many minutes it is ahead of UTC.
fn offset(clock: &str) -> Option<(&str, Option<i64>)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(0)));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, None)) };
    let digits: String = clock[at + 1..].chars().filter(char::is_ascii_digit).collect();
    if !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = digits.get(2..).filter(|m| !m.is_empty()).map_or(Some(0), |m| m.parse().ok())?;
    let size = hours * 60 + minutes;
    Some((clock[..at].trim(), Some(if clock.as_bytes()[at] == b'-' { -size } else { size })))
}

/// Microseconds since midnight of `14:30`, `14:30:05.123` or `2:30 PM`.
fn time_of_day(clock: &str) -> Option<i64> {
    let lower = clock.trim().to_ascii_lowercase();
    let (digits, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(d), _) => (d.trim(), Some(0)),
        (_, Some(d)) => (d.trim(), Some(12)),
        _ => (lower.as_str(), None),
    };
    let mut parts = digits.split(':');
    let hour: i64 = parts.next()?.trim().parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let second: f64 = parts.next().map_or(Some(0.0), |s| s.parse().ok())?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    let whole = (0..24).contains(&hour) && (0..60).contains(&minute) && (0.0..60.0).contains(&second) && parts.next().is_none();
    whole.then_some((hour * 60 + minute) * 60_000_000 + (second * 1e6) as i64)
}

/// The form in which rows carry an instant.
pub fn written(time: Time) -> String {
    time.rfc3339()
}

/// Reads [`written`] back.
pub fn instant(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    if bytes.len() != 20 {
        return moment(text, None, |_| 0);
    }
    let two = |at: usize| Some(i64::from(bytes.get(at)?.checked_sub(b'0')?) * 10 + i64::from(bytes.get(at + 1)?.checked_sub(b'0')?));
    let day = Day::parse(text.get(..10)?).ok()?;
    Some(Time(Time::at_day(day).0 + (two(11)? * 3_600 + two(14)? * 60 + two(17)?) * 1_000_000))
}

/// The number written in `text`, with a decimal point and nothing else: currency signs, thousands' marks, brackets and SAP's
/// trailing minus are understood.
pub fn number(text: &str, decimal_comma: bool) -> Option<String> {
    let text = text.trim();
    if text.parse::<f64>().is_ok_and(f64::is_finite) && !(decimal_comma && text.contains('.')) {
        return Some(text.to_owned());
    }
    let negative = text.starts_with('(') && text.ends_with(')') || text.ends_with('-') || text.starts_with(['-', '−']);
    let (point, mark) = if decimal_comma { (',', '.') } else { ('.', ',') };
    let mut out = String::from(if negative { "-" } else { "" });
    for c in text.chars() {
        match c {
            '0'..='9' => out.push(c),
            _ if c == point && !out.contains('.') => out.push('.'),
            _ if c == mark => {}
            ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' | '(' | ')' | '-' | '−' | '+' | '$' | '€' | '£' | '%' => {}
            _ => return None,
        }
    }
    out.parse::<f64>().is_ok_and(f64::is_finite).then_some(out)
}

/// Whether a column writes decimals with a comma, by its first rows; `None` when no cell tells.
pub fn decimal_comma<'a>(cells: impl Iterator<Item = &'a str>) -> Option<bool> {
    for cell in cells {
        match (cell.rfind(','), cell.rfind('.')) {
            (Some(c), Some(p)) => return Some(c > p),
            (Some(c), None) if cell.len() - c - 1 != 3 || cell.matches(',').count() == 1 && cell.starts_with("0,") => return Some(true),
            (None, Some(p)) if cell.len() - p - 1 != 3 => return Some(false),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_as_people_write_them() {
        let want = Day::parse("2026-03-05").ok();
        for text in
            ["2026-03-05", "2026/3/5", "20260305", "5.3.2026", "05.03.26", "5 Mar 2026", "Mar 5, 2026", "05-MAR-2026", "5. März 2026"]
        {
            assert_eq!(day(text, None), want, "{text}");
        }
        assert_eq!(day("3/5/2026", Some(DayOrder::MonthFirst)), want);
        assert_eq!(day("5/3/26", Some(DayOrder::DayFirst)), want);
        for text in ["3/5/2026", "2026-02-30", "31.02.2026", "Smarch 5, 2026", "", "x"] {
            assert_eq!(day(text, None), None, "{text}");
        }
    }

    #[test]
    fn the_order_of_days_is_asked_where_nothing_decides() {
        assert_eq!(order_of(["3/4/2026", "3/25/2026"].into_iter()), Some(Some(DayOrder::MonthFirst)));
        assert_eq!(order_of(["3/4/2026", "25/3/2026"].into_iter()), Some(Some(DayOrder::DayFirst)));
        assert_eq!(order_of(["3/4/2026"].into_iter()), None);
        assert_eq!(order_of(["13/4/2026", "4/13/2026"].into_iter()), None);
        assert_eq!(order_of(["2026-03-04", "4.3.2026", ""].into_iter()), Some(None));
    }

    #[test]
    fn moments_with_and_without_an_offset() {
        let at = |text: &str| moment(text, Some(DayOrder::MonthFirst), |_| -360).map(Time::rfc3339);
        for text in
            ["2026-03-05T14:30:00Z", "2026-03-05T15:30:00+01:00", "2026-03-05 08:30", "3/5/2026 8:30 AM", "2026-03-05T14:30:00.000+0000"]
        {
            assert_eq!(at(text).as_deref(), Some("2026-03-05T14:30:00Z"), "{text}");
        }
        assert_eq!(at("2026-03-05").as_deref(), Some("2026-03-05T12:00:00Z"));
        assert_eq!(at("3/5/2026 13:30 PM"), None);
        assert_eq!(at("2026-03-05 25:00"), None);
        assert_eq!(instant("2026-03-05T14:30:07Z").map(Time::rfc3339).as_deref(), Some("2026-03-05T14:30:07Z"));
    }

    #[test]
    fn numbers_of_both_worlds() {
        for (text, comma, want) in [
            ("1,234.50", false, Some("1234.50")),
            ("1.234,50 €", true, Some("1234.50")),
            ("1 234,5", true, Some("1234.5")),
            ("(12.5)", false, Some("-12.5")),
            ("17,25-", true, Some("-17.25")),
            ("$3", false, Some("3")),
            ("12 pcs", false, None),
            ("1e999", false, None),
            ("", false, None),
        ] {
            assert_eq!(number(text, comma).as_deref(), want, "{text}");
        }
        assert_eq!(decimal_comma(["1,234", "12,5"].into_iter()), Some(true));
        assert_eq!(decimal_comma(["1,234", "12.5"].into_iter()), Some(false));
        assert_eq!(decimal_comma(["1,234"].into_iter()), None);
    }
}
