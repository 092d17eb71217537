//! What changes affiliations: imports, and people by hand with a reason that can be undone.

mod by_hand;
mod import;
mod undo;

pub use by_hand::{Close, Correct, Open};
pub use import::ImportAffiliations;
pub use undo::Undo;

use super::model::{HAND, LinkKind, Sighting, fold};
use super::{check, store};
use crate::identifiers::EntityKind;
use rounds_kernel::{Error, Result};
use rounds_store::{Tx, args};

/// The kind of link named in a form.
fn kind_of(code: &str) -> Result<LinkKind> {
    LinkKind::parse(code).ok_or_else(|| Error::not_found("kind of link"))
}

/// Everything said of the child, once the actor may see it.
async fn said(tx: &Tx, kind: LinkKind, child: i64) -> Result<Vec<Sighting>> {
    check::end_known(tx, &tx.actor, kind.child(), child).await?;
    Ok(store::said_of(tx, kind, &[child]).await?.remove(&child).unwrap_or_default())
}

/// A change by hand: what is said instead of what.
struct Edit {
    kind: LinkKind,
    child: i64,
    what: String,
    reason: String,
    added: Vec<Sighting>,
    removed: Vec<Sighting>,
}

impl Edit {
    /// Keeps the edit, changes what is said, and makes the links again. Returns the edit's number.
    async fn apply(mut self, tx: &mut Tx) -> Result<i64> {
        reasoned(&self.reason)?;
        let known = store::said_of(tx, self.kind, &[self.child]).await?.remove(&self.child).unwrap_or_default();
        // A new statement takes the place of an older one of the same day and parent.
        let same = |s: &Sighting| s.source == HAND && self.added.iter().any(|a| a.day == s.day && a.parent == s.parent);
        let replaced: Vec<Sighting> = known.into_iter().filter(|s| same(s) && !self.removed.contains(s)).collect();
        self.removed.extend(replaced);
        let id = self.keep(tx).await?;
        exchange(tx, self.kind, self.child, &self.removed, self.added).await?;
        Ok(id)
    }

    async fn keep(&self, tx: &mut Tx) -> Result<i64> {
        let json = |s: &[Sighting]| serde_json::to_string(s).map_err(Error::internal);
        let row = args![
            self.kind.child(),
            self.child,
            self.kind.code(),
            tx.now.0,
            tx.actor.user.map(|u| u.0),
            tx.actor.name.clone(),
            self.what.clone(),
            self.reason.trim(),
            json(&self.added)?,
            json(&self.removed)?
        ];
        let columns = ["child_kind", "child_id", "kind", "at", "user_id", "name", "what", "reason", "added", "removed"];
        tx.insert("affiliation_edit", &columns, row).await
    }
}

fn reasoned(reason: &str) -> Result<()> {
    if !reason.trim().is_empty() && reason.chars().count() <= 500 {
        return Ok(());
    }
    Err(Error::invalid(
        "affiliation.reason_missing",
        "A change by hand needs a reason of up to 500 characters: it stands beside the change for those who come after. Nothing was changed.",
        "Write where you know it from, e.g. “call with the hospital's purchasing on 12 May”.",
    ))
}

/// Takes statements by hand away, adds others, makes the links again and renews what is found by them.
async fn exchange(tx: &mut Tx, kind: LinkKind, child: i64, removed: &[Sighting], added: Vec<Sighting>) -> Result<()> {
    let known = store::said_of(tx, kind, &[child]).await?.remove(&child).unwrap_or_default();
    let days: std::collections::BTreeSet<i64> = removed.iter().chain(&added).map(|s| s.day).collect();
    let mut kept: Vec<Sighting> =
        known.into_iter().filter(|s| s.source == HAND && days.contains(&s.day) && !removed.contains(s) && !added.contains(s)).collect();
    for day in days {
        store::forget(tx, kind, child, HAND, day).await?;
    }
    kept.extend(added);
    store::remember(tx, kind, kept).await?;
    let changes = store::rebuild(tx, kind, &[child]).await?;
    if let Some(entity) = EntityKind::parse(kind.child()) {
        crate::changes::tell(tx, entity, &[child]).await?;
    }
    match kind {
        LinkKind::PersonAccount => crate::search::index_people(tx, &[child]).await,
        LinkKind::AccountSystem => crate::search::index_systems(tx, &changes.parents.into_iter().collect::<Vec<_>>()).await,
        _ => Ok(()),
    }
}

/// The links that follow from what is said.
fn spans(kind: LinkKind, said: &[Sighting]) -> Vec<super::model::Span> {
    fold(kind.exclusive(), said)
}
