//! Links of a person for the programs that send mail in our name.

use super::{choices_path, unsubscribe_headers, unsubscribe_path};
use crate::permissions::Aim;
use rounds_customers::scope;
use rounds_kernel::{Channel, Permission, PersonId, Result};
use rounds_platform::setup;
use rounds_web::api::{Call, ChannelCode, Id, Operation};
use rounds_web::{Route, coded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

coded! {
    /// What a message is for, by its code.
    AimCode = "MessageAim": Aim;
}

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let about = "A message sent by another system bears the link and the headers, so that one click takes the person off (RFC 8058). The \
                 links act for the person: they belong into a message to that person and nowhere else.";
    let links =
        Operation::get("/api/v1/people/{id}/links", Permission::WritePermission, "Links to unsubscribe and to one's choices", links);
    vec![links.about(about).route()]
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Channel of the message; e-mail if not given.
    channel: Option<ChannelCode>,
    /// What the message is for; everything in the channel if not given.
    aim: Option<AimCode>,
}

/// A header of a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageHeader)]
struct Header {
    name: String,
    value: String,
}

/// Where a person unsubscribes, and where all their choices are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonLinks)]
struct Shown {
    /// Takes the person off what the message is for; opening it changes nothing.
    unsubscribe: String,
    /// Headers of the message: `List-Unsubscribe` and `List-Unsubscribe-Post`.
    headers: Vec<Header>,
    /// The page of all their choices.
    choices: String,
}

async fn links(call: Call, Id(id): Id, ask: Ask) -> Result<Shown> {
    let person = PersonId(id);
    scope::see_person(call.db(), &call.actor, person).await?;
    let (channel, aim): (Channel, Option<Aim>) = (ask.channel.map_or(Channel::Email, |c| c.0), ask.aim.map(|a| a.0));
    let keys = call.app.runner().keys();
    let unsubscribe = setup::link(call.db(), &unsubscribe_path(keys, person, channel, aim, call.now)?).await?;
    let choices = setup::link(call.db(), &choices_path(keys, person, call.now)?).await?;
    let headers = unsubscribe_headers(&unsubscribe).into_iter().map(|(name, value)| Header { name, value }).collect();
    Ok(Shown { unsubscribe, headers, choices })
}
