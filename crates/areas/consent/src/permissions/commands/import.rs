//! Permissions from a file, up to 1,000 rows a transaction.
//!
//! Answers are placed into each person's history by their own date: a later answer closes the earlier one, an older answer that
//! arrives late is kept as history and changes nothing that stands. Importing the same rows twice changes nothing.

use super::super::store::{NewRow, add, numbers};
use super::super::{ANY_CHANNEL, ANY_PURPOSE, Aim, LegalBasis, State};
use crate::gate;
use rounds_kernel::{Channel, Permission, Result, RowReject, Time};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{Command, FromQueryResult, Query, Tx, args};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// One answer of one person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PermissionRow {
    /// Line in the file, 0 without a file.
    pub line: u64,
    /// The person's key in the source.
    pub person_key: String,
    /// Channel code, or `*` for any.
    pub channel: String,
    /// `granted`, `denied` or `unknown` (taken back).
    pub state: String,
    /// Why we hold it.
    pub basis: String,
    /// Since when.
    pub since: Time,
    /// What it is for; empty or `*` for every purpose.
    pub purpose: String,
    /// Code of the legal basis of a yes; may be empty.
    pub legal_basis: String,
    /// What proves it.
    pub evidence: String,
    /// When it runs out.
    pub expires: Option<Time>,
}

/// Imports one chunk of answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportPermissions {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<PermissionRow>,
}

impl Command for ImportPermissions {
    const NAME: &'static str = "consent.import_permissions";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        let keys: Vec<&str> = self.rows.iter().map(|r| r.person_key.as_str()).collect();
        let people = crate::ledger::ids_of(tx, "person", "source_key", &keys).await?;
        let mut report = ChunkReport::default();
        let mut accepted = Vec::new();
        for row in self.rows {
            match checked(&row, &people, tx.now) {
                Ok((person, state)) => accepted.push((person, state, row)),
                Err(reject) => report.rejects.push(reject),
            }
        }
        let read = accepted.len() as u64;
        report.written = take_answers(tx, &self.source, accepted).await?;
        report.created = report.written;
        report.unchanged = read - report.written;
        Ok(report)
    }
}

/// Places answers of known people into their histories; says how many changed something.
pub(crate) async fn take_answers(tx: &mut Tx, source: &str, answers: Vec<(i64, State, PermissionRow)>) -> Result<u64> {
    let ids: BTreeSet<i64> = answers.iter().map(|a| a.0).collect();
    let mut histories = histories(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let mut changed = 0;
    for (person, state, row) in answers {
        let purpose = Aim::parse(&row.purpose).map_or(ANY_PURPOSE, Aim::code);
        let spans = histories.entry((person, row.channel.clone(), purpose.to_owned())).or_default();
        changed += u64::from(place(spans, state, &row));
    }
    keep(tx, histories, source).await?;
    Ok(changed)
}

fn checked(row: &PermissionRow, people: &BTreeMap<String, i64>, now: Time) -> std::result::Result<(i64, State), RowReject> {
    let no = |code: &str, cause: String, remedy: &str| reject(row.line, code, cause, remedy);
    let Some(person) = people.get(&row.person_key) else {
        return Err(no(
            "import.person_unknown",
            format!("There is no person with the key “{}”.", row.person_key),
            "Import the people first, or correct the key.",
        ));
    };
    let any = row.channel == ANY_CHANNEL;
    if !any && Channel::parse(&row.channel).is_none() {
        return Err(no(
            "import.channel",
            format!("“{}” is not a channel.", row.channel),
            "Use visit, phone, video, email, webinar, or * for any.",
        ));
    }
    let Some(state) = State::parse(&row.state) else {
        return Err(no("import.permission_state", format!("“{}” is not a state.", row.state), "Use granted, denied or unknown."));
    };
    if any && state == State::Granted {
        return Err(no(
            "consent.grant_needs_channel",
            "A yes is always to one channel.".into(),
            "Write one row for each channel they agreed to.",
        ));
    }
    if row.since > now {
        return Err(no(
            "import.future_date",
            format!("The answer is dated {}, which is still to come.", row.since.day()),
            "Correct the date.",
        ));
    }
    terms(row, any).map(|()| (*person, state))
}

/// Purpose, basis and end of an answer.
fn terms(row: &PermissionRow, any: bool) -> std::result::Result<(), RowReject> {
    let no = |code: &str, cause: String, remedy: &str| Err(reject(row.line, code, cause, remedy));
    let whole = row.purpose.is_empty() || row.purpose == ANY_PURPOSE;
    if !whole && (any || Aim::parse(&row.purpose).is_none()) {
        return no(
            "import.purpose",
            format!("“{}” is not a purpose here.", row.purpose),
            "Use information, offers, events, research or service with one channel, or * for every purpose.",
        );
    }
    if !row.legal_basis.is_empty() && LegalBasis::parse(&row.legal_basis).is_none() {
        return no(
            "import.legal_basis",
            format!("“{}” is not a legal basis.", row.legal_basis),
            "Use consent, existing_customer, legitimate_interest, contract or legal_obligation.",
        );
    }
    if row.expires.is_some_and(|e| e <= row.since) {
        return no("import.ends_early", "The permission runs out before it begins.".into(), "Correct one of the two days.");
    }
    Ok(())
}

/// One stretch of a person's history in one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    id: Option<i64>,
    state: State,
    from: i64,
    to: Option<i64>,
    basis: String,
    legal: String,
    evidence: String,
    expires: Option<i64>,
    changed: bool,
}

/// Places an answer into `spans` (ordered by start); true if it changed anything.
fn place(spans: &mut Vec<Span>, state: State, row: &PermissionRow) -> bool {
    let since = row.since.0;
    if spans.iter().any(|s| s.from == since && s.state == state) {
        return false;
    }
    let at = spans.partition_point(|s| s.from <= since);
    let next = spans.get(at).map(|s| s.from);
    let before = at.checked_sub(1).and_then(|i| spans.get_mut(i)).filter(|s| s.to.is_none_or(|to| to > since));
    match before {
        Some(s) => {
            s.to = Some(since);
            s.changed = true;
        }
        // Nothing stands that could be taken back.
        None if state == State::Unknown => return false,
        None => {}
    }
    if state != State::Unknown {
        let fresh = Span {
            id: None,
            state,
            from: since,
            to: next,
            basis: row.basis.clone(),
            legal: row.legal_basis.clone(),
            evidence: row.evidence.clone(),
            expires: row.expires.map(|e| e.0),
            changed: true,
        };
        spans.insert(at, fresh);
    }
    true
}

/// By person, channel and purpose.
type Histories = BTreeMap<(i64, String, String), Vec<Span>>;

#[derive(FromQueryResult)]
struct SpanRow {
    id: i64,
    person_id: i64,
    channel: String,
    purpose: String,
    state: String,
    valid_from: i64,
    valid_to: Option<i64>,
}

async fn histories(tx: &Tx, people: &[i64]) -> Result<Histories> {
    let mut out = Histories::new();
    if people.is_empty() {
        return Ok(out);
    }
    let sql = format!(
        "SELECT id, person_id, channel, purpose, state, valid_from, valid_to FROM permission WHERE person_id IN ({}) \
         ORDER BY person_id, channel, purpose, valid_from, id",
        numbers(people)
    );
    for r in tx.all::<SpanRow>(&sql, vec![]).await? {
        let state = State::parse(&r.state).unwrap_or_default();
        let span = Span {
            id: Some(r.id),
            state,
            from: r.valid_from,
            to: r.valid_to,
            basis: String::new(),
            legal: String::new(),
            evidence: String::new(),
            expires: None,
            changed: false,
        };
        out.entry((r.person_id, r.channel, r.purpose)).or_default().push(span);
    }
    Ok(out)
}

/// Writes what changed: ends of known rows first, or the one-open-row rule would see two.
async fn keep(tx: &mut Tx, histories: Histories, source: &str) -> Result<()> {
    let mut ends: Vec<(i64, i64)> = Vec::new();
    let mut fresh = Vec::new();
    let mut denied: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for ((person, channel, purpose), spans) in histories {
        for s in spans.into_iter().filter(|s| s.changed) {
            match (s.id, s.to) {
                (Some(id), Some(to)) => ends.push((id, to)),
                (Some(_), None) => {}
                (None, to) => {
                    if s.state == State::Denied && to.is_none() {
                        denied.entry(channel.clone()).or_default().push(person);
                    }
                    fresh.push(NewRow {
                        person,
                        channel: channel.clone(),
                        purpose: purpose.clone(),
                        state: s.state,
                        basis: s.basis,
                        legal_basis: s.legal,
                        evidence: s.evidence,
                        expires: s.expires,
                        source: source.into(),
                        from: s.from,
                        to,
                        ..NewRow::default()
                    });
                }
            }
        }
    }
    if !ends.is_empty() {
        let mut cases = String::new();
        for (id, to) in &ends {
            // Writing to a String cannot fail.
            let _ = write!(cases, " WHEN {id} THEN {to}");
        }
        let ids: Vec<i64> = ends.iter().map(|e| e.0).collect();
        let sql = format!("UPDATE permission SET valid_to = CASE id{cases} END WHERE id IN ({})", numbers(&ids));
        tx.execute(&sql, args![]).await?;
    }
    add(tx, fresh).await?;
    for (channel, people) in denied {
        gate::revoke(tx, &people, Channel::parse(&channel)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(since: i64) -> PermissionRow {
        PermissionRow { since: Time(since), ..PermissionRow::default() }
    }

    fn brief(spans: &[Span]) -> Vec<(State, i64, Option<i64>)> {
        spans.iter().map(|s| (s.state, s.from, s.to)).collect()
    }

    #[test]
    fn answers_find_their_place_in_any_order_of_arrival() {
        use State::{Denied, Granted};
        let answers = [(Granted, 10), (Denied, 20), (Granted, 30)];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut spans = Vec::new();
            for (state, at) in order.map(|i: usize| answers[i]) {
                assert!(place(&mut spans, state, &row(at)));
            }
            assert_eq!(brief(&spans), [(Granted, 10, Some(20)), (Denied, 20, Some(30)), (Granted, 30, None)], "{order:?}");
        }
    }

    #[test]
    fn the_same_rows_again_change_nothing() {
        let mut spans = Vec::new();
        assert!(place(&mut spans, State::Granted, &row(10)) && place(&mut spans, State::Denied, &row(20)));
        let before = spans.clone();
        assert!(!place(&mut spans, State::Granted, &row(10)) && !place(&mut spans, State::Denied, &row(20)));
        assert_eq!(spans, before);
        assert!(place(&mut spans, State::Unknown, &row(30)) && !place(&mut spans, State::Unknown, &row(30)));
        assert_eq!(brief(&spans), [(State::Granted, 10, Some(20)), (State::Denied, 20, Some(30))]);
    }
}
