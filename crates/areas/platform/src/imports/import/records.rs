//! Lines to records: quoted cells may run over line ends.

use super::lines::{Line, Lines};
use crate::imports::reject;
use rounds_kernel::{Result, RowReject};
use std::io::BufRead;

/// A quoted cell that runs over more lines than this was not meant to: its closing quote is missing.
const MOST_LINES: usize = 100;

/// One record.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Line it starts on.
    pub line: u64,
    /// As it stands in the file.
    pub raw: String,
    /// Its cells, or why it has none.
    pub cells: std::result::Result<Vec<String>, RowReject>,
}

/// Records of a file.
pub(super) struct Records<R> {
    /// The lines they come from.
    pub lines: Lines<R>,
    delimiter: u8,
}

impl<R: BufRead> Records<R> {
    /// The file's header and its records. Comma, semicolon, tab and bar are taken for delimiters, whichever the header has most.
    pub fn open(bytes: R) -> Result<(Option<Vec<String>>, Self)> {
        let mut lines = Lines::new(bytes);
        let first = lines.next()?;
        let text = first.as_ref().map_or("", |l| l.text.as_str());
        let delimiter = most_frequent(text);
        lines.put_back(first.into_iter());
        let mut records = Self { lines, delimiter };
        let header = records.next()?.and_then(|r| r.cells.ok()).filter(|cells| cells.iter().any(|c| !c.is_empty()));
        Ok((header, records))
    }

    /// The next record; blank lines are passed over.
    pub fn next(&mut self) -> Result<Option<Record>> {
        loop {
            let Some(first) = self.lines.next()? else { return Ok(None) };
            if first.text.trim().is_empty() {
                continue;
            }
            return self.whole(first).map(Some);
        }
    }

    fn whole(&mut self, first: Line) -> Result<Record> {
        let mut taken: Vec<Line> = Vec::new();
        let mut open = ends_open(&first.text, false, self.delimiter);
        while open {
            let next = if taken.len() < MOST_LINES { self.lines.next()? } else { None };
            let Some(next) = next else {
                // The quote never closes: this line is lost, the ones after it are rows of their own.
                self.lines.put_back(taken.into_iter());
                return Ok(unclosed(first));
            };
            open = ends_open(&next.text, true, self.delimiter);
            taken.push(next);
        }
        let raw = taken.iter().fold(first.text, |all, line| all + "\n" + line.text.as_str());
        Ok(Record { line: first.number, cells: Ok(cells(&raw, self.delimiter)), raw })
    }
}

/// The cells of a record whose quotes are closed (RFC 4180; a quote opens a cell only as its first character).
fn cells(raw: &str, delimiter: u8) -> Vec<String> {
    let bytes = raw.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(16), 0);
    loop {
        if bytes.get(at) == Some(&b'"') {
            let (cell, end) = quoted(raw, at + 1, delimiter);
            out.push(cell);
            at = end;
        } else {
            let end = bytes[at..].iter().position(|b| *b == delimiter).map_or(bytes.len(), |i| at + i);
            out.push(raw[at..end].trim().to_owned());
            at = end;
        }
        if at >= bytes.len() {
            return out;
        }
        at += 1;
    }
}

/// A quoted cell from behind its first quote: its text, and where the delimiter behind it stands.
fn quoted(raw: &str, from: usize, delimiter: u8) -> (String, usize) {
    let bytes = raw.as_bytes();
    let (mut text, mut at) = (String::new(), from);
    loop {
        let end = bytes[at..].iter().position(|b| *b == b'"').map_or(bytes.len(), |i| at + i);
        text.push_str(&raw[at..end]);
        if bytes.get(end + 1) == Some(&b'"') {
            text.push('"');
            at = end + 2;
            continue;
        }
        // What stands between the closing quote and the delimiter belongs to the cell.
        let rest = (end + 1).min(bytes.len());
        let stop = bytes[rest..].iter().position(|b| *b == delimiter).map_or(bytes.len(), |i| rest + i);
        text.push_str(&raw[rest..stop]);
        return (text.trim().to_owned(), stop);
    }
}

fn unclosed(first: Line) -> Record {
    let cause = "A quote opens in this row and does not close.";
    let remedy = "Close the quote, or double it if it belongs to the text, and import the file again.";
    Record { line: first.number, cells: Err(reject(first.number, "import.quote_open", cause, remedy)), raw: first.text }
}

fn most_frequent(header: &str) -> u8 {
    let count = |d: u8| header.bytes().filter(|b| *b == d).count();
    // `max_by_key` returns the last of equals: the comma stands last.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|d| count(*d)).unwrap_or(b',')
}

/// Whether a quoted cell is still open at the end of `text` (RFC 4180: a quote opens a cell only as its first character).
fn ends_open(text: &str, opened_before: bool, delimiter: u8) -> bool {
    let (mut quoted, mut at_start) = (opened_before, !opened_before);
    let mut bytes = text.bytes().peekable();
    while let Some(b) = bytes.next() {
        if quoted {
            if b == b'"' && bytes.next_if_eq(&b'"').is_none() {
                quoted = false;
            }
        } else if b == b'"' && at_start {
            quoted = true;
        }
        at_start = !quoted && b == delimiter;
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        let (_, mut records) = Records::open(text.as_bytes()).unwrap();
        let mut out = Vec::new();
        while let Some(r) = records.next().unwrap() {
            out.push((r.line, r.cells.unwrap_or_else(|e| vec![e.code])));
        }
        out
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|c| (*c).to_owned()).collect())
    }

    #[test]
    fn quotes_run_over_lines_and_line_numbers_hold() {
        let got = read("a,b\n1,\"x\ny, \"\"z\"\"\"\n\n2, 5\" catheter\n");
        assert_eq!(got, [row(2, &["1", "x\ny, \"z\""]), row(5, &["2", "5\" catheter"])]);
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_row() {
        assert_eq!(read("a,b\n1,\"open\n2,y\n3,z\n"), [row(2, &["import.quote_open"]), row(3, &["2", "y"]), row(4, &["3", "z"])]);
    }

    #[test]
    fn delimiters_are_found() {
        assert_eq!(read("a;b\n1;x,y\n"), [row(2, &["1", "x,y"])]);
        assert_eq!(read("a|b\n1|x\n"), [row(2, &["1", "x"])]);
        assert_eq!(read("a\n1\n"), [row(2, &["1"])]);
    }

    #[test]
    fn an_empty_file_has_no_header() {
        for empty in ["", "\n\n", "\u{feff}"] {
            assert!(Records::open(empty.as_bytes()).unwrap().0.is_none(), "{empty:?}");
        }
    }
}
