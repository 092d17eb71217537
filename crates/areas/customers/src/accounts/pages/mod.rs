//! Pages of accounts.

mod detail;
mod list;

pub(crate) use detail::number_facts;
pub(super) use detail::{DetailAsk, detail};
pub(super) use list::{csv, list};

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = list::samples();
    all.extend(detail::samples());
    all
}
