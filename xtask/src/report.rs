//! What a check found, and how it is told.

use std::fmt::Write;

/// One broken rule at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the workspace's root, with forward slashes.
    pub file: String,
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// Name of the rule.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub say: String,
    /// Measured length for length rules, else 1.
    pub size: usize,
}

impl Finding {
    /// A finding that counts as one.
    pub fn new(file: &str, line: usize, rule: &'static str, say: impl Into<String>) -> Self {
        Self { file: file.into(), line, rule, say: say.into(), size: 1 }
    }
}

/// All findings as lines `file:line: rule: what to do`, with a closing count.
pub fn page(findings: &[Finding]) -> String {
    let mut out = String::new();
    for f in findings {
        let place = if f.line == 0 { f.file.clone() } else { format!("{}:{}", f.file, f.line) };
        let _ = writeln!(out, "{place}: {}: {}", f.rule, f.say);
    }
    let _ = match findings.len() {
        0 => writeln!(out, "all rules hold"),
        n => writeln!(out, "{n} to mend"),
    };
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_place_rule_and_remedy() {
        let page = page(&[Finding::new("a.rs", 3, "unwrap", "return an error"), Finding::new("b.rs", 0, "dead-file", "delete it")]);
        assert_eq!(page, "a.rs:3: unwrap: return an error\nb.rs: dead-file: delete it\n2 to mend\n");
    }
}
