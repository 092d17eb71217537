//! `rounds bench pages`: every kind of page as reps, managers and operations open them, on a record of a company's size.
//!
//! This process fills the record and serves; a second one ([`drive`]) sends requests by the clock, whether or not the ones before
//! were answered, and counts from the instant at which a page was due: a server that falls behind is not forgiven.

mod drive;
mod fill;
mod mix;

use super::import::cpu_seconds;
use crate::args::BenchPages;
use crate::{compose, serve};
use rounds_kernel::{Error, Result, SystemClock};
use rounds_store::Query;
use rounds_web::WebConfig;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// Known to the two processes alone; no hash of it is stored.
const PASSWORD: &str = "for the benchmark only";

/// What the second process is told.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    address: std::net::SocketAddr,
    rate: f64,
    warm_up: usize,
    slow: f64,
    users: Vec<String>,
    visits: Vec<Visit>,
}

/// One page that somebody opens.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Visit {
    /// Place in the list of users.
    user: usize,
    kind: String,
    path: String,
    /// The list's next page instead of its first.
    further: bool,
}

/// Fills, serves, and lets the second process visit.
///
/// # Errors
/// Those of simulating and serving; a page that was not answered with 200 is no error but counted.
pub async fn run(a: BenchPages) -> Result<()> {
    if a.visit {
        return drive::run().await;
    }
    let dir = tempfile::tempdir().map_err(Error::internal)?;
    let database = a.database.clone().unwrap_or_else(|| dir.path().join("bench.db").to_string_lossy().into_owned());
    let runner = compose::open(&database, Arc::new(SystemClock)).await?;
    fill::fill(&runner, &a).await?;
    let listener = serve::listen("127.0.0.1:0").await?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let (users, visits) = mix::visits(&runner, &a).await?;
    let order = Order { address, rate: a.rate, warm_up: (a.rate * a.warm_up as f64) as usize, slow: a.slow, users, visits };
    let visited = order.visits.len().max(1);
    let count = async |table: &str| runner.db.number(&format!("SELECT COUNT(*) FROM {table}"), vec![]).await;
    let mut line = serde_json::json!({
        "bench": "pages", "engine": format!("{:?}", runner.db.engine()).to_lowercase(), "accounts": count("account").await?,
        "people": count("person").await?, "interactions": count("fact WHERE kind = 'contact'").await?, "facts": count("fact").await?,
        "rate": a.rate, "seconds": a.seconds, "warm_up": a.warm_up, "seed": a.seed,
    });
    let config = WebConfig { requests_per_second: 1_000_000, sign_ins_per_minute: 1_000_000, ..WebConfig::default() };
    let server = tokio::spawn(async move { serve::serve(&database, runner, listener, config, Some(PASSWORD.into())).await });
    let cpu = cpu_seconds();
    let child = second_process(&order)?;
    let out = tokio::task::spawn_blocking(move || child.wait_with_output()).await.map_err(Error::internal)?.map_err(Error::internal)?;
    server.abort();
    if !out.status.success() {
        return Err(Error::internal("the second process, which visits pages, ended with an error"));
    }
    let told: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&out.stdout).map_err(Error::internal)?;
    told.into_iter().for_each(|(name, value)| line[name] = value);
    // All visits, those of the warm-up too; a database server's own work is not in it.
    line["cpu_ms_a_page"] = ((cpu_seconds() - cpu) * 1e3 / visited as f64).into();
    println!("{line}");
    Ok(())
}

fn second_process(order: &Order) -> Result<Child> {
    let program = std::env::current_exe().map_err(Error::internal)?;
    let mut child = Command::new(program)
        .args(["bench", "pages", "--visit"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(Error::internal)?;
    let text = serde_json::to_vec(order).map_err(Error::internal)?;
    // It reads all of it before it does anything; closing its standard input tells it that this is all.
    let mut input = child.stdin.take().ok_or_else(|| Error::internal("no input"))?;
    input.write_all(&text).map_err(Error::internal)?;
    Ok(child)
}
