//! A company's people, one person (or one person at one account) a row.

use super::words::role;
use crate::affiliations::{self, Link, LinkKind};
use crate::company_files::{COMPANY_PERSON, account_ids, person_ids, speaks_of_sales};
use crate::identifiers::{self, EntityKind, NewIdentifier};
use crate::people::{self, PersonRow};
use rounds_kernel::{Day, PersonRole, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched, reject};
use rounds_store::{FromQueryResult, Query, Tx, Value};
use std::collections::{BTreeMap, HashMap, HashSet};

const ID: usize = 0;
const NAME: usize = 1;
const GIVEN: usize = 2;
const FAMILY: usize = 3;
const ROLE: usize = 4;
const TITLE: usize = 5;
const SPECIALTY: usize = 6;
const EMAIL: usize = 7;
const PHONE: usize = 8;
const LANGUAGE: usize = 9;
const ACCOUNT: usize = 10;
const ACCOUNT_NAME: usize = 11;
const MORE: usize = 12;
const FROM: usize = 13;
const NPI: usize = 14;

/// Source code of its rows.
const SOURCE: &str = "company-people";

/// Reads people.
pub(super) struct People;

/// What the columns are called, here and elsewhere.
#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    Column::required("person_id").or(&[
        "contact_id", "contact_no", "contact_number", "hcp_id", "id", "physician_id", "customer_id", "stakeholder_id", "person_key",
        "provider_id", "person_no", "partner_no", "parnr", "external_id", "ansprechpartner_nr", "ansprechpartnernummer", "kontakt_id",
        "id contact", "n° contact", "id contacto", "código contacto", "key",
    ]),
    Column::optional("name").or(&[
        "full_name", "contact", "contact_name", "contact_full_name", "person_name", "hcp_name", "formatted_name", "physician_name",
        "provider_name", "doctor_name", "physician", "ansprechpartner", "kontaktname", "nom complet", "nombre completo",
    ]),
    Column::optional("first_name").or(&["given", "given_name", "first", "namev", "vorname", "prénom", "nombre"]),
    Column::optional("last_name").or(&[
        "family", "family_name", "surname", "last", "nachname", "familienname", "nom", "nom de famille", "apellido", "apellidos",
    ]),
    Column::optional("role").or(&[
        "person_role", "contact_role", "person_type", "contact_type", "type", "record_type", "recordtype_name", "funktion", "rolle",
        "fonction", "función", "rol",
    ]),
    Column::optional("title").or(&[
        "job_title", "position", "credentials", "professional_title", "titel", "stellenbezeichnung", "titre", "poste", "cargo", "puesto",
    ]),
    Column::optional("specialty").or(&[
        "speciality", "specialty_1", "primary_specialty", "specialty_description", "department", "dept", "fachgebiet", "fachrichtung",
        "fachabteilung", "abteilung", "spécialité", "service", "especialidad", "servicio",
    ]),
    Column::optional("email").or(&[
        "email_address", "email_1", "emailaddress1", "primary_email", "work_email", "person_email", "mail", "smtp_addr", "e-mail-adresse",
        "adresse e-mail", "courriel", "correo", "correo electrónico",
    ]),
    Column::optional("phone").or(&[
        "telephone", "telephone1", "phone_number", "business_phone", "work_phone", "mobile", "mobile_phone", "office_phone", "telf1",
        "telefon", "teléfono",
    ]),
    Column::optional("language").or(&["lang", "preferred_language", "sprache", "langue", "idioma"]),
    Column::optional("account_id").or(&[
        "account", "account_key", "account_no", "account_number", "acct", "acct_id", "acct_no", "primary_parent", "primary_account",
        "primary_account_id", "parent_customer_id", "parent_customer", "facility_id", "hospital_id", "site_id", "customer_no",
        "customer_number", "client_id", "kunnr", "kunde", "kundennummer", "institution_id", "organization_id", "parent_id", "code client",
        "compte", "cuenta", "código cliente",
    ]),
    Column::optional("account_name").or(&[
        "account: account name", "acct_name", "primary_account_name", "facility_name", "facility", "institution", "institution_name",
        "hospital", "hospital_name", "organization", "organisation", "organization_name", "site_name", "company", "company_name",
        "customer_name", "client_name", "workplace", "einrichtung", "krankenhaus", "klinik", "firma", "kundenname", "établissement",
        "hôpital", "nom du compte", "centro", "nombre de la cuenta",
    ]),
    Column::optional("other_accounts").or(&["accounts", "affiliations", "other_affiliations", "secondary_accounts"]).up_to(2_000),
    Column::optional("since").or(&["affiliated_since", "valid_from", "from", "start_date"]).of_days(),
    Column::optional("npi").or(&["npi_number", "individual_npi"]),
];

#[async_trait::async_trait]
impl Importer for People {
    fn kind(&self) -> &'static str {
        "people"
    }

    fn title(&self) -> &'static str {
        "Company file: people"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    /// A file of people names somebody and says what they do or where they are; it holds no calls and no orders.
    fn recognises(&self, header: &[String]) -> bool {
        let columns = self.columns();
        let has = |i: usize| columns[i].position(header).is_some();
        let other = Column::optional("call_date").or(&[
            "call_datetime",
            "channel",
            "call_channel",
            "activity_date",
            "visit_date",
            "interaction_date",
            "besuchsdatum",
            "date de visite",
            "fecha de visita",
        ]);
        let personal = [GIVEN, FAMILY, SPECIALTY, EMAIL, TITLE].into_iter().any(has);
        has(ID)
            && (has(NAME) || has(FAMILY))
            && (personal || (has(ROLE) && (has(ACCOUNT) || has(ACCOUNT_NAME))))
            && other.position(header).is_none()
            && !speaks_of_sales(header)
    }

    fn words(&self, column: usize) -> Vec<(&'static str, &'static str)> {
        if column == ROLE { PersonRole::ALL.iter().map(|r| (r.code(), r.label())).collect() } else { Vec::new() }
    }

    fn word(&self, column: usize, text: &str) -> Option<&'static str> {
        if column == ROLE { role(text).map(PersonRole::code) } else { None }
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let places = Places::load(tx, rows).await?;
        let today = file.received_at.day();
        let mut wanted = Vec::with_capacity(rows.len());
        let mut taken: Vec<&Row> = Vec::with_capacity(rows.len());
        for row in rows {
            match person(row, &places, today, &mut report) {
                Ok(person) => {
                    wanted.push(person);
                    taken.push(row);
                }
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(people::upsert(tx, wanted).await?);
        let ids = person_ids(tx, &taken.iter().map(|r| r.text(ID)).collect::<Vec<_>>()).await?;
        number(tx, &taken, &ids).await?;
        join_others(tx, &taken, &ids, &places, today, &mut report).await?;
        Ok(report)
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        super::index_again(tx, rows).await
    }
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    source_key: String,
    name: String,
}

/// Accounts that the rows of a chunk mention, by the company's key or by name.
struct Places {
    /// Key in the file to id.
    ids: HashMap<String, i64>,
    /// Id to the record's own key.
    keys: HashMap<i64, String>,
    /// Name to id, where only one account bears it.
    names: HashMap<String, Option<i64>>,
}

impl Places {
    async fn load(tx: &Tx, rows: &[Row]) -> Result<Self> {
        let said: HashSet<&str> = rows.iter().flat_map(|r| r.known(ACCOUNT).into_iter().chain(others(r))).collect();
        let mut said: Vec<&str> = said.into_iter().collect();
        said.sort_unstable();
        let ids = account_ids(tx, &said).await?;
        let by_name: HashSet<&str> =
            rows.iter().flat_map(|r| [r.text(ACCOUNT_NAME), r.text(ACCOUNT)]).filter(|n| !n.is_empty() && !ids.contains_key(*n)).collect();
        let by_name: Vec<&str> = by_name.into_iter().collect();
        let mut keys = HashMap::new();
        let mut names: HashMap<String, Option<i64>> = HashMap::new();
        let list: Vec<String> = ids.values().map(i64::to_string).collect();
        for chunk in list.chunks(1_000) {
            let sql = format!("SELECT id, source_key, name FROM account WHERE id IN ({})", chunk.join(", "));
            keys.extend(tx.all::<Named>(&sql, vec![]).await?.into_iter().map(|n| (n.id, n.source_key)));
        }
        for chunk in by_name.chunks(1_000) {
            let places: Vec<String> = (1..=chunk.len()).map(|i| format!("${i}")).collect();
            let sql = format!("SELECT id, source_key, name FROM account WHERE name IN ({})", places.join(", "));
            for n in tx.all::<Named>(&sql, chunk.iter().map(|n| Value::from((*n).to_owned())).collect()).await? {
                keys.insert(n.id, n.source_key);
                names.entry(n.name).and_modify(|id| *id = None).or_insert(Some(n.id));
            }
        }
        Ok(Self { ids, keys, names })
    }

    fn find(&self, row: &Row) -> std::result::Result<&str, RowReject> {
        let (key, name) = (row.text(ACCOUNT), row.text(ACCOUNT_NAME));
        let unknown = || {
            let cause = if key.is_empty() && name.is_empty() {
                "The row names no account at which the person works.".to_owned()
            } else {
                format!("There is no account with the key or name “{}”.", if key.is_empty() { name } else { key })
            };
            reject(row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key.")
        };
        if let Some(id) = self.ids.get(key) {
            return self.keys.get(id).map(String::as_str).ok_or_else(unknown);
        }
        match [name, key].into_iter().find_map(|n| self.names.get(n)) {
            Some(Some(id)) => self.keys.get(id).map(String::as_str).ok_or_else(unknown),
            Some(None) => Err(reject(
                row.line,
                "import.account_ambiguous",
                format!("Several accounts bear the name “{}”.", if name.is_empty() { key } else { name }),
                "Give the account's key instead of its name.",
            )),
            None => Err(unknown()),
        }
    }
}

/// Keys of further accounts in one cell.
fn others(row: &Row) -> impl Iterator<Item = &str> {
    row.text(MORE).split([';', '|', ',']).map(str::trim).filter(|k| !k.is_empty())
}

fn person(row: &Row, places: &Places, today: Day, report: &mut ChunkReport) -> std::result::Result<PersonRow, RowReject> {
    let account_key = places.find(row)?.to_owned();
    let full = [row.text(GIVEN), row.text(FAMILY)].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
    let name = row.known(NAME).map_or(full, str::to_owned);
    let email = row.known(EMAIL).filter(|e| e.split_once('@').is_some_and(|(a, d)| !a.is_empty() && d.contains('.') && !d.contains('@')));
    if row.known(EMAIL).is_some() && email.is_none() {
        report.notes.push(Note::new(row.line, "import.email_unclear", "e-mail addresses that are none were left out"));
    }
    let told = [ROLE, TITLE, SPECIALTY].into_iter().find_map(|c| row.known(c).and_then(role));
    let doctor = row.known(SPECIALTY).or(row.known(NPI)).map(|_| PersonRole::Physician);
    let role = told.or(doctor).unwrap_or_else(|| {
        let text = "people whose role is not told or not understood were taken for administrators";
        report.notes.push(Note::new(row.line, "import.role_unknown", text));
        PersonRole::Administrator
    });
    Ok(PersonRow {
        line: row.line,
        source_key: row.text(ID).to_owned(),
        name,
        role,
        specialty: row.known(SPECIALTY).or(row.known(TITLE)).unwrap_or_default().to_owned(),
        email: email.map(str::to_lowercase),
        phone: row.known(PHONE).map(str::to_owned),
        language: row.known(LANGUAGE).map_or_else(|| "en".to_owned(), |l| l.chars().take(2).collect::<String>().to_lowercase()),
        account_key,
        affil_from: row.day(FROM).unwrap_or(today),
        source: SOURCE.into(),
    })
}

/// Keeps the company's key and the NPI as numbers of the person.
async fn number(tx: &mut Tx, rows: &[&Row], ids: &HashMap<String, i64>) -> Result<()> {
    let mut numbers: BTreeMap<(i64, &str, String), ()> = BTreeMap::new();
    for row in rows {
        let Some(id) = ids.get(row.text(ID)) else { continue };
        numbers.insert((*id, COMPANY_PERSON, row.text(ID).to_owned()), ());
        if let Some(npi) = row.known(NPI) {
            numbers.insert((*id, "npi", npi.to_owned()), ());
        }
    }
    let rows =
        numbers.into_keys().map(|(entity, scheme, value)| NewIdentifier { entity, scheme: scheme.into(), value, source: SOURCE.into() });
    identifiers::put(tx, EntityKind::Person, rows.collect()).await
}

/// Further accounts of a person, from the same day: they work at all of them.
async fn join_others(
    tx: &mut Tx,
    rows: &[&Row],
    ids: &HashMap<String, i64>,
    places: &Places,
    today: Day,
    report: &mut ChunkReport,
) -> Result<()> {
    let mut links = Vec::new();
    for row in rows {
        let Some(child) = ids.get(row.text(ID)) else { continue };
        for key in others(row) {
            match places.ids.get(key) {
                Some(parent) => links.push(Link {
                    child: *child,
                    parent: *parent,
                    from: row.day(FROM).unwrap_or(today),
                    source: SOURCE.into(),
                    confidence: 1.0,
                }),
                None => {
                    let text = "further accounts of people are not in the record and were left out";
                    report.notes.push(Note::new(row.line, "import.other_account_unknown", text));
                }
            }
        }
    }
    affiliations::link(tx, LinkKind::PersonAccount, links).await.map(|_| ())
}
