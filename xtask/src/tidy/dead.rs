//! Files that nothing reaches: a `.rs` without a `mod`, a template that no page names, a text that nobody includes.

use super::assets;
use crate::report::Finding;
use crate::source::{Kind, Source, Sources, Token};
use crate::tree::{extension, folder, join};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The rule.
pub const RULE: &str = "dead-file";

/// All files that nothing reaches.
pub fn check(sources: &Sources) -> Vec<Finding> {
    let included = included(sources);
    let templates = live_templates(sources);
    let mut found = Vec::new();
    for (path, _) in sources.tree.files() {
        let is_template =
            path.starts_with("crates/") && (path.contains("/templates/") || path.contains("/src/") && extension(path) == "html");
        let say = if included.contains(path) {
            continue;
        } else if extension(path) == "rs" {
            if sources.modules.of(path).is_some() {
                continue;
            }
            "no `mod` declaration reaches it: declare it, or delete it"
        } else if is_template {
            if templates.contains(path) {
                continue;
            }
            "no askama attribute, include, extends or import names it: name it by its full path, or delete it"
        } else if extension(path) == "sql" && path.starts_with("crates/") {
            "no include_str! names it: use it, or delete it"
        } else {
            continue;
        };
        found.push(Finding::new(path, 0, RULE, say));
    }
    found.extend(assets::dead(sources, &included));
    found
}

/// Files named by `include!`, `include_str!` and `include_bytes!`.
fn included(sources: &Sources) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (path, source) in &sources.rust {
        for window in source.tokens.windows(4) {
            let [name, bang, _, argument] = window else { continue };
            let includes = ["include", "include_str", "include_bytes"].iter().any(|macro_name| name.is(macro_name));
            if let (true, true, Some(text)) = (includes, bang.mark('!'), argument.text()) {
                paths.insert(join(folder(path), text));
            }
        }
    }
    paths
}

/// Askama's settings of one crate, as far as paths are concerned.
#[derive(Deserialize, Default)]
struct Askama {
    #[serde(default)]
    general: General,
}

/// The `[general]` table of `askama.toml`.
#[derive(Deserialize)]
struct General {
    #[serde(default = "General::standard")]
    dirs: Vec<String>,
}

impl General {
    fn standard() -> Vec<String> {
        vec!["templates".to_string()]
    }
}

impl Default for General {
    fn default() -> Self {
        Self { dirs: Self::standard() }
    }
}

/// Templates that a page names, and those that these name in turn.
fn live_templates(sources: &Sources) -> BTreeSet<String> {
    let mut live = BTreeSet::new();
    for (path, source) in &sources.rust {
        let Some(krate) = sources.tree.crate_of(path) else { continue };
        let settings = sources.tree.text(&format!("{krate}/askama.toml")).unwrap_or_default();
        let settings: Askama = basic_toml::from_str(settings).unwrap_or_default();
        let dirs: Vec<String> = settings.general.dirs.iter().map(|dir| join(krate, dir)).collect();
        let find = |name: &str| dirs.iter().map(|dir| join(dir, name)).find(|candidate| sources.tree.has(candidate));
        let mut open: Vec<String> = template_attributes(source).iter().filter_map(|name| find(name)).collect();
        while let Some(template) = open.pop() {
            let text = sources.tree.text(&template).unwrap_or_default();
            for name in named_by_template(text) {
                let beside = join(folder(&template), name);
                open.extend(if sources.tree.has(&beside) { Some(beside) } else { find(name) }.filter(|next| !live.contains(next)));
            }
            live.insert(template);
        }
    }
    live
}

/// The paths of all `#[template(path = "…")]`.
fn template_attributes(source: &Source) -> Vec<String> {
    let mut names = Vec::new();
    for (at, token) in source.tokens.iter().enumerate() {
        if !token.is("template") || at < 2 || !source.tokens[at - 1].mark('[') {
            continue;
        }
        let arguments: Vec<&Token> = source.tokens[at..].iter().take_while(|token| !token.mark(']')).collect();
        for window in arguments.windows(3) {
            if let [path, equals, Token { kind: Kind::Text(name), .. }] = window
                && path.is("path")
                && equals.mark('=')
            {
                names.push(name.clone());
            }
        }
    }
    names
}

/// The paths in `{% extends "…" %}`, `{% include "…" %}` and `{% import "…" as x %}`.
fn named_by_template(text: &str) -> Vec<&str> {
    let blocks = text.split("{%").skip(1).filter_map(|rest| Some(rest.split_once("%}")?.0));
    let named = blocks.filter_map(|block| {
        let block = block.trim_start_matches(['-', '+', '~']).trim();
        let argument = ["extends", "include", "import"].iter().find_map(|word| block.strip_prefix(word))?;
        argument.trim_start().strip_prefix('"')?.split_once('"').map(|(name, _)| name)
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn dead(files: &[(&str, &str)]) -> Vec<String> {
        check(&Sources::of(Tree::of(files))).into_iter().map(|finding| finding.file).collect()
    }

    #[test]
    fn a_source_without_mod_and_a_text_without_include_are_dead() {
        let files = [
            ("crates/a/Cargo.toml", "[package]"),
            ("crates/a/src/lib.rs", "mod used;\nconst Q: &str = include_str!(\"used.sql\");"),
            ("crates/a/src/used.rs", ""),
            ("crates/a/src/used.sql", ""),
            ("crates/a/src/unused.rs", ""),
            ("crates/a/src/unused.sql", ""),
        ];
        assert_eq!(dead(&files), ["crates/a/src/unused.rs", "crates/a/src/unused.sql"]);
    }

    #[test]
    fn templates_live_by_attribute_and_through_each_other() {
        let files = [
            ("crates/areas/a/Cargo.toml", "[package]"),
            ("crates/areas/a/askama.toml", "[general]\ndirs = [\"src\", \"../../web/templates\"]"),
            ("crates/areas/a/src/lib.rs", "#[derive(Template)]\n#[template(path = \"x/templates/list.html\")]\nstruct V;"),
            ("crates/areas/a/src/x/templates/list.html", "{% extends \"layout.html\" %}{%- include \"row.html\" -%}"),
            ("crates/areas/a/src/x/templates/row.html", ""),
            ("crates/areas/a/src/y/templates/row.html", ""),
            ("crates/web/templates/layout.html", "{% import \"parts/macros.html\" as m %}"),
            ("crates/web/templates/parts/macros.html", ""),
            ("crates/web/templates/old.html", "{% extends \"layout.html\" %}"),
        ];
        assert_eq!(dead(&files), ["crates/areas/a/src/y/templates/row.html", "crates/web/templates/old.html"]);
    }
}
