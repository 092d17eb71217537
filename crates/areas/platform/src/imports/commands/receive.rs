//! A file arrives in pieces: it is kept before anyone is told that it was accepted.

use crate::imports::import::{Mapping, Table, sniff_text};
use crate::imports::{FileInfo, Importer, JOB_KIND, choose, store};
use rounds_kernel::{Actor, Error, Permission, Result, Time};
use rounds_store::jobs::{Enqueue, JobRow};
use rounds_store::{Command, Runner, Tx};
use serde::{Deserialize, Serialize};

/// Bytes of a file that are kept as one part.
const PART: usize = 1 << 20;

/// Bytes at its beginning by which the kind of a text file is told.
pub(in crate::imports) const HEAD: usize = PART;

/// What a job of this kind was asked to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::imports) struct JobInput {
    /// Kind of file.
    pub importer: String,
    /// The file.
    pub file: FileInfo,
    /// What was said about its columns.
    #[serde(default)]
    pub mapping: Mapping,
    /// Work it out and keep nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// A file on its way in. What of it has arrived is in the database already, not in memory.
pub struct Incoming {
    upload: String,
    hasher: blake3::Hasher,
    waiting: Vec<u8>,
    head: Vec<u8>,
    parts: i64,
    bytes: i64,
}

impl Incoming {
    /// Begins a file.
    ///
    /// # Errors
    /// `access.forbidden` for those who may not change the record.
    pub fn open(actor: &Actor) -> Result<Self> {
        actor.require(Permission::WriteRecord)?;
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(Error::internal)?;
        let upload = name.iter().map(|b| format!("{b:02x}")).collect();
        Ok(Self { upload, hasher: blake3::Hasher::new(), waiting: Vec::with_capacity(PART), head: Vec::new(), parts: 0, bytes: 0 })
    }

    /// Bytes that have arrived.
    pub fn bytes(&self) -> u64 {
        self.bytes.max(0) as u64
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The database refuses them; what has arrived is thrown away a day later.
    pub async fn take(&mut self, runner: &Runner, mut bytes: &[u8]) -> Result<()> {
        self.bytes += bytes.len() as i64;
        self.hasher.update(bytes);
        while !bytes.is_empty() {
            let room = PART - self.waiting.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
            if self.waiting.len() == PART {
                self.part(runner).await?;
            }
        }
        Ok(())
    }

    async fn part(&mut self, runner: &Runner) -> Result<()> {
        let content = zstd::encode_all(self.waiting.as_slice(), 1).map_err(Error::internal)?;
        store::keep_part(&runner.db, &self.upload, self.parts, content, runner.now()).await?;
        if self.parts == 0 {
            self.head = std::mem::take(&mut self.waiting);
        }
        self.parts += 1;
        self.waiting.clear();
        Ok(())
    }

    /// Ends the file: from here on it is kept.
    ///
    /// # Errors
    /// `import.empty`, `import.binary`, `import.format`, `import.line_too_long`: a file that cannot hold a table is not kept.
    pub async fn close(mut self, runner: &Runner, actor: &Actor, name: &str) -> Result<FileInfo> {
        if !self.waiting.is_empty() {
            self.part(runner).await?;
        }
        if sniff_text(&self.head)? {
            Table::of_head(&self.head)?;
        }
        let hash = self.hasher.finalize().to_hex().to_string();
        let name: String = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
        runner.run(actor, ReceiveFile { name, hash, bytes: self.bytes, upload: self.upload, parts: self.parts }).await
    }
}

/// Keeps a file whose parts have all arrived.
#[derive(Debug, Serialize)]
pub(in crate::imports) struct ReceiveFile {
    name: String,
    hash: String,
    bytes: i64,
    upload: String,
    parts: i64,
}

impl Command for ReceiveFile {
    const NAME: &'static str = "import.receive";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = FileInfo;

    async fn run(self, tx: &mut Tx) -> Result<FileInfo> {
        store::keep(tx, &self.hash, &self.name, self.bytes, &self.upload, self.parts).await?;
        store::throw_away(tx, Time(tx.now.0).plus_days(-1)).await?;
        Ok(FileInfo { name: self.name, hash: self.hash, received_at: tx.now })
    }
}

/// How a kept file is to be imported.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Kind of file; without it the header decides.
    pub kind: Option<String>,
    /// What a person said about its columns.
    pub mapping: Mapping,
    /// Work it out, show it and keep nothing.
    pub dry_run: bool,
}

#[derive(Debug, Serialize)]
struct AskImport(JobInput);

impl Command for AskImport {
    const NAME: &'static str = "import.ask";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = JobRow;

    async fn run(self, tx: &mut Tx) -> Result<JobRow> {
        let Self(input) = self;
        let how = blake3::hash(&serde_json::to_vec(&input.mapping).map_err(Error::internal)?).to_hex();
        let dry = if input.dry_run { ":dry" } else { "" };
        let input_key = format!("{}:{}:{}{dry}", input.importer, input.file.hash, &how[..16]);
        let input = serde_json::to_value(input).map_err(Error::internal)?;
        // The same file that is still being worked on is the same job.
        Enqueue { kind: JOB_KIND.into(), input_key, input }.run(tx).await
    }
}

/// Asks for the import of a kept file.
///
/// # Errors
/// The whole file is refused when it is empty, of a format or kind that is not read, or lacks columns; nothing is changed then.
pub async fn ask(runner: &Runner, actor: &Actor, importers: &[Box<dyn Importer>], file: FileInfo, ask: Ask) -> Result<JobRow> {
    actor.require(Permission::WriteRecord)?;
    let table = header_of(runner, &file, &ask.mapping).await?;
    let importer = choose(importers, ask.kind.as_deref(), &table.header, &ask.mapping)?.kind().to_owned();
    runner.run(actor, AskImport(JobInput { importer, file, mapping: ask.mapping, dry_run: ask.dry_run })).await
}

/// A kept file, opened at its header: by its first part where that is enough.
pub(in crate::imports) async fn header_of(runner: &Runner, file: &FileInfo, mapping: &Mapping) -> Result<Table> {
    let head = store::part(&runner.db, &file.hash, 0).await?.unwrap_or_default();
    if sniff_text(&head)? {
        return Table::of_head(&head);
    }
    let spool = store::spool(&runner.db, &file.hash).await?;
    Table::open(spool.path(), mapping)
}

/// Keeps a file that is in memory and asks for its import.
///
/// # Errors
/// As [`ask`].
pub async fn receive(
    runner: &Runner,
    actor: &Actor,
    importers: &[Box<dyn Importer>],
    (kind, name, bytes): (Option<&str>, &str, &[u8]),
    mapping: Mapping,
) -> Result<JobRow> {
    let mut incoming = Incoming::open(actor)?;
    incoming.take(runner, bytes).await?;
    let file = incoming.close(runner, actor, name).await?;
    ask(runner, actor, importers, file, Ask { kind: kind.map(str::to_owned), mapping, dry_run: false }).await
}

/// Saves what a person confirmed about the columns of files with one header.
#[derive(Debug, Serialize)]
pub(in crate::imports) struct SaveMapping {
    /// The header's fingerprint.
    pub header: String,
    /// Name of the mapping.
    pub name: String,
    /// Kind of file.
    pub kind: String,
    /// What was confirmed.
    pub mapping: Mapping,
}

impl Command for SaveMapping {
    const NAME: &'static str = "import.save_mapping";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let saved = store::Saved { name: self.name, kind: self.kind, mapping: self.mapping };
        store::save_mapping(tx, &self.header, &saved).await
    }
}
