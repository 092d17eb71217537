//! One build for people and tests: no dev-dependency may switch on a feature of a crate that the product builds without it,
//! or `make test` builds that crate, and all above it, once more than `make demo` did.

use crate::report::Finding;
use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

const RULE: &str = "shared-build";

/// What Cargo would build, one line a crate: `name version|features`.
#[derive(Debug, Default)]
pub struct Builds {
    product: String,
    tests: String,
}

impl Builds {
    /// Asks Cargo, which has fetched what it tells of by the time the tests run.
    pub fn load(root: &Path) -> Result<Self> {
        Ok(Self { product: tree(root, "normal,build")?, tests: tree(root, "normal,build,dev")? })
    }
}

fn tree(root: &Path, edges: &str) -> Result<String> {
    let mut command = Command::new(super::crates::cargo());
    command.current_dir(root).args(["tree", "--workspace", "--locked", "--prefix", "none", "--format", "{p}|{f}", "--edges", edges]);
    let output = command.output().context("cannot run cargo tree")?;
    ensure!(output.status.success(), "cargo tree failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).context("cargo tree speaks another format")
}

/// Crates that the tests build with other features than the product does.
pub fn check(builds: &Builds) -> Vec<Finding> {
    let (product, tests) = (features(&builds.product), features(&builds.tests));
    let mut found = Vec::new();
    for (krate, with) in &product {
        let Some(other) = tests.get(krate).filter(|other| !with.is_subset(other)) else { continue };
        let flat = |sets: &BTreeSet<&str>| sets.iter().flat_map(|set| set.split(',')).map(str::to_string).collect::<BTreeSet<_>>();
        let more: Vec<String> = flat(other).difference(&flat(with)).cloned().collect();
        let more = if more.is_empty() { "another choice of its features".to_string() } else { more.join(", ") };
        let say = format!(
            "tests build {krate} again, with {more}: let rounds-testkit have the dependency that asks for it, or leave the feature out"
        );
        found.push(Finding::new("Cargo.toml", 0, RULE, say));
    }
    found
}

/// The feature sets of every crate from a registry, by name and version; one crate may be built in several ways.
fn features(tree: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut crates: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in tree.lines() {
        let line = line.trim_end_matches(" (*)");
        if let Some((krate, features)) = line.split_once('|')
            && !krate.contains("(/")
        {
            crates.entry(krate.trim_end_matches(" (proc-macro)")).or_default().insert(features);
        }
    }
    crates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_that_only_tests_ask_for_is_told() {
        let product = "rounds-cli v0.1.0 (/x)|\nserde_json v1.0.1|default,std\naxum v0.8.0|http1 (*)\n";
        let tests = "rounds-cli v0.1.0 (/x)|x\nserde_json v1.0.1|default,preserve_order,std\naxum v0.8.0|http1\nbrowser v1.0.0|\n";
        let found = check(&Builds { product: product.into(), tests: tests.into() });
        assert_eq!(found.len(), 1);
        assert!(found[0].say.starts_with("tests build serde_json v1.0.1 again, with preserve_order"), "{}", found[0].say);
        assert!(check(&Builds { product: tests.into(), tests: tests.into() }).is_empty());
    }
}
