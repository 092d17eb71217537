//! Arguments of measurements over whole markets.

use clap::Args;

/// `rounds bench trial`
#[derive(Debug, Args)]
pub struct BenchTrial {
    /// Accounts.
    #[arg(long, default_value_t = 10_000)]
    pub accounts: usize,
    /// Rows of all files, about.
    #[arg(long, default_value_t = 1_000_000)]
    pub rows: usize,
    /// Seed of the market and its faults.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Database to fill; a temporary SQLite file if not given.
    #[arg(long)]
    pub database: Option<String>,
}

/// `rounds bench week`
#[derive(Debug, Args)]
pub struct BenchWeek {
    /// Accounts.
    #[arg(long, default_value_t = 10_000)]
    pub accounts: usize,
    /// Mean number of people an account.
    #[arg(long, default_value_t = 10.0)]
    pub people_per_account: f64,
    /// Seed.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    /// Database to fill; a temporary SQLite file if not given.
    #[arg(long)]
    pub database: Option<String>,
}
