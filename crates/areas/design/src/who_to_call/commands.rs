//! Changing topics and exceptions.

use rounds_kernel::{AccountId, Error, Permission, Result, Role};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

const LONGEST: usize = 120;

fn checked(texts: [&str; 4]) -> Result<()> {
    let bad = |cause: &str| Err(Error::invalid("who_to_call.text", format!("{cause} Nothing was changed."), "Correct it and save again."));
    if texts.iter().any(|t| t.chars().count() > LONGEST || t.contains(char::is_control)) {
        return bad("A text is longer than 120 characters or holds more than one line.");
    }
    let [_, _, phone, email] = texts;
    if phone.chars().any(|c| !(c.is_ascii_digit() || " +()-./".contains(c))) {
        return bad("The telephone number holds something else than digits, blanks and + ( ) - . /.");
    }
    if !email.is_empty() && (email.matches('@').count() != 1 || email.contains(char::is_whitespace)) {
        return bad("That is no e-mail address.");
    }
    Ok(())
}

/// Adds or changes a topic, or takes it off the card.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SetTopic {
    /// 0 for a new one.
    pub id: i64,
    /// Words; empty takes the topic off the card.
    pub topic: String,
    /// Code of a role, or empty.
    pub role: String,
    /// Name of the line that answers when nobody has the role.
    pub line: String,
    /// Its telephone number.
    pub phone: String,
    /// Its e-mail address.
    pub email: String,
}

impl Command for SetTopic {
    const NAME: &'static str = "design.set_call_topic";
    const PERMISSION: Permission = Permission::WriteDesign;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let (topic, line, phone, email) = (self.topic.trim(), self.line.trim(), self.phone.trim(), self.email.trim());
        checked([topic, line, phone, email])?;
        if !self.role.is_empty() && Role::parse(&self.role).is_none() {
            return Err(Error::invalid("who_to_call.role", "There is no such role. Nothing was changed.", "Choose one of the list."));
        }
        if self.id == 0 {
            if topic.is_empty() {
                return Err(Error::invalid(
                    "who_to_call.topic",
                    "A topic needs its words. Nothing was changed.",
                    "Write what people call about.",
                ));
            }
            let columns = ["topic", "role", "line", "phone", "email", "position"];
            return tx.insert("call_topic", &columns, args![topic, self.role, line, phone, email, 1_000i64]).await.map(|_| ());
        }
        let retired = topic.is_empty().then_some(tx.now.0);
        let sql = "UPDATE call_topic SET topic = CASE WHEN $2 = '' THEN topic ELSE $2 END, role = $3, line = $4, phone = $5, email = $6, retired_at = $7 WHERE id = $1";
        let done = tx.execute(sql, args![self.id, topic, self.role, line, phone, email, retired]).await?;
        if done == 0 { Err(Error::not_found("topic")) } else { Ok(()) }
    }
}

/// Says who answers which topics at one account in place of the usual; replaces what was said before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetExceptions {
    /// The account.
    pub account: i64,
    /// Topic, name, telephone number, e-mail address.
    pub who: Vec<(i64, String, String, String)>,
}

impl Command for SetExceptions {
    const NAME: &'static str = "design.set_call_exceptions";
    const PERMISSION: Permission = Permission::WriteProfile;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        rounds_customers::scope::see_account(tx, &tx.actor, AccountId(self.account)).await?;
        let topics: Vec<i64> = super::store::topics(tx).await?.into_iter().map(|t| t.id).collect();
        tx.execute("DELETE FROM call_exception WHERE account_id = $1", args![self.account]).await?;
        let mut rows = Vec::new();
        for (topic, name, phone, email) in &self.who {
            let (name, phone, email) = (name.trim(), phone.trim(), email.trim());
            if name.is_empty() {
                continue;
            }
            checked(["", name, phone, email])?;
            if !topics.contains(topic) {
                return Err(Error::not_found("topic"));
            }
            rows.push(args![self.account, *topic, name, phone, email]);
        }
        tx.insert_many("call_exception", &["account_id", "topic_id", "name", "phone", "email"], rows, "").await.map(|_| ())
    }
}
