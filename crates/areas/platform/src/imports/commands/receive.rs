//! A file arrives: it is kept before anyone is told that it was accepted.

use crate::imports::{FileInfo, Importer, JOB_KIND, Mapping, guess, store};
use rounds_kernel::{Actor, Error, Permission, Result};
use rounds_store::jobs::{Enqueue, JobRow};
use rounds_store::{Command, Runner, Tx};
use serde::{Deserialize, Serialize};

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
}

/// Keeps a file and asks for its import, in one transaction.
#[derive(Debug, Serialize)]
pub struct ReceiveFile {
    /// Kind of file, see [`Importer::kind`].
    pub importer: String,
    /// Name as given.
    pub name: String,
    /// Hash of the content.
    pub hash: String,
    /// Size before compression.
    pub bytes: i64,
    /// The content, compressed.
    #[serde(skip)]
    pub content: Vec<u8>,
}

impl Command for ReceiveFile {
    const NAME: &'static str = "import.receive";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = JobRow;

    async fn run(self, tx: &mut Tx) -> Result<JobRow> {
        store::keep(tx, &self.hash, &self.name, self.bytes, self.content).await?;
        let file = FileInfo { name: self.name, hash: self.hash, received_at: tx.now };
        let input_key = format!("{}:{}", self.importer, file.hash);
        let input =
            serde_json::to_value(JobInput { importer: self.importer, file, mapping: Mapping::default() }).map_err(Error::internal)?;
        // The same file that is still being worked on is the same job.
        Enqueue { kind: JOB_KIND.into(), input_key, input }.run(tx).await
    }
}

/// Checks that a file can be read, keeps it and asks for its import. `kind` says what it is; without it the header decides.
///
/// # Errors
/// The whole file is refused when it is empty, binary, of no known kind or lacks columns; nothing is changed then.
pub async fn receive(
    runner: &Runner,
    actor: &Actor,
    importers: &[Box<dyn Importer>],
    kind: Option<&str>,
    name: &str,
    bytes: &[u8],
) -> Result<JobRow> {
    let importer = guess(importers, kind, bytes)?.kind().to_owned();
    let hash = blake3::hash(bytes).to_hex().to_string();
    let content = zstd::encode_all(bytes, 3).map_err(Error::internal)?;
    let name: String = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
    runner.run(actor, ReceiveFile { importer, name, hash, bytes: bytes.len() as i64, content }).await
}
