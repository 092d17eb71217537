//! Tables: each has one owner, which declares it and alone writes to it.

use super::{capability_of, sql};
use crate::report::Finding;
use crate::source::{Source, Sources};
use crate::tree::{extension, name};
use std::collections::BTreeMap;

const RULE: &str = "table-owner";
/// Crates beside the capabilities that own tables, declared as `OWN_TABLES`.
const OWNING_CRATES: &[&str] = &["store", "web"];
/// sea-query's functions that take the table a statement writes to or shapes.
const WRITERS: &[&str] = &["into_table", "from_table", "table"];

/// Writes to tables of others, and tables with two owners.
pub fn check(sources: &Sources) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for (path, source) in &sources.rust {
        let Some(owner) = owner(path) else { continue };
        for (line, table) in declared(path, &owner, source) {
            match owners.insert(table.clone(), owner.clone()) {
                Some(other) if other != owner => {
                    found.push(Finding::new(path, line, RULE, format!("`{table}` is declared by {other} too: a table has one owner")));
                }
                _ => {}
            }
        }
    }
    for (path, source) in &sources.rust {
        for (line, table) in written(source) {
            found.extend(fault(path, line, &table, &owners));
        }
    }
    for (path, text) in sources.tree.files().filter(|(path, _)| extension(path) == "sql" && path.starts_with("crates/")) {
        for table in sql::written(text) {
            found.extend(fault(path, 0, &table, &owners));
        }
    }
    found
}

/// Who a file writes for: a capability (`area/capability`), or the crate itself.
fn owner(path: &str) -> Option<String> {
    if let Some((area, capability)) = capability_of(path) {
        return Some(format!("{area}/{capability}"));
    }
    let krate = path.strip_prefix("crates/")?.split('/').next()?;
    Some(if krate == "areas" { path.split('/').nth(2)?.to_string() } else { krate.to_string() })
}

/// Tables that a file declares: `TABLES` in a capability's mod.rs, `OWN_TABLES` in the crates that own some.
fn declared(path: &str, owner: &str, source: &Source) -> Vec<(usize, String)> {
    let constant = match owner.split_once('/') {
        Some(_) if name(path) == "mod.rs" && path.split('/').count() == 6 => "TABLES",
        None if OWNING_CRATES.contains(&owner) => "OWN_TABLES",
        _ => return Vec::new(),
    };
    let mut tables = Vec::new();
    for item in &source.file.items {
        if let syn::Item::Const(item) = item
            && item.ident == constant
            && let syn::Expr::Reference(reference) = &*item.expr
            && let syn::Expr::Array(array) = &*reference.expr
        {
            tables.extend(array.elems.iter().filter_map(|element| match element {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some((text.span().start().line, text.value())),
                _ => None,
            }));
        }
    }
    tables
}

/// Tables that product code in a file writes to, shapes, or maps an entity on.
fn written(source: &Source) -> Vec<(usize, String)> {
    let mut tables: Vec<(usize, String)> =
        source.product_texts().flat_map(|(line, text)| sql::written(text).into_iter().map(move |table| (line, table))).collect();
    for (at, token) in source.tokens.iter().enumerate().filter(|(_, token)| !source.in_test(token.line)) {
        let next = |offset: usize| source.tokens.get(at + offset);
        if token.is("table_name") && next(1).is_some_and(|token| token.mark('=')) {
            tables.extend(next(2).and_then(|value| Some((value.line, value.text()?.to_string()))));
        }
        let calls = at > 0 && source.tokens[at - 1].mark('.') && next(1).is_some_and(|token| token.mark('('));
        if calls && WRITERS.iter().any(|writer| token.is(writer)) {
            let mut arguments = source.tokens[at + 2..].iter().take_while(|token| !token.mark(')'));
            tables.extend(arguments.find_map(|argument| Some((argument.line, argument.text()?.to_string()))));
        }
    }
    tables
}

/// Judges a write to `table` in `path`.
fn fault(path: &str, line: usize, table: &str, owners: &BTreeMap<String, String>) -> Option<Finding> {
    let writer = owner(path)?;
    if table.contains('{') {
        // The lowest layers serve every owner, and are given the table by them.
        let serves_all = OWNING_CRATES.contains(&writer.as_str());
        let say = "the table's name is put in at run time: write it out, so that its owner can be checked";
        return (!serves_all).then(|| Finding::new(path, line, RULE, say));
    }
    let say = match owners.get(table) {
        Some(owner) if *owner == writer => return None,
        Some(owner) => format!("`{table}` belongs to {owner}: call its public function instead"),
        None if writer.contains('/') => {
            format!("`{table}` has no owner: declare it in `pub const TABLES: &[&str]` of this capability's mod.rs")
        }
        None if OWNING_CRATES.contains(&writer.as_str()) => format!("`{table}` has no owner: declare it in `OWN_TABLES` of this crate"),
        None => format!("`{table}` is written here, but only capabilities, store and web own tables: move the write to its owner"),
    };
    Some(Finding::new(path, line, RULE, say))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn said(store: &str, cli: &str) -> Vec<String> {
        let sources = Sources::of(Tree::of(&[
            ("crates/store/Cargo.toml", "[package]"),
            (
                "crates/store/src/lib.rs",
                "const OWN_TABLES: &[&str] = &[\"fact\"];\nfn a() { q(\"INSERT INTO fact (id) VALUES (1)\"); q(\"INSERT INTO {t} (id)\") }",
            ),
            ("crates/areas/engage/Cargo.toml", "[package]"),
            ("crates/areas/engage/src/lib.rs", "mod queue; mod calls;"),
            ("crates/areas/engage/src/queue/mod.rs", "mod store;\npub const TABLES: &[&str] = &[\"plan\", \"plan_action\"];"),
            ("crates/areas/engage/src/queue/store.rs", store),
            ("crates/areas/engage/src/calls/mod.rs", "pub const TABLES: &[&str] = &[\"call\"];"),
            ("crates/cli/Cargo.toml", "[package]"),
            ("crates/cli/src/main.rs", cli),
        ]));
        check(&sources).into_iter().map(|finding| format!("{}: {}", name(&finding.file), finding.say)).collect()
    }

    #[test]
    fn an_owner_writes_its_own_and_reads_all() {
        let store = "#[sea_orm(table_name = \"plan\")]\nstruct M;\nfn a() { q(\"UPDATE plan_action SET x = 1\"); q(\"SELECT * FROM call\"); t.table(Alias::new(\"plan\")); }";
        assert!(said(store, "fn main() { q(\"SELECT * FROM plan\") }").is_empty());
    }

    #[test]
    fn a_write_to_anothers_table_fails() {
        assert!(said("fn a() { q(\"DELETE FROM call\") }", "")[0].contains("`call` belongs to engage/calls"));
        assert!(said("fn a() { q(\"INSERT INTO fact (id) VALUES (1)\") }", "")[0].contains("`fact` belongs to store"));
        assert!(said("#[sea_orm(table_name = \"call\")]\nstruct M;", "")[0].contains("belongs to engage/calls"));
        assert!(said("fn a() { t.into_table(Alias::new(\"call\")); }", "")[0].contains("belongs to engage/calls"));
        assert!(said("", "fn main() { q(\"UPDATE plan SET x = 1\") }")[0].starts_with("main.rs: `plan` belongs to engage/queue"));
    }

    #[test]
    fn an_undeclared_or_hidden_table_fails_and_tests_may_do_as_they_like() {
        assert!(said("fn a() { q(\"CREATE TABLE draft (id INTEGER)\") }", "")[0].contains("declare it in `pub const TABLES"));
        assert!(said("fn a() { q(&format!(\"DELETE FROM {table} WHERE 1\")) }", "")[0].contains("at run time"));
        assert!(said("", "fn main() { q(\"TRUNCATE TABLE other\") }")[0].contains("only capabilities"));
        assert!(said("#[cfg(test)]\nmod tests { fn a() { q(\"DELETE FROM call\") } }", "").is_empty());
    }

    #[test]
    fn a_table_has_one_owner() {
        let sources = Sources::of(Tree::of(&[
            ("crates/areas/engage/src/queue/mod.rs", "pub const TABLES: &[&str] = &[\"plan\"];"),
            ("crates/areas/design/src/size/mod.rs", "pub const TABLES: &[&str] = &[\"plan\"];"),
        ]));
        let found = check(&sources);
        assert_eq!(found.len(), 1);
        assert!(found[0].say.contains("one owner"));
    }
}
