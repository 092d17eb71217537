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

/// `rounds bench pages`
#[derive(Debug, Args)]
pub struct BenchPages {
    /// Accounts.
    #[arg(long, default_value_t = 10_000)]
    pub accounts: usize,
    /// Mean number of people an account.
    #[arg(long, default_value_t = 10.0)]
    pub people_per_account: f64,
    /// Interactions: simulated ones of a year, and the same again in years before.
    #[arg(long, default_value_t = 1_000_000)]
    pub interactions: usize,
    /// Pages a second.
    #[arg(long, default_value_t = 50.0)]
    pub rate: f64,
    /// Seconds measured.
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
    /// Seconds before, not measured: a server that was just started has nothing in memory.
    #[arg(long, default_value_t = 10)]
    pub warm_up: u64,
    /// Seed of the record and of the visits.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Database to fill; a temporary SQLite file if not given. One that this command filled before with the same arguments is used again.
    #[arg(long)]
    pub database: Option<String>,
    /// Name pages slower than this, in ms.
    #[arg(long, default_value_t = 100.0)]
    pub slow: f64,
    /// Be the second process: visit the pages named on standard input.
    #[arg(long, hide = true)]
    pub visit: bool,
}
