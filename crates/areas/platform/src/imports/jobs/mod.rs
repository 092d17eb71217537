//! The work of an import, for the server's worker and for the command line: one thread reads and checks rows, while the rows
//! before them are written.

mod rehearse;
mod undo;

pub use undo::{UNDO_KIND, UndoImport, UndoReport, UndoWork, run_undo};

use super::commands::{Chunked, FinishFile, JobInput, Position, WriteChunk, receive};
use super::import::{Chunk, Mapping, Scanner, Table};
use super::{CHUNK, FileInfo, ImportReport, Importer, Importers, JOB_KIND, LONGEST_MS, MOST_CHUNKS, Note, store};
use crate::jobs::{Context, Report, Work, run_now};
use rehearse::rehearse;
use rounds_kernel::{Actor, Error, JobId, Result};
use rounds_store::Runner;
use rounds_store::jobs::JobRow;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, channel};

/// Importing as a kind of job.
pub struct ImportWork {
    /// All importers of the program.
    pub importers: Importers,
}

#[async_trait::async_trait]
impl Work for ImportWork {
    fn kind(&self) -> &'static str {
        JOB_KIND
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let report = import(&context.runner, &context.actor, &self.importers, &context.job, &*context.progress).await?;
        serde_json::to_value(report).map_err(Error::internal)
    }
}

/// Imports a file here and now: keeps it, works it off and returns what became of it. A run of the same file that was killed
/// is taken up where it was. `progress` is told units done, units in all and one sentence.
///
/// # Errors
/// The whole file is refused (see [`super::ask`]), or another process is working on it.
pub async fn run_import(
    runner: &Runner,
    actor: &Actor,
    importers: &Importers,
    file: (Option<&str>, &str, &[u8]),
    progress: Tell,
) -> Result<ImportReport> {
    let job = receive(runner, actor, importers, file, Mapping::default()).await?;
    run_job(runner, actor, importers, JobId(job.id), progress).await
}

/// Works an import off here and now.
///
/// # Errors
/// The work's own, or another process is working on it.
pub async fn run_job(runner: &Runner, actor: &Actor, importers: &Importers, job: JobId, progress: Tell) -> Result<ImportReport> {
    let work: Arc<dyn Work> = Arc::new(ImportWork { importers: importers.clone() });
    let report = run_now(runner, actor, &[work], job, progress).await?;
    serde_json::from_value(report).map_err(Error::internal)
}

/// Who is told how far it is: units done, units in all, one sentence.
pub type Tell = Arc<dyn Fn(i64, i64, &str) + Send + Sync>;

/// A file being read by a thread of its own, a transaction's chunks ahead.
pub(super) struct Reading {
    chunks: Receiver<Result<Chunk>>,
    /// What was received and belongs to the next transaction.
    behind: Option<Result<Chunk>>,
    /// Columns that nothing reads.
    pub ignored: Vec<String>,
    /// Units in all, 0 if unknown.
    pub total: i64,
}

impl Reading {
    /// Starts reading behind `at`.
    pub async fn start(importers: &Importers, kind: &str, path: PathBuf, mapping: Mapping, at: &Position) -> Result<Self> {
        let (send, chunks) = channel(MOST_CHUNKS);
        let (opened, wait) = tokio::sync::oneshot::channel();
        let (importers, kind, records, from) = (importers.clone(), kind.to_owned(), at.records, at.at);
        std::thread::spawn(move || {
            let Some(importer) = importers.iter().find(|i| i.kind() == kind) else { return };
            let open = || -> Result<(Scanner<'_>, i64)> {
                let table = Table::open(&path, &mapping)?;
                let total = table.bytes as i64;
                let mut scanner = Scanner::open(table, importer.as_ref(), &mapping)?;
                scanner.go_on(&path, records, from)?;
                Ok((scanner, total))
            };
            let mut scanner = match open() {
                Ok((scanner, total)) => {
                    let _ = opened.send(Ok((scanner.ignored(), total)));
                    scanner
                }
                Err(e) => {
                    let _ = opened.send(Err(e));
                    return;
                }
            };
            loop {
                let chunk = scanner.chunk(CHUNK);
                let last = chunk.as_ref().map_or(true, |c| c.read == 0);
                // Nobody waits for more: the job was stopped.
                if send.blocking_send(chunk).is_err() || last {
                    return;
                }
            }
        });
        let (ignored, total) = wait.await.map_err(|_| damaged())??;
        Ok(Self { chunks, behind: None, ignored, total })
    }

    /// The next chunks, of those that are read already at most `most`; none at the end.
    pub async fn next(&mut self, most: usize) -> Result<Vec<Chunk>> {
        let first = match self.behind.take() {
            Some(chunk) => chunk?,
            // A reader that ends without saying so has failed: a damaged file must never look like a short one.
            None => self.chunks.recv().await.ok_or_else(damaged)??,
        };
        if first.read == 0 {
            return Ok(Vec::new());
        }
        let mut out = vec![first];
        while out.len() < most {
            match self.chunks.try_recv() {
                Ok(Ok(chunk)) if chunk.read > 0 => out.push(chunk),
                Ok(other) => {
                    self.behind = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        Ok(out)
    }
}

/// How many chunks a transaction takes: the more the fewer pages of the indexes are written twice, but others wait for it to end.
struct Pace(usize);

impl Pace {
    fn learn(&mut self, chunks: usize, took_ms: i64) {
        let room = LONGEST_MS / (took_ms / chunks.max(1) as i64).max(1);
        self.0 = (room as usize).clamp(1, MOST_CHUNKS);
    }
}

fn damaged() -> Error {
    Error::invalid("import.unreadable", "The file is damaged: reading it broke off.", "Write or export it again, and send that file.")
}

pub(super) fn importer_of<'a>(importers: &'a Importers, kind: &str) -> Result<&'a dyn Importer> {
    importers.iter().find(|i| i.kind() == kind).map(AsRef::as_ref).ok_or_else(|| {
        Error::invalid(
            "import.kind_unknown",
            format!("This release reads no files of kind “{kind}”."),
            "Import it with the release that took it.",
        )
    })
}

async fn import(
    runner: &Runner,
    actor: &Actor,
    importers: &Importers,
    job: &JobRow,
    progress: &(dyn Fn(i64, i64, &str) + Send + Sync),
) -> Result<ImportReport> {
    let input: JobInput = serde_json::from_str(&job.input).map_err(Error::internal)?;
    let importer = importer_of(importers, &input.importer)?;
    let spool = store::spool(&runner.db, &input.file.hash).await?;
    let path = spool.path().to_owned();
    if input.dry_run {
        return rehearse(runner, actor, importers, JobId(job.id), (input, path), progress).await;
    }
    let mut at: Position = job.position();
    let mut reading = Reading::start(importers, &input.importer, path, input.mapping, &at).await?;
    if at.records == 0 {
        at.report = opening(importer, &input.file, &reading.ignored);
    }
    let own = importer.for_one_file();
    let writer = own.as_deref().unwrap_or(importer);
    let mut pace = Pace(1);
    loop {
        let chunks = reading.next(pace.0).await?;
        if chunks.is_empty() {
            break;
        }
        let (done, count, began) = (done(&at, &chunks), chunks.len(), runner.now());
        let how = Chunked { job: JobId(job.id), file: input.file.clone(), from: at, done, total: reading.total, rehearsed: false };
        at = runner.run(actor, WriteChunk { how, importer: writer, chunks }).await?;
        pace.learn(count, (runner.now().0 - began.0) / 1_000);
        progress(done, reading.total, &at.report.summary());
    }
    // A run that stopped between the two finishes again: finishing says the same twice.
    let total = reading.total.max(1);
    let finish = FinishFile { job: JobId(job.id), file: input.file.clone(), at, lines: total, importer: writer, rehearsed: false };
    Ok(runner.run(actor, finish).await?.report)
}

/// Units done behind these chunks: bytes where the file has lines, rows elsewhere.
pub(super) fn done(at: &Position, chunks: &[Chunk]) -> i64 {
    let end = chunks.last().map_or(at.at, |c| c.end);
    if end.line > 0 { end.byte as i64 } else { (at.records + chunks.iter().map(|c| c.read).sum::<u64>()) as i64 }
}

pub(super) fn opening(importer: &dyn Importer, file: &FileInfo, ignored: &[String]) -> ImportReport {
    let mut report = ImportReport { kind: importer.kind().into(), file: file.name.clone(), ..ImportReport::default() };
    if !ignored.is_empty() {
        report.note(Note::new(1, "import.columns_ignored", format!("columns are not read: {}", ignored.join(", "))), ignored.len() as u64);
    }
    report
}
