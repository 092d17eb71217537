//! Facilities of contracts: who may buy at their prices, from when, at which tier.

use crate::accounts;
use crate::contracts::store::by_number;
use crate::reading::{Read, Reader};
use rounds_kernel::{AccountId, Day, FactKind, NewFact, Result, Time};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::{Query, Tx, args};

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
        let (mut values, mut facts) = (Vec::new(), Vec::new());
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
            let overlap = "SELECT COUNT(*) FROM contract_facility WHERE contract_id = $1 AND account_id = $2 AND valid_from <> $3 \
                           AND (valid_to IS NULL OR valid_to > $3) AND valid_from < $4";
            if tx.number(overlap, args![contract.id, account, from, to.unwrap_or(i64::MAX)]).await? > 0 {
                let cause = "The facility is eligible on some of these days already, by another row.";
                report.rejects.push(reject(row.line, "contract.overlap", cause, "End the earlier row before this one begins."));
                continue;
            }
            values.push(args![contract.id, account, row.text(TIER), from, to, file.name.clone()]);
            let text = format!("May buy on contract {} ({})", contract.name, contract.number);
            let day = Time::at_day(Day(i32::try_from(from).unwrap_or_default()));
            facts.push(NewFact {
                account: Some(AccountId(account)),
                natural_key: Some(format!("facility:{}:{account}:{from}", contract.number)),
                body: serde_json::json!({ "text": text, "contract": contract.number }),
                ..NewFact::new(FactKind::Contract, day.min(tx.now), &file.name)
            });
        }
        report.written = values.len() as u64;
        let into = ["contract_id", "account_id", "tier", "valid_from", "valid_to", "source"];
        let update = "ON CONFLICT (contract_id, account_id, valid_from) DO UPDATE SET tier = excluded.tier, valid_to = excluded.valid_to, source = excluded.source";
        for value in values {
            // One by one: the same facility may stand twice in a file, and the later row says more.
            tx.insert_many("contract_facility", &into, vec![value], update).await?;
        }
        tx.facts(facts).await?;
        Ok(report)
    }
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
