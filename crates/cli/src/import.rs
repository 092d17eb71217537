//! `rounds import`: files into the record, with what was rejected and why; dry runs; imports taken back.

use crate::args::Import;
use crate::{compose, progress};
use rounds_kernel::{Actor, Error, JobId, Result, SystemClock};
use rounds_platform::imports::{Ask, DayOrder, ImportReport, Incoming, Mapping, Preview, ask, run_job, run_undo};
use rounds_store::Runner;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub(crate) async fn run(a: Import) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let actor = Actor::program("command line");
    if let Some(job) = a.undo {
        let (bar, tell) = progress::bar("taking back");
        let report = run_undo(&runner, &actor, compose::undo_work(), JobId(job), tell).await;
        bar.finish_and_clear();
        let report = report?;
        println!("import {job}: {}", report.summary());
        report.reasons.iter().for_each(|r| println!("  {r}"));
        return Ok(());
    }
    let importers = compose::importers();
    for file in &a.files {
        let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let kept = keep(&runner, &actor, file, &name).await?;
        let how = Ask { kind: a.kind.clone(), mapping: mapping(&a, &runner).await?, dry_run: a.dry_run };
        let job = ask(&runner, &actor, &importers, kept, how).await?;
        let (bar, tell) = progress::bar(&name);
        let report = run_job(&runner, &actor, &importers, JobId(job.id), tell).await;
        bar.finish_and_clear();
        show(&name, job.id, &report?);
    }
    if a.dry_run { Ok(()) } else { runner.db.optimise().await }
}

/// What was said about the files: a mapping saved on the import's page or written in a JSON file, and the options beside it.
async fn mapping(a: &Import, runner: &Runner) -> Result<Mapping> {
    let mut mapping = match &a.mapping {
        Some(named) if Path::new(named).is_file() => {
            let text = std::fs::read_to_string(named).map_err(|e| unreadable(Path::new(named), &e))?;
            serde_json::from_str(&text).map_err(|e| {
                let cause = format!("{named} is no mapping: {e}.");
                Error::invalid("import.mapping_unclear", cause, "Write it as JSON, e.g. {\"columns\": {\"account_id\": \"Customer\"}}.")
            })?
        }
        Some(named) => rounds_platform::imports::saved_mapping(&runner.db, named).await?,
        None => Mapping::default(),
    };
    mapping.days = day_order(a.days.as_deref())?.or(mapping.days);
    mapping.sheet = a.sheet.clone().or(mapping.sheet);
    Ok(mapping)
}

/// What was said about the order of days.
///
/// # Errors
/// `import.days_option`.
pub(crate) fn day_order(days: Option<&str>) -> Result<Option<DayOrder>> {
    let Some(days) = days else { return Ok(None) };
    let unknown =
        || Error::invalid("import.days_option", format!("“{days}” is no order of days."), "Use --days day-first or --days month-first.");
    DayOrder::parse(days).ok_or_else(unknown).map(Some)
}

pub(crate) fn unreadable(file: &Path, e: &std::io::Error) -> Error {
    Error::invalid("import.unreadable", format!("The file {} cannot be read: {e}.", file.display()), "Check the path and its permissions.")
}

/// Keeps a file, a piece at a time.
pub(crate) async fn keep(runner: &Runner, actor: &Actor, file: &Path, name: &str) -> Result<rounds_platform::imports::FileInfo> {
    let mut source = std::fs::File::open(file).map_err(|e| unreadable(file, &e))?;
    let mut incoming = Incoming::open(actor)?;
    let mut piece = vec![0; 1 << 20];
    loop {
        let count = source.read(&mut piece).map_err(|e| unreadable(file, &e))?;
        if count == 0 {
            return incoming.close(runner, actor, name).await;
        }
        incoming.take(runner, piece.get(..count).unwrap_or_default()).await?;
    }
}

fn show(name: &str, job: i64, report: &ImportReport) {
    println!("{name}: {} (import {job})", report.summary());
    for note in &report.notes {
        println!("  {}", serde_json::to_string(note).unwrap_or_default());
    }
    for r in &report.rejects {
        println!("  line {}: {} {} [{}]", r.line, r.cause, r.remedy, r.code);
    }
    if report.rejected > report.rejects.len() as u64 {
        println!("  … and {} more; all are on the import's page", report.rejected - report.rejects.len() as u64);
    }
    if let Some(preview) = &report.preview {
        show_preview(preview);
    }
}

fn show_preview(p: &Preview) {
    println!(
        "  dry run, nothing was kept: {} rows would be new, {} would change, {} would go, {} entries on timelines",
        p.creates, p.changes, p.removals, p.facts
    );
    for row in p.changed.iter().take(20) {
        let fields: Vec<String> = row.fields.iter().map(|(f, old, new)| format!("{f}: {old} → {new}")).collect();
        println!("  change {} {}: {}", row.place, row.name, fields.join("; "));
    }
    for row in p.created.iter().take(20) {
        println!("  new {} {}", row.place, row.name);
    }
}
