//! One kind of file a file here, and the words that companies use for kinds of places and people.

mod accounts;
mod parents;
mod people;
mod words;

use crate::identifiers::EntityKind;
use rounds_kernel::Result;
use rounds_platform::imports::{Importer, Touched};
use rounds_store::Tx;
use rounds_store::search::{DocKind, remove};

/// Importers of this capability.
pub fn importers() -> Vec<Box<dyn Importer>> {
    vec![Box::new(accounts::Accounts), Box::new(people::People)]
}

/// Brings the search index in step after rows were taken back: what is gone is no longer found, what is back is found again.
pub(crate) async fn index_again(tx: &mut Tx, rows: &[Touched]) -> Result<()> {
    let of = |table: &str| rows.iter().filter(|r| r.table == table).map(|r| r.id).collect::<Vec<_>>();
    let (systems, accounts, people) = (of("health_system"), of("account"), of("person"));
    for (kind, ids) in [(DocKind::System, &systems), (DocKind::Account, &accounts), (DocKind::Person, &people)] {
        remove(tx, kind, ids).await?;
    }
    crate::search::index_systems(tx, &systems).await?;
    crate::search::index_accounts(tx, &accounts).await?;
    crate::search::index_people(tx, &people).await?;
    for (kind, ids) in [(EntityKind::System, &systems), (EntityKind::Account, &accounts), (EntityKind::Person, &people)] {
        crate::changes::tell(tx, kind, ids).await?;
    }
    Ok(())
}
