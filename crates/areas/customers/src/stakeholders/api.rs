//! The stakeholder map for programs.

use super::model::{Placed, Tied};
use super::{DecisionRole, EndLink, EndPlace, LinkPeople, PlaceStakeholder, Stance, Tie, store};
use crate::profiles::Whose;
use rounds_kernel::{Day, Permission, Result};
use rounds_web::api::{Call, Id, Nothing, Operation};
use rounds_web::{Route, coded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

coded! {
    /// What someone does in a decision, by its code.
    RoleCode = "DecisionRole": DecisionRole;
    /// How someone stands towards us, by its code.
    StanceCode = "Stance": Stance;
    /// How two people hang together, by its code.
    TieCode = "Tie": Tie;
}

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let (read, write) = (Permission::ReadRecord, Permission::WriteProfile);
    let system = |id| Whose { system: true, id };
    let account = |id| Whose { system: false, id };
    let about = "People whom the caller may not see are left out.";
    let again = "An earlier place of the same person ends today.";
    vec![
        Operation::get("/api/v1/systems/{id}/stakeholders", read, "Who counts in a system", move |c, Id(id), a| map(c, system(id), a))
            .about(about)
            .route(),
        Operation::get("/api/v1/accounts/{id}/stakeholders", read, "Who counts at an account", move |c, Id(id), a| map(c, account(id), a))
            .about(about)
            .route(),
        Operation::post("/api/v1/systems/{id}/stakeholders", write, "Put a person on a system's map", move |c, Id(id), n| {
            place(c, system(id), n)
        })
        .about(again)
        .created("/api/v1/stakeholders/{id}")
        .route(),
        Operation::post("/api/v1/accounts/{id}/stakeholders", write, "Put a person on an account's map", move |c, Id(id), n| {
            place(c, account(id), n)
        })
        .about(again)
        .created("/api/v1/stakeholders/{id}")
        .route(),
        Operation::delete("/api/v1/stakeholders/{id}", write, "Take a person off the map", end).about("Their past places stay.").route(),
        Operation::post("/api/v1/ties", write, "Tie two people", tie)
            .about("Both must be within the caller's scope. A reporting line that would run in a circle is refused (409).")
            .created("/api/v1/ties/{id}")
            .route(),
        Operation::delete("/api/v1/ties/{id}", write, "End a tie", untie).route(),
    ]
}

fn day(d: i64) -> String {
    Day::stored(d).to_string()
}

/// A person on the map.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stakeholder)]
struct Shown {
    id: i64,
    person_id: i64,
    name: String,
    /// What they are by trade.
    role: String,
    decision_role: String,
    /// Absent while it is not known.
    stance: Option<String>,
    /// 1 (little) to 5 (decisive).
    influence: i64,
    note: String,
    #[schema(format = "date")]
    since: String,
    /// Who judged.
    by: Option<String>,
}

fn shown(p: Placed) -> Shown {
    Shown {
        id: p.id,
        person_id: p.person_id,
        name: p.name,
        role: p.role,
        decision_role: p.decision_role,
        stance: Some(p.stance).filter(|s| !s.is_empty()),
        influence: p.influence,
        note: p.note,
        since: day(p.valid_from),
        by: p.who,
    }
}

/// A tie between two people of the map.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StakeholderTie)]
struct Between {
    id: i64,
    from_id: i64,
    to_id: i64,
    tie: String,
    #[schema(format = "date")]
    since: String,
}

fn between(t: Tied) -> Between {
    Between { id: t.id, from_id: t.from_id, to_id: t.to_id, tie: t.tie, since: day(t.valid_from) }
}

/// The map of a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StakeholderMap)]
struct Map {
    /// The most influential first.
    people: Vec<Shown>,
    ties: Vec<Between>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AsOf {
    /// The map of this day; today's if not given.
    #[schema(format = "date")]
    on: Option<String>,
}

async fn map(call: Call, whose: Whose, ask: AsOf) -> Result<Map> {
    whose.see(call.db(), &call.actor).await?;
    let on = i64::from(ask.on.map_or(Ok(call.now.day()), |d| Day::parse(&d))?.0);
    let placed = store::placed(call.db(), &call.actor, whose, on).await?;
    let people: Vec<i64> = placed.iter().map(|p| p.person_id).collect();
    let ties = store::ties(call.db(), &people, on).await?;
    Ok(Map { people: placed.into_iter().map(shown).collect(), ties: ties.into_iter().map(between).collect() })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct New {
    #[schema(minimum = 1)]
    person_id: i64,
    decision_role: RoleCode,
    /// Leave it out while it is not known.
    stance: Option<StanceCode>,
    #[schema(minimum = 1, maximum = 5)]
    influence: i64,
    /// Why it is judged so; no patient data.
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
}

/// The number of what was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewStakeholder)]
struct Made {
    id: i64,
}

async fn place(call: Call, whose: Whose, new: New) -> Result<Made> {
    let command = PlaceStakeholder {
        kind: whose.kind().into(),
        id: whose.id,
        person: new.person_id,
        decision_role: new.decision_role.0.code().into(),
        stance: new.stance.map(|s| s.0.code().to_owned()).unwrap_or_default(),
        influence: new.influence,
        note: new.note,
    };
    Ok(Made { id: call.run(command).await? })
}

async fn end(call: Call, Id(place): Id, _: Nothing) -> Result<()> {
    call.run(EndPlace { place }).await.map(|_| ())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTie {
    #[schema(minimum = 1)]
    from_id: i64,
    #[schema(minimum = 1)]
    to_id: i64,
    tie: TieCode,
}

async fn tie(call: Call, _: Nothing, new: NewTie) -> Result<Made> {
    let command = LinkPeople { from: new.from_id, to: new.to_id, tie: new.tie.0.code().into() };
    Ok(Made { id: call.run_as_it_stands(command).await? })
}

async fn untie(call: Call, Id(link): Id, _: Nothing) -> Result<()> {
    call.run(EndLink { link }).await
}
