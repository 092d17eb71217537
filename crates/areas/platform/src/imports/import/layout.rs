//! Which column of a file is which of ours, and how its cells are written: guessed, or as a person confirmed it.

use super::cells::{DayOrder, decimal_comma, number, order_of};
use super::{cells, check_header};
use crate::imports::model::{Column, Form, Importer, folded, reject};
use rounds_kernel::{Day, Error, Result, RowReject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a person said about the files of one source. What it leaves out is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Our column to theirs; an empty name means that theirs is not read.
    pub columns: BTreeMap<String, String>,
    /// Our column to their words and ours for them.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Our column to what it holds in every row.
    pub fixed: BTreeMap<String, String>,
    /// What `3/4/2026` means.
    pub days: Option<DayOrder>,
    /// Whether numbers have a decimal comma.
    pub decimal_comma: Option<bool>,
    /// The time zone (IANA name) of times without an offset.
    pub zone: Option<String>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
}

/// One of our columns as it is read.
#[derive(Debug, Clone)]
struct Cell {
    column: Column,
    position: Option<usize>,
    fixed: Option<String>,
    words: BTreeMap<String, String>,
    order: Option<DayOrder>,
    comma: bool,
}

/// How the rows of one file become rows for its importer.
#[derive(Debug, Clone)]
pub(in crate::imports) struct Layout {
    cells: Vec<Cell>,
    width: usize,
    zone: String,
    /// Columns of the file that nothing reads.
    pub ignored: Vec<String>,
    ahead: Option<(Day, i64)>,
}

/// The header of a file as its mappings are found by.
pub(in crate::imports) fn header_fingerprint(header: &[String]) -> String {
    let names: Vec<String> = header.iter().map(|h| folded(h)).collect();
    blake3::hash(names.join("\n").as_bytes()).to_hex().to_string()
}

/// Where `column` stands in `header`, by the mapping or by its names.
pub(in crate::imports) fn place(column: &Column, header: &[String], mapping: &Mapping) -> Option<usize> {
    match mapping.columns.get(column.name) {
        Some(theirs) if theirs.is_empty() => None,
        Some(theirs) => header.iter().position(|h| h == theirs).or_else(|| header.iter().position(|h| folded(h) == folded(theirs))),
        None => column.position(header),
    }
}

impl Layout {
    /// The layout of a file with this header, of which `sample` holds the first rows.
    ///
    /// # Errors
    /// `import.columns_missing`, `import.column_twice`; `import.days_unclear` when days may be read two ways and nobody said which.
    pub fn of(importer: &dyn Importer, header: &[String], sample: &[Vec<String>], mapping: &Mapping) -> Result<Self> {
        check_header(importer, header, mapping)?;
        let places: Vec<Option<usize>> = importer.columns().iter().map(|c| place(c, header, mapping)).collect();
        let cells_of = |position: Option<usize>| sample.iter().filter_map(move |row| row.get(position?)).map(String::as_str);
        let own = importer.columns().iter().zip(&places).filter(|(c, p)| c.form == Form::Number && p.is_some());
        let comma = mapping.decimal_comma.or_else(|| own.filter_map(|(_, p)| decimal_comma(cells_of(*p))).next()).unwrap_or(false);
        let mut cells = Vec::new();
        for (column, position) in importer.columns().iter().zip(&places) {
            let order = match (column.form, mapping.days) {
                (Form::Day | Form::Moment, None) => order_of(cells_of(*position)).ok_or_else(|| unclear(column, cells_of(*position)))?,
                (_, said) => said,
            };
            let words = mapping.values.get(column.name).into_iter().flatten().map(|(t, o)| (t.trim().to_lowercase(), o.clone())).collect();
            let fixed = mapping.fixed.get(column.name).filter(|v| !v.is_empty()).cloned();
            cells.push(Cell { column: *column, position: *position, fixed, words, order, comma });
        }
        let read = |i: &usize| places.contains(&Some(*i));
        let ignored = (0..header.len()).filter(|i| !read(i)).filter_map(|i| header.get(i).cloned()).collect();
        let zone = mapping.zone.clone().unwrap_or_else(|| "UTC".into());
        Ok(Self { cells, width: header.len(), zone, ignored, ahead: None })
    }

    /// A row's cells in the importer's order, each in the form its column asks for.
    pub fn read(&mut self, line: u64, mut found: Vec<String>) -> std::result::Result<Vec<String>, RowReject> {
        if found.len() != self.width {
            let cause = format!("The row has {} columns, the header has {}.", found.len(), self.width);
            return Err(reject(line, "import.columns_wrong", cause, "Quote cells that hold the delimiter, and import the file again."));
        }
        let Self { cells, zone, ahead, .. } = self;
        let mut out = Vec::with_capacity(cells.len());
        for cell in cells.iter() {
            let text = cell.position.and_then(|p| found.get_mut(p)).map(std::mem::take).unwrap_or_default();
            let text = if text.is_empty() { cell.fixed.clone().unwrap_or(text) } else { text };
            let text = if cell.words.is_empty() { text } else { cell.words.get(&text.to_lowercase()).cloned().unwrap_or(text) };
            out.push(cell.formed(line, text, zone, ahead)?);
        }
        Ok(out)
    }
}

impl Cell {
    fn formed(&self, line: u64, text: String, zone: &str, ahead: &mut Option<(Day, i64)>) -> std::result::Result<String, RowReject> {
        let name = self.column.name;
        if text.len() > self.column.longest && text.chars().nth(self.column.longest).is_some() {
            let cause = format!("“{name}” is longer than {} characters.", self.column.longest);
            return Err(reject(line, "import.field_too_long", cause, "Shorten it, or check that the columns are in their places."));
        }
        if text.is_empty() {
            return Ok(text);
        }
        let impossible = |text: &str| {
            let cause = format!("“{name}” holds “{text}”, which is not a day of the calendar.");
            reject(line, "import.day_impossible", cause, "Write the day as YYYY-MM-DD, e.g. 2026-11-23.")
        };
        match self.column.form {
            Form::Text => Ok(text),
            Form::Day => cells::day(before_time(&text), self.order).map(|d| d.to_string()).ok_or_else(|| impossible(&text)),
            Form::Moment if canonical(&text) && cells::instant(&text).is_some() => Ok(text),
            Form::Moment => {
                let mut offset = |day: Day| match ahead {
                    Some((known, minutes)) if *known == day => *minutes,
                    _ => ahead.insert((day, day.utc_offset_minutes(zone))).1,
                };
                cells::moment(&text, self.order, &mut offset).map(cells::written).ok_or_else(|| impossible(&text))
            }
            Form::Number => number(&text, self.comma).ok_or_else(|| {
                let cause = format!("“{name}” holds “{text}”, which is not a number.");
                reject(line, "import.number_unclear", cause, "Write a number, e.g. 1234.50, and nothing else.")
            }),
        }
    }
}

fn canonical(text: &str) -> bool {
    matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', _, _, b':', _, _, b'Z'])
}

/// The date before a time of day, for columns that hold days only.
fn before_time(text: &str) -> &str {
    let clock = text.find(':').and_then(|i| text.get(..i)?.rfind([' ', 'T']));
    clock.and_then(|i| text.get(..i)).unwrap_or(text)
}

fn unclear<'a>(column: &Column, mut cells: impl Iterator<Item = &'a str>) -> Error {
    let example = cells.find(|c| cells::day(c, None).is_none() && !c.is_empty()).unwrap_or_default();
    Error::invalid(
        "import.days_unclear",
        format!(
            "“{}” holds days such as “{example}”, and nothing tells whether day or month comes first. Nothing was changed.",
            column.name
        ),
        "Say which on the import's page, or with --days day-first or --days month-first.",
    )
}
