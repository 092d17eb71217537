//! CSV files as published: lines, records, then rows with the cells an importer asked for.

mod lines;
mod records;

use super::model::{ChunkReport, Importer, Note, Row, reject};
use records::{Record, Records};
use rounds_kernel::{Day, Error, Result, RowReject};
use std::collections::HashMap;
use std::io::BufRead;

/// Text kept of a rejected row.
const RAW_KEPT: usize = 2_000;

/// Reads a file for one importer, a chunk at a time.
pub(super) struct Scanner<'a, R> {
    records: Records<R>,
    importer: &'a dyn Importer,
    header: Vec<String>,
    positions: Vec<Option<usize>>,
    seen: HashMap<String, u64>,
    told: (u64, u64),
}

/// What one chunk of a file holds.
#[derive(Default)]
pub(super) struct Chunk {
    /// Records read.
    pub read: u64,
    /// Last line read.
    pub line: u64,
    /// Rows for the importer.
    pub rows: Vec<Row>,
    /// Text of the rows, to be kept with those that the importer rejects.
    pub raw: HashMap<u64, String>,
    /// Rows that need no importer to be rejected, and notes.
    pub report: ChunkReport,
}

impl<'a, R: BufRead> Scanner<'a, R> {
    /// Opens a file.
    ///
    /// # Errors
    /// `import.empty`, `import.columns_missing` or `import.column_twice`: the whole file is refused.
    pub fn open(bytes: R, importer: &'a dyn Importer) -> Result<Self> {
        let (header, records) = Records::open(bytes)?;
        let header = header.ok_or_else(empty)?;
        check_header(importer, &header)?;
        let positions = importer.columns().iter().map(|c| c.position(&header)).collect();
        Ok(Self { records, importer, header, positions, seen: HashMap::new(), told: (0, 0) })
    }

    /// Columns of the file that the importer does not read.
    pub fn ignored(&self) -> Vec<&str> {
        let read = |h: &&String| !self.importer.columns().iter().any(|c| c.is(h));
        self.header.iter().filter(read).map(String::as_str).collect()
    }

    /// Passes over records that an earlier run has finished; their keys still count as seen.
    pub fn skip(&mut self, records: u64) -> Result<()> {
        for _ in 0..records {
            let Some(record) = self.records.next()? else { break };
            let _ = self.row(record);
        }
        self.told = self.records.lines.decoded;
        Ok(())
    }

    /// The next chunk of at most `limit` records; empty at the end.
    pub fn chunk(&mut self, limit: usize) -> Result<Chunk> {
        let mut chunk = Chunk::default();
        while (chunk.read as usize) < limit {
            let Some(record) = self.records.next()? else { break };
            chunk.read += 1;
            chunk.line = record.line;
            chunk.raw.insert(record.line, record.raw.chars().take(RAW_KEPT).collect());
            match self.row(record) {
                Ok(row) => chunk.rows.push(row),
                Err(rejected) => chunk.report.rejects.push(rejected),
            }
        }
        let (decoded, first) = self.records.lines.decoded;
        for n in self.told.0..decoded {
            let line = if n == 0 { first } else { chunk.line };
            chunk.report.notes.push(Note::new(line, "import.cp1252", "lines were not valid UTF-8 and were read as CP1252 (Windows)"));
        }
        self.told = self.records.lines.decoded;
        Ok(chunk)
    }

    fn row(&mut self, record: Record) -> std::result::Result<Row, RowReject> {
        let line = record.line;
        let found = record.cells?;
        if found.len() != self.header.len() {
            let cause = format!("The row has {} columns, the header has {}.", found.len(), self.header.len());
            return Err(reject(line, "import.columns_wrong", cause, "Quote cells that hold the delimiter, and import the file again."));
        }
        let cells: Vec<String> = self.positions.iter().map(|p| p.and_then(|p| found.get(p).cloned()).unwrap_or_default()).collect();
        self.check_cells(line, &cells)?;
        self.check_key(line, &cells)?;
        Ok(Row { line, cells })
    }

    fn check_cells(&self, line: u64, cells: &[String]) -> std::result::Result<(), RowReject> {
        for (column, cell) in self.importer.columns().iter().zip(cells) {
            if cell.chars().nth(column.longest).is_some() {
                let cause = format!("“{}” is longer than {} characters.", column.name, column.longest);
                return Err(reject(line, "import.field_too_long", cause, "Shorten it, or check that the columns are in their places."));
            }
            if column.day && !cell.is_empty() && Day::parse(cell).is_err() {
                let cause = format!("“{}” holds “{cell}”, which is not a day of the calendar.", column.name);
                return Err(reject(line, "import.day_impossible", cause, "Write the day as YYYY-MM-DD, e.g. 2026-11-23."));
            }
        }
        Ok(())
    }

    fn check_key(&mut self, line: u64, cells: &[String]) -> std::result::Result<(), RowReject> {
        let Some(column) = self.importer.key() else { return Ok(()) };
        let (name, key) = (self.importer.columns()[column].name, &cells[column]);
        if key.is_empty() {
            return Err(reject(
                line,
                "import.id_blank",
                format!("“{name}” is blank."),
                "Fill it in: without it the row has no name to be found by.",
            ));
        }
        let form = self.importer.key_form(key);
        match self.seen.get(&form) {
            Some(first) => {
                let cause = format!("“{name}” {key} stands on line {first} already, which was taken.");
                Err(reject(line, "import.id_twice", cause, "Keep one of the two rows and import the file again."))
            }
            None => {
                self.seen.insert(form, line);
                Ok(())
            }
        }
    }
}

fn empty() -> Error {
    Error::invalid(
        "import.empty",
        "The file is empty: it has no header line. Nothing was changed.",
        "Choose the file that holds the table.",
    )
}

fn check_header(importer: &dyn Importer, header: &[String]) -> Result<()> {
    let missing: Vec<&str> = importer.columns().iter().filter(|c| c.required && c.position(header).is_none()).map(|c| c.name).collect();
    if !missing.is_empty() {
        return Err(Error::invalid(
            "import.columns_missing",
            format!("The file lacks columns that “{}” needs: {}. Nothing was changed.", importer.title(), missing.join(", ")),
            "Use the file as published, with its header line, or choose another kind of file.",
        ));
    }
    let twice = importer.columns().iter().find(|c| header.iter().filter(|h| c.is(h)).count() > 1);
    twice.map_or(Ok(()), |c| {
        let cause = format!("The header names “{}” more than once. Nothing was changed.", c.name);
        Err(Error::invalid("import.column_twice", cause, "Keep the column that counts and remove the other."))
    })
}

/// The importer for a file: the one asked for, or the one whose columns fit its header best.
///
/// # Errors
/// `import.kind_unknown` when none is of that kind or none fits; `import.columns_missing` and `import.empty` as in reading.
pub fn guess<'a>(importers: &'a [Box<dyn Importer>], kind: Option<&str>, bytes: &[u8]) -> Result<&'a dyn Importer> {
    let (header, _) = Records::open(bytes)?;
    let header = header.ok_or_else(empty)?;
    if let Some(kind) = kind {
        let known = || importers.iter().map(|i| i.kind()).collect::<Vec<_>>().join(", ");
        let chosen = importers.iter().find(|i| i.kind() == kind).ok_or_else(|| {
            Error::invalid(
                "import.kind_unknown",
                format!("There is no kind of file “{kind}”. Nothing was changed."),
                format!("Use one of: {}.", known()),
            )
        })?;
        check_header(chosen.as_ref(), &header)?;
        return Ok(chosen.as_ref());
    }
    let fitting = importers.iter().filter(|i| i.recognises(&header));
    let best = fitting.max_by_key(|i| i.columns().iter().filter(|c| c.position(&header).is_some()).count());
    let best = best.map(AsRef::as_ref).ok_or_else(|| {
        let start: Vec<&str> = header.iter().take(6).map(String::as_str).collect();
        let wants: Vec<String> = importers.iter().map(|i| format!("{} ({})", i.title(), required(i.as_ref()))).collect();
        Error::invalid(
            "import.kind_unknown",
            format!("The header ({} …) is of no kind that can be read. Nothing was changed.", start.join(", ")),
            format!("These kinds can be read, by these columns: {}.", wants.join("; ")),
        )
    })?;
    check_header(best, &header)?;
    Ok(best)
}

fn required(importer: &dyn Importer) -> String {
    importer.columns().iter().filter(|c| c.required).map(|c| c.name).take(4).collect::<Vec<_>>().join(", ")
}
