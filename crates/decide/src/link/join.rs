//! From weighted pairs to a decision: clusters of one file, one-to-one partners of two, new rows beside the record.

use super::compare::Memo;
use super::linker::Scorer;
use super::model::probability;
use super::{Linker, Pair};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Most pairs of records looked at to judge whether two clusters are one.
const JURY: usize = 100;
/// A single pair says at most this many bits for or against joining two clusters.
const LOUDEST: f32 = 20.0;

impl Linker {
    /// Clusters of records of the same party: for each row the smallest row of its cluster.
    ///
    /// Pairs of at least `threshold` bits are taken from the strongest down. Two clusters are joined only if the mean
    /// weight over all pairs *between* them, candidates or not, is at least `threshold` too: a chain of lookalikes
    /// (A like B, B like C, C unlike A) does not run into one. This is average linkage, greedily.
    pub fn clusters(&self, pairs: &[Pair], threshold: f32) -> Vec<u32> {
        let rows = self.rows();
        let mut strong: Vec<Pair> = pairs.iter().copied().filter(|p| p.weight >= threshold).collect();
        let mut roots = Roots::new(rows);
        strong.iter().for_each(|p| roots.join(p.a, p.b));
        let component: Vec<u32> = (0..rows as u32).map(|r| roots.find(r)).collect();
        self.pool().install(|| {
            strong.par_sort_unstable_by(|p, q| {
                let by = component[p.a as usize].cmp(&component[q.a as usize]);
                by.then(q.weight.total_cmp(&p.weight)).then((p.a, p.b).cmp(&(q.a, q.b)))
            });
        });
        let score = self.scorer();
        let found: Vec<Vec<(u32, u32)>> = self.pool().install(|| {
            let groups: Vec<&[Pair]> = strong.chunk_by(|p, q| component[p.a as usize] == component[q.a as usize]).collect();
            groups
                .par_iter()
                .with_min_len(16)
                .map_init(|| score.memos(), |memos, group| one_component(group, &score, memos, threshold))
                .collect()
        });
        let mut cluster: Vec<u32> = (0..rows as u32).collect();
        for (row, first) in found.into_iter().flatten() {
            cluster[row as usize] = first;
        }
        cluster
    }

    /// For each record of the first file its best partner in the second, which is the reference: the first file may hold a
    /// party several times. Strongest first, ties by row. A second record joins a partner that is taken only if it is
    /// like the first one too, by the same model and threshold: lookalikes do not pile up on one reference.
    pub fn best(&self, pairs: &[Pair], threshold: f32) -> Vec<Pair> {
        let mut strong: Vec<Pair> = pairs.iter().copied().filter(|p| p.weight >= threshold).collect();
        strong.sort_by(|p, q| p.a.cmp(&q.a).then(q.weight.total_cmp(&p.weight)).then(p.b.cmp(&q.b)));
        strong.dedup_by_key(|p| p.a);
        strong.sort_by(|p, q| q.weight.total_cmp(&p.weight).then((p.a, p.b).cmp(&(q.a, q.b))));
        let score = self.scorer();
        let mut memos = score.memos();
        let mut holder: FxHashMap<u32, u32> = FxHashMap::default();
        strong.retain(|p| {
            let first = *holder.entry(p.b).or_insert(p.a);
            first == p.a || score.rows(first, p.a, &mut memos) >= threshold
        });
        strong.sort_by_key(|p| (p.a, p.b));
        strong
    }

    /// Partners of two files, each record at most once: the strongest pair first, ties by row.
    pub fn one_to_one(&self, pairs: &[Pair], threshold: f32) -> Vec<Pair> {
        let mut strong: Vec<Pair> = pairs.iter().copied().filter(|p| p.weight >= threshold).collect();
        strong.sort_by(|p, q| q.weight.total_cmp(&p.weight).then((p.a, p.b).cmp(&(q.a, q.b))));
        let mut taken = vec![false; self.rows()];
        strong.retain(|p| {
            let free = !taken[p.a as usize] && !taken[p.b as usize];
            if free {
                taken[p.a as usize] = true;
                taken[p.b as usize] = true;
            }
            free
        });
        strong.sort_by_key(|p| (p.a, p.b));
        strong
    }
}

/// The least weight at which, by the model's own probabilities, at most `share` of the links are wrong: a threshold
/// chosen without labels. Even odds (0) at the least.
pub fn threshold_for(links: &[Pair], share: f64) -> f32 {
    let mut weights: Vec<f32> = links.iter().map(|p| p.weight).filter(|w| *w >= 0.0).collect();
    weights.sort_by(|x, y| y.total_cmp(x));
    let mut wrong = 0.0;
    let mut least = weights.first().copied().unwrap_or(0.0);
    for (i, &w) in weights.iter().enumerate() {
        wrong += 1.0 - probability(f64::from(w));
        if wrong <= share * (i + 1) as f64 {
            least = w;
        }
    }
    least
}

/// Joins the clusters of one connected component; each row with the first row of its cluster.
fn one_component(pairs: &[Pair], score: &Scorer, memos: &mut [Memo], threshold: f32) -> Vec<(u32, u32)> {
    let mut members: FxHashMap<u32, u32> = FxHashMap::default();
    let mut clusters: Vec<Vec<u32>> = Vec::new();
    for p in pairs {
        for r in [p.a, p.b] {
            members.entry(r).or_insert_with(|| {
                clusters.push(vec![r]);
                clusters.len() as u32 - 1
            });
        }
    }
    // What was refused once stays refused until one of both has grown.
    let mut refused: FxHashMap<(u32, u32), (usize, usize)> = FxHashMap::default();
    for p in pairs {
        let (x, y) = (members[&p.a], members[&p.b]);
        let (x, y) = (x.min(y), x.max(y));
        if x == y {
            continue;
        }
        let sizes = (clusters[x as usize].len(), clusters[y as usize].len());
        if sizes != (1, 1) {
            if refused.get(&(x, y)) == Some(&sizes) {
                continue;
            }
            if between(&clusters[x as usize], &clusters[y as usize], score, memos) < threshold {
                refused.insert((x, y), sizes);
                continue;
            }
        }
        let (to, from) = if sizes.0 >= sizes.1 { (x, y) } else { (y, x) };
        let moved = std::mem::take(&mut clusters[from as usize]);
        for &r in &moved {
            members.insert(r, to);
        }
        clusters[to as usize].extend(moved);
    }
    let mut out = Vec::new();
    for cluster in clusters.iter().filter(|c| c.len() > 1) {
        let first = cluster.iter().copied().min().unwrap_or(0);
        out.extend(cluster.iter().map(|&r| (r, first)));
    }
    out
}

/// Mean weight of the pairs between two clusters; of large ones an even sample.
fn between(x: &[u32], y: &[u32], score: &Scorer, memos: &mut [Memo]) -> f32 {
    let all = x.len() * y.len();
    let step = all.div_ceil(JURY).max(1);
    // A step that shares no factor with the width walks over rows and columns evenly.
    let step = (step..).find(|s| gcd(*s, y.len()) == 1 || all <= JURY).unwrap_or(1);
    let (mut sum, mut n) = (0.0, 0);
    for i in (0..all).step_by(step) {
        sum += score.rows(x[i / y.len()], y[i % y.len()], memos).clamp(-LOUDEST, LOUDEST);
        n += 1;
    }
    sum / n as f32
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Union–find with the smaller row as root.
struct Roots(Vec<u32>);

impl Roots {
    fn new(n: usize) -> Self {
        Roots((0..n as u32).collect())
    }

    fn find(&mut self, mut x: u32) -> u32 {
        while self.0[x as usize] != x {
            self.0[x as usize] = self.0[self.0[x as usize] as usize];
            x = self.0[x as usize];
        }
        x
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}
