//! The contact ledger for programs.

use super::queries::{Filter, LedgerRow, page};
use rounds_customers::scope;
use rounds_kernel::{Cursor, Page, Permission, PersonId, Result, Time};
use rounds_web::Route;
use rounds_web::api::{Call, ChannelCode, Listed, Nothing, Operation, OutcomeCode, PageAsk, decode, encode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    vec![Operation::get("/api/v1/contacts", Permission::ReadRecord, "The contact ledger, newest first", list).route()]
}

/// A contact that took place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
struct Shown {
    id: i64,
    #[schema(format = "date-time")]
    at: String,
    channel: Option<String>,
    purpose: Option<String>,
    outcome: Option<String>,
    /// `in` or `out`.
    direction: Option<String>,
    note: Option<String>,
    person_id: Option<i64>,
    person: Option<String>,
    account_id: Option<i64>,
    account: Option<String>,
    user_id: Option<i64>,
    user: Option<String>,
    /// Where it comes from; `simulation` marks what is made up.
    source: String,
}

fn shown(r: LedgerRow) -> Shown {
    Shown {
        id: r.id,
        at: Time(r.occurred_at).rfc3339(),
        channel: r.channel,
        purpose: r.purpose,
        outcome: r.outcome,
        direction: r.direction,
        note: r.note,
        person_id: r.person_id,
        person: r.person,
        account_id: r.account_id,
        account: r.account,
        user_id: r.user_id,
        user: r.user_name,
        source: r.source,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    channel: Option<ChannelCode>,
    outcome: Option<OutcomeCode>,
    /// With this person.
    #[schema(minimum = 1)]
    person: Option<i64>,
    /// At this account.
    #[schema(minimum = 1)]
    account: Option<i64>,
    /// By this user.
    #[schema(minimum = 1)]
    user: Option<i64>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, ask: Ask) -> Result<Listed<Shown>> {
    if let Some(person) = ask.person {
        scope::see_person(call.db(), &call.actor, PersonId(person)).await?;
    }
    let filter = Filter {
        channel: ask.channel.map(|c| c.0),
        outcome: ask.outcome.map(|o| o.0),
        people: ask.person.map(|p| vec![p]),
        account: ask.account,
        user: ask.user,
        chosen: Vec::new(),
    };
    let name = format!("contacts {filter:?}");
    let after = decode(&name, ask.after.as_deref())?.and_then(|c| Some((c.key.parse::<i64>().ok()?, c.id)));
    let size = PageAsk { limit: ask.limit, after: None }.size();
    let rows = page(call.db(), &call.actor, &filter, (after, call.now), size as u64 + 1).await?;
    let page = Page::from_fetched(rows, size, |r| Cursor { key: r.occurred_at.to_string(), id: r.id });
    Ok(Listed { next: page.next.map(|c| encode(&name, &c)), items: page.rows.into_iter().map(shown).collect() })
}
