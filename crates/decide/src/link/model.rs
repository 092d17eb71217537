//! The model: what was learnt, and how it explains a pair.

use super::prepare::Terms;
use super::spec::Spec;
use serde::{Deserialize, Serialize};

/// What an explanation calls the bits that neighbours take off (the field of their [`Reason`]).
pub const NEIGHBOURS: &str = "neighbours";

/// One agreement level of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// In words.
    pub name: String,
    /// Chance of the level among records of the same party (Fellegi & Sunter's m).
    pub m: f64,
    /// Chance of the level among records of different parties (their u).
    pub u: f64,
    /// Chance of the level among neighbours: different parties of one place, such as colleagues or tenants of one house.
    pub n: f64,
}

impl Level {
    /// Match weight in bits: log2(m / u).
    pub fn weight(&self) -> f64 {
        (self.m / self.u).log2()
    }

    /// The same for neighbours: log2(n / u).
    pub fn neighbours(&self) -> f64 {
        (self.n / self.u).log2()
    }
}

/// A field's parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// Levels, the strongest first.
    pub levels: Vec<Level>,
    /// Term tables: of whole values; for names of first words and last words; for organisations of names and words.
    pub terms: Vec<Terms>,
}

/// Everything that scoring needs: learn once, keep, score new rows against the record with the same weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Fields and rules.
    pub spec: Spec,
    /// Parameters, one a field.
    pub fields: Vec<Fitted>,
    /// Chance that two records taken at random are the same party.
    pub prior: f64,
    /// Chance that two records taken at random are neighbours; 0 where no field is a name.
    pub neighbours: f64,
    /// Rounds of expectation maximisation.
    pub rounds: u32,
    /// Largest change of a parameter in the last round.
    pub change: f64,
}

impl Model {
    /// Prior log odds in bits: the same party against strangers.
    pub fn prior_bits(&self) -> f64 {
        (self.prior / (1.0 - self.prior - self.neighbours)).log2()
    }

    /// The same for neighbours against strangers.
    pub fn neighbour_bits(&self) -> f64 {
        (self.neighbours / (1.0 - self.prior - self.neighbours)).log2()
    }
}

/// What is taken off a weight against strangers because neighbours agree so, too: log2(1 + odds of neighbours).
pub(crate) fn shared(neighbours: f64) -> f64 {
    if neighbours > 60.0 { neighbours } else { neighbours.exp2().ln_1p() / std::f64::consts::LN_2 }
}

/// A pair of records with its total weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// First row.
    pub a: u32,
    /// Second row; after the first, or of the second file.
    pub b: u32,
    /// Log2 odds that both are the same party.
    pub weight: f32,
}

impl Pair {
    /// Chance that both are the same party.
    pub fn probability(&self) -> f64 {
        probability(f64::from(self.weight))
    }
}

/// Chance from log2 odds.
pub fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

/// One field's say in a pair's weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Field.
    pub field: String,
    /// What the first record says, folded.
    pub left: String,
    /// What the second says.
    pub right: String,
    /// The level in words; "not known" if a side is blank.
    pub level: String,
    /// Bits of the level: log2(m / u).
    pub weight: f64,
    /// Bits more because the value is rare, or fewer because it is common.
    pub term: f64,
}

/// A pair's weight, field by field: `prior + Σ (weight + term) = total`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Prior log2 odds.
    pub prior: f64,
    /// Fields, in the model's order.
    pub reasons: Vec<Reason>,
    /// Log2 odds.
    pub total: f64,
    /// Chance that both are the same party.
    pub probability: f64,
}
