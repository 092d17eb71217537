//! What a person said about how they like to be met.

use super::super::store::{ANY_TASK, NewWeight, set_hours, set_language, write};
use super::super::{Origin, Task};
use rounds_customers::scope::see_person;
use rounds_kernel::{Channel, Error, Permission, PersonId, Result};
use rounds_store::{Command, Tx};
use serde::{Deserialize, Serialize};

/// Writes down one statement; language and hours come along where they were said.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StatePreference {
    /// Who.
    pub person: PersonId,
    /// Channel and how gladly, 0 to 1.
    pub channel: Option<(Channel, f64)>,
    /// For which task; `None` for every one.
    pub task: Option<Task>,
    /// Two letters.
    pub language: Option<String>,
    /// Gladly from and until, minutes of their day.
    pub hours: Option<(Option<u16>, Option<u16>)>,
}

impl Command for StatePreference {
    const NAME: &'static str = "consent.state_preference";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        see_person(tx, &tx.actor, self.person).await?;
        let no = |cause: &str| Error::invalid("consent.preference", format!("{cause} Nothing was changed."), "Correct it and save again.");
        if let Some((channel, weight)) = self.channel {
            if !(0.0..=1.0).contains(&weight) {
                return Err(no("How gladly is a share between 0 and 1."));
            }
            let task = self.task.map_or(ANY_TASK, Task::code);
            let row = NewWeight { person: self.person.0, channel: channel.code(), task, origin: Origin::Stated, weight };
            write(tx, "stated", vec![row]).await?;
        }
        if let Some(language) = &self.language {
            if language.len() != 2 || !language.bytes().all(|b| b.is_ascii_lowercase()) {
                return Err(no("A language is written with its two letters."));
            }
            set_language(tx, self.person, language).await?;
        }
        if let Some((from, to)) = self.hours {
            if from.is_some_and(|f| f >= to.unwrap_or(1_440)) || to.is_some_and(|t| t > 1_440) {
                return Err(no("The hours end before they begin."));
            }
            set_hours(tx, self.person, from, to).await?;
        }
        Ok(())
    }
}
