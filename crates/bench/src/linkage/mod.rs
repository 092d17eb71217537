//! Record linkage on public data sets with known truth, and beside it, where asked for, Splink.

pub mod data;
