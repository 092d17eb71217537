//! Answers to a questionnaire.

use super::super::model::Whose;
use super::super::store;
use rounds_kernel::{AccountId, Day, Error, FactKind, NewFact, Permission, Result, SystemId};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

const LONGEST: usize = 1_000;

/// Answers questions of one record. An answer equal to the present one, and not older, confirms it as of the day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerProfile {
    /// `system` or `account`.
    pub kind: String,
    /// Its id.
    pub id: i64,
    /// Question and answer; an empty answer leaves the question as it is.
    pub answers: Vec<(i64, String)>,
    /// Where they come from.
    pub source: String,
    /// The day on which they were given.
    pub on: Day,
}

impl Command for AnswerProfile {
    const NAME: &'static str = "customers.answer_profile";
    const PERMISSION: Permission = Permission::WriteProfile;
    type Out = u64;

    async fn run(self, tx: &mut Tx) -> Result<u64> {
        let whose = Whose::parse(&self.kind, self.id)?;
        whose.see(tx, &tx.actor).await?;
        if self.on > tx.now.day() {
            let cause = format!("The answers are dated {}, which is still to come. Nothing was changed.", self.on);
            return Err(Error::invalid("profile.future", cause, "Give the day on which they were given."));
        }
        let (questions, held) = (store::questions(tx, whose).await?, store::answers(tx, whose).await?);
        let (mut said, mut typed) = (Vec::new(), false);
        for (id, value) in self.answers.iter().map(|(q, v)| (*q, v.trim())).filter(|(_, v)| !v.is_empty()) {
            let question = questions.iter().find(|q| q.id == id).ok_or_else(|| Error::not_found("question"))?;
            if value.chars().count() > LONGEST {
                return Err(Error::invalid(
                    "profile.long",
                    "An answer is longer than 1,000 characters. Nothing was changed.",
                    "Shorten it.",
                ));
            }
            if !question.options.is_empty() && !question.choices().contains(&value) {
                let cause = format!("“{value}” is not among the answers to “{}”. Nothing was changed.", question.text);
                return Err(Error::invalid("profile.choice", cause, "Choose one of the answers on the page."));
            }
            let day = i64::from(self.on.0);
            if held.iter().any(|a| a.question_id == id && a.valid_to.is_none() && a.valid_from > day) {
                let cause = format!("“{}” has an answer of a later day. Nothing was changed.", question.text);
                return Err(Error::conflict("profile.later", cause, "Give a later day, or leave that answer as it is."));
            }
            keep(tx, whose, id, value, self.source.trim(), day).await?;
            said.push(format!("{} {value}", question.text));
            typed |= question.options.is_empty();
        }
        if !said.is_empty() {
            let (account, system) = if whose.system { (None, Some(SystemId(whose.id))) } else { (Some(AccountId(whose.id)), None) };
            let text = said.join("; ");
            // What was chosen from a list is no one's own words.
            let note = if typed { text.as_str() } else { "" };
            crate::screening::heard(tx, note).await?;
            let body = serde_json::json!({ "text": text, "note": note, "source": self.source.trim() });
            tx.fact(NewFact { account, system, user: tx.actor.user, body, ..NewFact::new(FactKind::Profile, tx.now, "rounds") }).await?;
        }
        Ok(said.len() as u64)
    }
}

async fn keep(tx: &mut Tx, whose: Whose, question: i64, value: &str, source: &str, day: i64) -> Result<()> {
    let (now, user) = (tx.now.0, tx.actor.user.map(|u| u.0));
    tx.execute(
        "UPDATE profile_answer SET valid_to = $4 WHERE subject_kind = $1 AND subject_id = $2 AND question_id = $3 AND valid_to IS NULL",
        args![whose.kind(), whose.id, question, day],
    )
    .await?;
    let columns = ["subject_kind", "subject_id", "question_id", "value", "source", "valid_from", "user_id", "written_at"];
    tx.insert("profile_answer", &columns, args![whose.kind(), whose.id, question, value, source, day, user, now]).await.map(|_| ())
}
