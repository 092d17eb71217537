//! Filling an alignment: whole states or referral regions to the owners of a role, balanced by workload.

use super::super::inputs::propose;
use super::super::store::{NewAlignment, NewLink, close_all, insert_alignment, insert_links, later};
use super::super::{FillBy, FillPlan};
use super::refresh::refresh;
use rounds_kernel::{AlignmentId, Day, Error, Permission, Result, Role};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};

/// Gives every account to one owner in this business unit and role from a day on, and ends what held before.
///
/// The same record gives the same coverage; use [`propose`] to see it first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FillAlignment {
    /// Name, e.g. "Ortho field 2026".
    pub name: String,
    /// Business unit as in the product list.
    pub business_unit: String,
    /// Role of the owners; all active users with it take part.
    pub role: Role,
    /// Which regions stay whole.
    pub by: FillBy,
    /// First day.
    pub effective_from: Day,
}

/// What a fill did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// The new alignment.
    pub alignment: AlignmentId,
    /// Links that were ended.
    pub closed: u64,
    /// What was applied.
    pub plan: FillPlan,
}

impl Command for FillAlignment {
    const NAME: &'static str = "design.fill_alignment";
    const PERMISSION: Permission = Permission::WriteDesign;
    type Out = Filled;

    async fn run(mut self, tx: &mut Tx) -> Result<Filled> {
        self.name = self.name.trim().to_owned();
        self.business_unit = self.business_unit.trim().to_owned();
        let plan = propose(tx, &self).await?;
        if let Some((name, day)) = later(tx, &self.business_unit, self.role, self.effective_from).await? {
            return Err(Error::conflict(
                "design.overlap",
                format!(
                    "“{name}” already covers {} for {} from {day}, which would overlap. Nothing was changed.",
                    self.business_unit,
                    self.role.label().to_lowercase()
                ),
                format!("Choose {day} or a later day."),
            ));
        }
        let closed = close_all(tx, &self.business_unit, self.role, self.effective_from).await?;
        let new = NewAlignment {
            name: &self.name,
            business_unit: &self.business_unit,
            role: self.role,
            filled_by: self.by.code(),
            effective_from: self.effective_from,
        };
        let alignment = insert_alignment(tx, &new).await?;
        insert_links(tx, links(&self, alignment, &plan)).await?;
        if self.effective_from <= tx.now.day() {
            refresh(tx).await?;
        }
        tx.note(format!("{} accounts to {} owners, {} moved", plan.accounts(), plan.shares.len(), plan.moved));
        Ok(Filled { alignment, closed, plan })
    }
}

fn links(fill: &FillAlignment, alignment: AlignmentId, plan: &FillPlan) -> Vec<NewLink> {
    let from = i64::from(fill.effective_from.0);
    let of_share = |s: &'_ super::super::OwnerShare| {
        let owner = s.owner.0;
        s.regions.iter().flat_map(|r| r.accounts.clone()).map(move |account| (owner, account)).collect::<Vec<_>>()
    };
    plan.shares
        .iter()
        .flat_map(of_share)
        .map(|(owner, account)| NewLink {
            alignment,
            account,
            business_unit: fill.business_unit.clone(),
            role: fill.role,
            owner,
            from,
            to: None,
        })
        .collect()
}
