//! Capabilities: one uses another only through the public items of its `mod.rs`, never through a file behind it.

use super::capability_of;
use crate::report::Finding;
use crate::source::Sources;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeMap;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

const RULE: &str = "capability-door";

/// A path in an area's crate: the area, then module and item names.
type Place = (String, Vec<String>);

/// All paths that reach behind a capability's `mod.rs` from outside.
pub fn check(sources: &Sources) -> Vec<Finding> {
    let areas = areas(sources);
    let mut found = Vec::new();
    for (path, source) in &sources.rust {
        let Some(module) = sources.modules.of(path) else { continue };
        let area = module.krate.strip_prefix("crates/areas/").map(str::to_string);
        let mut reader = Reader { areas: &areas, area, module: module.path.clone(), paths: Vec::new(), aliases: BTreeMap::new() };
        reader.visit_file(&source.file);
        for named in reader.named() {
            found.extend(fault(path, &named, &areas));
        }
    }
    found
}

/// By area: all module paths of its crate.
type Areas = BTreeMap<String, Vec<Vec<String>>>;

fn areas(sources: &Sources) -> Areas {
    let mut areas = Areas::new();
    for path in sources.rust.keys() {
        if let Some(module) = sources.modules.of(path)
            && let Some(area) = module.krate.strip_prefix("crates/areas/")
        {
            areas.entry(area.to_string()).or_default().push(module.path.clone());
        }
    }
    areas
}

/// A path as written, and where.
#[derive(Debug, Clone)]
struct Named {
    place: Place,
    line: usize,
    glob: bool,
}

/// Judges one resolved path that stands in `file`.
fn fault(file: &str, named: &Named, areas: &Areas) -> Option<Finding> {
    let (area, segments) = &named.place;
    let modules = areas.get(area)?;
    let capability = segments.first()?;
    let is_capability = modules.iter().any(|module| module.len() == 1 && module[0] == *capability);
    if !is_capability || capability_of(file) == Some((area.as_str(), capability.as_str())) {
        return None;
    }
    if let Some(room) = segments.get(1)
        && modules.iter().any(|module| module.len() == 2 && module[0] == *capability && module[1] == *room)
    {
        let say = format!("reaches `{room}` behind the door of `{area}::{capability}`: use a public item of its mod.rs, or add one there");
        return Some(Finding::new(file, named.line, RULE, say));
    }
    let whole = named.glob && segments.len() == 1;
    whole.then(|| Finding::new(file, named.line, RULE, format!("takes all of `{area}::{capability}`: name the items it uses")))
}

struct Reader<'a> {
    areas: &'a Areas,
    area: Option<String>,
    module: Vec<String>,
    paths: Vec<(Vec<String>, Vec<String>, usize, bool)>,
    aliases: BTreeMap<String, Place>,
}

impl Reader<'_> {
    /// All paths that lead into an area.
    fn named(&self) -> Vec<Named> {
        let resolved = self.paths.iter().filter_map(|(module, path, line, glob)| {
            let place = self.resolve(module, path)?;
            Some(Named { place, line: *line, glob: *glob })
        });
        resolved.collect()
    }

    /// Where a path written in `module` leads, if into an area.
    fn resolve(&self, module: &[String], path: &[String]) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        if let Some(area) = first.strip_prefix("rounds_").filter(|area| self.areas.contains_key(*area)) {
            return Some((area.to_string(), rest.to_vec()));
        }
        let area = self.area.clone()?;
        match first.as_str() {
            "crate" => return Some((area, rest.to_vec())),
            "self" => return Some((area, [module, rest].concat())),
            "super" => {
                let above = &module[..module.len().checked_sub(1)?];
                return match rest.first().map(String::as_str) {
                    Some("super") => self.resolve(above, rest),
                    _ => Some((area, [above, rest].concat())),
                };
            }
            _ => {}
        }
        let child = [module, std::slice::from_ref(first)].concat();
        self.areas[&area].contains(&child).then(|| (area, [module, path].concat()))
    }

    fn note(&mut self, path: Vec<String>, line: usize, glob: bool) {
        let expanded = path.first().and_then(|first| self.aliases.get(first)).map(|(area, segments)| {
            let root = vec![format!("rounds_{area}")];
            [root.as_slice(), segments, &path[1..]].concat()
        });
        self.paths.push((self.module.clone(), expanded.unwrap_or(path), line, glob));
    }

    fn use_tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let line = tree.span().start().line;
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.use_tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.use_tree(item, before)),
            syn::UseTree::Glob(_) => self.note(before.to_vec(), line, true),
            syn::UseTree::Name(name) => {
                let whole = if name.ident == "self" { before.to_vec() } else { with(&name.ident) };
                self.import(whole.last().cloned(), whole, line);
            }
            syn::UseTree::Rename(rename) => {
                let whole = if rename.ident == "self" { before.to_vec() } else { with(&rename.ident) };
                self.import(Some(rename.rename.to_string()), whole, line);
            }
        }
    }

    fn import(&mut self, local: Option<String>, path: Vec<String>, line: usize) {
        if let (Some(local), Some(place)) = (local, self.resolve(&self.module, &path)) {
            self.aliases.insert(local, place);
        }
        self.paths.push((self.module.clone(), path, line, false));
    }

    /// Paths inside a macro's arguments, which have no syntax tree.
    fn macro_tokens(&mut self, stream: TokenStream) {
        let (mut path, mut line, mut colons) = (Vec::new(), 0, 0);
        for tree in stream {
            match &tree {
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 && !path.is_empty() {
                        self.note(std::mem::take(&mut path), line, false);
                    }
                    line = tree.span().start().line;
                    path.push(ident.to_string());
                    colons = 0;
                }
                _ => {
                    if !path.is_empty() {
                        self.note(std::mem::take(&mut path), line, false);
                    }
                    colons = 0;
                    if let TokenTree::Group(group) = &tree {
                        self.macro_tokens(group.stream());
                    }
                }
            }
        }
        if !path.is_empty() {
            self.note(path, line, false);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        // Imports first: a path may use a name that is imported below it.
        for item in &file.items {
            if let syn::Item::Use(item) = item {
                self.use_tree(&item.tree, &[]);
            }
        }
        visit::visit_file(self, file);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(segments, path.span().start().line, false);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.macro_tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    /// Lines at fault when `text` stands in the capability `engage::queue`, beside `engage::calls`, after `customers::accounts`.
    fn lines_in(file: &str, text: &str) -> Vec<usize> {
        let mut files = vec![
            ("crates/areas/customers/Cargo.toml", "[package]"),
            ("crates/areas/customers/src/lib.rs", "pub mod accounts;"),
            ("crates/areas/customers/src/accounts/mod.rs", "pub mod store;"),
            ("crates/areas/customers/src/accounts/store.rs", ""),
            ("crates/areas/engage/Cargo.toml", "[package]"),
            ("crates/areas/engage/src/lib.rs", "pub mod queue; pub mod calls;"),
            ("crates/areas/engage/src/calls/mod.rs", "pub mod store;"),
            ("crates/areas/engage/src/calls/store.rs", ""),
            ("crates/areas/engage/src/queue/mod.rs", "mod plan; pub mod store;"),
            ("crates/areas/engage/src/queue/store.rs", ""),
            ("crates/areas/engage/src/queue/plan.rs", ""),
            ("crates/cli/Cargo.toml", "[package]"),
            ("crates/cli/src/main.rs", ""),
        ];
        files.retain(|(path, _)| *path != file);
        files.push((file, text));
        let mut lines: Vec<usize> = check(&Sources::of(Tree::of(&files))).into_iter().map(|finding| finding.line).collect();
        lines.dedup();
        lines
    }

    fn lines(text: &str) -> Vec<usize> {
        lines_in("crates/areas/engage/src/queue/plan.rs", text)
    }

    #[test]
    fn public_items_of_a_door_may_be_used() {
        assert!(lines("use rounds_customers::accounts::{self, Account};\nfn a() { accounts::find(); crate::calls::log(); }").is_empty());
        assert!(lines("use super::store::Row;\nuse crate::queue::store;\nfn a() { store::load() }").is_empty());
    }

    #[test]
    fn rooms_behind_another_door_may_not() {
        assert_eq!(lines("use rounds_customers::accounts::store::Row;"), [1]);
        assert_eq!(lines("use crate::{queue::Plan, calls::store};"), [1]);
        assert_eq!(lines("\nfn a() { crate::calls::store::load(); }"), [2]);
        assert_eq!(lines("\nfn a() { super::super::calls::store::load(); }"), [2]);
        assert_eq!(lines("mod tests {\n use super::super::super::calls::store::load;\n}"), [2]);
    }

    #[test]
    fn detours_are_found() {
        assert_eq!(lines("use crate::calls;\nfn a() { calls::store::load(); }"), [2]);
        assert_eq!(lines("use rounds_customers::accounts as held;\nfn a() { held::store::load(); }"), [2]);
        assert_eq!(lines("fn a() {\n vec![1, crate::calls::store::COUNT]; }"), [2]);
        assert_eq!(lines("use rounds_customers::accounts::*;"), [1]);
    }

    #[test]
    fn lib_and_other_crates_knock_at_the_door_too() {
        assert_eq!(
            lines_in("crates/areas/engage/src/lib.rs", "pub mod queue; pub mod calls;\nfn a() { calls::store::load(); queue::routes(); }"),
            [2]
        );
        assert_eq!(
            lines_in("crates/cli/src/main.rs", "fn main() { rounds_engage::queue::store::load(); rounds_engage::queue::open(); }"),
            [1]
        );
    }
}
