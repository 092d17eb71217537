//! A dry run: the whole file is worked off where nothing of it is kept, and shown.
//!
//! On SQLite this happens in a copy of the database, on PostgreSQL in one transaction that is given up: either way every chunk sees
//! what the ones before it did, and nobody else sees anything.

use super::super::commands::{Chunked, FinishFile, JobInput, Position, WriteChunk};
use super::super::model::{Preview, Shown};
use super::super::{ImportReport, Importers};
use super::{Reading, done, importer_of, opening};
use rounds_kernel::{Actor, Error, JobId, Permission, Result};
use rounds_store::journal::{self, Change};
use rounds_store::{Command, FromQueryResult, Query, Runner, Tx, args, jobs};
use serde::Serialize;
use std::path::PathBuf;

/// Tells how far a dry run is, in the job itself.
#[derive(Serialize)]
struct Progressed {
    job: JobId,
    done: i64,
    total: i64,
    message: String,
}

impl Command for Progressed {
    const NAME: &'static str = "import.dry_run_progress";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        // No position is kept: a dry run that was stopped begins again.
        jobs::checkpoint(tx, self.job, &serde_json::Value::Null, self.done, self.total, &self.message).await
    }
}

pub(super) async fn rehearse(
    runner: &Runner,
    actor: &Actor,
    importers: &Importers,
    job: JobId,
    (input, path): (JobInput, PathBuf),
    progress: &(dyn Fn(i64, i64, &str) + Send + Sync),
) -> Result<ImportReport> {
    let importer = importer_of(importers, &input.importer)?;
    let mut at = Position::default();
    let mut reading = Reading::start(importers, &input.importer, path, input.mapping, &at).await?;
    at.report = opening(importer, &input.file, &reading.ignored);
    let own = importer.for_one_file();
    let writer = own.as_deref().unwrap_or(importer);
    let mut stage = runner.rehearse(actor).await?;
    let mut preview = Preview::default();
    let mut told = 0;
    loop {
        let chunks = reading.next(1).await?;
        if chunks.is_empty() {
            break;
        }
        let done = done(&at, &chunks);
        let how = Chunked { job, file: input.file.clone(), from: at, done, total: reading.total, rehearsed: true };
        at = stage.run(WriteChunk { how, importer: writer, chunks }).await?;
        look(stage.tx(), job, &mut preview).await?;
        progress(done, reading.total, &at.report.summary());
        if at.records >= told + 5_000 {
            told = at.records;
            let message = format!("Dry run: {}", at.report.summary());
            runner.run(actor, Progressed { job, done, total: reading.total, message }).await?;
        }
    }
    let finish = FinishFile { job, file: input.file.clone(), at, lines: 1, importer: writer, rehearsed: true };
    at = stage.run(finish).await?;
    look(stage.tx(), job, &mut preview).await?;
    stage.give_up().await?;
    at.report.preview = Some(preview);
    Ok(at.report)
}

#[derive(FromQueryResult)]
struct FactShown {
    kind: String,
    occurred_at: i64,
    body: serde_json::Value,
}

/// Takes over what the last step changed, as long as there is room, and forgets it.
async fn look(tx: &mut Tx, job: JobId, preview: &mut Preview) -> Result<()> {
    let facts = tx.facts_written();
    if preview.facts == 0 && facts.count > 0 {
        let sql = "SELECT kind, occurred_at, body FROM fact WHERE id BETWEEN $1 AND $2 ORDER BY id LIMIT $3";
        for f in tx.all::<FactShown>(sql, args![facts.first, facts.last, Preview::SHOWN as i64]).await? {
            let at = rounds_kernel::Time(f.occurred_at).rfc3339();
            let fields = f.body.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), String::new(), plain(v)));
            preview.created.push(Shown { place: f.kind, name: at, fields: fields.collect() });
        }
    }
    preview.facts = facts.count;
    let mut changes = journal::of_job(tx, job, i64::MAX, 20_000).await?;
    changes.reverse();
    for change in changes {
        preview.add(shown(&change).ok_or_else(|| Error::internal("a change without a row"))?);
    }
    journal::forget(tx, job).await
}

fn plain(v: &serde_json::Value) -> String {
    v.as_str().map_or_else(|| if v.is_null() { String::new() } else { v.to_string() }, str::to_owned)
}

fn shown(change: &Change) -> Option<(char, Shown)> {
    let row = change.row_after.as_ref().or(change.row_before.as_ref())?;
    let name = ["name", "value", "source_key", "id"].iter().find_map(|k| row.get(k)).map(plain).unwrap_or_default();
    let old = |k: &str| change.row_before.as_ref().and_then(|r| r.get(k)).map(plain).unwrap_or_default();
    let new = |k: &str| change.row_after.as_ref().and_then(|r| r.get(k)).map(plain).unwrap_or_default();
    let fields = row.as_object()?.keys().map(|k| (k.clone(), old(k), new(k))).filter(|(_, old, new)| old != new);
    Some((change.op.chars().next()?, Shown { place: change.place.clone(), name, fields: fields.collect() }))
}
