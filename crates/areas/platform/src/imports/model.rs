//! What a file, an importer and a report are.

use async_trait::async_trait;
use rounds_kernel::{Day, Result, RowReject, Time};
use rounds_store::Tx;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// All importers of the program, in the order in which a file's kind is guessed.
pub type Importers = Arc<Vec<Box<dyn Importer>>>;

/// Reads one kind of file. Implemented by the areas.
#[async_trait]
pub trait Importer: Send + Sync {
    /// Stable code, e.g. `ahrq-systems`.
    fn kind(&self) -> &'static str;

    /// What the file is, for people.
    fn title(&self) -> &'static str;

    /// The columns it reads; a row's cells come in this order.
    fn columns(&self) -> &'static [Column];

    /// The column that names a row: never blank, and only once in a file.
    fn key(&self) -> Option<usize> {
        None
    }

    /// The form in which two values of the key column are the same.
    fn key_form(&self, key: &str) -> String {
        key.to_owned()
    }

    /// What a file lacks beyond its required columns, in words: an amount may be a column, or a price and a quantity. `has` says
    /// which of the columns are there.
    fn lacks(&self, _has: &dyn Fn(usize) -> bool) -> Vec<&'static str> {
        Vec::new()
    }

    /// Whether a file with this header is of this kind; by default when all that it needs is there.
    fn recognises(&self, header: &[String]) -> bool {
        let has = |i: usize| self.columns().get(i).is_some_and(|c| c.position(header).is_some());
        self.columns().iter().filter(|c| c.required).all(|c| c.position(header).is_some()) && self.lacks(&has).is_empty()
    }

    /// Our word for a cell of `column`, where the column takes words of a fixed list; `None` when it is not understood.
    /// Columns without such a list are never asked for.
    fn word(&self, _column: usize, _text: &str) -> Option<&'static str> {
        None
    }

    /// The words that `column` takes, with what people read; empty when it takes anything.
    fn words(&self, _column: usize) -> Vec<(&'static str, &'static str)> {
        Vec::new()
    }

    /// An importer of its own for one run over one file, where that is quicker (it may remember what it has looked up).
    fn for_one_file(&self) -> Option<Box<dyn Importer>> {
        None
    }

    /// Called in the transaction that takes rows of an import back, with what was removed or put back, so that what follows
    /// from those rows (search index, scope) can be brought in step.
    async fn taken_back(&self, _tx: &mut Tx, _rows: &[Touched]) -> Result<()> {
        Ok(())
    }

    /// Writes one chunk. Rows that cannot be used go into the report; an error stops the whole file.
    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport>;

    /// Once, after the last row of the file is written: what only the whole file can say, such as what a release no longer lists.
    /// A file that is imported again comes here again.
    async fn finish(&self, _tx: &mut Tx, _file: &FileInfo) -> Result<ChunkReport> {
        Ok(ChunkReport::default())
    }
}

/// One column that an importer reads.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the header, any case.
    pub name: &'static str,
    /// What other releases call it.
    pub also: &'static [&'static str],
    /// A file without it is refused.
    pub required: bool,
    /// Longest text taken, in characters.
    pub longest: usize,
    /// What its cells are; the framework brings them into one form and rejects rows where it cannot.
    pub form: Form,
}

/// What a column's cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Words, as they stand.
    Text,
    /// Days; rows get them as `YYYY-MM-DD`.
    Day,
    /// Days, perhaps with a time of day; rows get `YYYY-MM-DDTHH:MM:SSZ`, a bare day being noon UTC.
    Moment,
    /// Numbers; rows get them with a decimal point and without thousands' marks.
    Number,
}

impl Column {
    /// A column the file must have.
    pub const fn required(name: &'static str) -> Self {
        Self { name, also: &[], required: true, longest: 300, form: Form::Text }
    }

    /// A column the file may have.
    pub const fn optional(name: &'static str) -> Self {
        Self { required: false, ..Self::required(name) }
    }

    /// The same column, holding days in any common form.
    #[must_use]
    pub const fn of_days(self) -> Self {
        Self { form: Form::Day, ..self }
    }

    /// The same column, holding days with or without a time of day.
    #[must_use]
    pub const fn of_moments(self) -> Self {
        Self { form: Form::Moment, ..self }
    }

    /// The same column, holding numbers with decimal point or decimal comma.
    #[must_use]
    pub const fn of_numbers(self) -> Self {
        Self { form: Form::Number, ..self }
    }

    /// The same column, whose cells may be as long as `characters`.
    #[must_use]
    pub const fn up_to(self, characters: usize) -> Self {
        Self { longest: characters, ..self }
    }

    /// The same column, which other releases call otherwise.
    #[must_use]
    pub const fn or(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// Whether `name` in a header means it: case, spaces, underscores and the endings that Salesforce and Veeva give their
    /// fields make no difference.
    pub fn is(&self, name: &str) -> bool {
        let name = folded(name);
        [self.name].iter().chain(self.also).any(|n| folded(n) == name)
    }

    /// Where it stands in a header: its own name first, then the others in their order.
    pub fn position(&self, header: &[String]) -> Option<usize> {
        let header: Vec<String> = header.iter().map(|h| folded(h)).collect();
        [self.name].iter().chain(self.also).find_map(|n| {
            let name = folded(n);
            header.iter().position(|h| *h == name)
        })
    }
}

/// The letters and digits of a column's name, small and without accents: `Call2_vod__c.Call_Date_vod__c`, `Call Date` and `call_date`
/// are one, and so are `Order #`, `Order No.` and `order_no`.
pub fn folded(name: &str) -> String {
    // An object's name before the field's says where the file comes from, not what the field is.
    let name = name.split_once("__c.").or_else(|| name.split_once("__r.")).map_or(name, |(_, field)| field);
    let name = name.strip_suffix("__c").or_else(|| name.strip_suffix("__r")).unwrap_or(name);
    let name = name.strip_suffix("_vod").unwrap_or(name);
    let mut out = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            '#' | '№' => out.push_str("no"),
            'ß' => out.push_str("ss"),
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => out.push('a'),
            'ç' => out.push('c'),
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'í' | 'ì' | 'î' | 'ï' => out.push('i'),
            'ñ' => out.push('n'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => out.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => out.push('u'),
            c if c.is_alphanumeric() && c != 'º' && c != 'ª' => out.push(c),
            _ => {}
        }
    }
    out
}

/// The file a row comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileInfo {
    /// Name as given.
    pub name: String,
    /// Hash of its content.
    pub hash: String,
    /// When the import was asked for: the same at every try, so that a repeated chunk writes the same dates.
    pub received_at: Time,
}

impl FileInfo {
    /// The year in the file's name (`chsp-hospital-linkage-2018.csv`), by which yearly releases are told apart.
    pub fn year(&self) -> Option<i16> {
        let digits = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
        let years = self.name.split(|c: char| !c.is_ascii_digit()).filter(|part| digits(part));
        years.filter_map(|part| part.parse().ok()).rfind(|year| (1980..=2100).contains(year))
    }
}

/// A row that an import had written and that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Its table.
    pub table: String,
    /// Its id; 0 for tables without one.
    pub id: i64,
    /// What the import had made of it, or the row that it had taken out.
    pub row: serde_json::Value,
}

/// Rows that follow from others and are made again, instead of being taken back one by one: between an import and its undoing, other
/// sources may have had their say in them.
#[async_trait]
pub trait Follows: Send + Sync {
    /// Whether the rows of `table` do.
    fn follows(&self, table: &str) -> bool;

    /// Makes them again after `rows` were taken back, some of which may be such rows themselves.
    async fn make_again(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()>;
}

/// One row with the cells of the importer's columns, trimmed; absent optional columns are empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Row {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// Cells in the order of [`Importer::columns`].
    pub cells: Vec<String>,
}

impl Row {
    /// The cell of a column.
    pub fn text(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The cell, if it says anything.
    pub fn known(&self, column: usize) -> Option<&str> {
        Some(self.text(column)).filter(|t| !t.is_empty())
    }

    /// The day in a cell; the framework has refused impossible ones.
    pub fn day(&self, column: usize) -> Option<Day> {
        self.known(column).and_then(|t| Day::parse(t).ok())
    }

    /// The instant in a cell of moments.
    pub fn time(&self, column: usize) -> Option<Time> {
        self.known(column).and_then(super::import::instant)
    }

    /// The number in a cell of numbers.
    pub fn number(&self, column: usize) -> Option<f64> {
        self.known(column).and_then(|t| t.parse().ok())
    }
}

/// A rejected row's reasons.
pub fn reject(line: u64, code: &str, cause: impl Into<String>, remedy: impl Into<String>) -> RowReject {
    RowReject { line, code: code.into(), cause: cause.into(), remedy: remedy.into() }
}

/// Something worth knowing about a row that landed all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Line in the file.
    pub line: u64,
    /// Stable code.
    pub code: String,
    /// What it means, the same words for the same code.
    pub text: String,
}

impl Note {
    /// A note on a line.
    pub fn new(line: u64, code: &str, text: impl Into<String>) -> Self {
        Self { line, code: code.into(), text: text.into() }
    }
}

/// What became of a chunk's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkReport {
    /// Rows that changed the record: new ones and changed ones.
    pub written: u64,
    /// How many of those are new.
    pub created: u64,
    /// Rows that the record held already, word for word.
    pub unchanged: u64,
    /// Rows that could not be used.
    pub rejects: Vec<RowReject>,
    /// Things worth knowing.
    pub notes: Vec<Note>,
    /// Lines whose rows changed the record, kept by those who write one row into several tables.
    #[serde(skip)]
    pub lines: BTreeSet<u64>,
}

impl ChunkReport {
    /// A report of so many written rows.
    pub fn of(written: u64, rejects: Vec<RowReject>) -> Self {
        Self { written, created: written, rejects, ..Self::default() }
    }

    /// Takes over what another report says.
    pub fn absorb(&mut self, other: Self) {
        self.written += other.written;
        self.created += other.created;
        self.unchanged += other.unchanged;
        self.rejects.extend(other.rejects);
        self.notes.extend(other.notes);
        self.lines.extend(other.lines);
    }
}

/// A note and how often it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteCount {
    /// Stable code.
    pub code: String,
    /// What it means.
    pub text: String,
    /// How often.
    pub count: u64,
    /// The first line it was made on.
    pub first_line: u64,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Kind of file.
    pub kind: String,
    /// Name of the file.
    pub file: String,
    /// Rows read, without the header.
    pub read: u64,
    /// New in the record.
    pub created: u64,
    /// Changed in the record.
    pub updated: u64,
    /// Already there, word for word.
    pub unchanged: u64,
    /// Rejected; each has its line, code, cause and remedy.
    pub rejected: u64,
    /// Things worth knowing, one entry a code.
    pub notes: Vec<NoteCount>,
    /// The first 50 rejected rows; the others are on the import's page.
    pub rejects: Vec<RowReject>,
    /// Of a dry run: what would change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
}

/// What a dry run would change, with examples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Rows that would be new.
    pub creates: u64,
    /// Rows that would change.
    pub changes: u64,
    /// Rows that would go.
    pub removals: u64,
    /// Entries that timelines would get.
    pub facts: u64,
    /// The first new ones.
    pub created: Vec<Shown>,
    /// The first changed ones.
    pub changed: Vec<Shown>,
}

/// One row that would be new or change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Where it stands.
    pub place: String,
    /// What it is called.
    pub name: String,
    /// Fields with their values before and after.
    pub fields: Vec<(String, String, String)>,
}

impl Preview {
    /// Examples kept of each.
    pub const SHOWN: usize = 100;

    pub(super) fn add(&mut self, (op, row): (char, Shown)) {
        let (count, list) = match op {
            'i' => (&mut self.creates, Some(&mut self.created)),
            'u' => (&mut self.changes, Some(&mut self.changed)),
            _ => (&mut self.removals, None),
        };
        *count += 1;
        if let Some(list) = list.filter(|l| l.len() < Self::SHOWN) {
            list.push(row);
        }
    }
}

impl ImportReport {
    /// Rejected rows carried in the report itself.
    pub const REJECTS_SHOWN: usize = 50;

    /// Adds one chunk.
    pub fn add(&mut self, read: u64, chunk: ChunkReport) {
        self.read += read;
        self.created += chunk.created;
        self.updated += chunk.written.saturating_sub(chunk.created);
        self.unchanged += chunk.unchanged;
        self.rejected += chunk.rejects.len() as u64;
        chunk.notes.into_iter().for_each(|n| self.note(n, 1));
        let room = Self::REJECTS_SHOWN.saturating_sub(self.rejects.len());
        self.rejects.extend(chunk.rejects.into_iter().take(room));
    }

    /// Counts a note.
    pub fn note(&mut self, note: Note, count: u64) {
        match self.notes.iter_mut().find(|n| n.code == note.code) {
            Some(known) => known.count += count,
            None => self.notes.push(NoteCount { code: note.code, text: note.text, count, first_line: note.line }),
        }
    }

    /// One sentence.
    pub fn summary(&self) -> String {
        if self.read > 0 && self.read == self.unchanged {
            return format!("{} rows read, nothing new", self.read);
        }
        let parts = [(self.created, "created"), (self.updated, "updated"), (self.unchanged, "unchanged"), (self.rejected, "rejected")];
        let said: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        if said.is_empty() { format!("{} rows read", self.read) } else { format!("{} rows read: {}", self.read, said.join(", ")) }
    }
}

/// Writes CSV for people who open it in a spreadsheet.
pub mod export {
    /// One CSV text. A cell that a spreadsheet would take for a formula (it starts with `=`, `+`, `-`, `@`, a tab or a line
    /// end) gets an apostrophe in front, unless it is a plain number (OWASP, "CSV injection").
    pub fn csv(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
        let mut out = line(header.iter().map(|h| (*h).to_owned()));
        rows.into_iter().for_each(|row| out.push_str(&line(row.into_iter())));
        out
    }

    fn line(cells: impl Iterator<Item = String>) -> String {
        let mut out = cells.map(|c| quoted(&harmless(c))).collect::<Vec<_>>().join(",");
        out.push_str("\r\n");
        out
    }

    fn harmless(cell: String) -> String {
        let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && cell.parse::<f64>().is_err();
        if risky { format!("'{cell}") } else { cell }
    }

    fn quoted(cell: &str) -> String {
        if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn formulas_are_disarmed_and_numbers_kept() {
            let rows = vec![vec!["=HYPERLINK(\"x\")".into(), "-12.5".into(), "+1 (334) 793".into(), "a,\"b\"".into()]];
            assert_eq!(
                super::csv(&["a", "b", "c", "d"], rows),
                "a,b,c,d\r\n\"'=HYPERLINK(\"\"x\"\")\",-12.5,'+1 (334) 793,\"a,\"\"b\"\"\"\r\n"
            );
        }
    }
}
