//! Ties between people.

use super::super::model::Tie;
use super::super::store;
use rounds_kernel::{Error, Permission, PersonId, Result};
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Ties two people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinkPeople {
    /// First person.
    pub from: i64,
    /// Second person.
    pub to: i64,
    /// Code of [`Tie`].
    pub tie: String,
}

impl Command for LinkPeople {
    const NAME: &'static str = "customers.link_people";
    const PERMISSION: Permission = Permission::WriteProfile;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let refuse = |cause: &str, remedy: &str| Err(Error::invalid("stakeholder.tie", format!("{cause} Nothing was changed."), remedy));
        let Some(tie) = Tie::parse(&self.tie) else { return refuse("That is no tie between people.", "Choose one of the list.") };
        if self.from == self.to {
            return refuse("A person has no tie to themselves.", "Choose two people.");
        }
        for person in [self.from, self.to] {
            crate::scope::see_person(tx, &tx.actor, PersonId(person)).await?;
        }
        let held = "SELECT COUNT(*) FROM acquaintance WHERE from_id = $1 AND to_id = $2 AND tie = $3 AND valid_to IS NULL";
        if tx.number(held, args![self.from, self.to, tie.code()]).await? > 0 {
            return refuse("They are tied so already.", "Nothing needs to be done.");
        }
        if tie == Tie::ReportsTo && above(tx, self.to, self.from).await? {
            return refuse("The second reports to the first already, directly or through others.", "End that tie first.");
        }
        let (now, day, user) = (tx.now.0, i64::from(tx.now.day().0), tx.actor.user.map(|u| u.0));
        tx.insert(
            "acquaintance",
            &["from_id", "to_id", "tie", "valid_from", "user_id", "written_at"],
            args![self.from, self.to, tie.code(), day, user, now],
        )
        .await
    }
}

/// Whether `boss` stands above `person` along the reporting lines.
async fn above(tx: &Tx, person: i64, boss: i64) -> Result<bool> {
    let sql = "WITH RECURSIVE up (id) AS (SELECT to_id FROM acquaintance WHERE from_id = $1 AND tie = 'reports_to' AND valid_to IS NULL \
         UNION SELECT a.to_id FROM acquaintance a JOIN up ON up.id = a.from_id WHERE a.tie = 'reports_to' AND a.valid_to IS NULL) \
         SELECT COUNT(*) FROM up WHERE id = $2";
    Ok(tx.number(sql, args![person, boss]).await? > 0)
}

/// Ends a tie.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndLink {
    /// The tie.
    pub link: i64,
}

impl Command for EndLink {
    const NAME: &'static str = "customers.end_link";
    const PERMISSION: Permission = Permission::WriteProfile;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let of = store::tie_of(tx, self.link).await?.ok_or_else(|| Error::not_found("tie"))?;
        for person in [of.from_id, of.to_id] {
            crate::scope::see_person(tx, &tx.actor, PersonId(person)).await?;
        }
        let day = i64::from(tx.now.day().0);
        tx.execute("UPDATE acquaintance SET valid_to = $2 WHERE id = $1", args![self.link, day]).await.map(|_| ())
    }
}
