//! Contact allocation: which contact, through which channel, by whom, for which customer, under everyone's limits.
//!
//! Maximise the value of the options taken, subject to
//! - at most a cap of options a customer, of them at most a cap of each subgroup, and at most a cap an account;
//! - use of each resource (an owner's minutes, a budget of e-mails) within its capacity;
//! - at least a minimum of options a customer and an account, where that is possible;
//! - options locked in or out.
//!
//! The method, after Fisher (The Lagrangian relaxation method for solving integer programming problems, 1981), with
//! the field's own ancestor in Lodish (CALLPLAN, 1971):
//!
//! | step | file |
//! |---|---|
//! | validate the arrays | `problem.rs` |
//! | apply locks, lower minimums nobody can reach, tie customers of an account together | `model.rs` |
//! | at given prices, the best choice of each group, exactly | `group.rs` |
//! | prices of the resources by rounds over a sample, over all, over the core, and polished where much ties | `price.rs` |
//! | a whole plan: one exact knapsack a resource, coarse ones first | `round.rs`, `turn.rs`, `knapsack.rs` |
//! | repair, fill, shortfalls, bound | `finish.rs`, `dual.rs` |
//!
//! **Minimums** are goals: a contact missing is weighed as ten of the most valuable contacts, and what is missed is
//! reported as a [`Shortfall`], never an error. The bound then speaks about plans that cover everyone at least as well.
//! **Locks** come first: where the locked options alone exceed a limit, the limit is raised to what they use, nothing
//! is added there, and the excess is reported as an [`Overlock`]; one overbooked diary must not stop everyone's plan.
//!
//! All sums run over fixed pieces of work (`chunks.rs`), and resources done side by side share no open group, so the
//! solution does not depend on the number of threads.
//!
//! [`check()`] verifies a solution from problem, plan and prices alone and shares no code with the solver.

mod check;
mod chunks;
mod dual;
mod finish;
mod group;
mod knapsack;
mod model;
mod price;
mod problem;
mod round;
mod solution;
mod turn;

pub use check::{Checked, check};
pub use problem::{NO_ACCOUNT, NO_CAP, NO_RESOURCE, NO_SUBGROUP, Opt, Problem};
pub use solution::{Overlock, Party, Prices, Shortfall, Solution, Stats};

use std::sync::atomic::AtomicBool;

use rounds_kernel::Error;

use finish::{Draft, lowered, prove};
use model::Model;

/// How to solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Threads to use, at least 1. The solution does not depend on it.
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { threads: 1 }
    }
}

/// Solves the problem; the same problem gives the same solution, bit for bit, on any number of threads.
///
/// # Errors
/// A fault in the problem's arrays (`assign.…`, see [`Problem::validate`]), or `assign.threads` if the threads cannot
/// be started.
pub fn solve(problem: &Problem, settings: &Settings) -> Result<Solution, Error> {
    problem.validate()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.threads.max(1)).build();
    let pool = pool.map_err(|e| {
        Error::invalid("assign.threads", format!("{} threads could not be started: {e}", settings.threads), "ask for fewer")
    })?;
    Ok(pool.install(|| solve_valid(problem)))
}

/// Gap above which a plan is made from the unpolished prices too.
const LOOSE: f64 = 0.003;

fn solve_valid(p: &Problem) -> Solution {
    let mut stats = Stats::default();
    let mut m = Model::new(p);
    let found = price::find(&m, &mut stats);
    let price = found.price;
    let mut plan = make_plan(&m, &price, &mut stats);
    // Exact prices sit on ties, where a plan can be harder to round than beside them.
    if let Some(rough) = found.rough.filter(|_| plan.objective < (1.0 - LOOSE) * found.dual) {
        let other = make_plan(&m, &rough, &mut stats);
        if other.beats(&plan) {
            plan = other;
        }
    }
    (m.customer_min, m.account_min) = lowered(p, &plan.shortfalls);
    let (mut bound, mut prices) = prove(&m, &price);
    if plan.shortfalls.iter().any(|s| !s.structural) {
        // Prices driven up by minimums that cannot be met say little: look again without those.
        let price = price::find(&m, &mut stats).price;
        let other = make_plan(&m, &price, &mut stats);
        if other.covers_like(&plan) && other.objective > plan.objective {
            plan = finish::Plan { shortfalls: plan.shortfalls, ..other };
        }
        let proof = prove(&m, &price);
        if proof.0 < bound {
            (bound, prices) = proof;
        }
    }
    let finish::Plan { chosen, objective, mut used, shortfalls } = plan;
    used.truncate(p.capacity.len());
    let gap = if bound == objective { 0.0 } else { (bound - objective) / bound.abs().max(f64::MIN_POSITIVE) };
    let overlocks = m.overlocks;
    Solution { chosen, objective, bound, gap, prices, shortfalls, overlocks, used, stats }
}

fn make_plan(m: &Model, price: &[f64], stats: &mut Stats) -> finish::Plan {
    let chosen: Vec<AtomicBool> = (0..m.p.options()).map(|_| AtomicBool::new(false)).collect();
    round::round(m, price, &chosen, stats);
    let mut draft = Draft::new(m, chosen);
    draft.repair(stats);
    draft.fill(stats);
    draft.plan()
}
