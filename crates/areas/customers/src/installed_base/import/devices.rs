//! Devices at accounts, one a row.

use crate::accounts;
use crate::products::Numbers;
use crate::reading::{Read, Reader};
use rounds_kernel::{AccountId, Day, FactKind, NewFact, Result, Time};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, reject};
use rounds_store::{FromQueryResult, Query, Tx, Value, args};
use std::collections::{HashMap, HashSet};

const SERIAL: usize = 0;
const PRODUCT: usize = 1;
const ACCOUNT: usize = 2;
const INSTALLED: usize = 3;
const REMOVED: usize = 4;
const REPLACE: usize = 5;
const DEPARTMENT: usize = 6;
const SOFTWARE: usize = 7;
const UDI: usize = 8;
const SERVICE: usize = 9;
const LEVEL: usize = 10;
const SERVICE_FROM: usize = 11;
const SERVICE_TO: usize = 12;

/// Reads devices.
pub(super) struct Devices;

const COLUMNS: &[Column] = &[
    Column::required("Serial Number").or(&["Serial", "SerialNumber", "SERNR"]),
    Column::required("Product Code").or(&["Material", "SKU", "Model", "Model Number", "ProductCode"]),
    Column::required("Account Key").or(&["Account ID", "AccountId", "Ship-to", "Site", "Account"]),
    Column::required("Installed On").or(&["InstallDate", "Install Date", "Installation Date"]),
    Column::optional("Removed On").or(&["Removal Date", "Decommissioned On"]),
    Column::optional("Replace On").or(&["End of Life", "Replacement Due"]),
    Column::optional("Department").or(&["Location"]),
    Column::optional("Software").or(&["Software Version"]),
    Column::optional("UDI"),
    Column::optional("Service Contract").or(&["Service Contract Number"]),
    Column::optional("Service Level"),
    Column::optional("Service From"),
    Column::optional("Service To"),
];

#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
struct Stored {
    serial: String,
    product_text: String,
    product_id: Option<i64>,
    udi: Option<String>,
    account_id: i64,
    department: String,
    software: String,
    installed_on: Option<i64>,
    removed_on: Option<i64>,
    replace_on: Option<i64>,
}

type Key = (String, String);

impl Stored {
    fn key(&self) -> Key {
        (self.serial.clone(), self.product_text.clone())
    }
}

#[async_trait::async_trait]
impl Importer for Devices {
    fn kind(&self) -> &'static str {
        "installed-base"
    }

    fn title(&self) -> &'static str {
        "Company: installed base"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let accounts = accounts::ids(tx, &rows.iter().map(|r| r.text(ACCOUNT)).collect::<Vec<_>>()).await?;
        let numbers = Numbers::load(tx, &rows.iter().map(|r| r.text(PRODUCT)).collect::<Vec<_>>()).await?;
        let known = known(tx, rows).await?;
        let (mut seen, mut devices, mut facts, mut services) = (HashSet::new(), Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let r = Reader::new(row, COLUMNS);
            let read = device(&r, &accounts, &numbers).and_then(|d| Ok((service(&r, d.installed_on)?, d)));
            let (service, device) = match read {
                Ok(both) => both,
                Err(rejected) => {
                    report.rejects.push(rejected);
                    continue;
                }
            };
            if !seen.insert(device.key()) {
                report.rejects.push(reject(
                    row.line,
                    "import.duplicate",
                    "This device stands twice in the file.",
                    "Keep the row that is true now.",
                ));
                continue;
            }
            if device.product_id.is_none() {
                report.notes.push(Note::new(
                    row.line,
                    "device.product_unknown",
                    "devices are of an article that is not in the catalogue: when they are due is unknown",
                ));
            }
            services.extend(service.map(|s| (device.key(), s)));
            match known.get(&device.key()) {
                Some(before) if *before == device => report.unchanged += 1,
                before => {
                    report.written += 1;
                    report.created += u64::from(before.is_none());
                    facts.extend(told(&device, before, &file.name, tx.now));
                    devices.push(device);
                }
            }
        }
        save(tx, &file.name, devices, services).await?;
        tx.facts(facts).await?;
        Ok(report)
    }
}

async fn known(tx: &Tx, rows: &[Row]) -> Result<HashMap<Key, Stored>> {
    let mut out = HashMap::new();
    for chunk in rows.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT serial, product_text, product_id, udi, account_id, department, software, installed_on, removed_on, replace_on FROM device \
             WHERE serial IN ({places})"
        );
        let values = chunk.iter().map(|r| Value::from(r.text(SERIAL).to_owned())).collect();
        out.extend(tx.all::<Stored>(&sql, values).await?.into_iter().map(|d| (d.key(), d)));
    }
    Ok(out)
}

fn device(r: &Reader<'_>, accounts: &HashMap<String, i64>, numbers: &Numbers) -> Read<Stored> {
    let (serial, product_text, key) = (r.needed(SERIAL)?.to_owned(), r.needed(PRODUCT)?.to_owned(), r.needed(ACCOUNT)?);
    let account_id = accounts.get(key).copied().ok_or_else(|| {
        let cause = format!("There is no account with the key “{key}”.");
        reject(r.row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key.")
    })?;
    let (installed_on, removed_on) = (r.day(INSTALLED)?, r.day(REMOVED)?);
    if installed_on.is_some() && removed_on.is_some() && removed_on < installed_on {
        return Err(reject(r.row.line, "device.dates", "The device was removed before it was installed.", "Correct one of the two days."));
    }
    Ok(Stored {
        product_id: numbers.of(&product_text),
        serial,
        product_text,
        udi: r.row.known(UDI).map(str::to_owned),
        account_id,
        department: r.text(DEPARTMENT).to_owned(),
        software: r.text(SOFTWARE).to_owned(),
        installed_on,
        removed_on,
        replace_on: r.day(REPLACE)?,
    })
}

/// Number, level, first and last day of a service contract.
type Service = (String, String, i64, Option<i64>);

/// The service contract of the row.
fn service(r: &Reader<'_>, installed_on: Option<i64>) -> Read<Option<Service>> {
    let Some(number) = r.row.known(SERVICE) else { return Ok(None) };
    let from = r.day(SERVICE_FROM)?.or(installed_on).unwrap_or(0);
    Ok(Some((number.to_owned(), r.text(LEVEL).to_owned(), from, r.day(SERVICE_TO)?)))
}

/// What the account's timeline is told: installed, moved, removed.
fn told(d: &Stored, before: Option<&Stored>, source: &str, now: Time) -> Vec<NewFact> {
    let at = |day: i64| Time::at_day(Day::stored(day)).plus_minutes(12 * 60);
    let fact = |what: &str, day: i64| NewFact {
        account: Some(AccountId(d.account_id)),
        natural_key: Some(format!("device:{}:{}:{what}:{}:{day}", d.serial, d.product_text, d.account_id)),
        body: serde_json::json!({ "text": format!("{} {what}, serial {}", d.product_text, d.serial) }),
        ..NewFact::new(FactKind::Equipment, at(day), source)
    };
    let mut out = Vec::new();
    let moved = before.is_some_and(|b| b.account_id != d.account_id);
    if moved {
        out.push(NewFact { occurred_at: now, ..fact("came from another account", i64::from(now.day().0)) });
    } else if before.is_none_or(|b| b.installed_on != d.installed_on) {
        out.extend(d.installed_on.filter(|day| at(*day) <= now).map(|day| fact("installed", day)));
    }
    if before.is_none_or(|b| b.removed_on != d.removed_on) {
        out.extend(d.removed_on.filter(|day| at(*day) <= now).map(|day| fact("removed", day)));
    }
    out
}

async fn save(tx: &mut Tx, source: &str, devices: Vec<Stored>, services: Vec<(Key, Service)>) -> Result<()> {
    const INTO: &[&str] = &[
        "serial",
        "product_text",
        "product_id",
        "udi",
        "account_id",
        "department",
        "software",
        "installed_on",
        "removed_on",
        "replace_on",
        "source",
    ];
    let rows = devices.into_iter().map(|d| {
        args![
            d.serial,
            d.product_text,
            d.product_id,
            d.udi,
            d.account_id,
            d.department,
            d.software,
            d.installed_on,
            d.removed_on,
            d.replace_on,
            source
        ]
    });
    let update: Vec<String> = INTO[2..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
    tx.insert_many("device", INTO, rows.collect(), &format!("ON CONFLICT (serial, product_text) DO UPDATE SET {}", update.join(", ")))
        .await?;
    let keys: Vec<&str> = services.iter().map(|(k, _)| k.0.as_str()).collect();
    let ids = super::calls::devices(tx, &keys).await?;
    let rows = services.into_iter().filter_map(|(key, (number, level, from, to))| Some(args![*ids.get(&key)?, number, level, from, to]));
    let update = "ON CONFLICT (device_id, number, valid_from) DO UPDATE SET level = excluded.level, valid_to = excluded.valid_to";
    tx.insert_many("device_service", &["device_id", "number", "level", "valid_from", "valid_to"], rows.collect(), update).await.map(|_| ())
}
