//! Side-by-side measurements against peers: `rounds bench NAME`. Their results land in `docs/benchmarks.md`.
//!
//! | module | measures | against |
//! |---|---|---|
//! | [`assign`] | contact allocation, the optimiser of a week's plan | the HiGHS simplex method |
//! | [`linkage`] | record linkage on public data with known truth | Splink |

pub mod assign;
pub mod linkage;
