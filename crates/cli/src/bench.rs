//! `rounds bench`: each ends with one JSON line of its figures.

pub mod import;
pub mod pages;
pub mod search;
mod visitor;

use crate::args::{BenchAssign, BenchLinkage, BenchWeek, Database, LinkagePeer, LinkageSet, Peer, Simulate, Variant};
use crate::{compose, plan, simulate};
use rounds_bench::{assign as reference, linkage as links};
use rounds_kernel::{Clock, Error, Result, SystemClock};
use rounds_store::Query;
use std::sync::Arc;

/// Contact allocation on the reference family.
///
/// # Errors
/// The peer could not be installed or run; the checker found a fault.
pub fn assign(a: BenchAssign) -> Result<()> {
    let variant = match a.variant {
        Variant::A => reference::Variant::A,
        Variant::B => reference::Variant::B,
        Variant::C => reference::Variant::C,
    };
    let peer = a.peer.map(|Peer::Highs| reference::Peer::Highs);
    let args = reference::Args { customers: a.customers, variant, seed: a.seed, threads: a.threads, peer, peers: "target/peers".into() };
    reference::run(&args, &mut std::io::stdout()).map_err(|e| Error::internal(format!("{e:#}")))
}

/// Record linkage on public data.
///
/// # Errors
/// A file could not be read, or the peer not be installed or run.
pub fn linkage(a: BenchLinkage) -> Result<()> {
    let set = match a.set {
        LinkageSet::Febrl3 => links::Set::Febrl3,
        LinkageSet::Febrl4 => links::Set::Febrl4,
        LinkageSet::Historical => links::Set::Historical,
        LinkageSet::Hospitals => links::Set::Hospitals,
    };
    let files = if a.files.is_empty() { set.files().iter().map(|f| a.data.join(f)).collect() } else { a.files };
    let splink = matches!(a.peer, Some(LinkagePeer::Splink));
    let (seed, threads, threshold) = (a.seed, a.threads, a.threshold);
    let args = links::Args { set, files, seed, threads, threshold, splink, peers: "target/peers".into(), show: a.show, model: a.model };
    links::run(&args, &mut std::io::stdout()).map_err(|e| Error::internal(format!("{e:#}")))
}

/// From stored record to stored, checked week: the record is simulated first, outside the measured time.
///
/// # Errors
/// Those of simulating and planning.
pub async fn week(a: BenchWeek) -> Result<()> {
    let dir = tempfile::tempdir().map_err(Error::internal)?;
    let database = a.database.unwrap_or_else(|| dir.path().join("bench.db").to_string_lossy().into_owned());
    let runner = compose::open(&database, Arc::new(SystemClock)).await?;
    let s = Simulate {
        at: Database { database },
        accounts: a.accounts,
        people_per_account: a.people_per_account,
        seed: a.seed,
        today: None,
        onto: false,
    };
    let clock = SystemClock;
    let start = clock.now();
    simulate::fill(&runner, &s).await?;
    let filled = clock.now();
    let report = plan::make(&runner, plan::working_week(runner.now().day()), a.seed, a.threads).await?;
    let end = clock.now();
    plan::show(&report);
    let facts = runner.db.number("SELECT COUNT(*) FROM fact", vec![]).await?;
    let seconds = |from: rounds_kernel::Time, to: rounds_kernel::Time| (to.0 - from.0) as f64 / 1e6;
    let line = serde_json::json!({
        "bench": "week", "accounts": a.accounts, "people": report["people"], "facts": facts, "threads": a.threads, "seed": a.seed,
        "candidates": report["candidates"], "actions": report["actions"], "objective": report["objective"], "bound": report["bound"],
        "gap": report["gap"], "breaches": report["breaches"], "seconds": seconds(filled, end), "fill_seconds": seconds(start, filled),
    });
    println!("{line}");
    Ok(())
}
