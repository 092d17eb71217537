//! Heads of contracts, one a row.

use crate::contracts::model::{Contract, KINDS, POSITIONS, STATES};
use crate::contracts::store::{by_number, save};
use crate::groups;
use crate::identifiers;
use crate::reading::{Read, Reader, label};
use crate::search;
use rounds_kernel::{Day, FactKind, NewFact, Result, SystemId, Time};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Note, Row, Touched, reject};
use rounds_store::Tx;

const NUMBER: usize = 0;
const NAME: usize = 1;
const KIND: usize = 2;
const STARTS: usize = 3;
const HOLDER: usize = 4;
const SYSTEM: usize = 5;
const POSITION: usize = 6;
const STATE: usize = 7;
const CURRENCY: usize = 8;
const SIGNED: usize = 9;
const ENDS: usize = 10;

/// Reads heads.
pub(super) struct Contracts;

const COLUMNS: &[Column] = &[
    Column::required("Contract Number").or(&["ContractNumber", "Contract No"]),
    Column::required("Contract Name").or(&["Description", "Title"]),
    Column::required("Contract Kind").or(&["Contract Type"]),
    Column::required("Start Date").or(&["StartDate", "Effective Date", "Starts On"]),
    Column::optional("Holder").or(&["GPO", "Contract Holder"]),
    Column::optional("System Key").or(&["IDN Key"]),
    Column::optional("Position").or(&["Award Type"]),
    Column::optional("State").or(&["Status", "Contract Status"]),
    Column::optional("Currency").or(&["CurrencyIsoCode"]),
    Column::optional("Signed On").or(&["Signature Date"]),
    Column::optional("End Date").or(&["EndDate", "Expiration Date", "Ends On"]),
];

#[async_trait::async_trait]
impl Importer for Contracts {
    fn kind(&self) -> &'static str {
        "contracts"
    }

    fn title(&self) -> &'static str {
        "Company: contracts"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn key(&self) -> Option<usize> {
        Some(NUMBER)
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let numbers: Vec<&str> = rows.iter().map(|r| r.text(NUMBER)).collect();
        let known = by_number(tx, &numbers).await?;
        let keys: Vec<&str> = rows.iter().filter_map(|r| r.known(SYSTEM)).collect();
        let systems = identifiers::keys(tx, "health_system", "source_key", &keys).await?;
        let holders: Vec<&str> = rows.iter().filter_map(|r| r.known(HOLDER)).collect();
        let groups = groups::meant(tx, &holders).await?;
        let (mut changed, mut facts) = (Vec::new(), Vec::new());
        for row in rows {
            let read = contract(&Reader::new(row, COLUMNS)).map(|c| Contract {
                system_id: systems.get(row.text(SYSTEM)).copied(),
                buying_group_id: groups.get(row.text(HOLDER)).copied().filter(|_| !systems.contains_key(row.text(SYSTEM))),
                source: file.name.clone(),
                ..c
            });
            let after = match read {
                Ok(after) => after,
                Err(rejected) => {
                    report.rejects.push(rejected);
                    continue;
                }
            };
            if after.kind == "gpo" && !after.holder.is_empty() && after.buying_group_id.is_none() && after.system_id.is_none() {
                let text = "GPO contracts name a holder that is no buying group of the record: they are linked when the group comes";
                report.notes.push(Note::new(row.line, "contract.group_unknown", text));
            }
            let before = known.get(&after.number);
            let same = |b: &Contract| Contract { id: b.id, version: b.version, source: b.source.clone(), ..after.clone() } == *b;
            if before.is_some_and(same) {
                report.unchanged += 1;
                continue;
            }
            report.written += 1;
            report.created += u64::from(before.is_none());
            facts.extend(fact(&after, before, tx.now));
            changed.push(Contract { version: before.map_or(1, |b| b.version + 1), ..after });
        }
        save(tx, &changed).await?;
        tx.facts(facts).await?;
        Ok(report)
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        search::catalogue_again(tx, rows).await
    }
}

/// What a system's timeline is told when a contract's state changes.
fn fact(after: &Contract, before: Option<&Contract>, now: Time) -> Option<NewFact> {
    let system = after.system_id?;
    if before.is_some_and(|b| b.state == after.state) {
        return None;
    }
    let day = Time::at_day(Day::stored(after.signed_on.unwrap_or(after.starts_on)));
    let text = format!("{} {}: {}", label(KINDS, &after.kind), after.name, label(STATES, &after.state).to_lowercase());
    Some(NewFact {
        system: Some(SystemId(system)),
        natural_key: Some(format!("contract:{}:{}", after.number, after.state)),
        body: serde_json::json!({ "text": text, "contract": after.number }),
        ..NewFact::new(FactKind::Contract, day.min(now), &after.source)
    })
}

fn contract(r: &Reader<'_>) -> Read<Contract> {
    let (starts_on, ends_on) = (r.needed_day(STARTS)?, r.day(ENDS)?);
    if ends_on.is_some_and(|e| e < starts_on) {
        return Err(reject(r.row.line, "contract.dates", "The contract ends before it starts.", "Correct one of the two days."));
    }
    r.needed(KIND)?;
    Ok(Contract {
        number: r.needed(NUMBER)?.to_owned(),
        name: r.needed(NAME)?.to_owned(),
        kind: r.word_or(KIND, KINDS, "local")?.to_owned(),
        holder: r.text(HOLDER).to_owned(),
        position: r.word_or(POSITION, POSITIONS, "multi")?.to_owned(),
        state: r.word_or(STATE, STATES, "active")?.to_owned(),
        currency: r.currency(CURRENCY, "USD")?,
        signed_on: r.day(SIGNED)?,
        starts_on,
        ends_on,
        ..Contract::default()
    })
}
