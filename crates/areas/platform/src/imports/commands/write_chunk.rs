//! One chunk of a file: its rows, its rejected rows and the job's position, together or not at all.

use crate::imports::import::Chunk;
use crate::imports::{FileInfo, ImportReport, Importer, store};
use rounds_kernel::{Error, JobId, Permission, Result};
use rounds_store::{Command, Tx, jobs};
use serde::{Deserialize, Serialize};

/// How far a file got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::imports) struct Position {
    /// Records finished.
    pub records: u64,
    /// What became of them.
    pub report: ImportReport,
}

/// Writes one chunk.
#[derive(Serialize)]
pub(in crate::imports) struct WriteChunk<'a> {
    /// The job.
    pub job: JobId,
    /// The file.
    pub file: FileInfo,
    /// Where the chunk starts.
    pub from: Position,
    /// Lines of the file, for progress.
    pub lines: i64,
    /// Who reads it.
    #[serde(skip)]
    pub importer: &'a dyn Importer,
    /// What it holds; named by `file` and `from`.
    #[serde(skip)]
    pub chunk: Chunk,
}

impl Command for WriteChunk<'_> {
    const NAME: &'static str = "import.write_chunk";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = Position;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "job": self.job, "file": self.file.name, "from_record": self.from.records, "records": self.chunk.read })
    }

    async fn run(self, tx: &mut Tx) -> Result<Position> {
        let Self { job, file, from, lines, importer, chunk } = self;
        still_ours(tx, job, &from).await?;
        let mut report = chunk.report;
        report.absorb(importer.write(tx, &file, &chunk.rows).await?);
        report.rejects.sort_by_key(|r| r.line);
        let with_text = report.rejects.iter().map(|r| (r.clone(), chunk.raw.get(&r.line).cloned().unwrap_or_default())).collect();
        store::keep_rejects(tx, job, &file.name, with_text).await?;
        tx.note(format!("{} written, {} unchanged, {} rejected", report.written, report.unchanged, report.rejects.len()));
        let mut to = Position { records: from.records + chunk.read, report: from.report };
        to.report.add(chunk.read, report);
        let message = format!("{}: line {} read, {}", importer.title(), chunk.line, to.report.summary());
        jobs::checkpoint(tx, job, &to, (chunk.line as i64).min(lines), lines, &message).await?;
        Ok(to)
    }
}

/// A job that was taken over meanwhile has moved on: then this chunk is not ours to write.
async fn still_ours(tx: &Tx, job: JobId, from: &Position) -> Result<()> {
    let row = jobs::get(tx, job).await?.ok_or_else(|| Error::not_found("job"))?;
    if row.position::<Position>().records == from.records {
        return Ok(());
    }
    Err(Error::conflict(
        "import.taken_over",
        "Another process went on with this import. Nothing was doubled.",
        "Look at the import's page for how far it is.",
    ))
}
