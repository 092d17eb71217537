//! Preferences for programs: what is known of a person, and writing down what they say.

use super::{Known, Origin, StatePreference, Task, of_person, wish_of};
use rounds_customers::scope::see_person;
use rounds_kernel::{Permission, PersonId, Result};
use rounds_web::api::{Call, ChannelCode, Id, Nothing, Operation};
use rounds_web::{Route, coded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

coded! {
    /// What the customer wants to do, by its code.
    TaskCode = "Task": Task;
}

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let path = "/api/v1/people/{id}/preferences";
    vec![
        Operation::get(path, Permission::ReadRecord, "How a person likes to be met", one)
            .about("What they stated and what was observed stand apart; planning follows the statement.")
            .route(),
        Operation::post(path, Permission::WritePermission, "Record how a person says they like to be met", state).route(),
    ]
}

/// How gladly a person is met through a channel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Preference)]
struct Gladly {
    channel: ChannelCode,
    /// Absent: for every task.
    task: Option<TaskCode>,
    /// `stated`, `observed`, or absent where a file did not say.
    origin: Option<String>,
    /// 0 (never) to 1 (always gladly).
    weight: f64,
    source: String,
}

fn gladly(k: Known) -> Gladly {
    Gladly {
        channel: ChannelCode(k.channel),
        task: k.task.map(TaskCode),
        origin: k.origin.map(|o: Origin| o.code().to_owned()),
        weight: k.weight,
        source: k.source,
    }
}

/// Everything known of how a person likes to be met; an empty list means unknown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Preferences)]
struct Shown {
    items: Vec<Gladly>,
    /// Two letters; absent while it is not known.
    language: Option<String>,
    /// Gladly from this minute of their day.
    from_minute: Option<i64>,
    /// Until before this one.
    to_minute: Option<i64>,
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    see_person(call.db(), &call.actor, PersonId(id)).await?;
    let wish = wish_of(call.db(), PersonId(id)).await?;
    Ok(Shown {
        items: of_person(call.db(), PersonId(id)).await?.into_iter().map(gladly).collect(),
        language: Some(wish.language).filter(|l| !l.is_empty()),
        from_minute: wish.from_minute,
        to_minute: wish.to_minute,
    })
}

/// How gladly, through which channel, for what.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewPreference)]
#[serde(deny_unknown_fields)]
struct Through {
    channel: ChannelCode,
    /// Every task if not given.
    task: Option<TaskCode>,
    /// 0 (never) to 1 (always gladly).
    #[schema(minimum = 0, maximum = 1)]
    weight: f64,
}

/// Hours of a person's day.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewHours)]
#[serde(deny_unknown_fields)]
struct Hours {
    #[schema(minimum = 0, maximum = 1439)]
    from_minute: Option<u16>,
    /// Later than the first.
    #[schema(minimum = 1, maximum = 1440)]
    to_minute: Option<u16>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    preference: Option<Through>,
    /// Two letters, e.g. `de`.
    #[schema(pattern = "^[a-z]{2}$")]
    language: Option<String>,
    hours: Option<Hours>,
}

async fn state(call: Call, Id(id): Id, said: Said) -> Result<()> {
    let (channel, task) = said.preference.map_or((None, None), |p| (Some((p.channel.0, p.weight)), p.task.map(|t| t.0)));
    let hours = said.hours.map(|h| (h.from_minute, h.to_minute));
    call.run_as_it_stands(StatePreference { person: PersonId(id), channel, task, language: said.language, hours }).await
}
