//! Expectation maximisation without labels (Dempster, Laird & Rubin 1977; for linkage Winkler 1988, Jaro 1989).
//!
//! The population is *all* pairs asked about: the candidates of the blocking rules, and the rest. The candidates (a
//! sample of them if they are many) and a random sample of the rest are weighted to stand for it, so that m, u and the
//! prior are those of the population and not of the blocks. The rest holds next to no matches and enters as such: it
//! is what makes u the chance of agreement among strangers.
//!
//! Three classes: the same party (m), neighbours (n), strangers (u). Neighbours keep the class of matches from drifting to "same
//! place": what they share is learnt freely, on fields that say who somebody is (`own`) they are strangers.
//!
//! E step: `posteriors`; M step: `maximise`. Sums run over fixed pieces, so that threads change nothing.

use super::compare::{Agreement, Comparer, Memo};
use super::model::{Fitted, Level, Model};
use super::prepare::{Terms, mix};
use super::{Kind, Scope, Spec};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Candidates looked at.
const SAMPLE: usize = 200_000;
/// Pairs taken at random.
const STRANGERS: usize = 150_000;
const ROUNDS: u32 = 60;
const SETTLED: f64 = 1e-4;
const PIECE: usize = 8192;

/// A sampled pair: agreements of all fields stand in a flat array.
struct Sample {
    width: usize,
    agreements: Vec<Agreement>,
    weight: Vec<f64>,
    /// Pairs from here on are strangers.
    strangers: usize,
}

/// Expected counts by field and level, for each class.
#[derive(Clone)]
struct Counts {
    m: Vec<Vec<f64>>,
    u: Vec<Vec<f64>>,
    n: Vec<Vec<f64>>,
    matches: f64,
    neighbours: f64,
    all: f64,
}

impl Counts {
    fn zero(levels: &[usize]) -> Self {
        let blank: Vec<Vec<f64>> = levels.iter().map(|&n| vec![0.0; n]).collect();
        Counts { m: blank.clone(), u: blank.clone(), n: blank, matches: 0.0, neighbours: 0.0, all: 0.0 }
    }

    fn add(mut self, other: &Counts) -> Self {
        for (mine, theirs) in [(&mut self.m, &other.m), (&mut self.u, &other.u), (&mut self.n, &other.n)] {
            mine.iter_mut().flatten().zip(theirs.iter().flatten()).for_each(|(x, y)| *x += y);
        }
        self.matches += other.matches;
        self.neighbours += other.neighbours;
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
    Sample { width, agreements, weight, strangers }.gathered()
}

impl Sample {
    /// Pairs at random are never asked whether they match, so their terms do not matter: those of the same levels become one.
    fn gathered(mut self) -> Self {
        let width = self.width.max(1);
        let mut same: BTreeMap<Vec<u8>, f64> = BTreeMap::new();
        for (row, weight) in self.agreements.chunks(width).zip(&self.weight).skip(self.strangers) {
            *same.entry(row.iter().map(|a| a.0).collect()).or_default() += weight;
        }
        self.agreements.truncate(self.strangers * width);
        self.weight.truncate(self.strangers);
        for (levels, weight) in same {
            self.agreements.extend(levels.iter().map(|&l| (l, 0.0)));
            self.weight.push(weight);
        }
        self
    }
}

/// u from strangers and candidates alike; m and n falling from level to level; the prior as if one candidate in ten matched, and as
/// if there were ten pairs of neighbours for each match.
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
    let of_own = own(spec);
    let fitted = spec.fields.iter().zip(terms).zip(&u).enumerate().map(|(f, ((field, terms), counts))| {
        let sum: f64 = counts.iter().sum::<f64>() + 1.0;
        let n = counts.len() as f64;
        let falling: Vec<f64> = (0..counts.len()).map(|l| 0.5f64.powi(l as i32)).collect();
        let total: f64 = falling.iter().sum();
        let own = of_own.get(f) == Some(&true);
        let level = |(l, name): (usize, &&str)| {
            let (m, u) = (falling[l] / total, (counts[l] + 1.0 / n) / sum);
            Level { name: (*name).to_owned(), m, u, n: if own { u } else { m } }
        };
        Fitted { levels: field.kind.levels().iter().enumerate().map(level).collect(), terms }
    });
    let prior = (matches.max(1.0) / all.max(pairs).max(2.0)).min(0.5);
    let neighbours = if of_own.is_empty() { 0.0 } else { (prior * 10.0).min(0.05) };
    Model { spec: spec.clone(), fields: fitted.collect(), prior, neighbours, rounds: 0, change: f64::INFINITY }
}

/// Fields that say who it is and not where: the name (a person's, or the first of an organisation), numbers given to it,
/// a date of birth. In these neighbours agree no more often than strangers do. None if there is no name.
fn own(spec: &Spec) -> Vec<bool> {
    let first = |kind| spec.fields.iter().position(|f| f.kind == kind);
    let Some(name) = first(Kind::Name).or_else(|| first(Kind::Organisation)) else { return Vec::new() };
    spec.fields.iter().enumerate().map(|(i, f)| i == name || matches!(f.kind, Kind::Code | Kind::Date | Kind::Phone)).collect()
}

/// The E step.
fn expect(model: &Model, sample: &Sample, levels: &[usize]) -> Counts {
    let bits = |of: fn(&Level) -> f64| model.fields.iter().map(|f| f.levels.iter().map(of).collect()).collect();
    let weights: [Vec<Vec<f64>>; 2] = [bits(Level::weight), bits(Level::neighbours)];
    let priors = [model.prior_bits(), model.neighbour_bits()];
    let width = sample.width.max(1);
    let pieces: Vec<Counts> = sample
        .agreements
        .par_chunks(PIECE * width)
        .enumerate()
        .map(|(piece, rows)| {
            let mut counts = Counts::zero(levels);
            for (k, row) in rows.chunks(width).enumerate() {
                let i = piece * PIECE + k;
                let [p, q] = posteriors(row, &weights, priors, i < sample.strangers);
                let w = sample.weight[i];
                let (matched, beside, apart) = (w * p, w * q, w * (1.0 - p - q));
                for (f, &(level, _)) in row.iter().enumerate().filter(|(_, a)| a.0 > 0) {
                    counts.m[f][level as usize - 1] += matched;
                    counts.n[f][level as usize - 1] += beside;
                    counts.u[f][level as usize - 1] += apart;
                }
                counts.matches += matched;
                counts.neighbours += beside;
                counts.all += w;
            }
            counts
        })
        .collect();
    pieces.iter().fold(Counts::zero(levels), Counts::add)
}

/// Chances that a pair of these agreements is one party, and that it is two neighbours. A pair taken at random is not asked
/// whether it is a match.
fn posteriors(
    row: &[Agreement],
    [weights, neighbours]: &[Vec<Vec<f64>>; 2],
    [mut same, mut beside]: [f64; 2],
    candidate: bool,
) -> [f64; 2] {
    for (f, &(level, term)) in row.iter().enumerate() {
        if level > 0 {
            same += weights[f][level as usize - 1] + f64::from(term);
            beside += neighbours[f][level as usize - 1];
        }
    }
    // Relative to the greatest of the three, so that nothing overflows.
    let most = if candidate { same.max(beside).max(0.0) } else { beside.max(0.0) };
    let odds = [if candidate { (same - most).exp2() } else { 0.0 }, (beside - most).exp2()];
    let all = odds[0] + odds[1] + (-most).exp2();
    odds.map(|o| o / all)
}

/// New parameters from expected counts, each level with a little of its own (no chance is ever 0); the largest change.
fn maximise(model: &mut Model, counts: &Counts) -> f64 {
    let mut change: f64 = 0.0;
    let of_own = own(&model.spec);
    let fitted_kind: Vec<Kind> = model.spec.fields.iter().map(|f| f.kind).collect();
    for (f, fitted) in model.fields.iter_mut().enumerate() {
        let before: Vec<f64> = fitted.levels.iter().map(|l| l.m).collect();
        let own = of_own.get(f) == Some(&true);
        let sum = |of: &[f64]| of.iter().sum::<f64>() + 1.0;
        let (sm, su, sn) = (sum(&counts.m[f]), sum(&counts.u[f]), sum(&counts.n[f]));
        let few = 1.0 / fitted.levels.len() as f64;
        for (l, level) in fitted.levels.iter_mut().enumerate() {
            level.m = (counts.m[f][l] + few) / sm;
            if own {
                level.u = (counts.u[f][l] + counts.n[f][l] + few) / (su + sn - 1.0);
                level.n = level.u;
            } else {
                level.u = (counts.u[f][l] + few) / su;
                level.n = (counts.n[f][l] + few) / sn;
            }
        }
        agreeing(&mut fitted.levels, fitted_kind[f].unlike());
        if fitted_kind[f] == Kind::Name {
            homonyms(fitted);
        } else {
            falling(&mut fitted.levels);
        }
        change = fitted.levels.iter().zip(before).map(|(l, b)| (l.m - b).abs()).fold(change, f64::max);
    }
    model.prior = ((counts.matches + 0.5) / (counts.all + 1.0)).clamp(1e-15, 0.9);
    if model.neighbours > 0.0 {
        model.neighbours = ((counts.neighbours + 0.5) / (counts.all + 1.0)).clamp(1e-15, 0.09);
    }
    change
}

/// Records of one party are unlike on a field at most every other time; a class that is so more often is another thing than a party.
const UNLIKE: f64 = 0.5;

fn agreeing(levels: &mut [Level], unlike: usize) {
    let (like, unlike) = levels.split_at_mut(levels.len().saturating_sub(unlike).max(1));
    let of = |levels: &[Level]| levels.iter().map(|l| l.m).sum::<f64>();
    let (some, rest) = (of(like), of(unlike));
    if rest > UNLIKE {
        like.iter_mut().for_each(|l| l.m *= (1.0 - UNLIKE) / some);
        unlike.iter_mut().for_each(|l| l.m *= UNLIKE / rest);
    }
}

/// Strangers are called the same at least as often as first and last words that are drawn by themselves coincide: the
/// product of both chances. Without this floor a file with few matches and many namesakes learns that namesakes are one.
fn homonyms(fitted: &mut Fitted) {
    let [first, last] = &fitted.terms[..] else { return };
    let floor = first.collision * last.collision;
    let there: f64 = fitted.levels[..SAME_NAME].iter().map(|l| l.u).sum();
    if there < floor {
        for level in &mut fitted.levels[..SAME_NAME] {
            level.u *= floor / there;
            level.n = level.u;
        }
    }
}

/// The first levels of [`Kind::Name`]: first and last words are the same.
const SAME_NAME: usize = 2;

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
