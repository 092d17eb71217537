//! Questions and answers.

use crate::identifiers::EntityKind;
use rounds_kernel::{AccountId, Actor, Day, Error, Result, SystemId};
use rounds_store::{FromQueryResult, Query};
use serde::{Deserialize, Serialize};

/// A question as stored.
#[derive(Debug, Clone, FromQueryResult, Serialize, Deserialize)]
pub struct Question {
    /// Id.
    pub id: i64,
    /// `system` or `account`.
    pub subject_kind: String,
    /// Care setting of the accounts it is asked of; empty for all.
    pub segment: String,
    /// The question.
    pub text: String,
    /// Choices, one a line; empty for an answer in words.
    pub options: String,
    /// Days after which an answer is old.
    pub fresh_days: i64,
    /// Place among the others.
    pub position: i64,
}

impl Question {
    /// Its choices.
    pub fn choices(&self) -> Vec<&str> {
        self.options.lines().map(str::trim).filter(|l| !l.is_empty()).collect()
    }
}

/// An answer as stored.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Answer {
    /// The question.
    pub question_id: i64,
    /// What was answered.
    pub value: String,
    /// Where it comes from: an interview, a tender, a web site.
    pub source: String,
    /// Day from which it holds.
    pub valid_from: i64,
    /// Day of the answer that took its place.
    pub valid_to: Option<i64>,
    /// Who wrote it down.
    pub who: Option<String>,
}

impl Answer {
    /// Whether it is older than its question allows.
    pub fn is_old(&self, question: &Question, today: Day) -> bool {
        i64::from(today.0) - self.valid_from > question.fresh_days
    }
}

/// How complete a profile is: answered and fresh, answered but old, asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Completeness {
    /// Answers that are fresh.
    pub fresh: i64,
    /// Answers that are old.
    pub old: i64,
    /// Questions asked.
    pub asked: i64,
}

impl Completeness {
    /// Of these questions and current answers.
    pub fn of(questions: &[Question], answers: &[Answer], today: Day) -> Self {
        let mut all = Self { asked: questions.len() as i64, ..Self::default() };
        for q in questions {
            match answers.iter().find(|a| a.question_id == q.id && a.valid_to.is_none()) {
                Some(a) if a.is_old(q, today) => all.old += 1,
                Some(_) => all.fresh += 1,
                None => {}
            }
        }
        all
    }

    /// Percent answered and fresh.
    pub fn percent(self) -> i64 {
        if self.asked == 0 { 0 } else { self.fresh * 100 / self.asked }
    }
}

/// Whose profile it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whose {
    /// A system if true, an account otherwise.
    pub system: bool,
    /// Its id.
    pub id: i64,
}

impl Whose {
    /// From the parts of an address.
    ///
    /// # Errors
    /// `record.not_found` for another kind.
    pub fn parse(kind: &str, id: i64) -> Result<Self> {
        match kind {
            "systems" | "system" => Ok(Self { system: true, id }),
            "accounts" | "account" => Ok(Self { system: false, id }),
            _ => Err(Error::not_found("profile")),
        }
    }

    /// As stored.
    pub fn kind(self) -> &'static str {
        if self.system { EntityKind::System.code() } else { EntityKind::Account.code() }
    }

    /// First part of its address.
    pub fn path(self) -> &'static str {
        if self.system { "systems" } else { "accounts" }
    }

    /// # Errors
    /// `record.not_found` when it is not there or outside the actor's scope.
    pub async fn see(self, db: &impl Query, actor: &Actor) -> Result<()> {
        if self.system {
            crate::scope::see_system(db, actor, SystemId(self.id)).await
        } else {
            crate::scope::see_account(db, actor, AccountId(self.id)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_answers_do_not_complete_a_profile() {
        let q = |id, fresh_days| Question {
            id,
            subject_kind: "system".into(),
            segment: String::new(),
            text: "?".into(),
            options: "a\nb\n".into(),
            fresh_days,
            position: id,
        };
        let a = |question_id, valid_from, valid_to| Answer {
            question_id,
            value: "a".into(),
            source: String::new(),
            valid_from,
            valid_to,
            who: None,
        };
        let all = Completeness::of(
            &[q(1, 365), q(2, 365), q(3, 30), q(4, 365)],
            &[a(1, 900, None), a(3, 900, None), a(4, 100, Some(200))],
            Day(1_000),
        );
        assert_eq!((all.fresh, all.old, all.asked, all.percent()), (1, 1, 4, 25));
        assert_eq!(q(1, 1).choices(), ["a", "b"]);
    }
}
