//! A field of all records made ready: folded text, words, dates, and how often each occurs.

use super::spec::{Field, Kind, Part};
use super::{Records, words};
use rounds_kernel::Error;
use rustc_hash::{FxHashMap, FxHasher};
use serde::{Deserialize, Serialize};
use std::hash::Hasher;

/// A distinct value of a field. Value 0 is "not known".
#[derive(Debug, Clone, Default)]
pub(crate) struct Value {
    /// Folded text.
    pub text: String,
    /// Words, as ids of the field's dictionary; for a set its members.
    pub tokens: Vec<u32>,
    /// A number, or a date as `yyyymmdd` digits.
    pub number: f64,
    /// Eight digits of a date.
    pub digits: [u8; 8],
}

/// A field made ready.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub kind: Kind,
    pub values: Vec<Value>,
    /// Words of the field, by id.
    pub words: Vec<String>,
    /// Value of each row.
    pub row: Vec<u32>,
}

/// Reads the field from the rows, in the order given. Words of an organisation's name that stand in its `town`, too, are left out: they
/// say where it is, and that is a field of its own.
pub(crate) fn prepare(field: &Field, town: Option<&str>, records: &Records, order: &[u32]) -> Result<Prepared, Error> {
    let column = |c: &String| if c.is_empty() { Ok(None) } else { records.column(c).map(Some) };
    let columns = field.columns.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    let mut made = Maker { kind: field.kind, ..Maker::new() };
    let mut row = Vec::with_capacity(order.len());
    if let ([Some(column)], Some(town)) = (&columns[..], town) {
        let town = records.column(town)?;
        let mut seen: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        for r in order.iter().map(|&r| r as usize) {
            let cells = (records.cell(r, *column), records.cell(r, town));
            let words = || words::elsewhere(records.text(r, *column), records.text(r, town));
            row.push(*seen.entry(cells).or_insert_with(|| made.value(&words())));
        }
    } else if let [Some(column)] = columns[..] {
        // One column: each distinct cell is folded once.
        let mut seen: FxHashMap<u32, u32> = FxHashMap::default();
        seen.insert(0, 0);
        for &r in order {
            let cell = records.cell(r as usize, column);
            row.push(*seen.entry(cell).or_insert_with(|| made.value(records.text(r as usize, column))));
        }
    } else {
        let mut seen: FxHashMap<String, u32> = FxHashMap::default();
        let mut text = String::new();
        for &r in order {
            text.clear();
            for (i, c) in columns.iter().enumerate() {
                let part = c.map_or("", |c| records.text(r as usize, c));
                if field.kind == Kind::Place {
                    text.push_str(if i > 0 { "|" } else { "" });
                    text.push_str(part);
                } else if !part.is_empty() {
                    text.push_str(if text.is_empty() {
                        ""
                    } else if field.kind == Kind::Set {
                        ";"
                    } else {
                        " "
                    });
                    text.push_str(part);
                }
            }
            let id = match seen.get(&text) {
                Some(&id) => id,
                None => {
                    let id = made.value(&text);
                    seen.insert(text.clone(), id);
                    id
                }
            };
            row.push(id);
        }
    }
    Ok(Prepared { kind: field.kind, values: made.values, words: made.words, row })
}

struct Maker {
    kind: Kind,
    values: Vec<Value>,
    words: Vec<String>,
    by_text: FxHashMap<String, u32>,
    by_word: FxHashMap<String, u32>,
}

impl Maker {
    fn new() -> Self {
        Maker {
            kind: Kind::Text,
            values: vec![Value::default()],
            words: Vec::new(),
            by_text: FxHashMap::default(),
            by_word: FxHashMap::default(),
        }
    }

    fn value(&mut self, raw: &str) -> u32 {
        let Some(mut value) = read(self.kind, raw) else { return 0 };
        if let Some(&id) = self.by_text.get(&value.text) {
            return id;
        }
        if matches!(self.kind, Kind::Name | Kind::Organisation | Kind::Street | Kind::Text) {
            value.tokens = value.text.split(' ').map(|w| self.word(w)).collect();
        } else if self.kind == Kind::Set {
            value.tokens = value.text.split(';').map(|w| self.word(w)).collect();
        }
        let id = self.values.len() as u32;
        self.by_text.insert(value.text.clone(), id);
        self.values.push(value);
        id
    }

    fn word(&mut self, word: &str) -> u32 {
        if let Some(&id) = self.by_word.get(word) {
            return id;
        }
        let id = self.words.len() as u32;
        self.words.push(word.to_owned());
        self.by_word.insert(word.to_owned(), id);
        id
    }
}

/// Folds one raw text; `None` if nothing is said.
fn read(kind: Kind, raw: &str) -> Option<Value> {
    let mut value = Value::default();
    value.text = match kind {
        Kind::Name => words::person(raw),
        Kind::Text | Kind::Category => words::fold(raw),
        Kind::Organisation => words::organisation(raw),
        Kind::Street => words::street(raw),
        Kind::Postcode => five(words::compact(raw)),
        Kind::Code => words::compact(raw),
        Kind::Phone => words::phone(raw),
        Kind::Place => place(raw),
        Kind::Email => raw.trim().to_lowercase(),
        Kind::Date => {
            value.digits = date(raw)?;
            String::from_utf8_lossy(&value.digits).into_owned()
        }
        Kind::Number => {
            value.number = raw.trim().parse().ok().filter(|x: &f64| x.is_finite())?;
            format!("{}", value.number)
        }
        Kind::Set => {
            let mut members: Vec<String> = raw.split(';').map(words::fold).filter(|m| !m.is_empty()).collect();
            members.sort();
            members.dedup();
            members.join(";")
        }
    };
    (!value.text.is_empty()).then_some(value)
}

/// Town, state and postcode, each folded, between bars; blank if nothing is known.
fn place(raw: &str) -> String {
    let mut parts = raw.splitn(3, '|');
    let mut next = || parts.next().unwrap_or("");
    let (town, state) = (words::town(next()), words::fold(next()));
    let post = five(words::compact(next()));
    if town.is_empty() && state.is_empty() && post.is_empty() { String::new() } else { format!("{town}|{state}|{post}") }
}

/// A nine-digit postcode of the United States without its last four.
fn five(mut code: String) -> String {
    if code.len() == 9 && code.bytes().all(|b| b.is_ascii_digit()) {
        code.truncate(5);
    }
    code
}

/// Town, state and postcode of a place's text.
pub(crate) fn place_parts(text: &str) -> (&str, &str, &str) {
    let mut parts = text.splitn(3, '|');
    (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or(""))
}

/// Eight digits, year first. Digits need not be a day of the calendar: what was typed is compared as typed.
fn date(raw: &str) -> Option<[u8; 8]> {
    let parts: Vec<&str> = raw.trim().split(['-', '/', '.', ' ', 'T']).filter(|p| !p.is_empty()).collect();
    let text = match parts[..] {
        [all] if all.len() == 8 => all.to_owned(),
        [y, m, d, ..] if y.len() == 4 => format!("{y}{m:0>2}{d:0>2}"),
        [d, m, y, ..] if y.len() == 4 => format!("{y}{m:0>2}{d:0>2}"),
        _ => return None,
    };
    let bytes: [u8; 8] = text.as_bytes().try_into().ok()?;
    bytes.iter().all(u8::is_ascii_alphanumeric).then_some(bytes)
}

/// District of a postcode: what is left of the last three characters of one with letters, the first digits of one
/// without.
pub(crate) fn district(code: &str) -> &str {
    let letters = code.bytes().any(|b| b.is_ascii_alphabetic());
    let keep = if letters { code.len().saturating_sub(3).max(2) } else { code.len().saturating_sub(2).max(2) };
    code.get(..keep.min(code.len())).unwrap_or(code)
}

/// Area of a postcode: its leading letters, or its first two digits.
pub(crate) fn area(code: &str) -> &str {
    let letters = code.bytes().take_while(u8::is_ascii_alphabetic).count();
    code.get(..if letters > 0 { letters } else { 2.min(code.len()) }).unwrap_or(code)
}

/// The number of a street line: its first word with a digit.
pub(crate) fn house_number(street: &str) -> Option<&str> {
    street.split(' ').find(|w| w.bytes().any(|b| b.is_ascii_digit()))
}

impl Prepared {
    /// Blocking keys of a value: none, one, or (for [`Part::Each`]) several.
    pub(crate) fn keys(&self, value: u32, part: Part, out: &mut Vec<u64>) {
        out.clear();
        if value == 0 {
            return;
        }
        let v = &self.values[value as usize];
        let prefix = |s: &str, n: u8| {
            let end = s.char_indices().nth(n as usize).map_or(s.len(), |(i, _)| i);
            hash(&s[..end])
        };
        match part {
            Part::Whole => out.push(hash(&v.text)),
            Part::Prefix(n) => out.push(prefix(&v.text, n)),
            Part::First => out.push(hash(v.text.split(' ').next().unwrap_or(""))),
            Part::Last => out.push(hash(v.text.rsplit(' ').next().unwrap_or(""))),
            Part::FirstPrefix(n) => out.push(prefix(v.text.split(' ').next().unwrap_or(""), n)),
            Part::LastPrefix(n) => out.push(prefix(v.text.rsplit(' ').next().unwrap_or(""), n)),
            Part::Each => {
                out.extend(v.text.split([' ', ';']).filter(|w| w.len() > 1).map(hash));
                out.sort_unstable();
                out.dedup();
            }
            Part::Town | Part::State | Part::Post => {
                let (town, state, post) = place_parts(&v.text);
                let key = match part {
                    Part::Town if !town.is_empty() => Some(mix(hash(town) ^ mix(hash(state)))),
                    Part::State if !state.is_empty() => Some(hash(state)),
                    Part::Post if !post.is_empty() => Some(hash(post)),
                    _ => None,
                };
                out.extend(key);
            }
            Part::Main => match self.kind {
                Kind::Place => {
                    let post = place_parts(&v.text).2;
                    out.extend((!post.is_empty()).then(|| hash(district(post))));
                }
                Kind::Date => out.push(hash(&v.text[..4])),
                Kind::Postcode => out.push(hash(district(&v.text))),
                Kind::Street => out.extend(house_number(&v.text).map(hash)),
                Kind::Email => out.extend(v.text.split_once('@').map(|(_, domain)| hash(domain))),
                _ => out.push(hash(&v.text)),
            },
        }
    }
}

pub(crate) fn hash(text: &str) -> u64 {
    let mut h = FxHasher::default();
    h.write(text.as_bytes());
    h.write_u8(0xff);
    mix(h.finish())
}

/// The finaliser of splitmix64: spreads a weak hash over all bits.
pub(crate) fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// How often texts occur: the frequencies of the term adjustment (Winkler 2000, "Frequency-based matching in
/// Fellegi–Sunter model of record linkage").
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Texts and counts, sorted by text.
    pub counts: Vec<(String, u32)>,
    /// Occurrences in all.
    pub total: u64,
    /// Chance that two occurrences taken at random are the same text: Σ f².
    pub collision: f64,
}

impl Terms {
    pub(crate) fn of(counts: FxHashMap<&str, u32>) -> Terms {
        let mut counts: Vec<(String, u32)> = counts.into_iter().map(|(t, n)| (t.to_owned(), n)).collect();
        counts.sort_unstable();
        let total: u64 = counts.iter().map(|(_, n)| u64::from(*n)).sum();
        let n = total.max(1) as f64;
        let collision = counts.iter().map(|(_, c)| (f64::from(*c) / n).powi(2)).sum::<f64>().max(f64::MIN_POSITIVE);
        Terms { counts, total, collision }
    }

    /// Occurrences of a text, at least one.
    pub fn count(&self, text: &str) -> u32 {
        self.counts.binary_search_by(|(t, _)| t.as_str().cmp(text)).map_or(1, |i| self.counts[i].1).max(1)
    }

    /// Weight in bits that agreement on this text has beyond agreement on an average one: log2(Σ f² / f).
    pub fn weight(&self, text: &str) -> f64 {
        (self.collision * self.total.max(1) as f64 / f64::from(self.count(text))).log2()
    }
}

/// Counts of whole values, and for names of first and last words.
pub(crate) fn count(p: &Prepared) -> Vec<Terms> {
    if !p.kind.has_terms() {
        return Vec::new();
    }
    let mut rows = vec![0u32; p.values.len()];
    p.row.iter().for_each(|&v| rows[v as usize] += 1);
    let mut tables: Vec<FxHashMap<&str, u32>> = vec![FxHashMap::default(); if p.kind == Kind::Name { 2 } else { 1 }];
    let words = matches!(p.kind, Kind::Organisation);
    if words {
        tables.push(FxHashMap::default());
    }
    for (v, &n) in p.values.iter().zip(&rows).skip(1) {
        if p.kind == Kind::Name {
            if v.tokens.len() > 1 {
                *tables[0].entry(p.words[v.tokens[0] as usize].as_str()).or_default() += n;
            }
            *tables[1].entry(p.words[v.tokens[v.tokens.len() - 1] as usize].as_str()).or_default() += n;
        } else {
            *tables[0].entry(v.text.as_str()).or_default() += n;
        }
        if words {
            for &t in &v.tokens {
                *tables[1].entry(p.words[t as usize].as_str()).or_default() += n;
            }
        }
    }
    tables.into_iter().map(Terms::of).collect()
}
