//! Exchange rates by date.

use crate::sales::store::stock::put_rates;
use rounds_customers::reading::{Read, Reader, thousandths};
use rounds_kernel::Result;
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::Tx;

const DAY: usize = 0;
const FROM: usize = 1;
const INTO: usize = 2;
const RATE: usize = 3;

/// Reads a rate table.
pub(super) struct ExchangeRates;

const COLUMNS: &[Column] = &[
    Column::required("Rate Date").or(&["Date", "Valid From", "Day"]),
    Column::required("From Currency").or(&["From", "Currency", "FCURR"]),
    Column::required("To Currency").or(&["To", "Into", "TCURR"]),
    Column::required("Rate").or(&["Exchange Rate", "UKURS"]),
];

#[async_trait::async_trait]
impl Importer for ExchangeRates {
    fn kind(&self) -> &'static str {
        "exchange-rates"
    }

    fn title(&self) -> &'static str {
        "Exchange rates by date"
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let (mut good, mut rejects) = (Vec::new(), Vec::new());
        for row in rows {
            match rate(&Reader::new(row, COLUMNS)) {
                Ok(rate) => good.push(rate),
                Err(rejected) => rejects.push(rejected),
            }
        }
        good.sort();
        good.dedup_by(|a, b| a.0 == b.0 && a.1 == b.1 && a.2 == b.2);
        let written = good.len() as u64;
        put_rates(tx, &file.name, good).await?;
        Ok(ChunkReport::of(written, rejects))
    }
}

fn rate(r: &Reader<'_>) -> Read<(String, String, i64, i64)> {
    let day = r.needed_day(DAY)?;
    r.needed(FROM)?;
    r.needed(INTO)?;
    // Six digits of a rate: the thousandths of a thousand times it.
    let text = r.needed(RATE)?;
    let millionths = match text.split_once(['.', ',']) {
        Some((whole, part)) if part.len() > 3 && part.bytes().all(|b| b.is_ascii_digit()) => {
            let six: String = part.chars().chain("000000".chars()).take(6).collect();
            whole.parse::<i64>().ok().zip(six.parse::<i64>().ok()).and_then(|(w, p)| w.checked_mul(1_000_000)?.checked_add(p))
        }
        _ => thousandths(text).and_then(|t| t.checked_mul(1_000)),
    };
    match millionths {
        Some(rate) if rate > 0 => Ok((r.currency(FROM, "")?, r.currency(INTO, "")?, day, rate)),
        _ => Err(reject(r.row.line, "import.rate", format!("“{text}” is no exchange rate."), "Write a number above 0, such as 1.0842.")),
    }
}
