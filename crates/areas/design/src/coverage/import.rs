//! Who covers what, from a company's file: an owner for an account, or for every account in a ZIP code.

use super::commands::{CoverageRow, write_coverage};
use rounds_customers::accounts;
use rounds_customers::company_files::{account_ids, speaks_of_sales};
use rounds_kernel::{Permission, Result, Role};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched, reject};
use rounds_platform::users;
use rounds_store::{FromQueryResult, Query, Tx, Value};
use std::collections::{BTreeSet, HashMap};

const ACCOUNT: usize = 0;
const ZIP: usize = 1;
const OWNER: usize = 2;
const ROLE: usize = 3;
const UNIT: usize = 4;
const FROM: usize = 5;
const TERRITORY: usize = 6;
const ACCOUNT_NAME: usize = 7;

/// The business unit of files that name none.
const ALL_PRODUCTS: &str = "All products";

/// Importers of this capability.
pub(super) fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(Coverage)]
}

struct Coverage;

/// What the columns are called, here and elsewhere.
#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    Column::optional("account_id").or(&[
        "account_key", "account", "account_no", "account_number", "account_code", "acct", "acct_id", "acct_no", "customer", "customer_no",
        "customer_number", "customer_id", "customer_code", "cust_id", "cust_no", "client_id", "client", "sold_to", "ship_to", "kunnr",
        "kunde", "kunden_nr", "kundennummer", "facility_id", "hospital_id", "site_id", "code client", "n° client", "código cliente",
        "cliente",
    ]),
    Column::optional("zip").or(&["zip_code", "postal_code", "postcode", "plz", "postleitzahl", "code postal", "código postal"]),
    Column::required("owner").or(&[
        "owner_email", "rep_email", "user_email", "rep", "rep_name", "owner_name", "account_owner", "account_manager", "sales_rep",
        "sales_rep_name", "sales_representative", "salesperson", "sales_owner", "territory_manager", "territory_owner", "representative",
        "email", "user", "user_name", "assigned_to", "assigned_rep", "responsible", "employee", "mitarbeiter", "aussendienst",
        "außendienstmitarbeiter", "vertreter", "gebietsleiter", "verkäufer", "zuständig", "betreuer", "délégué", "délégué médical",
        "commercial", "responsable", "représentant", "attaché commercial", "representante", "vendedor", "delegado", "comercial",
    ]),
    Column::optional("role").or(&["owner_role", "rep_role", "role_code", "sales_force", "rolle", "rol"]),
    Column::optional("business_unit").or(&[
        "bu", "division", "franchise", "team", "sparte", "geschäftsbereich", "unité", "unidad de negocio",
    ]),
    Column::optional("from").or(&[
        "valid_from", "effective_from", "effective_date", "start_date", "since", "gueltig_ab", "gültig_ab", "ab", "valable du", "desde",
    ]).of_days(),
    Column::optional("territory").or(&[
        "territory_id", "territory_name", "territory_code", "sales_territory", "district", "gebiet", "vertriebsgebiet", "secteur",
        "territoire", "territorio", "zona",
    ]),
    Column::optional("account_name").or(&[
        "name", "acct_name", "customer_name", "cust_name", "client_name", "facility_name", "hospital", "hospital_name", "kundenname",
        "krankenhaus", "nom du compte", "nom client", "établissement", "nombre cliente", "centro",
    ]),
];

#[async_trait::async_trait]
impl Importer for Coverage {
    fn kind(&self) -> &'static str {
        "coverage"
    }

    fn title(&self) -> &'static str {
        "Company file: territories (owners of accounts or ZIP codes)"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    /// A territory file has an owner and little but what they own.
    fn recognises(&self, header: &[String]) -> bool {
        let columns = self.columns();
        let has = |i: usize| columns[i].position(header).is_some();
        let other = Column::optional("date").or(&[
            "call_date",
            "activity_date",
            "visit_date",
            "channel",
            "last_name",
            "first_name",
            "street",
            "address",
            "outcome",
            "subject",
            "city",
            "type",
            "phone",
            "contact_id",
            "contact_name",
            "person_id",
        ]);
        has(OWNER) && [ACCOUNT, ZIP, ACCOUNT_NAME].into_iter().any(has) && other.position(header).is_none() && !speaks_of_sales(header)
    }

    fn words(&self, column: usize) -> Vec<(&'static str, &'static str)> {
        if column == ROLE { Role::ALL.iter().filter(|r| r.covers()).map(|r| (r.code(), r.label())).collect() } else { Vec::new() }
    }

    fn word(&self, column: usize, text: &str) -> Option<&'static str> {
        if column == ROLE { role(text).map(Role::code) } else { None }
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        tx.actor.require(Permission::WriteDesign)?;
        let owners = Owners::load(tx).await?;
        let places = Places::load(tx, rows).await?;
        let (mut report, mut links, mut lines) = (ChunkReport::default(), Vec::new(), BTreeSet::new());
        for row in rows {
            let Some((email, role)) = owners.find(row) else {
                let cause = format!("“{}” is no user here, by e-mail or name.", row.text(OWNER));
                report.rejects.push(reject(row.line, "import.user_unknown", cause, "Create the user first, or correct the name."));
                continue;
            };
            let accounts = places.of(row);
            if accounts.is_empty() {
                report.rejects.push(if places.ambiguous(row) { ambiguous(row) } else { nowhere(row) });
                continue;
            }
            if row.known(UNIT).is_none() {
                let text = "rows name no business unit: their owners cover all products";
                report.notes.push(Note::new(row.line, "import.business_unit_blank", text));
            }
            let link = |account: String| CoverageRow {
                line: row.line,
                account_key: account,
                business_unit: row.known(UNIT).unwrap_or(ALL_PRODUCTS).to_owned(),
                role: role.code().to_owned(),
                owner_email: email.clone(),
                from: row.day(FROM).unwrap_or(file.received_at.day()),
            };
            lines.insert(row.line);
            links.extend(accounts.into_iter().map(link));
        }
        let written = write_coverage(tx, &file.name, &links).await?;
        add(&mut report, written, &lines);
        Ok(report)
    }

    async fn taken_back(&self, tx: &mut Tx, _rows: &[Touched]) -> Result<()> {
        super::commands::refresh(tx).await.map(|_| ())
    }
}

/// A row may stand for many links: it counts once, as rejected only when none of them landed.
fn add(report: &mut ChunkReport, written: ChunkReport, lines: &BTreeSet<u64>) {
    let mut lost: HashMap<u64, Vec<rounds_kernel::RowReject>> = HashMap::new();
    written.rejects.into_iter().for_each(|r| lost.entry(r.line).or_default().push(r));
    for line in lines {
        let landed = written.lines.contains(line);
        match (landed, lost.remove(line)) {
            (false, Some(mut why)) => report.rejects.extend(why.pop()),
            (true, Some(_)) => {
                report.created += 1;
                report.written += 1;
                report.notes.push(Note::new(
                    *line,
                    "import.some_accounts_covered",
                    "ZIP codes hold accounts that another owner covers: those stay with them",
                ));
            }
            (true, None) => {
                report.created += 1;
                report.written += 1;
            }
            (false, None) => report.unchanged += 1,
        }
    }
}

/// What names the row's account: its key, or its name.
fn called(row: &Row) -> Option<&str> {
    row.known(ACCOUNT).or_else(|| row.known(ACCOUNT_NAME))
}

fn ambiguous(row: &Row) -> rounds_kernel::RowReject {
    let cause = format!("Several accounts bear the name “{}”.", called(row).unwrap_or_default());
    reject(row.line, "import.account_ambiguous", cause, "Give the account's key instead of its name.")
}

fn nowhere(row: &Row) -> rounds_kernel::RowReject {
    match (called(row), row.known(ZIP)) {
        (Some(key), _) => {
            let cause = format!("There is no account with the key or name “{key}”.");
            reject(row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key.")
        }
        (None, Some(zip)) => {
            let cause = format!("No account stands in ZIP code {zip}.");
            reject(row.line, "import.zip_empty", cause, "Nothing is lost: import the file again when there are accounts.")
        }
        (None, None) => {
            let cause = format!("The row says neither which account nor which ZIP code {} covers.", row.text(OWNER));
            let territory =
                row.known(TERRITORY).map_or(String::new(), |t| format!(" Territory {t} needs a list of its accounts or ZIP codes."));
            reject(row.line, "import.account_blank", cause + &territory, "Fill in one of the two.")
        }
    }
}

fn role(text: &str) -> Option<Role> {
    let text = text.trim().to_lowercase();
    let found = Role::parse(&text).or_else(|| Role::ALL.iter().copied().find(|r| r.label().to_lowercase() == text));
    let found = found.or_else(|| {
        let holds = |words: &[&str]| words.iter().any(|w| text.contains(w));
        match () {
            () if holds(&["kam", "key account", "strategic"]) => Role::parse("kam"),
            () if holds(&["inside", "remote", "virtual", "tele", "hub"]) => Role::parse("remote_rep"),
            () if holds(&["success", "service", "clinical"]) => Role::parse("success"),
            () if holds(&["rep", "field", "sales", "territory", "außendienst", "aussendienst"]) => Role::parse("field_rep"),
            () => None,
        }
    });
    found.filter(|r| r.covers())
}

/// Users by e-mail and by name, with the role in which they cover accounts.
struct Owners(HashMap<String, Option<(String, Option<Role>)>>);

impl Owners {
    async fn load(tx: &Tx) -> Result<Self> {
        let mut all: HashMap<String, Option<(String, Option<Role>)>> = HashMap::new();
        for user in users::all(tx).await? {
            let covers = Some(user.role()).filter(|r| r.covers());
            let own = Some((user.email.clone(), covers));
            all.insert(user.email.to_lowercase(), own.clone());
            // Two of one name: neither is meant by it.
            all.entry(user.name.to_lowercase()).and_modify(|known| *known = None).or_insert(own);
        }
        Ok(Self(all))
    }

    fn find(&self, row: &Row) -> Option<(String, Role)> {
        let (email, own) = self.0.get(&row.text(OWNER).to_lowercase())?.clone()?;
        let said = row.known(ROLE).and_then(role);
        Some((email, said.or(own).or(Role::parse("field_rep"))?))
    }
}

#[derive(FromQueryResult)]
struct Placed {
    source_key: String,
    zip: String,
}

#[derive(FromQueryResult)]
struct Keyed {
    id: i64,
    source_key: String,
}

/// Accounts that rows mean, by key or by ZIP; as the record's own keys.
struct Places {
    by_key: HashMap<String, String>,
    /// Names that no key is written like, with the accounts that bear them.
    by_name: HashMap<String, Vec<i64>>,
    by_zip: HashMap<String, Vec<String>>,
}

impl Places {
    async fn load(tx: &Tx, rows: &[Row]) -> Result<Self> {
        let keys: BTreeSet<&str> = rows.iter().filter_map(called).collect();
        let mut ids = account_ids(tx, &keys.iter().copied().collect::<Vec<_>>()).await?;
        let names: Vec<&str> = keys.into_iter().filter(|k| !ids.contains_key(*k)).collect();
        let by_name = accounts::named(tx, &names).await?;
        ids.extend(by_name.iter().filter_map(|(name, found)| Some((name.clone(), *found.first().filter(|_| found.len() == 1)?))));
        let list: Vec<String> = ids.values().map(i64::to_string).collect();
        let mut own = HashMap::new();
        for chunk in list.chunks(1_000) {
            let sql = format!("SELECT id, source_key FROM account WHERE id IN ({})", chunk.join(", "));
            own.extend(tx.all::<Keyed>(&sql, vec![]).await?.into_iter().map(|k| (k.id, k.source_key)));
        }
        let by_key = ids.into_iter().filter_map(|(key, id)| Some((key, own.get(&id)?.clone()))).collect();
        let zips: BTreeSet<String> = rows.iter().filter(|r| called(r).is_none()).filter_map(|r| r.known(ZIP).map(zip)).collect();
        let zips: Vec<String> = zips.into_iter().collect();
        let mut by_zip: HashMap<String, Vec<String>> = HashMap::new();
        for chunk in zips.chunks(1_000) {
            let places: Vec<String> = (1..=chunk.len()).map(|i| format!("${i}")).collect();
            let sql = format!("SELECT source_key, zip FROM account WHERE zip IN ({}) ORDER BY id", places.join(", "));
            for p in tx.all::<Placed>(&sql, chunk.iter().map(|z| Value::from(z.clone())).collect()).await? {
                by_zip.entry(p.zip).or_default().push(p.source_key);
            }
        }
        Ok(Self { by_key, by_name, by_zip })
    }

    fn ambiguous(&self, row: &Row) -> bool {
        called(row).and_then(|name| self.by_name.get(name)).is_some_and(|found| found.len() > 1)
    }

    fn of(&self, row: &Row) -> Vec<String> {
        match called(row) {
            Some(key) => self.by_key.get(key).cloned().into_iter().collect(),
            None => row.known(ZIP).and_then(|z| self.by_zip.get(&zip(z))).cloned().unwrap_or_default(),
        }
    }
}

/// A ZIP whose leading zeros a spreadsheet took away gets them back.
fn zip(text: &str) -> String {
    let base = text.split('-').next().unwrap_or_default().trim();
    if (3..5).contains(&base.len()) && base.bytes().all(|b| b.is_ascii_digit()) { format!("{base:0>5}") } else { base.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_of_other_companies_are_understood() {
        for (theirs, ours) in [("Sales Rep", "field_rep"), ("Inside Sales", "remote_rep"), ("KAM", "kam"), ("field_rep", "field_rep")] {
            assert_eq!(role(theirs).map(Role::code), Some(ours), "{theirs}");
        }
        assert_eq!(role("admin"), None, "administrators cover nobody");
        assert_eq!((zip("2139").as_str(), zip("02139-4307").as_str(), zip("SW1A 1AA").as_str()), ("02139", "02139", "SW1A 1AA"));
    }
}
