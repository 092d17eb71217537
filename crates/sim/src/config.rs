//! What to simulate.

use rounds_kernel::{Day, Error, Result};
use serde::{Deserialize, Serialize};

/// Size, period and seed of a simulated market.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Config {
    /// Same seed and same sizes: same market, bit for bit.
    pub seed: u64,
    /// Number of accounts of a market of its own; ignored when simulating onto imported accounts.
    pub accounts: usize,
    /// People per account on average; hospitals have more, practices fewer.
    pub people_per_account: f64,
    /// First day of the history.
    pub start: Day,
    /// The present day: the history ends the day before.
    pub today: Day,
    /// Systems of at least this many accounts get a key account manager.
    pub kam_min_accounts: usize,
}

impl Config {
    /// A market of `accounts` accounts with eight people each on average and the 364 days before `today` (52 whole weeks).
    pub fn new(seed: u64, accounts: usize, today: Day) -> Self {
        Self { seed, accounts, people_per_account: 8.0, start: today.plus(-364), today, kam_min_accounts: 8 }
    }

    /// Refuses what cannot be simulated.
    ///
    /// # Errors
    /// `simulate.people` unless 1 to 50 people an account, `simulate.period` unless 28 to 1,500 days of history.
    pub fn validate(&self) -> Result<()> {
        if !(1.0..=50.0).contains(&self.people_per_account) {
            let cause = format!("{} people an account cannot be simulated.", self.people_per_account);
            return Err(Error::invalid("simulate.people", cause, "Give a number from 1 to 50; 6 to 10 is usual."));
        }
        let days = i64::from(self.today.0) - i64::from(self.start.0);
        if !(28..=1_500).contains(&days) {
            let cause = format!("The history from {} to {} is {days} days long.", self.start, self.today);
            return Err(Error::invalid("simulate.period", cause, "Choose 28 to 1,500 days before the present day."));
        }
        Ok(())
    }
}
