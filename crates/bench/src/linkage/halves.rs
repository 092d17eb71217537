//! Hospitals: the rule and the threshold are chosen where their links may be judged, and reported where nobody looked.
//!
//! A state's hospitals are for development if the FNV-1a hash (64 bits) of its two letters is even, for the report otherwise; the
//! state is that of the AHRQ record. Among both rules and the shares of wrong links that the model may expect ([`SHARES`]) the
//! choice falls on the most precise that finds at least [`RECALL`] of the development half; among equals on the one that finds
//! more. The model itself is learnt on all records without a label.
//!
//! What the split does not undo: the levels of places and the rule "best" were thought of while links of all states could be seen.

use super::data::Data;
use super::judge::{Hospitals, Score};
use anyhow::{Context, Result};
use rounds_decide::link::{Linker, Pair, threshold_for};
use serde_json::{Value, json};

/// Shares of links that the model may expect to be wrong.
pub const SHARES: &[f64] = &[0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005];
/// Least recall on the development half: half a point more than what is asked for.
pub const RECALL: f64 = 0.975;

/// How links of two files are made of weighted pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// [`Linker::one_to_one`].
    OneToOne,
    /// [`Linker::best`]: AHRQ holds some hospitals twice, under two numbers.
    Best,
}

impl Rule {
    fn links(self, linker: &Linker, pairs: &[Pair], threshold: f32) -> Vec<Pair> {
        match self {
            Rule::OneToOne => linker.one_to_one(pairs, threshold),
            Rule::Best => linker.best(pairs, threshold),
        }
    }
}

/// What was chosen.
pub struct Chosen {
    rule: Rule,
    share: Option<f64>,
    /// Least weight of a link.
    pub threshold: f32,
    /// Links of all states.
    pub links: Vec<Pair>,
    development: Score,
}

impl Chosen {
    /// Whether a row of the first file counts in the report.
    pub fn reported(&self, data: &Data, row: usize) -> bool {
        !for_development(data, row)
    }

    /// The choice in words and figures.
    pub fn told(&self) -> Value {
        json!({
            "rule": format!("{:?}", self.rule), "share": self.share, "threshold": self.threshold,
            "chosen_on": if self.share.is_some() { "states whose FNV-1a hash is even" } else { "nothing: the threshold was given" },
            "reported_on": "states whose FNV-1a hash is odd", "development": self.development,
        })
    }
}

/// FNV-1a with 64 bits (Fowler, Noll & Vo 1991).
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

fn for_development(data: &Data, row: usize) -> bool {
    let state = data.records.columns().iter().position(|c| c == "state");
    fnv1a(state.map_or("", |s| data.records.text(row, s))).is_multiple_of(2)
}

/// Chooses on the development half; a threshold that is given is taken as it is, with the rule "best".
///
/// # Errors
/// If no setting finds enough of the development half.
pub fn choose(data: &Data, linker: &Linker, pairs: &[Pair], given: Option<f32>) -> Result<Chosen> {
    let judge = Hospitals::new(&data.truth, data.left);
    let tried = |rule: Rule, share: Option<f64>, threshold: f32| {
        let links = rule.links(linker, pairs, threshold);
        let development = judge.links(links.iter().map(|p| (p.a, p.b)), |row| for_development(data, row)).0;
        Chosen { rule, share, threshold, links, development }
    };
    if let Some(threshold) = given {
        return Ok(tried(Rule::Best, None, threshold));
    }
    let mut all = Vec::new();
    for rule in [Rule::OneToOne, Rule::Best] {
        let even = rule.links(linker, pairs, 0.0);
        all.extend(SHARES.iter().map(|&share| tried(rule, Some(share), threshold_for(&even, share))));
    }
    let enough = all.into_iter().filter(|c| c.development.recall >= RECALL);
    let better = |x: &Chosen, y: &Chosen| {
        let by = |c: &Chosen| (c.development.precision, c.development.recall);
        by(x).partial_cmp(&by(y)).unwrap_or(std::cmp::Ordering::Equal)
    };
    enough.max_by(better).context("no rule and threshold finds enough of the development half")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published test vectors of FNV-1a, 64 bits.
    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a("foobar"), 0x8594_4171_f739_67e8);
    }
}
