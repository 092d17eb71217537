//! Workbooks (XLSX): one sheet, its cells streamed. The shared strings are the one part held in memory, so their size is measured
//! before anything is opened.

use super::records::Record;
use super::table::{Sent, WIDEST, unreadable};
use crate::imports::reject;
use calamine::{DataRef, Reader, Xlsx, open_workbook};
use rounds_kernel::{Error, Result};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::mpsc::SyncSender;

/// Unpacked bytes of the parts that are held in memory.
const MOST_HELD: u64 = 96 << 20;

/// Unpacked bytes of one sheet, which is streamed.
const MOST_STREAMED: u64 = 8 << 30;

/// Parts a workbook may have.
const MOST_PARTS: usize = 10_000;

fn damaged(e: impl std::fmt::Display) -> Error {
    Error::invalid(
        "import.workbook_damaged",
        format!("The workbook cannot be read: {e}. Nothing was changed."),
        "Open it in a spreadsheet program, save it again as XLSX, and send that file.",
    )
}

fn bomb(part: &str) -> Error {
    Error::invalid(
        "import.bomb",
        format!("The workbook's part {part} unpacks to more than can be right. Nothing was changed."),
        "Save the table as “CSV UTF-8” and import that file.",
    )
}

/// Measures the workbook and chooses the sheet: the one named, or the first that holds anything.
pub(super) fn checked(path: &Path, sheet: Option<&str>) -> Result<String> {
    measure(path)?;
    let mut book: Xlsx<BufReader<File>> = open_workbook(path).map_err(|e: calamine::XlsxError| damaged(e))?;
    let names = book.sheet_names();
    if let Some(wanted) = sheet {
        return names.iter().find(|n| n.eq_ignore_ascii_case(wanted)).cloned().ok_or_else(|| {
            Error::invalid(
                "import.sheet_unknown",
                format!("The workbook has no sheet “{wanted}”. Nothing was changed."),
                format!("Choose one of: {}.", names.join(", ")),
            )
        });
    }
    for name in names {
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else { continue };
        if matches!(cells.next_cell(), Ok(Some(_))) {
            return Ok(name);
        }
    }
    Err(super::empty())
}

/// Unpacks every part into nothing and counts: what a zip file says of its own sizes need not be true.
fn measure(path: &Path) -> Result<()> {
    let mut zip = zip::ZipArchive::new(BufReader::new(File::open(path).map_err(unreadable)?)).map_err(damaged)?;
    if zip.len() > MOST_PARTS {
        return Err(bomb("list"));
    }
    for i in 0..zip.len() {
        let part = zip.by_index(i).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.into_owned();
        let streamed = name.starts_with("xl/worksheets/") && name.ends_with(".xml");
        let limit = if streamed { MOST_STREAMED } else { MOST_HELD };
        // A sheet says its size; only one that claims more than it may is refused unread. What is held is unpacked and counted.
        if part.size() > limit {
            return Err(bomb(&name));
        }
        if !streamed && std::io::copy(&mut part.take(limit + 1), &mut std::io::sink()).map_err(damaged)? > limit {
            return Err(bomb(&name));
        }
    }
    Ok(())
}

/// Sends the sheet's rows, the header first; empty rows are passed over.
pub(super) fn send(path: &Path, sheet: &str, out: &SyncSender<Sent>) -> Result<()> {
    let mut book: Xlsx<BufReader<File>> = open_workbook(path).map_err(|e: calamine::XlsxError| damaged(e))?;
    let mut cells = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    let mut row: Vec<String> = Vec::new();
    let (mut number, mut width) = (None, None);
    loop {
        let cell = cells.next_cell().map_err(damaged)?;
        let at = cell.as_ref().map(|c| c.get_position());
        if let Some(current) = number
            && at.is_none_or(|(r, _)| r != current)
            && !deliver(std::mem::take(&mut row), u64::from(current) + 1, &mut width, out)
        {
            return Ok(());
        }
        let (Some(cell), Some((r, c))) = (cell, at) else { return Ok(()) };
        number = Some(r);
        let column = c as usize;
        // Formatting may reach further than the table; only what is written counts.
        let text = text(cell.get_value());
        if !text.is_empty() {
            if column > WIDEST {
                let cause = format!("Row {} holds something in column {}; {WIDEST} columns are read at most.", r + 1, column + 1);
                return Err(Error::invalid("import.too_wide", cause, "Keep the columns that matter and import the file again."));
            }
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            row[column] = text;
        }
    }
}

/// Sends one row; false when nobody listens any more.
fn deliver(mut cells: Vec<String>, line: u64, width: &mut Option<usize>, out: &SyncSender<Sent>) -> bool {
    if cells.iter().all(String::is_empty) {
        return true;
    }
    let width = *width.get_or_insert(cells.len());
    let raw = cells.join("\t");
    let record = if cells.len() > width {
        let cause = format!("The row has {} columns, the header has {width}.", cells.len());
        Record {
            line,
            raw,
            cells: Err(reject(line, "import.columns_wrong", cause, "Give every column a name in the header, and import the file again.")),
        }
    } else {
        cells.resize(width, String::new());
        Record { line, raw, cells: Ok(cells) }
    };
    out.send(Ok(record)).is_ok()
}

/// A cell as text: days as `YYYY-MM-DD`, whole numbers without a decimal point.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(f) if f.fract() == 0.0 && f.abs() < 1e15 => format!("{f:.0}"),
        DataRef::Float(f) => f.to_string(),
        DataRef::String(s) => s.trim().to_owned(),
        DataRef::SharedString(s) => s.trim().to_owned(),
        DataRef::Bool(b) => b.to_string(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if at.is_duration() {
                at.as_f64().to_string()
            } else if (hour, minute, second) == (0, 0, 0) {
                date
            } else if at.as_f64() < 1.0 {
                format!("{hour:02}:{minute:02}:{second:02}")
            } else {
                format!("{date} {hour:02}:{minute:02}:{second:02}")
            }
        }
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.clone(),
        // What a formula could not work out is not known.
        DataRef::Error(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::imports::Mapping;
    use crate::imports::import::Table;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    const NAMESPACE: &str = "http://schemas.openxmlformats.org";

    /// A workbook of two sheets, the second with these rows of XML, and a part that unpacks to `padding` bytes.
    fn book(rows: &str, padding: usize) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
        let relation = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{NAMESPACE}/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>")
        };
        let relations = |all: &str| format!("<Relationships xmlns=\"{NAMESPACE}/package/2006/relationships\">{all}</Relationships>");
        let main = format!("xmlns=\"{NAMESPACE}/spreadsheetml/2006/main\"");
        let sheets = format!(
            "<workbook {main} xmlns:r=\"{NAMESPACE}/officeDocument/2006/relationships\"><sheets>\
             <sheet name=\"Empty\" sheetId=\"1\" r:id=\"a\"/><sheet name=\"Data\" sheetId=\"2\" r:id=\"b\"/></sheets></workbook>"
        );
        let styles = format!("<styleSheet {main}><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>");
        let own = [("a", "worksheet", "worksheets/sheet1.xml"), ("b", "worksheet", "worksheets/sheet2.xml"), ("s", "styles", "styles.xml")]
            .map(|(id, kind, target)| relation(id, kind, target))
            .concat();
        let parts = [
            ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned()),
            ("_rels/.rels", relations(&relation("w", "officeDocument", "xl/workbook.xml"))),
            ("xl/workbook.xml", sheets),
            ("xl/_rels/workbook.xml.rels", relations(&own)),
            ("xl/styles.xml", styles),
            ("xl/worksheets/sheet1.xml", format!("<worksheet {main}><sheetData/></worksheet>")),
            ("xl/worksheets/sheet2.xml", format!("<worksheet {main}><sheetData>{rows}</sheetData></worksheet>")),
            ("xl/media/image1.bin", " ".repeat(padding)),
        ];
        for (name, text) in parts {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    const ROWS: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>zip</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>day</t></is></c></row>\
        <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>02139</t></is></c><c r=\"B3\" s=\"1\"><v>46113</v></c></row>\
        <row r=\"4\"><c r=\"A4\"><v>7</v></c></row>";

    #[test]
    fn a_sheet_is_read_with_its_days_and_leading_zeros() {
        let file = book(ROWS, 10);
        let mut table = Table::open(file.path(), &Mapping::default()).unwrap();
        assert_eq!(table.header, ["zip", "day"]);
        let first = table.next().unwrap().unwrap();
        assert_eq!((first.line, first.cells.unwrap()), (3, vec!["02139".to_owned(), "2026-04-01".to_owned()]));
        assert_eq!(table.next().unwrap().unwrap().cells.unwrap(), ["7", ""]);
        assert!(table.next().unwrap().is_none());
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_opened_and_an_unknown_sheet_is_named() {
        let bomb = book(ROWS, 100 << 20);
        assert!(std::fs::metadata(bomb.path()).unwrap().len() < 1 << 20, "a small file");
        assert_eq!(Table::open(bomb.path(), &Mapping::default()).err().unwrap().code, "import.bomb");
        let other = Mapping { sheet: Some("Nowhere".into()), ..Mapping::default() };
        let e = Table::open(book(ROWS, 10).path(), &other).err().unwrap();
        assert!(e.code == "import.sheet_unknown" && e.remedy.contains("Data"), "{e:?}");
    }

    #[test]
    fn a_cell_far_to_the_right_is_refused() {
        let wide = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>";
        let file = book(wide, 10);
        let mut table = Table::open(file.path(), &Mapping::default()).unwrap();
        assert_eq!(table.next().unwrap_err().code, "import.too_wide");
    }
}
