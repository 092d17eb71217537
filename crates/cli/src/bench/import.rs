//! `rounds bench import`: a company's calls into the ledger with all checks, and what pages feel of it meanwhile.

use super::visitor::{request, sign_in};
use crate::compose;
use clap::Args;
use rounds_kernel::{Actor, Clock, Error, JobId, Result, Rng, Role, SystemClock, Time};
use rounds_platform::imports::{Ask, Incoming, ask, run_import, run_job};
use rounds_platform::users::{CreateUser, StoredDirectory};
use rounds_store::{Query, Runner};
use rounds_web::WebConfig;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// `rounds bench import`
#[derive(Debug, Args)]
pub struct BenchImport {
    /// Rows of calls.
    #[arg(long, default_value_t = 1_000_000)]
    pub rows: u64,
    /// Accounts they are at.
    #[arg(long, default_value_t = 10_000)]
    pub accounts: u64,
    /// People they are with.
    #[arg(long, default_value_t = 100_000)]
    pub people: u64,
    /// Seed.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Characters of each call's note.
    #[arg(long, default_value_t = 60)]
    pub note: usize,
    /// A file to import instead of made-up calls.
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// Database to fill; a temporary SQLite file if not given.
    #[arg(long)]
    pub database: Option<String>,
    /// Visit pages from a second process meanwhile.
    #[arg(long)]
    pub pages: bool,
    /// Be that second process: visit pages until standard input ends.
    #[arg(long, hide = true)]
    pub visit: bool,
}

const PASSWORD: &str = "for the benchmark only";
const VISITOR: &str = "bench@example.org";
/// Reps who made the calls.
const REPS: u64 = 80;

/// Fills a record with accounts and people, then imports calls.
///
/// # Errors
/// Those of importing; a file that cannot be read.
pub async fn run(a: BenchImport) -> Result<()> {
    let dir = tempfile::tempdir().map_err(Error::internal)?;
    let database = a.database.clone().unwrap_or_else(|| dir.path().join("bench.db").to_string_lossy().into_owned());
    if a.visit {
        return visit(&database, &a).await;
    }
    let runner = compose::open(&database, Arc::new(SystemClock)).await?;
    let program = Actor::program("benchmark");
    market(&runner, &program, &a).await?;
    let mut visitor = if a.pages { Some(second_process(&database, &a)?) } else { None };
    let start = SystemClock.now();
    let cpu = cpu_seconds();
    let mut incoming = Incoming::open(&program)?;
    send(&runner, &mut incoming, &a).await?;
    let bytes = incoming.bytes();
    let file = incoming.close(&runner, &program, "calls.csv").await?;
    let job = ask(&runner, &program, &compose::importers(), file, Ask::default()).await?;
    let kept = SystemClock.now();
    let report = run_job(&runner, &program, &compose::importers(), JobId(job.id), Arc::new(|_, _, _| ())).await?;
    let end = SystemClock.now();
    let seconds = |from: Time, to: Time| (to.0 - from.0) as f64 / 1e6;
    let mut line = serde_json::json!({
        "bench": "import", "rows": report.read, "created": report.created, "unchanged": report.unchanged, "rejected": report.rejected,
        "bytes": bytes, "seed": a.seed, "engine": if database.starts_with("postgres") { "postgresql" } else { "sqlite" },
        "rows_per_second": report.read as f64 / seconds(kept, end), "seconds": seconds(kept, end), "keep_seconds": seconds(start, kept),
        "cpu_seconds": cpu_seconds() - cpu, "peak_rss_mb": peak_rss_mb(),
        "facts": runner.db.number("SELECT COUNT(*) FROM fact", vec![]).await?,
    });
    if let Some(child) = visitor.take() {
        line["pages"] = pages_of(child)?;
    }
    println!("{line}");
    Ok(())
}

/// Accounts, people, reps and somebody who visits pages.
async fn market(runner: &Runner, program: &Actor, a: &BenchImport) -> Result<()> {
    let importers = compose::importers();
    let mut accounts = String::from("account_id,name,setting,city,state,zip\n");
    let put = |text: &mut String, line: std::fmt::Arguments<'_>| text.write_fmt(line).map_err(Error::internal);
    for i in 0..a.accounts {
        put(&mut accounts, format_args!("A{i:06},Hospital {i},hospital,Town,OH,{:05}\n", 10_000 + i % 80_000))?;
    }
    let mut people = String::from("person_id,name,role,specialty,account_id\n");
    for i in 0..a.people {
        put(&mut people, format_args!("P{i:07},Person {i},physician,Surgery,A{:06}\n", i % a.accounts))?;
    }
    for (name, text) in [("accounts.csv", accounts), ("people.csv", people)] {
        run_import(runner, program, &importers, (None, name, text.as_bytes()), Arc::new(|_, _, _| ())).await?;
    }
    for i in 0..=REPS {
        let (email, role) =
            if i == REPS { (VISITOR.to_owned(), Role::Operations) } else { (format!("rep{i}@example.org"), Role::FieldRep) };
        let user = CreateUser {
            email,
            name: format!("Rep {i}"),
            role,
            manager_email: None,
            zone: "America/Chicago".into(),
            weekly_minutes: 1_500,
        };
        runner.run(program, user).await?;
    }
    runner.db.optimise().await
}

/// Sends the calls piece by piece: those of the file, or made-up ones in the order of time, as CRM systems export them.
async fn send(runner: &Runner, incoming: &mut Incoming, a: &BenchImport) -> Result<()> {
    if let Some(path) = &a.file {
        let mut file = std::fs::File::open(path).map_err(Error::internal)?;
        let mut piece = vec![0; 1 << 20];
        loop {
            let count = file.read(&mut piece).map_err(Error::internal)?;
            if count == 0 {
                return Ok(());
            }
            incoming.take(runner, piece.get(..count).unwrap_or_default()).await?;
        }
    }
    let mut rng = Rng::new(a.seed);
    let step = (2 * 365 * 86_400_000_000 / a.rows.max(1)).max(1) as i64;
    let first = SystemClock.now().plus_days(-2 * 365 - 1);
    let words = "spoke about the stapler, the trial in theatre and who decides; wants the comparison before the committee meets in spring ";
    let note: String = words.chars().cycle().take(a.note).collect();
    let mut text = String::from(
        "Call Name,Contact_vod__c,Account_vod__c,Call_Channel_vod__c,Call_Datetime_vod__c,Owner Email,Call_Status,Call_Notes\n",
    );
    for i in 0..a.rows {
        let person = rng.below(a.people as usize) as u64;
        let channel = ["Face_to_face_vod", "Phone_vod", "Video_vod", "Email_vod"][(i % 4) as usize];
        let status = ["Completed", "No answer", "Completed", "Sent"][(i % 4) as usize];
        let at = Time(first.0 + step * i as i64).rfc3339();
        writeln!(
            text,
            "C{i:010},P{person:07},A{:06},{channel},{at},rep{}@example.org,{status},\"{note}\"",
            person % a.accounts,
            person % REPS
        )
        .map_err(Error::internal)?;
        if text.len() > 1 << 20 {
            incoming.take(runner, text.as_bytes()).await?;
            text.clear();
        }
    }
    incoming.take(runner, text.as_bytes()).await
}

fn second_process(database: &str, a: &BenchImport) -> Result<Child> {
    let program = std::env::current_exe().map_err(Error::internal)?;
    let (accounts, people) = (a.accounts.to_string(), a.people.to_string());
    let args = ["bench", "import", "--visit", "--database", database, "--accounts", &accounts, "--people", &people];
    let mut child = Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(Error::internal)?;
    // It says so when it is signed in.
    let mut ready = [0; 6];
    let out = child.stdout.as_mut().ok_or_else(|| Error::internal("no output"))?;
    out.read_exact(&mut ready).map_err(Error::internal)?;
    Ok(child)
}

fn pages_of(mut child: Child) -> Result<serde_json::Value> {
    drop(child.stdin.take());
    let out = child.wait_with_output().map_err(Error::internal)?;
    serde_json::from_slice(&out.stdout).map_err(Error::internal)
}

/// Visits pages as one person would, twenty a second, until standard input ends; prints how long they took.
async fn visit(database: &str, a: &BenchImport) -> Result<()> {
    let runner = compose::open(database, Arc::new(SystemClock)).await?;
    let directory = Arc::new(StoredDirectory::new(runner.db.clone(), Some(PASSWORD.into())));
    let config = WebConfig { requests_per_second: 100_000, sign_ins_per_minute: 100_000, ..WebConfig::default() };
    let router = rounds_web::build(runner.clone(), directory, compose::routes(), config);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(Error::internal)?;
    let address = listener.local_addr().map_err(Error::internal)?;
    tokio::spawn(async move { axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await });
    let (accounts, people, seed) = (a.accounts as usize, a.people as usize, a.seed);
    let times = tokio::task::spawn_blocking(move || visits(address, accounts, people, seed)).await.map_err(Error::internal)??;
    println!("{}", told(times));
    Ok(())
}

fn visits(address: SocketAddr, accounts: usize, people: usize, seed: u64) -> Result<Vec<(f64, String)>> {
    let cookie = sign_in(address, VISITOR, PASSWORD)?;
    println!("ready");
    std::io::stdout().flush().map_err(Error::internal)?;
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        let mut rest = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut rest);
        drop(stop);
    });
    let mut rng = Rng::new(seed);
    let mut times = Vec::new();
    loop {
        let page = match rng.below(5) {
            0 => "/accounts".to_owned(),
            1 => format!("/accounts/{}", 1 + rng.below(accounts)),
            2 => format!("/people/{}", 1 + rng.below(people)),
            3 => "/contacts".to_owned(),
            _ => "/imports".to_owned(),
        };
        let start = SystemClock.now();
        let (status, _, _) = request(address, &format!("GET {page} HTTP/1.1\r\nCookie: {cookie}\r\n"), "")?;
        times.push(((SystemClock.now().0 - start.0) as f64 / 1e3, if status == 200 { String::new() } else { format!("{status} {page}") }));
        if stopped.recv_timeout(std::time::Duration::from_millis(50)) == Err(std::sync::mpsc::RecvTimeoutError::Disconnected) {
            return Ok(times);
        }
    }
}

fn told(times: Vec<(f64, String)>) -> serde_json::Value {
    let failed: Vec<&String> = times.iter().map(|t| &t.1).filter(|t| !t.is_empty()).collect();
    let mut ms: Vec<f64> = times.iter().map(|t| t.0).collect();
    ms.sort_by(f64::total_cmp);
    let at = |share: f64| ms.get(((ms.len() as f64 * share) as usize).min(ms.len().saturating_sub(1))).copied().unwrap_or(0.0);
    serde_json::json!({ "visits": ms.len(), "failed": failed.len(), "median_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "max_ms": at(1.0) })
}

/// The most memory this process has had, from Linux's own account of it; 0 elsewhere.
fn peak_rss_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// Processor seconds of this process so far, of all threads; 0 elsewhere than on Linux.
pub(super) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
