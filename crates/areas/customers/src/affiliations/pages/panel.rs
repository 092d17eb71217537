//! What the pages of records show of their links: those that hold on the day, and those before.

use super::super::model::{Affiliation, LinkKind};
use super::super::store;
use super::view::record_path;
use crate::as_of::AsOf;
use crate::scope;
use rounds_kernel::{Actor, Day, PersonRole, Result};
use rounds_store::{FromQueryResult, Query, args};
use std::collections::{BTreeMap, BTreeSet};

/// The links of one kind of a record.
#[derive(Debug, Clone, Default)]
pub struct LinkGroup {
    /// Kind of link.
    pub kind: Option<LinkKind>,
    /// Heading of links that hold: "Part of".
    pub label: &'static str,
    /// Heading of those that held.
    pub past_label: &'static str,
    /// Where they are told in full and changed.
    pub href: String,
    /// Links that hold on the day.
    pub now: Vec<LinkItem>,
    /// Links that held before it, the latest first.
    pub past: Vec<LinkItem>,
}

/// One link.
#[derive(Debug, Clone, Default)]
pub struct LinkItem {
    /// Id of the other record.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its page, on the same day; none for regions.
    pub href: Option<String>,
    /// Role, title, department, share of time; may be empty.
    pub post: String,
    /// Since when, until when, who says so and how sure it is.
    pub when: String,
}

fn words(l: &Affiliation) -> String {
    let role = PersonRole::parse(&l.role).map_or_else(|| l.role.replace('_', " "), |r| r.label().to_owned());
    let parts = [l.title.clone(), role, l.department.clone(), l.share.map_or(String::new(), |s| format!("{s} % of the time"))];
    parts.into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
}

fn when(l: &Affiliation) -> String {
    let day = |d: i64| i32::try_from(d).map_or(String::new(), |d| Day(d).to_string());
    let until = l.valid_to.map_or(String::new(), |to| format!(" until {}", day(to)));
    let sure = if l.confidence < 0.995 { format!(", {:.0} % sure", l.confidence * 100.0) } else { String::new() };
    format!("since {}{until} · source {}{sure}", day(l.valid_from), l.source)
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
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
    parent_kind: String,
    relation: String,
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

/// The links of a record by kind, as they stand on the day; kinds without any are left out. Places outside the actor's scope are not told.
pub async fn links_of(db: &impl Query, actor: &Actor, child_kind: &str, child: i64, as_of: AsOf) -> Result<Vec<LinkGroup>> {
    let sql = "SELECT id, child_id, parent_id, valid_from, valid_to, source, confidence, role, title, department, share, parent_kind, relation \
               FROM affiliation WHERE child_kind = $1 AND child_id = $2 ORDER BY valid_from DESC, id DESC";
    let mut by_kind: BTreeMap<LinkKind, Vec<Affiliation>> = BTreeMap::new();
    for r in db.all::<Row>(sql, args![child_kind, child]).await? {
        let of = |k: &&LinkKind| k.child() == child_kind && k.parent() == r.parent_kind && k.relation() == r.relation;
        let Some(kind) = LinkKind::ALL.iter().find(of) else { continue };
        by_kind.entry(*kind).or_default().push(Affiliation {
            id: r.id,
            child_id: r.child_id,
            parent_id: r.parent_id,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
            source: r.source,
            confidence: r.confidence,
            role: r.role,
            title: r.title,
            department: r.department,
            share: r.share,
        });
    }
    let mut out = Vec::new();
    for (kind, links) in by_kind {
        let group = group(db, actor, kind, child, links, as_of).await?;
        if !(group.now.is_empty() && group.past.is_empty()) {
            out.push(group);
        }
    }
    Ok(out)
}

async fn group(db: &impl Query, actor: &Actor, kind: LinkKind, child: i64, links: Vec<Affiliation>, as_of: AsOf) -> Result<LinkGroup> {
    let mut parents: BTreeSet<i64> = links.iter().map(|l| l.parent_id).collect();
    if kind.parent() == "account" {
        let sql = format!("SELECT id FROM account WHERE id IN ({}) AND {}", store::list(parents.iter().copied()), scope::accounts(actor));
        parents = db.all::<Id>(&sql, vec![]).await?.into_iter().map(|r| r.id).collect();
    }
    let names = store::names(db, kind, &parents).await?;
    let mut out = LinkGroup {
        kind: Some(kind),
        label: kind.label(),
        past_label: kind.past_label(),
        href: format!("/affiliations/{}/{child}", kind.code()),
        ..LinkGroup::default()
    };
    for l in links.iter().filter(|l| parents.contains(&l.parent_id)) {
        let item = LinkItem {
            id: l.parent_id,
            name: names.get(&l.parent_id).cloned().unwrap_or_default(),
            href: record_path(kind.parent(), l.parent_id).map(|path| as_of.link(&path)),
            post: words(l),
            when: when(l),
        };
        if as_of.covers(l.valid_from, l.valid_to) {
            out.now.push(item);
        } else if as_of.day().is_none_or(|d| l.valid_from <= i64::from(d.0)) {
            out.past.push(item);
        }
    }
    Ok(out)
}

/// The first parent of a kind that holds on the day.
pub fn holds(groups: &[LinkGroup], kind: LinkKind) -> Option<&LinkItem> {
    groups.iter().find(|g| g.kind == Some(kind)).and_then(|g| g.now.first())
}

/// The kinds of links that a record of a kind can have, with where they are changed: code of the address and words.
pub fn editable(child_kind: &str, child: i64) -> Vec<(String, &'static str)> {
    LinkKind::ALL.iter().filter(|k| k.child() == child_kind).map(|k| (format!("/affiliations/{}/{child}", k.code()), k.label())).collect()
}

/// A group for samples.
pub fn sample(kind: LinkKind) -> LinkGroup {
    let item = |id, name: &str, when: &str| LinkItem {
        id,
        name: name.into(),
        href: record_path(kind.parent(), id),
        post: if kind == LinkKind::PersonAccount {
            "Head of the cath lab, Physician, Cardiology, 80 % of the time".into()
        } else {
            String::new()
        },
        when: when.into(),
    };
    LinkGroup {
        kind: Some(kind),
        label: kind.label(),
        past_label: kind.past_label(),
        href: format!("/affiliations/{}/7", kind.code()),
        now: vec![item(3, "Northlake <b>Health</b>", "since 2021-12-31 · source ahrq-hospitals")],
        past: vec![item(4, "Old Lakes", "since 2018-12-31 until 2021-12-31 · source ahrq-hospitals, 80 % sure")],
    }
}
