//! Reads of sales, all within the actor's scope.

mod lists;
mod sums;
mod unmapped;

pub(super) use lists::{Ask, Row, Was, account_name, place_of, was};
pub use sums::{OrderDay, billed_since, net_by_family, orders_by_day};
pub(super) use sums::{Site, counts, days, product_sites, stock};
pub(super) use unmapped::{SORTS as UNMAPPED_SORTS, Unmapped, UnmappedAsk};
