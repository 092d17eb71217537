//! How the files of a trial were read: what was left out, what was not read, what was guessed.

use super::ranked;
use crate::trial::model::NewRow;
use crate::trial::store::{TrialFile, files};
use rounds_kernel::Result;
use rounds_store::Db;

/// Rows of the findings about files.
pub(super) async fn read(db: &Db) -> Result<Vec<NewRow>> {
    let row = |finding: &str, f: &TrialFile, n: i64, sub: &str, detail: &str| NewRow {
        finding: finding.into(),
        rank: n,
        what: f.file.clone(),
        sub: sub.to_owned(),
        href: "/imports".into(),
        detail: detail.to_owned(),
        n,
        ..NewRow::default()
    };
    let mut out = Vec::new();
    for f in &files(db).await? {
        if f.kind.is_empty() {
            out.push(row("unread-files", f, 1, &f.cause, &f.remedy));
        }
        if f.unread_columns > 0 {
            out.push(row("unread-columns", f, f.unread_columns, &f.kind, &f.unread));
        }
        if f.others > 0 {
            out.push(row("other-names", f, f.others, &f.kind, &f.other_names));
        }
    }
    Ok(ranked(out))
}
