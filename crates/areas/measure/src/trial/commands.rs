//! Writing a mirror: the old one goes, rows come in parts, the figures last.

use super::model::{Figures, NewRow};
use super::store::{self, TrialFile};
use rounds_kernel::{JobId, Permission, Result};
use rounds_store::{Command, Tx, jobs};
use serde::{Deserialize, Serialize};

/// Keeps how the files of a trial were read, and which were not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoteFiles {
    /// Every file of the folder.
    pub files: Vec<TrialFile>,
}

impl Command for NoteFiles {
    const NAME: &'static str = "measure.trial_files";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "files": self.files.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<()> {
        store::put_files(tx, self.files).await
    }
}

/// Takes the last mirror away.
#[derive(Serialize, Deserialize)]
pub(super) struct Clear {}

impl Command for Clear {
    const NAME: &'static str = "measure.mirror_clear";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        store::clear(tx).await
    }
}

/// Writes some rows.
#[derive(Serialize, Deserialize)]
pub(super) struct WriteRows {
    pub job: i64,
    pub done: i64,
    pub all: i64,
    pub rows: Vec<NewRow>,
}

impl Command for WriteRows {
    const NAME: &'static str = "measure.mirror_rows";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "job": self.job, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<()> {
        store::put(tx, self.rows).await?;
        jobs::checkpoint(tx, JobId(self.job), &self.done, self.done, self.all, "Writing what was found").await
    }
}

/// Writes the figures: from now on the mirror is the last one.
#[derive(Serialize, Deserialize)]
pub(super) struct Finish {
    pub figures: Figures,
}

impl Command for Finish {
    const NAME: &'static str = "measure.mirror";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "accounts": self.figures.accounts, "contacts": self.figures.contacts })
    }

    async fn run(self, tx: &mut Tx) -> Result<()> {
        store::finish(tx, &self.figures).await
    }
}
