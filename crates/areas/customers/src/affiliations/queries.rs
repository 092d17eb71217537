//! Reads of the page of a child's links.

use super::model::{Affiliation, LinkKind, Sighting};
use super::store;
use crate::scope;
use rounds_kernel::{Actor, Error, Result};
use rounds_store::{FromQueryResult, Query, args};
use std::collections::{BTreeSet, HashMap};

/// A change by hand as kept.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Edited {
    pub id: i64,
    pub at: i64,
    pub name: String,
    pub what: String,
    pub reason: String,
    pub undone_at: Option<i64>,
    pub undone_by: Option<String>,
}

/// Everything known of a child's links of one kind.
pub(super) struct Known {
    pub name: String,
    pub links: Vec<Affiliation>,
    pub said: Vec<Sighting>,
    pub edits: Vec<Edited>,
    pub parents: HashMap<i64, String>,
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

/// The links of a child that the actor may see; parents outside the actor's scope are left out.
pub(super) async fn known(db: &impl Query, actor: &Actor, kind: LinkKind, child: i64) -> Result<Known> {
    let table = if kind.child() == "system" { "health_system" } else { kind.child() };
    let name = db.text(&format!("SELECT name FROM {table} WHERE id = $1"), args![child]).await?;
    let mut links = store::of_child(db, kind, child).await?;
    let mut said = store::said_of(db, kind, &[child]).await?.remove(&child).unwrap_or_default();
    let mut parents: BTreeSet<i64> = said.iter().map(|s| s.parent).chain(links.iter().map(|l| l.parent_id)).filter(|p| *p != 0).collect();
    if kind.parent() == "account" && !parents.is_empty() {
        let sql = format!("SELECT id FROM account WHERE id IN ({}) AND {}", store::list(parents.iter().copied()), scope::accounts(actor));
        parents = db.all::<Id>(&sql, vec![]).await?.into_iter().map(|r| r.id).collect();
    }
    links.retain(|l| parents.contains(&l.parent_id));
    said.retain(|s| s.parent == 0 || parents.contains(&s.parent));
    said.sort_by(|a, b| b.day.cmp(&a.day).then(a.source.cmp(&b.source)));
    let sql = "SELECT id, at, name, what, reason, undone_at, undone_by FROM affiliation_edit WHERE child_kind = $1 AND child_id = $2 AND kind = $3 \
               ORDER BY id DESC LIMIT 50";
    Ok(Known {
        name: name.ok_or_else(|| Error::not_found("record"))?,
        edits: db.all(sql, args![kind.child(), child, kind.code()]).await?,
        parents: store::names(db, kind, &parents).await?,
        links,
        said,
    })
}

#[derive(FromQueryResult)]
struct Candidate {
    id: i64,
    name: String,
    source_key: String,
}

/// The parent that a person means: its number, its source's key, or its whole name.
///
/// # Errors
/// `affiliation.parent_unknown` when nothing fits, `affiliation.parent_unclear` when several do.
pub(super) async fn parent_meant(db: &impl Query, actor: &Actor, kind: LinkKind, text: &str) -> Result<i64> {
    let text = text.trim();
    let table = kind.parent_table();
    let condition = match kind.parent() {
        "account" => scope::accounts(actor),
        "system" => scope::systems(actor),
        _ => "1 = 1".into(),
    };
    let key = if table == "market_region" { "code" } else { "source_key" };
    let number = text.parse::<i64>().unwrap_or(-1);
    let sql = format!(
        "SELECT id, name, {key} AS source_key FROM {table} WHERE (id = $1 OR {key} = $2 OR LOWER(name) = LOWER($2)) AND {condition} ORDER BY id LIMIT 6"
    );
    let found: Vec<Candidate> = db.all(&sql, args![number, text]).await?;
    let exact = found.iter().find(|c| c.id == number || c.source_key == text);
    match (exact, found.as_slice()) {
        (Some(c), _) => Ok(c.id),
        (None, [one]) => Ok(one.id),
        (None, []) => Err(Error::invalid(
            "affiliation.parent_unknown",
            format!("Nothing that you may see is called “{text}”. Nothing was changed."),
            "Write its whole name, its number, or its key as its page shows it.",
        )),
        (None, several) => {
            let keys: Vec<String> = several.iter().map(|c| format!("{} (number {})", c.source_key, c.id)).collect();
            Err(Error::invalid(
                "affiliation.parent_unclear",
                format!("Several are called “{}”: {}. Nothing was changed.", several[0].name, keys.join(", ")),
                "Write the number of the one you mean.",
            ))
        }
    }
}
