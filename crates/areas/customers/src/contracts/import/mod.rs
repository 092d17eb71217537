//! Files of contracts: heads, facilities, terms, tenders.

mod contracts;
mod facilities;
mod tenders;
mod terms;

use rounds_kernel::Result;
use rounds_platform::imports::Importer;
use rounds_store::{Query, Tx};

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(contracts::Contracts), Box::new(facilities::Facilities), Box::new(terms::Terms), Box::new(tenders::Tenders)]
}

/// How many rows of `table` hang on the parents `ids`: counted before and after a write, it tells how many are new.
async fn rows_of(tx: &Tx, table: &str, parent: &str, ids: &[i64]) -> Result<u64> {
    let mut count = 0;
    for chunk in ids.chunks(1_000) {
        let list = chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        count += tx.number(&format!("SELECT COUNT(*) FROM {table} WHERE {parent} IN ({list})"), vec![]).await?.unsigned_abs();
    }
    Ok(count)
}
