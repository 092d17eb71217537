//! The house's own checks. `xtask tidy` holds the house rules as a test, `xtask depcheck` proves who may import whom.
//! Both also run inside `cargo test` over the real tree.

mod depcheck;
mod modules;
mod report;
mod source;
mod tidy;
mod tree;

use anyhow::{Result, bail, ensure};
use report::Finding;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> Result<ExitCode> {
    let root = workspace_root();
    let checks: Vec<String> = std::env::args().skip(1).collect();
    ensure!(!checks.is_empty(), "usage: xtask tidy | depcheck | tidy depcheck");
    let mut findings = Vec::new();
    for check in &checks {
        findings.extend(match check.as_str() {
            "tidy" => run_tidy(&root)?,
            "depcheck" => run_depcheck(&root)?,
            other => bail!("no check `{other}`: there are tidy and depcheck"),
        });
    }
    print!("{}", report::page(&findings));
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The workspace this program was built from.
fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// All house rules over the tree at `root`, less the exceptions.
fn run_tidy(root: &Path) -> Result<Vec<Finding>> {
    let sources = source::Sources::of(tree::Tree::read(root)?);
    tidy::check_with_exceptions(&sources, root)
}

/// All import rules over the tree at `root`.
fn run_depcheck(root: &Path) -> Result<Vec<Finding>> {
    let sources = source::Sources::of(tree::Tree::read(root)?);
    let packages = depcheck::crates::load(root)?;
    let builds = depcheck::shared::Builds::load(root)?;
    Ok(depcheck::check(&sources, &packages, &builds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_keeps_the_house_rules() {
        let findings = run_tidy(&workspace_root()).unwrap();
        assert!(findings.is_empty(), "\n{}", report::page(&findings));
    }

    #[test]
    fn the_tree_imports_only_what_it_may() {
        let findings = run_depcheck(&workspace_root()).unwrap();
        assert!(findings.is_empty(), "\n{}", report::page(&findings));
    }
}
