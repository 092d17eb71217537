//! The access register from a file: one row a rule.

use super::AccessRule;
use super::commands::{SetAccess, Target, write};
use crate::ledger::ids_of;
use rounds_kernel::{AccountId, PersonId, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::{Query, Tx, args};
use std::collections::BTreeMap;

/// Reads the access register.
pub struct AccessFile;

const PERSON: usize = 0;
const ACCOUNT: usize = 1;
const DEPARTMENT: usize = 2;
const COUNTRY: usize = 3;
const RULE: usize = 4;
const FROM: usize = 5;
const TO: usize = 6;
const SINCE: usize = 7;
const SOURCE: usize = 8;
const NOTE: usize = 9;

#[async_trait::async_trait]
impl Importer for AccessFile {
    fn kind(&self) -> &'static str {
        "access-register"
    }

    fn title(&self) -> &'static str {
        "Access register: how people and sites may be visited"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::optional("person_key"),
            Column::optional("account_key").or(&["site_key"]),
            Column::optional("department"),
            Column::optional("country"),
            Column::required("access_rule").or(&["access"]),
            Column::optional("from_time").or(&["from"]),
            Column::optional("to_time").or(&["to", "until"]),
            Column::required("since").of_days(),
            Column::optional("source"),
            Column::optional("note"),
        ];
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let keys = |column: usize| rows.iter().filter_map(|r| r.known(column)).collect::<Vec<_>>();
        let people = ids_of(tx, "person", "source_key", &keys(PERSON)).await?;
        let accounts = ids_of(tx, "account", "source_key", &keys(ACCOUNT)).await?;
        let mut report = ChunkReport::default();
        for row in rows {
            let command = match rule(row, &people, &accounts, &file.name) {
                Ok(command) => command,
                Err(rejected) => {
                    report.rejects.push(rejected);
                    continue;
                }
            };
            if known(tx, &command).await? {
                report.unchanged += 1;
                continue;
            }
            match write(tx, &command).await {
                Ok(_) => {
                    report.written += 1;
                    report.created += 1;
                }
                Err(e) if e.kind == rounds_kernel::ErrorKind::Invalid => report.rejects.push(reject(row.line, &e.code, e.cause, e.remedy)),
                Err(e) => return Err(e),
            }
        }
        Ok(report)
    }
}

/// Whether the register holds this very rule already.
async fn known(tx: &Tx, c: &SetAccess) -> Result<bool> {
    let (person, account, department, country) = match &c.target {
        Target::Person(p) => (p.0, 0, "", ""),
        Target::Department(a, d) => (0, a.0, d.as_str(), ""),
        Target::Account(a) => (0, a.0, "", ""),
        Target::Country(code) => (0, 0, "", code.as_str()),
    };
    let sql = "SELECT COUNT(*) FROM access_rule WHERE COALESCE(person_id, 0) = $1 AND COALESCE(account_id, 0) = $2 AND LOWER(department) = LOWER($3) \
               AND country = $4 AND rule = $5 AND valid_from = $6 AND valid_to IS NULL";
    Ok(tx.number(sql, args![person, account, department.trim(), country, c.rule.code(), i64::from(c.since.0)]).await? > 0)
}

fn rule(
    row: &Row,
    people: &BTreeMap<String, i64>,
    accounts: &BTreeMap<String, i64>,
    file: &str,
) -> std::result::Result<SetAccess, RowReject> {
    let no = |code: &str, cause: String, remedy: &str| Err(reject(row.line, code, cause, remedy));
    let target = match (row.known(PERSON), row.known(ACCOUNT), row.known(COUNTRY)) {
        (Some(key), ..) => match people.get(key) {
            Some(id) => Target::Person(PersonId(*id)),
            None => {
                return no(
                    "import.person_unknown",
                    format!("There is no person with the key “{key}”."),
                    "Import the people first, or correct the key.",
                );
            }
        },
        (None, Some(key), _) => match (accounts.get(key), row.known(DEPARTMENT)) {
            (Some(id), Some(department)) => Target::Department(AccountId(*id), department.to_owned()),
            (Some(id), None) => Target::Account(AccountId(*id)),
            (None, _) => {
                return no(
                    "import.account_unknown",
                    format!("There is no account with the key “{key}”."),
                    "Import the accounts first, or correct the key.",
                );
            }
        },
        (None, None, Some(country)) => Target::Country(country.to_uppercase()),
        _ => return no("import.access_of_whom", "The row names no person, site or country.".into(), "Fill in one of them."),
    };
    let text = row.text(RULE).to_lowercase().replace([' ', '-'], "_");
    let said = |r: &&AccessRule| r.code() == text || r.label().eq_ignore_ascii_case(row.text(RULE));
    let Some(rule) = AccessRule::ALL.iter().find(said).copied() else {
        let remedy = "Use open, hours, appointment_only, credential_needed, group_only or no_visits.";
        return no("import.access_rule", format!("“{}” is not a rule.", row.text(RULE)), remedy);
    };
    let Some(since) = row.day(SINCE) else {
        return no("import.day_missing", "The row has no day.".into(), "Say since when the rule holds.");
    };
    let (from_minute, to_minute) = (clock(row, FROM)?, clock(row, TO)?);
    let source = row.known(SOURCE).unwrap_or(file).to_owned();
    Ok(SetAccess { target, rule, from_minute, to_minute, since, source, note: row.text(NOTE).to_owned() })
}

fn clock(row: &Row, column: usize) -> std::result::Result<Option<u16>, RowReject> {
    let Some(text) = row.known(column) else { return Ok(None) };
    let read = text.split_once(':').and_then(|(h, m)| Some((h.parse::<u16>().ok()?, m.parse::<u16>().ok()?)));
    match read {
        Some((h, m)) if h <= 24 && m < 60 => Ok(Some(h * 60 + m)),
        _ => Err(reject(row.line, "import.clock", format!("“{text}” is no time of the day."), "Write it as HH:MM.")),
    }
}
