//! Rust sources, parsed once: the syntax tree, a flat list of tokens, and which lines are tests.

use crate::modules::Modules;
use crate::report::Finding;
use crate::tree::{Tree, extension};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeMap;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Ident(String),
    /// One character of punctuation; brackets of a group come as their characters.
    Mark(char),
    /// The value of a string literal.
    Text(String),
    /// Any other literal.
    Other,
}

/// A token and its line.
#[derive(Debug, Clone)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Line, from 1.
    pub line: usize,
}

impl Token {
    /// True for this name.
    pub fn is(&self, ident: &str) -> bool {
        matches!(&self.kind, Kind::Ident(name) if name == ident)
    }

    /// True for this mark.
    pub fn mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// The string, for a string literal.
    pub fn text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }
}

/// One parsed file.
pub struct Source {
    /// Syntax tree.
    pub file: syn::File,
    /// All tokens in order, groups opened up, documentation left out.
    pub tokens: Vec<Token>,
    /// First and last lines of tests and test modules inside the file.
    tests: Vec<(usize, usize)>,
    /// True when the whole file is a test's.
    pub all_test: bool,
}

impl Source {
    /// Parses `text`.
    pub fn parse(text: &str) -> syn::Result<Self> {
        let file = syn::parse_file(text)?;
        let mut tokens = Vec::new();
        flatten(text.trim_start_matches('\u{feff}').parse::<TokenStream>()?, &mut tokens);
        let mut tests = TestLines::default();
        tests.visit_file(&file);
        Ok(Self { file, tokens, tests: tests.ranges, all_test: false })
    }

    /// True when the line belongs to a test.
    pub fn in_test(&self, line: usize) -> bool {
        self.all_test || self.tests.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    /// String literals of product code with their lines; documentation and tests left out.
    pub fn product_texts(&self) -> impl Iterator<Item = (usize, &str)> {
        let texts = self.tokens.iter().filter_map(|token| Some((token.line, token.text()?)));
        texts.filter(|(line, _)| !self.in_test(*line))
    }
}

/// The tree with its Rust sources parsed and their modules followed.
pub struct Sources {
    /// All files.
    pub tree: Tree,
    /// Parsed Rust files by path.
    pub rust: BTreeMap<String, Source>,
    /// Where each file sits in its crate's modules.
    pub modules: Modules,
    /// Files that do not parse.
    pub unreadable: Vec<Finding>,
}

impl Sources {
    /// Parses all Rust files of the tree.
    pub fn of(tree: Tree) -> Self {
        let (mut rust, mut unreadable) = (BTreeMap::new(), Vec::new());
        for (path, text) in tree.files().filter(|(path, _)| extension(path) == "rs") {
            match Source::parse(text) {
                Ok(source) => {
                    rust.insert(path.to_string(), source);
                }
                Err(error) => {
                    let say = format!("does not parse as Rust: {error}");
                    unreadable.push(Finding::new(path, error.span().start().line, "unreadable", say));
                }
            }
        }
        let modules = Modules::follow(&tree, &rust);
        for (path, source) in &mut rust {
            source.all_test = modules.is_test(path);
        }
        Self { tree, rust, modules, unreadable }
    }
}

fn flatten(stream: TokenStream, out: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                if trees.peek().is_some_and(|next| next.to_string() == "!") {
                    trees.next();
                }
                if trees.peek().is_some_and(is_doc) {
                    trees.next();
                } else {
                    out.push(Token { kind: Kind::Mark('#'), line });
                }
            }
            TokenTree::Punct(mark) => out.push(Token { kind: Kind::Mark(mark.as_char()), line }),
            TokenTree::Ident(ident) => out.push(Token { kind: Kind::Ident(ident.to_string()), line }),
            TokenTree::Literal(literal) => {
                let text = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok();
                out.push(Token { kind: text.map_or(Kind::Other, |text| Kind::Text(text.value())), line });
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ('(', ')'),
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::None => (' ', ' '),
                };
                out.push(Token { kind: Kind::Mark(open), line });
                flatten(group.stream(), out);
                out.push(Token { kind: Kind::Mark(close), line: group.span_close().end().line });
            }
        }
    }
}

/// True for the group of `#[doc = "…"]`.
fn is_doc(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else { return false };
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(ident)) if ident == "doc")
}

/// True for `#[test]`, `#[tokio::test]`, `#[cfg(test)]` and their like.
pub fn marks_test(attrs: &[syn::Attribute]) -> bool {
    attrs.iter().any(|attr| {
        let last = attr.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let arguments = attr.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
        let words = || arguments.split(|c: char| !c.is_alphanumeric() && c != '_');
        last == "test" || (last == "cfg" && words().any(|word| word == "test") && !words().any(|word| word == "not"))
    })
}

#[derive(Default)]
struct TestLines {
    ranges: Vec<(usize, usize)>,
}

impl TestLines {
    fn note(&mut self, attrs: &[syn::Attribute], item: &impl Spanned) {
        if marks_test(attrs) {
            self.ranges.push((item.span().start().line, item.span().end().line));
        }
    }
}

impl<'ast> Visit<'ast> for TestLines {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.note(&item.attrs, item);
        visit::visit_item_mod(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.note(&item.attrs, item);
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.note(&item.attrs, item);
        visit::visit_item_impl(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.note(&item.attrs, item);
        visit::visit_impl_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_tests_from_product_and_documentation_from_text() {
        let text = "//! doc\n/// doc\nfn a() -> &'static str { \"one\" }\n#[cfg(test)]\nmod tests {\n fn b() { x(\"two\") }\n}\n#[cfg(not(test))]\nfn c() { m!(\"three\") }\n";
        let source = Source::parse(text).unwrap();
        assert_eq!(source.product_texts().collect::<Vec<_>>(), [(3, "one"), (9, "three")]);
        assert!(source.in_test(6) && !source.in_test(9));
    }

    #[test]
    fn reports_a_file_that_does_not_parse() {
        let sources = Sources::of(Tree::of(&[("a.rs", "fn a() {\n")]));
        assert_eq!(sources.unreadable.len(), 1);
        assert_eq!(sources.unreadable[0].rule, "unreadable");
    }
}
