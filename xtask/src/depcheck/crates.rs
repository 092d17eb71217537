//! Crates: each depends only on those the house allows, and every dependency is used.

use crate::report::Finding;
use crate::source::Sources;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const LAYER: &str = "crate-order";
const UNUSED: &str = "unused-dependency";

/// The areas in their order: each may import only those before it.
const AREAS: &[&str] = &["platform", "customers", "consent", "design", "demand", "engage", "serve", "measure"];

/// A crate of the workspace.
#[derive(Debug)]
pub struct Package {
    /// Name in the manifest.
    pub name: String,
    /// Its folder from the workspace's root.
    pub folder: String,
    /// What its manifest asks for.
    pub dependencies: Vec<Dependency>,
}

/// One dependency of a crate.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    name: String,
    rename: Option<String>,
    kind: Option<String>,
    path: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<RawPackage>,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

/// The Cargo that runs this, or else the one on the path.
pub fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string())
}

/// The workspace's crates as Cargo reads them.
pub fn load(root: &Path) -> Result<Vec<Package>> {
    let mut command = Command::new(cargo());
    command.current_dir(root).args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let output = command.output().context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata speaks another format")?;
    metadata.packages.into_iter().map(|raw| raw.into_package(root)).collect()
}

impl RawPackage {
    fn into_package(self, root: &Path) -> Result<Package> {
        let folder = Path::new(&self.manifest_path).parent().and_then(|folder| folder.strip_prefix(root).ok());
        let folder = folder.with_context(|| format!("{} lies outside the workspace", self.manifest_path))?;
        Ok(Package { name: self.name, folder: folder.to_string_lossy().replace('\\', "/"), dependencies: self.dependencies })
    }
}

/// The crates of the house (short names) that `name` may import; None when the crate has no place in the house.
fn allowed(name: &str) -> Option<Vec<&'static str>> {
    let allowed = match name {
        "kernel" | "xtask" => vec![],
        "decide" | "store" | "lake" => vec!["kernel"],
        "web" | "testkit" => vec!["kernel", "store"],
        "sim" => vec!["kernel", "decide"],
        // An area's functions take a database: a benchmark that calls them opens one.
        "bench" => [&["kernel", "decide", "sim", "store"], AREAS].concat(),
        "cli" => [&["kernel", "decide", "store", "lake", "web", "sim", "bench"], AREAS].concat(),
        area => {
            let before = &AREAS[..AREAS.iter().position(|name| *name == area)?];
            [&["kernel", "decide", "store", "lake", "web"], before].concat()
        }
    };
    Some(if name == "testkit" { vec!["kernel", "store", "web"] } else { allowed })
}

fn short(name: &str) -> &str {
    name.strip_prefix("rounds-").unwrap_or(name)
}

/// Dependencies the house does not allow, and dependencies nothing uses.
pub fn check(sources: &Sources, packages: &[Package]) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in packages {
        let manifest = format!("{}/Cargo.toml", package.folder);
        match allowed(short(&package.name)) {
            Some(allowed) => found.extend(order(package, &manifest, &allowed)),
            None => {
                let say = format!("`{}` has no place in the house: put it into `allowed` of xtask depcheck, with the reason", package.name);
                found.push(Finding::new(&manifest, 0, LAYER, say));
            }
        }
        found.extend(unused(sources, package, &manifest));
    }
    found
}

fn order(package: &Package, manifest: &str, allowed: &[&str]) -> Vec<Finding> {
    let mut found = Vec::new();
    for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
        let name = short(&dependency.name);
        let dev = dependency.kind.as_deref() == Some("dev");
        if name == "testkit" && !dev {
            found.push(Finding::new(manifest, 0, LAYER, "`rounds-testkit` is for tests: move it to [dev-dependencies]"));
        } else if name != "testkit" && !allowed.contains(&name) {
            let may = if allowed.is_empty() { "nothing of the house".to_string() } else { allowed.join(", ") };
            let say = format!("`{}` may not import `{}`; it may import: {may}", package.name, dependency.name);
            found.push(Finding::new(manifest, 0, LAYER, say));
        }
    }
    found
}

/// Dependencies whose name stands nowhere in the crate's sources, one finding a table of the manifest.
fn unused(sources: &Sources, package: &Package, manifest: &str) -> Vec<Finding> {
    let mut by_table: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for dependency in &package.dependencies {
        let table = match dependency.kind.as_deref() {
            Some("dev") => "[dev-dependencies]",
            Some("build") => "[build-dependencies]",
            _ => "[dependencies]",
        };
        if !is_named(sources, package, dependency, table) {
            by_table.entry(table).or_default().push(&dependency.name);
        }
    }
    let say = |names: Vec<&str>, table: &str| format!("never named in the sources, use or take out of {table}: {}", names.join(", "));
    by_table.into_iter().map(|(table, names)| Finding::new(manifest, 0, UNUSED, say(names, table))).collect()
}

/// True when the sources that `table` serves name the dependency.
fn is_named(sources: &Sources, package: &Package, dependency: &Dependency, table: &str) -> bool {
    let import = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
    let prefix = format!("{}/", package.folder);
    let served = |inside: &str| match table {
        "[dependencies]" => inside.starts_with("src/"),
        "[build-dependencies]" => inside == "build.rs",
        _ => true,
    };
    let mut files = sources.rust.iter().filter(|(path, _)| path.strip_prefix(&prefix).is_some_and(served));
    // The row derive writes `sea_orm::` into the crate, so a crate that only reads rows needs it too.
    let derived = import == "sea_orm";
    files.any(|(_, source)| source.tokens.iter().any(|token| token.is(&import) || (derived && token.is("FromQueryResult"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: name.to_string(),
            rename: None,
            kind: kind.map(str::to_string),
            path: name.starts_with("rounds-").then(|| "x".to_string()),
        };
        Package { name: name.into(), folder: "c".into(), dependencies: dependencies.iter().map(dependency).collect() }
    }

    fn rules(package: Package, lib: &str) -> Vec<&'static str> {
        let sources = Sources::of(Tree::of(&[("c/Cargo.toml", "[package]"), ("c/src/lib.rs", lib)]));
        check(&sources, &[package]).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn an_area_imports_backwards_only() {
        let lib = "use rounds_customers::A; use rounds_serve::B; use rounds_web as web;";
        assert!(rules(package("rounds-engage", &[("rounds-customers", None), ("rounds-web", None)]), lib).is_empty());
        assert_eq!(rules(package("rounds-engage", &[("rounds-serve", None)]), lib), [LAYER]);
        assert_eq!(rules(package("rounds-engage", &[("rounds-serve", Some("dev"))]), lib), [LAYER]);
    }

    #[test]
    fn methods_know_no_database_and_tools_no_house() {
        let lib = "use rounds_store::A; use rounds_kernel::B;";
        assert_eq!(rules(package("rounds-decide", &[("rounds-store", None), ("rounds-kernel", None)]), lib), [LAYER]);
        assert_eq!(rules(package("xtask", &[("rounds-kernel", None)]), lib), [LAYER]);
        assert_eq!(rules(package("rounds-extra", &[]), lib), [LAYER]);
    }

    #[test]
    fn the_testkit_is_for_tests_and_knows_no_area() {
        let lib = "use rounds_testkit::World; use rounds_platform::A;";
        assert_eq!(rules(package("rounds-cli", &[("rounds-testkit", None)]), lib), [LAYER]);
        assert!(rules(package("rounds-cli", &[("rounds-testkit", Some("dev"))]), lib).is_empty());
        assert_eq!(rules(package("rounds-testkit", &[("rounds-platform", None)]), lib), [LAYER]);
    }

    #[test]
    fn a_dependency_that_nothing_names_fails() {
        let lib = "//! serde_json is only spoken of\nuse tower_http::trace;";
        assert_eq!(rules(package("rounds-web", &[("tower-http", None), ("serde_json", None)]), lib), [UNUSED]);
    }

    #[test]
    fn the_workspace_can_be_loaded() {
        let packages = load(&crate::workspace_root()).unwrap();
        let own = packages.iter().find(|package| package.name == "xtask").unwrap();
        assert_eq!(own.folder, "xtask");
        assert!(own.dependencies.iter().any(|dependency| dependency.name == "syn"));
    }
}
