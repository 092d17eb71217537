//! The peer: HiGHS on the linear relaxation of the same instance, in a Python environment of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use rounds_decide::assign::{NO_ACCOUNT, NO_CAP, NO_RESOURCE, NO_SUBGROUP, Problem};
use serde::Deserialize;

const SCRIPT: &str = include_str!("../../peers/highs_lp.py");

/// What the peer answered.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    /// Optimum of the linear relaxation.
    pub objective: f64,
    /// Seconds of the solver's run alone.
    pub seconds: f64,
    /// The solver's own word for how it ended.
    pub status: String,
    /// The solver's version.
    pub version: String,
}

/// Solves the relaxation of `p` with the HiGHS simplex method.
///
/// Makes a Python environment with `highspy` and `numpy` under `folder` if there is none yet.
///
/// # Errors
/// If Python, the packages or the solver fail; the message names the command.
pub fn highs(p: &Problem, folder: &Path) -> Result<Answer> {
    let python = environment(folder)?;
    let work = folder.join(format!("highs-{}", std::process::id()));
    std::fs::create_dir_all(&work).with_context(|| format!("create {}", work.display()))?;
    let answer = solve(p, &python, &work);
    std::fs::remove_dir_all(&work).ok();
    answer
}

fn solve(p: &Problem, python: &Path, work: &Path) -> Result<Answer> {
    Relaxation::new(p).write(work)?;
    let script = work.join("highs_lp.py");
    std::fs::write(&script, SCRIPT)?;
    let out = Command::new(python).arg(&script).arg(work).arg("simplex").output()?;
    if !out.status.success() {
        bail!("{} {} failed: {}", python.display(), script.display(), String::from_utf8_lossy(&out.stderr));
    }
    let text = String::from_utf8_lossy(&out.stdout);
    let answer: Answer = serde_json::from_str(text.trim()).with_context(|| format!("the peer printed {text:?}"))?;
    if answer.status != "Optimal" {
        bail!("HiGHS ended with {:?}", answer.status);
    }
    Ok(answer)
}

fn environment(folder: &Path) -> Result<PathBuf> {
    let env = folder.join("highs");
    let python = env.join("bin/python");
    let ready = |python: &Path| Command::new(python).args(["-c", "import highspy, numpy"]).output().is_ok_and(|o| o.status.success());
    if ready(&python) {
        return Ok(python);
    }
    eprintln!("installing highspy from PyPI into {} (once)", env.display());
    std::fs::create_dir_all(folder)?;
    run(Command::new("python3").args(["-m", "venv"]).arg(&env))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "highspy", "numpy"]))?;
    if !ready(&python) {
        bail!("highspy cannot be imported by {}; remove {} and try again", python.display(), env.display());
    }
    Ok(python)
}

fn run(command: &mut Command) -> Result<()> {
    let out = command.output().with_context(|| format!("{command:?}"))?;
    if !out.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&out.stderr));
    }
    Ok(())
}

/// The linear relaxation, columns compressed.
#[derive(Default)]
struct Relaxation {
    col_lower: Vec<f64>,
    col_upper: Vec<f64>,
    start: Vec<i32>,
    index: Vec<i32>,
    value: Vec<f64>,
    row_lower: Vec<f64>,
    row_upper: Vec<f64>,
    cost: Vec<f64>,
}

impl Relaxation {
    /// Rows: customers (cap and minimum in one), subgroups of a customer with more options than they allow, resources,
    /// accounts (cap and minimum in one).
    fn new(p: &Problem) -> Self {
        let mut x = Relaxation { cost: p.value.clone(), ..Relaxation::default() };
        let n = p.customers();
        for i in 0..n {
            let cap = if p.customer_cap.is_empty() { p.default_customer_cap } else { p.customer_cap[i] };
            x.row(p.customer_min.get(i).copied().unwrap_or(0), cap);
        }
        let mut subgroup_row = Vec::with_capacity(p.options());
        for i in 0..n {
            let mut rows: Vec<(u8, i32)> = Vec::new();
            for o in p.options_of(i) {
                let code = p.subgroup[o];
                let known = rows.iter().find(|r| r.0 == code).map(|r| r.1);
                subgroup_row.push(known.unwrap_or_else(|| {
                    let many = p.options_of(i).filter(|&x| p.subgroup[x] == code).count();
                    let binds = code != NO_SUBGROUP && many > p.subgroup_cap[code as usize] as usize;
                    let row = if binds { x.row(0, p.subgroup_cap[code as usize]) } else { -1 };
                    rows.push((code, row));
                    row
                }));
            }
        }
        let resources = x.row_lower.len();
        p.capacity.iter().for_each(|&c| {
            x.row_lower.push(0.0);
            x.row_upper.push(c);
        });
        let accounts = x.row_lower.len();
        for a in 0..p.account_cap.len() {
            x.row(p.account_min.get(a).copied().unwrap_or(0), p.account_cap[a]);
        }
        for i in 0..n {
            let account = p.account.get(i).copied().filter(|&a| a != NO_ACCOUNT);
            for o in p.options_of(i) {
                x.start.push(x.index.len() as i32);
                x.entry(i as i32, 1.0);
                x.entry(subgroup_row[o], 1.0);
                if p.resource[o] != NO_RESOURCE {
                    x.entry(resources as i32 + p.resource[o] as i32, p.amount[o]);
                }
                if let Some(a) = account {
                    x.entry(accounts as i32 + a as i32, 1.0);
                }
            }
        }
        x.start.push(x.index.len() as i32);
        x.col_lower = vec![0.0; p.options()];
        x.col_upper = vec![1.0; p.options()];
        p.locked_in.iter().for_each(|&o| x.col_lower[o as usize] = 1.0);
        p.locked_out.iter().for_each(|&o| x.col_upper[o as usize] = 0.0);
        x
    }

    fn row(&mut self, least: u32, most: u32) -> i32 {
        self.row_lower.push(f64::from(least));
        self.row_upper.push(if most == NO_CAP { f64::INFINITY } else { f64::from(most) });
        self.row_lower.len() as i32 - 1
    }

    fn entry(&mut self, row: i32, value: f64) {
        if row >= 0 {
            self.index.push(row);
            self.value.push(value);
        }
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let floats: [(&str, &[f64]); 6] = [
            ("cost", &self.cost),
            ("col_lower", &self.col_lower),
            ("col_upper", &self.col_upper),
            ("value", &self.value),
            ("row_lower", &self.row_lower),
            ("row_upper", &self.row_upper),
        ];
        for (name, data) in floats {
            let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join(name))?);
            data.iter().try_for_each(|x| file.write_all(&x.to_le_bytes()))?;
            file.flush()?;
        }
        for (name, data) in [("start", &self.start), ("index", &self.index)] {
            let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join(name))?);
            data.iter().try_for_each(|x| file.write_all(&x.to_le_bytes()))?;
            file.flush()?;
        }
        Ok(())
    }
}
