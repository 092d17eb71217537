//! `rounds plan`: a week's next best actions, decided, checked and stored.

use crate::args::{Plan, PlanInstead};
use crate::{compose, explain, progress};
use rounds_engage::next_best_action::{KIND, PlanRequest, title_of};
use rounds_kernel::{Actor, Day, Error, JobId, Result, SystemClock, Week};
use rounds_platform::jobs::{Report, run_now};
use rounds_store::Runner;
use rounds_store::jobs::Enqueue;
use std::sync::Arc;

pub(crate) async fn run(a: Plan) -> Result<()> {
    if let Some(PlanInstead::Explain(e)) = a.instead {
        return explain::run(&a.at.database, e).await;
    }
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let week = match &a.week {
        Some(w) => Week::parse(w)?,
        None => working_week(runner.now().day()),
    };
    let report = make(&runner, week, a.seed, a.threads).await?;
    show(&report);
    Ok(())
}

/// The present week, or from Saturday on the next.
pub(crate) fn working_week(today: Day) -> Week {
    if today.weekday() >= 5 { today.week().next() } else { today.week() }
}

/// Plans `week` as a job, here and now.
pub(crate) async fn make(runner: &Runner, week: Week, seed: u64, threads: usize) -> Result<Report> {
    let actor = Actor::program("command line");
    let input = serde_json::to_value(PlanRequest { week: week.to_string(), seed, threads }).map_err(Error::internal)?;
    let job = runner.run(&actor, Enqueue { kind: KIND.into(), input_key: week.to_string(), input }).await?;
    let (bar, tell) = progress::bar(&format!("Plan {week}"));
    let report = run_now(runner, &actor, &compose::works(), JobId(job.id), tell).await;
    bar.finish_and_clear();
    report
}

/// Prints what a planning job reports.
pub(crate) fn show(r: &Report) {
    let n = |field: &str| r[field].as_u64().unwrap_or_default();
    println!("  ✓ planned {}: {} actions for {} people looked at", r["week"].as_str().unwrap_or_default(), n("actions"), n("people"));
    println!("    {} possible contacts, {} passed every rule", n("candidates"), n("eligible"));
    println!("    {:.3} % below the bound that no plan can beat", r["gap"].as_f64().unwrap_or_default() * 100.0);
    println!("  ✓ checked by code that shares nothing with the planner: {} statements, {} breaches", n("statements"), n("breaches"));
    let stopped: Vec<String> = r["refusals"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|x| format!("{} {}", x[1], title_of(x[0].as_str().unwrap_or_default())))
        .collect();
    if !stopped.is_empty() {
        println!("    held back, by owner and person: {}", stopped.join(", "));
    }
}
