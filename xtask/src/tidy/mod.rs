//! House rules as a test: lengths, dead files, the shape of a capability, words that must not stay, names.

mod assets;
mod dead;
mod exceptions;
mod layout;
mod lengths;
mod names;
mod words;

use crate::report::Finding;
use crate::source::Sources;
use anyhow::Result;
use std::path::Path;

/// Names of all rules; an exception must name one of them.
const RULES: &[&str] = &[
    "unreadable",
    lengths::FUNCTION,
    lengths::FILE,
    dead::RULE,
    layout::CAPABILITY,
    layout::ELIGIBILITY,
    words::LEFTOVER,
    words::MACHINE_PATH,
    words::UNWRAP,
    names::MIGRATION,
    names::GLOSSARY,
];

/// All rules over the sources, in order of file and line.
pub fn check(sources: &Sources) -> Vec<Finding> {
    let mut found = sources.unreadable.clone();
    found.extend(lengths::check(sources));
    found.extend(dead::check(sources));
    found.extend(layout::check(sources));
    found.extend(words::check(sources));
    found.extend(names::check(sources));
    found.sort();
    found
}

/// All rules, less what `xtask/tidy-exceptions.toml` excuses, plus what is wrong with that list itself.
pub fn check_with_exceptions(sources: &Sources, root: &Path) -> Result<Vec<Finding>> {
    let text = sources.tree.text(exceptions::FILE).unwrap_or_default();
    let list = exceptions::List::parse(text)?;
    let before = exceptions::earlier(root, text).map(|text| exceptions::List::parse(&text)).transpose()?;
    Ok(exceptions::apply(check(sources), &list, before.as_ref(), RULES))
}
