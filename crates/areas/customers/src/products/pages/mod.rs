//! The catalogue and the page of one article.

mod list;
mod one;

pub(super) use list::{csv, list};
pub(super) use one::one;

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = list::samples();
    all.extend(one::samples());
    all
}
