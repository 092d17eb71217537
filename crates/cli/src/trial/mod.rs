//! `rounds trial`: a few exported files in, a mirror of the business out.
//!
//! Files are told apart by their header. Accounts come first, then people, territories, contacts and sales, each through the importer
//! that the product has for it; owners whom no user record knows become users without a password, so that their contacts are theirs.
//! Then records that may be one are looked for, and the mirror is made.

pub mod files;
mod owners;

use crate::args::{BenchTrial, Trial};
use crate::import::keep;
use crate::{compose, progress, serve};
use rounds_customers::identifiers::EntityKind;
use rounds_customers::matching::{MatchRequest, ask as ask_match};
use rounds_kernel::{Actor, Clock, Error, JobId, Result, Role, SystemClock, Time};
use rounds_measure::trial::ask as ask_mirror;
use rounds_platform::imports::{Ask, ImportReport, Importers, ask, guess, run_job};
use rounds_platform::jobs::run_now;
use rounds_platform::users::CreateUser;
use rounds_store::{Query, Runner};
use rounds_web::WebConfig;
use rounds_web::components::DemoUser;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Known to this process alone, which listens on 127.0.0.1 alone; no hash of it is ever stored.
const PASSWORD: &str = "rounds-trial";
const VIEWER: &str = "operations@trial.example";

/// The order in which kinds of files build on one another; what is not named comes last.
const ORDER: &[&str] = &["product-catalogue", "accounts", "people", "coverage", "erp-parties", "contacts", "sale-lines"];

pub(crate) async fn run(a: Trial) -> Result<()> {
    let address = format!("127.0.0.1:{}", a.port);
    let listener = if a.no_serve { None } else { Some(serve::listen(&address).await?) };
    let database = a.database.unwrap_or_else(|| beside(&a.dir));
    println!("\nReading {} into {}", a.dir.display(), database.display());
    let runner = compose::open(&database.to_string_lossy(), Arc::new(SystemClock)).await?;
    let took = make(&runner, &a.dir, &SystemClock).await?;
    let all: f64 = took.iter().map(|t| t.seconds).sum();
    println!("\nThe mirror is made, {all:.0} seconds after the first file was opened.");
    summary(&runner).await?;
    let Some(listener) = listener else {
        println!("\nSee it: rounds trial {} --database {}, then /trial.", a.dir.display(), database.display());
        return Ok(());
    };
    let viewer = DemoUser { name: "Trial".into(), role: Role::Operations.label().into(), email: VIEWER.into(), password: PASSWORD.into() };
    println!("\nOpen http://{address}/trial and sign in as {VIEWER} (password: {PASSWORD}). Stop with Ctrl-C.\n");
    let config = WebConfig { demo: vec![viewer], ..WebConfig::default() };
    serve::serve(&database.to_string_lossy(), runner, listener, config, Some(PASSWORD.into())).await
}

fn beside(dir: &Path) -> PathBuf {
    let name = dir.file_name().map_or_else(|| "trial".to_owned(), |n| n.to_string_lossy().into_owned());
    dir.with_file_name(format!("{name}-trial.db"))
}

/// One stage of a trial.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What was done.
    pub what: String,
    /// Rows read, records compared, or rows found.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
    /// The import's report, where it was one.
    pub report: Option<ImportReport>,
}

/// Imports the files of `dir`, looks for duplicates, makes the mirror.
///
/// # Errors
/// `trial.no_files` when the folder holds no file that can be read; those of the database.
pub async fn make(runner: &Runner, dir: &Path, clock: &dyn Clock) -> Result<Vec<Stage>> {
    let (actor, importers) = (Actor::program("trial"), compose::importers());
    let files = sorted(dir, &importers)?;
    viewer(runner, &actor).await?;
    let mut stages = Vec::new();
    for (kind, file) in &files {
        let start = clock.now();
        let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        owners::welcome(runner, &actor, &importers, kind, file).await?;
        let kept = keep(runner, &actor, file, &name).await?;
        let job = ask(runner, &actor, &importers, kept, Ask { kind: Some(kind.clone()), ..Ask::default() }).await?;
        let (bar, tell) = progress::bar(&name);
        let report = run_job(runner, &actor, &importers, JobId(job.id), tell).await;
        bar.finish_and_clear();
        let report = report?;
        println!("  ✓ {name} ({kind}): {}", report.summary());
        worth_knowing(&report).iter().for_each(|line| println!("    {line}"));
        stages.push(Stage { what: kind.clone(), rows: report.read, seconds: seconds(start, clock.now()), report: Some(report) });
    }
    runner.db.optimise().await?;
    for kind in [EntityKind::Account, EntityKind::Person] {
        let start = clock.now();
        let job = ask_match(runner, &actor, &MatchRequest { kind, all: true }).await?;
        let report = work(runner, &actor, job.id, &format!("Match {}", kind.plural())).await?;
        let (rows, pairs) = (report["records"].as_u64().unwrap_or_default(), report["pairs"].as_u64().unwrap_or_default());
        println!("  ✓ {rows} {} compared: {pairs} pairs may be one", kind.plural());
        stages.push(Stage { what: format!("match {}", kind.plural()), rows, seconds: seconds(start, clock.now()), report: None });
    }
    let start = clock.now();
    let job = ask_mirror(runner, &actor).await?;
    let report = work(runner, &actor, job.id, "Mirror").await?;
    let rows = report["rows"].as_u64().unwrap_or_default();
    stages.push(Stage { what: "mirror".into(), rows, seconds: seconds(start, clock.now()), report: None });
    Ok(stages)
}

/// What a reader should know of one file: columns that were not read, and why lines were rejected, the commonest reason first.
fn worth_knowing(report: &ImportReport) -> Vec<String> {
    let mut out: Vec<String> = report.notes.iter().map(|n| format!("{} {}", n.count, n.text)).collect();
    let mut reasons: std::collections::BTreeMap<&str, (usize, &rounds_kernel::RowReject)> = std::collections::BTreeMap::new();
    report.rejects.iter().for_each(|r| reasons.entry(r.code.as_str()).or_insert((0, r)).0 += 1);
    let mut reasons: Vec<_> = reasons.into_values().collect();
    reasons.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    out.extend(
        reasons.iter().take(3).map(|(_, r)| format!("! line {} and others like it were rejected: {} {}", r.line, r.cause, r.remedy)),
    );
    out
}

async fn work(runner: &Runner, actor: &Actor, job: i64, title: &str) -> Result<serde_json::Value> {
    let (bar, tell) = progress::bar(title);
    let report = run_now(runner, actor, &compose::works(), JobId(job), tell).await;
    bar.finish_and_clear();
    report
}

fn seconds(from: Time, to: Time) -> f64 {
    (to.0 - from.0) as f64 / 1e6
}

/// The text files of a folder with their kinds, in the order in which they build on one another. Files of no known kind are said.
fn sorted(dir: &Path, importers: &Importers) -> Result<Vec<(String, PathBuf)>> {
    let unreadable = |e: std::io::Error| {
        Error::invalid(
            "trial.folder",
            format!("The folder {} cannot be read: {e}.", dir.display()),
            "Give the folder that holds the exported files.",
        )
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let end = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        if !["csv", "tsv", "txt"].contains(&end.as_str()) {
            continue;
        }
        match guess(importers, None, &head(&path).map_err(unreadable)?) {
            Ok(importer) => found.push((importer.kind().to_owned(), path)),
            Err(e) => println!("  – {} is left out: {}", path.display(), e.cause),
        }
    }
    if found.is_empty() {
        let cause = format!("{} holds no exported file that can be read.", dir.display());
        return Err(Error::invalid(
            "trial.no_files",
            cause,
            "Export accounts, people, calls and orders as CSV with a header line into it.",
        ));
    }
    found.sort_by_key(|(kind, path)| (ORDER.iter().position(|k| k == kind).unwrap_or(ORDER.len()), path.clone()));
    Ok(found)
}

/// The first lines of a file.
pub(super) fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = vec![0; 64 << 10];
    let mut file = std::fs::File::open(path)?;
    let mut len = 0;
    while len < head.len() {
        match file.read(&mut head[len..])? {
            0 => break,
            n => len += n,
        }
    }
    head.truncate(len);
    if len == 64 << 10 {
        let whole = head.iter().rposition(|b| *b == b'\n').map_or(len, |i| i + 1);
        head.truncate(whole);
    }
    Ok(head)
}

/// Who may look at the mirror on this computer.
async fn viewer(runner: &Runner, actor: &Actor) -> Result<()> {
    let user = CreateUser {
        email: VIEWER.into(),
        name: "Trial".into(),
        role: Role::Operations,
        manager_email: None,
        zone: "UTC".into(),
        weekly_minutes: 0,
    };
    runner.run(actor, user).await.map(|_| ())
}

async fn summary(runner: &Runner) -> Result<()> {
    for (what, sql) in [
        ("ship-tos that stand for no account", "SELECT COUNT(*) FROM trial_row WHERE finding = 'unmapped'"),
        ("pairs of accounts that may be one", "SELECT COUNT(*) FROM trial_row WHERE finding = 'duplicate-accounts'"),
        ("accounts with value and no contact", "SELECT COUNT(*) FROM trial_row WHERE finding = 'uncovered'"),
        ("times two owners contacted one person on one day", "SELECT COUNT(*) FROM trial_row WHERE finding = 'same-day'"),
        ("systems that cross the borders of owners", "SELECT COUNT(*) FROM trial_row WHERE finding = 'borders'"),
    ] {
        println!("  {:>9}  {what}", runner.db.number(sql, vec![]).await?);
    }
    Ok(())
}

/// Simulates a market, exports it as five files with planted faults, and takes the time of a trial on them.
///
/// # Errors
/// Those of [`make`].
pub async fn bench(a: BenchTrial) -> Result<()> {
    let dir = tempfile::tempdir().map_err(Error::internal)?;
    let folder = dir.path().join("export");
    let written = files::write(&folder, a.accounts, a.rows, a.seed, SystemClock.now().day())?;
    let database = a.database.unwrap_or_else(|| dir.path().join("trial.db").to_string_lossy().into_owned());
    let runner = compose::open(&database, Arc::new(SystemClock)).await?;
    let stages = make(&runner, &folder, &SystemClock).await?;
    summary(&runner).await?;
    let stage = |s: &Stage| serde_json::json!({ "stage": s.what, "rows": s.rows, "seconds": s.seconds });
    let line = serde_json::json!({
        "bench": "trial", "accounts": a.accounts, "seed": a.seed, "rows": written.rows(), "planted": written.planted,
        "seconds": stages.iter().map(|s| s.seconds).sum::<f64>(), "stages": stages.iter().map(stage).collect::<Vec<_>>(),
    });
    println!("{line}");
    Ok(())
}
