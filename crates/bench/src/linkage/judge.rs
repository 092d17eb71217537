//! Judging links by the truth that the method never saw.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

/// Links judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// Links found.
    pub links: usize,
    /// Links there are.
    pub wanted: usize,
    /// Right links of those found.
    pub precision: f64,
    /// Right links of those there are.
    pub recall: f64,
    /// Harmonic mean of both.
    pub f1: f64,
}

fn score(hits: usize, links: usize, wanted: usize) -> Score {
    let (precision, recall) = (hits as f64 / links.max(1) as f64, hits as f64 / wanted.max(1) as f64);
    Score { links, wanted, precision, recall, f1: 2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE) }
}

/// Pairs of a file that are in one group of the truth: a row without a party is in none.
pub fn wanted_within(truth: &[String]) -> usize {
    sizes(truth.iter().filter(|t| !t.is_empty())).into_values().map(|n| n * (n - 1) / 2).sum()
}

/// Pairs across two files that are in one group of the truth.
pub fn wanted_across(truth: &[String], left: usize) -> usize {
    let first = sizes(truth[..left].iter().filter(|t| !t.is_empty()));
    truth[left..].iter().map(|t| first.get(t).copied().unwrap_or(0)).sum()
}

/// Pairs as they are.
pub fn pairs(truth: &[String], pairs: impl Iterator<Item = (u32, u32)>, wanted: usize) -> Score {
    let (mut hits, mut links) = (0, 0);
    for (a, b) in pairs {
        links += 1;
        hits += usize::from(same(truth, a, b));
    }
    score(hits, links, wanted)
}

/// Clusters: every pair of rows in one cluster is a link.
pub fn clusters(truth: &[String], cluster: &[u32]) -> Score {
    let of = |n: usize| n * (n - 1) / 2;
    let links = sizes(cluster.iter()).into_values().map(of).sum();
    let both = sizes(cluster.iter().zip(truth).filter(|(_, t)| !t.is_empty()));
    score(both.into_values().map(of).sum(), links, wanted_within(truth))
}

fn sizes<T: Eq + std::hash::Hash>(of: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut sizes = HashMap::new();
    of.for_each(|x| *sizes.entry(x).or_default() += 1);
    sizes
}

fn same(truth: &[String], a: u32, b: u32) -> bool {
    truth[a as usize] == truth[b as usize] && !truth[a as usize].is_empty()
}

/// What a number that may have changed says about a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// The numbers are the same.
    Right,
    /// The numbers differ, and each of them stands in both files: these are two hospitals.
    Wrong,
    /// The numbers differ, and at least one of them is blank or unknown to the other file: it may have been changed, or
    /// the hospital opened, closed or merged in the years between the files. Listed apart.
    Apart,
}

/// Links of hospitals, of which some may have changed their number between the two files.
pub struct Hospitals<'a> {
    truth: &'a [String],
    first: HashSet<&'a str>,
    second: HashSet<&'a str>,
    left: usize,
}

impl<'a> Hospitals<'a> {
    /// The judge of two files' numbers.
    pub fn new(truth: &'a [String], left: usize) -> Self {
        let numbers = |part: &'a [String]| part.iter().map(String::as_str).filter(|t| !t.is_empty()).collect::<HashSet<_>>();
        let (first, second) = (numbers(&truth[..left]), numbers(&truth[left..]));
        Hospitals { truth, first, second, left }
    }

    /// Judges one link.
    pub fn verdict(&self, a: u32, b: u32) -> Verdict {
        let (x, y) = (self.truth[a as usize].as_str(), self.truth[b as usize].as_str());
        match () {
            () if same(self.truth, a, b) => Verdict::Right,
            () if self.second.contains(x) && self.first.contains(y) => Verdict::Wrong,
            () => Verdict::Apart,
        }
    }

    /// Judges links of some rows of the first file: the score over hospitals whose number stands in both files, and the links
    /// apart from it.
    pub fn links(&self, links: impl Iterator<Item = (u32, u32)>, of: impl Fn(usize) -> bool) -> (Score, usize) {
        let (mut right, mut wrong, mut apart) = (0, 0, 0);
        for (a, b) in links.filter(|(a, _)| of(*a as usize)) {
            match self.verdict(a, b) {
                Verdict::Right => right += 1,
                Verdict::Wrong => wrong += 1,
                Verdict::Apart => apart += 1,
            }
        }
        let partners = sizes(self.truth[self.left..].iter().filter(|t| !t.is_empty()));
        let wanted = (0..self.left).filter(|a| of(*a)).map(|a| partners.get(&self.truth[a]).copied().unwrap_or(0)).sum();
        (score(right, right + wrong, wanted), apart)
    }
}
