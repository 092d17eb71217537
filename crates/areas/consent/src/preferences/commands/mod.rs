//! What changes preferences.

mod import;

pub use import::{ImportPreferences, PreferenceRow};
