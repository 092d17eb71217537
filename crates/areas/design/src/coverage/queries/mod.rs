//! Reads of coverage.

mod shown;

pub(super) use shown::{
    AccountLine, AlignmentRow, OwnerCount, OwnerRegion, SORTS, accounts_list, alignment, alignments, business_units, owner_counts,
    owner_regions, uncovered_by_slot, uncovered_count, uncovered_list,
};

use super::CoverageLink;
use rounds_kernel::{AccountId, Day, Result, Role, UserId};
use rounds_store::{FromQueryResult, Query, args};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(FromQueryResult)]
struct LinkRow {
    account_id: i64,
    business_unit: String,
    role: String,
    owner_id: i64,
}

/// SQL condition on links that hold on the day given as the parameter numbered `place`.
pub(super) fn holds(alias: &str, place: usize) -> String {
    format!("{alias}.valid_from <= ${place} AND ({alias}.valid_to IS NULL OR {alias}.valid_to > ${place})")
}

/// All links that hold on `day`, by account: one query, made for planning. Roles of a newer release are left out.
pub async fn links(db: &impl Query, day: Day) -> Result<Vec<CoverageLink>> {
    let sql = format!(
        "SELECT c.account_id, c.business_unit, c.role, c.owner_id FROM coverage c WHERE {} ORDER BY c.account_id, c.id",
        holds("c", 1)
    );
    let rows = db.all::<LinkRow>(&sql, args![i64::from(day.0)]).await?;
    let mut units: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut out = Vec::with_capacity(rows.len());
    for r in rows {
        let Some(role) = Role::parse(&r.role) else { continue };
        let business_unit = match units.get(r.business_unit.as_str()) {
            Some(known) => known.clone(),
            None => {
                let fresh: Arc<str> = r.business_unit.into();
                units.insert(fresh.clone());
                fresh
            }
        };
        out.push(CoverageLink { account: AccountId(r.account_id), business_unit, role, owner: UserId(r.owner_id) });
    }
    Ok(out)
}

#[derive(FromQueryResult)]
struct OwnerRow {
    account_id: i64,
    owner_id: i64,
}

/// Owner of each account in one business unit and role on `day`.
pub(super) async fn owner_by_account(db: &impl Query, business_unit: &str, role: Role, day: Day) -> Result<BTreeMap<i64, i64>> {
    let sql = format!("SELECT c.account_id, c.owner_id FROM coverage c WHERE c.business_unit = $1 AND c.role = $2 AND {}", holds("c", 3));
    let rows = db.all::<OwnerRow>(&sql, args![business_unit, role.code(), i64::from(day.0)]).await?;
    Ok(rows.into_iter().map(|r| (r.account_id, r.owner_id)).collect())
}

/// Whom to call for what at an account.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Coverer {
    /// Business unit.
    pub business_unit: String,
    /// Role code in this coverage.
    pub role: String,
    /// User.
    pub owner_id: i64,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Telephone number; empty when none is known.
    pub phone: String,
    /// First day of this link.
    pub valid_from: i64,
    /// Alignment it comes from.
    pub alignment_id: i64,
}

/// Who covers `account` on `day`, by business unit and role.
pub async fn owners_of(db: &impl Query, account: AccountId, day: Day) -> Result<Vec<Coverer>> {
    let sql = format!(
        "SELECT c.business_unit, c.role, c.owner_id, u.name, u.email, u.phone, c.valid_from, c.alignment_id \
         FROM coverage c JOIN app_user u ON u.id = c.owner_id WHERE c.account_id = $2 AND {} ORDER BY c.business_unit, c.role, c.id",
        holds("c", 1)
    );
    db.all(&sql, args![i64::from(day.0), account.0]).await
}

/// User and account of every link that holds on `day`: the scope of that day.
pub(super) async fn pairs(db: &impl Query, day: Day) -> Result<Vec<(i64, i64)>> {
    let sql = format!("SELECT DISTINCT c.account_id, c.owner_id FROM coverage c WHERE {}", holds("c", 1));
    let rows = db.all::<OwnerRow>(&sql, args![i64::from(day.0)]).await?;
    Ok(rows.into_iter().map(|r| (r.owner_id, r.account_id)).collect())
}
