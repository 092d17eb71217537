//! Taking an import back: what it created goes unless something later hangs on it, what it changed gets its former values unless
//! somebody changed them since, what it took out comes back. What stays is listed with the reason.

use super::super::commands::JobInput;
use super::super::{Follows, Importer, Importers, JOB_KIND, Touched, store};
use super::importer_of;
use crate::jobs::{Context, Report, Work, run_now};
use rounds_kernel::{Actor, Error, JobId, Permission, Result};
use rounds_store::jobs::{Enqueue, JobRow, checkpoint, get};
use rounds_store::journal::{self, Change, Shape};
use rounds_store::repoint::Link;
use rounds_store::{Command, Query, Runner, Tx, args};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Kind of the jobs that take imports back.
pub const UNDO_KIND: &str = "import_undo";

/// Changes a transaction.
const STEP: u64 = 500;

/// What became of taking an import back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoReport {
    /// Rows that the import had added and that are gone.
    pub removed: u64,
    /// Rows that have their former values again, or are back.
    pub restored: u64,
    /// Facts that are gone.
    pub facts: u64,
    /// Rows that stay as the import left them.
    pub kept: u64,
    /// The first of those, with the reason.
    pub reasons: Vec<String>,
}

impl UndoReport {
    const REASONS: usize = 100;

    fn keep(&mut self, reason: String) {
        self.kept += 1;
        if self.reasons.len() < Self::REASONS {
            self.reasons.push(reason);
        }
    }

    /// One sentence.
    pub fn summary(&self) -> String {
        format!(
            "Taken back: {} rows removed, {} put back, {} entries of timelines removed, {} rows stay",
            self.removed, self.restored, self.facts, self.kept
        )
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Position {
    facts_done: bool,
    before: Option<i64>,
    report: UndoReport,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Input {
    import: i64,
}

/// Asks that an import be taken back.
#[derive(Debug, Serialize)]
pub struct UndoImport {
    /// The import's job.
    pub job: JobId,
}

impl Command for UndoImport {
    const NAME: &'static str = "import.undo";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = JobRow;

    async fn run(self, tx: &mut Tx) -> Result<JobRow> {
        let job = get(tx, self.job).await?.filter(|j| j.kind == JOB_KIND).ok_or_else(|| Error::not_found("import"))?;
        if matches!(job.state.as_str(), "queued" | "running") {
            return Err(Error::conflict(
                "import.still_running",
                "The import is still running. Nothing was changed.",
                "Stop it first, or wait for its end.",
            ));
        }
        if store::undone(tx, self.job).await? {
            return Err(Error::conflict(
                "import.undone_already",
                "This import has been taken back already.",
                "Import the file again to have its rows back.",
            ));
        }
        let input = serde_json::to_value(Input { import: self.job.0 }).map_err(Error::internal)?;
        Enqueue { kind: UNDO_KIND.into(), input_key: self.job.0.to_string(), input }.run(tx).await
    }
}

/// Taking imports back as a kind of job.
pub struct UndoWork {
    /// All importers of the program.
    pub importers: Importers,
    /// Every column that points at a record: the record's table, and where rows point at it.
    pub links: Vec<(&'static str, Link)>,
    /// What is made again from what is left.
    pub follows: Arc<dyn Follows>,
}

#[async_trait::async_trait]
impl Work for UndoWork {
    fn kind(&self) -> &'static str {
        UNDO_KIND
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let Input { import } = serde_json::from_str(&context.job.input).map_err(Error::internal)?;
        let job = get(&context.runner.db, JobId(import)).await?.ok_or_else(|| Error::not_found("import"))?;
        let input: JobInput = serde_json::from_str(&job.input).map_err(Error::internal)?;
        let importer = importer_of(&self.importers, &input.importer)?;
        let shapes = journal::shapes(&context.runner.db).await?;
        let mut at: Position = context.job.position();
        let ids = (JobId(import), JobId(context.job.id));
        while at.before != Some(0) {
            let step = UndoStep { ids, at, importer, shapes: &shapes, work: self };
            at = context.runner.run(&context.actor, step).await?;
            (context.progress)(0, 0, &at.report.summary());
        }
        serde_json::to_value(at.report).map_err(Error::internal)
    }
}

/// Takes an import back here and now.
///
/// # Errors
/// It is still running, or was taken back already.
pub async fn run_undo(runner: &Runner, actor: &Actor, work: UndoWork, job: JobId, tell: super::Tell) -> Result<UndoReport> {
    let asked = runner.run(actor, UndoImport { job }).await?;
    let work: Arc<dyn Work> = Arc::new(work);
    let report = run_now(runner, actor, &[work], JobId(asked.id), tell).await?;
    serde_json::from_value(report).map_err(Error::internal)
}

#[derive(Serialize)]
struct UndoStep<'a> {
    ids: (JobId, JobId),
    at: Position,
    #[serde(skip)]
    importer: &'a dyn Importer,
    #[serde(skip)]
    shapes: &'a BTreeMap<String, Shape>,
    #[serde(skip)]
    work: &'a UndoWork,
}

impl Command for UndoStep<'_> {
    const NAME: &'static str = "import.undo_step";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = Position;

    fn audit_view(&self) -> Json {
        serde_json::json!({ "import": self.ids.0, "before": self.at.before, "so_far": self.at.report.summary() })
    }

    async fn run(self, tx: &mut Tx) -> Result<Position> {
        let Self { ids: (import, job), mut at, importer, shapes, work } = self;
        if !at.facts_done {
            let (removed, left) = store::remove_facts(tx, import, 1_000).await?;
            at.report.facts += removed;
            at.facts_done = !left;
        } else {
            let changes = journal::of_job(tx, import, at.before.unwrap_or(i64::MAX), STEP).await?;
            at.before = Some(changes.last().map_or(0, |c| c.id));
            let (mut touched, mut waiting): (Vec<Touched>, usize) = (Vec::new(), 0);
            for change in &changes {
                let Some(shape) = shapes.get(&change.place) else { continue };
                let follows = work.follows.follows(&change.place);
                // What other rows point at goes last: by then no row that only follows may point at it any more.
                if change.op == "i" && !follows && work.links.iter().any(|(table, _)| *table == change.place) {
                    work.follows.make_again(tx, touched.get(waiting..).unwrap_or_default()).await?;
                    waiting = touched.len();
                }
                if follows || back(tx, change, shape, &work.links, &mut at.report).await? {
                    touched.extend(touched_by(change));
                }
            }
            work.follows.make_again(tx, touched.get(waiting..).unwrap_or_default()).await?;
            touched.sort_by(|a, b| (&a.table, a.id).cmp(&(&b.table, b.id)));
            touched.dedup_by(|a, b| (&a.table, a.id) == (&b.table, b.id));
            importer.taken_back(tx, &touched).await?;
            if changes.is_empty() {
                store::mark_undone(tx, import, job).await?;
            }
        }
        tx.note(at.report.summary());
        checkpoint(tx, job, &at, 0, 0, &at.report.summary()).await?;
        Ok(at)
    }
}

fn touched_by(change: &Change) -> Option<Touched> {
    let row = change.row_after.as_ref().or(change.row_before.as_ref())?;
    Some(Touched { table: change.place.clone(), id: row["id"].as_i64().unwrap_or(0), row: row.clone() })
}

fn name(change: &Change, row: &Json) -> String {
    let called = ["name", "value", "source_key", "id"].iter().find_map(|k| row.get(k).filter(|v| !v.is_null()));
    let called = called.map_or_else(String::new, |v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
    format!("{} “{called}”", change.place.replace('_', " "))
}

/// Takes one change back; says whether the row is as it was.
async fn back(tx: &mut Tx, change: &Change, shape: &Shape, links: &[(&'static str, Link)], report: &mut UndoReport) -> Result<bool> {
    match (change.op.as_str(), &change.row_before, &change.row_after) {
        ("i", _, Some(after)) => {
            let Some(now) = journal::now(tx, &change.place, shape, after).await? else { return Ok(false) };
            if differs(shape, &now, after) {
                report.keep(format!("{} was changed since", name(change, after)));
                return Ok(false);
            }
            if let Some(where_) = hanging(tx, &change.place, after, links).await? {
                report.keep(format!("{} stays: {where_} points at it", name(change, after)));
                return Ok(false);
            }
            journal::take_out(tx, &change.place, shape, after).await?;
            report.removed += 1;
        }
        ("u", Some(before), Some(after)) => {
            let Some(now) = journal::now(tx, &change.place, shape, after).await? else { return Ok(false) };
            let changed = shape.columns.iter().filter(|c| before[c.as_str()] != after[c.as_str()]);
            let (same, since): (Vec<&String>, Vec<&String>) = changed.partition(|c| now[c.as_str()] == after[c.as_str()]);
            if !since.is_empty() {
                let fields = since.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(", ");
                report.keep(format!("{}: {fields} changed since", name(change, after)));
            }
            if same.is_empty() {
                return Ok(false);
            }
            journal::put_back(tx, &change.place, shape, before, &same.into_iter().cloned().collect::<Vec<_>>()).await?;
            report.restored += 1;
        }
        ("d", Some(before), _) => {
            if journal::now(tx, &change.place, shape, before).await?.is_some() {
                return Ok(false);
            }
            journal::put_in(tx, &change.place, shape, before).await?;
            report.restored += 1;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn differs(shape: &Shape, now: &Json, after: &Json) -> bool {
    shape.columns.iter().any(|c| now[c.as_str()] != after[c.as_str()])
}

/// Where another row points at this one, if one does.
async fn hanging(tx: &Tx, place: &str, row: &Json, links: &[(&'static str, Link)]) -> Result<Option<String>> {
    let Some(id) = row["id"].as_i64() else { return Ok(None) };
    for (_, link) in links.iter().filter(|(table, link)| *table == place && link.table != "account_scope") {
        let kind = link.kind.map_or(String::new(), |(column, value)| format!(" AND {column} = '{value}'"));
        let sql = format!("SELECT COUNT(*) FROM (SELECT 1 AS one FROM {} WHERE {} = $1{kind} LIMIT 1) AS found", link.table, link.column);
        if tx.number(&sql, args![id]).await? > 0 {
            return Ok(Some(link.table.replace('_', " ")));
        }
    }
    Ok(None)
}
