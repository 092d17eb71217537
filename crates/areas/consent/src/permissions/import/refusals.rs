//! What a company's file of people says about contact: a CRM keeps “opted out of e-mail” and “do not call” beside the name. A refusal
//! that is not read is a refusal that is not heeded, so the file of people is read with these columns too. An empty or negative cell
//! is no permission: it says only that nobody refused there.

use super::super::commands::{PermissionRow, take_answers};
use super::super::{ANY_CHANNEL, ANY_PURPOSE, State};
use rounds_customers::company_files::person_ids;
use rounds_kernel::{Channel, Result};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched};
use rounds_store::{FromQueryResult, Query, Tx, one_of};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Kind of the file of people.
const PEOPLE: &str = "people";
/// Its column of keys, the first.
const KEY: usize = 0;

/// Columns that hold a refusal, and what is refused.
const REFUSALS: [(Column, Option<Channel>); 3] = [
    (
        Column::optional("email_opt_out").or(&[
            "has_opted_out_of_email",
            "opted_out_of_email",
            "email_optout",
            "do_not_email",
            "no_email",
            "unsubscribed",
        ]),
        Some(Channel::Email),
    ),
    (Column::optional("do_not_call").or(&["phone_opt_out", "do_not_phone", "no_calls", "opted_out_of_calls"]), Some(Channel::Phone)),
    (Column::optional("do_not_contact").or(&["no_contact", "opt_out", "opted_out", "contact_refused", "kontaktverbot"]), None),
];

/// Reads the file of people as `inner` does, and the refusals beside them.
pub struct PeopleWithRefusals {
    inner: Box<dyn Importer>,
}

/// The same importers, the one of people reading refusals too.
pub fn with_refusals(all: Vec<Box<dyn Importer>>) -> Vec<Box<dyn Importer>> {
    let heed = |inner: Box<dyn Importer>| -> Box<dyn Importer> {
        if inner.kind() == PEOPLE { Box::new(PeopleWithRefusals { inner }) } else { inner }
    };
    all.into_iter().map(heed).collect()
}

#[async_trait::async_trait]
impl Importer for PeopleWithRefusals {
    fn kind(&self) -> &'static str {
        self.inner.kind()
    }

    fn title(&self) -> &'static str {
        self.inner.title()
    }

    fn columns(&self) -> &'static [Column] {
        // There is one file of people, so one list.
        static ALL: OnceLock<Vec<Column>> = OnceLock::new();
        ALL.get_or_init(|| self.inner.columns().iter().copied().chain(REFUSALS.map(|(column, _)| column)).collect())
    }

    fn key(&self) -> Option<usize> {
        self.inner.key()
    }

    fn key_form(&self, key: &str) -> String {
        self.inner.key_form(key)
    }

    fn lacks(&self, has: &dyn Fn(usize) -> bool) -> Vec<&'static str> {
        self.inner.lacks(has)
    }

    fn recognises(&self, header: &[String]) -> bool {
        self.inner.recognises(header)
    }

    fn word(&self, column: usize, text: &str) -> Option<&'static str> {
        self.inner.word(column, text)
    }

    fn words(&self, column: usize) -> Vec<(&'static str, &'static str)> {
        self.inner.words(column)
    }

    fn for_one_file(&self) -> Option<Box<dyn Importer>> {
        self.inner.for_one_file().map(|inner| Box::new(Self { inner }) as Box<dyn Importer>)
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        self.inner.taken_back(tx, rows).await
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = self.inner.write(tx, file, rows).await?;
        let rejected: BTreeSet<u64> = report.rejects.iter().map(|r| r.line).collect();
        let first = self.inner.columns().len();
        let refusals = rows.iter().filter(|r| !rejected.contains(&r.line)).flat_map(|r| said(r, first, &mut report.notes)).collect();
        self.keep(tx, file, refusals, &mut report).await?;
        Ok(report)
    }

    async fn finish(&self, tx: &mut Tx, file: &FileInfo) -> Result<ChunkReport> {
        self.inner.finish(tx, file).await
    }
}

/// A refusal of one row.
struct Refusal<'a> {
    line: u64,
    key: &'a str,
    channel: &'static str,
}

/// What the row refuses; `first` is the place of the first column of refusals.
fn said<'a>(row: &'a Row, first: usize, notes: &mut Vec<Note>) -> Vec<Refusal<'a>> {
    let mut out = Vec::new();
    for (i, (_, channel)) in REFUSALS.iter().enumerate() {
        let answer = yes(row.text(first + i));
        if answer.is_none() {
            let text = "cells of refused contact were neither yes nor no and were taken for yes, to be on the safe side";
            notes.push(Note::new(row.line, "import.refusal_unclear", text));
        }
        if answer.unwrap_or(true) {
            out.push(Refusal { line: row.line, key: row.text(KEY), channel: channel.map_or(ANY_CHANNEL, Channel::code) });
        }
    }
    out
}

/// Whether the cell says yes; `None` for what is neither.
fn yes(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "1" | "1.0" | "true" | "t" | "yes" | "y" | "x" | "ja" | "j" | "wahr" | "oui" | "vrai" | "si" | "sí" | "sì" | "tak" => Some(true),
        "" | "0" | "0.0" | "false" | "f" | "no" | "n" | "-" | "nein" | "falsch" | "non" | "faux" | "nie" | "null" | "none" => Some(false),
        _ => None,
    }
}

#[derive(FromQueryResult)]
struct Standing {
    person_id: i64,
    channel: String,
}

impl PeopleWithRefusals {
    async fn keep(&self, tx: &mut Tx, file: &FileInfo, refusals: Vec<Refusal<'_>>, report: &mut ChunkReport) -> Result<()> {
        if refusals.is_empty() {
            return Ok(());
        }
        let ids = person_ids(tx, &refusals.iter().map(|r| r.key).collect::<Vec<_>>()).await?;
        let standing = standing(tx, ids.values().copied()).await?;
        let mut answers: BTreeMap<(i64, &str), (i64, State, PermissionRow)> = BTreeMap::new();
        for r in &refusals {
            let Some(person) = ids.get(r.key).filter(|id| !standing.contains(&(**id, r.channel.to_owned()))) else { continue };
            let row = PermissionRow {
                line: r.line,
                channel: r.channel.to_owned(),
                basis: "refused, says the file of people".into(),
                since: file.received_at,
                ..PermissionRow::default()
            };
            answers.insert((*person, r.channel), (*person, State::Denied, row));
        }
        if let Some(line) = answers.values().map(|a| a.2.line).min() {
            report.notes.push(Note::new(line, "import.refusals_kept", "people refuse e-mail, calls or any contact: kept as their refusal"));
        }
        take_answers(tx, &file.name, answers.into_values().collect()).await.map(|_| ())
    }
}

/// Refusals that stand already: the same file again, on another day, is no new answer.
async fn standing(tx: &Tx, people: impl Iterator<Item = i64>) -> Result<BTreeSet<(i64, String)>> {
    let (condition, ids) = one_of(tx.engine(), "person_id", 1, people);
    let sql = format!(
        "SELECT person_id, channel FROM permission WHERE {condition} AND valid_to IS NULL AND state = 'denied' AND purpose = '{ANY_PURPOSE}'"
    );
    Ok(tx.all::<Standing>(&sql, vec![ids]).await?.into_iter().map(|s| (s.person_id, s.channel)).collect())
}
