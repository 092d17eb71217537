//! Follows `mod` declarations from every crate root, so that a file knows its module path and a forgotten file is found.

use crate::source::{Source, marks_test};
use crate::tree::{Tree, folder, join, name, stem};
use std::collections::BTreeMap;

/// Where a file sits in its crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Folder of the crate.
    pub krate: String,
    /// Names of the modules above it and its own; empty for a crate root.
    pub path: Vec<String>,
    /// True when it is compiled for tests or benches only.
    pub test: bool,
}

/// All files that some crate reaches.
#[derive(Debug, Default)]
pub struct Modules {
    by_file: BTreeMap<String, Module>,
}

impl Modules {
    /// Follows the declarations of all crates in the tree.
    pub fn follow(tree: &Tree, rust: &BTreeMap<String, Source>) -> Self {
        let mut modules = Self::default();
        for krate in tree.crate_folders() {
            for (root, test) in roots(tree, krate) {
                let module = Module { krate: krate.to_string(), path: Vec::new(), test };
                modules.enter(tree, rust, root.clone(), folder(&root).to_string(), module);
            }
        }
        modules
    }

    /// The module of a file, if any crate reaches it.
    pub fn of(&self, file: &str) -> Option<&Module> {
        self.by_file.get(file)
    }

    /// True when the file is compiled for tests only.
    pub fn is_test(&self, file: &str) -> bool {
        self.of(file).is_some_and(|module| module.test)
    }

    fn enter(&mut self, tree: &Tree, rust: &BTreeMap<String, Source>, file: String, children: String, module: Module) {
        // A file reached both as product and as test is product.
        if self.by_file.get(&file).is_some_and(|known| !known.test || module.test) {
            return;
        }
        self.by_file.insert(file.clone(), module.clone());
        if let Some(source) = rust.get(&file) {
            self.declarations(tree, rust, &source.file.items, (&file, &children), &module);
        }
    }

    fn declarations(
        &mut self,
        tree: &Tree,
        rust: &BTreeMap<String, Source>,
        items: &[syn::Item],
        (file, children): (&str, &str),
        module: &Module,
    ) {
        for item in items {
            let syn::Item::Mod(item) = item else { continue };
            let ident = item.ident.to_string();
            let mut child = module.clone();
            child.path.push(ident.clone());
            child.test |= marks_test(&item.attrs);
            let below = join(children, &ident);
            if let Some((_, items)) = &item.content {
                self.declarations(tree, rust, items, (file, &below), &child);
                continue;
            }
            let flat = format!("{below}.rs");
            let (target, children) = match path_attribute(&item.attrs) {
                Some(path) => {
                    let target = join(folder(file), &path);
                    let children = folder(&target).to_string();
                    (target, children)
                }
                None if tree.has(&flat) => (flat, below),
                None => (format!("{below}/mod.rs"), below),
            };
            if tree.has(&target) {
                self.enter(tree, rust, target, children, child);
            }
        }
    }
}

/// The value of `#[path = "…"]`.
fn path_attribute(attrs: &[syn::Attribute]) -> Option<String> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident("path"))?;
    match &attr.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// The roots of a crate: found by Cargo's own rules or named by its manifest; true for tests and benches.
fn roots(tree: &Tree, krate: &str) -> Vec<(String, bool)> {
    let manifest = tree.text(&format!("{krate}/Cargo.toml")).unwrap_or_default();
    let named = manifest.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim().strip_prefix('='));
    let named: Vec<String> = named.map(|value| join(krate, value.trim().trim_matches('"'))).collect();
    let prefix = format!("{krate}/");
    let mut roots = Vec::new();
    for path in tree.under(&prefix).filter(|path| path.ends_with(".rs")) {
        let inside = &path[prefix.len()..];
        let parts: Vec<&str> = inside.split('/').collect();
        let alone = |parts: &[&str]| parts.len() == 1 || (parts.len() == 2 && name(inside) == "main.rs");
        let found = match parts.as_slice() {
            ["build.rs"] | ["src", "lib.rs" | "main.rs"] => Some(false),
            ["src", "bin", rest @ ..] if alone(rest) => Some(false),
            ["tests" | "benches", rest @ ..] if alone(rest) => Some(true),
            ["examples", rest @ ..] if alone(rest) => Some(false),
            _ if named.iter().any(|named| named == path) => Some(stem(path) == "tests" || inside.starts_with("tests/")),
            _ => None,
        };
        if let Some(test) = found {
            roots.push((path.to_string(), test));
        }
    }
    roots
}

#[cfg(test)]
mod tests {
    use crate::source::Sources;
    use crate::tree::Tree;

    #[test]
    fn follows_files_folders_paths_and_tests() {
        let sources = Sources::of(Tree::of(&[
            ("c/Cargo.toml", "[package]\n[[bin]]\npath = \"src/tool.rs\""),
            ("c/src/lib.rs", "mod a;\nmod inline { mod d; }\n#[path = \"odd/name.rs\"]\nmod e;\n#[cfg(test)]\nmod tests;"),
            ("c/src/a/mod.rs", "mod b;"),
            ("c/src/a/b.rs", "mod c;"),
            ("c/src/a/b/c.rs", ""),
            ("c/src/inline/d.rs", ""),
            ("c/src/odd/name.rs", "mod next;"),
            ("c/src/odd/next.rs", ""),
            ("c/src/tests.rs", ""),
            ("c/src/tool.rs", ""),
            ("c/src/forgotten.rs", ""),
            ("c/tests/walk.rs", "mod common;"),
            ("c/tests/common/mod.rs", ""),
        ]));
        let path = |file: &str| sources.modules.of(file).map(|module| module.path.join("::"));
        assert_eq!(path("c/src/a/b/c.rs").as_deref(), Some("a::b::c"));
        assert_eq!(path("c/src/inline/d.rs").as_deref(), Some("inline::d"));
        assert_eq!(path("c/src/odd/next.rs").as_deref(), Some("e::next"));
        assert_eq!(path("c/src/tool.rs").as_deref(), Some(""));
        assert_eq!(path("c/src/forgotten.rs"), None);
        assert!(sources.modules.is_test("c/src/tests.rs") && sources.modules.is_test("c/tests/common/mod.rs"));
        assert!(!sources.modules.is_test("c/src/a/b.rs"));
    }
}
