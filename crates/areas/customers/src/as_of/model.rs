//! The day asked for, and the line that shows it.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use rounds_kernel::{Day, Error, Result};
use rounds_web::{App, Problem};
use serde::Deserialize;

/// The day whose state is asked for; none means today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AsOf(Option<Day>);

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    as_of: String,
}

impl FromRequestParts<App> for AsOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, Problem> {
        let asked = Query::<Asked>::from_request_parts(parts, app).await;
        Ok(Self::parse(asked.as_ref().map_or("", |q| q.0.as_of.as_str()))?)
    }
}

impl AsOf {
    /// Today.
    pub const TODAY: Self = Self(None);

    /// The state on `day`.
    pub const fn on(day: Day) -> Self {
        Self(Some(day))
    }

    /// From an address's parameter of which [`Self::parse`] has said that it is a day; today otherwise.
    pub fn read(text: &str) -> Self {
        Self::parse(text).unwrap_or_default()
    }

    /// From an address's parameter; empty means today.
    ///
    /// # Errors
    /// `date.impossible` for what is no day of the calendar, `date.out_of_range` for a year before 1900 or after 2100.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::TODAY);
        }
        let day = Day::parse(text)?;
        if (-25_567..=47_846).contains(&day.0) {
            return Ok(Self(Some(day)));
        }
        Err(Error::invalid("date.out_of_range", format!("The record holds nothing of {day}."), "Ask for a day between 1900 and 2100."))
    }

    /// The day, if one was asked for.
    pub fn day(self) -> Option<Day> {
        self.0
    }

    /// The day shown: the one asked for, or `today`.
    pub fn or(self, today: Day) -> Day {
        self.0.unwrap_or(today)
    }

    /// SQL condition that a dated link of the table `alias` holds on the day. Today's links are those without an end.
    ///
    /// Safe to splice: it is made of a number and of the name given by our own code.
    pub fn holds(self, alias: &str) -> String {
        match self.0 {
            None => format!("{alias}.valid_to IS NULL"),
            Some(Day(d)) => format!("({alias}.valid_from <= {d} AND ({alias}.valid_to IS NULL OR {alias}.valid_to > {d}))"),
        }
    }

    /// Whether a link between these days holds on the day.
    pub fn covers(self, valid_from: i64, valid_to: Option<i64>) -> bool {
        match self.0 {
            None => valid_to.is_none(),
            Some(Day(d)) => valid_from <= i64::from(d) && valid_to.is_none_or(|to| to > i64::from(d)),
        }
    }

    /// As it stands in an address; empty for today.
    pub fn text(self) -> String {
        self.0.map_or(String::new(), |d| d.to_string())
    }

    /// `path` with the day carried on.
    pub fn link(self, path: &str) -> String {
        let Some(day) = self.0 else { return path.to_owned() };
        let (path, anchor) = path.split_once('#').map_or((path, String::new()), |(p, a)| (p, format!("#{a}")));
        format!("{path}{}as_of={day}{anchor}", if path.contains('?') { '&' } else { '?' })
    }

    /// The line under a page's head: the day shown and the way to another one. `path` is the page's own address, `parameters` are
    /// those that stay.
    pub fn bar(self, path: &str, parameters: &[(&str, &str)]) -> AsOfBar {
        let kept = parameters.iter().filter(|(_, value)| !value.is_empty());
        AsOfBar {
            path: path.to_owned(),
            day: self.text(),
            kept: kept.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            today: crate::lists::href(path, parameters),
        }
    }
}

/// The line that shows which day a page is of.
#[derive(Debug, Clone, Default)]
pub struct AsOfBar {
    /// The page's own address, without parameters.
    pub path: String,
    /// The day asked for; empty for today.
    pub day: String,
    /// Parameters that stay when the day changes.
    pub kept: Vec<(String, String)>,
    /// The same page, today.
    pub today: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_carried_and_an_impossible_one_refused() {
        let day = AsOf::parse(" 2019-01-01 ").unwrap_or_default();
        assert_eq!(day.link("/accounts/7"), "/accounts/7?as_of=2019-01-01");
        assert_eq!(day.link("/accounts?state=MN#people"), "/accounts?state=MN&as_of=2019-01-01#people");
        assert_eq!(AsOf::TODAY.link("/accounts/7"), "/accounts/7");
        assert_eq!(day.holds("f"), "(f.valid_from <= 17897 AND (f.valid_to IS NULL OR f.valid_to > 17897))");
        for (text, code) in [("2019-02-30", "date.impossible"), ("yesterday", "date.impossible"), ("0001-01-01", "date.out_of_range")] {
            assert_eq!(AsOf::parse(text).err().map(|e| e.code).as_deref(), Some(code), "{text}");
        }
        assert_eq!(AsOf::parse("").ok(), Some(AsOf::TODAY));
    }

    #[test]
    fn a_link_holds_from_its_first_day_to_the_day_before_its_last() {
        let on = |d| AsOf::on(Day(d));
        assert!(!on(9).covers(10, Some(20)) && on(10).covers(10, Some(20)) && on(19).covers(10, Some(20)) && !on(20).covers(10, Some(20)));
        assert!(AsOf::TODAY.covers(10, None) && !AsOf::TODAY.covers(10, Some(20)));
    }
}
