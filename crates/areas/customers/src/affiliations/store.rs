//! The affiliation table.

use super::model::{AccountSystemRow, Affiliation, Effect, Link, LinkKind, effect};
use crate::{accounts, systems};
use rounds_kernel::{AccountId, Day, FactKind, NewFact, PersonId, Result, Time};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{FromQueryResult, MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_120300_customers_affiliation",
            up: "
CREATE TABLE affiliation (
  id {id}, child_kind TEXT NOT NULL, child_id BIGINT NOT NULL, parent_kind TEXT NOT NULL, parent_id BIGINT NOT NULL,
  relation TEXT NOT NULL, valid_from BIGINT NOT NULL, valid_to BIGINT, source TEXT NOT NULL, confidence DOUBLE PRECISION NOT NULL);
CREATE INDEX affiliation_child ON affiliation (child_kind, child_id);
CREATE INDEX affiliation_parent ON affiliation (parent_kind, parent_id);
",
        }
        .boxed(),
    ]
}

const COLUMNS: &str = "id, child_id, parent_id, valid_from, valid_to, source, confidence";

fn list(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

/// A child's links, newest first, past ones included.
pub async fn of_child(db: &impl Query, kind: LinkKind, child: i64) -> Result<Vec<Affiliation>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM affiliation WHERE child_kind = $1 AND child_id = $2 AND parent_kind = $3 ORDER BY valid_from DESC, id DESC"
    );
    db.all(&sql, args![kind.child(), child, kind.parent()]).await
}

/// Current parents of each child; a child without one is absent.
pub async fn current(db: &impl Query, kind: LinkKind, children: &[i64]) -> Result<BTreeMap<i64, Vec<i64>>> {
    let mut out: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (child, links) in of_children(db, kind, children).await? {
        let now: Vec<i64> = links.iter().filter(|l| l.valid_to.is_none()).map(|l| l.parent_id).collect();
        if !now.is_empty() {
            out.insert(child, now);
        }
    }
    Ok(out)
}

async fn of_children(db: &impl Query, kind: LinkKind, children: &[i64]) -> Result<BTreeMap<i64, Vec<Affiliation>>> {
    let mut out: BTreeMap<i64, Vec<Affiliation>> = BTreeMap::new();
    for chunk in children.chunks(1_000) {
        let sql = format!(
            "SELECT {COLUMNS} FROM affiliation WHERE child_kind = $1 AND parent_kind = $2 AND child_id IN ({}) ORDER BY id",
            list(chunk)
        );
        for link in db.all::<Affiliation>(&sql, args![kind.child(), kind.parent()]).await? {
            out.entry(link.child_id).or_default().push(link);
        }
    }
    Ok(out)
}

/// Writes links by the rules of [`effect`]; says for each whether it changed the record. Moves are facts on the timeline.
pub async fn link(tx: &mut Tx, kind: LinkKind, links: Vec<Link>) -> Result<Vec<bool>> {
    let children: Vec<i64> = links.iter().map(|l| l.child).collect::<HashSet<_>>().into_iter().collect();
    let mut held = of_children(tx, kind, &children).await?;
    let mut changed = Vec::with_capacity(links.len());
    let mut closed: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut moves: Vec<(Link, i64)> = Vec::new();
    for new in links {
        let of_child = held.entry(new.child).or_default();
        let found = effect(kind, of_child, &new);
        changed.push(found != Effect::Known);
        let from = i64::from(new.from.0);
        let valid_to = match found {
            Effect::Known => continue,
            Effect::Added => None,
            Effect::Past(until) => Some(until),
            Effect::Moved(i) => {
                of_child[i].valid_to = Some(from);
                closed.entry(from).or_default().push(of_child[i].id);
                moves.push((new.clone(), of_child[i].parent_id));
                None
            }
        };
        of_child.push(Affiliation {
            id: 0,
            child_id: new.child,
            parent_id: new.parent,
            valid_from: from,
            valid_to,
            source: new.source,
            confidence: new.confidence,
        });
    }
    for (day, ids) in closed {
        tx.execute(&format!("UPDATE affiliation SET valid_to = $1 WHERE id IN ({})", list(&ids)), args![day]).await?;
    }
    let new: Vec<Affiliation> = held.into_values().flatten().filter(|l| l.id == 0).collect();
    insert(tx, kind, new).await?;
    tell(tx, kind, &moves).await?;
    Ok(changed)
}

async fn insert(tx: &mut Tx, kind: LinkKind, mut links: Vec<Affiliation>) -> Result<()> {
    const INTO: &[&str] =
        &["child_kind", "child_id", "parent_kind", "parent_id", "relation", "valid_from", "valid_to", "source", "confidence"];
    // The order of ids follows the record, not a hash: the same input makes the same database.
    links.sort_by_key(|l| (l.child_id, l.valid_from));
    let row = |l: Affiliation| {
        args![kind.child(), l.child_id, kind.parent(), l.parent_id, kind.relation(), l.valid_from, l.valid_to, l.source, l.confidence]
    };
    tx.insert_many("affiliation", INTO, links.into_iter().map(row).collect(), "").await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
}

/// Puts moves onto the timelines.
async fn tell(tx: &mut Tx, kind: LinkKind, moves: &[(Link, i64)]) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    let table = if kind == LinkKind::AccountSystem { "health_system" } else { "account" };
    let parents: Vec<i64> = moves.iter().flat_map(|(l, before)| [l.parent, *before]).collect();
    let sql = format!("SELECT id, name FROM {table} WHERE id IN ({})", list(&parents));
    let names: HashMap<i64, String> = tx.all::<Named>(&sql, vec![]).await?.into_iter().map(|n| (n.id, n.name)).collect();
    let name = |id: i64| names.get(&id).map_or("unknown", String::as_str);
    let fact = |(l, before): &(Link, i64)| {
        let verb = if kind == LinkKind::AccountSystem { "Became part of" } else { "Moved to" };
        let (account, person) = match kind {
            LinkKind::AccountSystem => (Some(AccountId(l.child)), None),
            LinkKind::PersonAccount => (Some(AccountId(l.parent)), Some(PersonId(l.child))),
        };
        NewFact {
            account,
            person,
            natural_key: Some(format!("affiliation:{}:{}:{}:{}", kind.child(), l.child, l.parent, l.from.0)),
            body: serde_json::json!({ "text": format!("{verb} {}, before {}", name(l.parent), name(*before)) }),
            ..NewFact::new(FactKind::Record, Time::at_day(l.from), &l.source)
        }
    };
    tx.facts(moves.iter().map(fact).collect()).await
}

/// Ends the children's current links that come from `source`, as of `day`; returns how many ended.
pub async fn end(tx: &mut Tx, kind: LinkKind, children: &[i64], day: Day, source: &str) -> Result<u64> {
    let mut ended = 0;
    for chunk in children.chunks(1_000) {
        let sql = format!(
            "UPDATE affiliation SET valid_to = $1 WHERE child_kind = $2 AND parent_kind = $3 AND source = $4 AND valid_to IS NULL \
             AND valid_from < $1 AND child_id IN ({})",
            list(chunk)
        );
        ended += tx.execute(&sql, args![i64::from(day.0), kind.child(), kind.parent(), source]).await?;
    }
    Ok(ended)
}

/// Writes which system accounts are part of. At most 1,000 a call.
pub async fn upsert(tx: &mut Tx, rows: Vec<AccountSystemRow>) -> Result<ChunkReport> {
    let mut report = ChunkReport::default();
    let accounts = accounts::ids(tx, &rows.iter().map(|r| r.account_key.as_str()).collect::<Vec<_>>()).await?;
    let owners = systems::ids(tx, &rows.iter().map(|r| r.system_key.as_str()).collect::<Vec<_>>()).await?;
    let mut links = Vec::new();
    let mut lines = Vec::new();
    let mut alone: BTreeMap<(i32, String), Vec<(u64, i64)>> = BTreeMap::new();
    for row in rows {
        let Some(child) = accounts.get(&row.account_key).copied() else {
            let cause = format!("There is no account with the key “{}”.", row.account_key);
            report.rejects.push(reject(row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key."));
            continue;
        };
        if row.system_key.is_empty() {
            alone.entry((row.from.0, row.source)).or_default().push((row.line, child));
            continue;
        }
        let Some(parent) = owners.get(&row.system_key).copied() else {
            let cause = format!("There is no system with the key “{}”.", row.system_key);
            report.rejects.push(reject(row.line, "import.system_unknown", cause, "Import the systems first, or correct the key."));
            continue;
        };
        lines.push(row.line);
        links.push(Link { child, parent, from: row.from, source: row.source, confidence: row.confidence });
    }
    let mut touched: HashSet<i64> = links.iter().map(|l| l.parent).collect();
    for ((day, source), children) in alone {
        let before = current(tx, LinkKind::AccountSystem, &children.iter().map(|c| c.1).collect::<Vec<_>>()).await?;
        let bound: Vec<i64> = before.keys().copied().collect();
        end(tx, LinkKind::AccountSystem, &bound, Day(day), &source).await?;
        let after = current(tx, LinkKind::AccountSystem, &bound).await?;
        touched.extend(before.values().flatten());
        for (line, child) in children {
            count(&mut report, line, before.get(&child) != after.get(&child), false);
        }
    }
    let changed = link(tx, LinkKind::AccountSystem, links).await?;
    lines.into_iter().zip(changed).for_each(|(line, new)| count(&mut report, line, new, new));
    if report.written > 0 {
        crate::search::index_systems(tx, &touched.into_iter().collect::<Vec<_>>()).await?;
    }
    Ok(report)
}

fn count(report: &mut ChunkReport, line: u64, written: bool, new: bool) {
    report.written += u64::from(written);
    report.created += u64::from(new);
    report.unchanged += u64::from(!written);
    if written {
        report.lines.insert(line);
    }
}
