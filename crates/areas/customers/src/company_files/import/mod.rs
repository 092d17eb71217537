//! One kind of file a file here, and the words that companies use for kinds of places and people.

mod accounts;
mod people;
mod words;

use rounds_kernel::Result;
use rounds_platform::imports::{Importer, Touched};
use rounds_store::Tx;

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(accounts::Accounts), Box::new(people::People)]
}

/// Brings the search index in step after rows were taken back.
async fn index_again(tx: &mut Tx, rows: &[Touched]) -> Result<()> {
    let of = |table: &str| rows.iter().filter(|r| r.table == table).map(|r| r.id).collect::<Vec<_>>();
    crate::search::index_systems(tx, &of("health_system")).await?;
    crate::search::index_accounts(tx, &of("account")).await?;
    crate::search::index_people(tx, &of("person")).await
}
