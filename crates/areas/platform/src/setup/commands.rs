//! Reading and changing a section.

use super::model::{Place, Section};
use rounds_kernel::{Actor, Error, Permission, Result};
use rounds_store::{Command, Query, Runner, Tx, settings};
use serde::Serialize;
use serde_json::Value;

fn key(section: &str) -> String {
    format!("setup.{section}")
}

/// The section as it is set now, or its defaults.
///
/// # Errors
/// Of the database. A value of another release that cannot be read counts as not set.
pub async fn load<S: Section>(db: &impl Query) -> Result<S> {
    let text = settings::get(db, &key(S::KEY)).await?;
    Ok(text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default())
}

/// Changes a section.
///
/// # Errors
/// `access.forbidden` unless the actor administers.
pub async fn change<S: Section>(runner: &Runner, actor: &Actor, section: &S) -> Result<()> {
    let value = serde_json::to_value(section).map_err(Error::internal)?;
    let before = serde_json::to_value(load::<S>(&runner.db).await?).map_err(Error::internal)?;
    runner.run(actor, Change { section: S::KEY.into(), value, before }).await
}

/// A whole address for a mail: the installation's own, never one that a request claimed.
///
/// # Errors
/// Of the database.
pub async fn link(db: &impl Query, path: &str) -> Result<String> {
    Ok(format!("{}{path}", load::<Place>(db).await?.address.trim_end_matches('/')))
}

#[derive(Serialize)]
struct Change {
    section: String,
    value: Value,
    before: Value,
}

/// Fields whose values are sealed secrets: the log says that they changed, not to what.
const SECRETS: &[&str] = &["password", "client_secret"];

impl Command for Change {
    const NAME: &'static str = "platform.change_settings";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    async fn run(self, tx: &mut Tx) -> Result<()> {
        for line in differences(&self.before, &self.value) {
            tx.note(line);
        }
        settings::put(tx, &key(&self.section), &self.value.to_string()).await
    }

    fn audit_view(&self) -> Value {
        serde_json::json!({ "section": self.section })
    }
}

fn differences(before: &Value, after: &Value) -> Vec<String> {
    let Some(fields) = after.as_object() else { return Vec::new() };
    let changed = |(name, value): (&String, &Value)| {
        let old = before.get(name).unwrap_or(&Value::Null);
        if old == value {
            return None;
        }
        let words = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        Some(if SECRETS.contains(&name.as_str()) {
            format!("{name}: changed")
        } else {
            format!("{name}: {} → {}", words(old), words(value))
        })
    };
    fields.iter().filter_map(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn the_log_names_what_changed_and_no_secret() {
        let before = serde_json::json!({ "host": "", "port": 587, "password": "old" });
        let after = serde_json::json!({ "host": "mail.example", "port": 587, "password": "new" });
        assert_eq!(differences(&before, &after), ["host:  → mail.example", "password: changed"]);
    }
}
