//! Contact allocation.
mod problem;
mod solution;
pub use problem::{NO_ACCOUNT, NO_CAP, NO_RESOURCE, NO_SUBGROUP, Opt, Problem, Refusal};
pub use solution::{Overlock, Party, Prices, Shortfall, Solution, Stats};
