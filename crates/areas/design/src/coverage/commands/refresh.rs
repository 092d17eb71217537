//! Bringing everybody's scope in step with the links of the day.

use super::super::jobs;
use super::super::queries::pairs;
use rounds_kernel::{Permission, Result};
use rounds_platform::scope;
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};

/// Sets scope to the links that hold today. To be run once a day, because links begin and end on dates, and after bulk changes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RefreshScope {}

impl Command for RefreshScope {
    const NAME: &'static str = "design.refresh_scope";
    const PERMISSION: Permission = Permission::WriteDesign;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        refresh(tx).await
    }
}

/// The same within another command's transaction; says how many pairs of user and account there are. Search follows in a job.
pub(in crate::coverage) async fn refresh(tx: &mut Tx) -> Result<u64> {
    let mut pairs = pairs(tx, tx.now.day()).await?;
    pairs.extend(rounds_customers::scope::granted(tx, None).await?);
    let count = pairs.len() as u64;
    scope::rebuild(tx, pairs).await?;
    jobs::ask(tx).await?;
    Ok(count)
}
