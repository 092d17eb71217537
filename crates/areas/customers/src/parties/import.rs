//! The customer master of an ERP: numbers, parts, names, addresses, and the account each stands for, if the file says so.

use super::commands::map;
use super::model::PartyRow;
use super::store::resolve;
use crate::accounts;
use crate::reading::{Read, Reader};
use rounds_kernel::{Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, reject};
use rounds_store::{Query, Tx, args};

const NUMBER: usize = 0;
const NAME: usize = 1;
const ROLE: usize = 2;
const ERP: usize = 3;
const STREET: usize = 4;
const CITY: usize = 5;
const STATE: usize = 6;
const ZIP: usize = 7;
const COUNTRY: usize = 8;
const ACCOUNT: usize = 9;
const FROM: usize = 10;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(CustomerMaster)]
}

struct CustomerMaster;

const COLUMNS: &[Column] = &[
    Column::required("Party Number").or(&["Customer Number", "Partner Number", "KUNNR", "Customer No", "ERP Customer Number"]),
    Column::required("Party Name").or(&["Customer Name", "Partner Name", "NAME1"]),
    Column::required("Party Role").or(&["Partner Function", "Role", "PARVW", "Account Group"]),
    Column::optional("ERP").or(&["System", "Source System", "Company Code"]),
    Column::optional("Street").or(&["Address", "STRAS", "Street Address"]),
    Column::optional("City").or(&["ORT01", "Town"]),
    Column::optional("State").or(&["REGIO", "Region", "State/Province"]),
    Column::optional("ZIP").or(&["Postal Code", "PSTLZ", "ZIP Code", "Zip/Postal Code"]),
    Column::optional("Country").or(&["LAND1"]),
    Column::optional("Account Key").or(&["Account ID", "AccountId", "Account", "account_key"]),
    Column::optional("Valid From").or(&["From"]),
];

#[async_trait::async_trait]
impl Importer for CustomerMaster {
    fn kind(&self) -> &'static str {
        "erp-parties"
    }

    fn title(&self) -> &'static str {
        "ERP: customer master (sold-to, ship-to, bill-to, payer)"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let mut good: Vec<(u64, PartyRow, String, i64)> = Vec::with_capacity(rows.len());
        for row in rows {
            match party(&Reader::new(row, COLUMNS)) {
                Ok((party, account, from)) => good.push((row.line, party, account, from)),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        let before = tx.number("SELECT COUNT(*) FROM party", vec![]).await?;
        let ids = resolve(tx, &file.name, good.iter().map(|g| g.1.clone()).collect()).await?;
        let created = tx.number("SELECT COUNT(*) FROM party", vec![]).await? - before;
        let keys: Vec<&str> = good.iter().map(|g| g.2.as_str()).filter(|k| !k.is_empty()).collect();
        let accounts = accounts::ids(tx, &keys).await?;
        for (line, party, key, from) in good {
            report.written += 1;
            let Some(id) = ids.get(&(party.erp.clone(), party.number.clone())) else { continue };
            match (key.is_empty(), accounts.get(&key)) {
                (true, _) => {}
                (false, Some(account)) => report.rejects.extend(link(tx, line, *id, *account, from).await?),
                (false, None) => report.notes.push(Note::new(
                    line,
                    "import.account_unknown",
                    "parties name an account that is not in the record: they are kept, unmapped",
                )),
            }
        }
        report.created = u64::try_from(created).unwrap_or_default();
        Ok(report)
    }
}

/// Links a party as the file says, unless it is linked so already.
async fn link(tx: &mut Tx, line: u64, party: i64, account: i64, from: i64) -> Result<Option<RowReject>> {
    let same = "SELECT COUNT(*) FROM party_account WHERE party_id = $1 AND account_id = $2 AND valid_from <= $3 AND valid_to IS NULL";
    if tx.number(same, args![party, account, from]).await? > 0 {
        return Ok(None);
    }
    match map(tx, party, account, from, "file").await {
        Ok(()) => Ok(None),
        Err(e) if e.code == "party.overlap" => Ok(Some(reject(line, &e.code, e.cause, e.remedy))),
        Err(e) => Err(e),
    }
}

fn party(r: &Reader<'_>) -> Read<(PartyRow, String, i64)> {
    let mut roles = [false; 4];
    for word in r.needed(ROLE)?.split([',', ';', '/', '|']) {
        let plain: String = word.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
        let at = match plain.as_str() {
            "soldto" | "soldtoparty" | "ag" | "sp" => 0,
            "shipto" | "shiptoparty" | "we" | "sh" => 1,
            "billto" | "billtoparty" | "re" | "bp" => 2,
            "payer" | "rg" | "py" => 3,
            _ => {
                let cause = format!("“{word}” is no part that a party plays.");
                return Err(reject(
                    r.row.line,
                    "import.party_role",
                    cause,
                    "Use sold-to, ship-to, bill-to or payer, or several with commas.",
                ));
            }
        };
        roles[at] = true;
    }
    let text = |column: usize| r.text(column).to_owned();
    let erp = r.row.known(ERP).unwrap_or("erp").to_owned();
    let row = PartyRow {
        erp,
        number: r.needed(NUMBER)?.to_owned(),
        name: text(NAME),
        street: text(STREET),
        city: text(CITY),
        state: text(STATE),
        zip: text(ZIP),
        country: text(COUNTRY),
        roles,
    };
    Ok((row, text(ACCOUNT), r.day(FROM)?.unwrap_or(0)))
}
