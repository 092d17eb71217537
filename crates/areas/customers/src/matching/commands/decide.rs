//! What a steward decides about a pair.

use super::super::model::AUTO_SETTING;
use super::super::store;
use crate::identifiers::EntityKind;
use crate::merging::{Merge, Merged, Reference};
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, Tx, settings};
use serde::Serialize;

fn settled() -> Error {
    Error::conflict(
        "match.settled",
        "Someone decided this pair a moment ago. Nothing of yours was changed.",
        "Reload the queue and take the next one.",
    )
}

/// Why a pair could not be decided: there is none, or someone else was faster.
async fn refused(tx: &Tx, pair: i64) -> Result<()> {
    Err(if store::pair(tx, pair).await?.is_none() { Error::not_found("pair") } else { settled() })
}

/// The two are one: merges them.
#[derive(Debug, Serialize)]
pub struct MergePair {
    /// The pair.
    pub pair: i64,
    /// Which of the two stays; the older one if not said.
    pub survivor: Option<i64>,
    /// Where rows point at records: all areas' `REFERENCES`.
    #[serde(skip)]
    pub references: Vec<Reference>,
}

impl Command for MergePair {
    const NAME: &'static str = "matching.merge_pair";
    const PERMISSION: Permission = Permission::Steward;
    type Out = Merged;

    async fn run(self, tx: &mut Tx) -> Result<Merged> {
        let pair = store::pair(tx, self.pair).await?.ok_or_else(|| Error::not_found("pair"))?;
        if pair.state != "open" {
            return Err(settled());
        }
        let kind = EntityKind::parse(&pair.entity_kind).ok_or_else(|| Error::internal("a pair of an unknown kind"))?;
        let survivor = self.survivor.unwrap_or(pair.a_id);
        if survivor != pair.a_id && survivor != pair.b_id {
            let cause = "The record that should stay is neither of the two. Nothing was changed.";
            return Err(Error::invalid("match.survivor", cause, "Choose one of the two."));
        }
        let merged = if survivor == pair.a_id { pair.b_id } else { pair.a_id };
        let reason = format!("pair {}: {:.1} % that they are one", pair.id, pair.probability * 100.0);
        Merge { kind, survivor, merged, reason, references: self.references }.run(tx).await
    }
}

/// The two are two: nobody is asked again.
#[derive(Debug, Serialize)]
pub struct CallDifferent {
    /// The pair.
    pub pair: i64,
}

impl Command for CallDifferent {
    const NAME: &'static str = "matching.call_different";
    const PERMISSION: Permission = Permission::Steward;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        if store::settle(tx, self.pair, "open", "different").await? { Ok(()) } else { refused(tx, self.pair).await }
    }
}

/// Takes "not the same" back.
#[derive(Debug, Serialize)]
pub struct Reopen {
    /// The pair.
    pub pair: i64,
}

impl Command for Reopen {
    const NAME: &'static str = "matching.reopen";
    const PERMISSION: Permission = Permission::Steward;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        if store::settle(tx, self.pair, "different", "open").await? { Ok(()) } else { refused(tx, self.pair).await }
    }
}

/// Switches merging without a steward on or off.
#[derive(Debug, Serialize)]
pub struct SwitchAuto {
    /// On or off.
    pub on: bool,
}

impl Command for SwitchAuto {
    const NAME: &'static str = "matching.switch_auto";
    const PERMISSION: Permission = Permission::Steward;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        settings::put(tx, AUTO_SETTING, if self.on { "on" } else { "off" }).await
    }
}
