//! Permissions from a file: one row an answer; and the refusals beside the people of a company's own file.

mod refusals;

pub use refusals::with_refusals;

use super::{ImportPermissions, PermissionRow};
use rounds_kernel::{Result, RowReject, Time};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::{Command, Tx};

/// Reads permissions.
pub struct PermissionFile;

const PERSON: usize = 0;
const CHANNEL: usize = 1;
const STATE: usize = 2;
const PURPOSE: usize = 3;
const LEGAL: usize = 4;
const BASIS: usize = 5;
const EVIDENCE: usize = 6;
const SINCE: usize = 7;
const EXPIRES: usize = 8;

#[async_trait::async_trait]
impl Importer for PermissionFile {
    fn kind(&self) -> &'static str {
        "permissions"
    }

    fn title(&self) -> &'static str {
        "Permissions: one answer a row"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("person_key").or(&["person id", "contact id", "external_id_vod__c"]),
            Column::required("consent_channel").or(&["channel", "channel_vod__c"]),
            Column::required("permission").or(&["consent", "opt_type_vod__c", "state"]),
            Column::optional("purpose"),
            Column::optional("legal_basis"),
            Column::optional("basis").or(&["reason"]),
            Column::optional("evidence"),
            Column::required("since").or(&["consent date", "signature_datetime_vod__c"]).of_days(),
            Column::optional("expires").or(&["expiration date", "optin_expiration_date_vod__c"]).of_days(),
        ];
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut rejects: Vec<RowReject> = Vec::new();
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            match answer(row) {
                Ok(answer) => read.push(answer),
                Err(r) => rejects.push(r),
            }
        }
        let mut report = ImportPermissions { source: file.name.clone(), rows: read }.run(tx).await?;
        report.rejects.extend(rejects);
        Ok(report)
    }
}

fn answer(row: &Row) -> std::result::Result<PermissionRow, RowReject> {
    let since =
        row.day(SINCE).ok_or_else(|| reject(row.line, "import.day_missing", "The row has no day.", "Say since when the answer stands."))?;
    let lower = |column: usize| row.text(column).to_lowercase();
    let state = match lower(STATE).as_str() {
        "yes" | "opt_in_vod" | "opt-in" | "optin" => "granted".to_owned(),
        "no" | "opt_out_vod" | "opt-out" | "optout" => "denied".to_owned(),
        other => other.to_owned(),
    };
    let basis = row.known(BASIS).unwrap_or("from a file");
    if basis.chars().count() > 200 {
        return Err(reject(row.line, "consent.basis", "The basis is longer than 200 characters.", "Say it in a few words."));
    }
    Ok(PermissionRow {
        line: row.line,
        person_key: row.text(PERSON).to_owned(),
        channel: lower(CHANNEL),
        state,
        basis: basis.to_owned(),
        since: Time::at_day(since),
        purpose: lower(PURPOSE),
        legal_basis: lower(LEGAL),
        evidence: row.text(EVIDENCE).to_owned(),
        expires: row.day(EXPIRES).map(Time::at_day),
    })
}
