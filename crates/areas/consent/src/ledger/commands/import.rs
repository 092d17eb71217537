//! Past contacts from a file, up to 1,000 rows a transaction. They happened, so the gate has no say; but a no that was said then
//! is written down as a permission, at its own date.

use super::super::ids_of;
use crate::permissions::{ANY_CHANNEL, PermissionRow, State, take_answers};
use rounds_kernel::{AccountId, Channel, FactKind, NewFact, Outcome, Permission, PersonId, Purpose, Result, RowReject, Time, UserId};
use rounds_platform::imports::{ChunkReport, reject};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One contact that took place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ContactRow {
    /// Line in the file, 0 without a file.
    pub line: u64,
    /// The person's key in the source.
    pub person_key: String,
    /// The account's key in the source.
    pub account_key: String,
    /// Channel code.
    pub channel: String,
    /// When.
    pub at: Time,
    /// E-mail of the user who acted; empty when nobody is known.
    pub user_email: String,
    /// Purpose code.
    pub purpose: String,
    /// Outcome code.
    pub outcome: String,
    /// `out` or `in`.
    pub direction: String,
    /// Note.
    pub note: Option<String>,
    /// Product family it was about.
    pub family: Option<String>,
    /// The source's own key: the same key is the same contact.
    pub key: String,
}

/// Imports one chunk of contacts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportContacts {
    /// File name, or `simulation`.
    pub source: String,
    /// At most 1,000 rows.
    pub rows: Vec<ContactRow>,
}

struct Known {
    people: BTreeMap<String, i64>,
    accounts: BTreeMap<String, i64>,
    users: BTreeMap<String, i64>,
}

impl Command for ImportContacts {
    const NAME: &'static str = "consent.import_contacts";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        let emails: Vec<String> = self.rows.iter().map(|r| r.user_email.trim().to_lowercase()).filter(|e| !e.is_empty()).collect();
        let known = Known {
            people: ids_of(tx, "person", "source_key", &self.rows.iter().map(|r| r.person_key.as_str()).collect::<Vec<_>>()).await?,
            accounts: ids_of(tx, "account", "source_key", &self.rows.iter().map(|r| r.account_key.as_str()).collect::<Vec<_>>()).await?,
            users: ids_of(tx, "app_user", "email", &emails.iter().map(String::as_str).collect::<Vec<_>>()).await?,
        };
        let mut report = ChunkReport::default();
        let (mut facts, mut answers) = (Vec::new(), Vec::new());
        for row in &self.rows {
            match fact(row, &known, &self.source, tx.now) {
                Ok((fact, outcome)) => {
                    answers.extend(answer(row, &fact, outcome));
                    facts.push(fact);
                }
                Err(reject) => report.rejects.push(reject),
            }
        }
        report.written = facts.len() as u64;
        report.created = report.written;
        tx.facts(facts).await?;
        take_answers(tx, &self.source, answers).await?;
        Ok(report)
    }
}

/// The no that the person said in this contact, if they did.
fn answer(row: &ContactRow, fact: &NewFact, outcome: Outcome) -> Option<(i64, State, PermissionRow)> {
    let channel = match outcome {
        Outcome::DoNotContact => ANY_CHANNEL,
        Outcome::NoChannel => &row.channel,
        _ => return None,
    };
    let said = PermissionRow { channel: channel.into(), basis: "asked by the person".into(), since: row.at, ..PermissionRow::default() };
    fact.person.map(|p| (p.0, State::Denied, said))
}

fn fact(row: &ContactRow, known: &Known, source: &str, now: Time) -> std::result::Result<(NewFact, Outcome), RowReject> {
    let no = |code: &str, cause: String, remedy: &str| reject(row.line, code, cause, remedy);
    let person = known.people.get(&row.person_key).ok_or_else(|| {
        no(
            "import.person_unknown",
            format!("There is no person with the key “{}”.", row.person_key),
            "Import the people first, or correct the key.",
        )
    })?;
    let account = known.accounts.get(&row.account_key).ok_or_else(|| {
        no(
            "import.account_unknown",
            format!("There is no account with the key “{}”.", row.account_key),
            "Import the accounts first, or correct the key.",
        )
    })?;
    let email = row.user_email.trim().to_lowercase();
    let user = match known.users.get(&email) {
        Some(id) => Some(UserId(*id)),
        None if email.is_empty() => None,
        None => {
            return Err(no("import.user_unknown", format!("There is no user {email}."), "Create the user first, or leave the cell empty."));
        }
    };
    let channel = Channel::parse(&row.channel).ok_or_else(|| {
        no("import.channel", format!("“{}” is not a channel.", row.channel), "Use visit, phone, video, email or webinar.")
    })?;
    let purpose = Purpose::parse(&row.purpose).ok_or_else(|| {
        no("import.purpose", format!("“{}” is not a purpose.", row.purpose), "Use introduce, educate, follow_up, demo, review or service.")
    })?;
    let outcome = Outcome::parse(&row.outcome).ok_or_else(|| {
        no(
            "import.outcome",
            format!("“{}” is not an outcome.", row.outcome),
            "Use the codes listed in the guide, e.g. reached or no_answer.",
        )
    })?;
    if !matches!(row.direction.as_str(), "out" | "in") {
        return Err(no("import.direction", format!("“{}” is not a direction.", row.direction), "Use out (we began it) or in (they did)."));
    }
    if row.at > now {
        return Err(no(
            "import.future_date",
            format!("The contact is dated {}, which is still to come.", row.at.day()),
            "Correct the date.",
        ));
    }
    let mut body = serde_json::json!({ "purpose": purpose.code(), "outcome": outcome.code(), "direction": row.direction });
    for (name, value) in [("note", &row.note), ("family", &row.family)] {
        if let Some(value) = value.as_deref().filter(|v| !v.trim().is_empty()) {
            body[name] = value.into();
        }
    }
    let natural_key = (!row.key.is_empty()).then(|| format!("contact:{}", row.key));
    let fact = NewFact {
        person: Some(PersonId(*person)),
        account: Some(AccountId(*account)),
        channel: Some(channel),
        user,
        natural_key,
        body,
        ..NewFact::new(FactKind::Contact, row.at, source)
    };
    Ok((fact, outcome))
}
