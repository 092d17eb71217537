//! The cells of one row, typed, with a reason for each that cannot be read.

use super::amounts::{currency, minor_units, thousandths};
use super::days::day;
use super::words::{Words, word};
use rounds_kernel::{Day, RowReject};
use rounds_platform::imports::{Column, Row, reject};

/// What reading a cell gives.
pub type Read<T> = Result<T, RowReject>;

/// A row and the columns it was read by.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The row.
    pub row: &'a Row,
    /// Its importer's columns.
    pub columns: &'static [Column],
}

impl<'a> Reader<'a> {
    /// A reader of `row`.
    pub fn new(row: &'a Row, columns: &'static [Column]) -> Self {
        Self { row, columns }
    }

    fn name(&self, column: usize) -> &'static str {
        self.columns.get(column).map_or("?", |c| c.name)
    }

    fn no(&self, column: usize, code: &str, what: &str, remedy: &str) -> RowReject {
        let cause = format!("“{}” holds “{}”, which is no {what}.", self.name(column), self.row.text(column));
        reject(self.row.line, code, cause, remedy)
    }

    /// The cell as it stands.
    pub fn text(&self, column: usize) -> &'a str {
        self.row.text(column)
    }

    /// The cell, which must say something.
    pub fn needed(&self, column: usize) -> Read<&'a str> {
        self.row.known(column).ok_or_else(|| self.blank(column))
    }

    fn blank(&self, column: usize) -> RowReject {
        reject(self.row.line, "import.blank", format!("“{}” is blank.", self.name(column)), "Fill it in and import the file again.")
    }

    /// A day, if the cell says one.
    pub fn day(&self, column: usize) -> Read<Option<i64>> {
        let Some(text) = self.row.known(column) else { return Ok(None) };
        let bad = || self.no(column, "import.day_impossible", "day of the calendar", "Write the day as YYYY-MM-DD, e.g. 2026-11-23.");
        day(text).map(|d: Day| Some(i64::from(d.0))).ok_or_else(bad)
    }

    /// A day, which must be there.
    pub fn needed_day(&self, column: usize) -> Read<i64> {
        self.day(column)?.ok_or_else(|| self.blank(column))
    }

    /// A currency; `otherwise` if the cell is blank.
    pub fn currency(&self, column: usize, otherwise: &str) -> Read<String> {
        let Some(text) = self.row.known(column) else { return Ok(otherwise.to_owned()) };
        let bad = || self.no(column, "import.currency", "currency", "Use the three letters of ISO 4217, such as USD or EUR.");
        currency(text).ok_or_else(bad)
    }

    /// An amount in minor units, if the cell says one.
    pub fn money(&self, column: usize, currency: &str) -> Read<Option<i64>> {
        let Some(text) = self.row.known(column) else { return Ok(None) };
        let bad = || self.no(column, "import.amount", "amount", "Write a plain number, such as 1234.50 or -20.");
        minor_units(text, currency).map(Some).ok_or_else(bad)
    }

    /// A percentage in hundredths of a percent, if the cell says one: `80`, `80 %`, `12.5`.
    pub fn percent(&self, column: usize) -> Read<Option<i64>> {
        let Some(text) = self.row.known(column) else { return Ok(None) };
        let bad = || self.no(column, "import.percent", "percentage", "Write a number, such as 80 or 12.5 %.");
        thousandths(text.trim_end_matches('%')).map(|t| Some(t / 10)).ok_or_else(bad)
    }

    /// A quantity in thousandths, if the cell says one.
    pub fn quantity(&self, column: usize) -> Read<Option<i64>> {
        let Some(text) = self.row.known(column) else { return Ok(None) };
        let bad = || self.no(column, "import.number", "number", "Write a plain number, such as 12 or 2.5.");
        thousandths(text).map(Some).ok_or_else(bad)
    }

    /// A whole number, if the cell says one.
    pub fn count(&self, column: usize) -> Read<Option<i64>> {
        let Some(text) = self.row.known(column) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.no(column, "import.number", "whole number", "Write a whole number, such as 12."))
    }

    /// The code of a word of a list, if the cell says one.
    pub fn word(&self, column: usize, list: Words) -> Read<Option<&'static str>> {
        let Some(text) = self.row.known(column) else { return Ok(None) };
        let known: Vec<&str> = list.iter().map(|(code, _)| *code).collect();
        let bad = || self.no(column, "import.word_unknown", "word that is known here", &format!("Use one of: {}.", known.join(", ")));
        word(list, text).map(Some).ok_or_else(bad)
    }

    /// `otherwise` when the cell is blank.
    pub fn word_or(&self, column: usize, list: Words, otherwise: &'static str) -> Read<&'static str> {
        Ok(self.word(column, list)?.unwrap_or(otherwise))
    }
}
