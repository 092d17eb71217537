//! What changes preferences.

mod import;
mod observe;
mod state;

pub use import::{ImportPreferences, PreferenceRow};
pub use observe::ObservePreferences;
pub use state::StatePreference;
