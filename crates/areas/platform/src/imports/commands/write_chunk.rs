//! A few chunks of a file: their rows, their rejected rows and the job's position, together or not at all.

use crate::imports::import::{Chunk, Resume};
use crate::imports::{ChunkReport, FileInfo, ImportReport, Importer, store};
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

/// Which part of which file.
#[derive(Serialize)]
pub(in crate::imports) struct Chunked {
    /// The job.
    pub job: JobId,
    /// The file.
    pub file: FileInfo,
    /// Where it starts.
    pub from: Position,
    /// Units done behind it, for progress.
    pub done: i64,
    /// Units in all, 0 if unknown.
    pub total: i64,
    /// Part of a dry run: no position is kept.
    pub rehearsed: bool,
}

/// Writes chunks that follow each other.
#[derive(Serialize)]
pub(in crate::imports) struct WriteChunk<'a> {
    /// Which one.
    pub how: Chunked,
    /// Who reads it.
    #[serde(skip)]
    pub importer: &'a dyn Importer,
    /// What they hold; named by file and place.
    #[serde(skip)]
    pub chunks: Vec<Chunk>,
}

impl Command for WriteChunk<'_> {
    const NAME: &'static str = "import.write_chunk";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = Position;

    fn audit_view(&self) -> serde_json::Value {
        let h = &self.how;
        serde_json::json!({ "job": h.job, "file": h.file.name, "from_record": h.from.records, "records": read(&self.chunks) })
    }

    async fn run(self, tx: &mut Tx) -> Result<Position> {
        let Self { how: Chunked { job, file, from, done, total, rehearsed }, importer, chunks } = self;
        if !rehearsed {
            still_ours(tx, job, &from).await?;
        }
        let (records, line) = (read(&chunks), chunks.last().map_or(0, |c| c.line));
        let mut to = Position { records: from.records + records, report: from.report, at: chunks.last().map_or(from.at, |c| c.end) };
        let (mut report, mut raw) = (ChunkReport::default(), Vec::new());
        journal::watch(tx, job).await?;
        for chunk in chunks {
            report.absorb(chunk.report);
            report.absorb(importer.write(tx, &file, &chunk.rows).await?);
            raw.extend(chunk.raw);
        }
        journal::unwatch(tx).await?;
        report.rejects.sort_by_key(|r| r.line);
        tx.note(format!("{} written, {} unchanged, {} rejected", report.written, report.unchanged, report.rejects.len()));
        let text = |line: u64| raw.binary_search_by_key(&line, |(l, _)| *l).ok().and_then(|i| raw.get(i)).map(|(_, text)| text.clone());
        let with_text = report.rejects.iter().map(|r| (r.clone(), text(r.line).unwrap_or_default())).collect();
        to.report.add(records, report);
        if rehearsed {
            return Ok(to);
        }
        store::keep_rejects(tx, job, &file.name, with_text).await?;
        store::keep_facts(tx, job).await?;
        let message = format!("{}: line {} read, {}", importer.title(), line, to.report.summary());
        jobs::checkpoint(tx, job, &to, done, total.max(0), &message).await?;
        Ok(to)
    }
}

fn read(chunks: &[Chunk]) -> u64 {
    chunks.iter().map(|c| c.read).sum()
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
