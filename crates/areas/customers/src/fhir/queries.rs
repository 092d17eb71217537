//! The record in scope as resources, page by page, in an order that does not depend on numbers in the database.

use super::model::Format;
use super::model::write;
use crate::accounts::{self, Account};
use crate::affiliations::{Affiliation, LinkKind};
use crate::groups::{self, Group};
use crate::identifiers::{self, EntityKind, Held};
use crate::people::{self, Person};
use crate::scope;
use crate::systems::{self, System};
use rounds_kernel::{AccountId, Actor, PersonId, Result, SystemId};
use rounds_store::{FromQueryResult, Query, Value as Arg, args};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Records a page.
const PAGE: usize = 500;

#[derive(FromQueryResult)]
struct Key {
    id: i64,
    source_key: String,
}

/// What is written one after the other: the kinds of records, then the kinds of links.
fn stages() -> Vec<Stage> {
    let records = ["system", "group", "account", "person"].map(Stage::Records);
    let links = LinkKind::ALL.iter().filter(|k| k.parent() != "region").map(|k| Stage::Links(*k));
    records.into_iter().chain(links).collect()
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    Records(&'static str),
    Links(LinkKind),
}

/// One page of a stage within the actor's scope: the resources of up to `limit` records after a key, and the last of them; `None` when
/// the stage is over. `None` too for a stage that is none.
pub(super) async fn page(
    db: &impl Query,
    actor: &Actor,
    stage: usize,
    after: &str,
    limit: usize,
) -> Result<Option<(Vec<Value>, Option<String>)>> {
    Ok(match stages().get(stage) {
        Some(Stage::Records(kind)) => Some(records(db, actor, kind, after, limit).await?),
        Some(Stage::Links(kind)) => Some(links(db, actor, *kind, after, limit).await?),
        None => None,
    })
}

/// Writes everything that the actor may see to `out`, a text at a time: the record is never in memory as a whole.
pub async fn export(db: &impl Query, actor: &Actor, format: Format, out: &mut (dyn FnMut(&str) -> Result<()> + Send)) -> Result<u64> {
    let mut sink = Sink { format, count: 0, out };
    if format == Format::Bundle {
        (sink.out)("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[")?;
    }
    let (mut stage, mut after) = (0, String::new());
    while let Some((resources, last)) = page(db, actor, stage, &after, PAGE).await? {
        for resource in &resources {
            sink.put(resource)?;
        }
        match last {
            Some(key) => after = key,
            None => (stage, after) = (stage + 1, String::new()),
        }
    }
    if format == Format::Bundle {
        (sink.out)("]}\n")?;
    }
    Ok(sink.count)
}

struct Sink<'a> {
    format: Format,
    count: u64,
    out: &'a mut (dyn FnMut(&str) -> Result<()> + Send),
}

impl Sink<'_> {
    fn put(&mut self, resource: &Value) -> Result<()> {
        let comma = if self.count > 0 { "," } else { "" };
        self.count += 1;
        match self.format {
            Format::Ndjson => (self.out)(&format!("{resource}\n")),
            Format::Bundle => {
                let (kind, id) = (resource["resourceType"].as_str().unwrap_or_default(), resource["id"].as_str().unwrap_or_default());
                // A reference `Type/id` is resolved against the address of the entry that holds it.
                let address = format!("urn:rounds:fhir/{kind}/{id}");
                (self.out)(&format!("{comma}\n{}", serde_json::json!({ "fullUrl": address, "resource": resource })))
            }
        }
    }
}

fn table(kind: &str) -> &'static str {
    match kind {
        "system" => "health_system",
        "group" => "buying_group",
        "account" => "account",
        _ => "person",
    }
}

fn seen(actor: &Actor, kind: &str) -> String {
    match kind {
        "system" => scope::systems(actor),
        "account" => scope::accounts(actor),
        "person" => scope::people(actor),
        _ => "1 = 1".into(),
    }
}

async fn records(db: &impl Query, actor: &Actor, kind: &str, after: &str, limit: usize) -> Result<(Vec<Value>, Option<String>)> {
    let (table, seen) = (table(kind), seen(actor, kind));
    let sql = format!("SELECT id, source_key FROM {table} WHERE {table}.source_key > $1 AND {seen} ORDER BY source_key LIMIT {limit}");
    let keys: Vec<Key> = db.all(&sql, args![after]).await?;
    let Some(last) = keys.last().map(|k| k.source_key.clone()) else { return Ok((Vec::new(), None)) };
    let mut held: HashMap<i64, Vec<Held>> = HashMap::new();
    if let Some(entity) = EntityKind::parse(kind) {
        for h in identifiers::held_by(db, entity, &keys.iter().map(|k| k.id).collect::<Vec<_>>()).await? {
            held.entry(h.entity_id).or_default().push(h);
        }
    }
    let gone = gone(db, kind, &keys).await?;
    let mut out = Vec::new();
    for key in keys {
        let mut numbers = held.remove(&key.id).unwrap_or_default();
        numbers.sort_by(|a, b| (&a.scheme, &a.value).cmp(&(&b.scheme, &b.value)));
        out.extend(resources(db, kind, key.id, &numbers, !gone.contains(&key.id)).await?);
    }
    Ok((out, Some(last)))
}

#[derive(FromQueryResult)]
struct Gone {
    id: i64,
}

/// Which of the records are no longer there: systems and groups whose every member has left, people who have left every place, accounts
/// of which the last that was said is that a whole release does not list them.
async fn gone(db: &impl Query, kind: &str, keys: &[Key]) -> Result<BTreeSet<i64>> {
    let list = keys.iter().map(|k| k.id.to_string()).collect::<Vec<_>>().join(", ");
    let ended = |side: &str| {
        format!(
            "SELECT {side}_id AS id FROM affiliation WHERE {side}_kind = '{kind}' AND {side}_id IN ({list}) \
             GROUP BY {side}_id HAVING COUNT(*) = COUNT(valid_to)"
        )
    };
    let sql = match kind {
        "account" => format!(
            "SELECT u.child_id AS id FROM affiliation_sighting u WHERE u.child_kind = 'account' AND u.parent_kind = 'system' \
             AND u.said = 'unlisted' AND u.child_id IN ({list}) AND NOT EXISTS (SELECT 1 FROM affiliation_sighting o \
             WHERE o.child_kind = 'account' AND o.child_id = u.child_id AND o.parent_kind = 'system' AND o.said <> 'unlisted' AND o.day >= u.day)"
        ),
        "person" => ended("child"),
        _ => ended("parent"),
    };
    Ok(db.all::<Gone>(&sql, vec![]).await?.into_iter().map(|g| g.id).collect())
}

async fn resources(db: &impl Query, kind: &str, id: i64, held: &[Held], active: bool) -> Result<Vec<Value>> {
    Ok(match kind {
        "system" => systems::get(db, SystemId(id)).await?.iter().map(|s: &System| write::system(s, held, active)).collect(),
        "group" => groups::get(db, id).await?.iter().map(|g: &Group| write::group(g, active)).collect(),
        "account" => accounts::get(db, AccountId(id)).await?.iter().flat_map(|a: &Account| write::account(a, held, active)).collect(),
        _ => people::get(db, PersonId(id)).await?.iter().map(|p: &Person| write::person(p, held, active)).collect(),
    })
}

#[derive(FromQueryResult)]
struct Linked {
    child_key: String,
    parent_key: String,
    child_id: i64,
    parent_id: i64,
    valid_from: i64,
    valid_to: Option<i64>,
    source: String,
    confidence: f64,
    role: String,
    title: String,
    department: String,
    share: Option<i64>,
}

async fn links(db: &impl Query, actor: &Actor, kind: LinkKind, after: &str, limit: usize) -> Result<(Vec<Value>, Option<String>)> {
    let (child, parent) = (table(kind.child()), table(kind.parent()));
    let sql = format!(
        "SELECT id, source_key FROM {child} WHERE source_key > $1 AND EXISTS (SELECT 1 FROM affiliation f WHERE f.child_kind = $2 \
         AND f.child_id = {child}.id AND f.parent_kind = $3 AND f.relation = $4) AND {} ORDER BY source_key LIMIT {limit}",
        seen(actor, kind.child())
    );
    let children: Vec<Key> = db.all(&sql, args![after, kind.child(), kind.parent(), kind.relation()]).await?;
    let Some(last) = children.last().map(|k| k.source_key.clone()) else { return Ok((Vec::new(), None)) };
    let list = children.iter().map(|c| c.id.to_string()).collect::<Vec<_>>().join(", ");
    // A table joined to itself bears two names: the parent keeps its own, by which the scope speaks of it.
    let of = format!(
        "SELECT c.source_key AS child_key, {parent}.source_key AS parent_key, f.child_id, f.parent_id, f.valid_from, f.valid_to, f.source, \
         f.confidence, f.role, f.title, f.department, f.share FROM affiliation f JOIN {child} c ON c.id = f.child_id \
         JOIN {parent} ON {parent}.id = f.parent_id \
         WHERE f.child_kind = $1 AND f.parent_kind = $2 AND f.relation = $3 AND f.child_id IN ({list}) AND {}",
        seen(actor, kind.parent())
    );
    let values: Vec<Arg> = args![kind.child(), kind.parent(), kind.relation()];
    let mut found: BTreeMap<(String, i64, String), Linked> = BTreeMap::new();
    for l in db.all::<Linked>(&of, values).await? {
        found.insert((l.child_key.clone(), l.valid_from, l.parent_key.clone()), l);
    }
    let resource = |l: Linked| {
        let (child_key, parent_key) = (l.child_key.clone(), l.parent_key.clone());
        write::link(kind, &link(l), &child_key, &parent_key)
    };
    Ok((found.into_values().map(resource).collect(), Some(last)))
}

fn link(l: Linked) -> Affiliation {
    Affiliation {
        id: 0,
        child_id: l.child_id,
        parent_id: l.parent_id,
        valid_from: l.valid_from,
        valid_to: l.valid_to,
        source: l.source,
        confidence: l.confidence,
        role: l.role,
        title: l.title,
        department: l.department,
        share: l.share,
    }
}
