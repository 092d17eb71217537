//! What a link written by hand must satisfy, each refusal with its reason.

use super::model::{LinkKind, Span};
use crate::scope;
use rounds_kernel::{AccountId, Actor, Day, Error, PersonId, Result, SystemId};
use rounds_store::{FromQueryResult, Query, args};
use std::collections::BTreeSet;

/// The record at one end must be there and within the actor's scope.
pub(super) async fn end_known(db: &impl Query, actor: &Actor, kind: &str, id: i64) -> Result<()> {
    match kind {
        "system" => scope::see_system(db, actor, SystemId(id)).await,
        "account" => scope::see_account(db, actor, AccountId(id)).await,
        "person" => scope::see_person(db, actor, PersonId(id)).await,
        other => {
            let (table, what) = if other == "group" { ("buying_group", "buying group") } else { ("market_region", "region") };
            let found = db.number(&format!("SELECT COUNT(*) FROM {table} WHERE id = $1"), args![id]).await?;
            if found > 0 { Ok(()) } else { Err(Error::not_found(what)) }
        }
    }
}

/// A link's days: it ends after it begins, and neither lies ahead.
pub(super) fn days(from: Day, to: Option<Day>, today: Day) -> Result<()> {
    if let Some(to) = to.filter(|to| *to <= from) {
        return Err(Error::invalid(
            "affiliation.end_before_begin",
            format!("The link would end on {to} and begin on {from}. Nothing was changed."),
            "Give an end that comes after the beginning, or leave it blank.",
        ));
    }
    let ahead = if from > today { Some(from) } else { to.filter(|to| *to > today) };
    ahead.map_or(Ok(()), |day| {
        Err(Error::invalid(
            "affiliation.in_future",
            format!("{day} lies ahead: the record holds what has happened. Nothing was changed."),
            "Enter it when it has happened, or correct the year.",
        ))
    })
}

/// Nothing belongs to itself, directly or round a corner.
pub(super) async fn no_circle(db: &impl Query, kind: LinkKind, ends: (i64, i64), days: (Day, Option<Day>)) -> Result<()> {
    if !kind.nests() {
        return Ok(());
    }
    if ends.0 == ends.1 {
        return Err(Error::invalid(
            "affiliation.self_parent",
            "A record cannot belong to itself. Nothing was changed.",
            "Choose another record as the one it belongs to.",
        ));
    }
    if !leads_back(db, kind, ends, (days.0.0.into(), days.1.map(|d| d.0.into()))).await? {
        return Ok(());
    }
    Err(Error::conflict(
        "affiliation.cycle",
        "On some of these days the other record belongs to this one already, directly or through others: the two would belong to each other. Nothing was changed.",
        "End that link first, or turn this one around.",
    ))
}

/// No other parent holds on these days, where only one can.
pub(super) fn free(
    kind: LinkKind,
    spans: &[Span],
    parent: i64,
    (from, to): (Day, Option<Day>),
    name: impl Fn(i64) -> String,
) -> Result<()> {
    let overlaps = |s: &&Span| to.is_none_or(|to| s.from < to.0.into()) && s.to.is_none_or(|end| end > from.0.into());
    if spans.iter().filter(overlaps).any(|s| s.parent == parent) {
        return Err(Error::conflict(
            "affiliation.known",
            format!("The record holds this link with {} on some of these days. Nothing was changed.", name(parent)),
            "Correct the link that is there.",
        ));
    }
    let Some(other) = spans.iter().find(overlaps).filter(|_| kind.exclusive()) else { return Ok(()) };
    let day = |d: i64| Day(d as i32).to_string();
    let until = other.to.map_or("with no end".into(), |to| format!("until {}", day(to)));
    Err(Error::conflict(
        "affiliation.overlap",
        format!("{} holds from {} {until}, and there can be one at a time. Nothing was changed.", name(other.parent), day(other.from)),
        "End that link first, or say that the new one takes its place.",
    ))
}

#[derive(FromQueryResult)]
struct Up {
    parent_id: i64,
    valid_from: i64,
    valid_to: Option<i64>,
}

/// Whether a link from `child` to `parent` between the days would lead back to the child, over links that hold on common days.
pub(super) async fn leads_back(
    db: &impl Query,
    kind: LinkKind,
    (child, parent): (i64, i64),
    (from, to): (i64, Option<i64>),
) -> Result<bool> {
    let sql = "SELECT parent_id, valid_from, valid_to FROM affiliation WHERE child_kind = $1 AND child_id = $2 AND parent_kind = $3 AND relation = $4";
    let mut open = vec![(parent, from, to.unwrap_or(i64::MAX))];
    let mut seen = BTreeSet::new();
    while let Some((at, from, to)) = open.pop() {
        if at == child {
            return Ok(true);
        }
        if !seen.insert((at, from, to)) {
            continue;
        }
        for up in db.all::<Up>(sql, args![kind.child(), at, kind.parent(), kind.relation()]).await? {
            let (first, last) = (from.max(up.valid_from), to.min(up.valid_to.unwrap_or(i64::MAX)));
            if first < last {
                open.push((up.parent_id, first, last));
            }
        }
    }
    Ok(false)
}
