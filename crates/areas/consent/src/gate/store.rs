//! The clearance table, and what the gate reads to judge.

use super::{Clearance, Held, Holding, Request, is_live};
use crate::access::{self, Access};
use crate::country_rules::Local;
use crate::permissions::{ANY_CHANNEL, Reach, of_person_at};
use rounds_customers::affiliations::{LinkKind, current};
use rounds_customers::contracts::{Quiet, quiet};
use rounds_kernel::{AccountId, Channel, Day, Error, Outcome, PersonId, Result, Time};
use rounds_platform::scope;
use rounds_store::{Engine, FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_130200_consent_clearance",
            up: "
CREATE TABLE clearance (
  id {id}, person_id BIGINT NOT NULL, account_id BIGINT NOT NULL, user_id BIGINT, channel TEXT NOT NULL, week BIGINT NOT NULL,
  action_id BIGINT, planned_at BIGINT NOT NULL, cleared_at BIGINT NOT NULL, used_at BIGINT, released_at BIGINT);
CREATE INDEX clearance_person ON clearance (person_id, cleared_at);
CREATE INDEX clearance_action ON clearance (action_id);
",
        }
        .boxed(),
    ]
}

/// Condition on open clearances.
const OPEN: &str = "used_at IS NULL AND released_at IS NULL";

/// Lets only one transaction at a time decide about a person. SQLite has one writer anyway; on PostgreSQL two transactions would
/// each see the other's clearance too late.
pub(crate) async fn lock_person(tx: &Tx, person: PersonId) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        tx.fetch("SELECT pg_advisory_xact_lock(hashtextextended('consent.gate', $1))", args![person.0]).await?;
    }
    Ok(())
}

/// What the gate knows about a person.
pub(super) struct Known {
    pub reach: Reach,
    pub country: String,
    pub access: Option<Access>,
    pub expects_us: bool,
    pub local: Option<Local>,
    pub quiet: Option<Quiet>,
    pub held: Vec<Held>,
}

/// Reads it; the caller holds the person's lock.
pub(super) async fn known(tx: &Tx, r: &Request) -> Result<Known> {
    let country = country(tx, r.person, r.account).await?;
    let (mut held, expects_us) = made(tx, r).await?;
    held.extend(open(tx, r).await?);
    let access = if r.channel == Channel::Visit { access::of_person(tx, r.person, r.account, r.at.day()).await? } else { None };
    let quiet = quiet_where_they_work(tx, r).await?;
    let local = if r.timed {
        let zone = tx.text("SELECT zone FROM account WHERE id = $1", args![r.account.0]).await?;
        Some(Local::at(r.at, zone.as_deref().unwrap_or("UTC")))
    } else {
        None
    };
    Ok(Known { reach: of_person_at(tx, r.person, r.at.max(tx.now)).await?, country, access, expects_us, local, quiet, held })
}

/// The quiet period that holds for any account where the person works: who works at two hears of a tender at either.
async fn quiet_where_they_work(tx: &Tx, r: &Request) -> Result<Option<Quiet>> {
    let posts = current(tx, LinkKind::PersonAccount, &[r.person.0]).await?;
    let mut longest: Option<Quiet> = None;
    for account in posts.into_values().flatten().chain([r.account.0]) {
        let found = quiet(tx, AccountId(account), r.at.day()).await?;
        longest = longest.into_iter().chain(found).max_by_key(|q| q.until);
    }
    Ok(longest)
}

/// Country of the account, which must be within the actor's scope and hold the person.
pub(super) async fn country(tx: &Tx, person: PersonId, account: AccountId) -> Result<String> {
    let sql = format!("SELECT country FROM account WHERE id = $1 AND {}", scope::accounts(&tx.actor, "id"));
    let Some(country) = tx.text(&sql, args![account.0]).await? else { return Err(Error::not_found("account")) };
    let sql = "SELECT COUNT(*) FROM affiliation WHERE child_kind = 'person' AND child_id = $1 AND parent_kind = 'account' AND parent_id = $2 \
               AND valid_to IS NULL";
    if tx.number(sql, args![person.0, account.0]).await? == 0 {
        return Err(Error::conflict(
            "consent.not_at_account",
            "This person is not, or no longer, at this account. Nothing was changed.",
            "Open the person's page to see where they are now.",
        ));
    }
    Ok(country)
}

#[derive(FromQueryResult)]
struct MadeRow {
    occurred_at: i64,
    channel: String,
    outcome: Option<String>,
}

/// Contacts of ours that count, and whether one of them agreed a meeting.
async fn made(tx: &Tx, r: &Request) -> Result<(Vec<Held>, bool)> {
    let from = Time::at_day(r.at.day().week().monday().plus(-21));
    let sql = "SELECT occurred_at, channel, body->>'outcome' AS outcome FROM fact WHERE person_id = $1 AND kind = 'contact' \
               AND occurred_at >= $2 AND channel IS NOT NULL AND body->>'direction' = 'out'";
    let rows = tx.all::<MadeRow>(sql, args![r.person.0, from.0]).await?;
    let agreed = |o: Option<&str>| matches!(o.and_then(Outcome::parse), Some(Outcome::MeetingBooked | Outcome::DemoBooked));
    let expects_us = rows.iter().any(|row| agreed(row.outcome.as_deref()));
    let held = rows.into_iter().filter_map(|row| {
        let channel = Channel::parse(&row.channel)?;
        let live = is_live(channel) && row.outcome.as_deref() != Some(Outcome::NoAnswer.code());
        Some(Held { at: Time(row.occurred_at), channel, live, open: false })
    });
    Ok((held.collect(), expects_us))
}

#[derive(FromQueryResult)]
struct OpenRow {
    planned_at: i64,
    channel: String,
}

/// Open clearances of anyone, without the asking action's own and without those whose week has passed.
async fn open(tx: &Tx, r: &Request) -> Result<Vec<Held>> {
    let sql = format!(
        "SELECT planned_at, channel FROM clearance WHERE person_id = $1 AND {OPEN} AND week >= $2 AND (action_id IS NULL OR action_id <> $3)"
    );
    let this_week = tx.now.day().week().monday();
    let own = r.action_id.map_or(0, |a| a.0);
    let rows = tx.all::<OpenRow>(&sql, args![r.person.0, i64::from(this_week.0), own]).await?;
    Ok(rows
        .into_iter()
        .filter_map(|c| {
            let channel = Channel::parse(&c.channel)?;
            Some(Held { at: Time(c.planned_at), channel, live: is_live(channel), open: true })
        })
        .collect())
}

pub(super) async fn insert(tx: &mut Tx, r: &Request) -> Result<Clearance> {
    const INTO: &[&str] = &["person_id", "account_id", "user_id", "channel", "week", "action_id", "planned_at", "cleared_at"];
    let week = r.at.day().week().monday();
    let row = args![
        r.person.0,
        r.account.0,
        tx.actor.user.map(|u| u.0),
        r.channel.code(),
        i64::from(week.0),
        r.action_id.map(|a| a.0),
        r.at.0,
        tx.now.0
    ];
    Ok(Clearance { id: tx.insert("clearance", INTO, row).await?, week })
}

#[derive(FromQueryResult)]
struct IdRow {
    id: i64,
    week: i64,
}

/// The open clearance for the same action, or without an action for the same contact by the same user, in the week of `r.at`.
pub(super) async fn find_open(tx: &Tx, r: &Request) -> Result<Option<Clearance>> {
    let week = i64::from(r.at.day().week().monday().0);
    let found = match r.action_id {
        Some(action) => {
            let sql = format!(
                "SELECT id, week FROM clearance WHERE action_id = $1 AND person_id = $2 AND channel = $3 AND week = $4 AND {OPEN} ORDER BY id LIMIT 1"
            );
            tx.one::<IdRow>(&sql, args![action.0, r.person.0, r.channel.code(), week]).await?
        }
        None => {
            let sql = format!(
                "SELECT id, week FROM clearance WHERE person_id = $1 AND account_id = $2 AND channel = $3 AND week = $4 AND action_id IS NULL \
                 AND user_id = $5 AND {OPEN} ORDER BY id LIMIT 1"
            );
            tx.one::<IdRow>(&sql, args![r.person.0, r.account.0, r.channel.code(), week, tx.actor.user.map(|u| u.0)]).await?
        }
    };
    Ok(found.map(|f| Clearance { id: f.id, week: Day::stored(f.week) }))
}

pub(super) async fn mark_used(tx: &mut Tx, id: i64) -> Result<()> {
    let now = tx.now.0;
    tx.execute("UPDATE clearance SET used_at = $2 WHERE id = $1", args![id, now]).await.map(|_| ())
}

/// Releases what `holding` names; says how many were open.
pub(super) async fn release(tx: &mut Tx, holding: Holding) -> Result<u64> {
    let (column, id) = match holding {
        Holding::Action(a) => ("action_id", a.0),
        Holding::Clearance(c) => ("id", c),
    };
    let now = tx.now.0;
    tx.execute(&format!("UPDATE clearance SET released_at = $2 WHERE {column} = $1 AND {OPEN}"), args![id, now]).await
}

/// Takes back every open clearance towards `people` in `channel` (`None`: in any), because they said no.
pub(crate) async fn revoke(tx: &mut Tx, people: &[i64], channel: Option<Channel>) -> Result<()> {
    let now = tx.now.0;
    let ids = people.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql =
        format!("UPDATE clearance SET released_at = $1 WHERE person_id IN ({ids}) AND ($2 = '{ANY_CHANNEL}' OR channel = $2) AND {OPEN}");
    tx.execute(&sql, args![now, channel.map_or(ANY_CHANNEL, Channel::code)]).await.map(|_| ())
}
