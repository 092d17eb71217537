//! One chunk of a file: its rows, its rejected rows and the job's position, together or not at all.

use crate::imports::import::{Chunk, Resume};
use crate::imports::{FileInfo, ImportReport, Importer, store};
use rounds_kernel::{Error, JobId, Permission, Result};
use rounds_store::{Command, Tx, jobs, journal};
use serde::{Deserialize, Serialize};

/// How far a file got.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::imports) struct Position {
    /// Records finished.
    pub records: u64,
    /// What became of them.
    pub report: ImportReport,
    /// Where the next one begins.
    #[serde(default)]
    pub at: Resume,
}

/// Which chunk of which file.
#[derive(Serialize)]
pub(in crate::imports) struct Chunked {
    /// The job.
    pub job: JobId,
    /// The file.
    pub file: FileInfo,
    /// Where the chunk starts.
    pub from: Position,
    /// Units done behind it, for progress.
    pub done: i64,
    /// Units in all, 0 if unknown.
    pub total: i64,
    /// Part of a dry run: no position is kept.
    pub rehearsed: bool,
}

/// Writes one chunk.
#[derive(Serialize)]
pub(in crate::imports) struct WriteChunk<'a> {
    /// Which one.
    pub how: Chunked,
    /// Who reads it.
    #[serde(skip)]
    pub importer: &'a dyn Importer,
    /// What it holds; named by file and place.
    #[serde(skip)]
    pub chunk: Chunk,
}

impl Command for WriteChunk<'_> {
    const NAME: &'static str = "import.write_chunk";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = Position;

    fn audit_view(&self) -> serde_json::Value {
        let h = &self.how;
        serde_json::json!({ "job": h.job, "file": h.file.name, "from_record": h.from.records, "records": self.chunk.read })
    }

    async fn run(self, tx: &mut Tx) -> Result<Position> {
        let Self { how: Chunked { job, file, from, done, total, rehearsed }, importer, chunk } = self;
        if !rehearsed {
            still_ours(tx, job, &from).await?;
        }
        let mut report = chunk.report;
        journal::watch(tx, job).await?;
        report.absorb(importer.write(tx, &file, &chunk.rows).await?);
        journal::unwatch(tx).await?;
        report.rejects.sort_by_key(|r| r.line);
        tx.note(format!("{} written, {} unchanged, {} rejected", report.written, report.unchanged, report.rejects.len()));
        let mut to = Position { records: from.records + chunk.read, report: from.report, at: chunk.end };
        let with_text = report.rejects.iter().map(|r| (r.clone(), chunk.raw.get(&r.line).cloned().unwrap_or_default())).collect();
        to.report.add(chunk.read, report);
        if rehearsed {
            return Ok(to);
        }
        store::keep_rejects(tx, job, &file.name, with_text).await?;
        store::keep_facts(tx, job).await?;
        let message = format!("{}: line {} read, {}", importer.title(), chunk.line, to.report.summary());
        jobs::checkpoint(tx, job, &to, done, total.max(0), &message).await?;
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
