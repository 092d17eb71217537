//! `rounds import`: files into the record, with what was rejected and why.

use crate::args::Import;
use crate::{compose, progress};
use rounds_kernel::{Actor, Error, Result, SystemClock};
use rounds_platform::imports::{ImportReport, run_import};
use std::sync::Arc;

pub(crate) async fn run(a: Import) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let importers = compose::importers();
    for file in &a.files {
        let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let bytes = std::fs::read(file).map_err(|e| {
            Error::invalid(
                "import.unreadable",
                format!("The file {} cannot be read: {e}.", file.display()),
                "Check the path and its permissions.",
            )
        })?;
        let (bar, tell) = progress::bar(&name);
        let report = run_import(&runner, &Actor::program("command line"), &importers, (a.kind.as_deref(), &name, &bytes), tell).await;
        bar.finish_and_clear();
        show(&name, &report?);
    }
    runner.db.optimise().await
}

fn show(name: &str, report: &ImportReport) {
    println!("{name}: {}", report.summary());
    for note in &report.notes {
        println!("  {}", serde_json::to_string(note).unwrap_or_default());
    }
    for r in &report.rejects {
        println!("  line {}: {} {} [{}]", r.line, r.cause, r.remedy, r.code);
    }
    if report.rejected > report.rejects.len() as u64 {
        println!("  … and {} more; all are on the import's page", report.rejected - report.rejects.len() as u64);
    }
}
