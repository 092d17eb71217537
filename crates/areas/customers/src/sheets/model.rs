//! What stands on a sheet.

use crate::lists::{SortBy, sortable};
use crate::panels::PanelHtml;
use rounds_web::components::{Column, Fact, Field, Tone};

/// A button in a row: a form of its own that posts.
#[derive(Debug, Clone, Default)]
pub struct Act {
    /// Verb.
    pub label: String,
    /// Address posted to.
    pub action: String,
    /// Hidden fields.
    pub hidden: Vec<(String, String)>,
}

/// One cell of a table.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// What it says; empty cells stay empty.
    pub text: String,
    /// A second, quiet line.
    pub sub: String,
    /// Opens the record or the rows behind it.
    pub href: Option<String>,
    /// Right-aligned.
    pub numeric: bool,
    /// Drawn as a chip of this tone.
    pub chip: Option<Tone>,
    /// Not known: drawn as such, never as a number.
    pub unknown: bool,
    /// Buttons.
    pub acts: Vec<Act>,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Words that open something.
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()), ..Self::default() }
    }

    /// A number, right-aligned.
    pub fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), numeric: true, ..Self::default() }
    }

    /// A word with its meaning.
    pub fn chip(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), chip: Some(tone), ..Self::default() }
    }

    /// What is not known, and why.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self { text: "unknown".into(), sub: why.into(), unknown: true, ..Self::default() }
    }

    /// A day, or nothing.
    pub fn day(day: Option<i64>) -> Self {
        Self::text(day.map_or(String::new(), |d| rounds_kernel::Day::stored(d).to_string()))
    }

    /// True for a day or an instant, which keeps to one line.
    pub fn is_date(&self) -> bool {
        let b = self.text.as_bytes();
        matches!(b.len(), 10 | 16) && b.get(4) == Some(&b'-') && b.get(7) == Some(&b'-')
    }

    /// Buttons.
    pub fn acts(acts: Vec<Act>) -> Self {
        Self { acts, ..Self::default() }
    }

    /// The same cell with a second line.
    #[must_use]
    pub fn with(self, sub: impl Into<String>) -> Self {
        Self { sub: sub.into(), ..self }
    }
}

/// A table, or the words that stand in its place while it is empty.
#[derive(Debug, Clone, Default, askama::Template)]
#[template(path = "sheets/templates/table.html")]
pub struct Table {
    /// What it holds, for screen readers.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with one cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// What is not there, why, and what to do.
    pub empty: (String, String, String),
    /// Token of the forms in its rows.
    pub csrf: String,
    /// A link below it: words and address.
    pub more: Option<(String, String)>,
    /// Where the rows that someone chooses are exported; empty where they cannot be chosen.
    pub choose: String,
    /// Ids of the rows, where they can be chosen.
    pub ids: Vec<i64>,
}

// Sound because a table is drawn by its template, which escapes.
impl askama::filters::HtmlSafe for Table {}

impl Table {
    /// A table with these columns; those whose name starts with `#` hold numbers.
    pub fn new(caption: &str, columns: &[&str], empty: (&str, &str, &str)) -> Self {
        let column = |c: &&str| c.strip_prefix('#').map_or_else(|| Column::text(c), Column::number);
        Self {
            caption: caption.into(),
            columns: columns.iter().map(column).collect(),
            empty: (empty.0.into(), empty.1.into(), empty.2.into()),
            ..Self::default()
        }
    }

    /// The same table, whose rows can be chosen by hand and exported at `path`, a CSV that reads every `id` of its query.
    #[must_use]
    pub fn choosable(self, path: &str, ids: impl IntoIterator<Item = i64>) -> Self {
        Self { choose: path.into(), ids: ids.into_iter().collect(), ..self }
    }

    /// The same table, whose heads of columns turn the order around.
    #[must_use]
    pub fn sortable(mut self, ways: &[SortBy], asked: &str, path: &str, parameters: &[(&str, &str)]) -> Self {
        sortable(&mut self.columns, ways, asked, path, parameters);
        self
    }

    /// The id of a row, where it can be chosen.
    fn id(&self, row: &usize) -> Option<i64> {
        self.ids.get(*row).copied()
    }

    /// The same table with these rows.
    #[must_use]
    pub fn rows(self, rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        Self { rows: rows.into_iter().collect(), ..self }
    }
}

/// A form of a sheet.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Address posted to.
    pub action: String,
    /// Fields.
    pub fields: Vec<Field>,
    /// Hidden fields.
    pub hidden: Vec<(String, String)>,
    /// Verb on the button.
    pub button: String,
}

/// What a section holds.
#[derive(Debug, Clone)]
pub enum Part {
    /// A table.
    Table(Table),
    /// Labels and values.
    Facts(Vec<Fact>),
    /// A form.
    Form(Form),
    /// What another area drew.
    Panel(PanelHtml),
}

/// A titled part of a sheet.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its title; a part without one stands bare.
    pub title: String,
    /// A few quiet words.
    pub sub: String,
    /// Its content.
    pub part: Part,
}

impl Section {
    /// A titled table.
    pub fn table(title: &str, sub: &str, table: Table) -> Self {
        Self { title: title.into(), sub: sub.into(), part: Part::Table(table) }
    }
}

/// A notice above the sheet.
#[derive(Debug, Clone)]
pub struct NoticeLine {
    /// `partial`, `stale`, `info` or `good`.
    pub kind: &'static str,
    /// In a few words.
    pub title: String,
    /// In a sentence.
    pub text: String,
}
