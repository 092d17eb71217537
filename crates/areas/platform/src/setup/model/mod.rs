//! The sections of the settings: their fields, defaults and rules.

mod access;
mod operation;

pub use access::{LockOut, SecondFactor, SessionRules, SignOn};
pub use operation::{Backups, Place, Smtp};

use rounds_kernel::{Error, Result};
use rounds_store::Keys;
use rounds_web::components::{Choice, Field};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Purpose under which the sections' secrets are sealed.
pub(super) const SEALED_FOR: &str = "settings";

/// A section of the settings.
pub trait Section: Serialize + DeserializeOwned + Default + Clone + Send + Sync {
    /// Key, also the last part of the form's address.
    const KEY: &'static str;
    /// Heading.
    const TITLE: &'static str;
    /// One sentence under the heading.
    const ABOUT: &'static str;
    /// Fields of the form, filled in; secrets are never shown again.
    fn fields(&self) -> Vec<Field>;
    /// The section with the form's values; an empty secret keeps the old one.
    ///
    /// # Errors
    /// `settings.value` with what is wrong.
    fn filled(self, form: &Form, keys: &Keys) -> Result<Self>;
}

/// What a form sent.
pub struct Form(pub BTreeMap<String, String>);

impl Form {
    pub(super) fn text(&self, name: &str) -> String {
        self.0.get(name).map(|v| v.trim().to_owned()).unwrap_or_default()
    }

    pub(super) fn on(&self, name: &str) -> bool {
        self.text(name) == "yes"
    }

    pub(super) fn number(&self, name: &str, words: &str, within: std::ops::RangeInclusive<i64>) -> Result<i64> {
        let text = self.text(name);
        text.parse().ok().filter(|n| within.contains(n)).ok_or_else(|| {
            bad(format!("“{text}” is no number of {words}."), format!("Give a whole number from {} to {}.", within.start(), within.end()))
        })
    }

    /// The sealed secret: the new one, or the old where nothing was typed.
    pub(super) fn secret(&self, name: &str, old: String, keys: &Keys) -> Result<String> {
        match self.text(name).as_str() {
            "" => Ok(old),
            new => rounds_web::secret::seal(keys, SEALED_FOR, new),
        }
    }
}

pub(super) fn bad(cause: String, remedy: impl Into<String>) -> Error {
    Error::invalid("settings.value", format!("{cause} Nothing was changed."), remedy)
}

pub(super) fn field(name: &str, label: &str, value: impl ToString, hint: &str) -> Field {
    Field { hint: hint.into(), required: false, ..Field::text(name, label, &value.to_string()) }
}

pub(super) fn number(name: &str, label: &str, value: i64, hint: &str) -> Field {
    Field { kind: "number".into(), ..field(name, label, value, hint) }
}

pub(super) fn secret(name: &str, label: &str, kept: bool) -> Field {
    let hint = if kept { "One is kept, encrypted. Leave empty to keep it." } else { "Kept encrypted, never shown again." };
    Field { kind: "password".into(), autocomplete: "new-password".into(), ..field(name, label, "", hint) }
}

pub(super) fn choice(name: &str, label: &str, pairs: &[(&str, &str)], chosen: &str, hint: &str) -> Field {
    Field { options: Choice::list(pairs, chosen), ..field(name, label, "", hint) }
}

pub(super) fn yes_no(name: &str, label: &str, on: bool, hint: &str) -> Field {
    choice(name, label, &[("no", "No"), ("yes", "Yes")], if on { "yes" } else { "no" }, hint)
}
