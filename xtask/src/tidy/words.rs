//! Words that must not stay: promises instead of code, paths of one machine, panics waiting for bad input.

use crate::report::Finding;
use crate::source::{Source, Sources};

/// Rule on promises left in the text.
pub const LEFTOVER: &str = "leftover-word";
/// Rule on paths of one machine.
pub const MACHINE_PATH: &str = "machine-path";
/// Rule on `unwrap` and on `expect` without a reason.
pub const UNWRAP: &str = "unwrap";

// Written in halves, so that this file passes its own rule.
const PROMISES: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
const MACHINE: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
/// Crates that only tests use.
const TEST_CRATES: &[&str] = &["crates/testkit/"];

/// All words that must not stay.
pub fn check(sources: &Sources) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in sources.tree.files() {
        for (at, line) in text.lines().enumerate() {
            if let Some(word) = PROMISES.iter().find(|word| has_word(line, word)) {
                let say = format!("`{word}`: do it now, or open an issue and delete the line");
                found.push(Finding::new(path, at + 1, LEFTOVER, say));
            }
            if let Some(start) = MACHINE.iter().find(|start| has_path(line, start)) {
                let say = format!("a path of one machine (`{start}…`): take it as an argument, or make it relative to the workspace");
                found.push(Finding::new(path, at + 1, MACHINE_PATH, say));
            }
        }
    }
    for (path, source) in &sources.rust {
        if !TEST_CRATES.iter().any(|krate| path.starts_with(krate)) {
            found.extend(panics(path, source));
        }
    }
    found
}

/// True when `word` stands alone in `line`.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| !joins(line[..at].chars().next_back()) && !joins(line[at + word.len()..].chars().next()))
}

/// True when an absolute path in `line` begins with `start`; an address or a longer path that merely holds it does not count.
fn has_path(line: &str, start: &str) -> bool {
    let continues = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "._-~})/".contains(c));
    line.match_indices(start).any(|(at, _)| !continues(line[..at].chars().next_back()))
}

/// `unwrap()` and reasonless `expect` in product code.
fn panics(path: &str, source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for window in source.tokens.windows(4).filter(|window| window[0].mark('.') && window[2].mark('(')) {
        let (name, argument) = (&window[1], &window[3]);
        if source.in_test(name.line) {
            continue;
        }
        if name.is("unwrap") && argument.mark(')') {
            let say = "return an error with code, cause and remedy; `expect(\"why it cannot fail\")` where it truly cannot";
            found.push(Finding::new(path, name.line, UNWRAP, say));
        }
        let reasonless = |text: &str| text.split_whitespace().count() < 3;
        if name.is("expect") && argument.text().is_some_and(reasonless) {
            found.push(Finding::new(path, name.line, UNWRAP, "say in `expect` why it cannot fail, in a few words, or return an error"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn lines(path: &str, text: &str) -> Vec<(usize, &'static str)> {
        check(&Sources::of(Tree::of(&[(path, text)]))).into_iter().map(|finding| (finding.line, finding.rule)).collect()
    }

    #[test]
    fn promises_fail_in_any_text() {
        assert_eq!(lines("a.md", &format!("fine\n{}: later", PROMISES[0])), [(2, LEFTOVER)]);
        assert_eq!(lines("a.css", &format!("/* {} */", PROMISES[2])), [(1, LEFTOVER)]);
        assert!(lines("a.sh", &format!("mktemp x.{0}{0}\nTO_{1}S", PROMISES[2], PROMISES[0])).is_empty());
    }

    #[test]
    fn paths_of_one_machine_fail_and_addresses_pass() {
        assert_eq!(lines("a.toml", &format!("x = \"{}me\"", MACHINE[2])), [(1, MACHINE_PATH)]);
        assert_eq!(lines("a.sh", &format!("cd {}x", MACHINE[0])), [(1, MACHINE_PATH)]);
        assert!(lines("a.md", &format!("https://example.org{0}x and $HOME{0} and ${{x}}{0}", MACHINE[0])).is_empty());
    }

    #[test]
    fn unwrap_fails_in_product_code_also_inside_macros() {
        let text = "fn a() { b.unwrap(); vec![c.unwrap()]; d.unwrap_or(1); e.expect(\"seed\"); f.expect(\"checked one line above\"); g.expect(Kind::X) }";
        assert_eq!(lines("a.rs", text), [(1, UNWRAP), (1, UNWRAP), (1, UNWRAP)]);
        assert!(lines("a.rs", "#[cfg(test)]\nmod tests {\n fn a() { b.unwrap() }\n}").is_empty());
        assert!(lines("crates/testkit/src/lib.rs", "fn a() { b.unwrap() }").is_empty());
    }
}
