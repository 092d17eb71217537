//! What a person chose for themselves.

use super::super::store::addressee;
use crate::permissions::{Aim, LegalBasis, RecordPermission, State, Terms, of_person};
use crate::preferences::set_language;
use rounds_kernel::{Channel, Error, Permission, PersonId, Result};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::choices) struct Answer {
    /// `None`: no contact at all.
    pub channel: Option<Channel>,
    pub aim: Option<Aim>,
    pub state: State,
}

/// Writes down what differs from what stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::choices) struct Choose {
    pub person: PersonId,
    pub answers: Vec<Answer>,
    pub language: Option<String>,
    /// Which link it came by.
    pub by: String,
    /// The address it came from, as proof.
    pub from: String,
}

impl Command for Choose {
    const NAME: &'static str = "consent.choose";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        if addressee(tx, self.person).await?.is_none() {
            return Err(Error::not_found("record"));
        }
        let mut changed = 0;
        for a in &self.answers {
            let stands = of_person(tx, self.person).await?;
            let same = match a.channel {
                None => stands.do_not_contact() == (a.state == State::Denied),
                Some(c) => stands.said(c, a.aim) == a.state,
            };
            if same {
                continue;
            }
            let terms = Terms {
                aim: a.aim,
                legal: (a.state == State::Granted).then_some(LegalBasis::Consent),
                evidence: format!("{} from {}", tx.now.rfc3339(), self.from),
                ..Terms::default()
            };
            let answer = RecordPermission {
                person: self.person,
                channel: a.channel,
                state: a.state,
                basis: self.by.clone(),
                note: String::new(),
                terms,
            };
            answer.run(tx).await?;
            changed += 1;
        }
        if let Some(language) = &self.language {
            set_language(tx, self.person, language).await?;
        }
        Ok(changed)
    }
}
