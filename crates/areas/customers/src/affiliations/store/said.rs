//! What sources and hands said, as kept.

use super::super::model::{LinkKind, Post, Said, Sighting};
use super::list;
use rounds_kernel::{Day, Result};
use rounds_store::{FromQueryResult, Query, Tx, args};
use std::collections::{BTreeMap, BTreeSet};

#[derive(FromQueryResult)]
struct Row {
    child_id: i64,
    parent_id: i64,
    source: String,
    day: i64,
    said: String,
    confidence: f64,
    role: String,
    title: String,
    department: String,
    share: Option<i64>,
}

const COLUMNS: &str = "child_id, parent_id, source, day, said, confidence, role, title, department, share";

impl Row {
    fn read(self) -> Option<Sighting> {
        Some(Sighting {
            child: self.child_id,
            parent: self.parent_id,
            source: self.source,
            day: self.day,
            said: Said::parse(&self.said)?,
            confidence: self.confidence,
            post: Post { role: self.role, title: self.title, department: self.department, share: self.share },
        })
    }
}

/// Everything said of many children.
pub(in crate::affiliations) async fn of(db: &impl Query, kind: LinkKind, children: &[i64]) -> Result<BTreeMap<i64, Vec<Sighting>>> {
    let mut out: BTreeMap<i64, Vec<Sighting>> = BTreeMap::new();
    for chunk in children.chunks(1_000) {
        let sql = format!(
            "SELECT {COLUMNS} FROM affiliation_sighting WHERE child_kind = $1 AND parent_kind = $2 AND relation = $3 AND child_id IN ({}) ORDER BY id",
            list(chunk.iter().copied())
        );
        for s in db.all::<Row>(&sql, args![kind.child(), kind.parent(), kind.relation()]).await?.into_iter().filter_map(Row::read) {
            out.entry(s.child).or_default().push(s);
        }
    }
    Ok(out)
}

/// Adds statements to what is known; returns the children of whom something new was said. A statement of a child's one parent takes
/// the place of what the same source said of the same day.
pub(super) async fn add(
    tx: &mut Tx,
    kind: LinkKind,
    known: &mut BTreeMap<i64, Vec<Sighting>>,
    sightings: Vec<Sighting>,
) -> Result<Vec<i64>> {
    let (mut touched, mut replaced) = (BTreeSet::new(), BTreeSet::new());
    let mut new: Vec<Sighting> = Vec::new();
    for s in sightings {
        let of_child = known.entry(s.child).or_default();
        if of_child.contains(&s) {
            continue;
        }
        let rivals = |o: &Sighting| {
            let said_alone = kind.exclusive() || o.parent == 0 || s.parent == 0;
            o.key() == s.key() || (said_alone && o.whole() && s.whole() && o.source == s.source && o.day == s.day)
        };
        if of_child.iter().any(rivals) {
            of_child.retain(|o| !rivals(o));
            new.retain(|o| o.child != s.child || !rivals(o));
            replaced.insert((s.child, s.source.clone(), s.day));
        }
        touched.insert(s.child);
        of_child.push(s.clone());
        new.push(s);
    }
    for (child, source, day) in &replaced {
        forget(tx, kind, *child, source, *day).await?;
        let kept = known.get(child).into_iter().flatten().filter(|s| s.source == *source && s.day == *day && !new.contains(s));
        let kept: Vec<Sighting> = kept.cloned().collect();
        new.extend(kept);
    }
    remember(tx, kind, new).await?;
    Ok(touched.into_iter().collect())
}

/// Removes what `source` said of a child on a day.
pub(in crate::affiliations) async fn forget(tx: &mut Tx, kind: LinkKind, child: i64, source: &str, day: i64) -> Result<()> {
    let sql = "DELETE FROM affiliation_sighting WHERE child_kind = $1 AND child_id = $2 AND parent_kind = $3 AND relation = $4 AND source = $5 AND day = $6";
    tx.execute(sql, args![kind.child(), child, kind.parent(), kind.relation(), source, day]).await.map(|_| ())
}

/// Adds statements as they are.
pub(in crate::affiliations) async fn remember(tx: &mut Tx, kind: LinkKind, new: Vec<Sighting>) -> Result<()> {
    const INTO: &[&str] = &[
        "child_kind",
        "child_id",
        "parent_kind",
        "parent_id",
        "relation",
        "source",
        "day",
        "said",
        "confidence",
        "role",
        "title",
        "department",
        "share",
    ];
    let row = |s: Sighting| {
        let p = s.post;
        args![
            kind.child(),
            s.child,
            kind.parent(),
            s.parent,
            kind.relation(),
            s.source,
            s.day,
            s.said.code(),
            s.confidence,
            p.role,
            p.title,
            p.department,
            p.share
        ]
    };
    tx.insert_many("affiliation_sighting", INTO, new.into_iter().map(row).collect(), "").await.map(|_| ())
}

#[derive(FromQueryResult)]
struct Child {
    child_id: i64,
}

/// Children that a source listed before `day` and of whom it says nothing on it.
pub(super) async fn unlisted(db: &impl Query, kind: LinkKind, source: &str, day: Day) -> Result<Vec<i64>> {
    let of = "child_kind = $1 AND parent_kind = $2 AND relation = $3 AND source = $4";
    let sql = format!(
        "SELECT DISTINCT child_id FROM affiliation_sighting WHERE {of} AND day < $5 AND child_id NOT IN \
         (SELECT child_id FROM affiliation_sighting WHERE {of} AND day = $5) ORDER BY child_id"
    );
    let args = args![kind.child(), kind.parent(), kind.relation(), source, i64::from(day.0)];
    Ok(db.all::<Child>(&sql, args).await?.into_iter().map(|c| c.child_id).collect())
}
