//! The week's next best actions: made from one snapshot, checked, stored for good, worked from a queue.
//!
//! Loop: inputs (snapshot) ──► plan (candidates, rules, allocation, schedule) ──► check ──► store ──► queue ──► commands
//! ──► facts, which the next snapshot reads.
//!
//! Public: [`Next`] (panel on record pages); [`PlanWork`], [`PlanRequest`], [`KIND`] (the job) and its steps [`take_snapshot`], [`make_plan`],
//! [`check_plan`]; [`explain_person`] (why and why not); reads [`in_force`], [`newest_plans`], [`queue_of`], [`find_action`], [`actions_of`].
//! Routes: `/queue`, `/queue/held`, `/actions/{id}` with accept, dismiss, outcome, reopen, `/team`, `/plans`, `/plans/{id}`,
//! `/people/{id}/why`. Job: `plan`. Tables: [`TABLES`].

mod api;
mod check;
mod commands;
mod eligibility;
mod inputs;
mod jobs;
mod model;
mod pages;
mod plan;
mod store;
#[cfg(test)]
mod tests;

pub use check::{CheckReport, check as check_plan};
pub use commands::{Accept, Dismiss, RecordOutcome, Reopen};
pub use eligibility::title_of;
pub use inputs::load as take_snapshot;
pub use jobs::{KIND, PlanRequest, PlanWork};
pub use model::{ActionPlan, PlanReport, PlannedAction, Snapshot};
pub use pages::Next;
pub use plan::explain::{Verdict, person as explain_from, why_not};
pub use plan::make as make_plan;
pub use store::{
    ActionRow, PlanRow, State as ActionState, action as find_action, for_person as actions_of, in_force, migrations,
    newest as newest_plans, pack, queue as queue_of, snapshot as stored_snapshot,
};

use rounds_kernel::{Error, Permission, PersonId, Result};
use rounds_store::Query;
use rounds_web::Route;
use std::collections::BTreeMap;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["plan", "plan_snapshot", "plan_action", "action_step"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    use Permission as P;
    let mut all = api::routes();
    all.extend([
        Route::get("/queue", P::WorkQueue, pages::queue).menu("Engage", "Queue"),
        Route::get("/queue/held", P::WorkQueue, pages::held),
        Route::get("/actions/{id}", P::WorkQueue, pages::action),
        Route::get("/actions/{id}/peek", P::WorkQueue, pages::peek),
        Route::post("/actions/{id}/accept", P::WorkQueue, pages::accept),
        Route::post("/actions/{id}/dismiss", P::WorkQueue, pages::dismiss),
        Route::post("/actions/{id}/outcome", P::WorkQueue, pages::outcome),
        Route::post("/actions/{id}/reopen", P::WorkQueue, pages::reopen),
        Route::get("/team", P::ReadTeam, pages::team).menu("Engage", "Team"),
        Route::get("/plans", P::ReadPlan, pages::plans).menu("Engage", "Plans"),
        Route::get("/plans/{id}", P::ReadPlan, pages::plan),
        Route::post("/plans/make", P::RunPlan, pages::make),
        Route::get("/people/{id}/why", P::ReadRecord, pages::why),
    ]);
    all
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    pages::samples()
}

/// People kept from a proposal, by rule, over all owners; most first.
pub fn total_refusals(report: &PlanReport) -> Vec<(String, u64)> {
    let mut by_rule: BTreeMap<&str, u64> = BTreeMap::new();
    report.refusals.iter().for_each(|r| *by_rule.entry(&r.rule).or_default() += u64::from(r.people));
    let mut all: Vec<(String, u64)> = by_rule.into_iter().filter(|(_, n)| *n > 0).map(|(r, n)| (r.to_owned(), n)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    all
}

/// Everything the plan considered for one person, recomputed from the plan's snapshot.
///
/// # Errors
/// `record.not_found` if the plan does not exist.
pub async fn explain_person(db: &impl Query, plan_id: i64, person: PersonId) -> Result<Vec<plan::explain::Verdict>> {
    let row = store::plan(db, plan_id).await?.ok_or_else(|| Error::not_found("plan"))?;
    let snapshot = store::snapshot(db, &row.snapshot_hash).await?;
    Ok(plan::explain::person(&snapshot, &row.report(), person.0))
}
