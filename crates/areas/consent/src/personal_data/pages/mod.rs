//! Requests, and everything about one person.

mod list;
mod shown;

pub(super) use list::{Confirmation, ask, confirm, list, refuse};
pub(super) use shown::{download, shown};

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = list::samples();
    all.push(("personal-data-person", shown::sample()));
    all
}
