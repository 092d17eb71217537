//! Fixed lists of the trade's words.

/// A list of words: stored code, and the words a person reads.
pub type Words = &'static [(&'static str, &'static str)];

/// The stored code of what a cell says: the code itself or its words, in any case, with blanks, hyphens and underscores alike.
pub fn word(list: Words, text: &str) -> Option<&'static str> {
    let plain = plain(text);
    list.iter().find(|(code, label)| self::plain(code) == plain || self::plain(label) == plain).map(|(code, _)| *code)
}

/// The words of a stored code; the code itself if a newer release wrote it.
pub fn label(list: Words, code: &str) -> String {
    list.iter().find(|(c, _)| *c == code).map_or_else(|| code.to_owned(), |(_, label)| (*label).to_owned())
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_code_and_label() {
        const KINDS: Words = &[("bill_only", "Bill only"), ("return", "Return")];
        for text in ["bill_only", "Bill Only", "BILL-ONLY"] {
            assert_eq!(word(KINDS, text), Some("bill_only"));
        }
        assert_eq!(word(KINDS, "rebate"), None);
        assert_eq!((label(KINDS, "return").as_str(), label(KINDS, "new").as_str()), ("Return", "new"));
    }
}
