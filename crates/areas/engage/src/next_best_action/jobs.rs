//! The planning job: snapshot, plan, check, store, publish.

use super::commands::{AddActions, BeginPlan, PublishPlan};
use super::model::{ActionPlan, Snapshot};
use super::{check, inputs, plan, store};
use rounds_kernel::{Error, ErrorKind, JobId, Result, Week};
use rounds_platform::jobs::{Context, Report, Work};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Kind code of the job.
pub const KIND: &str = "plan";

/// What a planning job is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanRequest {
    /// ISO week.
    pub week: String,
    /// Seed.
    pub seed: u64,
    /// Threads; the plan does not depend on it.
    pub threads: usize,
}

/// Plans a week. A killed run leaves nothing that shows; taken up again, it starts from a fresh snapshot.
pub struct PlanWork;

#[async_trait::async_trait]
impl Work for PlanWork {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let request: PlanRequest = serde_json::from_str(&context.job.input).map_err(Error::internal)?;
        let week = Week::parse(&request.week)?;
        (context.progress)(0, 0, "Taking the snapshot");
        let snapshot = Arc::new(inputs::load(&context.runner.db, week, request.seed, context.runner.now()).await?);
        (context.progress)(0, 0, "Deciding and checking");
        let (plan, checked) = decide(snapshot.clone(), request.threads).await?;
        let id = keep(context, &snapshot, &plan, &checked).await?;
        Ok(serde_json::json!({
            "plan": id, "week": request.week, "people": plan.report.people, "candidates": plan.report.candidates,
            "eligible": plan.report.eligible, "actions": plan.actions.len(), "objective": plan.report.objective,
            "bound": plan.report.bound, "gap": plan.report.gap, "statements": checked.statements, "breaches": checked.breaches.len(),
            "refusals": super::total_refusals(&plan.report),
        }))
    }
}

/// Plans and checks off the async threads.
async fn decide(snapshot: Arc<Snapshot>, threads: usize) -> Result<(ActionPlan, check::CheckReport)> {
    let (plan, checked) = tokio::task::spawn_blocking(move || {
        let plan = plan::make(&snapshot, threads)?;
        let checked = check::check(&snapshot, &plan);
        Ok::<_, Error>((plan, checked))
    })
    .await
    .map_err(Error::internal)??;
    if let Some(first) = checked.breaches.first() {
        tracing::error!(breaches = checked.breaches.len(), first, "the checker refused a plan");
        return Err(Error::new(
            ErrorKind::Internal,
            "engage.check_failed",
            format!("The checker found {} breaches in the plan, first: {first}. The plan was not stored.", checked.breaches.len()),
            "The plan in force stays in force. Report this: it is a fault of the program, not of your data.",
        ));
    }
    Ok((plan, checked))
}

async fn keep(context: &Context, snapshot: &Snapshot, plan: &ActionPlan, checked: &check::CheckReport) -> Result<i64> {
    let (runner, actor, total) = (&context.runner, &context.actor, plan.actions.len());
    let (packed, hash) = store::pack(snapshot)?;
    let checked = serde_json::to_string(checked).map_err(Error::internal)?;
    let id = runner.run(actor, BeginPlan { hash, packed, snapshot, plan, checked }).await?;
    for (i, actions) in plan.actions.chunks(1_000).enumerate() {
        (context.progress)((i * 1_000) as i64, total as i64, "Storing the plan");
        runner.run(actor, AddActions { plan: id, job: JobId(context.job.id), before: i * 1_000, total, actions }).await?;
    }
    let mut owners: Vec<i64> = plan.actions.iter().map(|a| a.owner).collect();
    owners.dedup();
    runner.run(actor, PublishPlan { plan: id, owners }).await?;
    (context.progress)(total as i64, total as i64, "Published");
    Ok(id)
}
