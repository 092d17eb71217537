//! Reading the rules in force, and how they came to be.

use super::{CountryRule, Rules};
use rounds_customers::scope;
use rounds_kernel::{Actor, Day, Error, Result, Time};
use rounds_store::{FromQueryResult, Query, args};

#[derive(FromQueryResult)]
struct RuleRow {
    rule: String,
}

impl Rules {
    /// The rules in force on `day`.
    ///
    /// # Errors
    /// When a stored rule cannot be read: the gate then stays shut rather than guess.
    pub async fn load(db: &impl Query, day: Day) -> Result<Self> {
        let sql = "SELECT c.rule FROM country_rule c WHERE c.valid_from <= $1 AND NOT EXISTS (SELECT 1 FROM country_rule later \
                   WHERE later.country = c.country AND later.valid_from <= $1 AND (later.valid_from > c.valid_from OR later.valid_from = c.valid_from AND later.version > c.version)) \
                   ORDER BY c.country";
        let rows = db.all::<RuleRow>(sql, args![i64::from(day.0)]).await?;
        let changed = rows.iter().map(|r| read(&r.rule)).collect::<Result<Vec<CountryRule>>>()?;
        Ok(Self::shipped().with(changed))
    }
}

fn read(text: &str) -> Result<CountryRule> {
    serde_json::from_str(text).map_err(|e| Error::internal(format!("a stored country rule cannot be read: {e}")))
}

/// One version of a country's rule.
#[derive(Debug, Clone)]
pub struct Version {
    /// Counted from 1; 0 is what the program ships with.
    pub number: i64,
    /// In force from this day.
    pub from: Day,
    /// Why it was changed.
    pub why: String,
    /// Who changed it.
    pub by: String,
    /// When.
    pub at: Time,
    /// The rule.
    pub rule: CountryRule,
}

#[derive(FromQueryResult)]
struct VersionRow {
    version: i64,
    valid_from: i64,
    rule: String,
    why: String,
    user_name: String,
    at: i64,
}

/// All versions of a country's rule that somebody wrote, newest first.
pub async fn history(db: &impl Query, country: &str) -> Result<Vec<Version>> {
    let sql = "SELECT version, valid_from, rule, why, user_name, at FROM country_rule WHERE country = $1 ORDER BY version DESC";
    db.all::<VersionRow>(sql, args![country])
        .await?
        .into_iter()
        .map(|r| {
            let from = Day::stored(r.valid_from);
            Ok(Version { number: r.version, from, why: r.why, by: r.user_name, at: Time(r.at), rule: read(&r.rule)? })
        })
        .collect()
}

/// The fewest employees a figure about employees may stand for, by the strictest country with an account of the actor's.
pub async fn smallest_group(db: &impl Query, actor: &Actor, day: Day) -> Result<i64> {
    #[derive(FromQueryResult)]
    struct Row {
        country: String,
    }
    let sql = format!("SELECT DISTINCT country FROM account WHERE {} ORDER BY country", scope::accounts(actor));
    let rules = Rules::load(db, day).await?;
    let countries = db.all::<Row>(&sql, vec![]).await?;
    let fewest = |c: &str| (1..).find(|n| super::metrics_allowed(&rules, c, *n).is_ok()).unwrap_or(1);
    Ok(countries.iter().map(|r| fewest(&r.country)).max().unwrap_or_else(|| fewest("")))
}
