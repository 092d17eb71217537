//! Sending someone the page of their choices.

use super::super::model::{choices_path, words_of};
use super::reachable;
use crate::permissions::of_person;
use rounds_kernel::{Error, FactKind, NewFact, Permission, PersonId, Result};
use rounds_platform::mail::{Mail, enqueue};
use rounds_platform::setup;
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};

/// Sends the link because the person asked for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvitePerson {
    /// Who asked.
    pub person: PersonId,
}

impl Command for InvitePerson {
    const NAME: &'static str = "consent.invite_person";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let (who, email) = reachable(tx, self.person).await?;
        if of_person(tx, self.person).await?.do_not_contact() {
            return Err(Error::conflict(
                "consent.do_not_contact",
                "This person asked not to be contacted at all. Nothing was sent.",
                "Wait until they contact us.",
            ));
        }
        let words = words_of(&who.language);
        let link = setup::link(tx, &choices_path(&tx.keys, self.person, tx.now)?).await?;
        let text = format!("{}\n\n{link}\n", words.invite_text);
        enqueue(tx, Mail { to: email, subject: words.invite_subject.into(), text, ..Mail::default() }).await?;
        let body = serde_json::json!({ "text": "Was sent the page of their choices." });
        let fact = NewFact { person: Some(self.person), user: tx.actor.user, body, ..NewFact::new(FactKind::Permission, tx.now, "rounds") };
        tx.fact(fact).await
    }
}
