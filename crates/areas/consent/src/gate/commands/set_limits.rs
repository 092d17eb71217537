//! How often people may be contacted, set by operations.

use super::super::{LimitBook, Limits};
use rounds_kernel::{Error, Permission, Result};
use rounds_store::{Command, Tx, settings};
use serde::{Deserialize, Serialize};

/// Sets the limits of one country, or of every other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetLimits {
    /// Two letters; empty for every country without limits of its own.
    pub country: String,
    /// The limits; `None` lets a country follow the others again.
    pub limits: Option<Limits>,
}

impl Command for SetLimits {
    const NAME: &'static str = "consent.set_limits";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        if let Some(limits) = &self.limits {
            limits.check()?;
        }
        let code = self.country.as_str();
        if !code.is_empty() && !rounds_kernel::Country::is_code(code) {
            return Err(Error::invalid(
                "consent.country",
                format!("“{code}” is not a country. Nothing was changed."),
                "Use its two letters, e.g. DE.",
            ));
        }
        let mut book = LimitBook::load(tx).await?;
        match (code, self.limits) {
            ("", limits) => book.everywhere = limits.unwrap_or_default(),
            (country, Some(limits)) => drop(book.countries.insert(country.to_owned(), limits)),
            (country, None) => drop(book.countries.remove(country)),
        }
        settings::put(tx, LimitBook::SETTING, &serde_json::to_string(&book).map_err(Error::internal)?).await
    }
}
