//! Asking someone to confirm a yes from their own mailbox.

use super::super::model::{confirm_path, words_of};
use super::reachable;
use crate::permissions::{Aim, of_person};
use crate::wordings;
use rounds_kernel::{Channel, Error, FactKind, NewFact, Permission, PersonId, Result};
use rounds_platform::mail::{Mail, enqueue};
use rounds_platform::setup;
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// So often may one person be asked in a week: a mail that asks is outreach too.
const MOST_A_WEEK: i64 = 2;

/// Sends the mail with the link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestConfirmation {
    /// Who said yes.
    pub person: PersonId,
    /// Written channels only: e-mail or webinar invitations.
    pub channel: Channel,
    /// What for; empty for every purpose.
    pub aims: Vec<Aim>,
}

impl Command for RequestConfirmation {
    const NAME: &'static str = "consent.request_confirmation";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        if !matches!(self.channel, Channel::Email | Channel::Webinar) {
            return Err(Error::invalid(
                "consent.channel",
                "A yes is confirmed by e-mail for e-mail only. Nothing was sent.",
                "Choose e-mail or webinar invitations.",
            ));
        }
        let (who, email) = reachable(tx, self.person).await?;
        if of_person(tx, self.person).await?.do_not_contact() {
            return Err(Error::conflict(
                "consent.do_not_contact",
                "This person asked not to be contacted at all. Nothing was sent.",
                "Wait until they contact us.",
            ));
        }
        let since = tx.now.plus_days(-7).0;
        let asked =
            tx.number("SELECT COUNT(*) FROM confirmation WHERE person_id = $1 AND requested_at > $2", args![self.person.0, since]).await?;
        if asked >= MOST_A_WEEK {
            return Err(Error::conflict(
                "consent.asked_enough",
                "They were asked twice this week already. Nothing was sent.",
                "Give them time.",
            ));
        }
        let words = words_of(&who.language);
        let one = if let [aim] = self.aims.as_slice() { Some(*aim) } else { None };
        let wording = wordings::latest(tx, self.channel, one, words.language).await?;
        let said = wording.as_ref().map_or_else(|| plain(words, self.channel, &self.aims), |w| w.text.clone());
        let purposes: Vec<&str> = self.aims.iter().map(|a| a.code()).collect();
        const INTO: &[&str] = &["person_id", "channel", "purposes", "wording_id", "words", "email", "requested_by", "requested_at"];
        let (by, now) = (tx.actor.user.map(|u| u.0), tx.now.0);
        let row =
            args![self.person.0, self.channel.code(), purposes.join(" "), wording.map(|w| w.id), said.clone(), email.clone(), by, now];
        let id = tx.insert("confirmation", INTO, row).await?;
        let link = setup::link(tx, &confirm_path(&tx.keys, id, tx.now)?).await?;
        let text = format!("{}\n\n{link}\n\n{said}\n", words.mail_text);
        enqueue(tx, Mail { to: email, subject: words.mail_subject.into(), text, ..Mail::default() }).await?;
        let body = serde_json::json!({ "channel": self.channel.code(), "text": "Asked to confirm their yes by e-mail." });
        let fact = NewFact { person: Some(self.person), user: tx.actor.user, body, ..NewFact::new(FactKind::Permission, tx.now, "rounds") };
        tx.fact(fact).await?;
        Ok(id)
    }
}

/// The words where nobody has written any.
fn plain(words: &super::super::model::Words, channel: Channel, aims: &[Aim]) -> String {
    let what: Vec<&str> = aims.iter().map(|a| words.aim(*a)).collect();
    if what.is_empty() { words.channel(channel).to_owned() } else { format!("{}: {}", words.channel(channel), what.join(", ")) }
}
