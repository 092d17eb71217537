//! The queue for programs: a phone, a call-centre desktop, a CRM.

use super::commands::{REASONS, outcomes_of};
use super::store::{self, ActionRow, State};
use super::{Accept, Dismiss, RecordOutcome, Reopen};
use rounds_kernel::{ActionId, Channel, Day, Error, Permission, Result, Time, UserId, Week};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Nothing, Operation, OutcomeCode, PartialSchema, SchemaOrRef, one_of};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let may = Permission::WorkQueue;
    vec![
        Operation::get("/api/v1/queue", may, "A week's queue in its order", queue)
            .about("The caller's own, or that of somebody in their scope.")
            .route(),
        Operation::get("/api/v1/actions/{id}", may, "One action", one).route(),
        Operation::post("/api/v1/actions/{id}/accept", may, "Take an action on", accept)
            .about("It passes the gate: permission, frequency and spacing are judged at this moment.")
            .route(),
        Operation::post("/api/v1/actions/{id}/dismiss", may, "Say no to an action, with the reason", dismiss).route(),
        Operation::post("/api/v1/actions/{id}/outcome", may, "Record what came of an action", outcome).route(),
        Operation::post("/api/v1/actions/{id}/reopen", may, "Put an action back", reopen).route(),
    ]
}

/// Something to do for one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Action)]
struct Shown {
    id: i64,
    plan_id: i64,
    owner_id: i64,
    account_id: i64,
    account: String,
    person_id: i64,
    person: String,
    /// The person's role.
    role: String,
    channel: String,
    purpose: String,
    product: Option<String>,
    /// Proposed day.
    #[schema(format = "date")]
    day: String,
    /// Proposed start.
    #[schema(format = "date-time")]
    start_at: Option<String>,
    minutes: i64,
    /// Why, in one sentence.
    reason: String,
    /// `proposed`, `accepted`, `dismissed` or `done`.
    state: String,
    /// Outcomes that make sense in its channel.
    outcomes: Vec<String>,
}

fn shown(a: ActionRow) -> Shown {
    let state = match a.state() {
        State::Proposed => "proposed",
        State::Accepted => "accepted",
        State::Dismissed => "dismissed",
        State::Done => "done",
    };
    let outcomes = Channel::parse(&a.channel).map_or(&[][..], outcomes_of);
    Shown {
        id: a.id,
        plan_id: a.plan_id,
        owner_id: a.owner_id,
        account_id: a.account_id,
        account: a.account,
        person_id: a.person_id,
        person: a.person,
        role: a.role,
        channel: a.channel,
        purpose: a.purpose,
        product: a.product,
        day: Day(a.day as i32).to_string(),
        start_at: a.start_at.map(|t| Time(t).rfc3339()),
        minutes: a.minutes,
        reason: a.reason,
        state: state.into(),
        outcomes: outcomes.iter().map(|o| o.code().to_owned()).collect(),
    }
}

/// A week's queue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Queue)]
struct Queue {
    /// ISO week; absent when no week is planned.
    week: Option<String>,
    items: Vec<Shown>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// ISO week, e.g. 2026-W48; the present one if not given.
    #[schema(pattern = "^20[0-9]{2}-W(0[1-9]|[1-4][0-9]|5[0-2])$")]
    week: Option<String>,
    /// Whose; the caller's if not given.
    #[schema(minimum = 1)]
    owner: Option<i64>,
}

/// A code of [`REASONS`].
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
struct Why(String);

impl PartialSchema for Why {
    fn schema() -> SchemaOrRef {
        one_of(REASONS.iter().map(|(code, _)| *code))
    }
}

impl ToSchema for Why {
    fn name() -> Cow<'static, str> {
        "DismissReason".into()
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct No {
    reason: Why,
    /// More words.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Done {
    /// One of the action's `outcomes`.
    outcome: OutcomeCode,
    /// Anything to remember; no patient data.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

async fn queue(call: Call, _: Nothing, ask: Ask) -> Result<Queue> {
    let owner = match ask.owner.map(UserId).or(call.actor.user) {
        Some(owner) if call.actor.sees_user(owner) => owner,
        _ => return Err(Error::not_found("user")),
    };
    let week = match ask.week {
        Some(text) => Some(Week::parse(&text)?),
        None => store::week_to_show(call.db(), call.now.day()).await?,
    };
    let Some(week) = week else { return Ok(Queue { week: None, items: Vec::new() }) };
    let rows = store::queue(call.db(), owner.0, week.monday()).await?;
    Ok(Queue { week: Some(week.to_string()), items: rows.into_iter().map(shown).collect() })
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    let found = store::action(call.db(), id).await?.filter(|a| call.actor.sees_user(UserId(a.owner_id)));
    found.map(shown).ok_or_else(|| Error::not_found("action"))
}

async fn accept(call: Call, Id(id): Id, _: Nothing) -> Result<()> {
    call.run(Accept { action: ActionId(id) }).await.map(|_| ())
}

async fn dismiss(call: Call, Id(id): Id, no: No) -> Result<()> {
    call.run(Dismiss { action: ActionId(id), reason: no.reason.0, note: no.note }).await.map(|_| ())
}

async fn outcome(call: Call, Id(id): Id, done: Done) -> Result<()> {
    call.run(RecordOutcome { action: ActionId(id), outcome: done.outcome.0, note: done.note }).await.map(|_| ())
}

async fn reopen(call: Call, Id(id): Id, _: Nothing) -> Result<()> {
    call.run(Reopen { action: ActionId(id) }).await.map(|_| ())
}
