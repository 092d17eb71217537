//! The exception list: it excuses what cannot be mended yet, and can only shrink.

use crate::report::Finding;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Where the list stands.
pub const FILE: &str = "xtask/tidy-exceptions.toml";
const RULE: &str = "exception";

/// The whole list.
#[derive(Debug, Deserialize, Default)]
pub struct List {
    #[serde(default)]
    exception: Vec<Exception>,
}

/// One rule excused in one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    file: String,
    rule: String,
    /// The length allowed for a length rule, else how many findings.
    limit: usize,
    reason: String,
}

impl List {
    /// Reads the list.
    pub fn parse(text: &str) -> Result<Self> {
        basic_toml::from_str(text).with_context(|| format!("{FILE} is not as its first lines describe"))
    }

    fn limit(&self, file: &str, rule: &str) -> Option<usize> {
        self.exception.iter().find(|entry| entry.file == file && entry.rule == rule).map(|entry| entry.limit)
    }
}

/// The list as last committed, or, when it is unchanged since, as committed before that. None where git does not know.
pub fn earlier(root: &Path, now: &str) -> Option<String> {
    let show = |commit: &str| {
        let output =
            Command::new("git").env_remove("GIT_DIR").arg("-C").arg(root).args(["show", &format!("{commit}:{FILE}")]).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let committed = show("HEAD")?;
    if committed == now { show("HEAD^") } else { Some(committed) }
}

/// Takes excused findings away and adds what is wrong with the list.
pub fn apply(findings: Vec<Finding>, list: &List, before: Option<&List>, rules: &[&str]) -> Vec<Finding> {
    let mut groups: BTreeMap<(String, &'static str), Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        groups.entry((finding.file.clone(), finding.rule)).or_default().push(finding);
    }
    let mut left = Vec::new();
    for entry in &list.exception {
        let group = groups.iter().find(|((file, rule), _)| *file == entry.file && *rule == entry.rule).map(|(_, group)| group.as_slice());
        let needed = need(group.unwrap_or_default());
        left.extend(fault(entry, needed, rules).map(|say| Finding::new(FILE, 0, RULE, say)));
        let allowed_before = before.map(|before| before.limit(&entry.file, &entry.rule).unwrap_or(0));
        if allowed_before.is_some_and(|allowed| entry.limit > allowed) {
            let say = format!("{} in {}: the list can only shrink, mend the file instead", entry.rule, entry.file);
            left.push(Finding::new(FILE, 0, RULE, say));
        }
    }
    for ((file, rule), group) in groups {
        if list.limit(&file, rule).is_none_or(|limit| need(&group) > limit) {
            left.extend(group);
        }
    }
    left.sort();
    left
}

/// The smallest limit that would excuse these findings of one file and rule.
fn need(group: &[Finding]) -> usize {
    match group.iter().map(|finding| finding.size).max() {
        Some(longest) if longest > 1 => longest,
        _ => group.len(),
    }
}

/// What is wrong with an entry by itself.
fn fault(entry: &Exception, needed: usize, rules: &[&str]) -> Option<String> {
    let Exception { file, rule, limit, reason } = entry;
    if !rules.contains(&rule.as_str()) {
        Some(format!("`{rule}` is no rule; the rules are: {}", rules.join(", ")))
    } else if reason.split_whitespace().count() < 4 {
        Some(format!("{rule} in {file}: say why, and what would end it"))
    } else if needed == 0 {
        Some(format!("{rule} in {file} is no longer needed: delete the entry"))
    } else if *limit > needed {
        Some(format!("{rule} in {file} is larger than needed: set limit = {needed}"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &[&str] = &["file-length", "unwrap"];

    fn list(rule: &str, limit: usize) -> List {
        let entry = format!("[[exception]]\nfile = \"a.rs\"\nrule = \"{rule}\"\nlimit = {limit}\nreason = \"until the parser is split\"\n");
        List::parse(&entry).unwrap()
    }

    fn long(lines: usize) -> Vec<Finding> {
        vec![Finding { size: lines, ..Finding::new("a.rs", 0, "file-length", "too long") }]
    }

    fn said(findings: Vec<Finding>, list: &List, before: Option<&List>) -> Vec<String> {
        apply(findings, list, before, RULES).into_iter().map(|finding| finding.say).collect()
    }

    #[test]
    fn an_exception_excuses_exactly_what_it_says() {
        assert!(said(long(520), &list("file-length", 520), None).is_empty());
        assert_eq!(said(long(521), &list("file-length", 520), None), ["too long"]);
        let two = || vec![Finding::new("a.rs", 1, "unwrap", "x"), Finding::new("a.rs", 2, "unwrap", "y")];
        assert!(said(two(), &list("unwrap", 2), None).is_empty());
        assert_eq!(said(two(), &list("unwrap", 1), None), ["x", "y"]);
    }

    #[test]
    fn an_entry_unneeded_too_large_unknown_or_unreasoned_fails() {
        let says = |findings, list: &List, word: &str| said(findings, list, None).iter().any(|say| say.contains(word));
        assert!(says(long(510), &list("file-length", 520), "set limit = 510"));
        assert!(says(vec![], &list("file-length", 520), "no longer needed"));
        assert!(says(long(510), &list("beauty", 510), "no rule"));
        let mut lazy = list("file-length", 510);
        lazy.exception[0].reason = "later".into();
        assert!(says(long(510), &lazy, "say why"));
    }

    #[test]
    fn the_list_can_only_shrink() {
        assert!(said(long(510), &list("file-length", 510), Some(&list("file-length", 520))).is_empty());
        assert!(said(long(520), &list("file-length", 520), Some(&list("file-length", 510)))[0].contains("only shrink"));
        assert!(said(long(520), &list("file-length", 520), Some(&List::default()))[0].contains("only shrink"));
    }

    #[test]
    fn the_list_is_compared_with_the_last_other_one_committed() {
        let root = std::env::temp_dir().join(format!("rounds-xtask-git-{}", std::process::id()));
        std::fs::create_dir_all(root.join("xtask")).unwrap();
        let git = |args: &[&str]| {
            let name = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
            let done = Command::new("git").env_remove("GIT_DIR").arg("-C").arg(&root).args(name).args(args).output().unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        };
        git(&["init", "--quiet"]);
        let none_yet = earlier(&root, "one");
        let mut seen = Vec::new();
        for text in ["one", "two"] {
            std::fs::write(root.join(FILE), text).unwrap();
            git(&["add", "."]);
            git(&["commit", "--quiet", "--no-verify", "-m", text]);
            seen.push(earlier(&root, text));
        }
        let edited = earlier(&root, "three");
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!((none_yet, seen, edited.as_deref()), (None, vec![None, Some("one".to_string())], Some("two")));
    }

    #[test]
    fn a_list_with_unknown_fields_is_refused() {
        assert!(List::parse("[[exception]]\nfile = \"a\"\nrule = \"b\"\nlimit = 1\nreason = \"c\"\nuntil = \"d\"").is_err());
        assert!(List::parse("").unwrap().exception.is_empty());
    }
}
