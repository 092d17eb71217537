//! The nightly copy.

use super::model::too_old;
use super::store::make;
use crate::jobs::{Context, Report, Work};
use crate::setup::{Backups, load};
use rounds_kernel::{Error, Result};
use std::path::PathBuf;

/// Kind of the job.
pub const KIND: &str = "backup";

/// Makes the copy that the settings ask for, and removes the oldest.
pub struct BackupWork {
    /// What `--database` says.
    pub database: String,
}

#[async_trait::async_trait]
impl Work for BackupWork {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let settings = load::<Backups>(&context.runner.db).await?;
        if settings.folder.is_empty() {
            return Ok(serde_json::json!({ "said": "No folder for backups is set up: nothing was copied." }));
        }
        let folder = PathBuf::from(&settings.folder);
        let failed = |e: std::io::Error| {
            let cause = format!("The backup folder {} cannot be used: {e}.", folder.display());
            Error::invalid("backup.folder", cause, "Correct it in the settings, or make it writable for the server's user.")
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let stamp = context.runner.now().rfc3339().replace(':', "").replace('T', "-").replace('Z', "");
        let made = make(&self.database, &folder.join(format!("rounds-{stamp}.db")), false).await?;
        let names = std::fs::read_dir(&folder).map_err(failed)?.filter_map(|e| e.ok()?.file_name().into_string().ok()).collect();
        let gone = too_old(names, usize::try_from(settings.keep).unwrap_or(1));
        for name in &gone {
            std::fs::remove_file(folder.join(name)).map_err(failed)?;
        }
        Ok(serde_json::json!({ "file": made.file, "bytes": made.bytes, "tables": made.tables, "rows": made.rows, "removed": gone }))
    }
}
