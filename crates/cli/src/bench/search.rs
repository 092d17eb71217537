//! `rounds bench search`: search-as-you-type over a market of people, from the first keystroke, for a rep, a region and the whole base.

use crate::compose;
use clap::Args;
use rounds_kernel::{Actor, Clock, Error, Permission, Result, Rng, Scope, SystemClock, UserId};
use rounds_store::search::{Doc, DocKind, find, put};
use rounds_store::{Command, Db, RunOptions, Runner, Tx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// `rounds bench search`
#[derive(Debug, Args)]
pub struct BenchSearch {
    /// People in the index.
    #[arg(long, default_value_t = 1_000_000)]
    pub people: usize,
    /// People a rep sees.
    #[arg(long, default_value_t = 2_000)]
    pub per_rep: usize,
    /// People a region's director sees.
    #[arg(long, default_value_t = 100_000)]
    pub per_region: usize,
    /// Names typed letter by letter, for each scope.
    #[arg(long, default_value_t = 300)]
    pub names: usize,
    /// Seed.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Database to fill; a temporary SQLite file if not given.
    #[arg(long)]
    pub database: Option<String>,
}

/// Hits under the search field.
const SHOWN: u64 = 8;
/// Keystrokes slower than this are named, in ms.
const SLOW: f64 = 15.0;
/// Numbers of regions' directors begin here, those of reps at 1.
const DIRECTORS: usize = 1_000_000;

/// One chunk of simulated people into the index.
#[derive(Serialize, Deserialize)]
struct IndexPeople {
    from: usize,
    names: Vec<String>,
    per_rep: usize,
    per_region: usize,
}

impl Command for IndexPeople {
    const NAME: &'static str = "bench.index_people";
    const PERMISSION: Permission = Permission::Administer;
    type Out = ();

    fn audit_view(&self) -> serde_json::Value {
        serde_json::json!({ "from": self.from, "people": self.names.len() })
    }

    async fn run(self, tx: &mut Tx) -> Result<()> {
        let doc = |(i, name): (usize, &String)| {
            let n = self.from + i;
            // Two field reps, two remote reps, a key account manager, a manager and a director see each person.
            let reps = [n / self.per_rep, 300_000 + n / self.per_rep, 400_000 + n / (4 * self.per_rep), 500_000 + n / (4 * self.per_rep)];
            let more = [600_000 + n / (8 * self.per_rep), 700_000 + n / (16 * self.per_rep), DIRECTORS + n / self.per_region];
            Doc {
                kind: DocKind::Person,
                id: n as i64 + 1,
                title: name.clone(),
                subtitle: format!("Physician · Hospital {}", n / 10),
                href: format!("/people/{}", n + 1),
                users: reps.iter().chain(&more).map(|u| *u as i64 + 1).collect(),
            }
        };
        put(tx, self.names.iter().enumerate().map(doc).collect()).await
    }
}

/// Fills an index with simulated names and types names into it.
///
/// # Errors
/// The database cannot be written.
pub async fn run(a: BenchSearch) -> Result<()> {
    let dir = tempfile::tempdir().map_err(Error::internal)?;
    let database = a.database.clone().unwrap_or_else(|| dir.path().join("bench.db").to_string_lossy().into_owned());
    let runner = compose::open(&database, Arc::new(SystemClock)).await?;
    let names = names(&a);
    let filling = SystemClock.now();
    fill(&runner, &a, &names).await?;
    let filled = SystemClock.now();
    let mut figures = serde_json::Map::new();
    let mut all = Vec::new();
    for (scope_name, size) in [("rep", a.per_rep), ("region", a.per_region), ("whole", a.people)] {
        let times = typed(&runner.db, &a, &names, scope_name, size).await?;
        figures.insert(scope_name.into(), summary(&times));
        all.extend(times);
    }
    let line = serde_json::json!({
        "bench": "search", "engine": format!("{:?}", rounds_store::Query::engine(&runner.db)).to_lowercase(), "people": a.people, "seed": a.seed,
        "keystrokes": all.len(), "ms": summary(&all), "by_scope": figures, "fill_seconds": (filled.0 - filling.0) as f64 / 1e6,
    });
    println!("{line}");
    Ok(())
}

fn names(a: &BenchSearch) -> Vec<String> {
    let mut rng = Rng::new(a.seed);
    let name = |_| {
        let (first, last) = rounds_sim::person_name(&mut rng);
        format!("{first} {last}")
    };
    (0..a.people).map(name).collect()
}

async fn fill(runner: &Runner, a: &BenchSearch, names: &[String]) -> Result<()> {
    let actor = Actor::program("bench");
    for (i, chunk) in names.chunks(1_000).enumerate() {
        let command = IndexPeople { from: i * 1_000, names: chunk.to_vec(), per_rep: a.per_rep, per_region: a.per_region };
        runner.run_with(&actor, command, RunOptions::default()).await?;
        if i % 100 == 99 {
            eprintln!("{} of {} simulated people in the index", (i + 1) * 1_000, names.len());
        }
    }
    runner.db.optimise().await
}

/// Milliseconds of each keystroke: names of people within the scope, and every third a name of anybody.
async fn typed(db: &Db, a: &BenchSearch, names: &[String], scope_name: &str, size: usize) -> Result<Vec<f64>> {
    let mut rng = Rng::new(a.seed).stream(size as u64);
    let mut times = Vec::new();
    for n in 0..a.names {
        let block = rng.below(a.people.div_ceil(size));
        let scope = match scope_name {
            "rep" => Scope::CoveredBy(vec![UserId(block as i64 + 1)]),
            "region" => Scope::CoveredBy(vec![UserId((DIRECTORS + block) as i64 + 1)]),
            _ => Scope::All,
        };
        let within = (block * size + rng.below(size)).min(names.len() - 1);
        let name = if n % 3 == 2 { &names[rng.below(names.len())] } else { &names[within] };
        let letters: Vec<char> = name.chars().collect();
        for typed in 1..=letters.len() {
            let text: String = letters[..typed].iter().collect();
            let start = SystemClock.now();
            let hits = find(db, &text, &scope, SHOWN).await?;
            let took = (SystemClock.now().0 - start.0) as f64 / 1e3;
            if took > SLOW {
                eprintln!("{took:.1} ms for “{text}” within {scope_name}");
            }
            times.push(took);
            if n % 3 != 2 && typed == letters.len() && !hits.iter().any(|h| h.title == *name) {
                return Err(Error::internal(format!("{name} was typed and not found")));
            }
        }
    }
    Ok(times)
}

/// Median, 99th percentile and largest.
pub fn summary(times: &[f64]) -> serde_json::Value {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |q: f64| sorted.get(((sorted.len() as f64 * q).ceil() as usize).saturating_sub(1)).copied().unwrap_or_default();
    serde_json::json!({ "p50": at(0.5), "p99": at(0.99), "max": at(1.0) })
}
