//! Permissions for programs: what a person said, and writing down what they say now.

use super::{Aim, Entry, LegalBasis, RecordPermission, State, Terms, history};
use rounds_customers::scope;
use rounds_kernel::{Channel, Permission, PersonId, Result};
use rounds_web::api::{Call, ChannelCode, Id, Nothing, Operation};
use rounds_web::{Route, coded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

coded! {
    /// An answer, by its code.
    StateCode = "PermissionState": State;
    /// What it is for, by its code.
    AimCode = "PermissionAim": Aim;
    /// Why the law lets us hold it, by its code.
    LegalCode = "LegalBasis": LegalBasis;
}

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Permission::ReadRecord, Permission::WritePermission);
    vec![
        Operation::get("/api/v1/people/{id}/permissions", read, "What a person said, newest first", list).route(),
        Operation::post("/api/v1/people/{id}/permissions", write, "Record what a person said about one channel", record)
            .about("A yes on a basis that the person's country does not know is refused (409).")
            .route(),
        Operation::post("/api/v1/people/{id}/do-not-contact", write, "Record that a person wants no contact at all, or lifts it", refuse)
            .route(),
    ]
}

/// One answer and how long it stood.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PermissionAnswer)]
struct Shown {
    /// Absent: any channel.
    channel: Option<String>,
    /// Absent: every purpose.
    aim: Option<String>,
    state: String,
    /// How we know.
    basis: String,
    legal_basis: Option<String>,
    /// What proves it.
    evidence: String,
    source: String,
    #[schema(format = "date-time")]
    from: String,
    /// Absent while it stands.
    #[schema(format = "date-time")]
    to: Option<String>,
    /// When it runs out.
    #[schema(format = "date-time")]
    expires: Option<String>,
}

fn shown(e: Entry) -> Shown {
    Shown {
        channel: e.channel.map(|c| c.code().into()),
        aim: e.aim.map(|a| a.code().into()),
        state: e.state.code().into(),
        basis: e.basis,
        legal_basis: e.legal.map(|l| l.code().into()),
        evidence: e.evidence,
        source: e.source,
        from: e.from.rfc3339(),
        to: e.to.map(|t| t.rfc3339()),
        expires: e.expires.map(|t| t.rfc3339()),
    }
}

/// All answers of a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PermissionAnswers)]
struct All {
    items: Vec<Shown>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Answer {
    channel: ChannelCode,
    /// `unknown` takes a former answer back.
    state: StateCode,
    /// How we know, e.g. “asked on the phone”.
    #[schema(max_length = 200, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    basis: String,
    /// What it is for; every purpose if not given.
    aim: Option<AimCode>,
    /// Why the law lets us hold a yes; consent if not given.
    legal_basis: Option<LegalCode>,
    /// What proves it.
    #[serde(default)]
    #[schema(max_length = 1000)]
    evidence: String,
    /// Anything to add; no patient data.
    #[serde(default)]
    #[schema(max_length = 1000)]
    note: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoContact {
    /// False lifts it.
    no_contact: bool,
    /// How we know, e.g. “asked on the phone”.
    #[schema(max_length = 200, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    basis: String,
}

async fn list(call: Call, Id(id): Id, _: Nothing) -> Result<All> {
    scope::see_person(call.db(), &call.actor, PersonId(id)).await?;
    Ok(All { items: history(call.db(), PersonId(id)).await?.into_iter().map(shown).collect() })
}

async fn write(call: &Call, person: i64, channel: Option<Channel>, state: State, basis: String, note: String, terms: Terms) -> Result<()> {
    call.run_as_it_stands(RecordPermission { person: PersonId(person), channel, state, basis, note, terms }).await
}

async fn record(call: Call, Id(id): Id, a: Answer) -> Result<()> {
    let terms = Terms { aim: a.aim.map(|x| x.0), legal: a.legal_basis.map(|x| x.0), evidence: a.evidence, ..Terms::default() };
    write(&call, id, Some(a.channel.0), a.state.0, a.basis, a.note, terms).await
}

async fn refuse(call: Call, Id(id): Id, a: NoContact) -> Result<()> {
    let state = if a.no_contact { State::Denied } else { State::Unknown };
    write(&call, id, None, state, a.basis, String::new(), Terms::default()).await
}
