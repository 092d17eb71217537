//! What free text gives away: a person who is a patient, or an event that quality must hear of.
//!
//! A list of words and a few patterns, so that everyone can read why something was found; it errs towards finding.

mod words;

use aho_corasick::{AhoCorasick, MatchKind};
use rounds_kernel::words;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

words! {
    /// What kind of thing was found.
    FlagKind {
        /// Something that points at one patient.
        PatientData = "patient_data", "Patient data";
        /// An adverse event or a device that failed.
        AdverseEvent = "adverse_event", "Possible adverse event";
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// What it is.
    pub kind: FlagKind,
    /// Why, in plain words.
    pub rule: String,
    /// The words themselves with a little around them.
    pub excerpt: String,
}

/// A column with words that a fact's note repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Table, with an `id`.
    pub table: &'static str,
    /// Its column.
    pub column: &'static str,
}

impl Kept {
    /// A column of a table.
    pub const fn new(table: &'static str, column: &'static str) -> Self {
        Self { table, column }
    }
}

/// What `text` gives away: at most one finding of each kind, the first.
pub fn screen(text: &str) -> Vec<Flag> {
    let read = Read::of(text);
    let mut flags = Vec::new();
    if let Some((rule, at)) = patient(&read) {
        flags.push(Flag { kind: FlagKind::PatientData, rule, excerpt: read.around(at) });
    }
    if let Some((word, at)) = event(&read) {
        flags.push(Flag { kind: FlagKind::AdverseEvent, rule: format!("It says “{word}”."), excerpt: read.around(at) });
    }
    flags
}

/// A text with its words: as written, folded, and where they begin.
struct Read<'a> {
    text: &'a str,
    words: Vec<Word<'a>>,
}

struct Word<'a> {
    at: usize,
    written: &'a str,
    folded: String,
}

impl<'a> Read<'a> {
    fn of(text: &'a str) -> Self {
        let mut words = Vec::new();
        let mut begin = None;
        let ends = text.char_indices().map(|(i, c)| (i, c.is_alphanumeric())).chain([(text.len(), false)]);
        for (i, letter) in ends {
            match (begin, letter) {
                (None, true) => begin = Some(i),
                (Some(b), false) => {
                    words.push(Word { at: b, written: &text[b..i], folded: text[b..i].to_lowercase() });
                    begin = None;
                }
                _ => {}
            }
        }
        Self { text, words }
    }

    /// Folded words from `i` on, as many as `phrase` has, are the phrase.
    fn says(&self, i: usize, phrase: &str) -> bool {
        phrase.split(' ').enumerate().all(|(n, p)| self.words.get(i + n).is_some_and(|w| w.folded == p))
    }

    /// The first of `phrases` that begins at word `i`, with the word after it.
    fn one_of(&self, i: usize, phrases: &[&'static str]) -> Option<(&'static str, usize)> {
        phrases.iter().find(|p| self.says(i, p)).map(|p| (*p, i + p.split(' ').count()))
    }

    /// Sixty letters on either side of byte `at`.
    fn around(&self, at: usize) -> String {
        const BEFORE: usize = 60;
        const AFTER: usize = 80;
        let head: String = self.text[..at].chars().rev().take(BEFORE).collect::<Vec<_>>().into_iter().rev().collect();
        let tail: String = self.text[at..].chars().take(AFTER).collect();
        let cut = |cut: bool| if cut { "…" } else { "" };
        format!("{}{head}{tail}{}", cut(head.len() < at), cut(tail.len() < self.text.len() - at))
    }
}

fn finder() -> Option<&'static AhoCorasick> {
    static FINDER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let all = || words::HARMLESS.iter().chain(words::EVENT);
    FINDER.get_or_init(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(all()).ok()).as_ref()
}

/// The first word of an event that is not part of a harmless phrase.
fn event(read: &Read) -> Option<(&'static str, usize)> {
    // Words joined by single blanks, so that line ends and punctuation inside a phrase do not hide it.
    let joined = read.words.iter().map(|w| w.folded.as_str()).collect::<Vec<_>>().join(" ");
    let whole = |from: usize, to: usize| {
        let edge = |b: Option<&u8>| b.is_none_or(|b| *b == b' ');
        edge(from.checked_sub(1).and_then(|i| joined.as_bytes().get(i))) && edge(joined.as_bytes().get(to))
    };
    let mut from = 0;
    while let Some(found) = finder()?.find(aho_corasick::Input::new(&joined).range(from..)) {
        let n = found.pattern().as_usize();
        if !whole(found.start(), found.end()) {
            // A harmless phrase that is only the beginning of longer words hides no event word inside it.
            from = next_word(&joined, found.start());
            continue;
        }
        if let Some(word) = n.checked_sub(words::HARMLESS.len()).and_then(|i| words::EVENT.get(i)) {
            let nth = joined[..found.start()].matches(' ').count();
            return read.words.get(nth).map(|w| (*word, w.at));
        }
        from = found.end();
    }
    None
}

fn next_word(joined: &str, after: usize) -> usize {
    joined[after..].find(' ').map_or(joined.len(), |i| after + i + 1)
}

/// The first sign of one patient: why, and where.
fn patient(read: &Read) -> Option<(String, usize)> {
    (0..read.words.len()).find_map(|i| {
        let at = read.words[i].at;
        let found = named(read, i)
            .or_else(|| born(read, i))
            .or_else(|| numbered(read, i))
            .or_else(|| aged(read, i))
            .or_else(|| national_number(read, i));
        found.map(|why| (why, at))
    })
}

fn capital(word: &Word) -> bool {
    word.written.chars().next().is_some_and(char::is_uppercase) && word.written.chars().all(char::is_alphabetic)
}

/// "patient Mrs Example", "patient J. D.", "Patientin Anna Beispiel".
fn named(read: &Read, i: usize) -> Option<String> {
    let (word, mut next) = read.one_of(i, words::PATIENT)?;
    let says = "A patient is named.".to_owned();
    if let Some((_, after)) = read.one_of(next, words::ADDRESS) {
        next = after;
        return read.words.get(next).filter(|w| capital(w)).map(|_| says);
    }
    let (first, last) = (read.words.get(next)?, read.words.get(next + 1)?);
    let initials = first.written.chars().count() == 1 && last.written.chars().count() == 1;
    // "Patient Care", "Patient Safety Board": a title, where the word itself is written large.
    let title = read.words[i].written.starts_with(char::is_uppercase) && word == "patient" && !initials;
    (capital(first) && capital(last) && !title).then_some(says)
}

fn born(read: &Read, i: usize) -> Option<String> {
    let (_, next) = read.one_of(i, words::BORN)?;
    let soon = read.words.get(next..(next + 5).min(read.words.len()))?;
    let numbers = soon.iter().take(3).filter(|w| w.folded.chars().all(|c| c.is_ascii_digit())).count();
    let year = soon.iter().any(|w| matches!(w.folded.parse::<u32>(), Ok(1_900..=2_100)));
    (numbers >= 2 || (numbers >= 1 && year)).then(|| "A date of birth stands in it.".to_owned())
}

fn numbered(read: &Read, i: usize) -> Option<String> {
    let (word, next) = read.one_of(i, words::NUMBER)?;
    let soon = read.words.get(next..(next + 3).min(read.words.len()))?;
    let digits = |w: &Word| w.folded.chars().filter(char::is_ascii_digit).count();
    soon.iter().any(|w| digits(w) >= 4).then(|| format!("A number of a patient stands in it (“{word}”)."))
}

fn aged(read: &Read, i: usize) -> Option<String> {
    let age = read.words.get(i)?;
    let digits = age.folded.chars().take_while(char::is_ascii_digit).count();
    let years: u32 = age.folded.get(..digits)?.parse().ok().filter(|y| *y <= 120)?;
    let next = match age.folded.get(digits..)? {
        "" => read.one_of(i + 1, words::AGED)?.1,
        joined if words::AGED.contains(&joined) => i + 1,
        _ => return None,
    };
    let near = (i.saturating_sub(3)..(next + 3).min(read.words.len())).any(|n| words::AGED_WHO.contains(&read.words[n].folded.as_str()));
    near.then(|| format!("The age of one person stands in it ({years})."))
}

/// A United States social security number as it is written, or a British NHS number, whose last digit is checked (modulus 11).
fn national_number(read: &Read, i: usize) -> Option<String> {
    let part = |n: usize, length: usize| {
        read.words.get(i + n).map(|w| w.written).filter(|w| w.len() == length && w.bytes().all(|b| b.is_ascii_digit()))
    };
    let hyphen = |n: usize| read.words.get(i + n).and_then(|w| read.text.as_bytes().get(w.at.checked_sub(1)?)) == Some(&b'-');
    if part(0, 3).is_some() && part(1, 2).is_some() && part(2, 4).is_some() && hyphen(1) && hyphen(2) {
        return Some("A social security number stands in it.".into());
    }
    let nhs = match (part(0, 10), part(0, 3), part(1, 3), part(2, 4)) {
        (None, Some(a), Some(b), Some(c)) if !hyphen(1) => format!("{a}{b}{c}"),
        _ => return None,
    };
    nhs_holds(&nhs).then(|| "A British NHS number stands in it.".into())
}

fn nhs_holds(ten: &str) -> bool {
    let digits: Vec<u32> = ten.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits.iter().take(9).zip((2..=10).rev()).map(|(d, weight)| d * weight).sum();
    let check = (11 - sum % 11) % 11;
    digits.len() == 10 && check < 10 && digits[9] == check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<FlagKind> {
        screen(text).into_iter().map(|f| f.kind).collect()
    }

    #[test]
    fn patients_are_noticed_in_six_languages() {
        for text in [
            "Talked about patient Mrs. Example, who was seen on Monday",
            "the patient John Sample asked for it",
            "patient J. D. in room 4",
            "DOB 12/04/1956, second procedure",
            "born 4 May 1956",
            "MRN: 00482913",
            "SSN 078-05-1120 was on the sheet",
            "his number is 943 476 5919",
            "a 67-year-old woman with two stents",
            "67 yo male",
            "Patientin Anna Beispiel, geb. 03.04.1960",
            "68-jährige Patientin",
            "patiente, 54 ans",
            "paciente de 54 años",
            "paziente Maria Esempio",
            "paciente de 71 años",
            "kobieta, 63 lat",
        ] {
            assert!(kinds(text).contains(&FlagKind::PatientData), "{text}");
        }
    }

    #[test]
    fn events_are_noticed_in_six_languages() {
        for text in [
            "The catheter broke off during the procedure",
            "One case of BLEEDING after closure",
            "she said the patient died",
            "device failed, they switched to a competitor",
            "Nachblutung nach dem Eingriff",
            "un saignement important",
            "un'emorragia, evento avverso",
            "el dispositivo tuvo un mal funcionamiento",
            "krwawienie po zabiegu",
            "two infections… one infection was ours",
            "adverse\nevent",
        ] {
            assert!(kinds(text).contains(&FlagKind::AdverseEvent), "{text}");
        }
    }

    #[test]
    fn the_days_usual_talk_passes() {
        for text in [
            "",
            "Wants the trial data before Thursday's committee.",
            "Patient Safety Board meets on 12 May; Patient Care Director joins",
            "infection prevention programme, no complications so far",
            "a 10 year old contract, 3 years old monitors",
            "bleeding edge; battery died on my phone",
            "Room 204, call back 218-555-0142 at 9:40",
            "order 943 476 5918 is late",
            "patients per week: about 40",
            "Infektionsprävention ist ihr Thema",
            "ans Telefon, 3 ans de garantie",
        ] {
            assert!(kinds(text).is_empty(), "{text}: {:?}", screen(text));
        }
    }

    #[test]
    fn the_excerpt_shows_the_place_and_cuts_at_letters() {
        let long = format!("{} The balloon leaked {}", "ä".repeat(200), "ö".repeat(200));
        let found = screen(&long);
        assert_eq!(found.len(), 1);
        assert!(found[0].excerpt.starts_with('…') && found[0].excerpt.contains("balloon leaked") && found[0].excerpt.ends_with('…'));
    }
}
