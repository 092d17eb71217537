//! Bytes to lines of text.

use rounds_kernel::{Error, Result};
use std::collections::VecDeque;
use std::io::BufRead;

/// No line of a table is longer; a file without line ends is not a table.
const LONGEST_LINE: usize = (1 << 20) - 1;

/// One line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Counted from 1.
    pub number: u64,
    /// Where it starts, in bytes.
    pub start: u64,
    /// Its text.
    pub text: String,
}

/// A place between two rows, from which reading can go on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(in crate::imports) struct Resume {
    /// Bytes before it; rows, for files that are no text.
    pub byte: u64,
    /// Lines before it; 0 where reading starts at the beginning.
    pub line: u64,
}

/// Lines of a file, read as they are asked for.
pub(super) struct Lines<R> {
    bytes: R,
    number: u64,
    read: u64,
    waiting: VecDeque<Line>,
    /// Lines that were no valid UTF-8 and were read as CP1252; the first of them.
    pub decoded: (u64, u64),
}

impl<R: BufRead> Lines<R> {
    /// Over bytes with or without a UTF-8 byte-order mark.
    pub fn new(bytes: R) -> Self {
        Self { bytes, number: 0, read: 0, waiting: VecDeque::new(), decoded: (0, 0) }
    }

    /// The next line, if there is one.
    ///
    /// # Errors
    /// `import.binary` for NUL bytes, `import.line_too_long` for a line over 1 MB.
    pub fn next(&mut self) -> Result<Option<Line>> {
        if let Some(line) = self.waiting.pop_front() {
            return Ok(Some(line));
        }
        let mut raw = Vec::with_capacity(256);
        let start = self.read;
        let mut limited = std::io::Read::take(&mut self.bytes, LONGEST_LINE as u64 + 1);
        let count = limited.read_until(b'\n', &mut raw).map_err(unreadable)?;
        if count == 0 {
            return Ok(None);
        }
        self.read += count as u64;
        self.number += 1;
        self.check(&raw)?;
        while raw.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            raw.pop();
        }
        Ok(Some(Line { number: self.number, start, text: self.decode(raw) }))
    }

    /// Puts lines back, to be read again.
    pub fn put_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        lines.rev().for_each(|line| self.waiting.push_front(line));
    }

    /// Where the next line begins.
    pub fn place(&self) -> Resume {
        match self.waiting.front() {
            Some(line) => Resume { byte: line.start, line: line.number - 1 },
            None => Resume { byte: self.read, line: self.number },
        }
    }

    /// Goes on with `bytes`, which begin at `at`.
    pub fn go_on(&mut self, bytes: R, at: Resume) {
        *self = Self { bytes, number: at.line, read: at.byte, waiting: VecDeque::new(), decoded: (0, 0) };
    }

    fn check(&self, raw: &[u8]) -> Result<()> {
        if raw.contains(&0) {
            return Err(Error::invalid(
                "import.binary",
                format!(
                    "Line {} holds NUL bytes: this is no text file (a spreadsheet or UTF-16 file, perhaps). Nothing of it was imported after that line.",
                    self.number
                ),
                "Save the table as “CSV UTF-8” and import that file.",
            ));
        }
        if raw.len() > LONGEST_LINE {
            return Err(Error::invalid(
                "import.line_too_long",
                format!("Line {} is longer than 1 MB: this is no table of rows. Nothing of it was imported after that line.", self.number),
                "Check that the file is CSV with one row a line.",
            ));
        }
        Ok(())
    }

    fn decode(&mut self, raw: Vec<u8>) -> String {
        let text = match String::from_utf8(raw) {
            Ok(text) => text,
            Err(e) => {
                self.decoded = (self.decoded.0 + 1, if self.decoded.0 == 0 { self.number } else { self.decoded.1 });
                encoding_rs::WINDOWS_1252.decode_without_bom_handling(e.as_bytes()).0.into_owned()
            }
        };
        if self.number == 1 { text.trim_start_matches('\u{feff}').to_owned() } else { text }
    }
}

fn unreadable(e: std::io::Error) -> Error {
    Error::invalid("import.unreadable", format!("The kept file cannot be read back: {e}."), "Upload the file again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> (Vec<String>, (u64, u64)) {
        let mut lines = Lines::new(bytes);
        let mut out = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            out.push(line.text);
        }
        (out, lines.decoded)
    }

    #[test]
    fn a_bad_line_is_cp1252_and_the_others_stay_utf8() {
        // 0x96 is an en dash in CP1252; it stands in a CMS file that has a UTF-8 byte-order mark.
        let (lines, decoded) = all(b"\xEF\xBB\xBFname\r\nCl\xC3\xADnica\nA \x96 B\nMu\xF1oz\n");
        assert_eq!(lines, ["name", "Clínica", "A – B", "Muñoz"]);
        assert_eq!(decoded, (2, 3));
    }

    #[test]
    fn a_broken_mark_on_a_cp1252_line_does_no_harm() {
        let (lines, _) = all(b"\xEF\xBB\xBFname,Mu\xF1oz\n");
        assert!(lines[0].ends_with("Muñoz"));
    }

    #[test]
    fn binary_and_endless_lines_are_refused() {
        assert_eq!(Lines::new(&b"PK\x03\x04\0\0"[..]).next().unwrap_err().code, "import.binary");
        assert_eq!(Lines::new(&vec![b'x'; LONGEST_LINE + 9][..]).next().unwrap_err().code, "import.line_too_long");
    }
}
