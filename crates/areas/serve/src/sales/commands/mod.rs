//! What changes sales.

mod import_sales;
mod map_party;
mod told;

pub use import_sales::ImportSales;
pub(super) use import_sales::import;
pub(super) use map_party::{EndLink, MapParty, MatchAgain};
