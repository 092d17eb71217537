//! The work of an import, for the server's worker and for the command line.

use super::commands::{FinishFile, JobInput, Position, WriteChunk};
use super::import::Scanner;
use super::{CHUNK, FileInfo, ImportReport, Importer, Importers, JOB_KIND, Note, receive, store};
use crate::jobs::{Context, Report, Work, run_now};
use rounds_kernel::{Actor, Error, JobId, Result};
use rounds_store::Runner;
use rounds_store::jobs::JobRow;
use std::io::{BufRead, BufReader};
use std::sync::Arc;

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
/// The whole file is refused (see [`receive`]), or another process is working on it.
pub async fn run_import(
    runner: &Runner,
    actor: &Actor,
    importers: &Importers,
    (kind, name, bytes): (Option<&str>, &str, &[u8]),
    progress: Tell,
) -> Result<ImportReport> {
    let job = receive(runner, actor, importers, kind, name, bytes).await?;
    let work: Arc<dyn Work> = Arc::new(ImportWork { importers: importers.clone() });
    let report = run_now(runner, actor, &[work], JobId(job.id), progress).await?;
    serde_json::from_value(report).map_err(Error::internal)
}

/// Who is told how far it is: units done, units in all, one sentence.
pub type Tell = Arc<dyn Fn(i64, i64, &str) + Send + Sync>;

type Content<'a> = BufReader<zstd::Decoder<'a, &'a [u8]>>;

fn open(content: &[u8]) -> Result<Content<'_>> {
    Ok(BufReader::new(zstd::Decoder::with_buffer(content).map_err(Error::internal)?))
}

fn count_lines(content: &[u8]) -> Result<i64> {
    let mut bytes = open(content)?;
    let mut lines = 0;
    loop {
        let part = bytes.fill_buf().map_err(Error::internal)?;
        if part.is_empty() {
            return Ok(lines);
        }
        lines += part.iter().filter(|b| **b == b'\n').count() as i64;
        let used = part.len();
        bytes.consume(used);
    }
}

async fn import(
    runner: &Runner,
    actor: &Actor,
    importers: &[Box<dyn Importer>],
    job: &JobRow,
    progress: &(dyn Fn(i64, i64, &str) + Send + Sync),
) -> Result<ImportReport> {
    let input: JobInput = serde_json::from_str(&job.input).map_err(Error::internal)?;
    let importer = importers.iter().find(|i| i.kind() == input.importer).map(AsRef::as_ref).ok_or_else(|| {
        Error::invalid(
            "import.kind_unknown",
            format!("This release reads no files of kind “{}”.", input.importer),
            "Import it with the release that took it.",
        )
    })?;
    let content = store::content(&runner.db, &input.file.hash).await?;
    let lines = count_lines(&content)?;
    let mut scanner = Scanner::open(open(&content)?, importer, &input.mapping)?;
    let mut at: Position = job.position();
    if at.records == 0 {
        at.report = opening(importer, &input.file, &scanner.ignored());
    }
    scanner.skip(at.records)?;
    loop {
        let chunk = scanner.chunk(CHUNK)?;
        if chunk.read == 0 {
            break;
        }
        let line = chunk.line as i64;
        let written = WriteChunk { job: JobId(job.id), file: input.file.clone(), from: at, lines, importer, chunk };
        at = runner.run(actor, written).await?;
        progress(line.min(lines), lines, &at.report.summary());
    }
    // A run that stopped between the two finishes again: finishing says the same twice.
    let finish = FinishFile { job: JobId(job.id), file: input.file.clone(), at, lines, importer };
    Ok(runner.run(actor, finish).await?.report)
}

fn opening(importer: &dyn Importer, file: &FileInfo, ignored: &[&str]) -> ImportReport {
    let mut report = ImportReport { kind: importer.kind().into(), file: file.name.clone(), ..ImportReport::default() };
    if !ignored.is_empty() {
        report.note(Note::new(1, "import.columns_ignored", format!("columns are not read: {}", ignored.join(", "))), ignored.len() as u64);
    }
    report
}
