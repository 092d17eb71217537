//! Past contacts from a company's files: calls, visits, e-mails as CRM systems export them.

use super::commands::{ContactRow, Directory, write};
use rounds_customers::company_files::speaks_of_sales;
use rounds_kernel::{Channel, Outcome, Permission, Purpose, Result};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched};
use rounds_store::Tx;
use std::collections::HashMap;
use std::sync::Mutex;

const ID: usize = 0;
const PERSON: usize = 1;
const ACCOUNT: usize = 2;
const CHANNEL: usize = 3;
const AT: usize = 4;
const CLOCK: usize = 5;
const USER: usize = 6;
const PURPOSE: usize = 7;
const OUTCOME: usize = 8;
const DIRECTION: usize = 9;
const NOTE: usize = 10;
const FAMILY: usize = 11;
const PERSON_NAME: usize = 12;
const ACCOUNT_NAME: usize = 13;

/// Importers of this capability.
pub(super) fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(Contacts { known: Mutex::default() })]
}

/// Reads contacts; remembers for the length of one file which keys are whose and what its words mean.
struct Contacts {
    known: Mutex<(Directory, Words)>,
}

/// Words of a file that are remembered; a file with more has free text in that column.
const MOST_WORDS: usize = 2_000;

/// What words of a file mean: they are few, and each stands in it thousands of times.
#[derive(Default)]
struct Words([HashMap<String, Option<&'static str>>; 3]);

impl Words {
    fn code(&mut self, kind: usize, text: &str, look_up: impl FnOnce(&str) -> Option<&'static str>) -> Option<&'static str> {
        let known = &mut self.0[kind];
        if let Some(code) = known.get(text) {
            return *code;
        }
        let code = look_up(text);
        if known.len() < MOST_WORDS {
            known.insert(text.to_owned(), code);
        }
        code
    }
}

/// Words of other systems for a channel. A star stands for more letters of the same word: `educat*` is educate and education, and
/// a pigeon (`Brieftaube`) is no letter (`brief`).
const CHANNELS: &[(Channel, &[&str])] = &[
    (Channel::Video, &["video*", "teams", "zoom", "webex", "virtual*", "engage meeting", "remote*", "online*"]),
    (Channel::Webinar, &["webinar*", "event*", "congress*", "symposium", "workshop*"]),
    (Channel::Email, &["email*", "e mail*", "mail*", "letter*", "brief", "briefe", "chat*", "text", "sms", "message*"]),
    (
        Channel::Phone,
        &["phone*", "telephone*", "tel", "*telefon*", "call center", "outbound call", "inbound call", "*anruf*", "voicemail*"],
    ),
    (
        Channel::Visit,
        &[
            "visit*",
            "face to face",
            "f2f",
            "in person",
            "onsite",
            "on site",
            "field*",
            "*besuch*",
            "personal*",
            "persönlich*",
            "detail*",
            "meeting*",
        ],
    ),
];

const OUTCOMES: &[(Outcome, &[&str])] = &[
    (Outcome::DoNotContact, &["do not contact", "opt out*", "opted out", "dnc"]),
    (Outcome::NotInterested, &["not interested", "declined", "no interest", "kein interesse"]),
    (
        Outcome::NoAnswer,
        &["no answer", "not reached", "not connected", "no show*", "voicemail*", "left message", "missed", "nicht erreicht", "unreachable"],
    ),
    (Outcome::DemoBooked, &["demo*"]),
    (Outcome::MeetingBooked, &["meeting*", "appointment*", "scheduled", "*termin*"]),
    (Outcome::Sent, &["sent", "delivered", "opened", "clicked", "gesendet"]),
    (
        Outcome::Reached,
        &["reached", "completed", "submitted", "held", "connected", "saved", "done", "closed", "attended", "erreicht", "success*"],
    ),
];

const PURPOSES: &[(Purpose, &[&str])] = &[
    (Purpose::Demo, &["demo*", "trial*", "evaluation*"]),
    (Purpose::Service, &["service*", "complaint*", "repair*", "training*", "support*"]),
    (Purpose::Review, &["review*", "qbr", "contract*", "business*"]),
    (Purpose::Introduce, &["intro*", "first*", "new customer*", "prospect*"]),
    (Purpose::Educate, &["educat*", "detail*", "product*", "clinical*", "information*"]),
    (Purpose::FollowUp, &["follow*", "routine*", "regular*", "check*"]),
];

/// The first of a list one of whose words stands in `text`.
fn find<T: Copy>(list: &[(T, &[&str])], text: &str) -> Option<T> {
    let letters: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let text = format!(" {} ", letters.split_whitespace().collect::<Vec<_>>().join(" "));
    let stands = |word: &&str| {
        let (before, rest) = word.strip_prefix('*').map_or((" ", *word), |rest| ("", rest));
        let (rest, behind) = rest.strip_suffix('*').map_or((rest, " "), |rest| (rest, ""));
        text.contains(&format!("{before}{rest}{behind}"))
    };
    list.iter().find(|(_, words)| words.iter().any(stands)).map(|(found, _)| *found)
}

/// Which channel a company's word means.
fn channel(text: &str) -> Option<Channel> {
    Channel::parse(text).or_else(|| match text.trim().to_lowercase().as_str() {
        // Alone, a “call” is one by telephone in some systems and any contact in others.
        "call" => Some(Channel::Phone),
        _ => find(CHANNELS, text),
    })
}

fn outcome(text: &str) -> Option<Outcome> {
    Outcome::parse(text).or_else(|| find(OUTCOMES, text))
}

fn purpose(text: &str) -> Option<Purpose> {
    Purpose::parse(text).or_else(|| find(PURPOSES, text))
}

fn direction(text: &str) -> &'static str {
    let text = text.to_lowercase();
    if ["in", "inbound", "incoming", "eingehend", "customer"].iter().any(|w| text == *w) { "in" } else { "out" }
}

/// What the columns are called, here and elsewhere.
#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    Column::optional("contact_no").or(&[
        "call_id", "activity_id", "interaction_id", "id", "call_no", "call_name", "visit_id", "task_id", "event_id", "engagement_id",
        "meeting_id", "appointment_id", "key", "external_id", "besuchsnummer", "aktivitätsnummer", "n° visite", "id visita",
    ]),
    Column::optional("person_id").or(&[
        "person_key", "contact_id", "hcp_id", "who_id", "attendee_id", "physician_id", "stakeholder_id", "contact", "person", "hcp",
        "customer_id", "regarding_contact_id", "ansprechpartner", "ansprechpartner_id", "interlocuteur", "contacto",
    ]),
    Column::optional("account_id").or(&[
        "account_key", "account", "account_no", "account_number", "acct", "acct_id", "acct_no", "what_id", "related_to_id", "parent_id",
        "facility_id", "site_id", "hospital_id", "customer_no", "customer_number", "customer", "client_id", "client", "regarding",
        "kunnr", "kunde", "kundennummer", "kunden_nr", "compte", "code client", "cuenta", "cliente",
    ]),
    Column::optional("channel").or(&[
        "call_channel", "call_type", "activity_type", "activity_sub_type", "interaction_type", "event_type", "task_type", "task_subtype",
        "contact_method", "contact_channel", "type", "medium", "method", "mode", "kanal", "kontaktart", "besuchsart", "besuchstyp",
        "aktivitätstyp", "canal", "type de visite", "type de contact", "tipo", "tipo de visita",
    ]),
    Column::required("date").or(&[
        "call_date", "call_datetime", "contact_date", "activity_date", "activity_date_time", "interaction_date", "visit_date",
        "visit_datetime", "visited_on", "meeting_date", "event_date", "task_date", "due_date", "completed_date", "completed_on",
        "actual_end", "actual_start", "scheduled_start", "occurred_at", "start_date", "start_date_time", "start", "timestamp", "at",
        "datetime", "datum", "besuchsdatum", "kontaktdatum", "termin", "date de visite", "date visite", "date de contact",
        "date du contact", "fecha", "fecha de visita", "fecha visita", "fecha de contacto", "created_date", "created_on",
    ]).of_moments(),
    Column::optional("time").or(&["call_time", "start_time", "visit_time", "uhrzeit", "heure", "hora"]),
    Column::optional("owner").or(&[
        "owner_email", "user_email", "rep_email", "rep", "rep_name", "owner_name", "user", "user_name", "sales_rep",
        "sales_representative", "salesperson", "territory_manager", "assigned", "assigned_to", "assigned_to_name", "assigned_user",
        "activity_owner", "created_by", "employee", "owner_id", "rep_id", "mitarbeiter", "außendienst", "vertreter", "verantwortlich",
        "zuständig", "délégué", "commercial", "responsable", "délégué médical", "representante", "vendedor", "delegado", "comercial",
    ]),
    Column::optional("purpose").or(&[
        "objective", "reason", "call_objective", "visit_objective", "visit_purpose", "subject", "topic", "zweck", "anlass", "betreff",
        "besuchsgrund", "thema", "objet", "objectif", "motif", "asunto", "motivo", "objetivo",
    ]),
    Column::optional("outcome").or(&[
        "result", "status", "call_outcome", "call_result", "call_status", "call_disposition", "activity_status", "disposition",
        "ergebnis", "resultat", "statut", "estado", "resultado",
    ]),
    Column::optional("direction").or(&["in_out", "call_direction", "richtung"]),
    Column::optional("note").or(&[
        "notes", "comment", "comments", "full_comments", "description", "details", "body", "next_call_notes", "call_notes",
        "call_comments", "call_report", "summary", "bemerkung", "notiz", "notizen", "kommentar", "beschreibung", "besuchsbericht",
        "commentaire", "commentaires", "compte rendu", "remarques", "notas", "comentario", "comentarios", "observaciones",
    ]).up_to(4_000),
    Column::optional("product").or(&[
        "family", "product_family", "products", "product_discussed", "detailed_products", "product_name", "product_1", "produkt",
        "produktgruppe", "produit", "producto",
    ]),
    Column::optional("person_name").or(&[
        "contact_name", "contact_full_name", "who.name", "name (contact)", "full_name", "hcp_name", "physician_name", "physician",
        "doctor", "doctor_name", "attendee", "attendee_name", "attendee 1", "stakeholder", "stakeholder_name", "arzt", "kontakt",
        "kontaktname", "name ansprechpartner", "médecin", "nom du contact", "praticien", "médico", "nombre contacto",
        "nombre del contacto",
    ]),
    Column::optional("account_name").or(&[
        "what.name", "company / account", "account: account name", "acct_name", "related_to", "related_to_name", "facility",
        "facility_name", "hospital", "hospital_name", "institution", "organization", "organisation", "customer_name", "client_name",
        "company", "company_name", "site", "site_name", "location_name", "einrichtung", "krankenhaus", "klinik", "firma", "kundenname",
        "établissement", "hôpital", "clinique", "nom du compte", "nom client", "hospital / clínica", "centro", "nombre cliente",
        "nombre de la cuenta",
    ]),
];

#[async_trait::async_trait]
impl Importer for Contacts {
    fn kind(&self) -> &'static str {
        "contacts"
    }

    fn title(&self) -> &'static str {
        "Company file: calls and other contacts"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    /// A file of contacts says when, and whom or where, and is no file of orders.
    fn recognises(&self, header: &[String]) -> bool {
        let columns = self.columns();
        let has = |i: usize| columns[i].position(header).is_some();
        has(AT)
            && [PERSON, ACCOUNT, PERSON_NAME, ACCOUNT_NAME].into_iter().any(has)
            && (has(CHANNEL) || has(OUTCOME) || has(USER) || has(ID) || has(PURPOSE))
            && !speaks_of_sales(header)
            && Column::optional("valid_from").position(header).is_none()
            && !(describes(header) && only_created(columns[AT], header))
    }

    fn words(&self, column: usize) -> Vec<(&'static str, &'static str)> {
        match column {
            CHANNEL => Channel::ALL.iter().map(|c| (c.code(), c.label())).collect(),
            PURPOSE => Purpose::ALL.iter().map(|c| (c.code(), c.label())).collect(),
            OUTCOME => Outcome::ALL.iter().map(|c| (c.code(), c.label())).collect(),
            _ => Vec::new(),
        }
    }

    fn word(&self, column: usize, text: &str) -> Option<&'static str> {
        match column {
            CHANNEL => channel(text).map(Channel::code),
            PURPOSE => purpose(text).map(Purpose::code),
            OUTCOME => outcome(text).map(Outcome::code),
            _ => None,
        }
    }

    fn for_one_file(&self) -> Option<Box<dyn Importer>> {
        importers().pop()
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        tx.actor.require(Permission::WriteRecord)?;
        let mut notes = Vec::new();
        // Taken out while the file is written, so that no lock is held across the database.
        let (mut known, mut words) = self.known.lock().map(|mut k| std::mem::take(&mut *k)).unwrap_or_default();
        let contacts: Vec<ContactRow> = rows.iter().map(|r| contact(r, &mut words, &mut notes)).collect();
        let written = write(tx, &file.name, &contacts, &mut known).await;
        if let Ok(mut kept) = self.known.lock() {
            *kept = (known, words);
        }
        let mut report = written?;
        report.notes.extend(notes);
        Ok(report)
    }

    async fn taken_back(&self, _tx: &mut Tx, _rows: &[Touched]) -> Result<()> {
        Ok(())
    }
}

/// Whether the header describes a place or a person rather than what was done.
fn describes(header: &[String]) -> bool {
    let described = Column::optional("city").or(&[
        "billing_city",
        "street",
        "zip",
        "postal_code",
        "plz",
        "ort",
        "email",
        "phone",
        "title",
        "specialty",
    ]);
    described.position(header).is_some()
}

/// Whether the only date says when a record was made.
fn only_created(date: Column, header: &[String]) -> bool {
    let made = Column::optional("created_date").or(&["created_on", "start_date", "start"]);
    date.position(header).and_then(|at| header.get(at)).is_some_and(|name| made.is(name))
}

fn contact(row: &Row, words: &mut Words, notes: &mut Vec<Note>) -> ContactRow {
    let mut said = |column: usize, code: Option<&'static str>, note: &'static str, text: &'static str| match (row.known(column), code) {
        (Some(_), None) => {
            notes.push(Note::new(row.line, note, text));
            String::new()
        }
        (_, code) => code.unwrap_or_default().to_owned(),
    };
    let known = |column: usize| row.known(column);
    let purpose = said(
        PURPOSE,
        known(PURPOSE).and_then(|t| words.code(0, t, |t| purpose(t).map(Purpose::code))),
        "import.purpose_unknown",
        "purposes were not understood and are left blank: map them to ours on the import's page",
    );
    let outcome = said(
        OUTCOME,
        known(OUTCOME).and_then(|t| words.code(1, t, |t| outcome(t).map(Outcome::code))),
        "import.outcome_unknown",
        "outcomes were not understood and are left blank: map them to ours on the import's page",
    );
    let channel = match row.known(CHANNEL) {
        // A word that is not understood is told as it stands.
        Some(text) => words.code(2, text, |t| channel(t).map(Channel::code)).unwrap_or(text).to_owned(),
        // The subject of a task says what was done: “Call”, “Email: the new catalogue”.
        None if known(PURPOSE).and_then(channel).is_some() => known(PURPOSE).and_then(channel).map_or("", Channel::code).to_owned(),
        None => {
            notes.push(Note::new(row.line, "import.channel_blank", "contacts without a channel were taken for visits"));
            Channel::Visit.code().to_owned()
        }
    };
    let at = row.time(AT).unwrap_or_default();
    ContactRow {
        line: row.line,
        person_key: row.known(PERSON).unwrap_or(row.text(PERSON_NAME)).to_owned(),
        account_key: row.known(ACCOUNT).unwrap_or(row.text(ACCOUNT_NAME)).to_owned(),
        channel,
        at: clock(row.text(CLOCK)).map_or(at, |minutes| rounds_kernel::Time::at_day(at.day()).plus_minutes(minutes)),
        user_email: row.text(USER).to_owned(),
        purpose,
        outcome,
        direction: direction(row.text(DIRECTION)).to_owned(),
        note: row.known(NOTE).map(str::to_owned),
        family: row.known(FAMILY).map(str::to_owned),
        key: row.known(ID).map_or_else(|| of_the_line(row, notes), str::to_owned),
    }
}

/// A key for a contact to which its system gave no number: what its line says. The same line again, in this file or the next, is the
/// same contact.
fn of_the_line(row: &Row, notes: &mut Vec<Note>) -> String {
    let text = "contacts have no number of their own: lines that say the same are one contact";
    notes.push(Note::new(row.line, "import.contact_unnumbered", text));
    let hash = blake3::hash(row.cells.join("\u{1f}").as_bytes()).to_hex();
    format!("line:{}", &hash[..32])
}

/// Minutes since midnight of `14:30`.
fn clock(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.trim().parse().ok()?, minute.get(..2)?.parse().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_other_systems_are_understood() {
        for (theirs, ours) in [
            ("Face_to_face_vod", Channel::Visit),
            ("In Person", Channel::Visit),
            ("Video_vod", Channel::Video),
            ("Phone_vod", Channel::Phone),
            ("E-Mail", Channel::Email),
            ("MS Teams", Channel::Video),
            ("Call", Channel::Phone),
            ("visit", Channel::Visit),
            ("Kundenbesuch", Channel::Visit),
            ("Hotel visit", Channel::Visit),
        ] {
            assert_eq!(channel(theirs), Some(ours), "{theirs}");
        }
        assert_eq!((channel("carrier pigeon"), channel("Brieftaube")), (None, None));
        assert_eq!((outcome("absent"), purpose("educational")), (None, Some(Purpose::Educate)));
        assert_eq!(outcome("Submitted_vod"), Some(Outcome::Reached));
        assert_eq!(outcome("Left message"), Some(Outcome::NoAnswer));
        assert_eq!((direction("Inbound"), direction(""), direction("Out")), ("in", "out", "out"));
        assert_eq!((clock("14:30"), clock("24:00"), clock("")), (Some(870), None, None));
    }
}
