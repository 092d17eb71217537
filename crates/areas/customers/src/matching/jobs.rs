//! Looking for pairs, and merging many of them: long work with its progress.

use super::commands::{FinishRun, MergePair, MergeStep, WritePairs};
use super::inputs::{self, Input};
use super::model::{AUTO_SETTING, BY_ITSELF, Evidence, Found, POSSIBLE};
use super::store;
use crate::identifiers::EntityKind;
use crate::merging::{FollowMerges, Reference};
use rounds_decide::link::{Linker, Model, NEIGHBOURS, Scope, Settings, probability};
use rounds_kernel::{Actor, Error, JobId, Result};
use rounds_platform::jobs::{Context, Report, Work};
use rounds_store::jobs::{Enqueue, JobRow};
use rounds_store::settings;
use rounds_store::{Engine, Query, Runner};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Kind of the job that looks for pairs.
pub const MATCH: &str = "match";
/// Kind of the job that merges all pairs above a probability.
pub const MERGE_ABOVE: &str = "match-merge";
/// Pairs a transaction.
const STEP: usize = 500;

/// What a run looks at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MatchRequest {
    /// Which records.
    pub kind: EntityKind,
    /// True to compare all with all and learn anew; otherwise what came since the last run is compared with the record.
    pub all: bool,
}

/// Asks for a run; one that waits or runs already is the same.
///
/// # Errors
/// When the actor may not ask for work.
pub async fn ask(runner: &Runner, actor: &Actor, request: &MatchRequest) -> Result<JobRow> {
    let input = serde_json::to_value(request).map_err(Error::internal)?;
    runner.run(actor, Enqueue { kind: MATCH.into(), input_key: request.kind.code().into(), input }).await
}

/// The kinds of long work of this capability; `references` are all areas'.
pub fn works(references: &[Reference]) -> Vec<Arc<dyn Work>> {
    vec![Arc::new(MatchWork { references: references.to_vec() }), Arc::new(MergeWork { references: references.to_vec() })]
}

struct MatchWork {
    references: Vec<Reference>,
}

#[async_trait::async_trait]
impl Work for MatchWork {
    fn kind(&self) -> &'static str {
        MATCH
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        // Asked for by the schedule, it compares what is new of every kind.
        if let Some(MatchRequest { kind, all }) = serde_json::from_str(&context.job.input).map_err(Error::internal)? {
            return self.compare(context, kind, all).await;
        }
        let mut all = Vec::new();
        for kind in [EntityKind::System, EntityKind::Account, EntityKind::Person] {
            all.push(self.compare(context, kind, false).await?);
        }
        Ok(Report::Array(all))
    }
}

impl MatchWork {
    /// Looks for pairs of one kind: all with all, or what came since the last run with the record.
    async fn compare(&self, context: &Context, kind: EntityKind, all: bool) -> Result<Report> {
        let (runner, job) = (&context.runner, JobId(context.job.id));
        let started = runner.now().0;
        if runner.db.engine() == Engine::Postgres {
            runner.run(&context.actor, FollowMerges { references: self.references.clone() }).await?;
        }
        let learnt = if all { None } else { store::model(&runner.db, kind).await? };
        (context.progress)(0, 0, "Reading the record");
        let input = inputs::load(&runner.db, kind, learnt.as_ref().map(|(_, upto)| *upto)).await?;
        let (rows, known, upto) = (input.ids.len(), input.known, input.upto);
        let fresh: Option<Vec<i64>> = learnt.is_some().then(|| input.ids[known..].to_vec());
        (context.progress)(0, 0, &format!("Comparing {} new with {known} known {}", rows - known, kind.plural()));
        let linked = tokio::task::spawn_blocking(move || link(&input, learnt.map(|(m, _)| m))).await.map_err(Error::internal)??;
        let different = store::different(&runner.db, kind).await?;
        let pairs: Vec<Found> = linked.pairs.into_iter().filter(|p| !different.contains(&(p.a, p.b))).collect();
        let total = pairs.len() as i64;
        for (i, chunk) in pairs.chunks(STEP).enumerate() {
            let done = (i * STEP + chunk.len()) as i64;
            runner.run(&context.actor, WritePairs { job, kind, pairs: chunk.to_vec(), done, total }).await?;
            (context.progress)(done, total, "Writing pairs");
        }
        runner.run(&context.actor, FinishRun { job, kind, started, fresh, upto, records: rows as i64, model: linked.model }).await?;
        let merged = if settings::get(&runner.db, AUTO_SETTING).await?.as_deref() == Some("on") {
            let score = (bits(BY_ITSELF) * 1_000.0) as i64;
            merge_above(context, kind, score, &self.references).await?
        } else {
            0
        };
        let sure = pairs.iter().filter(|p| p.probability >= super::model::CERTAIN).count();
        Ok(serde_json::json!({
            "kind": kind.code(), "records": rows, "new": rows - known, "candidates": linked.candidates, "pairs": total, "certain": sure,
            "merged": merged,
        }))
    }
}

/// Log2 odds of a probability.
pub(super) fn bits(p: f64) -> f64 {
    (p / (1.0 - p)).log2()
}

struct Linked {
    pairs: Vec<Found>,
    candidates: usize,
    model: Option<Model>,
}

/// The pairs of at least [`POSSIBLE`], explained. Pure, and busy: not for a thread that serves pages.
fn link(input: &Input, learnt: Option<Model>) -> Result<Linked> {
    let settings = Settings { threads: 2, seed: 1 };
    let learnt = learnt.filter(|m| m.spec == input.spec);
    if input.ids.len() < 2 || (learnt.is_some() && input.known == input.ids.len()) {
        return Ok(Linked { pairs: Vec::new(), candidates: 0, model: learnt });
    }
    let linker = match &learnt {
        Some(model) => Linker::with(model, &input.records, Scope::New { known: input.known }, &settings)?,
        None => Linker::learn(&input.spec, &input.records, Scope::Within, &settings)?,
    };
    let mut pairs = Vec::new();
    for pair in linker.pairs(bits(POSSIBLE) as f32) {
        let why = linker.explain(pair.a, pair.b)?;
        let (x, y) = (input.ids[pair.a as usize], input.ids[pair.b as usize]);
        let turned = x > y;
        // That neighbours take nothing off need not be said.
        let said = why.reasons.into_iter().filter(|r| r.field != NEIGHBOURS || r.weight <= -0.05);
        let evidence = said.map(|r| {
            let (left, right) = if turned { (r.right, r.left) } else { (r.left, r.right) };
            Evidence { field: r.field, left, right, level: r.level, bits: ((r.weight + r.term) * 100.0).round() / 100.0 }
        });
        let evidence = evidence.collect();
        pairs.push(Found { a: x.min(y), b: x.max(y), bits: why.total, probability: probability(why.total), evidence });
    }
    Ok(Linked { pairs, candidates: linker.candidates(), model: Some(linker.model().clone()) })
}

/// Which pairs a steward merges at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MergeAbove {
    /// Kind of records.
    pub kind: EntityKind,
    /// From this score on (thousandths of a bit).
    pub score: i64,
}

struct MergeWork {
    references: Vec<Reference>,
}

#[async_trait::async_trait]
impl Work for MergeWork {
    fn kind(&self) -> &'static str {
        MERGE_ABOVE
    }

    async fn run(&self, context: &Context) -> Result<Report> {
        let MergeAbove { kind, score } = serde_json::from_str(&context.job.input).map_err(Error::internal)?;
        let merged = merge_above(context, kind, score, &self.references).await?;
        Ok(serde_json::json!({ "kind": kind.code(), "merged": merged }))
    }
}

/// Merges the open pairs of at least `score`, the surest first, each in its own transaction: what a kill leaves is open, not half done.
async fn merge_above(context: &Context, kind: EntityKind, score: i64, references: &[Reference]) -> Result<i64> {
    let mut merged = 0;
    let total = store::open_above(&context.runner.db, kind, score, i64::MAX).await?.len() as i64;
    loop {
        let pairs = store::open_above(&context.runner.db, kind, score, 100).await?;
        if pairs.is_empty() {
            return Ok(merged);
        }
        for pair in pairs {
            let act = MergePair { pair, survivor: None, references: references.to_vec() };
            match context.runner.run(&context.actor, act).await {
                Ok(_) => merged += 1,
                // One of the two went elsewhere a moment ago, perhaps by this very job: the pair is no longer open.
                Err(e) if e.code == "merge.gone" || e.code == "match.settled" || e.code == "record.not_found" => {}
                Err(e) => return Err(e),
            }
        }
        let message = format!("{merged} of {total} pairs merged");
        context.runner.run(&context.actor, MergeStep { job: JobId(context.job.id), done: merged.min(total), total, message }).await?;
        (context.progress)(merged.min(total), total, "Merging");
    }
}
