//! Writing down how someone may be visited.

use super::super::{AccessRule, Subject};
use rounds_customers::scope::{see_account, see_person};
use rounds_kernel::{AccountId, Day, Error, FactKind, NewFact, Permission, PersonId, Result, Time};
use rounds_store::{Command, Tx, args};
use serde::{Deserialize, Serialize};

/// Whom a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// One person.
    Person(PersonId),
    /// A department at a site.
    Department(AccountId, String),
    /// A site.
    Account(AccountId),
    /// A country, two letters; needs the right to change the record.
    Country(String),
}

/// Sets the rule from a day on; the rule before ends on that day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetAccess {
    /// Whom it is about.
    pub target: Target,
    /// What is asked.
    pub rule: AccessRule,
    /// Not before this minute of the day.
    pub from_minute: Option<u16>,
    /// Not from this minute on.
    pub to_minute: Option<u16>,
    /// In force from.
    pub since: Day,
    /// Where it comes from.
    pub source: String,
    /// Anything to add.
    pub note: String,
}

impl Command for SetAccess {
    const NAME: &'static str = "consent.set_access";
    const PERMISSION: Permission = Permission::WritePermission;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        match &self.target {
            Target::Person(p) => see_person(tx, &tx.actor, *p).await?,
            Target::Department(a, _) | Target::Account(a) => see_account(tx, &tx.actor, *a).await?,
            Target::Country(_) => tx.actor.require(Permission::WriteRecord)?,
        }
        let id = write(tx, &self).await?;
        let (account, person) = match &self.target {
            Target::Person(p) => (None, Some(*p)),
            Target::Department(a, _) | Target::Account(a) => (Some(*a), None),
            Target::Country(_) => return Ok(id),
        };
        let text = format!("Access: {} ({}).", self.rule.label(), self.source.trim());
        let body = serde_json::json!({ "rule": self.rule.code(), "text": text, "note": self.note.trim() });
        rounds_customers::screening::heard(tx, &self.note).await?;
        let fact = NewFact { account, person, user: tx.actor.user, body, ..NewFact::new(FactKind::Permission, tx.now, "rounds") };
        tx.fact(fact).await?;
        Ok(id)
    }
}

fn check(c: &SetAccess) -> Result<()> {
    let no = |cause: &str| Err(Error::invalid("consent.access", format!("{cause} Nothing was changed."), "Correct it and save again."));
    if c.source.trim().is_empty() || c.source.chars().count() > 200 || c.note.chars().count() > 1_000 {
        return no("The source is empty, or a text is too long.");
    }
    if c.from_minute.is_some_and(|f| f >= c.to_minute.unwrap_or(1_440)) || c.to_minute.is_some_and(|t| t > 1_440) {
        return no("The hours end before they begin.");
    }
    if c.rule == AccessRule::Hours && c.from_minute.is_none() && c.to_minute.is_none() {
        return no("“Certain hours only” needs its hours.");
    }
    match &c.target {
        Target::Country(code) if !rounds_kernel::Country::is_code(code) => no("A country is written with its two letters."),
        Target::Department(_, d) if d.trim().is_empty() || d.chars().count() > 200 => no("The department is empty or too long."),
        _ => Ok(()),
    }
}

/// Ends the rule that holds and adds the new one.
pub(in super::super) async fn write(tx: &mut Tx, c: &SetAccess) -> Result<i64> {
    check(c)?;
    let (subject, person, account, department, country) = match &c.target {
        Target::Person(p) => (Subject::Person, Some(p.0), None, String::new(), String::new()),
        Target::Department(a, d) => (Subject::Department, None, Some(a.0), d.trim().to_owned(), String::new()),
        Target::Account(a) => (Subject::Account, None, Some(a.0), String::new(), String::new()),
        Target::Country(code) => (Subject::Country, None, None, String::new(), code.clone()),
    };
    // What holds on or after that day gives way; what would have begun later never begins.
    let close = "UPDATE access_rule SET valid_to = CASE WHEN valid_from > $6 THEN valid_from ELSE $6 END WHERE subject = $1 \
                 AND COALESCE(person_id, 0) = $2 AND COALESCE(account_id, 0) = $3 AND LOWER(department) = LOWER($4) AND country = $5 \
                 AND (valid_to IS NULL OR valid_to > $6)";
    let since = i64::from(c.since.0);
    let who = args![subject.code(), person.unwrap_or(0), account.unwrap_or(0), department.clone(), country.clone(), since];
    tx.execute(close, who).await?;
    const INTO: &[&str] = &[
        "subject",
        "person_id",
        "account_id",
        "department",
        "country",
        "rule",
        "from_minute",
        "to_minute",
        "valid_from",
        "source",
        "note",
        "recorded_by",
        "recorded_at",
    ];
    let minute = |m: Option<u16>| m.map(i64::from);
    let (by, Time(now)) = (tx.actor.user.map(|u| u.0), tx.now);
    let row = args![
        subject.code(),
        person,
        account,
        department,
        country,
        c.rule.code(),
        minute(c.from_minute),
        minute(c.to_minute),
        since,
        c.source.trim(),
        c.note.trim(),
        by,
        now
    ];
    tx.insert("access_rule", INTO, row).await
}
