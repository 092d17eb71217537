//! Records, candidates and a model together: scores pairs and explains them.

use super::block::{self, Blocked};
use super::compare::{Comparer, Memo};
use super::learn;
use super::model::{Explanation, Level, Model, NEIGHBOURS, Pair, Reason, probability, shared};
use super::prepare::{Prepared, Terms, count, hash, mix, prepare};
use super::{Records, Scope, Settings, Spec};
use rayon::prelude::*;
use rounds_kernel::Error;

/// Records made ready under a model, with the candidate pairs of its rules.
pub struct Linker {
    model: Model,
    scope: Scope,
    comparers: Vec<Comparer>,
    /// The caller's row of each of ours. Ours are sorted by content within a side, so that the order of rows in a file
    /// changes nothing.
    order: Vec<u32>,
    place: Vec<u32>,
    candidates: Vec<u64>,
    blocked: Vec<Blocked>,
    pool: rayon::ThreadPool,
}

impl Linker {
    /// Learns a model from these records, without labels, and stays ready to score them.
    ///
    /// # Errors
    /// `link.…` if columns, fields, rules or scope do not fit the records.
    pub fn learn(spec: &Spec, records: &Records, scope: Scope, settings: &Settings) -> Result<Linker, Error> {
        let (mut linker, fields) = Linker::ready(spec, records, scope, settings)?;
        let terms: Vec<Vec<Terms>> = linker.pool.install(|| fields.par_iter().map(count).collect());
        linker.comparers = fields.into_iter().zip(&terms).map(|(p, t)| Comparer::new(p, t)).collect();
        let (comparers, candidates) = (&linker.comparers, &linker.candidates);
        linker.model = linker.pool.install(|| learn::learn(spec, comparers, terms, candidates, scope, settings.seed));
        Ok(linker)
    }

    /// Makes records ready under a model learnt before: weights and term frequencies are the model's.
    ///
    /// # Errors
    /// As for [`Linker::learn`].
    pub fn with(model: &Model, records: &Records, scope: Scope, settings: &Settings) -> Result<Linker, Error> {
        if model.fields.len() != model.spec.fields.len() {
            let cause = format!("the model has parameters of {} fields and names {}", model.fields.len(), model.spec.fields.len());
            return Err(Error::invalid("link.model", cause, "use a model as it was learnt"));
        }
        let (mut linker, fields) = Linker::ready(&model.spec, records, scope, settings)?;
        linker.comparers = fields.into_iter().zip(&model.fields).map(|(p, f)| Comparer::new(p, &f.terms)).collect();
        linker.model = model.clone();
        Ok(linker)
    }

    fn ready(spec: &Spec, records: &Records, scope: Scope, settings: &Settings) -> Result<(Linker, Vec<Prepared>), Error> {
        scope.validate(records.len())?;
        spec.validate(records)?;
        let threads = settings.threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|e| Error::invalid("link.threads", format!("{threads} threads could not be started: {e}"), "ask for fewer"))?;
        let mut order: Vec<u32> = (0..records.len() as u32).collect();
        let sums: Vec<u64> = content(spec, records)?;
        order.sort_by_key(|&r| ((r as usize) >= scope.first(), sums[r as usize]));
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(i, &r)| place[r as usize] = i as u32);
        let fields = pool.install(|| {
            spec.fields.par_iter().map(|f| prepare(f, spec.town_of(f, scope), records, &order)).collect::<Result<Vec<_>, _>>()
        })?;
        let (candidates, blocked) = pool.install(|| block::candidates(spec, &fields, scope));
        let model = Model { spec: spec.clone(), fields: Vec::new(), prior: 0.5, neighbours: 0.0, rounds: 0, change: 0.0 };
        let linker = Linker { model, scope, comparers: Vec::new(), order, place, candidates, blocked, pool };
        Ok((linker, fields))
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Number of candidate pairs.
    pub fn candidates(&self) -> usize {
        self.candidates.len()
    }

    /// What each rule brought.
    pub fn blocked(&self) -> &[Blocked] {
        &self.blocked
    }

    pub(crate) fn pool(&self) -> &rayon::ThreadPool {
        &self.pool
    }

    /// Which pairs are asked about.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.order.len()
    }

    /// The candidates of at least this weight, by rows.
    pub fn pairs(&self, least: f32) -> Vec<Pair> {
        let found: Vec<Vec<Pair>> = self.pool.install(|| {
            let score = self.scorer();
            let piece = |memos: &mut Vec<Memo>, some: &[u64]| {
                let scored = some.iter().map(|&p| (p, score.bits((p >> 32) as u32, p as u32, memos)));
                scored.filter(|(_, w)| *w >= least).map(|(p, weight)| self.pair(p, weight)).collect::<Vec<_>>()
            };
            self.candidates.par_chunks(1 << 14).map_init(|| score.memos(), piece).collect()
        });
        let mut pairs = found.concat();
        self.pool.install(|| pairs.par_sort_unstable_by_key(|p| (p.a, p.b)));
        pairs
    }

    fn pair(&self, p: u64, weight: f32) -> Pair {
        let (a, b) = (self.order[(p >> 32) as usize], self.order[p as u32 as usize]);
        Pair { a: a.min(b), b: a.max(b), weight }
    }

    /// Whether neighbours take bits off. Not across two files: there a neighbour has a partner of its own, and what decides is
    /// which of both is the better one ([`Linker::one_to_one`], [`Linker::best`]).
    fn beside(&self) -> bool {
        self.model.neighbours > 0.0 && !matches!(self.scope, Scope::Across { .. })
    }

    pub(crate) fn scorer(&self) -> Scorer<'_> {
        let weights = |of: fn(&Level) -> f64| self.model.fields.iter().map(|f| f.levels.iter().map(|l| of(l) as f32).collect()).collect();
        let prior = [self.model.prior_bits() as f32, self.model.neighbour_bits() as f32];
        Scorer {
            comparers: &self.comparers,
            weights: weights(Level::weight),
            neighbours: weights(Level::neighbours),
            prior,
            beside: self.beside(),
            place: &self.place,
        }
    }

    /// Weight of any pair of rows, candidate or not.
    ///
    /// # Errors
    /// `link.row` if there is no such row.
    pub fn weight(&self, a: u32, b: u32) -> Result<f32, Error> {
        Ok(self.explain(a, b)?.total as f32)
    }

    /// Why a pair has its weight, field by field.
    ///
    /// # Errors
    /// `link.row` if there is no such row.
    pub fn explain(&self, a: u32, b: u32) -> Result<Explanation, Error> {
        let rows = self.order.len();
        if a as usize >= rows || b as usize >= rows {
            return Err(Error::invalid("link.row", format!("rows {a} and {b} are asked about, there are {rows}"), "count rows from 0"));
        }
        let (x, y) = (self.place[a as usize], self.place[b as usize]);
        let (mut total, mut neighbours) = (self.model.prior_bits(), self.model.neighbour_bits());
        let mut reasons = Vec::with_capacity(self.comparers.len());
        for ((comparer, fitted), field) in self.comparers.iter().zip(&self.model.fields).zip(&self.model.spec.fields) {
            let p = comparer.prepared();
            let (level, term) = comparer.rows(x, y, &mut Memo::new());
            let found = (level > 0).then(|| &fitted.levels[level as usize - 1]);
            let weight = found.map_or(0.0, Level::weight);
            total += weight + f64::from(term);
            neighbours += found.map_or(0.0, Level::neighbours);
            reasons.push(Reason {
                field: field.name.clone(),
                left: p.values[p.row[x as usize] as usize].text.clone(),
                right: p.values[p.row[y as usize] as usize].text.clone(),
                level: found.map_or_else(|| "not known".to_owned(), |l| l.name.clone()),
                weight,
                term: f64::from(term),
            });
        }
        if self.beside() {
            let weight = -shared(neighbours);
            let (left, right) = (String::new(), String::new());
            reasons.push(Reason { field: NEIGHBOURS.into(), left, right, level: "so do others of one place".into(), weight, term: 0.0 });
            total += weight;
        }
        Ok(Explanation { prior: self.model.prior_bits(), reasons, total, probability: probability(total) })
    }
}

/// Comparers and weights of all fields.
pub(crate) struct Scorer<'a> {
    comparers: &'a [Comparer],
    weights: Vec<Vec<f32>>,
    neighbours: Vec<Vec<f32>>,
    prior: [f32; 2],
    beside: bool,
    place: &'a [u32],
}

impl Scorer<'_> {
    pub(crate) fn memos(&self) -> Vec<Memo> {
        self.comparers.iter().map(|_| Memo::new()).collect()
    }

    fn bits(&self, a: u32, b: u32, memos: &mut [Memo]) -> f32 {
        let [mut bits, mut neighbours] = self.prior;
        for (((c, w), n), memo) in self.comparers.iter().zip(&self.weights).zip(&self.neighbours).zip(memos) {
            let (level, term) = c.rows(a, b, memo);
            if level > 0 {
                bits += w[level as usize - 1] + term;
                neighbours += n[level as usize - 1];
            }
        }
        if self.beside { bits - shared(f64::from(neighbours)) as f32 } else { bits }
    }

    /// Weight of two of the caller's rows.
    pub(crate) fn rows(&self, a: u32, b: u32, memos: &mut [Memo]) -> f32 {
        let (x, y) = (self.place[a as usize], self.place[b as usize]);
        self.bits(x.min(y), x.max(y), memos)
    }
}

/// A number for the content of each row, of the compared columns.
fn content(spec: &Spec, records: &Records) -> Result<Vec<u64>, Error> {
    let mut sums = vec![0u64; records.len()];
    for name in spec.fields.iter().flat_map(|f| &f.columns).filter(|c| !c.is_empty()) {
        let column = records.column(name)?;
        let mut known: Vec<Option<u64>> = Vec::new();
        for (r, sum) in sums.iter_mut().enumerate() {
            let cell = records.cell(r, column) as usize;
            known.resize(known.len().max(cell + 1), None);
            let text = *known[cell].get_or_insert_with(|| hash(records.text(r, column)));
            *sum = mix(*sum ^ text);
        }
    }
    Ok(sums)
}
