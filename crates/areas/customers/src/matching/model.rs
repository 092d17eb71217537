//! A pair of records that may be one, why, and what became of it.

use rounds_kernel::words;
use serde::{Deserialize, Serialize};

/// From this probability on a pair is called certain.
pub const CERTAIN: f64 = 0.99;
/// Below this probability two records are taken for two.
pub const POSSIBLE: f64 = 0.5;
/// From this probability on pairs are merged without a steward, where that is switched on.
pub const BY_ITSELF: f64 = 0.999;
/// Setting that switches it on (`on`); it is off without.
pub const AUTO_SETTING: &str = "matching.merge_by_itself";

words! {
    /// What became of a pair.
    PairState {
        /// Nobody has decided yet.
        Open = "open", "To decide";
        /// They were one and are merged.
        Merged = "merged", "Merged";
        /// They are two: never asked about again.
        Different = "different", "Not the same";
    }
}

words! {
    /// How sure it is that two records are one.
    Band {
        /// As good as sure.
        Certain = "certain", "Certain";
        /// For a steward to decide.
        Possible = "possible", "Possible";
    }
}

impl Band {
    /// Of a probability.
    pub fn of(probability: f64) -> Self {
        if probability >= CERTAIN { Self::Certain } else { Self::Possible }
    }
}

/// What one field says for or against, in bits: +1 doubles the odds that the two are one, -1 halves them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Field.
    pub field: String,
    /// Its value in the first record.
    pub left: String,
    /// Its value in the second.
    pub right: String,
    /// How they agree, in words.
    pub level: String,
    /// Bits for (positive) or against (negative).
    pub bits: f64,
}

impl Evidence {
    /// Whether it speaks for the two being one.
    pub fn speaks_for(&self) -> bool {
        self.bits > 0.0
    }
}

/// A pair as found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Found {
    /// The record with the smaller id.
    pub a: i64,
    /// The other.
    pub b: i64,
    /// All evidence and the prior together, in bits.
    pub bits: f64,
    /// The same as a probability.
    pub probability: f64,
    /// Field by field.
    pub evidence: Vec<Evidence>,
}

impl Found {
    /// Thousandths of a bit, by which lists are sorted.
    pub fn score(&self) -> i64 {
        (self.bits * 1_000.0).round() as i64
    }
}
