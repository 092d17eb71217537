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

#[cfg(test)]
mod tests {
    use crate::imports::Mapping;
    use crate::imports::import::Table;
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::sync::Arc;

    #[test]
    fn parquet_is_read_group_by_group() {
        let schema =
            parse_message_type("message m { required binary id (UTF8); required int32 day (DATE); optional double qty; }").unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut writer =
            SerializedFileWriter::new(file.reopen().unwrap(), Arc::new(schema), Arc::new(WriterProperties::builder().build())).unwrap();
        for id in ["a", "b"] {
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&[ByteArray::from(id)], None, None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&[20_544], None, None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            let (values, levels) = if id == "a" { (vec![12.0], [1]) } else { (vec![], [0]) };
            column.typed::<DoubleType>().write_batch(&values, Some(&levels), None).unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.close().unwrap();
        let mut table = Table::open(file.path(), &Mapping::default()).unwrap();
        assert_eq!(table.header, ["id", "day", "qty"]);
        let mut rows = Vec::new();
        while let Some(record) = table.next().unwrap() {
            rows.push(record.cells.unwrap().join("|"));
        }
        assert_eq!(rows, ["a|2026-04-01|12", "b|2026-04-01|"]);
    }
}
