//! The end of a file: what only the whole of it can say.

use super::Position;
use crate::imports::{FileInfo, Importer, store};
use rounds_kernel::{JobId, Permission, Result};
use rounds_store::{Command, Tx, jobs, journal};
use serde::Serialize;

/// Lets the importer finish a file whose rows are all written.
#[derive(Serialize)]
pub(in crate::imports) struct FinishFile<'a> {
    /// The job.
    pub job: JobId,
    /// The file.
    pub file: FileInfo,
    /// Where its rows ended.
    pub at: Position,
    /// Lines of the file, for progress.
    pub lines: i64,
    /// Part of a dry run: no position is kept.
    pub rehearsed: bool,
    /// Who reads it.
    #[serde(skip)]
    pub importer: &'a dyn Importer,
}

impl Command for FinishFile<'_> {
    const NAME: &'static str = "import.finish_file";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = Position;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "job": self.job, "file": self.file.name, "records": self.at.records })
    }

    async fn run(self, tx: &mut Tx) -> Result<Position> {
        let Self { job, file, mut at, lines, importer, rehearsed } = self;
        journal::watch(tx, job).await?;
        let report = importer.finish(tx, &file).await?;
        journal::unwatch(tx).await?;
        at.report.add(0, report);
        if rehearsed {
            return Ok(at);
        }
        store::keep_facts(tx, job).await?;
        jobs::checkpoint(tx, job, &at, lines, lines, &format!("{}: {}", importer.title(), at.report.summary())).await?;
        Ok(at)
    }
}
