//! The tables of affiliations: what was said, and the links that follow.

mod bulk;
mod merged;
mod said;
mod told;

pub use bulk::upsert;
pub use merged::{merged, settle, taken_apart};
pub(super) use said::{forget, of as said_of, remember};
pub(super) use told::names;

use super::check;
use super::model::{Affiliation, Link, LinkKind, Post, Said, Sighting, Span, fold};
use rounds_kernel::{Day, Result};
use rounds_store::{MigrationTrait, Query, SqlMigration, Tx, args};
use std::collections::{BTreeMap, BTreeSet};

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
        SqlMigration {
            name: "m20261123_120300_customers_affiliation_sighting",
            up: "
ALTER TABLE affiliation ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE affiliation ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE affiliation ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE affiliation ADD COLUMN share BIGINT;
CREATE TABLE affiliation_sighting (
  id {id}, child_kind TEXT NOT NULL, child_id BIGINT NOT NULL, parent_kind TEXT NOT NULL, parent_id BIGINT NOT NULL,
  relation TEXT NOT NULL, source TEXT NOT NULL, day BIGINT NOT NULL, said TEXT NOT NULL, confidence DOUBLE PRECISION NOT NULL,
  role TEXT NOT NULL DEFAULT '', title TEXT NOT NULL DEFAULT '', department TEXT NOT NULL DEFAULT '', share BIGINT);
CREATE INDEX affiliation_sighting_child ON affiliation_sighting (child_id, child_kind);
CREATE INDEX affiliation_sighting_parent ON affiliation_sighting (parent_id, parent_kind);
CREATE INDEX affiliation_sighting_source ON affiliation_sighting (source, day, child_id);
INSERT INTO affiliation_sighting (child_kind, child_id, parent_kind, parent_id, relation, source, day, said, confidence)
  SELECT child_kind, child_id, parent_kind, parent_id, relation, source, valid_from, 'opened', confidence FROM affiliation;
INSERT INTO affiliation_sighting (child_kind, child_id, parent_kind, parent_id, relation, source, day, said, confidence)
  SELECT child_kind, child_id, parent_kind, parent_id, relation, source, valid_to, 'ended', confidence FROM affiliation
  WHERE valid_to IS NOT NULL;
CREATE TABLE affiliation_edit (
  id {id}, child_kind TEXT NOT NULL, child_id BIGINT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, user_id BIGINT, name TEXT NOT NULL,
  what TEXT NOT NULL, reason TEXT NOT NULL, added TEXT NOT NULL, removed TEXT NOT NULL, undone_at BIGINT, undone_by TEXT);
CREATE INDEX affiliation_edit_child ON affiliation_edit (child_kind, child_id, id);
",
        }
        .boxed(),
        // Who is where now, from an index alone: it stands in every page's scope.
        SqlMigration {
            name: "m20261126_091000_customers_affiliation_now",
            up: "
CREATE INDEX affiliation_now_parent ON affiliation (parent_kind, parent_id, child_kind, child_id) WHERE valid_to IS NULL;
CREATE INDEX affiliation_now_child ON affiliation (child_kind, child_id, parent_kind, parent_id) WHERE valid_to IS NULL;
",
        }
        .boxed(),
    ]
}

const COLUMNS: &str = "id, child_id, parent_id, valid_from, valid_to, source, confidence, role, title, department, share";

pub(super) fn list(ids: impl IntoIterator<Item = i64>) -> String {
    ids.into_iter().map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

/// A child's links, newest first, past ones included.
pub async fn of_child(db: &impl Query, kind: LinkKind, child: i64) -> Result<Vec<Affiliation>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM affiliation WHERE child_kind = $1 AND child_id = $2 AND parent_kind = $3 AND relation = $4 \
         ORDER BY valid_from DESC, id DESC"
    );
    db.all(&sql, args![kind.child(), child, kind.parent(), kind.relation()]).await
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
            "SELECT {COLUMNS} FROM affiliation WHERE child_kind = $1 AND parent_kind = $2 AND relation = $3 AND child_id IN ({}) ORDER BY id",
            list(chunk.iter().copied())
        );
        for link in db.all::<Affiliation>(&sql, args![kind.child(), kind.parent(), kind.relation()]).await? {
            out.entry(link.child_id).or_default().push(link);
        }
    }
    Ok(out)
}

/// What a batch of statements did.
#[derive(Debug, Default)]
pub struct Changes {
    /// Children whose links are no longer as they were.
    pub children: BTreeSet<i64>,
    /// Children and parents linked on days on which they were not before.
    pub opened: BTreeSet<(i64, i64)>,
    /// Parents that gained or lost a child.
    pub parents: BTreeSet<i64>,
    /// Children and parents whose link would lead back to where it starts.
    pub refused: Vec<(i64, i64)>,
}

impl Changes {
    fn absorb(&mut self, other: Self) {
        self.children.extend(other.children);
        self.opened.extend(other.opened);
        self.parents.extend(other.parents);
        self.refused.extend(other.refused);
    }
}

/// Takes what sources say, and makes the children's links again where it says something new. Moves are facts on the timelines.
///
/// Links that would lead back to where they start are left out and told in [`Changes::refused`].
pub async fn see(tx: &mut Tx, kind: LinkKind, sightings: Vec<Sighting>) -> Result<Changes> {
    if !kind.nests() {
        return take(tx, kind, sightings).await;
    }
    let mut all = Changes::default();
    for s in sightings {
        let to_parent = s.parent != 0 && matches!(s.said, Said::Here | Said::Opened);
        if to_parent && check::leads_back(tx, kind, (s.child, s.parent), (s.day, None)).await? {
            all.refused.push((s.child, s.parent));
            continue;
        }
        all.absorb(take(tx, kind, vec![s]).await?);
    }
    Ok(all)
}

async fn take(tx: &mut Tx, kind: LinkKind, sightings: Vec<Sighting>) -> Result<Changes> {
    let children: BTreeSet<i64> = sightings.iter().map(|s| s.child).collect();
    let children: Vec<i64> = children.into_iter().collect();
    let mut known = said::of(tx, kind, &children).await?;
    let touched = said::add(tx, kind, &mut known, sightings).await?;
    let (changes, moves) = make(tx, kind, &touched, &known).await?;
    told::tell(tx, kind, moves).await?;
    Ok(changes)
}

/// Makes the links of `children` again from what is known of them.
pub(super) async fn rebuild(tx: &mut Tx, kind: LinkKind, children: &[i64]) -> Result<Changes> {
    let known = said::of(tx, kind, children).await?;
    let (changes, moves) = make(tx, kind, children, &known).await?;
    told::tell(tx, kind, moves).await?;
    Ok(changes)
}

/// The same, and the timelines are told nothing: after an import was taken back, nobody has moved.
pub(super) async fn rebuild_untold(tx: &mut Tx, kind: LinkKind, children: &[i64]) -> Result<Changes> {
    let known = said::of(tx, kind, children).await?;
    make(tx, kind, children, &known).await.map(|(changes, _)| changes)
}

async fn make(tx: &mut Tx, kind: LinkKind, children: &[i64], known: &BTreeMap<i64, Vec<Sighting>>) -> Result<(Changes, Vec<told::Move>)> {
    let mut held = of_children(tx, kind, children).await?;
    let mut changes = Changes::default();
    let (mut gone, mut ended, mut new) = (Vec::new(), Vec::new(), Vec::new());
    let mut moves = Vec::new();
    for child in children {
        let before = held.remove(child).unwrap_or_default();
        let mut after = fold(kind.exclusive(), known.get(child).map_or(&[][..], Vec::as_slice));
        // Of two records that belonged to each other and became one nothing is left to say.
        after.retain(|s| !(kind.nests() && s.parent == *child));
        if !before.is_empty() {
            moves.extend(told::moves(kind, *child, &before, &after));
        }
        let mut kept: Vec<Option<Affiliation>> = before.into_iter().map(Some).collect();
        let mut changed = false;
        for span in after {
            let same = kept.iter_mut().find(|l| l.as_ref().is_some_and(|l| l.parent_id == span.parent && l.valid_from == span.from));
            match same.and_then(Option::take) {
                Some(link) if told::same(&link, &span) => continue,
                Some(link) => ended.push((link.id, span)),
                None => {
                    changes.opened.insert((*child, span.parent));
                    changes.parents.insert(span.parent);
                    new.push((*child, span));
                }
            }
            changed = true;
        }
        for link in kept.into_iter().flatten() {
            changes.parents.insert(link.parent_id);
            gone.push(link.id);
            changed = true;
        }
        if changed {
            changes.children.insert(*child);
        }
    }
    changes.parents.extend(ended.iter().map(|(_, s)| s.parent));
    write(tx, kind, &gone, ended, new).await?;
    Ok((changes, moves))
}

async fn write(tx: &mut Tx, kind: LinkKind, gone: &[i64], changed: Vec<(i64, Span)>, mut new: Vec<(i64, Span)>) -> Result<()> {
    const INTO: &[&str] = &[
        "child_kind",
        "child_id",
        "parent_kind",
        "parent_id",
        "relation",
        "valid_from",
        "valid_to",
        "source",
        "confidence",
        "role",
        "title",
        "department",
        "share",
    ];
    for chunk in gone.chunks(1_000) {
        tx.execute(&format!("DELETE FROM affiliation WHERE id IN ({})", list(chunk.iter().copied())), vec![]).await?;
    }
    // Most changes are ends on the one day of a release: one statement for all of them.
    let mut by_end: BTreeMap<Option<i64>, Vec<i64>> = BTreeMap::new();
    for (id, s) in changed {
        if s.to.is_some() && s.post == Post::default() {
            by_end.entry(s.to).or_default().push(id);
            continue;
        }
        let sql = "UPDATE affiliation SET valid_to = $1, source = $2, confidence = $3, role = $4, title = $5, department = $6, share = $7 WHERE id = $8";
        let p = s.post;
        tx.execute(sql, args![s.to, s.source, s.confidence, p.role, p.title, p.department, p.share, id]).await?;
    }
    for (to, ids) in by_end {
        for chunk in ids.chunks(1_000) {
            tx.execute(&format!("UPDATE affiliation SET valid_to = $1 WHERE id IN ({})", list(chunk.iter().copied())), args![to]).await?;
        }
    }
    // The order of ids follows the record, not a hash: the same input makes the same database.
    new.sort_by_key(|(child, s)| (*child, s.from));
    let row = |(child, s): (i64, Span)| {
        let p = s.post;
        args![
            kind.child(),
            child,
            kind.parent(),
            s.parent,
            kind.relation(),
            s.from,
            s.to,
            s.source,
            s.confidence,
            p.role,
            p.title,
            p.department,
            p.share
        ]
    };
    tx.insert_many("affiliation", INTO, new.into_iter().map(row).collect(), "").await.map(|_| ())
}

/// Takes links as one source saw them on their first day; says for each whether it changed the record. What a source says of a child on
/// one day counts as a whole: a link that it no longer names has ended.
pub async fn link(tx: &mut Tx, kind: LinkKind, links: Vec<Link>) -> Result<Vec<bool>> {
    let ends: Vec<(i64, i64)> = links.iter().map(|l| (l.child, l.parent)).collect();
    let changes = see(tx, kind, links.into_iter().map(Sighting::from).collect()).await?;
    Ok(ends.into_iter().map(|(child, parent)| changes.opened.contains(&(child, parent))).collect())
}

/// Takes that `source` knows no parent of the children on `day`; returns how many children's links that changed.
pub async fn end(tx: &mut Tx, kind: LinkKind, children: &[i64], day: Day, source: &str) -> Result<u64> {
    let alone = children.iter().map(|c| Sighting::new(*c, 0, source, day, Said::Alone)).collect();
    Ok(see(tx, kind, alone).await?.children.len() as u64)
}

/// Ends, on the day of each whole release of `source`, the links of children that it listed before and no longer lists. `days` are
/// the days of all its releases, so that a release that arrives late is put right by those after it.
pub async fn close_unlisted(tx: &mut Tx, kind: LinkKind, source: &str, days: &[Day]) -> Result<Changes> {
    let mut missing = Vec::new();
    for day in days {
        missing
            .extend(said::unlisted(tx, kind, source, *day).await?.into_iter().map(|c| Sighting::new(c, 0, source, *day, Said::Unlisted)));
    }
    let mut all = Changes::default();
    for chunk in missing.chunks(1_000) {
        all.absorb(see(tx, kind, chunk.to_vec()).await?);
    }
    Ok(all)
}
