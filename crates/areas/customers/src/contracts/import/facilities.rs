//! Facilities of contracts: who may buy at their prices, from when, at which tier.

use crate::accounts;
use crate::contracts::store::by_number;
use crate::reading::{Read, Reader};
use crate::search;
use rounds_kernel::{AccountId, Day, FactKind, NewFact, Result, Time};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, Touched, reject};
use rounds_store::{FromQueryResult, Query, Tx, args};
use std::collections::{BTreeSet, HashMap};

const NUMBER: usize = 0;
const ACCOUNT: usize = 1;
const TIER: usize = 2;
const FROM: usize = 3;
const TO: usize = 4;

/// Reads facilities.
pub(super) struct Facilities;

const COLUMNS: &[Column] = &[
    Column::required("Contract Number").or(&["ContractNumber", "Contract No", "Contract"]),
    Column::required("Facility Key").or(&["Facility", "Eligible Facility", "Facility ID", "Member Facility"]),
    Column::optional("Tier").or(&["Price Tier"]),
    Column::optional("Eligible From").or(&["Valid From", "From", "Effective Date"]),
    Column::optional("Eligible To").or(&["Valid To", "To", "Until"]),
];

#[async_trait::async_trait]
impl Importer for Facilities {
    fn kind(&self) -> &'static str {
        "contract-facilities"
    }

    fn title(&self) -> &'static str {
        "Company: eligible facilities of contracts"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let mut report = ChunkReport::default();
        let contracts = by_number(tx, &rows.iter().map(|r| r.text(NUMBER)).collect::<Vec<_>>()).await?;
        let ids = accounts::ids(tx, &rows.iter().map(|r| r.text(ACCOUNT)).collect::<Vec<_>>()).await?;
        let mut held = held(tx, contracts.values().map(|c| c.id)).await?;
        let (mut values, mut facts, mut touched) = (Vec::new(), Vec::new(), BTreeSet::new());
        for row in rows {
            let Some(contract) = contracts.get(row.text(NUMBER)) else {
                let cause = format!("There is no contract “{}”.", row.text(NUMBER));
                report.rejects.push(reject(row.line, "contract.unknown", cause, "Import the contracts first, or correct the number."));
                continue;
            };
            let Some(account) = ids.get(row.text(ACCOUNT)).copied() else {
                let cause = format!("There is no account with the key “{}”.", row.text(ACCOUNT));
                report.rejects.push(reject(row.line, "import.account_unknown", cause, "Import the accounts first, or correct the key."));
                continue;
            };
            let (from, to) = match days(&Reader::new(row, COLUMNS), contract.starts_on) {
                Ok(days) => days,
                Err(rejected) => {
                    report.rejects.push(rejected);
                    continue;
                }
            };
            let tier = row.text(TIER).to_owned();
            let spans = held.entry((contract.id, account)).or_default();
            let meets = |s: &Span| s.from != from && s.to.is_none_or(|end| end > from) && to.is_none_or(|end| s.from < end);
            if spans.iter().any(meets) {
                let cause = "The facility is eligible on some of these days already, by another row.";
                report.rejects.push(reject(row.line, "contract.overlap", cause, "End the earlier row before this one begins."));
                continue;
            }
            let span = Span { from, to, tier: tier.clone() };
            match spans.iter_mut().find(|s| s.from == from) {
                Some(known) if *known == span => {
                    report.unchanged += 1;
                    continue;
                }
                // The same facility may stand twice in a file: the later row says more.
                Some(known) => *known = span,
                None => {
                    report.created += 1;
                    spans.push(span);
                }
            }
            report.written += 1;
            touched.insert(contract.id);
            values.push(args![contract.id, account, tier, from, to, file.name.clone()]);
            let text = format!("May buy on contract {} ({})", contract.name, contract.number);
            let day = Time::at_day(Day::stored(from));
            facts.push(NewFact {
                account: Some(AccountId(account)),
                natural_key: Some(format!("facility:{}:{account}:{from}", contract.number)),
                body: serde_json::json!({ "text": text, "contract": contract.number }),
                ..NewFact::new(FactKind::Contract, day.min(tx.now), &file.name)
            });
        }
        let into = ["contract_id", "account_id", "tier", "valid_from", "valid_to", "source"];
        let update = "ON CONFLICT (contract_id, account_id, valid_from) DO UPDATE SET tier = excluded.tier, valid_to = excluded.valid_to, source = excluded.source";
        for value in values {
            // One by one: one statement cannot write a row twice.
            tx.insert_many("contract_facility", &into, vec![value], update).await?;
        }
        tx.facts(facts).await?;
        search::index_contracts(tx, &touched.into_iter().collect::<Vec<_>>()).await?;
        Ok(report)
    }

    async fn taken_back(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        search::catalogue_again(tx, rows).await
    }
}

/// Days on which a facility is eligible, and its tier.
#[derive(PartialEq)]
struct Span {
    from: i64,
    to: Option<i64>,
    tier: String,
}

#[derive(FromQueryResult)]
struct Held {
    contract_id: i64,
    account_id: i64,
    tier: String,
    valid_from: i64,
    valid_to: Option<i64>,
}

/// What the record says of the facilities of these contracts.
async fn held(tx: &Tx, contracts: impl Iterator<Item = i64>) -> Result<HashMap<(i64, i64), Vec<Span>>> {
    let list: Vec<String> = contracts.map(|id| id.to_string()).collect();
    let mut out: HashMap<_, Vec<Span>> = HashMap::new();
    for chunk in list.chunks(1_000) {
        let list = chunk.join(", ");
        let sql =
            format!("SELECT contract_id, account_id, tier, valid_from, valid_to FROM contract_facility WHERE contract_id IN ({list})");
        for h in tx.all::<Held>(&sql, vec![]).await? {
            out.entry((h.contract_id, h.account_id)).or_default().push(Span { from: h.valid_from, to: h.valid_to, tier: h.tier });
        }
    }
    Ok(out)
}

fn days(r: &Reader<'_>, starts_on: i64) -> Read<(i64, Option<i64>)> {
    let (from, to) = (r.day(FROM)?.unwrap_or(starts_on), r.day(TO)?);
    if to.is_some_and(|t| t <= from) {
        return Err(reject(
            r.row.line,
            "contract.dates",
            "The facility's eligibility ends before it begins.",
            "Correct one of the two days.",
        ));
    }
    Ok((from, to))
}
