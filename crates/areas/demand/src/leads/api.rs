//! Leads for programs: websites, chat, partners' portals capture them here.

use super::model::{REASONS, SOURCES};
use super::store::{self, LeadLine, Show};
use super::{CaptureLead, CloseLead, ReleaseLead, TakeLead};
use rounds_kernel::{AccountId, LeadId, Permission, PersonId, Result, Time};
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk, PartialSchema, SchemaOrRef, decode, encode, one_of};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Permission::ReadDemand, Permission::WriteDemand);
    vec![
        Operation::get("/api/v1/leads", read, "Leads: open ones the longest waiting first", list).route(),
        Operation::get("/api/v1/leads/{id}", read, "One lead", one).route(),
        Operation::post("/api/v1/leads", write, "Capture a lead", capture).created("/api/v1/leads/{id}").route(),
        Operation::post("/api/v1/leads/{id}/take", write, "Take a lead", take)
            .about("Of two who try, the second is told who was faster.")
            .route(),
        Operation::post("/api/v1/leads/{id}/release", write, "Give a lead back", release).route(),
        Operation::post("/api/v1/leads/{id}/close", write, "Close a lead with its reason", close).route(),
    ]
}

/// A sign of interest.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lead)]
struct Shown {
    id: i64,
    account_id: i64,
    account: String,
    person_id: Option<i64>,
    person: Option<String>,
    source: String,
    /// Product family asked about.
    family: Option<String>,
    note: String,
    #[schema(format = "date-time")]
    captured_at: String,
    taken_by: Option<i64>,
    #[schema(format = "date-time")]
    taken_at: Option<String>,
    #[schema(format = "date-time")]
    closed_at: Option<String>,
    close_reason: Option<String>,
}

fn shown(l: LeadLine) -> Shown {
    let at = |t: i64| Time(t).rfc3339();
    Shown {
        id: l.id,
        account_id: l.account_id,
        account: l.account,
        person_id: l.person_id,
        person: l.person,
        source: l.source,
        family: l.family,
        note: l.note,
        captured_at: at(l.captured_at),
        taken_by: l.taken_by,
        taken_at: l.taken_at.map(at),
        closed_at: l.closed_at.map(at),
        close_reason: l.close_reason,
    }
}

macro_rules! one_of_list {
    ($($name:ident, $shown:literal, $list:expr;)*) => {$(
        #[derive(Debug, Clone, Deserialize)]
        #[serde(transparent)]
        struct $name(String);

        impl PartialSchema for $name {
            fn schema() -> SchemaOrRef {
                one_of($list.iter().map(|(code, _)| *code))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                $shown.into()
            }
        }
    )*};
}

one_of_list! {
    Source, "LeadSource", SOURCES;
    Reason, "LeadReason", REASONS;
    Shows, "LeadShow", [("waiting", ""), ("taken", ""), ("closed", "")];
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Which; waiting ones if not given.
    show: Option<Shows>,
    /// Only at this account.
    #[schema(minimum = 1)]
    account: Option<i64>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// At which account.
    #[schema(minimum = 1)]
    account_id: i64,
    /// Who showed interest: someone who works there now.
    #[schema(minimum = 1)]
    person_id: Option<i64>,
    source: Source,
    /// Product family asked about, one of the portfolio's.
    #[schema(max_length = 200)]
    family: Option<String>,
    /// What they said; no patient data.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

/// Number of a new lead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewLead)]
struct Made {
    id: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Closing {
    reason: Reason,
}

async fn list(call: Call, _: Nothing, f: Filter) -> Result<Listed<Shown>> {
    let show = f.show.map_or_else(|| "waiting".into(), |s| s.0);
    let name = format!("leads {show} {:?}", f.account);
    let after = decode(&name, f.after.as_deref())?;
    let size = PageAsk { limit: f.limit, after: None }.size();
    let page = store::page(call.db(), &call.actor, Show::parse(&show), f.account, after.as_ref(), size).await?;
    Ok(Listed { next: page.next.map(|c| encode(&name, &c)), items: page.rows.into_iter().map(shown).collect() })
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    store::get(call.db(), &call.actor, LeadId(id)).await.map(shown)
}

async fn capture(call: Call, _: Nothing, new: New) -> Result<Made> {
    let command = CaptureLead {
        account: AccountId(new.account_id),
        person: new.person_id.map(PersonId),
        source: new.source.0,
        family: new.family.filter(|f| !f.is_empty()),
        note: new.note,
    };
    call.run_as_it_stands(command).await.map(|id| Made { id: id.0 })
}

async fn take(call: Call, Id(id): Id, _: Nothing) -> Result<()> {
    call.run(TakeLead { lead: LeadId(id) }).await
}

async fn release(call: Call, Id(id): Id, _: Nothing) -> Result<()> {
    call.run(ReleaseLead { lead: LeadId(id) }).await
}

async fn close(call: Call, Id(id): Id, c: Closing) -> Result<()> {
    call.run(CloseLead { lead: LeadId(id), reason: c.reason.0 }).await
}
