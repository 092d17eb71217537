//! Periods: FHIR's include their last day, ours end on the day after it.
//!
//! FHIR R4, datatype Period: "if the end of the period is a date, the end value includes any matching date/time". A date may be a year or a
//! month alone (datatype dateTime); as a start it means its first day, as an end its last.

use rounds_kernel::Day;
use serde_json::{Value, json};

/// First day and day from which it no longer holds.
pub type Days = (Option<Day>, Option<Day>);

/// Reads a period.
///
/// # Errors
/// The text that is no date of FHIR, or "end before start".
pub fn read(period: &Value) -> Result<Days, String> {
    let text = |field: &str| period[field].as_str();
    let start = text("start").map(first_day).transpose()?;
    let end = text("end").map(last_day).transpose()?.map(|d| d.plus(1));
    match (start, end) {
        (Some(s), Some(e)) if e <= s => Err("its end lies before its start".into()),
        days => Ok(days),
    }
}

/// The first day that a date, year or month means.
pub fn first_day(text: &str) -> Result<Day, String> {
    let date = text.split('T').next().unwrap_or_default();
    let whole = match date.len() {
        4 => format!("{date}-01-01"),
        7 => format!("{date}-01"),
        _ => date.to_owned(),
    };
    Day::parse(&whole).ok().filter(|_| whole.len() == 10).ok_or_else(|| format!("“{text}” is no date"))
}

fn last_day(text: &str) -> Result<Day, String> {
    let date = text.split('T').next().unwrap_or_default();
    let next = |year: i32, month: u32| {
        let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        Day::parse(&format!("{year:04}-{month:02}-01")).map(|d| d.plus(-1)).map_err(|_| format!("“{text}” is no date"))
    };
    match date.len() {
        4 => first_day(date).and_then(|_| next(date.parse().unwrap_or_default(), 12)),
        7 => first_day(date).and_then(|_| next(date[..4].parse().unwrap_or_default(), date[5..].parse().unwrap_or_default())),
        _ => first_day(text),
    }
}

/// Writes a period.
pub fn write(from: i64, to: Option<i64>) -> Value {
    let day = |d: i64| Day(d as i32).to_string();
    match to {
        Some(to) => json!({ "start": day(from), "end": day(to - 1) }),
        None => json!({ "start": day(from) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_includes_its_day() {
        let days = |p: Value| read(&p).map(|(a, b)| (a.map(|d| d.to_string()), b.map(|d| d.to_string())));
        let some = |t: &str| Some(t.to_owned());
        assert_eq!(days(json!({"start": "2019-01-01", "end": "2019-12-31"})), Ok((some("2019-01-01"), some("2020-01-01"))));
        assert_eq!(days(json!({"start": "2019", "end": "2020"})), Ok((some("2019-01-01"), some("2021-01-01"))));
        assert_eq!(days(json!({"start": "2019-02", "end": "2020-02"})), Ok((some("2019-02-01"), some("2020-03-01"))));
        assert_eq!(days(json!({"start": "2019-02-03T10:00:00Z"})), Ok((some("2019-02-03"), None)));
        assert_eq!(days(Value::Null), Ok((None, None)));
        for bad in [
            json!({"start": "2019-02-30"}),
            json!({"start": "soon"}),
            json!({"start": "2020-01-02", "end": "2020-01-01"}),
            json!({"end": "20x0"}),
        ] {
            assert!(days(bad.clone()).is_err(), "{bad}");
        }
        assert_eq!(write(17_896, Some(18_262)), json!({"start": "2018-12-31", "end": "2019-12-31"}));
    }
}
