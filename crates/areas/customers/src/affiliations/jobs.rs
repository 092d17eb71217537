//! After an import was taken back: links follow from what is still said.

use super::model::LinkKind;
use super::store;
use rounds_kernel::Result;
use rounds_platform::imports::{Follows, Touched};
use rounds_store::Tx;
use std::collections::{BTreeMap, BTreeSet};

/// Links, as what follows from the sightings that an import leaves behind when it is taken back.
pub struct LinksFollow;

#[async_trait::async_trait]
impl Follows for LinksFollow {
    fn follows(&self, table: &str) -> bool {
        table == "affiliation"
    }

    async fn make_again(&self, tx: &mut Tx, rows: &[Touched]) -> Result<()> {
        let mut children: BTreeMap<LinkKind, BTreeSet<i64>> = BTreeMap::new();
        for t in rows.iter().filter(|t| matches!(t.table.as_str(), "affiliation" | "affiliation_sighting")) {
            let is = |column: &str, value: &str| t.row[column].as_str() == Some(value);
            let named = |k: &&LinkKind| is("child_kind", k.child()) && is("parent_kind", k.parent()) && is("relation", k.relation());
            if let (Some(kind), Some(child)) = (LinkKind::ALL.iter().find(named), t.row["child_id"].as_i64()) {
                children.entry(*kind).or_default().insert(child);
            }
        }
        for (kind, children) in children {
            let children: Vec<i64> = children.into_iter().collect();
            let changes = store::rebuild_untold(tx, kind, &children).await?;
            match kind {
                LinkKind::PersonAccount => crate::search::index_people(tx, &children).await?,
                LinkKind::AccountSystem => crate::search::index_systems(tx, &changes.parents.into_iter().collect::<Vec<_>>()).await?,
                _ => {}
            }
        }
        Ok(())
    }
}
