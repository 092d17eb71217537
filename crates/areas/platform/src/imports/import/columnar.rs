//! Parquet: rows one by one, a row group at a time.

use super::records::Record;
use super::table::{Sent, unreadable};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use rounds_kernel::{Day, Error, Result, Time};
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::SyncSender;

/// Unpacked bytes of one column in one row group, of which pages are held in memory.
const MOST_HELD: i64 = 1 << 30;

fn damaged(e: impl std::fmt::Display) -> Error {
    Error::invalid(
        "import.parquet_damaged",
        format!("The Parquet file cannot be read: {e}. Nothing was changed after that row."),
        "Write it again, without encryption, and send that file.",
    )
}

fn open(path: &Path) -> Result<SerializedFileReader<File>> {
    SerializedFileReader::new(File::open(path).map_err(unreadable)?).map_err(damaged)
}

/// Checks the file's own description.
pub(super) fn checked(path: &Path) -> Result<()> {
    let reader = open(path)?;
    let meta = reader.metadata();
    if meta.file_metadata().num_rows() == 0 {
        return Err(super::empty());
    }
    let heavy = meta.row_groups().iter().flat_map(|g| g.columns()).any(|c| c.uncompressed_size() > MOST_HELD);
    if heavy {
        return Err(Error::invalid(
            "import.bomb",
            "One column of a row group unpacks to more than 1 GB. Nothing was changed.",
            "Write the file with smaller row groups, for example of 100,000 rows.",
        ));
    }
    let nested = meta.file_metadata().schema().get_fields().iter().find(|f| f.is_group()).map(|f| f.name().to_owned());
    nested.map_or(Ok(()), |name| {
        let cause = format!("Column “{name}” holds lists or groups; a table of plain columns is read. Nothing was changed.");
        Err(Error::invalid("import.nested", cause, "Write plain columns, one value a cell."))
    })
}

/// Sends the rows, the header first. Rows are numbered as lines of a text file with a header would be.
pub(super) fn send(path: &Path, out: &SyncSender<Sent>) -> Result<()> {
    let reader = open(path)?;
    let header: Vec<String> = reader.metadata().file_metadata().schema().get_fields().iter().map(|f| f.name().to_owned()).collect();
    if out.send(Ok(Record { line: 1, raw: String::new(), cells: Ok(header) })).is_err() {
        return Ok(());
    }
    for (i, row) in RowIter::from_file_into(Box::new(reader)).enumerate() {
        let cells: Vec<String> = row.map_err(damaged)?.get_column_iter().map(|(_, field)| text(field)).collect();
        if out.send(Ok(Record { line: i as u64 + 2, raw: cells.join("\t"), cells: Ok(cells) })).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// A value as text.
fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(s) => s.trim().to_owned(),
        Field::Bytes(b) => String::from_utf8_lossy(b.data()).trim().to_owned(),
        Field::Date(day) => Day(*day).to_string(),
        Field::TimestampMillis(ms) => Time(ms.saturating_mul(1_000)).rfc3339(),
        Field::TimestampMicros(us) => Time(*us).rfc3339(),
        Field::Double(f) if f.fract() == 0.0 && f.abs() < 1e15 => format!("{f:.0}"),
        Field::Float(f) if f.fract() == 0.0 && f.abs() < 1e7 => format!("{f:.0}"),
        other => other.to_string(),
    }
}
