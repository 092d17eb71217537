//! Reads of sales, all within the actor's scope.

mod lists;
mod sums;

pub(super) use lists::{Ask, Row, Was, account_name, export, place_of, was};
pub use sums::{OrderDay, billed_since, net_by_family, orders_by_day};
pub(super) use sums::{Site, Unmapped, counts, days, product_sites, stock, unmapped};
