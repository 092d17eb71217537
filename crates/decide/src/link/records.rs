//! Records as columns of interned strings.

use rounds_kernel::Error;
use rustc_hash::FxHashMap;

/// Columns of interned text: value 0 is "not there", a blank text is "not there".
#[derive(Debug, Clone, Default)]
pub struct Records {
    names: Vec<String>,
    texts: Vec<Vec<String>>,
    known: Vec<FxHashMap<String, u32>>,
    cells: Vec<Vec<u32>>,
    rows: usize,
}

impl Records {
    /// An empty table with these columns.
    pub fn new<S: AsRef<str>>(columns: &[S]) -> Self {
        let width = columns.len();
        Records {
            names: columns.iter().map(|c| c.as_ref().to_owned()).collect(),
            texts: vec![vec![String::new()]; width],
            known: vec![FxHashMap::default(); width],
            cells: vec![Vec::new(); width],
            rows: 0,
        }
    }

    /// Adds a row, one text a column; blank means not known.
    ///
    /// # Errors
    /// `link.width` if the row has another number of cells than there are columns; nothing is added then.
    pub fn push<S: AsRef<str>>(&mut self, row: &[S]) -> Result<(), Error> {
        if row.len() != self.names.len() {
            let cause = format!("row {} has {} cells, there are {} columns", self.rows, row.len(), self.names.len());
            return Err(Error::invalid("link.width", cause, "give every row one cell a column, blank where nothing is known"));
        }
        for (c, text) in row.iter().enumerate() {
            let text = text.as_ref().trim();
            let id = if text.is_empty() {
                0
            } else if let Some(&id) = self.known[c].get(text) {
                id
            } else {
                let id = self.texts[c].len() as u32;
                self.texts[c].push(text.to_owned());
                self.known[c].insert(text.to_owned(), id);
                id
            };
            self.cells[c].push(id);
        }
        self.rows += 1;
        Ok(())
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Column names, in order.
    pub fn columns(&self) -> &[String] {
        &self.names
    }

    /// Text of a cell, blank if not known.
    pub fn text(&self, row: usize, column: usize) -> &str {
        &self.texts[column][self.cells[column][row] as usize]
    }

    /// The column of that name.
    ///
    /// # Errors
    /// `link.column` if there is none.
    pub(crate) fn column(&self, name: &str) -> Result<usize, Error> {
        self.names.iter().position(|n| n == name).ok_or_else(|| {
            Error::invalid("link.column", format!("there is no column {name:?}"), format!("use one of: {}", self.names.join(", ")))
        })
    }

    pub(crate) fn cell(&self, row: usize, column: usize) -> u32 {
        self.cells[column][row]
    }
}

/// Which pairs of rows are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All pairs of one file.
    Within,
    /// Rows before `left` are the one file, the rest the other: pairs across only.
    Across {
        /// Rows of the first file.
        left: usize,
    },
    /// Rows before `known` are the record, the rest is new: pairs with at least one new row.
    New {
        /// Rows of the record.
        known: usize,
    },
}

impl Scope {
    /// Number of pairs asked about, of `rows` rows.
    pub fn pairs(self, rows: usize) -> f64 {
        let n = rows as f64;
        match self {
            Scope::Within => n * (n - 1.0) / 2.0,
            Scope::Across { left } => left as f64 * (n - left as f64),
            Scope::New { known } => {
                let k = known as f64;
                (n * (n - 1.0) - k * (k - 1.0)) / 2.0
            }
        }
    }

    /// Rows of the first side, which come first.
    pub(crate) fn first(self) -> usize {
        match self {
            Scope::Within => 0,
            Scope::Across { left } => left,
            Scope::New { known } => known,
        }
    }

    /// Whether rows `a < b` are a pair asked about.
    pub(crate) fn takes(self, a: u32, b: u32) -> bool {
        match self {
            Scope::Within => true,
            Scope::Across { left } => (a as usize) < left && b as usize >= left,
            Scope::New { known } => b as usize >= known,
        }
    }

    pub(crate) fn validate(self, rows: usize) -> Result<(), Error> {
        let first = self.first();
        if first > rows {
            let cause = format!("the first side is said to have {first} rows, there are {rows} in all");
            return Err(Error::invalid("link.scope", cause, "give the number of rows that come first"));
        }
        if rows >= u32::MAX as usize {
            return Err(Error::invalid("link.too_large", format!("{rows} rows"), "split the file: at most 2^32 - 2 rows"));
        }
        Ok(())
    }
}
