//! `rounds match` and `rounds merge`: looking for records that are one, and settling them, from the command line.

use crate::args::{Match, MergeArgs};
use crate::{compose, progress};
use rounds_customers::identifiers::EntityKind;
use rounds_customers::matching::{MatchRequest, ask};
use rounds_customers::merging::{Merge, Unmerge};
use rounds_kernel::{Actor, Error, JobId, Result, SystemClock};
use rounds_platform::jobs::run_now;
use std::sync::Arc;

fn kind(word: &str) -> Result<EntityKind> {
    EntityKind::ALL
        .into_iter()
        .find(|k| k.code() == word || k.plural() == word)
        .ok_or_else(|| Error::invalid("match.kind", format!("There are no records of kind “{word}”."), "Say accounts, people or systems."))
}

pub(crate) async fn run(a: Match) -> Result<()> {
    let kinds = match &a.kind {
        Some(word) => vec![kind(word)?],
        None => EntityKind::ALL.to_vec(),
    };
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let actor = Actor::program("command line");
    for kind in kinds {
        let job = ask(&runner, &actor, &MatchRequest { kind, all: a.all }).await?;
        let (bar, tell) = progress::bar(&format!("Match {}", kind.plural()));
        let report = run_now(&runner, &actor, &compose::works(), JobId(job.id), tell).await;
        bar.finish_and_clear();
        let r = report?;
        let n = |field: &str| r[field].as_u64().unwrap_or_default();
        println!("  ✓ {} {}, {} of them new: {} candidates compared", n("records"), kind.plural(), n("new"), n("candidates"));
        println!("    {} pairs to decide at /matching, {} of them certain; {} merged by themselves", n("pairs"), n("certain"), n("merged"));
    }
    Ok(())
}

pub(crate) async fn merge(a: MergeArgs) -> Result<()> {
    let runner = compose::open(&a.at.database, Arc::new(SystemClock)).await?;
    let (actor, references) = (Actor::program("command line"), compose::references());
    if let Some(merge) = a.undo {
        let done = runner.run(&actor, Unmerge { merge, references }).await?;
        println!("  ✓ {} {} is back: {} rows went back to it", done.kind, done.back, done.rows);
        return Ok(());
    }
    let (Some(word), Some(survivor), Some(merged)) = (&a.kind, a.survivor, a.merged) else {
        let cause = "Which two records? Nothing was changed.";
        return Err(Error::invalid("merge.which", cause, "rounds merge --kind accounts SURVIVOR MERGED, or rounds merge --undo MERGE"));
    };
    let act = Merge { kind: kind(word)?, survivor, merged, reason: "by the command line".into(), references };
    let done = runner.run(&actor, act).await?;
    println!(
        "  ✓ merge {}: {} rows moved, {} kept aside; take it apart with rounds merge --undo {}",
        done.merge, done.rows, done.removed, done.merge
    );
    Ok(())
}
