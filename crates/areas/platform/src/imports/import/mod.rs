//! CSV files as published: lines, records, then rows with the cells an importer asked for.

mod cells;
mod columnar;
mod layout;
mod lines;
mod records;
mod table;
mod workbook;

pub(super) use cells::order_of;
pub use cells::{DayOrder, instant};
pub use layout::Mapping;
pub(super) use layout::{header_fingerprint, place};
pub(super) use lines::Resume;
pub(super) use table::Table;

use super::model::{ChunkReport, Column, Importer, Note, Row, folded, reject};
use layout::Layout;
use records::Record;
use rounds_kernel::{Error, Result, RowReject};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::Path;

/// Bytes kept of a rejected row's text.
const RAW_KEPT: usize = 2_000;

/// Rows looked at before the first is read: they tell how days and numbers are written.
const SAMPLE: usize = 1_000;

/// The beginning of a text, cut between characters.
fn cut(mut text: String) -> String {
    if text.len() > RAW_KEPT {
        let end = (0..=RAW_KEPT).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// Reads a file for one importer, a chunk at a time.
pub(super) struct Scanner<'a> {
    table: Table,
    importer: &'a dyn Importer,
    layout: Layout,
    waiting: VecDeque<(Record, Behind)>,
    at: Behind,
    seen: HashMap<u128, u64>,
    told: u64,
}

/// What is known behind a record: rows are looked at long before they are their chunk's.
#[derive(Clone, Copy, Default)]
struct Behind {
    place: Resume,
    decoded: (u64, u64),
}

impl Behind {
    fn of(table: &Table) -> Self {
        Self { place: table.place(), decoded: table.decoded() }
    }
}

/// What one chunk of a file holds.
#[derive(Default)]
pub(super) struct Chunk {
    /// Records read.
    pub read: u64,
    /// Last line read.
    pub line: u64,
    /// Where the next row begins.
    pub end: Resume,
    /// Rows for the importer.
    pub rows: Vec<Row>,
    /// Text of the rows, to be kept with those that the importer rejects.
    pub raw: Vec<(u64, String)>,
    /// Rows that need no importer to be rejected, and notes.
    pub report: ChunkReport,
}

impl<'a> Scanner<'a> {
    /// Opens a file.
    ///
    /// # Errors
    /// `import.empty`, `import.columns_missing` or `import.column_twice`: the whole file is refused.
    pub fn open(mut table: Table, importer: &'a dyn Importer, mapping: &Mapping) -> Result<Self> {
        let mut waiting = VecDeque::new();
        while waiting.len() < SAMPLE {
            let Some(record) = table.next()? else { break };
            waiting.push_back((record, Behind::of(&table)));
        }
        let sample: Vec<Vec<String>> = waiting.iter().filter_map(|(r, _): &(Record, Behind)| r.cells.clone().ok()).collect();
        let layout = Layout::of(importer, &table.header, &sample, mapping)?;
        Ok(Self { table, waiting, importer, layout, seen: HashMap::new(), told: 0, at: Behind::default() })
    }

    /// Columns of the file that the importer does not read.
    pub fn ignored(&self) -> Vec<String> {
        self.layout.ignored.clone()
    }

    /// Goes on behind the records that an earlier run has finished. Where keys may stand only once in a file, those records are
    /// read again, so that their keys count as seen; elsewhere they are passed over unread.
    pub fn go_on(&mut self, path: &Path, records: u64, at: Resume) -> Result<()> {
        if records > 0 && self.importer.key().is_none() && self.table.resume(path, at)? {
            self.waiting.clear();
            return Ok(());
        }
        for _ in 0..records {
            let Some(record) = self.next()? else { break };
            let _ = self.row(record);
        }
        self.told = self.at.decoded.0;
        Ok(())
    }

    /// The next chunk of at most `limit` records; empty at the end.
    pub fn chunk(&mut self, limit: usize) -> Result<Chunk> {
        let mut chunk = Chunk::default();
        while (chunk.read as usize) < limit {
            let Some(mut record) = self.next()? else { break };
            chunk.read += 1;
            chunk.line = record.line;
            chunk.raw.push((record.line, cut(std::mem::take(&mut record.raw))));
            match self.row(record) {
                Ok(row) => chunk.rows.push(row),
                Err(rejected) => chunk.report.rejects.push(rejected),
            }
        }
        chunk.end = self.at.place;
        let (decoded, first) = self.at.decoded;
        for n in self.told..decoded {
            let line = if n == 0 { first } else { chunk.line };
            chunk.report.notes.push(Note::new(line, "import.cp1252", "lines were not valid UTF-8 and were read as CP1252 (Windows)"));
        }
        self.told = decoded;
        Ok(chunk)
    }

    fn next(&mut self) -> Result<Option<Record>> {
        if let Some((record, behind)) = self.waiting.pop_front() {
            self.at = behind;
            return Ok(Some(record));
        }
        let record = self.table.next()?;
        self.at = Behind::of(&self.table);
        Ok(record)
    }

    fn row(&mut self, record: Record) -> std::result::Result<Row, RowReject> {
        let line = record.line;
        let cells = self.layout.read(line, record.cells?)?;
        self.check_key(line, &cells)?;
        Ok(Row { line, cells })
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
        let form = fingerprint(&self.importer.key_form(key));
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

/// A key in sixteen bytes, so that a million of them are thirty megabytes.
fn fingerprint(key: &str) -> u128 {
    let mut bytes = [0; 16];
    blake3::Hasher::new().update(key.as_bytes()).finalize_xof().fill(&mut bytes);
    u128::from_le_bytes(bytes)
}

/// Whether a file that begins so is delimited text.
pub(super) fn sniff_text(head: &[u8]) -> Result<bool> {
    table::sniff(head).map(|kind| kind == table::Kind::Text)
}

fn empty() -> Error {
    Error::invalid(
        "import.empty",
        "The file is empty: it has no header line. Nothing was changed.",
        "Choose the file that holds the table.",
    )
}

fn check_header(importer: &dyn Importer, header: &[String], mapping: &Mapping) -> Result<()> {
    let columns = importer.columns();
    let absent = |c: &&Column| c.required && place(c, header, mapping).is_none() && !mapping.fixed.contains_key(c.name);
    let mut missing: Vec<&str> = columns.iter().filter(absent).map(|c| c.name).collect();
    let there = |i: usize| columns.get(i).is_some_and(|c| place(c, header, mapping).is_some() || mapping.fixed.contains_key(c.name));
    missing.extend(importer.lacks(&there));
    if !missing.is_empty() {
        return Err(Error::invalid(
            "import.columns_missing",
            format!("The file lacks columns that “{}” needs: {}. Nothing was changed.", importer.title(), missing.join(", ")),
            "Say on the import's page which columns they are, or use the file as published, or choose another kind of file.",
        ));
    }
    let names: Vec<String> = header.iter().map(|h| folded(h)).collect();
    let chosen = |c: &Column| mapping.columns.contains_key(c.name);
    let doubled = |p: usize| names.iter().filter(|n| **n == names[p]).count() > 1;
    let twice = columns.iter().find(|c| !chosen(c) && place(c, header, mapping).is_some_and(doubled));
    twice.map_or(Ok(()), |c| {
        let cause = format!("The header names “{}” more than once. Nothing was changed.", c.name);
        Err(Error::invalid("import.column_twice", cause, "Keep the column that counts and remove the other."))
    })
}

/// How a file is read: its kind, and which of its columns are which.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fit {
    /// Kind of file.
    pub kind: String,
    /// The mapping with our own names for our columns.
    pub mapping: Mapping,
    /// Our column and theirs, in our order.
    pub read: Vec<(&'static str, String)>,
    /// Their columns that nothing reads.
    pub unread: Vec<String>,
}

/// The header of a text file that begins with these bytes.
///
/// # Errors
/// `import.empty` and `import.format`.
pub fn header_of_text(bytes: &[u8]) -> Result<Vec<String>> {
    sniff_text(bytes)?;
    Ok(Table::of_head(bytes)?.header)
}

/// How a file with this header is read: as the kind asked for, or as the one that understands most of it by the mapping and its names.
///
/// # Errors
/// As [`choose`], and `import.mapping_column` for a column of ours that the kind does not have.
pub fn fit(importers: &[Box<dyn Importer>], kind: Option<&str>, header: &[String], mapping: Mapping) -> Result<Fit> {
    let importer = match kind {
        None if !mapping.columns.is_empty() => {
            mapped(importers, header, &mapping).map_or_else(|| choose(importers, None, header, &mapping), Ok)?
        }
        kind => importers
            .iter()
            .find(|i| Some(i.kind()) == kind)
            .map_or_else(|| choose(importers, kind, header, &mapping), |i| Ok(i.as_ref()))?,
    };
    let mapping = in_our_names(importer, mapping)?;
    check_header(importer, header, &mapping)?;
    let places: Vec<Option<usize>> = importer.columns().iter().map(|c| place(c, header, &mapping)).collect();
    let named = |(c, p): (&Column, &Option<usize>)| Some((c.name, header.get((*p)?)?.clone()));
    let read = importer.columns().iter().zip(&places).filter_map(named).collect();
    let unread = (0..header.len()).filter(|i| !places.contains(&Some(*i))).filter_map(|i| header.get(i).cloned()).collect();
    Ok(Fit { kind: importer.kind().into(), mapping, read, unread })
}

/// The importer that understands most of a header that a mapping explains.
fn mapped<'a>(importers: &'a [Box<dyn Importer>], header: &[String], mapping: &Mapping) -> Option<&'a dyn Importer> {
    let understood = |i: &dyn Importer| {
        let own = in_our_names(i, mapping.clone()).ok().filter(|own| check_header(i, header, own).is_ok())?;
        Some(i.columns().iter().filter_map(|c| place(c, header, &own)).collect::<BTreeSet<_>>().len())
    };
    // Of equals, the first.
    let all = importers.iter().rev().filter_map(|i| Some((understood(i.as_ref())?, i.as_ref())));
    all.max_by_key(|(columns, _)| *columns).map(|(_, importer)| importer)
}

/// The mapping with our own names for columns that it may call as others do.
fn in_our_names(importer: &dyn Importer, mapping: Mapping) -> Result<Mapping> {
    let own = |name: &String| {
        let column = importer.columns().iter().find(|c| c.is(name));
        column.map(|c| c.name.to_owned()).ok_or_else(|| {
            let known = importer.columns().iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
            let cause = format!("“{}” has no column “{name}”. Nothing was changed.", importer.title());
            Error::invalid("import.mapping_column", cause, format!("Name one of: {known}."))
        })
    };
    Ok(Mapping {
        columns: mapping.columns.into_iter().map(|(name, theirs)| Ok((own(&name)?, theirs))).collect::<Result<_>>()?,
        values: mapping.values.into_iter().map(|(name, words)| Ok((own(&name)?, words))).collect::<Result<_>>()?,
        fixed: mapping.fixed.into_iter().map(|(name, value)| Ok((own(&name)?, value))).collect::<Result<_>>()?,
        ..mapping
    })
}

/// The importer for a file with this header: the one asked for, or the one that understands most of it.
///
/// # Errors
/// `import.kind_unknown` when none is of that kind or none fits; `import.columns_missing` and `import.column_twice`.
pub(in crate::imports) fn choose<'a>(
    importers: &'a [Box<dyn Importer>],
    kind: Option<&str>,
    header: &[String],
    mapping: &Mapping,
) -> Result<&'a dyn Importer> {
    if let Some(kind) = kind {
        let known = || importers.iter().map(|i| i.kind()).collect::<Vec<_>>().join(", ");
        let chosen = importers.iter().find(|i| i.kind() == kind).ok_or_else(|| {
            Error::invalid(
                "import.kind_unknown",
                format!("There is no kind of file “{kind}”. Nothing was changed."),
                format!("Use one of: {}.", known()),
            )
        })?;
        check_header(chosen.as_ref(), header, mapping)?;
        return Ok(chosen.as_ref());
    }
    let fitting = importers.iter().filter(|i| i.recognises(header));
    // Two of our columns may know the same name: what counts is how much of the file is understood. Of equals, the first.
    let understood = |i: &dyn Importer| i.columns().iter().filter_map(|c| c.position(header)).collect::<BTreeSet<_>>().len();
    let best = fitting.rev().max_by_key(|i| understood(i.as_ref()));
    let best = best.map(AsRef::as_ref).ok_or_else(|| {
        let start: Vec<&str> = header.iter().take(6).map(String::as_str).collect();
        let wants: Vec<String> = importers.iter().map(|i| format!("{} ({})", i.title(), required(i.as_ref()))).collect();
        Error::invalid(
            "import.kind_unknown",
            format!("The header ({} …) is of no kind that can be read. Nothing was changed.", start.join(", ")),
            format!("These kinds can be read, by these columns: {}.", wants.join("; ")),
        )
    })?;
    check_header(best, header, mapping)?;
    Ok(best)
}

fn required(importer: &dyn Importer) -> String {
    importer.columns().iter().filter(|c| c.required).map(|c| c.name).take(4).collect::<Vec<_>>().join(", ")
}
