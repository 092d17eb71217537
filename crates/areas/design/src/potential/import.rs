//! Potential from a company's file: by account and family, or by country and family for accounts of which nothing is known.

use super::commands::{Estimate, put, put_defaults};
use rounds_customers::accounts;
use rounds_customers::company_files::account_ids;
use rounds_kernel::{Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, export, reject};
use rounds_store::{FromQueryResult, Query, Tx};
use std::collections::{BTreeSet, HashMap};

const ACCOUNT: usize = 0;
const NAME: usize = 1;
const COUNTRY: usize = 2;
const FAMILY: usize = 3;
const ANNUAL: usize = 4;
const PROCEDURES: usize = 5;
const UNITS: usize = 6;
const PRICE: usize = 7;
const LOW: usize = 8;
const HIGH: usize = 9;
const SOURCE: usize = 10;
const AS_OF: usize = 11;
const CURRENCY: usize = 12;

/// Importers of this capability.
pub(super) fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(PotentialFile)]
}

struct PotentialFile;

/// What the columns are called, here and elsewhere.
#[rustfmt::skip]
const COLUMNS: &[Column] = &[
    Column::optional("account_id").or(&[
        "account_key", "account", "account_no", "account_number", "acct_id", "customer_no", "customer_number", "customer_id", "customer",
        "facility_id", "hospital_id", "kunnr", "kundennummer", "kunde", "code client", "código cliente",
    ]),
    Column::optional("account_name").or(&[
        "name", "acct_name", "customer_name", "facility_name", "hospital", "hospital_name", "kundenname", "krankenhaus", "établissement", "centro",
    ]),
    Column::optional("country").or(&["country_code", "land", "pays", "país"]),
    Column::required("family").or(&[
        "product_family", "product_group", "product_category", "category", "produktfamilie", "produktgruppe", "famille", "familia",
    ]),
    Column::optional("potential_a_year").or(&[
        "potential", "annual_potential", "potential_per_year", "potential_usd", "potential_value", "market_potential", "annual_amount",
        "amount_per_year", "annual_value", "estimate", "potenzial", "jahrespotenzial", "marktpotenzial", "potentiel", "potentiel annuel",
        "potencial", "potencial anual",
    ]).of_numbers(),
    Column::optional("procedures_a_year").or(&[
        "procedures", "procedures_per_year", "annual_procedures", "procedure_volume", "procedure_count", "cases", "cases_per_year", "eingriffe",
        "fallzahl", "interventions", "procedimientos",
    ]).of_numbers(),
    Column::optional("units_a_procedure").or(&["units_per_procedure", "units_per_case", "usage_per_procedure", "stück je eingriff"]).of_numbers(),
    Column::optional("price").or(&["unit_price", "price_per_unit", "average_price", "asp", "preis", "prix", "precio"]).of_numbers(),
    Column::optional("low").or(&["low_estimate", "lower", "minimum", "min", "von"]).of_numbers(),
    Column::optional("high").or(&["high_estimate", "upper", "maximum", "max", "bis"]).of_numbers(),
    Column::optional("source").or(&["basis", "origin", "quelle", "fuente"]),
    Column::optional("as_of").or(&["day", "date", "as_of_date", "valid_from", "stand", "datum", "fecha"]).of_days(),
    Column::optional("currency").or(&["currency_code", "währung", "devise", "moneda"]),
];

/// A file to fill in: our columns, and one row of each way to say it.
pub(super) fn template() -> String {
    let header: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
    let row = |cells: [&str; 13]| cells.map(str::to_owned).to_vec();
    let by_amount = row(["4711", "", "", "Guide wires", "84000", "", "", "", "60000", "110000", "Claims 2025", "2026-01-31", "USD"]);
    let by_count =
        row(["4712", "", "", "Guide wires", "", "320", "1.5", "120", "", "", "Procedures as told by the department", "2026-01-31", "USD"]);
    let default =
        row(["", "", "DE", "Guide wires", "40000", "", "", "", "10000", "90000", "Mean of the known accounts", "2026-01-31", "USD"]);
    export::csv(&header, [by_amount, by_count, default])
}

#[async_trait::async_trait]
impl Importer for PotentialFile {
    fn kind(&self) -> &'static str {
        "potential"
    }

    fn title(&self) -> &'static str {
        "Company file: potential of accounts by product family"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn lacks(&self, has: &dyn Fn(usize) -> bool) -> Vec<&'static str> {
        let mut out = Vec::new();
        if ![ACCOUNT, NAME, COUNTRY].into_iter().any(has) {
            out.push("account_id, or country for a default");
        }
        let counted = [PROCEDURES, UNITS, PRICE].into_iter().all(has);
        if !has(ANNUAL) && !counted {
            out.push("potential_a_year, or procedures_a_year, units_a_procedure and price");
        }
        out
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let places = Places::load(tx, rows).await?;
        let families = families(tx).await?;
        let (mut own, mut defaults) = (Vec::new(), Vec::new());
        for row in rows {
            let family = row.text(FAMILY);
            let known = families.get(&family.to_lowercase());
            if known.is_none() && !family.is_empty() {
                let text = "families are not in the product catalogue: their potential is kept and meets no product";
                report.notes.push(Note::new(row.line, "potential.family_unknown", text));
            }
            let made = estimate(row, file, known.map_or(family, String::as_str), &mut report.notes);
            let named = row.known(ACCOUNT).or_else(|| row.known(NAME));
            match (made, named) {
                (Err(no), _) => report.rejects.push(no),
                (Ok(made), None) => defaults.push((row.text(COUNTRY).to_uppercase(), made)),
                (Ok(made), Some(key)) => match places.of(row, key) {
                    Ok(account) => own.push((account, made)),
                    Err(no) => report.rejects.push(no),
                },
            }
        }
        report.absorb(put(tx, own).await?);
        report.absorb(put_defaults(tx, defaults).await?);
        Ok(report)
    }
}

#[derive(FromQueryResult)]
struct Family {
    family: String,
}

/// The catalogue's families by their small letters: files write them in any.
async fn families(tx: &Tx) -> Result<HashMap<String, String>> {
    let rows = tx.all::<Family>("SELECT DISTINCT family FROM product ORDER BY family", vec![]).await?;
    Ok(rows.into_iter().map(|f| (f.family.to_lowercase(), f.family)).collect())
}

/// Accounts that rows name, by key or by name.
struct Places {
    keys: HashMap<String, i64>,
    names: HashMap<String, Vec<i64>>,
}

impl Places {
    async fn load(tx: &Tx, rows: &[Row]) -> Result<Self> {
        let said: BTreeSet<&str> = rows.iter().filter_map(|r| r.known(ACCOUNT).or_else(|| r.known(NAME))).collect();
        let said: Vec<&str> = said.into_iter().collect();
        let keys = account_ids(tx, &said).await?;
        let others: Vec<&str> = said.into_iter().filter(|k| !keys.contains_key(*k)).collect();
        Ok(Self { names: accounts::named(tx, &others).await?, keys })
    }

    fn of(&self, row: &Row, key: &str) -> std::result::Result<i64, RowReject> {
        if let Some(id) = self.keys.get(key) {
            return Ok(*id);
        }
        match self.names.get(key).map(Vec::as_slice) {
            Some([one]) => Ok(*one),
            Some([_, ..]) => {
                let cause = format!("Several accounts bear the name “{key}”.");
                Err(reject(row.line, "import.account_ambiguous", cause, "Give the account's key instead of its name."))
            }
            _ => {
                let cause = format!("There is no account with the key or name “{key}”.");
                Err(reject(row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key."))
            }
        }
    }
}

/// What a row estimates, in cents.
fn estimate(row: &Row, file: &FileInfo, family: &str, notes: &mut Vec<Note>) -> std::result::Result<Estimate, RowReject> {
    let no = |code: &str, cause: String, remedy: &str| Err(reject(row.line, code, cause, remedy));
    if row.known(CURRENCY).is_some_and(|c| !c.eq_ignore_ascii_case("USD")) {
        let cause = format!("The potential is in {}; potentials are kept in US dollars.", row.text(CURRENCY));
        return no("import.currency", cause, "Convert it, and say the rate in “source”.");
    }
    let place = [ACCOUNT, NAME, COUNTRY].into_iter().find_map(|c| row.known(c));
    if place.is_none() || (row.known(ACCOUNT).is_none() && row.known(NAME).is_none() && row.text(COUNTRY).chars().count() != 2) {
        let cause = "The row names no account, and no country of two letters for a default.".to_owned();
        return no("import.account_blank", cause, "Name the account, or the country.");
    }
    let cents = |n: f64| Some((n * 100.0).round()).filter(|c| c.abs() < 9e15).map(|c| c as i64);
    let counted = || Some((row.number(PROCEDURES)?, row.number(UNITS)?, row.number(PRICE)?));
    let (annual, how) = match (row.number(ANNUAL), counted()) {
        (Some(annual), _) => (cents(annual), String::new()),
        (None, Some((procedures, units, price))) => {
            (cents(procedures * units * price), format!("{procedures} procedures × {units} units × {price} USD"))
        }
        (None, None) => {
            let cause = "The row gives neither a potential nor procedures, units and price.".to_owned();
            return no("import.blank", cause, "Fill one of them in; leave the row out when the potential is unknown.");
        }
    };
    let Some(annual) = annual else {
        return no("import.number_unclear", "The potential is beyond all measure.".into(), "Write the amount of one year.");
    };
    if row.known(LOW).is_none() || row.known(HIGH).is_none() {
        let text = "estimates come without low or high end: the estimate itself stands for it";
        notes.push(Note::new(row.line, "potential.no_interval", text));
    }
    let as_of = row.day(AS_OF).unwrap_or(file.received_at.day());
    if as_of > file.received_at.day() {
        return no("import.future_date", format!("The estimate is dated {as_of}, which is still to come."), "Correct the date.");
    }
    let made = Estimate {
        line: row.line,
        family: family.trim().to_owned(),
        annual,
        low: row.number(LOW).and_then(cents).unwrap_or(annual),
        high: row.number(HIGH).and_then(cents).unwrap_or(annual),
        source: row.known(SOURCE).unwrap_or(&file.name).to_owned(),
        how,
        as_of: i64::from(as_of.0),
    };
    made.checked()
}
