//! Changes of orders, one verb a file.

mod import;

pub use import::{ImportOrders, OrderRow};
