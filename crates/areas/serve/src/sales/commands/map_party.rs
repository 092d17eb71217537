//! Mapping a party by hand; its sales then stand on the account's timeline.

use super::told::{facts, untold};
use crate::sales::store::lines::of_party;
use rounds_customers::parties::{self, Links};
use rounds_customers::scope;
use rounds_kernel::{AccountId, Error, Permission, Result};
use rounds_store::{Command, Tx};
use serde::Serialize;

/// Lets a party stand for an account from a day on.
#[derive(Debug, Serialize)]
pub(in crate::sales) struct MapParty {
    pub party: i64,
    pub account: i64,
    pub from: i64,
}

impl Command for MapParty {
    const NAME: &'static str = "serve.map_party";
    const PERMISSION: Permission = Permission::Steward;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let actor = tx.actor.clone();
        scope::see_account(tx, &actor, AccountId(self.account)).await?;
        if parties::get(tx, self.party).await?.is_none() {
            return Err(Error::not_found("party"));
        }
        parties::map(tx, self.party, self.account, self.from, "hand").await?;
        tell(tx, &[self.party]).await
    }
}

/// Ends the link that holds on a day.
#[derive(Debug, Serialize)]
pub(in crate::sales) struct EndLink {
    pub party: i64,
    pub day: i64,
}

impl Command for EndLink {
    const NAME: &'static str = "serve.end_party_link";
    const PERMISSION: Permission = Permission::Steward;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        parties::end(tx, self.party, self.day).await
    }
}

/// Tries all unmapped parties again.
#[derive(Debug, Serialize)]
pub(in crate::sales) struct MatchAgain;

impl Command for MatchAgain {
    const NAME: &'static str = "serve.match_parties";
    const PERMISSION: Permission = Permission::Steward;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        let done = parties::match_again(tx).await?;
        tx.note(format!("{} parties mapped", done.len()));
        tell(tx, &done).await?;
        Ok(done.len() as u64)
    }
}

/// Lines told in one go.
const TOLD: usize = 1_000;

/// Tells the sales of these parties on their accounts' timelines. A document that was told already stays as it was told.
async fn tell(tx: &mut Tx, parties: &[i64]) -> Result<()> {
    for party in parties {
        let links = Links::load(tx, &[*party]).await?;
        let mut after = 0;
        loop {
            let mut lines = of_party(tx, *party, after, TOLD).await?;
            if lines.len() == TOLD
                && let Some(last) = lines.last().map(|l| l.doc_no.clone())
                && lines[0].doc_no != last
            {
                // The last document may go on: it comes with the next page.
                lines.retain(|l| l.doc_no != last);
            }
            let Some(last) = lines.iter().map(|l| l.id).max() else { break };
            after = last;
            let new = untold(tx, lines).await?;
            let told = facts(tx, &new, &[], &links).await?;
            tx.facts(told).await?;
        }
    }
    if !parties.is_empty() {
        tx.publish("sales", serde_json::json!({ "mapped": parties.len() })).await?;
    }
    Ok(())
}
