//! Scripts, styles and pictures of the pages: each must be reached from `package.json`, by import or by name.

use super::dead::RULE;
use crate::report::Finding;
use crate::source::Sources;
use crate::tree::{extension, folder, join, name, stem};
use std::collections::BTreeSet;

const ASSETS: &str = "crates/web/assets/";
/// Where a build script's bare names stand.
const SOURCES: &str = "crates/web/assets/src/";
/// Files that tools read by their names.
const KNOWN: &[&str] = &["package.json", "package-lock.json", ".npmrc", "tsconfig.json", "README.md", ".gitignore"];
/// Endings that an import may leave out.
const ENDINGS: &[&str] = &["", ".js", ".mjs", ".ts", ".css", "/index.js", "/index.css"];
/// Files that must be named one by one; a folder of others may be taken as a whole.
const CODE: &[&str] = &["js", "mjs", "ts", "css"];

/// Asset sources that nothing reaches.
pub fn dead(sources: &Sources, included: &BTreeSet<String>) -> Vec<Finding> {
    // Tests are found by their name; what only they import is still dead.
    let all: BTreeSet<&str> = sources.tree.under(ASSETS).filter(|path| !is_test(path)).collect();
    let mut live: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> =
        all.iter().filter(|path| KNOWN.contains(&name(path)) || included.contains(**path)).map(|p| p.to_string()).collect();
    for (path, source) in &sources.rust {
        let krate = sources.tree.crate_of(path).unwrap_or_default();
        open.extend(source.product_texts().flat_map(|(_, text)| resolve(&all, krate, text)));
    }
    while let Some(path) = open.pop() {
        let text = sources.tree.text(&path).unwrap_or_default();
        for mention in mentions(text) {
            let found = [folder(&path), ASSETS, SOURCES].into_iter().flat_map(|base| resolve(&all, base, mention));
            open.extend(found.filter(|next| !live.contains(next)));
        }
        live.insert(path);
    }
    let say = "nothing that package.json builds imports it: import it, or delete it";
    all.into_iter().filter(|path| !live.contains(*path)).map(|path| Finding::new(path, 0, RULE, say)).collect()
}

/// True for the files that `node --test` finds.
fn is_test(path: &str) -> bool {
    stem(path).ends_with(".test") || path.starts_with("crates/web/assets/test/")
}

/// Words in quotes and in `url(…)`, and what scripts in `package.json` name between spaces.
fn mentions(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || "\"'`()=,;:".contains(c)).filter(|word| word.len() > 1)
}

/// The asset files that `word`, said in the folder `base`, may mean.
fn resolve(all: &BTreeSet<&str>, base: &str, word: &str) -> Vec<String> {
    if word.contains(char::is_whitespace) || word.len() > 200 {
        return Vec::new();
    }
    let path = join(base, word.trim_end_matches("/*").trim_end_matches("/**"));
    let one = ENDINGS.iter().map(|ending| format!("{path}{ending}")).find(|candidate| all.contains(candidate.as_str()));
    if let Some(one) = one {
        return vec![one];
    }
    let prefix = format!("{path}/");
    let inside: Vec<String> = all.iter().filter(|file| file.starts_with(&prefix)).map(|file| file.to_string()).collect();
    if inside.iter().any(|file| CODE.contains(&extension(file)) || KNOWN.contains(&name(file))) { Vec::new() } else { inside }
}

#[cfg(test)]
mod tests {
    use crate::source::Sources;
    use crate::tree::Tree;
    use std::collections::BTreeSet;

    #[test]
    fn an_asset_lives_when_the_build_reaches_it() {
        let sources = Sources::of(Tree::of(&[
            ("crates/web/assets/package.json", "{ \"scripts\": { \"build\": \"node build.mjs && cp icons/* dist/\" } }"),
            ("crates/web/assets/package-lock.json", ""),
            (
                "crates/web/assets/build.mjs",
                "build({ entryPoints: ['src/app.js', \"src/app.css\"], outdir: 'dist' });\nfor (const name of ['mark.svg']) copy(`src/${name}`); // src",
            ),
            ("crates/web/assets/src/mark.svg", ""),
            ("crates/web/assets/test/keys.js", "import '../src/old.js'"),
            ("crates/web/assets/src/keys.test.js", "import './older.js'"),
            ("crates/web/assets/src/app.js", "import { a } from './keys';\nimport 'htmx.org';"),
            ("crates/web/assets/src/keys.js", ""),
            ("crates/web/assets/src/old.js", "import './older.js'"),
            ("crates/web/assets/src/older.js", ""),
            ("crates/web/assets/src/app.css", "@import url(base.css); a { background: url('../img/dot.svg') }"),
            ("crates/web/assets/src/base.css", ""),
            ("crates/web/assets/img/dot.svg", ""),
            ("crates/web/assets/img/unused.svg", ""),
            ("crates/web/assets/icons/call.svg", ""),
        ]));
        let dead: Vec<String> = super::dead(&sources, &BTreeSet::new()).into_iter().map(|finding| finding.file).collect();
        assert_eq!(dead, ["crates/web/assets/img/unused.svg", "crates/web/assets/src/old.js", "crates/web/assets/src/older.js"]);
    }
}
