//! `rounds trial`: a few exported files in, a mirror of the business out.
//!
//! Files are told apart by their header. Accounts come first, then people, territories, contacts and sales, each through the importer
//! that the product has for it; owners whom no user record knows become users without a password, so that their contacts are theirs.
//! Then records that may be one are looked for, and the mirror is made.

pub mod files;
mod mapping;
mod owners;

pub use mapping::Mappings;

use crate::args::{BenchTrial, Trial};
use crate::import::keep;
use crate::{compose, progress, serve};
use rounds_customers::identifiers::EntityKind;
use rounds_customers::matching::{MatchRequest, ask as ask_match};
use rounds_kernel::{Actor, Clock, Error, ErrorKind, JobId, Result, Role, SystemClock, Time};
use rounds_measure::trial::{NoteFiles, TrialFile, ask as ask_mirror};
use rounds_platform::imports::{Ask, Fit, ImportReport, Importers, ask, fit, folded, header_of_text, run_job};
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
    let mappings = Mappings::read(&runner, a.mapping.as_deref(), a.days.as_deref()).await?;
    let took = make_by(&runner, &a.dir, &mappings, &SystemClock).await?;
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

/// Imports the files of `dir` by their headers, looks for duplicates, makes the mirror.
///
/// # Errors
/// `trial.no_files` when the folder holds no file that can be read; those of the database.
pub async fn make(runner: &Runner, dir: &Path, clock: &dyn Clock) -> Result<Vec<Stage>> {
    make_by(runner, dir, &Mappings::default(), clock).await
}

/// The same, with what was said about the files.
///
/// # Errors
/// Those of [`make`].
pub async fn make_by(runner: &Runner, dir: &Path, mappings: &Mappings, clock: &dyn Clock) -> Result<Vec<Stage>> {
    let (actor, importers) = (Actor::program("trial"), compose::importers());
    let (fitting, mut told) = sorted(runner, dir, mappings, &importers).await?;
    viewer(runner, &actor).await?;
    let mut stages = Vec::new();
    for (fit, file) in fitting {
        let start = clock.now();
        let (name, kind) = (name_of(&file), fit.kind.clone());
        told.push(read_so(&name, &fit));
        match bring_in(runner, &actor, &importers, (&name, &file), fit).await {
            Ok(report) => {
                println!("  ✓ {name} ({kind}): {}", report.summary());
                worth_knowing(&report).iter().for_each(|line| println!("    {line}"));
                stages.push(Stage { what: kind, rows: report.read, seconds: seconds(start, clock.now()), report: Some(report) });
            }
            // A file that is refused as a whole stops no other; what cannot be told from it is said.
            Err(e) if e.kind == ErrorKind::Invalid => {
                told.pop();
                told.push(left_out(&name, &e));
            }
            Err(e) => return Err(e),
        }
    }
    runner.run(&actor, NoteFiles { files: told }).await?;
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

fn name_of(file: &Path) -> String {
    file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
}

/// One file into the record.
async fn bring_in(runner: &Runner, actor: &Actor, importers: &Importers, (name, file): (&str, &Path), fit: Fit) -> Result<ImportReport> {
    let owners = fit.read.iter().find(|(ours, _)| *ours == owners::OWNER).map(|(_, theirs)| theirs.as_str());
    owners::welcome(runner, actor, owners, file).await?;
    let kept = keep(runner, actor, file, name).await?;
    let job = ask(runner, actor, importers, kept, Ask { kind: Some(fit.kind.clone()), mapping: fit.mapping, dry_run: false }).await?;
    let (bar, tell) = progress::bar(name);
    let report = run_job(runner, actor, importers, JobId(job.id), tell).await;
    bar.finish_and_clear();
    report
}

/// How a file was read, for the mirror.
fn read_so(name: &str, fit: &Fit) -> TrialFile {
    let others: Vec<String> = fit
        .read
        .iter()
        .filter(|(ours, theirs)| folded(ours) != folded(theirs))
        .map(|(ours, theirs)| format!("{theirs} as {}", ours.replace('_', " ")))
        .collect();
    TrialFile {
        file: name.into(),
        kind: fit.kind.clone(),
        others: others.len() as i64,
        other_names: others.join(", "),
        unread_columns: fit.unread.len() as i64,
        unread: fit.unread.join(", "),
        ..TrialFile::default()
    }
}

/// A file that is not read, said at once and kept for the mirror.
fn left_out(name: &str, e: &Error) -> TrialFile {
    let remedy = match e.code.as_str() {
        "import.kind_unknown" => {
            format!(
                "Say what it is and which column is which with --mapping FILE: {{\"{name}\": {{\"kind\": \"sale-lines\", \"columns\": {{\"Net Amount\": \"…\"}}}}}}."
            )
        }
        _ => e.remedy.clone(),
    };
    println!("  – {name} is left out: {} {remedy}", e.cause);
    TrialFile { file: name.into(), cause: e.cause.clone(), remedy, ..TrialFile::default() }
}

/// The text files of a folder and how they are read, in the order in which they build on one another; and those that are left out.
async fn sorted(runner: &Runner, dir: &Path, mappings: &Mappings, importers: &Importers) -> Result<(Vec<(Fit, PathBuf)>, Vec<TrialFile>)> {
    let unreadable = |e: std::io::Error| {
        let cause = format!("The folder {} cannot be read: {e}.", dir.display());
        Error::invalid("trial.folder", cause, "Give the folder that holds the exported files.")
    };
    let (mut found, mut out) = (Vec::new(), Vec::new());
    let entries = std::fs::read_dir(dir).and_then(|all| all.map(|e| e.map(|e| e.path())).collect::<std::io::Result<Vec<_>>>());
    let mut paths = entries.map_err(unreadable)?;
    paths.sort();
    for path in paths.into_iter().filter(|p| p.is_file() && !name_of(p).starts_with('.')) {
        let (name, end) = (name_of(&path), path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default());
        match end.as_str() {
            "csv" | "tsv" | "txt" => {}
            "xlsx" | "xls" | "parquet" => {
                let cause = format!("A trial reads text files; {name} is none.");
                out.push(left_out(&name, &Error::invalid("trial.format", cause, "Save it as CSV, or read it with rounds import.")));
                continue;
            }
            _ => continue,
        }
        match fitting(runner, mappings, importers, &name, &head(&path).map_err(unreadable)?).await {
            Ok(fit) => found.push((fit, path)),
            Err(e) if e.kind == ErrorKind::Invalid => out.push(left_out(&name, &e)),
            Err(e) => return Err(e),
        }
    }
    if found.is_empty() {
        let cause = format!("{} holds no exported file that can be read.", dir.display());
        let remedy = "Export accounts, people, calls and orders as CSV with a header line into it.";
        return Err(Error::invalid("trial.no_files", cause, remedy));
    }
    found.sort_by_key(|(fit, path)| (ORDER.iter().position(|k| *k == fit.kind).unwrap_or(ORDER.len()), path.clone()));
    Ok((found, out))
}

async fn fitting(runner: &Runner, mappings: &Mappings, importers: &Importers, name: &str, head: &[u8]) -> Result<Fit> {
    let header = header_of_text(head)?;
    let (kind, mapping) = mappings.of(runner, name, &header).await?;
    fit(importers, kind.as_deref(), &header, mapping)
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
