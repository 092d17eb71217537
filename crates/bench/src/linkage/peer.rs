//! The peer: Splink from PyPI in an environment of its own, with the settings of its tutorial.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::judge::Score;

const SCRIPT: &str = include_str!("../../peers/splink_people.py");

/// What the peer answered: its pairs at even odds, and its clusters of them.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    version: String,
    seconds: f64,
    cpu_seconds: f64,
    precision: f64,
    recall: f64,
    f1: f64,
    clustered_f1: f64,
}

/// Runs Splink on the historical people. Makes a Python environment with it under `folder` if there is none yet.
///
/// # Errors
/// If Python, the packages or Splink fail; the message names the command.
pub fn splink(file: &Path, threads: usize, folder: &Path) -> Result<Answer> {
    let python = environment(folder)?;
    let script = folder.join(format!("splink-{}.py", std::process::id()));
    std::fs::write(&script, SCRIPT)?;
    let out = Command::new(&python).arg(&script).arg(file).arg(threads.to_string()).output();
    std::fs::remove_file(&script).ok();
    let out = out?;
    if !out.status.success() {
        bail!("{} splink_people.py failed: {}", python.display(), String::from_utf8_lossy(&out.stderr));
    }
    let text = String::from_utf8_lossy(&out.stdout);
    let last = text.trim().lines().last().unwrap_or("");
    serde_json::from_str(last).with_context(|| format!("the peer printed {text:?}"))
}

/// Says how we compare.
///
/// # Errors
/// If `out` cannot be written.
pub fn compare(peer: &Answer, ours: &Score, (seconds, cpu): (f64, f64), line: &mut Value, out: &mut impl Write) -> Result<()> {
    writeln!(
        out,
        "Splink {}: precision {:.5}, recall {:.5}, F1 {:.5} (clustered {:.5}); {:.2} s, {:.2} s of processor: {:.1} and {:.1} times ours; F1 {:+.4}",
        peer.version,
        peer.precision,
        peer.recall,
        peer.f1,
        peer.clustered_f1,
        peer.seconds,
        peer.cpu_seconds,
        peer.seconds / seconds,
        peer.cpu_seconds / cpu,
        ours.f1 - peer.f1,
    )?;
    line["peer"] = json!(format!("Splink {}", peer.version));
    line["peer_f1"] = json!(peer.f1);
    line["peer_precision"] = json!(peer.precision);
    line["peer_recall"] = json!(peer.recall);
    line["peer_seconds"] = json!(peer.seconds);
    line["peer_cpu_seconds"] = json!(peer.cpu_seconds);
    line["ratio"] = json!(peer.seconds / seconds);
    line["cpu_ratio"] = json!(peer.cpu_seconds / cpu);
    Ok(())
}

fn environment(folder: &Path) -> Result<PathBuf> {
    let env = folder.join("splink");
    let python = env.join("bin/python");
    let ready =
        |python: &Path| Command::new(python).args(["-c", "import splink, duckdb, pyarrow"]).output().is_ok_and(|o| o.status.success());
    if ready(&python) {
        return Ok(python);
    }
    eprintln!("installing splink 5.0 from PyPI into {} (once)", env.display());
    std::fs::create_dir_all(folder)?;
    run(Command::new("python3").args(["-m", "venv"]).arg(&env))?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "splink==5.0.*", "duckdb", "pandas", "pyarrow"]))?;
    if !ready(&python) {
        bail!("splink cannot be imported by {}; remove {} and try again", python.display(), env.display());
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
