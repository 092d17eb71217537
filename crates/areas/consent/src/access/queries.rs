//! Which rule holds for whom.

use super::{Access, AccessRule, Subject};
use rounds_kernel::{AccountId, Actor, Day, PersonId, Result};
use rounds_platform::scope;
use rounds_store::{FromQueryResult, Query, Value, args};
use std::collections::BTreeMap;

/// A row of the register.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct RuleRow {
    pub id: i64,
    pub subject: String,
    pub person_id: Option<i64>,
    pub account_id: Option<i64>,
    pub department: String,
    pub country: String,
    pub rule: String,
    pub from_minute: Option<i64>,
    pub to_minute: Option<i64>,
    pub valid_from: i64,
    pub valid_to: Option<i64>,
    pub source: String,
    pub note: String,
    pub person: Option<String>,
    pub account: Option<String>,
}

/// Columns of a [`RuleRow`].
pub(super) const COLUMNS: &str = "r.id, r.subject, r.person_id, r.account_id, r.department, r.country, r.rule, r.from_minute, r.to_minute, r.valid_from, \
    r.valid_to, r.source, r.note, p.name AS person, a.name AS account";
/// Rules with the names that stand beside them.
pub(super) const FROM: &str = "access_rule r LEFT JOIN person p ON p.id = r.person_id LEFT JOIN account a ON a.id = r.account_id";

impl RuleRow {
    pub fn access(&self) -> Option<Access> {
        let minute = |m: Option<i64>| m.and_then(|m| u16::try_from(m).ok());
        Some(Access {
            rule: AccessRule::parse(&self.rule)?,
            from: minute(self.from_minute),
            to: minute(self.to_minute),
            subject: Subject::parse(&self.subject)?,
            since: Day::stored(self.valid_from),
            source: self.source.clone(),
        })
    }
}

/// The register as it stands on a day, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Register {
    people: BTreeMap<i64, Access>,
    departments: BTreeMap<(i64, String), Access>,
    accounts: BTreeMap<i64, Access>,
    countries: BTreeMap<String, Access>,
}

impl Register {
    fn of_rows(rows: Vec<RuleRow>) -> Self {
        let mut all = Self::default();
        // Later rows of the same subject replace earlier ones.
        for r in rows {
            let Some(access) = r.access() else { continue };
            match (access.subject, r.person_id, r.account_id) {
                (Subject::Person, Some(p), _) => drop(all.people.insert(p, access)),
                (Subject::Department, _, Some(a)) => drop(all.departments.insert((a, r.department.to_lowercase()), access)),
                (Subject::Account, _, Some(a)) => drop(all.accounts.insert(a, access)),
                (Subject::Country, ..) => drop(all.countries.insert(r.country, access)),
                _ => {}
            }
        }
        all
    }

    /// The nearest rule for a person of a department at a site in a country; none when nothing is known.
    pub fn of(&self, person: PersonId, account: AccountId, department: &str, country: &str) -> Option<&Access> {
        self.people
            .get(&person.0)
            .or_else(|| self.departments.get(&(account.0, department.to_lowercase())))
            .or_else(|| self.accounts.get(&account.0))
            .or_else(|| self.countries.get(country))
    }

    /// True when nothing is known about anyone.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.departments.is_empty() && self.accounts.is_empty() && self.countries.is_empty()
    }
}

async fn rows(db: &impl Query, condition: &str, mut more: Vec<Value>, day: Day) -> Result<Vec<RuleRow>> {
    let mut args = args![i64::from(day.0)];
    args.append(&mut more);
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE r.valid_from <= $1 AND (r.valid_to IS NULL OR r.valid_to > $1) AND {condition} \
         ORDER BY r.valid_from, r.id"
    );
    db.all(&sql, args).await
}

/// The whole register on a day. One query: made for planning.
pub async fn in_force(db: &impl Query, day: Day) -> Result<Register> {
    Ok(Register::of_rows(rows(db, "1 = 1", vec![], day).await?))
}

#[derive(FromQueryResult)]
struct WhereRow {
    department: Option<String>,
    country: Option<String>,
}

/// The rule for visiting `person` at `account` on a day.
pub async fn of_person(db: &impl Query, person: PersonId, account: AccountId, day: Day) -> Result<Option<Access>> {
    let sql = "SELECT (SELECT specialty FROM person WHERE id = $1) AS department, (SELECT country FROM account WHERE id = $2) AS country";
    let Some(at) = db.one::<WhereRow>(sql, args![person.0, account.0]).await? else { return Ok(None) };
    let (department, country) = (at.department.unwrap_or_default(), at.country.unwrap_or_default());
    let condition = "(r.person_id = $2 OR r.account_id = $3 OR (r.subject = 'country' AND r.country = $4))";
    let found = rows(db, condition, args![person.0, account.0, country.clone()], day).await?;
    Ok(Register::of_rows(found).of(person, account, &department, &country).cloned())
}

/// What programs narrow it to.
#[derive(Debug, Clone, Default)]
pub(super) struct Narrow {
    pub subject: Option<Subject>,
    pub rule: Option<AccessRule>,
    pub past: bool,
}

/// SQL condition on rows of [`FROM`]: a country's rule is everyone's, others are seen by whoever sees the person or the site.
pub(super) fn visible(actor: &Actor) -> String {
    format!(
        "(r.subject = 'country' OR {} OR (r.person_id IS NOT NULL AND {}))",
        scope::accounts(actor, "r.account_id"),
        rounds_customers::scope::people(actor).replace("person.id", "r.person_id")
    )
}

/// Rules within the actor's scope, newest first, before the cursor.
pub(super) async fn page(db: &impl Query, actor: &Actor, n: &Narrow, day: Day, before: i64, limit: i64) -> Result<Vec<RuleRow>> {
    let mut conditions = vec![visible(actor), "r.id < $2".to_owned()];
    conditions.extend(n.subject.map(|s| format!("r.subject = '{}'", s.code())));
    conditions.extend(n.rule.map(|s| format!("r.rule = '{}'", s.code())));
    if !n.past {
        conditions.push("(r.valid_to IS NULL OR r.valid_to > $1)".into());
    }
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE $1 = $1 AND {} ORDER BY r.id DESC LIMIT $3", conditions.join(" AND "));
    db.all(&sql, args![i64::from(day.0), before, limit]).await
}

/// Every rule, in force or not, of one person or account, newest first.
pub(super) async fn history(db: &impl Query, person: Option<i64>, account: Option<i64>) -> Result<Vec<RuleRow>> {
    let (column, id) = match (person, account) {
        (Some(p), _) => ("person_id", p),
        (None, a) => ("account_id", a.unwrap_or(0)),
    };
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE r.{column} = $1 ORDER BY r.valid_from DESC, r.id DESC LIMIT 50");
    db.all(&sql, args![id]).await
}
