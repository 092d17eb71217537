//! Functions of at most 70 lines, files of at most 500: what one can hold in mind and see on two screens.

use crate::report::Finding;
use crate::source::Sources;
use crate::tree::extension;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// Rule on functions.
pub const FUNCTION: &str = "function-length";
/// Rule on files.
pub const FILE: &str = "file-length";

const LONGEST_FUNCTION: usize = 70;
const LONGEST_FILE: usize = 500;
/// Endings of files that people write and read from top to bottom.
const MEASURED: &[&str] = &["rs", "html", "css", "js", "mjs", "ts", "sql", "sh"];

/// All files and functions that are too long.
pub fn check(sources: &Sources) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in sources.tree.files().filter(|(path, _)| MEASURED.contains(&extension(path))) {
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            let say = format!("{lines} lines, at most {LONGEST_FILE}: split it by what its parts are about");
            found.push(Finding { size: lines, ..Finding::new(path, 0, FILE, say) });
        }
    }
    for (path, source) in &sources.rust {
        let mut lengths = Lengths { path, found: Vec::new() };
        lengths.visit_file(&source.file);
        found.extend(lengths.found);
    }
    found
}

struct Lengths<'a> {
    path: &'a str,
    found: Vec<Finding>,
}

impl Lengths<'_> {
    /// Measures from the signature's first line to the closing brace; attributes and documentation do not count.
    fn measure(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.span().start().line;
        let lines = body.brace_token.span.close().end().line - first + 1;
        if lines > LONGEST_FUNCTION {
            let say = format!("`{}` has {lines} lines, at most {LONGEST_FUNCTION}: give its steps names of their own", signature.ident);
            self.found.push(Finding { size: lines, ..Finding::new(self.path, first, FUNCTION, say) });
        }
    }
}

impl<'ast> Visit<'ast> for Lengths<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.measure(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn function(lines: usize) -> String {
        format!("impl A {{\n    /// Doc.\n    #[inline]\n    fn long() {{\n{}    }}\n}}\n", "        x();\n".repeat(lines - 2))
    }

    #[test]
    fn a_function_may_have_70_lines_and_not_71() {
        let check = |text: &str| super::check(&Sources::of(Tree::of(&[("a.rs", text)])));
        assert!(check(&function(70)).is_empty());
        let found = check(&function(71));
        assert_eq!((found.len(), found[0].line, found[0].size, found[0].rule), (1, 4, 71, FUNCTION));
        assert!(check(&format!("trait T {{ fn f() {{\n{} }} }}", "\n".repeat(80)))[0].say.contains("`f`"));
        assert_eq!(check(&format!("fn f() {{ fn g() {{\n{} }} }}", "\n".repeat(80))).len(), 2);
    }

    #[test]
    fn a_file_may_have_500_lines_and_not_501() {
        let check = |path: &str, lines: usize| super::check(&Sources::of(Tree::of(&[(path, "\n".repeat(lines).as_str())])));
        assert!(check("a.html", 500).is_empty());
        assert_eq!(check("a.html", 501)[0].size, 501);
        assert_eq!(check("a.css", 501).len(), 1);
        assert!(check("data.csv", 501).is_empty());
    }
}
