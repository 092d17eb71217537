//! A folder inside an area is a capability, and every capability has the same shape: who knows one finds their way in all.

use crate::report::Finding;
use crate::source::Sources;
use crate::tree::name;
use std::collections::{BTreeMap, BTreeSet};
use syn::visit::{self, Visit};

/// Rule on the files of a capability.
pub const CAPABILITY: &str = "capability-layout";
/// Rule on eligibility rules.
pub const ELIGIBILITY: &str = "eligibility-rule";

/// What may stand in a capability: as `name.rs`, or as a folder `name/` when one file is not enough.
const ROOMS: &[&str] = &[
    "model",       // types in the trade's words
    "inputs",      // the one typed snapshot that planning reads
    "eligibility", // one business rule a file
    "plan",        // snapshot to plan
    "check",       // verifies the plan independently
    "commands",    // one verb a file
    "store",       // entities, migrations, SQL of its own tables
    "queries",     // reads that pages and other capabilities share
    "import",      // one input format a file
    "pages",       // pages and their view structs
    "api",         // the machine interface's handlers
    "directory",   // who may sign in (platform::users)
    "worker",      // takes jobs and keeps them alive (platform::jobs)
    "jobs",        // scheduled and background work
    "tests",       // tests too long to stand beside the code
];
/// Folders without Rust.
const FOLDERS: &[&str] = &["templates", "golden"];

/// Capabilities of another shape, and rules of eligibility that share a file.
pub fn check(sources: &Sources) -> Vec<Finding> {
    let mut capabilities: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut found = Vec::new();
    for path in sources.tree.under("crates/areas/") {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            [_, _, _, "src", "lib.rs"] => {}
            [_, _, area, "src", file] => {
                let say =
                    format!("an area's src holds lib.rs and capability folders: move `{file}` into the capability of `{area}` it serves");
                found.push(Finding::new(path, 0, CAPABILITY, say));
            }
            [_, _, area, "src", capability, room, ..] => {
                let rooms = capabilities.entry(format!("crates/areas/{area}/src/{capability}")).or_default();
                rooms.insert(room.to_string());
            }
            _ => {}
        }
    }
    for (folder, rooms) in &capabilities {
        if !rooms.contains("mod.rs") {
            let say = "a capability has a mod.rs: purpose, public functions, routes, jobs and owned tables on one screen";
            found.push(Finding::new(folder, 0, CAPABILITY, say));
        }
        for room in rooms.iter().filter(|room| !is_allowed(room)) {
            let say = format!(
                "`{room}` is no room of a capability: put it inside one, like plan/{room}; the rooms are mod, {}, {}",
                ROOMS.join(", "),
                FOLDERS.join(", ")
            );
            found.push(Finding::new(&format!("{folder}/{room}"), 0, CAPABILITY, say));
        }
    }
    found.extend(eligibility(sources));
    found
}

fn is_allowed(room: &str) -> bool {
    room == "mod.rs" || FOLDERS.contains(&room) || ROOMS.contains(&room.strip_suffix(".rs").unwrap_or(room))
}

/// Each file in an `eligibility` folder holds one rule: one `const …: Rule` or `impl …Rule for …`, or else one public function;
/// `mod.rs` only lists them.
fn eligibility(sources: &Sources) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, source) in sources.rust.iter().filter(|(path, source)| path.contains("/eligibility/") && !source.all_test) {
        let mut rules = Rules::default();
        for item in source.file.items.iter().filter(|item| !source.in_test(line(item))) {
            rules.visit_item(item);
        }
        let count = if rules.named > 0 { rules.named } else { rules.functions };
        if name(path) == "mod.rs" {
            if rules.named > 0 {
                found.push(Finding::new(path, 0, ELIGIBILITY, "mod.rs lists the rules: give each rule a file named in the trade's words"));
            }
        } else if count != 1 {
            let say =
                format!("holds {count} rules: one business rule a file, as one `const RULE: Rule`, `impl …Rule for …` or public function");
            found.push(Finding::new(path, 0, ELIGIBILITY, say));
        }
    }
    found
}

fn line(item: &syn::Item) -> usize {
    syn::spanned::Spanned::span(item).start().line
}

fn is_rule(segment: &syn::PathSegment) -> bool {
    segment.ident.to_string().ends_with("Rule")
}

#[derive(Default)]
struct Rules {
    named: usize,
    functions: usize,
}

impl<'ast> Visit<'ast> for Rules {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let last = item.trait_.as_ref().and_then(|(path, _)| path.segments.last());
        self.named += usize::from(last.is_some_and(is_rule));
        visit::visit_item_impl(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        if let syn::Type::Path(path) = &*item.ty {
            self.named += usize::from(path.path.segments.last().is_some_and(is_rule));
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.functions += usize::from(!matches!(item.vis, syn::Visibility::Inherited));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn broken(files: &[(&str, &str)]) -> Vec<String> {
        check(&Sources::of(Tree::of(files))).into_iter().map(|finding| format!("{} {}", finding.rule, finding.file)).collect()
    }

    #[test]
    fn a_capability_of_the_house_shape_passes() {
        let files = ["mod.rs", "model.rs", "store/entities.rs", "commands/accept.rs", "templates/queue.html", "golden/accept.txt"];
        let files: Vec<String> = files.iter().map(|file| format!("crates/areas/engage/src/queue/{file}")).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|file| (file.as_str(), "")).collect();
        assert!(broken(&files).is_empty());
    }

    #[test]
    fn loose_files_missing_maps_and_foreign_rooms_fail() {
        let files = [
            ("crates/areas/engage/src/lib.rs", ""),
            ("crates/areas/engage/src/util.rs", ""),
            ("crates/areas/engage/src/queue/helpers.rs", ""),
        ];
        assert_eq!(
            broken(&files),
            [
                "capability-layout crates/areas/engage/src/util.rs",
                "capability-layout crates/areas/engage/src/queue",
                "capability-layout crates/areas/engage/src/queue/helpers.rs"
            ]
        );
    }

    #[test]
    fn an_eligibility_rule_has_a_file_of_its_own() {
        let base = "crates/areas/engage/src/queue";
        let file = |name: &str| format!("{base}/eligibility/{name}");
        let constant = file("permission.rs");
        let (map, one, two, none, inside) = (format!("{base}/mod.rs"), file("hours.rs"), file("both.rs"), file("none.rs"), file("mod.rs"));
        let files = [
            (map.as_str(), ""),
            (one.as_str(), "pub fn hours() {}\nfn helper() {}\n#[cfg(test)]\nmod tests { pub fn x() {} }"),
            (two.as_str(), "impl Rule for A {}\nimpl EligibilityRule for B {}"),
            (none.as_str(), "fn helper() {}"),
            (constant.as_str(), "pub fn left() {}\npub fn right() {}\npub(super) const RULE: Rule = Rule { code: \"x\" };"),
            (inside.as_str(), "pub fn all() {}\nconst RULES: &[Rule] = &[];"),
        ];
        assert_eq!(broken(&files), [format!("eligibility-rule {two}"), format!("eligibility-rule {none}")]);
    }
}
