//! Service calls, one a row.

use crate::installed_base::model::CALLS;
use crate::reading::{Read, Reader, label};
use rounds_kernel::{AccountId, Day, FactKind, NewFact, Result, Time};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::{FromQueryResult, Query, Tx, Value, args};
use std::collections::HashMap;

const NUMBER: usize = 0;
const SERIAL: usize = 1;
const OPENED: usize = 2;
const KIND: usize = 3;
const PRODUCT: usize = 4;
const TECHNICIAN: usize = 5;
const DOWNTIME: usize = 6;
const RESOLVED: usize = 7;
const TEXT: usize = 8;

/// Reads calls.
pub(super) struct Calls;

const COLUMNS: &[Column] = &[
    Column::required("Call Number").or(&["Service Call", "Notification", "Work Order", "WorkOrderNumber", "Ticket"]),
    Column::required("Serial Number").or(&["Serial", "SerialNumber"]),
    Column::required("Opened On").or(&["Call Date", "Opened", "Created Date"]),
    Column::optional("Call Type").or(&["Type", "Kind"]),
    Column::optional("Product Code").or(&["Material", "SKU", "Model"]),
    Column::optional("Technician").or(&["Engineer", "Assigned To"]),
    Column::optional("Downtime Minutes").or(&["Downtime"]),
    Column::optional("Resolved On").or(&["Closed On", "Completed On"]),
    Column { longest: 1_000, ..Column::optional("Text").or(&["Description", "Problem"]) },
];

#[async_trait::async_trait]
impl Importer for Calls {
    fn kind(&self) -> &'static str {
        "service-calls"
    }

    fn title(&self) -> &'static str {
        "Company: service calls"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(NUMBER)
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let found = named(tx, &rows.iter().map(|r| r.text(SERIAL)).collect::<Vec<_>>()).await?;
        let known = known(tx, &rows.iter().map(|r| r.text(NUMBER)).collect::<Vec<_>>()).await?;
        let (mut values, mut facts) = (Vec::new(), Vec::new());
        for row in rows {
            match call(&Reader::new(row, COLUMNS), &found) {
                Ok((call, fact)) => match known.get(&call.number) {
                    Some(before) if *before == call => report.unchanged += 1,
                    before => {
                        report.written += 1;
                        report.created += u64::from(before.is_none());
                        values.push(call.values(&file.name));
                        facts.push(NewFact { source: file.name.clone(), ..fact });
                    }
                },
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        let into = ["number", "device_id", "kind", "opened_on", "technician", "downtime_minutes", "resolved_on", "text", "source"];
        let update: Vec<String> = into[1..].iter().map(|c| format!("{c} = excluded.{c}")).collect();
        tx.insert_many("service_call", &into, values, &format!("ON CONFLICT (number) DO UPDATE SET {}", update.join(", "))).await?;
        let said = facts.iter().find_map(|f| f.body["note"].as_str().filter(|t| !t.is_empty()).map(str::to_owned)).unwrap_or_default();
        tx.facts(facts).await?;
        crate::screening::heard(tx, &said).await?;
        Ok(report)
    }
}

/// A call as the record holds it.
#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct Call {
    number: String,
    device_id: i64,
    kind: String,
    opened_on: i64,
    technician: String,
    downtime_minutes: Option<i64>,
    resolved_on: Option<i64>,
    text: String,
}

impl Call {
    fn values(self, source: &str) -> Vec<Value> {
        let Self { number, device_id, kind, opened_on, technician, downtime_minutes, resolved_on, text } = self;
        args![number, device_id, kind, opened_on, technician, downtime_minutes, resolved_on, text, source]
    }
}

/// Calls of these numbers that the record holds.
async fn known(tx: &Tx, numbers: &[&str]) -> Result<HashMap<String, Call>> {
    let mut out = HashMap::new();
    for chunk in numbers.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT number, device_id, kind, opened_on, technician, downtime_minutes, resolved_on, text \
             FROM service_call WHERE number IN ({places})"
        );
        for c in tx.all::<Call>(&sql, chunk.iter().map(|n| Value::from((*n).to_owned())).collect()).await? {
            out.insert(c.number.clone(), c);
        }
    }
    Ok(out)
}

#[derive(Debug, Clone, FromQueryResult)]
struct Named {
    id: i64,
    serial: String,
    product_text: String,
    account_id: i64,
}

async fn named(tx: &Tx, serials: &[&str]) -> Result<HashMap<String, Vec<Named>>> {
    let mut out: HashMap<String, Vec<Named>> = HashMap::new();
    for chunk in serials.chunks(1_000) {
        let places = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT id, serial, product_text, account_id FROM device WHERE serial IN ({places}) ORDER BY id");
        for d in tx.all::<Named>(&sql, chunk.iter().map(|s| Value::from((*s).to_owned())).collect()).await? {
            out.entry(d.serial.clone()).or_default().push(d);
        }
    }
    Ok(out)
}

/// Ids of devices by serial number and article.
pub(super) async fn devices(tx: &Tx, serials: &[&str]) -> Result<HashMap<(String, String), i64>> {
    Ok(named(tx, serials).await?.into_values().flatten().map(|d| ((d.serial, d.product_text), d.id)).collect())
}

fn call(r: &Reader<'_>, found: &HashMap<String, Vec<Named>>) -> Read<(Call, NewFact)> {
    let serial = r.needed(SERIAL)?;
    let fitting: Vec<&Named> =
        found.get(serial).into_iter().flatten().filter(|d| r.row.known(PRODUCT).is_none_or(|p| p == d.product_text)).collect();
    let [device] = fitting[..] else {
        let (code, cause) = if fitting.is_empty() {
            ("device.unknown", format!("There is no device with the serial number “{serial}”."))
        } else {
            ("device.ambiguous", format!("Several devices bear the serial number “{serial}”."))
        };
        return Err(reject(r.row.line, code, cause, "Import the installed base first, or give the product code beside the serial number."));
    };
    let (opened, resolved) = (r.needed_day(OPENED)?, r.day(RESOLVED)?);
    if resolved.is_some_and(|d| d < opened) {
        return Err(reject(r.row.line, "device.dates", "The call was resolved before it was opened.", "Correct one of the two days."));
    }
    let downtime = r.count(DOWNTIME)?;
    if downtime.is_some_and(|m| m < 0) {
        return Err(reject(r.row.line, "import.number", "The downtime is negative.", "Correct it, or leave it blank."));
    }
    let kind = r.word_or(KIND, CALLS, "repair")?;
    let number = r.needed(NUMBER)?.to_owned();
    let text = format!("{} of {}, serial {serial}", label(CALLS, kind), device.product_text);
    let fact = NewFact {
        account: Some(AccountId(device.account_id)),
        natural_key: Some(format!("service_call:{number}")),
        body: serde_json::json!({ "text": text, "downtime_minutes": downtime, "note": r.text(TEXT) }),
        ..NewFact::new(FactKind::Equipment, Time::at_day(Day::stored(opened)).plus_minutes(12 * 60), "")
    };
    let call = Call {
        number,
        device_id: device.id,
        kind: kind.into(),
        opened_on: opened,
        technician: r.text(TECHNICIAN).to_owned(),
        downtime_minutes: downtime,
        resolved_on: resolved,
        text: r.text(TEXT).to_owned(),
    };
    Ok((call, fact))
}
