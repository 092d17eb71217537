//! Keys of the company's files to ids.

use super::{COMPANY_ACCOUNT, COMPANY_PERSON};
use crate::identifiers::{EntityKind, owners};
use crate::{accounts, people};
use rounds_kernel::Result;
use rounds_store::Query;
use std::collections::HashMap;

/// Accounts by the company's key for them, whichever source named the account last.
pub async fn account_ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = accounts::ids(db, keys).await?;
    let others = rest(keys, &out);
    out.extend(owners(db, EntityKind::Account, COMPANY_ACCOUNT, &others).await?);
    Ok(out)
}

/// People by the company's key for them, whichever source named the person last.
pub async fn person_ids(db: &impl Query, keys: &[&str]) -> Result<HashMap<String, i64>> {
    let mut out = people::ids(db, keys).await?;
    let others = rest(keys, &out);
    out.extend(owners(db, EntityKind::Person, COMPANY_PERSON, &others).await?);
    Ok(out)
}

fn rest(keys: &[&str], known: &HashMap<String, i64>) -> Vec<String> {
    keys.iter().filter(|k| !known.contains_key(**k)).map(|k| (*k).to_owned()).collect()
}
