//! The files of the workspace, read once; or a small made-up tree for the checks' own tests.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// Folders that hold what was built or fetched, not what was written.
const SKIPPED_FOLDERS: &[&str] = &["target", "node_modules", "dist", ".git"];
/// Folders at the root that programs fill.
const SKIPPED_AT_ROOT: &[&str] = &["demo"];
/// Files written by package managers: listed, not read.
const LOCK_FILES: &[&str] = &["Cargo.lock", "package-lock.json"];
/// Larger files are data, not text to judge.
const LARGEST_TEXT: u64 = 2_000_000;

/// Every file by its path from the root (forward slashes); the text is empty for binary, lock and data files.
#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads all files under `root`.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    /// A tree of the given paths and texts.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect() }
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let skipped = SKIPPED_FOLDERS.contains(&name.as_str()) || (prefix.is_empty() && SKIPPED_AT_ROOT.contains(&name.as_str()));
                if !skipped {
                    self.read_folder(&entry.path(), &path)?;
                }
            } else if kind.is_file() && name != ".git" {
                // In a second working tree `.git` is a file that says where the first one is.
                let judged = !LOCK_FILES.contains(&name.as_str()) && entry.metadata()?.len() <= LARGEST_TEXT;
                let text = if judged { String::from_utf8(std::fs::read(entry.path())?).unwrap_or_default() } else { String::new() };
                self.files.insert(path, text);
            }
        }
        Ok(())
    }

    /// All files, in order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// All paths under `prefix`, which ends in a slash.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.range(prefix.to_string()..).map(|(path, _)| path.as_str()).take_while(move |path| path.starts_with(prefix))
    }

    /// The text of a file, if there is one.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// True when there is such a file.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Folders that hold a `Cargo.toml` with a package.
    pub fn crate_folders(&self) -> Vec<&str> {
        let manifests = self.files().filter(|(_, text)| text.lines().any(|line| line.trim() == "[package]"));
        manifests.filter_map(|(path, _)| path.strip_suffix("/Cargo.toml")).collect()
    }

    /// The innermost crate folder that holds `path`.
    pub fn crate_of(&self, path: &str) -> Option<&str> {
        let holds = |folder: &&str| path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/'));
        self.crate_folders().into_iter().filter(holds).max_by_key(|folder| folder.len())
    }
}

/// Joins `relative` onto the folder `base` and resolves `.` and `..`.
pub fn join(base: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The folder of a path; empty at the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The file's name without its folder.
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The part of the file's name before its last dot.
pub fn stem(path: &str) -> &str {
    let name = name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The part of the file's name after its last dot; empty without one.
pub fn extension(path: &str) -> &str {
    name(path).rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_splits_paths() {
        assert_eq!(join("crates/areas/engage", "../../web/templates"), "crates/web/templates");
        assert_eq!(join("", "./a/b.rs"), "a/b.rs");
        assert_eq!((folder("a/b.rs"), name("a/b.rs"), stem("a/b.rs"), extension("a/b.rs")), ("a", "b.rs", "b", "rs"));
        assert_eq!((folder("Makefile"), extension("Makefile")), ("", ""));
    }

    #[test]
    fn finds_the_innermost_crate() {
        let tree = Tree::of(&[("Cargo.toml", "[workspace]"), ("a/Cargo.toml", "[package]"), ("a/b/Cargo.toml", "[package]")]);
        assert_eq!(tree.crate_of("a/b/src/lib.rs"), Some("a/b"));
        assert_eq!(tree.crate_of("a/src/lib.rs"), Some("a"));
        assert_eq!(tree.crate_of("Makefile"), None);
        assert_eq!(tree.under("a/b/").collect::<Vec<_>>(), ["a/b/Cargo.toml"]);
    }

    #[test]
    fn reads_the_disk_without_what_was_built() {
        let root = std::env::temp_dir().join(format!("rounds-xtask-tree-{}", std::process::id()));
        std::fs::create_dir_all(root.join("target/quick")).unwrap();
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::write(root.join("target/quick/x.rs"), "built").unwrap();
        std::fs::write(root.join("src/lib.rs"), "//! x").unwrap();
        std::fs::write(root.join("src/blob.bin"), [0xff, 0xfe]).unwrap();
        let tree = Tree::read(&root).unwrap();
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(tree.files().collect::<Vec<_>>(), [("src/blob.bin", ""), ("src/lib.rs", "//! x")]);
    }
}
