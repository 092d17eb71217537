//! Days as systems write them.

use rounds_kernel::Day;

/// A day: `2026-11-23` (also with a time behind it), `20261123`, `23.11.2026`, or `11/23/2026` month first, as in the United
/// States, unless the first number can only be a day. `None` for anything that is no day of the calendar.
pub fn day(text: &str) -> Option<Day> {
    let text = text.trim();
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    if date.len() == 10 && date.as_bytes().get(4) == Some(&b'-') {
        return Day::parse(date).ok();
    }
    if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
        return of(&date[..4], &date[4..6], &date[6..]);
    }
    if let [d, m, y] = date.split('.').collect::<Vec<_>>()[..] {
        return of(y, m, d);
    }
    let [a, b, y] = date.split('/').collect::<Vec<_>>()[..] else { return None };
    if a.parse::<u8>().is_ok_and(|first| first > 12) { of(y, b, a) } else { of(y, a, b) }
}

fn of(year: &str, month: &str, day: &str) -> Option<Day> {
    let all = [(year, 4), (month, 2), (day, 2)];
    let digits = |(t, most): &(&str, usize)| !t.is_empty() && t.len() <= *most && t.bytes().all(|b| b.is_ascii_digit());
    if !all.iter().all(digits) || year.len() != 4 {
        return None;
    }
    Day::parse(&format!("{year}-{month:0>2}-{day:0>2}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_the_usual_forms() {
        let want = Day::parse("2026-11-23").ok();
        for text in ["2026-11-23", "20261123", "23.11.2026", "11/23/2026", "23/11/2026", "2026-11-23T08:00:00Z", "2026-11-23 08:00"] {
            assert_eq!(day(text), want, "{text}");
        }
        for bad in ["", "2026-02-30", "20261301", "31.2.2026", "23.11.26", "soon", "1/2/3/4", "00000000"] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }
}
