//! A file of any kind as a header and rows: delimited text, a workbook's sheet, Parquet; told apart by content, never by name.

use super::lines::Resume;
use super::records::{Record, Records};
use super::{Mapping, columnar, workbook};
use rounds_kernel::{Error, Result};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// More columns than this are no table that people made.
pub(super) const WIDEST: usize = 1_000;

/// Rows that may wait between the thread that reads a workbook or Parquet and the one that checks them.
const WAITING: usize = 2_048;

/// One row on its way, or why reading stopped.
pub(super) type Sent = Result<Record>;

enum Source {
    Text(Records<Box<dyn BufRead + Send>>),
    Thread { rows: Receiver<Sent>, read: u64 },
}

/// An open file.
pub(in crate::imports) struct Table {
    /// Its header, as it stands.
    pub header: Vec<String>,
    /// Bytes in all, where progress is told in bytes; 0 where it is told in rows.
    pub bytes: u64,
    source: Source,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::imports) enum Kind {
    /// Delimited text.
    Text,
    /// UTF-16 text with a byte-order mark.
    Wide,
    /// An Office Open XML workbook.
    Workbook,
    /// Parquet.
    Parquet,
}

/// What a file is, by its first bytes.
///
/// # Errors
/// `import.format` for what is known and not read: old workbooks, archives, pictures, PDF.
pub(in crate::imports) fn sniff(head: &[u8]) -> Result<Kind> {
    let no = |what: &str, remedy: &str| Err(Error::invalid("import.format", format!("The file is {what}. Nothing was changed."), remedy));
    match head {
        [b'P', b'K', 3, 4, ..] => Ok(Kind::Workbook),
        [b'P', b'A', b'R', b'1', ..] => Ok(Kind::Parquet),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Ok(Kind::Wide),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => no("a workbook in the old XLS format", "Save it as XLSX or “CSV UTF-8” and import that file."),
        [0x1F, 0x8B, ..] => no("compressed with gzip", "Unpack it and import what is inside."),
        [b'%', b'P', b'D', b'F', ..] => no("a PDF document", "Ask for the table itself: CSV, XLSX or Parquet."),
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] => no("a picture", "Choose the file that holds the table."),
        _ => Ok(Kind::Text),
    }
}

pub(super) fn unreadable(e: impl std::fmt::Display) -> Error {
    Error::invalid(
        "import.unreadable",
        format!("The file cannot be read: {e}. Nothing of it was changed."),
        "Check that it opens elsewhere, and send it again.",
    )
}

impl Table {
    /// Opens a file. Delimited text may go on at a place where an earlier run stopped.
    ///
    /// # Errors
    /// `import.empty`, `import.format`, `import.too_wide`, `import.bomb` and those of reading: the whole file is refused.
    pub fn open(path: &Path, mapping: &Mapping) -> Result<Self> {
        let mut file = File::open(path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        let mut head = [0; 8];
        let count = file.read(&mut head).map_err(unreadable)?;
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let table = match sniff(&head[..count])? {
            Kind::Text => Self::text(Box::new(BufReader::with_capacity(1 << 18, file)), bytes)?,
            Kind::Wide => Self::text(Box::new(BufReader::new(narrow(file)?)), 0)?,
            Kind::Workbook => {
                let sheet = workbook::checked(path, mapping.sheet.as_deref())?;
                let path = path.to_owned();
                Self::threaded(move |out| workbook::send(&path, &sheet, out))?
            }
            Kind::Parquet => {
                let path = path.to_owned();
                columnar::checked(&path)?;
                Self::threaded(move |out| columnar::send(&path, out))?
            }
        };
        if table.header.len() > WIDEST {
            return Err(Error::invalid(
                "import.too_wide",
                format!("The table has {} columns; {WIDEST} are read at most. Nothing was changed.", table.header.len()),
                "Keep the columns that matter and import the file again.",
            ));
        }
        Ok(table)
    }

    /// The table in the beginning of a text file, for telling its kind before all of it is there.
    pub fn of_head(head: &[u8]) -> Result<Self> {
        let whole = head.iter().rposition(|b| *b == b'\n').map_or(head.len(), |i| i + 1);
        let head = if head.len() < super::super::commands::HEAD { head } else { &head[..whole] };
        Self::text(Box::new(std::io::Cursor::new(head.to_vec())), head.len() as u64)
    }

    fn text(reader: Box<dyn BufRead + Send>, bytes: u64) -> Result<Self> {
        let (header, records) = Records::open(reader)?;
        Ok(Self { header: header.ok_or_else(super::empty)?, bytes, source: Source::Text(records) })
    }

    /// A reader that holds itself together by borrowing runs in a thread of its own; its first row is the header.
    fn threaded(run: impl FnOnce(&SyncSender<Sent>) -> Result<()> + Send + 'static) -> Result<Self> {
        let (send, rows) = sync_channel(WAITING);
        std::thread::spawn(move || {
            if let Err(e) = run(&send) {
                // Nobody listens any more: then nobody needs the reason.
                let _ = send.send(Err(e));
            }
        });
        let first = rows.recv().map_err(|_| super::empty())??;
        let header = first.cells.unwrap_or_default();
        if header.iter().all(String::is_empty) {
            return Err(super::empty());
        }
        Ok(Self { header, bytes: 0, source: Source::Thread { rows, read: 0 } })
    }

    /// The cells of the next row; none of a row that cannot be read; nothing at the end.
    pub fn next_cells(&mut self) -> Result<Option<Option<Vec<String>>>> {
        Ok(self.next()?.map(|r| r.cells.ok()))
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Record>> {
        match &mut self.source {
            Source::Text(records) => records.next(),
            Source::Thread { rows, read } => match rows.recv() {
                Ok(record) => {
                    *read += 1;
                    record.map(Some)
                }
                Err(_) => Ok(None),
            },
        }
    }

    /// Goes on where an earlier run stopped, where that is possible without reading everything before.
    pub fn resume(&mut self, path: &Path, at: Resume) -> Result<bool> {
        let Source::Text(records) = &mut self.source else { return Ok(false) };
        if at.line == 0 || self.bytes == 0 {
            return Ok(false);
        }
        let mut file = File::open(path).map_err(unreadable)?;
        file.seek(SeekFrom::Start(at.byte)).map_err(unreadable)?;
        records.lines.go_on(Box::new(BufReader::with_capacity(1 << 18, file)), at);
        Ok(true)
    }

    /// Where the next row begins.
    pub fn place(&self) -> Resume {
        match &self.source {
            Source::Text(records) => records.lines.place(),
            Source::Thread { read, .. } => Resume { byte: *read, line: 0 },
        }
    }

    /// Lines that were read as CP1252, and the first of them.
    pub fn decoded(&self) -> (u64, u64) {
        match &self.source {
            Source::Text(records) => records.lines.decoded,
            Source::Thread { .. } => (0, 0),
        }
    }
}

/// UTF-16 text as UTF-8, in a file of its own.
fn narrow(mut file: File) -> Result<File> {
    let mut mark = [0; 2];
    file.read_exact(&mut mark).map_err(unreadable)?;
    let encoding = if mark == [0xFF, 0xFE] { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = tempfile::tempfile().map_err(unreadable)?;
    let (mut raw, mut text) = (vec![0; 1 << 16], vec![0; 1 << 18]);
    loop {
        let count = file.read(&mut raw).map_err(unreadable)?;
        let mut from = 0;
        loop {
            let (state, read, written, _) = decoder.decode_to_utf8(&raw[from..count], &mut text, count == 0);
            out.write_all(&text[..written]).map_err(unreadable)?;
            from += read;
            if state == encoding_rs::CoderResult::InputEmpty {
                break;
            }
        }
        if count == 0 {
            break;
        }
    }
    out.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    Ok(out)
}
