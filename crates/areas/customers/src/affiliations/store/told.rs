//! What changes of links are told on the timelines.

use super::super::model::{Affiliation, LinkKind, Span};
use super::list;
use rounds_kernel::{AccountId, Day, FactKind, NewFact, PersonId, Result, SystemId, Time};
use rounds_store::{FromQueryResult, Query, Tx};
use std::collections::{BTreeSet, HashMap};

/// A child that left one parent, came to one, or went from one to another.
pub(super) struct Move {
    child: i64,
    from: Option<i64>,
    to: Option<i64>,
    day: i64,
    source: String,
}

/// Whether a link is stored as it follows.
pub(super) fn same(link: &Affiliation, span: &Span) -> bool {
    let post = &span.post;
    link.valid_to == span.to
        && (link.role == post.role && link.title == post.title && link.department == post.department && link.share == post.share)
}

/// What is new after the links of a known child were made again.
pub(super) fn moves(kind: LinkKind, child: i64, before: &[Affiliation], after: &[Span]) -> Vec<Move> {
    let knew_start = |s: &&Span| before.iter().any(|l| l.parent_id == s.parent && l.valid_from == s.from);
    let knew_end = |s: &&Span| before.iter().any(|l| l.parent_id == s.parent && l.valid_to == s.to);
    let mut ends: Vec<&Span> = after.iter().filter(|s| s.to.is_some() && !knew_end(s)).collect();
    let mut out = Vec::new();
    for start in after.iter().filter(|s| !knew_start(s)) {
        let left = ends.iter().position(|e| e.to == Some(start.from)).map(|i| ends.remove(i));
        // The first link that a source tells of is where its knowledge begins, not an event.
        if left.is_none() && (kind.exclusive() && before.iter().all(|l| l.valid_from > start.from)) {
            continue;
        }
        let from = left.map(|e| e.parent);
        out.push(Move { child, from, to: Some(start.parent), day: start.from, source: start.source.clone() });
    }
    out.extend(ends.into_iter().map(|e| Move {
        child,
        from: Some(e.parent),
        to: None,
        day: e.to.unwrap_or_default(),
        source: e.source.clone(),
    }));
    out
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
}

/// Names of the parents of a kind of link.
pub(in crate::affiliations) async fn names(db: &impl Query, kind: LinkKind, ids: &BTreeSet<i64>) -> Result<HashMap<i64, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT id, name FROM {} WHERE id IN ({})", kind.parent_table(), list(ids.iter().copied()));
    Ok(db.all::<Named>(&sql, vec![]).await?.into_iter().map(|n| (n.id, n.name)).collect())
}

fn words(kind: LinkKind) -> (&'static str, &'static str) {
    match kind {
        LinkKind::AccountSystem => ("Became part of", "Left"),
        LinkKind::SystemSystem => ("Came to be owned by", "Is no longer owned by"),
        LinkKind::AccountAccount => ("Came to belong to", "No longer belongs to"),
        LinkKind::PersonAccount => ("Moved to", "Left"),
        LinkKind::AccountNuts | LinkKind::AccountBuying => ("Came to region", "Left region"),
        _ => ("Buys through", "No longer buys through"),
    }
}

/// Puts moves onto the timelines.
pub(super) async fn tell(tx: &mut Tx, kind: LinkKind, moves: Vec<Move>) -> Result<()> {
    let parents: BTreeSet<i64> = moves.iter().flat_map(|m| [m.from, m.to]).flatten().collect();
    let names = names(tx, kind, &parents).await?;
    let name = |id: i64| names.get(&id).map_or("unknown", String::as_str);
    let (came, left) = words(kind);
    let fact = |m: Move| {
        let text = match (m.from, m.to) {
            (Some(from), Some(to)) => format!("{came} {}, before {}", name(to), name(from)),
            (None, Some(to)) => format!("{} {}", if kind == LinkKind::PersonAccount { "Works at" } else { came }, name(to)),
            (from, None) => format!("{left} {}", name(from.unwrap_or_default())),
        };
        let at = m.to.or(m.from).unwrap_or_default();
        let base = NewFact {
            natural_key: Some(format!("affiliation:{}:{}:{}:{}:{}", kind.code(), m.child, m.from.unwrap_or(0), m.to.unwrap_or(0), m.day)),
            body: serde_json::json!({ "text": text }),
            ..NewFact::new(FactKind::Record, Time::at_day(Day(m.day as i32)), &m.source)
        };
        match kind.child() {
            "person" => NewFact { account: Some(AccountId(at)), person: Some(PersonId(m.child)), ..base },
            "system" => NewFact { system: Some(SystemId(m.child)), ..base },
            _ => NewFact { account: Some(AccountId(m.child)), ..base },
        }
    };
    tx.facts(moves.into_iter().map(fact).collect()).await
}
