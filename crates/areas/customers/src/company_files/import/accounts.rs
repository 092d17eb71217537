//! A company's accounts, one a row.

use super::parents::{self, Unknown};
use super::words::{is_system, setting};
use crate::accounts::{self, AccountRow};
use crate::company_files::store::{self, Told};
use crate::company_files::{COMPANY_ACCOUNT, account_ids, speaks_of_sales};
use crate::identifiers::{self, CCN, Ccn, EntityKind, NewIdentifier, ccn};
use crate::systems::{self, SystemRow};
use rounds_kernel::{CareSetting, Day, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched, reject};
use rounds_store::Tx;
use std::collections::{BTreeMap, HashSet};

const ID: usize = 0;
const NAME: usize = 1;
const SETTING: usize = 2;
const PARENT: usize = 3;
const PARENT_NAME: usize = 4;
const STREET: usize = 5;
const CITY: usize = 6;
const STATE: usize = 7;
const ZIP: usize = 8;
const COUNTRY: usize = 9;
const PHONE: usize = 10;
const BEDS: usize = 11;
const OWNERSHIP: usize = 12;
const ZONE: usize = 13;
const FROM: usize = 14;
const NUMBERS: usize = 15;

/// Schemes of the columns from [`NUMBERS`] on.
const SCHEMES: [&str; 6] = [CCN, "npi", "gln", "aha", "hin", "dea"];

/// Source code of its rows.
pub(super) const SOURCE: &str = "company-accounts";

/// What the columns are called, here and elsewhere.
#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    Column::required("account_id").or(&[
        "id", "account_no", "account_number", "account_key", "account_code", "acct_id", "acct_no", "acct_number", "acct", "customer_no",
        "customer_number", "customer_id", "customer_code", "customer_key", "customer_account", "customer", "cust_id", "cust_no",
        "cust_number", "cust_account", "cust_account_id", "client_id", "client_no", "client_number", "client_code", "sold_to",
        "sold_to_party", "ship_to", "business_partner", "bp_number", "partner", "kunnr", "kunde", "kunden_nr", "kundennummer", "debitor",
        "debitorennummer", "facility_id", "facility_no", "hospital_id", "site_id", "organization_id", "organisation_id", "provider_id",
        "n° client", "numéro client", "code client", "id client", "id compte", "code cliente", "código cliente", "id cliente",
        "nº cliente", "número de cliente", "external_id", "sap_id", "erp_id", "crm_id", "internal_id", "sfid", "key",
    ]),
    Column::required("name").or(&[
        "account_name", "account", "acct_name", "customer_name", "cust_name", "client_name", "client", "facility_name", "facility",
        "hospital_name", "hospital", "company", "company_name", "business_name", "organization_name", "organisation_name", "organization",
        "organisation", "institution", "institution_name", "site_name", "legal_name", "formatted_name", "account: account name", "name1",
        "firma", "firmenname", "kundenname", "einrichtung", "krankenhaus", "bezeichnung", "nom", "nom du compte", "nom du client",
        "nom client", "raison sociale", "établissement", "nombre", "nombre del cliente", "nombre de la cuenta", "razón social", "centro",
    ]),
    Column::optional("setting").or(&[
        "care_setting", "account_type", "acct_type", "type", "customer_type", "customer_group", "facility_type", "hospital_type",
        "organization_type", "class_of_trade", "cot", "segment_type", "record_type", "account_record_type", "recordtype_name", "kind",
        "category", "ktokd", "art", "kundenart", "kontotyp", "einrichtungsart", "type de compte", "type d'établissement", "catégorie",
        "tipo", "tipo de cuenta", "tipo de centro", "categoría",
    ]),
    Column::optional("parent_id").or(&[
        "parent", "parent_account_id", "parent_acct_id", "parent_customer", "parent_customer_id", "primary_parent", "parent_account",
        "system_id", "idn_id", "idn", "health_system_id", "group_id", "ultimate_parent_id", "konzern", "konzernnummer", "groupe", "grupo",
    ]),
    Column::optional("parent_name").or(&[
        "parent_account_name", "parent_customer_name", "system", "system_name", "idn_name", "health_system", "health_system_name",
        "group_name", "ultimate_parent", "ultimate_parent_name", "konzernname", "träger_name", "nom du groupe", "nombre del grupo",
    ]),
    Column::optional("street").or(&[
        "address", "address_line_1", "address1", "address_street", "billing_street", "billing_address_line_1", "shipping_street",
        "mailing_street", "street_address", "street_1", "stras", "strasse", "straße_hausnummer", "adresse", "rue", "adresse 1",
        "dirección", "calle",
    ]),
    Column::optional("city").or(&[
        "town", "billing_city", "shipping_city", "mailing_city", "address_city", "address1_city", "ort01", "ort", "stadt", "ville",
        "ciudad", "localidad", "población",
    ]),
    Column::optional("state").or(&[
        "province", "state_province", "region", "regio", "billing_state", "billing_state_code", "billing_state_province",
        "shipping_state", "shipping_state_province", "address1_stateorprovince", "bundesland", "département", "provincia",
    ]),
    Column::optional("zip").or(&[
        "postal_code", "zip_code", "zip_postal_code", "postcode", "billing_postal_code", "billing_zip_postal_code",
        "shipping_postal_code", "shipping_zip_postal_code", "mailing_postal_code", "address1_postalcode", "billing_zip", "pstlz", "plz",
        "postleitzahl", "code postal", "cp", "código postal",
    ]),
    Column::optional("country").or(&[
        "country_code", "country_region", "billing_country", "billing_country_code", "shipping_country", "address1_country", "land1",
        "land", "länderschlüssel", "pays", "país",
    ]),
    Column::optional("phone").or(&[
        "telephone", "telephone1", "phone_number", "main_phone", "telf1", "telefon", "telefonnummer", "office_phone", "teléfono",
    ]),
    Column::optional("beds").or(&[
        "bed_count", "bed_size", "number_of_beds", "no_of_beds", "# beds", "staffed_beds", "licensed_beds", "total_beds", "betten",
        "bettenzahl", "anzahl_betten", "lits", "nombre de lits", "camas", "número de camas",
    ]).of_numbers(),
    Column::optional("ownership").or(&[
        "owner_type", "ownership_type", "hospital_ownership", "traeger", "träger", "trägerschaft", "statut juridique", "titularidad",
    ]),
    Column::optional("time_zone").or(&["zone"]),
    Column::optional("parent_from").or(&["valid_from", "member_since"]).of_days(),
    Column::optional("ccn").or(&["medicare_number", "provider_number", "medicare_provider_number", "facility_ccn"]),
    Column::optional("npi").or(&["npi_number", "organization_npi"]),
    Column::optional("gln").or(&["gln_number", "global_location_number"]),
    Column::optional("aha").or(&["aha_id", "aha_number"]),
    Column::optional("hin").or(&["hin_number"]),
    Column::optional("dea").or(&["dea_number"]),
];

/// Whether the header is a customers' number, their name and nothing else: “Acct ID, Acct Name” is a list of accounts, “Id, Name” may be
/// a list of anything.
fn plain_list(header: &[String]) -> bool {
    let number = Column::optional("account_id").or(CUSTOMER_NUMBERS);
    header.len() == 2 && number.position(header).is_some()
}

/// What a customer's number is called where nothing else can be meant.
const CUSTOMER_NUMBERS: &[&str] = &[
    "account_no",
    "account_number",
    "account_key",
    "acct_id",
    "acct_no",
    "customer_no",
    "customer_number",
    "customer_id",
    "cust_id",
    "cust_no",
    "kunnr",
    "kundennummer",
    "facility_id",
    "hospital_id",
    "code client",
    "numéro client",
    "código cliente",
    "id cliente",
];

/// Reads accounts.
pub(super) struct Accounts;

#[async_trait::async_trait]
impl Importer for Accounts {
    fn kind(&self) -> &'static str {
        "accounts"
    }

    fn title(&self) -> &'static str {
        "Company file: accounts"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(ID)
    }

    /// A file of accounts says of a place where or what it is, or nothing but its number and name, and nothing of a person.
    fn recognises(&self, header: &[String]) -> bool {
        let columns = self.columns();
        let has = |i: usize| columns[i].position(header).is_some();
        let person = Column::optional("last_name").or(&[
            "family",
            "first_name",
            "given",
            "vorname",
            "nachname",
            "prénom",
            "apellido",
            "specialty",
            "email",
            "job_title",
            "person_id",
            "contact_id",
            "contact_name",
            "call_date",
            "visit_date",
            "activity_date",
        ]);
        let place = [SETTING, PARENT, PARENT_NAME, STREET, CITY, STATE, ZIP].into_iter().any(has);
        has(ID) && has(NAME) && (place || plain_list(header)) && person.position(header).is_none() && !speaks_of_sales(header)
    }

    fn words(&self, column: usize) -> Vec<(&'static str, &'static str)> {
        if column == SETTING { CareSetting::ALL.iter().map(|s| (s.code(), s.label())).collect() } else { Vec::new() }
    }

    fn word(&self, column: usize, text: &str) -> Option<&'static str> {
        match column {
            SETTING if is_system(text) => Some("system"),
            SETTING => setting(text).map(CareSetting::code),
            _ => None,
        }
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let (groups, places): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|r| is_system(r.text(SETTING)));
        let own = systems::upsert(tx, groups.iter().map(|r| group(r)).collect()).await?;
        report.absorb(own);
        rename(tx, &places).await?;
        let mut accounts = Vec::with_capacity(places.len());
        for row in &places {
            match account(row, &mut report) {
                Ok(account) => accounts.push(account),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        report.absorb(accounts::upsert(tx, accounts).await?);
        name_accounts(tx, &places).await?;
        let lost: HashSet<u64> = report.rejects.iter().map(|r| r.line).collect();
        let told = rows.iter().filter(|r| !lost.contains(&r.line)).filter_map(|r| told(r, file, &mut report)).collect();
        parents::join(tx, told, Unknown::Wait, &mut report).await?;
        Ok(report)
    }

    /// Parents that no row of the file was about are systems that only their members name.
    async fn finish(&self, tx: &mut Tx, _file: &FileInfo) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        loop {
            let waiting = store::take_waiting(tx).await?;
            if waiting.is_empty() {
                return Ok(report);
            }
            parents::join(tx, waiting, Unknown::IsSystem, &mut report).await?;
        }
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        super::index_again(tx, rows).await
    }
}

fn country(row: &Row) -> String {
    let given = row.text(COUNTRY);
    match given.to_lowercase().as_str() {
        "" | "usa" | "united states" | "united states of america" | "us" => "US".into(),
        "germany" | "deutschland" => "DE".into(),
        "france" => "FR".into(),
        "united kingdom" | "great britain" | "uk" => "GB".into(),
        "italy" | "italia" => "IT".into(),
        "spain" | "españa" => "ES".into(),
        "poland" | "polska" => "PL".into(),
        _ => given.to_uppercase(),
    }
}

/// A row that names a group of accounts: it is the system that others have for a parent.
fn group(row: &Row) -> SystemRow {
    let text = |column: usize| row.text(column).to_owned();
    SystemRow {
        line: row.line,
        source_key: text(ID),
        name: text(NAME),
        city: text(CITY),
        state: text(STATE),
        country: country(row),
        source: SOURCE.into(),
        mention: false,
    }
}

fn account(row: &Row, report: &mut ChunkReport) -> std::result::Result<AccountRow, RowReject> {
    let said = row.text(SETTING);
    let setting = setting(said).or_else(|| setting(row.text(NAME)).filter(|_| said.is_empty()));
    if setting.is_none() {
        let text = "accounts whose kind of place is not told or not understood were taken for hospitals";
        report.notes.push(Note::new(row.line, "import.setting_unknown", text));
    }
    let country = country(row);
    let zip = if country == "US" { us_zip(row.line, row.text(ZIP), report) } else { row.text(ZIP).to_owned() };
    let mut numbers = vec![(COMPANY_ACCOUNT.to_owned(), row.text(ID).to_owned())];
    for (i, scheme) in SCHEMES.iter().enumerate() {
        let Some(value) = row.known(NUMBERS + i) else { continue };
        numbers.push(((*scheme).to_owned(), if *scheme == CCN { hospital_number(row.line, value, report)? } else { value.to_owned() }));
    }
    Ok(AccountRow {
        line: row.line,
        street: row.text(STREET).to_owned(),
        city: row.text(CITY).to_owned(),
        state: row.text(STATE).to_owned(),
        zip,
        country,
        zone: row.known(ZONE).map(str::to_owned),
        beds: row.number(BEDS).filter(|b| (0.0..1e6).contains(b)).map(|b| b as i64),
        ownership: row.known(OWNERSHIP).map(str::to_owned),
        phone: row.known(PHONE).map(str::to_owned),
        identifiers: numbers,
        ..AccountRow::new(row.text(ID), row.text(NAME), setting.unwrap_or(CareSetting::Hospital), SOURCE)
    })
}

fn hospital_number(line: u64, value: &str, report: &mut ChunkReport) -> std::result::Result<String, RowReject> {
    match ccn(value) {
        Ccn::Whole(value) => Ok(value),
        Ccn::Restored(value) => {
            report.notes.push(Note::new(line, "import.zero_restored", "numbers had lost their leading zero, which was put back"));
            Ok(value)
        }
        Ccn::Blank | Ccn::Unclear(_) => {
            let cause = format!("“{value}” is no CMS certification number: those have six characters, such as 240010 or 05A263.");
            Err(reject(
                line,
                "import.ccn_unclear",
                cause,
                "Look the number up and write it as text, with its leading zeros, or leave it empty.",
            ))
        }
    }
}

/// Five digits of a US ZIP; what is none is left out with a note, the account lands all the same.
fn us_zip(line: u64, cell: &str, report: &mut ChunkReport) -> String {
    let base = cell.split('-').next().unwrap_or_default().trim();
    if base.is_empty() || ((3..=5).contains(&base.len()) && base.bytes().all(|b| b.is_ascii_digit())) {
        return if base.is_empty() { String::new() } else { format!("{base:0>5}") };
    }
    report.notes.push(Note::new(line, "import.zip_unclear", "ZIP codes that are none were left out: their accounts have no region"));
    String::new()
}

/// A system that was first heard of as somebody's parent is named by its own row, when that row turns out to be a place.
async fn rename(tx: &mut Tx, rows: &[&Row]) -> Result<()> {
    let keys: Vec<&str> = rows.iter().map(|r| r.text(ID)).collect();
    let known = systems::ids(tx, &keys).await?;
    let named = rows.iter().filter(|r| known.contains_key(r.text(ID)) && !r.text(NAME).is_empty()).map(|r| group(r)).collect();
    systems::upsert(tx, named).await.map(|_| ())
}

/// What the row says of its parent, if it says anything.
fn told(row: &Row, file: &FileInfo, report: &mut ChunkReport) -> Option<Told> {
    row.known(PARENT).or_else(|| row.known(PARENT_NAME))?;
    if row.text(PARENT) == row.text(ID) {
        // Many exports name the topmost record as its own parent.
        let text = "rows name themselves as their parent: they were taken in, and have none by this file";
        report.notes.push(Note::new(row.line, "affiliation.self_parent", text));
        return None;
    }
    Some(Told {
        line: row.line as i64,
        child_key: row.text(ID).to_owned(),
        child_kind: if is_system(row.text(SETTING)) { "system" } else { "account" }.to_owned(),
        parent_key: row.text(PARENT).to_owned(),
        parent_name: row.text(PARENT_NAME).to_owned(),
        day: row.day(FROM).unwrap_or(Day(file.received_at.day().0)).0.into(),
    })
}

/// Keeps the company's key as a number of the account, so that it is still found by it when another source names it.
async fn name_accounts(tx: &mut Tx, rows: &[&Row]) -> Result<()> {
    let ids = account_ids(tx, &rows.iter().map(|r| r.text(ID)).collect::<Vec<_>>()).await?;
    let sorted: BTreeMap<&String, &i64> = ids.iter().collect();
    let rows = sorted.into_iter().map(|(value, entity)| NewIdentifier {
        entity: *entity,
        scheme: COMPANY_ACCOUNT.into(),
        value: value.clone(),
        source: SOURCE.into(),
    });
    identifiers::put(tx, EntityKind::Account, rows.collect()).await
}
