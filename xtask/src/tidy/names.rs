//! Names with a fixed form: migrations and the glossary's terms.

use crate::report::Finding;
use crate::source::Sources;
use crate::tree::{name, stem};
use std::collections::BTreeMap;

/// Rule on migrations.
pub const MIGRATION: &str = "migration-name";
/// Rule on the glossary.
pub const GLOSSARY: &str = "glossary";

const GLOSSARY_FILE: &str = "docs/glossary.md";

/// Migrations and glossary terms out of form.
pub fn check(sources: &Sources) -> Vec<Finding> {
    let mut found = migrations(sources);
    found.extend(sources.tree.text(GLOSSARY_FILE).map(glossary).unwrap_or_default());
    found
}

/// Every string that looks like a migration's name, and every file that gives one its name, has the full form and its crate's owner.
fn migrations(sources: &Sources) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for (path, source) in &sources.rust {
        let owner = sources.tree.crate_of(path).map(name).unwrap_or_default();
        let mut names: Vec<(usize, &str)> = source.product_texts().filter(|(_, text)| looks_like_migration(text)).collect();
        let derived = source.tokens.iter().find(|token| token.is("DeriveMigrationName"));
        if let Some(token) = derived {
            let module = if name(path) == "mod.rs" { name(crate::tree::folder(path)) } else { stem(path) };
            names.push((token.line, module));
        }
        for (line, text) in names {
            if !is_migration(text, owner) {
                let say = format!("`{text}`: name it by time and owner, like m20261201_093000_{owner}_what_it_makes");
                found.push(Finding::new(path, line, MIGRATION, say));
            } else if let Some(other) = first.insert(text.to_string(), path.clone()).filter(|other| other != path) {
                found.push(Finding::new(path, line, MIGRATION, format!("`{text}` also stands in {other}: a name is given once")));
            }
        }
    }
    found
}

fn looks_like_migration(text: &str) -> bool {
    let digits = text.strip_prefix('m').map(|rest| rest.chars().take_while(char::is_ascii_digit).count());
    digits.is_some_and(|digits| digits >= 4 && text[1 + digits..].starts_with('_'))
}

/// True for `m` date `_` time `_` owner `_` thing, in a plausible calendar.
fn is_migration(text: &str, owner: &str) -> bool {
    let parts: Vec<&str> = text.splitn(4, '_').collect();
    let [date, time, by, thing] = parts.as_slice() else { return false };
    let number = |text: &str, low: u32, high: u32| text.parse().is_ok_and(|n: u32| (low..=high).contains(&n));
    let date = date.strip_prefix('m').filter(|date| date.len() == 8 && date.is_ascii());
    let date = date.is_some_and(|d| number(&d[..4], 2020, 2100) && number(&d[4..6], 1, 12) && number(&d[6..], 1, 31));
    let time = time.len() == 6 && time.is_ascii() && number(&time[..2], 0, 23) && number(&time[2..4], 0, 59) && number(&time[4..], 0, 59);
    let plain = !thing.is_empty() && thing.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    date && time && plain && *by == owner
}

/// The glossary is one table, its terms in alphabetical order, each once, each with a sentence.
fn glossary(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut last = String::new();
    let rows = text.lines().enumerate().filter(|(_, line)| line.starts_with('|') && !line.starts_with("|-")).skip(1);
    for (at, row) in rows {
        let cells: Vec<&str> = row.trim_matches('|').splitn(2, '|').map(str::trim).collect();
        let term = cells[0].to_lowercase();
        if cells.get(1).is_none_or(|meaning| !meaning.ends_with('.')) {
            found.push(Finding::new(GLOSSARY_FILE, at + 1, GLOSSARY, format!("`{term}` needs one plain sentence with a full stop")));
        }
        if term <= last {
            let say =
                if term == last { format!("`{term}` stands twice") } else { format!("`{term}` comes before `{last}`: keep the order") };
            found.push(Finding::new(GLOSSARY_FILE, at + 1, GLOSSARY, say));
        }
        last = term;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn migration_lines(path: &str, text: &str) -> Vec<usize> {
        let sources = Sources::of(Tree::of(&[("crates/areas/engage/Cargo.toml", "[package]"), (path, text)]));
        migrations(&sources).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn migrations_are_named_by_time_and_owner() {
        let path = "crates/areas/engage/src/queue/store.rs";
        let text = |name: &str| format!("fn name() -> &'static str {{ \"{name}\" }}");
        assert!(migration_lines(path, &text("m20261201_093000_engage_plan")).is_empty());
        assert!(migration_lines(path, &text("m5 tall")).is_empty());
        for bad in
            ["m20261201_093000_consent_gate", "m20261201_engage_plan", "m20261301_093000_engage_plan", "m20261201_093000_engage_Plan"]
        {
            assert_eq!(migration_lines(path, &text(bad)), [1], "{bad}");
        }
    }

    #[test]
    fn a_derived_name_is_the_files() {
        let text = "#[derive(DeriveMigrationName)]\nstruct M;";
        assert_eq!(migration_lines("crates/areas/engage/src/queue/first.rs", text), [1]);
        assert!(migration_lines("crates/areas/engage/src/queue/m20261201_093000_engage_plan.rs", text).is_empty());
    }

    #[test]
    fn the_glossary_is_sorted_and_complete() {
        let head = "# Glossary\n\n| Term | Meaning |\n|---|---|\n";
        let lines = |rows: &str| glossary(&format!("{head}{rows}")).into_iter().map(|finding| finding.line).collect::<Vec<_>>();
        assert!(lines("| Account | A place. |\n| GPO | A group. |\n").is_empty());
        assert_eq!(lines("| GPO | A group. |\n| Account | A place. |\n"), [6]);
        assert_eq!(lines("| GPO | A group. |\n| gpo | A group. |\n"), [6]);
        assert_eq!(lines("| GPO | A group |\n"), [5]);
    }
}
