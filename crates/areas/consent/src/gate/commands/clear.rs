//! Taking a contact on.

use super::super::store::{find_open, insert, known, lock_person, release};
use super::super::{Clearance, Holding, LimitBook, PersonState, Request, judge};
use crate::country_rules::Rules;
use rounds_kernel::{Permission, Result};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};

/// Clears one contact without a plan: a rep about to call someone of their own accord.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClearContact(pub Request);

impl Command for ClearContact {
    const NAME: &'static str = "consent.clear_contact";
    const PERMISSION: Permission = Permission::WorkQueue;
    type Out = Clearance;

    async fn run(self, tx: &mut Tx) -> Result<Clearance> {
        clear(tx, self.0).await
    }
}

/// Clears a contact within the caller's transaction; asking again for the same action in the same week returns the first clearance.
///
/// # Errors
/// Conflicts with the gate's codes: `consent.do_not_contact`, `consent.channel_denied`, `consent.purpose_denied`,
/// `consent.needs_grant`, `consent.tender_quiet`, `consent.no_visits`, `consent.group_only`, `consent.appointment_only`, `consent.credential_needed`,
/// `consent.visiting_hours`, `consent.week_full`, `consent.channel_full`, `consent.month_full`, `consent.too_soon`,
/// `consent.calling_hours`, `consent.not_at_account`; `record.not_found` outside the actor's scope.
pub async fn clear(tx: &mut Tx, request: Request) -> Result<Clearance> {
    lock_person(tx, request.person).await?;
    if request.action_id.is_some()
        && let Some(open) = find_open(tx, &request).await?
    {
        return Ok(open);
    }
    let limits = LimitBook::load(tx).await?;
    let known = known(tx, &request).await?;
    let rules = Rules::load(tx, tx.now.day()).await?;
    let state = PersonState {
        reach: known.reach,
        rule: rules.of(&known.country),
        access: known.access.as_ref(),
        expects_us: known.expects_us,
        local: known.local,
        quiet: known.quiet.as_ref(),
        held: &known.held,
    };
    judge(&state, &request, limits.of(&known.country))?;
    // A clearance of the same action for another week or channel is replaced.
    if let Some(action) = request.action_id {
        release(tx, Holding::Action(action)).await?;
    }
    insert(tx, &request).await
}
