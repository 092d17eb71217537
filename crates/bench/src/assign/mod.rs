//! Contact allocation on seeded instances: our integer plan, its bound and the independent check, and beside it, where
//! asked for, the HiGHS simplex method on the linear relaxation of the same instance.

pub mod generate;
mod peer;

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail};
use rounds_decide::assign::{Settings, check, solve};
use serde_json::json;

pub use generate::Variant;

/// Solvers to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// The HiGHS simplex method (highspy from PyPI), on the linear relaxation.
    Highs,
}

/// What to measure.
#[derive(Debug, Clone)]
pub struct Args {
    /// Customers of the instance.
    pub customers: usize,
    /// Member of the family.
    pub variant: Variant,
    /// Seed of the instance.
    pub seed: u64,
    /// Threads for our solver.
    pub threads: usize,
    /// The solver to compare with, if any.
    pub peer: Option<Peer>,
    /// Where peers' environments are kept, say `target/peers`.
    pub peers: PathBuf,
}

/// Generates, solves, checks and compares; human lines to `out`, then one line of JSON.
///
/// # Errors
/// If the solver refuses the instance, the check finds a fault, the peer fails or beats our bound, or `out` cannot be
/// written.
pub fn run(args: &Args, out: &mut impl Write) -> Result<()> {
    let begin = now();
    let problem = generate::generate(args.customers, args.variant, args.seed);
    let (options, resources) = (problem.options(), problem.capacity.len());
    writeln!(
        out,
        "instance {:?}, seed {}: {} customers, {options} options, {resources} resources, generated in {:.2} s",
        args.variant,
        args.seed,
        args.customers,
        begin.elapsed().as_secs_f64(),
    )?;
    let begin = now();
    let solution = solve(&problem, &Settings { threads: args.threads })?;
    let seconds = begin.elapsed().as_secs_f64();
    let peak = peak_mb();
    let (objective, bound, gap) = (solution.objective, solution.bound, solution.gap);
    writeln!(
        out,
        "plan {objective:.6}, bound {bound:.6}, gap {:.5} %, {seconds:.4} s on {} threads; {} contacts, {} minimums missed",
        100.0 * gap,
        args.threads,
        solution.chosen.len(),
        solution.shortfalls.len(),
    )?;
    writeln!(out, "{:?}", solution.stats)?;
    let checked = check(&problem, &solution);
    if !checked.faults.is_empty() {
        bail!("the check found {} faults: {}", checked.faults.len(), checked.faults.join("; "));
    }
    writeln!(out, "check: feasible, bound {:.6} computed again from the prices", checked.bound)?;
    let mut line = json!({
        "bench": "assign", "customers": args.customers, "variant": args.variant, "seed": args.seed,
        "threads": args.threads, "options": options, "resources": resources,
        "objective": objective, "bound": checked.bound, "gap": checked.gap, "seconds": seconds,
        "contacts": solution.chosen.len(), "shortfalls": solution.shortfalls.len(), "peak_mb": peak,
    });
    if args.peer == Some(Peer::Highs) {
        let answer = peer::highs(&problem, &args.peers)?;
        let ratio = answer.seconds / seconds;
        writeln!(
            out,
            "HiGHS {} simplex, linear relaxation: {:.6} in {:.3} s, {ratio:.1} times ours; our bound is {:+.2e} from it",
            answer.version,
            answer.objective,
            answer.seconds,
            (bound - answer.objective) / answer.objective,
        )?;
        if bound < answer.objective * (1.0 - 1e-6) && solution.shortfalls.is_empty() {
            bail!("our bound {bound} is below the optimum of the relaxation, {}", answer.objective);
        }
        line["peer"] = json!(format!("HiGHS {} simplex, LP", answer.version));
        line["peer_objective"] = json!(answer.objective);
        line["peer_seconds"] = json!(answer.seconds);
        line["ratio"] = json!(ratio);
    }
    writeln!(out, "{line}")?;
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "a benchmark measures the machine; no result depends on it")]
fn now() -> Instant {
    Instant::now()
}

/// Largest resident memory of this process so far, in MB of 10^6 bytes; `None` where the system does not say.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0 / 1e6)
}
