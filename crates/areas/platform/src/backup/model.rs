//! What a backup is.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A copy that was made and checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Made {
    /// The file.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Tables in it.
    pub tables: u64,
    /// Rows in it.
    pub rows: i64,
}

/// Copies that a night's rotation removes: all but the newest `keep`. Names carry their day, so that their order is that of time.
pub(super) fn too_old(mut names: Vec<String>, keep: usize) -> Vec<String> {
    names.retain(|n| n.starts_with("rounds-") && n.ends_with(".db"));
    names.sort_unstable();
    names.truncate(names.len().saturating_sub(keep));
    names
}

#[cfg(test)]
mod unit {
    use super::too_old;

    #[test]
    fn the_newest_copies_stay_and_other_files_are_left_alone() {
        let names = ["rounds-2026-11-20.db", "notes.txt", "rounds-2026-11-22.db", "rounds-2026-11-21.db"].map(str::to_owned).to_vec();
        assert_eq!(too_old(names.clone(), 2), ["rounds-2026-11-20.db"]);
        assert!(too_old(names, 5).is_empty());
    }
}
