//! Which source wins, field by field.

use super::super::jobs::SETTLE;
use super::super::model::{FieldRule, Rule, fields};
use super::super::store;
use super::settle;
use crate::identifiers::EntityKind;
use rounds_kernel::{Error, JobId, Permission, Result};
use rounds_store::jobs::{Enqueue, checkpoint};
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Puts a rule into force for one field; a job then lets all records decide anew.
#[derive(Debug, Serialize)]
pub struct SetRule {
    /// Kind of record.
    pub kind: EntityKind,
    /// Field code.
    pub field: String,
    /// How it chooses.
    pub rule: Rule,
    /// Sources, the most trusted first; needed by [`Rule::Ranked`].
    pub ranking: Vec<String>,
}

impl Command for SetRule {
    const NAME: &'static str = "sources.set_rule";
    const PERMISSION: Permission = Permission::Steward;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        if !fields(self.kind).iter().any(|f| f.code == self.field) {
            let cause = format!("Records of this kind have no field “{}”. Nothing was changed.", self.field);
            return Err(Error::invalid("source.field", cause, "Choose a field from the page."));
        }
        if self.rule == Rule::Ranked && self.ranking.is_empty() {
            let cause = "Ranked sources need a list. Nothing was changed.";
            return Err(Error::invalid("source.ranking", cause, "Name at least one source, the most trusted first."));
        }
        let version = store::set_rule(tx, self.kind, &self.field, &FieldRule { rule: self.rule, ranking: self.ranking }).await?;
        tx.note(format!("version {version}"));
        // A job that runs already may have passed some records under the old rule: each version has its own.
        let input_key = format!("{}:{version}", self.kind.code());
        Enqueue { kind: SETTLE.into(), input_key, input: serde_json::json!({ "kind": self.kind }) }.run(tx).await?;
        Ok(version)
    }
}

/// Lets the next records with several sources decide anew; returns the last one, or 0 when all are done.
#[derive(Debug, Serialize)]
pub(in crate::sources) struct SettleStep {
    pub job: JobId,
    pub kind: EntityKind,
    pub after: i64,
    pub done: i64,
    pub total: i64,
    pub changed: u64,
}

impl Command for SettleStep {
    const NAME: &'static str = "sources.settle_step";
    const PERMISSION: Permission = Permission::Steward;
    type Out = (i64, i64, u64);

    async fn run(self, tx: &mut Tx) -> Result<(i64, i64, u64)> {
        let ids = store::with_several(tx, self.kind, self.after, super::super::STEP).await?;
        let changed = self.changed + settle(tx, self.kind, &ids).await?;
        let done = self.done + ids.len() as i64;
        let last = ids.last().copied().unwrap_or_default();
        let message = format!("{done} of {} {} decided anew, {changed} changed", self.total, self.kind.plural());
        checkpoint(tx, self.job, &(last, done, changed), done, self.total, &message).await?;
        Ok((last, done, changed))
    }
}
