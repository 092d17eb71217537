//! What a rule would change, and how far sources disagree.

use super::model::{FieldRule, Record, Rules, SourceRecord, choose, fields};
use super::store;
use crate::identifiers::EntityKind;
use crate::{accounts, people, systems};
use rounds_kernel::Result;
use rounds_store::Query;
use std::collections::{BTreeMap, HashMap};

/// Records looked at by a preview.
const MOST: usize = 20_000;

/// One field of one record, before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The record.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it says.
    pub before: String,
    /// What it would say.
    pub after: String,
}

/// What one field says before and after, of the records where that differs.
pub fn field_changes<R: Record>(records: &[(R, R)], field: &str) -> Vec<Change> {
    let word = |r: &R| r.entry().said.into_iter().find(|(f, _)| *f == field).and_then(|(_, v)| v).unwrap_or_default();
    let change = |(before, after): &(R, R)| {
        let (was, says) = (word(before), word(after));
        (was != says).then(|| Change { id: before.id(), name: before.name().to_owned(), before: was, after: says })
    };
    records.iter().filter_map(change).collect()
}

/// Looks up what the sources say of a field: nothing said, said to be blank, or a value.
pub type Word<'a> = &'a dyn Fn(&str) -> Option<Option<String>>;

/// What the records `held` say and would say under `rules`, after `heard` has listened to their sources: only those that would change.
pub fn settled<R: Record>(
    held: Vec<R>,
    said: &HashMap<i64, Vec<SourceRecord>>,
    rules: &Rules,
    heard: impl Fn(&R, Word<'_>) -> R,
) -> Vec<(R, R)> {
    let settle = |before: R| {
        let records = said.get(&before.id())?;
        let after = heard(&before, &|field| store::word_of(records, rules, field));
        (after != before).then_some((before, after))
    };
    held.into_iter().filter_map(settle).collect()
}

/// What a preview found.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// Records looked at.
    pub looked_at: usize,
    /// Records that would change.
    pub count: usize,
    /// The first of them.
    pub first: Vec<Change>,
    /// True when there are more records than were looked at.
    pub cut: bool,
}

/// What `rule` would change in `field`, over the records with several sources.
pub async fn preview(db: &impl Query, kind: EntityKind, field: &str, rule: FieldRule) -> Result<Preview> {
    let mut rules = store::rules(db, kind).await?;
    rules.0.insert(field.to_owned(), rule);
    let (mut out, mut after) = (Preview::default(), 0);
    loop {
        let ids = store::with_several(db, kind, after, super::STEP).await?;
        let Some(last) = ids.last() else { return Ok(out) };
        if out.looked_at >= MOST {
            out.cut = true;
            return Ok(out);
        }
        after = *last;
        out.looked_at += ids.len();
        let changes = changes(db, kind, &rules, &ids, field).await?;
        out.count += changes.len();
        let room = 10usize.saturating_sub(out.first.len());
        out.first.extend(changes.into_iter().take(room));
    }
}

async fn changes(db: &impl Query, kind: EntityKind, rules: &Rules, ids: &[i64], field: &str) -> Result<Vec<Change>> {
    match kind {
        EntityKind::System => systems::preview(db, rules, ids, field).await,
        EntityKind::Account => accounts::preview(db, rules, ids, field).await,
        EntityKind::Person => people::preview(db, rules, ids, field).await,
    }
}

/// How sources of the same records disagree, field by field.
#[derive(Debug, Clone, Default)]
pub struct Conflicts {
    /// Records looked at, all with several sources.
    pub looked_at: usize,
    /// Records with several sources in all.
    pub of: i64,
    /// Field code to how many records hold two different values, and how many of these a hand has settled.
    pub fields: BTreeMap<&'static str, (usize, usize)>,
}

/// Disagreements among at most `most` records.
pub async fn conflicts(db: &impl Query, kind: EntityKind, most: usize) -> Result<Conflicts> {
    let mut out = Conflicts { of: store::several(db, kind).await?, ..Conflicts::default() };
    let mut after = 0;
    while out.looked_at < most {
        let ids = store::with_several(db, kind, after, super::STEP).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for records in store::of(db, kind, &ids).await?.into_values() {
            out.looked_at += 1;
            for field in fields(kind) {
                if let Some(by_hand) = disagree(&records, field.code) {
                    let entry = out.fields.entry(field.code).or_default();
                    entry.0 += 1;
                    entry.1 += usize::from(by_hand);
                }
            }
        }
    }
    Ok(out)
}

/// Whether sources disagree on a field, and if so whether a hand has settled it.
fn disagree(records: &[SourceRecord], field: &str) -> Option<bool> {
    let form = |v: &Option<String>| v.as_deref().unwrap_or_default().to_lowercase();
    let mut words = records.iter().filter(|r| !r.by_hand()).filter_map(|r| r.said.get(field)).map(|s| form(&s.0));
    let first = words.next()?;
    words.any(|w| w != first).then(|| choose(records, field, &FieldRule::default()).is_some_and(|c| c.record.by_hand()))
}
