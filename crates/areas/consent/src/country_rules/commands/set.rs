//! A new version of a country's rule, in force from a day.

use super::super::CountryRule;
use rounds_kernel::{Day, Error, Permission, Result};
use rounds_store::{Command, Query, Tx, args};
use serde::{Deserialize, Serialize};

/// Writes a new version; the former ones stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetCountryRule {
    /// The whole rule.
    pub rule: CountryRule,
    /// In force from this day: today or later, because nobody could have kept a rule of tomorrow yesterday.
    pub from: Day,
    /// Why, with the source.
    pub why: String,
}

impl Command for SetCountryRule {
    const NAME: &'static str = "consent.set_country_rule";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        self.rule.check()?;
        let code = self.rule.country.as_str();
        if !code.is_empty() && !rounds_kernel::Country::is_code(code) {
            return Err(Error::invalid("consent.country", format!("“{code}” is not a country."), "Use its two letters, e.g. DE."));
        }
        let why = self.why.trim();
        if why.is_empty() || why.chars().count() > 500 {
            return Err(Error::invalid(
                "consent.why",
                "The reason is empty or longer than 500 characters. Nothing was changed.",
                "Say why, with the source.",
            ));
        }
        if self.from < tx.now.day() {
            return Err(Error::invalid(
                "consent.rule_past",
                "A rule cannot be in force from a day that has passed. Nothing was changed.",
                "Choose today or a later day.",
            ));
        }
        let version = 1 + tx.number("SELECT MAX(version) FROM country_rule WHERE country = $1", args![code]).await?;
        let text = serde_json::to_string(&self.rule).map_err(Error::internal)?;
        const INTO: &[&str] = &["country", "version", "valid_from", "rule", "why", "user_id", "user_name", "at"];
        let (user, name, now) = (tx.actor.user.map(|u| u.0), tx.actor.name.clone(), tx.now.0);
        tx.insert("country_rule", INTO, args![code, version, i64::from(self.from.0), text, why, user, name, now]).await?;
        tx.publish("consent.country_rule", serde_json::json!({ "country": code, "version": version })).await?;
        Ok(version)
    }
}
