//! Expectation maximisation without labels (Dempster, Laird & Rubin 1977; for linkage Winkler 1988, Jaro 1989).
//!
//! The population is *all* pairs asked about: the candidates of the blocking rules, and the rest. The candidates (a
//! sample of them if they are many) and a random sample of the rest are weighted to stand for it, so that m, u and the
//! prior are those of the population and not of the blocks. The rest holds next to no matches and enters as such: it
//! is what makes u the chance of agreement among strangers.
//!
//! E step: `posterior`; M step: `maximise`. Sums run over fixed pieces, so that threads change nothing.

use super::compare::{Agreement, Comparer, Memo};
use super::model::{Fitted, Level, Model};
use super::prepare::{Terms, mix};
use super::{Kind, Scope, Spec};
use rayon::prelude::*;

/// Candidates looked at.
const SAMPLE: usize = 200_000;
/// Pairs taken at random.
const STRANGERS: usize = 150_000;
const ROUNDS: u32 = 60;
const SETTLED: f64 = 1e-5;
const PIECE: usize = 8192;

/// A sampled pair: agreements of all fields stand in a flat array.
struct Sample {
    width: usize,
    agreements: Vec<Agreement>,
    weight: Vec<f64>,
    /// Pairs from here on are strangers.
    strangers: usize,
}

/// Expected counts by field and level.
#[derive(Clone)]
struct Counts {
    m: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    matches: f64,
    all: f64,
}

impl Counts {
    fn zero(levels: &[usize]) -> Self {
        let blank: Vec<Vec<f64>> = levels.iter().map(|&n| vec![0.0; n]).collect();
        Counts { m: blank.clone(), u: blank, matches: 0.0, all: 0.0 }
    }

    fn add(mut self, other: &Counts) -> Self {
        for (mine, theirs) in [(&mut self.m, &other.m), (&mut self.u, &other.u)] {
            mine.iter_mut().flatten().zip(theirs.iter().flatten()).for_each(|(x, y)| *x += y);
        }
        self.matches += other.matches;
        self.all += other.all;
        self
    }
}

/// Learns the parameters from candidates and random pairs.
pub(crate) fn learn(spec: &Spec, comparers: &[Comparer], terms: Vec<Vec<Terms>>, candidates: &[u64], scope: Scope, seed: u64) -> Model {
    let rows = comparers.first().map_or(0, |c| c.prepared().row.len());
    let sample = draw(comparers, candidates, scope, rows, seed);
    let levels: Vec<usize> = spec.fields.iter().map(|f| f.kind.levels().len()).collect();
    let mut model = first_guess(spec, terms, &sample, &levels, scope.pairs(rows));
    for round in 1..=ROUNDS {
        let counts = expect(&model, &sample, &levels);
        model.change = maximise(&mut model, &counts);
        model.rounds = round;
        if model.change < SETTLED {
            break;
        }
    }
    model
}

fn draw(comparers: &[Comparer], candidates: &[u64], scope: Scope, rows: usize, seed: u64) -> Sample {
    let keep = (SAMPLE as f64 / candidates.len().max(1) as f64).min(1.0);
    let limit = (keep * u64::MAX as f64) as u64;
    let mut pairs: Vec<u64> = candidates.iter().copied().filter(|&p| keep >= 1.0 || mix(p ^ mix(seed)) <= limit).collect();
    let strangers = pairs.len();
    let first = scope.first();
    for i in 0..STRANGERS as u64 {
        let (x, y) = (mix(seed ^ mix(2 * i)), mix(seed ^ mix(2 * i + 1)));
        let below = |x: u64, n: usize| ((u128::from(x) * n as u128) >> 64) as u32;
        let (a, b) = match scope {
            Scope::Within => (below(x, rows), below(y, rows)),
            Scope::Across { .. } => (below(x, first), first as u32 + below(y, rows - first)),
            Scope::New { .. } => (below(x, rows), first as u32 + below(y, rows - first)),
        };
        let pair = (u64::from(a.min(b)) << 32) | u64::from(a.max(b));
        if a != b && scope.takes(a.min(b), a.max(b)) && candidates.binary_search(&pair).is_err() {
            pairs.push(pair);
        }
    }
    let rest = (scope.pairs(rows) - candidates.len() as f64).max(0.0) / (pairs.len() - strangers).max(1) as f64;
    let each = if strangers == 0 { 1.0 } else { candidates.len() as f64 / strangers as f64 };
    let weight = (0..pairs.len()).map(|i| if i < strangers { each } else { rest }).collect();
    let width = comparers.len();
    let agreements = pairs
        .par_chunks(PIECE)
        .map_init(
            || (0..width).map(|_| Memo::new()).collect::<Vec<_>>(),
            |memos, some| {
                let mut out = Vec::with_capacity(some.len() * width);
                for &p in some {
                    out.extend(comparers.iter().zip(memos.iter_mut()).map(|(c, m)| c.rows((p >> 32) as u32, p as u32, m)));
                }
                out
            },
        )
        .collect::<Vec<_>>()
        .concat();
    Sample { width, agreements, weight, strangers }
}

/// u from strangers and candidates alike; m falling from level to level; the prior as if one candidate in ten matched.
fn first_guess(spec: &Spec, terms: Vec<Vec<Terms>>, sample: &Sample, levels: &[usize], pairs: f64) -> Model {
    let mut u: Vec<Vec<f64>> = levels.iter().map(|&n| vec![0.0; n]).collect();
    let (mut matches, mut all) = (0.0, 0.0);
    for (i, row) in sample.agreements.chunks(sample.width.max(1)).enumerate() {
        for (f, &(level, _)) in row.iter().enumerate().filter(|(_, a)| a.0 > 0) {
            u[f][level as usize - 1] += sample.weight[i];
        }
        all += sample.weight[i];
        matches += if i < sample.strangers { 0.1 * sample.weight[i] } else { 0.0 };
    }
    let fitted = spec.fields.iter().zip(terms).zip(&u).map(|((field, terms), counts)| {
        let sum: f64 = counts.iter().sum::<f64>() + 1.0;
        let n = counts.len() as f64;
        let falling: Vec<f64> = (0..counts.len()).map(|l| 0.5f64.powi(l as i32)).collect();
        let total: f64 = falling.iter().sum();
        let level = |(l, name): (usize, &&str)| Level { name: (*name).to_owned(), m: falling[l] / total, u: (counts[l] + 1.0 / n) / sum };
        Fitted { levels: field.kind.levels().iter().enumerate().map(level).collect(), terms }
    });
    let prior = (matches.max(1.0) / all.max(pairs).max(2.0)).min(0.5);
    Model { spec: spec.clone(), fields: fitted.collect(), prior, rounds: 0, change: f64::INFINITY }
}

fn expect(model: &Model, sample: &Sample, levels: &[usize]) -> Counts {
    let weights: Vec<Vec<f64>> = model.fields.iter().map(|f| f.levels.iter().map(Level::weight).collect()).collect();
    let prior = model.prior_bits();
    let width = sample.width.max(1);
    let pieces: Vec<Counts> = sample
        .agreements
        .par_chunks(PIECE * width)
        .enumerate()
        .map(|(piece, rows)| {
            let mut counts = Counts::zero(levels);
            for (k, row) in rows.chunks(width).enumerate() {
                let i = piece * PIECE + k;
                let p = if i < sample.strangers { posterior(row, &weights, prior) } else { 0.0 };
                let (w, q) = (sample.weight[i] * p, sample.weight[i] * (1.0 - p));
                for (f, &(level, _)) in row.iter().enumerate().filter(|(_, a)| a.0 > 0) {
                    counts.m[f][level as usize - 1] += w;
                    counts.u[f][level as usize - 1] += q;
                }
                counts.matches += w;
                counts.all += w + q;
            }
            counts
        })
        .collect();
    pieces.iter().fold(Counts::zero(levels), Counts::add)
}

/// Chance that a pair of these agreements is a match.
fn posterior(row: &[Agreement], weights: &[Vec<f64>], prior: f64) -> f64 {
    let mut bits = prior;
    for (f, &(level, term)) in row.iter().enumerate() {
        if level > 0 {
            bits += weights[f][level as usize - 1] + f64::from(term);
        }
    }
    super::model::probability(bits)
}

/// New parameters from expected counts, each level with a little of its own (no chance is ever 0); the largest change.
fn maximise(model: &mut Model, counts: &Counts) -> f64 {
    let mut change: f64 = 0.0;
    let ordered: Vec<bool> = model.spec.fields.iter().map(|f| f.kind != Kind::Name).collect();
    for (f, fitted) in model.fields.iter_mut().enumerate() {
        let before: Vec<f64> = fitted.levels.iter().map(|l| l.m).collect();
        let (sm, su): (f64, f64) = (counts.m[f].iter().sum(), counts.u[f].iter().sum());
        let n = fitted.levels.len() as f64;
        for (l, level) in fitted.levels.iter_mut().enumerate() {
            level.m = (counts.m[f][l] + 1.0 / n) / (sm + 1.0);
            level.u = (counts.u[f][l] + 1.0 / n) / (su + 1.0);
        }
        if ordered[f] {
            falling(&mut fitted.levels);
        }
        change = fitted.levels.iter().zip(before).map(|(l, b)| (l.m - b).abs()).fold(change, f64::max);
    }
    model.prior = ((counts.matches + 0.5) / (counts.all + 1.0)).clamp(1e-15, 0.9);
    change
}

/// Levels are ordered by strength, so their weights must not rise: neighbours that do share one ratio m / u (pooling of
/// adjacent violators). This settles levels seen too rarely to speak for themselves.
fn falling(levels: &mut [Level]) {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for level in levels.iter() {
        pools.push((level.m, level.u, 1));
        while let [.., x, y] = pools[..]
            && x.0 * y.1 < y.0 * x.1
        {
            pools.truncate(pools.len() - 2);
            pools.push((x.0 + y.0, x.1 + y.1, x.2 + y.2));
        }
    }
    let mut at = 0;
    for (m, u, n) in pools {
        for level in &mut levels[at..at + n] {
            level.m = level.u * m / u;
        }
        at += n;
    }
}
