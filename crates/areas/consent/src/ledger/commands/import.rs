//! Past contacts from a file, up to 1,000 rows a transaction. They happened, so the gate has no say; but a no that was said then
//! is written down as a permission, at its own date.

use super::directory::Directory;
use crate::permissions::{ANY_CHANNEL, PermissionRow, State, take_answers};
use rounds_kernel::{AccountId, Channel, FactKind, NewFact, Outcome, Permission, PersonId, Purpose, Result, RowReject, Time};
use rounds_platform::imports::{ChunkReport, Note, reject};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};

/// One contact that took place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ContactRow {
    /// Line in the file, 0 without a file.
    pub line: u64,
    /// The person's key in the source; empty for a contact with the account as a whole.
    pub person_key: String,
    /// The account's key in the source; empty for the account where the person works.
    pub account_key: String,
    /// Channel code.
    pub channel: String,
    /// When.
    pub at: Time,
    /// E-mail or name of the user who acted; empty when nobody is known.
    pub user_email: String,
    /// Purpose code; empty if not known.
    pub purpose: String,
    /// Outcome code; empty if not known.
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

impl Command for ImportContacts {
    const NAME: &'static str = "consent.import_contacts";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ChunkReport;

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "source": self.source, "rows": self.rows.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<ChunkReport> {
        write(tx, &self.source, &self.rows, &mut Directory::default()).await
    }
}

/// Writes contacts; what the log holds already by the source's own key is counted as unchanged.
pub(in crate::ledger) async fn write(tx: &mut Tx, source: &str, rows: &[ContactRow], known: &mut Directory) -> Result<ChunkReport> {
    known.learn(tx, rows).await?;
    let mut report = ChunkReport::default();
    let (mut facts, mut answers) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match fact(row, known, source, tx.now, &mut report.notes) {
            Ok((fact, outcome)) => {
                answers.extend(answer(row, &fact, outcome));
                facts.push(fact);
            }
            Err(reject) => report.rejects.push(reject),
        }
    }
    let (sent, before) = (facts.len() as u64, tx.facts_written().count);
    let note = facts.iter().find_map(|f| f.body.get("note")?.as_str().map(str::to_owned)).unwrap_or_default();
    tx.facts(facts).await?;
    rounds_customers::screening::heard(tx, &note).await?;
    report.created = tx.facts_written().count - before;
    report.written = report.created;
    report.unchanged = sent - report.created;
    take_answers(tx, source, answers).await?;
    Ok(report)
}

/// The no that the person said in this contact, if they did.
fn answer(row: &ContactRow, fact: &NewFact, outcome: Option<Outcome>) -> Option<(i64, State, PermissionRow)> {
    let channel = match outcome? {
        Outcome::DoNotContact => ANY_CHANNEL,
        Outcome::NoChannel => &row.channel,
        _ => return None,
    };
    let said = PermissionRow { channel: channel.into(), basis: "asked by the person".into(), since: row.at, ..PermissionRow::default() };
    fact.person.map(|p| (p.0, State::Denied, said))
}

fn fact(
    row: &ContactRow,
    known: &Directory,
    source: &str,
    now: Time,
    notes: &mut Vec<Note>,
) -> std::result::Result<(NewFact, Option<Outcome>), RowReject> {
    let no = |code: &str, cause: String, remedy: &str| reject(row.line, code, cause, remedy);
    let (person, account) = known.place(row)?;
    let owner = row.user_email.trim();
    let user = known.user(owner);
    if user.is_none() && !owner.is_empty() {
        notes.push(Note::new(
            row.line,
            "import.user_unknown",
            "contacts name owners who are no users here: their names are kept with the contact",
        ));
    }
    let channel = Channel::parse(&row.channel).ok_or_else(|| {
        no("import.channel", format!("“{}” is not a channel.", row.channel), "Use visit, phone, video, email or webinar.")
    })?;
    let purpose = Purpose::parse(&row.purpose);
    if purpose.is_none() && !row.purpose.is_empty() {
        let remedy = "Use introduce, educate, follow_up, demo, review or service.";
        return Err(no("import.purpose", format!("“{}” is not a purpose.", row.purpose), remedy));
    }
    let outcome = Outcome::parse(&row.outcome);
    if outcome.is_none() && !row.outcome.is_empty() {
        let remedy = "Use the codes listed in the guide, e.g. reached or no_answer.";
        return Err(no("import.outcome", format!("“{}” is not an outcome.", row.outcome), remedy));
    }
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
    let mut body = serde_json::Map::new();
    let mut say = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|v| !v.trim().is_empty()) {
            body.insert(name.to_owned(), value.into());
        }
    };
    say("purpose", purpose.map(Purpose::code));
    say("outcome", outcome.map(Outcome::code));
    say("direction", Some(&row.direction));
    say("note", row.note.as_deref());
    say("family", row.family.as_deref());
    say("owner", Some(owner).filter(|_| user.is_none()));
    let natural_key = (!row.key.is_empty()).then(|| format!("contact:{}", row.key));
    let fact = NewFact {
        person: person.map(PersonId),
        account: Some(AccountId(account)),
        channel: Some(channel),
        user,
        natural_key,
        body: body.into(),
        ..NewFact::new(FactKind::Contact, row.at, source)
    };
    Ok((fact, outcome))
}
