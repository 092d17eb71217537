//! How two values of a field agree: a level (0 not known, 1 the strongest), and the bits of term frequency.

use super::prepare::{Prepared, Terms, Value, area, district, house_number, mix, place_parts};
use super::spec::Kind;
use super::words;
use rapidfuzz::distance::{jaro_winkler, osa};

/// Level and term bits of a pair.
pub(crate) type Agreement = (u8, f32);

/// A field with the term weights of a model, ready to compare.
pub(crate) struct Comparer {
    p: Prepared,
    /// Term bits of each value (or, for names, of each word as a last word).
    term: Vec<f32>,
    /// Names: of each word as a first word. Organisations: information of each word.
    word: Vec<f32>,
    /// Names: the groups of given names each word belongs to.
    groups: Vec<u64>,
}

/// Agreements already worked out: a direct-mapped table, so that its size is fixed and its answers are those of the
/// function itself.
pub(crate) struct Memo(Vec<(u64, Agreement)>);

const SLOTS: usize = 1 << 13;

impl Memo {
    pub(crate) fn new() -> Self {
        Memo(vec![(u64::MAX, (0, 0.0)); SLOTS])
    }
}

/// Jaro–Winkler similarity (Jaro 1989; Winkler 1990), 0 to 1; the prefix counts where Jaro's measure is above 0.7.
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    if a.is_ascii() && b.is_ascii() {
        jaro_winkler::similarity(a.bytes(), b.bytes())
    } else {
        jaro_winkler::similarity(a.chars(), b.chars())
    }
}

/// Whether Jaro–Winkler similarity is at least `least` (above 0.7). With m letters in common Jaro's measure is at most
/// (m/|a| + m/|b| + 1) / 3 and Winkler's prefix adds at most four tenths of what is missing: lengths far apart and
/// letters not shared decide most pairs.
fn similar(a: &str, b: &str, least: f64) -> bool {
    let (short, long) = (a.len().min(b.len()) as f64, a.len().max(b.len()) as f64);
    let best = |m: f64| {
        let jaro = (m / short + m / long + 1.0) / 3.0;
        jaro + 0.4 * (1.0 - jaro)
    };
    if best(short) < least {
        return false;
    }
    if a.is_ascii() && b.is_ascii() && long <= 64.0 {
        let missing = (letters(a) & !letters(b)).count_ones().max((letters(b) & !letters(a)).count_ones());
        if best((short).min(long - f64::from(missing))) < least {
            return false;
        }
    }
    jaro_winkler(a, b) >= least
}

/// Which characters a text has, one bit each (some share a bit).
fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |bits, c| bits | 1 << (c & 63))
}

/// Insertions, deletions, substitutions and swaps of neighbours (Damerau 1964, restricted), or more than `most`.
pub fn edits(a: &str, b: &str, most: usize) -> usize {
    if a.len().abs_diff(b.len()) > most * 4 {
        return most + 1;
    }
    let args = osa::Args::default().score_cutoff(most);
    let found = if a.is_ascii() && b.is_ascii() {
        osa::distance_with_args(a.bytes(), b.bytes(), &args)
    } else {
        osa::distance_with_args(a.chars(), b.chars(), &args)
    };
    found.unwrap_or(most + 1)
}

impl Comparer {
    pub(crate) fn new(p: Prepared, terms: &[Terms]) -> Self {
        let bits = |t: &Terms, text: &str| t.weight(text) as f32;
        let by_word = |t: &Terms| p.words.iter().map(|w| bits(t, w)).collect::<Vec<f32>>();
        let by_value = |t: &Terms| p.values.iter().map(|v| bits(t, &v.text)).collect::<Vec<f32>>();
        let (term, word) = match (p.kind, terms) {
            (Kind::Name, [given, family]) => (by_word(family), by_word(given)),
            (Kind::Organisation, [whole, word]) => {
                let n = f64::from(word.counts.iter().map(|(_, n)| *n).max().unwrap_or(1));
                let information = |w: &String| (1.0 + n / f64::from(word.count(w))).ln() as f32;
                (by_value(whole), p.words.iter().map(information).collect())
            }
            (_, [whole, ..]) => (by_value(whole), Vec::new()),
            _ => (vec![0.0; p.values.len()], Vec::new()),
        };
        let groups = if p.kind == Kind::Name { p.words.iter().map(|w| words::given_groups(w)).collect() } else { Vec::new() };
        Comparer { p, term, word, groups }
    }

    /// The field's values.
    pub(crate) fn prepared(&self) -> &Prepared {
        &self.p
    }

    /// Agreement of two rows.
    pub(crate) fn rows(&self, a: u32, b: u32, memo: &mut Memo) -> Agreement {
        let (x, y) = (self.p.row[a as usize], self.p.row[b as usize]);
        if x == 0 || y == 0 {
            return (0, 0.0);
        }
        let (x, y) = (x.min(y), x.max(y));
        if x == y && self.p.kind != Kind::Name {
            return (1, self.term[x as usize]);
        }
        if self.p.kind == Kind::Category {
            return (2, 0.0);
        }
        let key = (u64::from(x) << 32) | u64::from(y);
        let slot = mix(key) as usize & (SLOTS - 1);
        if memo.0[slot].0 != key {
            memo.0[slot] = (key, self.values(x, y));
        }
        memo.0[slot].1
    }

    fn values(&self, x: u32, y: u32) -> Agreement {
        let (a, b) = (&self.p.values[x as usize], &self.p.values[y as usize]);
        // A near miss of a common value says less than one of a rare value: it takes the smaller of both weights.
        let near = || self.term[x as usize].min(self.term[y as usize]);
        match self.p.kind {
            Kind::Name => self.name(a, b, x == y),
            Kind::Organisation => (self.organisation(a, b), 0.0),
            Kind::Street => (street(&a.text, &b.text), 0.0),
            Kind::Text => with(text(&a.text, &b.text), 2, near),
            Kind::Date => with(date(&a.digits, &b.digits), 2, near),
            Kind::Postcode => with(postcode(&a.text, &b.text), 2, near),
            Kind::Code | Kind::Phone => with(code(&a.text, &b.text), 2, near),
            Kind::Place => (place(&a.text, &b.text), 0.0),
            Kind::Email => with(email(&a.text, &b.text), 2, near),
            Kind::Category => (2, 0.0),
            Kind::Number => (number(a.number, b.number), 0.0),
            Kind::Set => (set(&a.tokens, &b.tokens), 0.0),
        }
    }

    /// Levels of [`Kind::Name`]. Terms count where words are the same: first words among first words, others among
    /// last words; an alike last word takes the smaller weight of both.
    fn name(&self, a: &Value, b: &Value, same: bool) -> Agreement {
        let (s, t) = (&a.tokens[..], &b.tokens[..]);
        let (first, last) = (|i: u32| self.word[i as usize], |i: u32| self.term[i as usize]);
        if s.len() == 1 || t.len() == 1 {
            let (one, other) = if s.len() == 1 { (s[0], t) } else { (t[0], s) };
            if other.contains(&one) {
                return (8, last(one).min(first(one)));
            }
            let alike = other.iter().find(|&&o| self.alike_family(one, o) || (s.len() != t.len() && self.alike_given(one, o)));
            return alike.map_or((12, 0.0), |&o| (11, last(o).min(last(one))));
        }
        let (f, g, l, m) = (s[0], t[0], s[s.len() - 1], t[t.len() - 1]);
        if same {
            return (1, first(f) + last(l));
        }
        match (f == g, l == m) {
            (true, true) => return (2, first(f) + last(l)),
            (false, true) if self.alike_given(f, g) => return (3, last(l)),
            (true, false) if self.alike_family(l, m) => return (4, first(f) + last(l).min(last(m))),
            _ => {}
        }
        if f != g && l != m && self.alike_given(f, g) && self.alike_family(l, m) {
            return (5, last(l).min(last(m)));
        }
        let mut bits: Vec<f32> =
            s.iter().enumerate().filter(|(i, w)| !s[..*i].contains(w) && t.contains(w)).map(|(_, &w)| last(w).min(first(w))).collect();
        if bits.len() > 1 {
            bits.sort_by(f32::total_cmp);
            return (6, bits[bits.len() - 1] + bits[bits.len() - 2]);
        }
        match (l == m, f == g) {
            (true, _) => (7, last(l)),
            (_, true) => (9, first(f)),
            _ if !bits.is_empty() => (10, bits[0]),
            _ if self.alike_family(l, m) => (11, last(l).min(last(m))),
            _ => (12, 0.0),
        }
    }

    fn alike_given(&self, a: u32, b: u32) -> bool {
        if self.groups[a as usize] & self.groups[b as usize] != 0 {
            return true;
        }
        let (a, b) = (self.p.words[a as usize].as_str(), self.p.words[b as usize].as_str());
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        long.starts_with(short) && (short.len() == 1 || short.len() > 2) || similar(a, b, 0.85)
    }

    fn alike_family(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.p.words[a as usize].as_str(), self.p.words[b as usize].as_str());
        let short = a.len().min(b.len());
        short > 2 && (similar(a, b, 0.9) || short > 3 && edits(a, b, 1) <= 1)
    }

    /// Share of the words' information that both names hold: the mean of the share of both together and of the
    /// shorter; words that begin alike or are a letter apart count as the same.
    fn organisation(&self, a: &Value, b: &Value) -> u8 {
        let weight = |t: &[u32]| t.iter().map(|&w| self.word[w as usize]).sum::<f32>();
        let (wa, wb) = (weight(&a.tokens), weight(&b.tokens));
        let (few, many) = if a.tokens.len() <= b.tokens.len() { (&a.tokens, &b.tokens) } else { (&b.tokens, &a.tokens) };
        let mut taken = [false; 64];
        let mut shared = 0.0;
        for &w in few {
            let free = |i: &usize| *i < 64 && !taken[*i];
            let exact = (0..many.len()).filter(free).find(|&i| many[i] == w);
            let found = exact.or_else(|| (0..many.len()).filter(free).find(|&i| self.alike_word(w, many[i])));
            if let Some(i) = found {
                taken[i] = true;
                shared += self.word[w as usize].min(self.word[many[i] as usize]);
            }
        }
        let share = 0.5 * (2.0 * shared / (wa + wb) + shared / wa.min(wb));
        match share {
            s if s >= 0.999 => 1,
            s if s >= 0.85 => 2,
            s if s >= 0.65 => 3,
            s if s >= 0.45 => 4,
            s if s >= 0.2 => 5,
            _ => 6,
        }
    }

    fn alike_word(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.p.words[a as usize].as_str(), self.p.words[b as usize].as_str());
        let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
        short.len() > 2 && long.starts_with(short) || short.len() > 4 && edits(a, b, 1) <= 1
    }
}

fn with(level: u8, up_to: u8, bits: impl Fn() -> f32) -> Agreement {
    (level, if level <= up_to { bits() } else { 0.0 })
}

fn text(a: &str, b: &str) -> u8 {
    if a == b {
        return 1;
    }
    let (short, similar) = (a.len().min(b.len()), jaro_winkler(a, b));
    if short > 3 && edits(a, b, 2) <= 1 + usize::from(short > 7) {
        2
    } else if similar >= 0.88 || short > 3 && (a.contains(b) || b.contains(a)) {
        3
    } else {
        4
    }
}

fn date(a: &[u8; 8], b: &[u8; 8]) -> u8 {
    let differ = a.iter().zip(b).filter(|(x, y)| x != y).count();
    let year = a[..4] == b[..4];
    match differ {
        0 => 1,
        1 => 2,
        2 if (0..7).any(|i| a[i] != b[i] && a[i] == b[i + 1] && a[i + 1] == b[i]) => 2,
        _ if year && a[4..6] == b[6..8] && a[6..8] == b[4..6] => 2,
        _ if year && (a[4..6] == b[4..6] || a[6..8] == b[6..8]) => 3,
        _ if year => 4,
        2 => 5,
        _ => 6,
    }
}

fn postcode(a: &str, b: &str) -> u8 {
    match () {
        () if a == b => 1,
        () if edits(a, b, 1) <= 1 => 2,
        () if district(a) == district(b) => 3,
        () if area(a) == area(b) => 4,
        () => 5,
    }
}

/// A part that is blank on a side neither agrees nor differs: the others decide.
fn place(a: &str, b: &str) -> u8 {
    let ((town, state, post), (city, region, zip)) = (place_parts(a), place_parts(b));
    let known = !post.is_empty() && !zip.is_empty();
    let same_state = state == region || state.is_empty() || region.is_empty();
    let towns = !town.is_empty() && same_state && (town == city || text(town, city) == 2);
    let near = known && same_state && (district(post) == district(zip) || edits(post, zip, 1) <= 1);
    match () {
        () if known && post == zip => {
            if towns {
                1
            } else {
                2
            }
        }
        () if towns => {
            if near {
                3
            } else {
                4
            }
        }
        () if near => 5,
        () if state == region && !state.is_empty() || known && area(post) == area(zip) => 6,
        () => 7,
    }
}

fn code(a: &str, b: &str) -> u8 {
    if a == b {
        return 1;
    }
    let most = if a.len().min(b.len()) > 4 { 2 } else { 1 };
    match edits(a, b, most) {
        1 => 2,
        2 if most == 2 => 3,
        _ => 4,
    }
}

/// The part before the @ is mostly made of the name, which is a field of its own: that it is the same at another domain
/// says nothing more.
fn email(a: &str, b: &str) -> u8 {
    let (Some((p, d)), Some((q, e))) = (a.split_once('@'), b.split_once('@')) else {
        return if a == b { 1 } else { 4 };
    };
    let digits = |s: &str| s.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
    match () {
        () if a == b => 1,
        () if d == e && p.len() > 3 && edits(p, q, 2) <= 2 => 2,
        () if p == q && digits(d) == digits(e) && edits(d, e, 1) <= 1 => 2,
        () if d == e => 3,
        () => 4,
    }
}

fn street(a: &str, b: &str) -> u8 {
    if a == b {
        return 1;
    }
    let (m, n) = (house_number(a), house_number(b));
    let rest = |s: &str, number: Option<&str>| s.split(' ').filter(|w| Some(*w) != number).collect::<Vec<_>>().join(" ");
    let (x, y) = (rest(a, m), rest(b, n));
    let alike = !x.is_empty() && !y.is_empty() && (x.starts_with(&y) || y.starts_with(&x) || jaro_winkler(&x, &y) >= 0.88);
    match (m.is_some() && m == n, alike) {
        (true, true) => {
            if x == y {
                1
            } else {
                2
            }
        }
        (false, true) => {
            if m.is_none() && n.is_none() {
                2
            } else {
                3
            }
        }
        (true, false) => 4,
        (false, false) => 5,
    }
}

fn number(a: f64, b: f64) -> u8 {
    let apart = (a - b).abs() / a.abs().max(b.abs()).max(f64::MIN_POSITIVE);
    match apart {
        0.0 => 1,
        x if x <= 0.02 => 2,
        x if x <= 0.1 => 3,
        x if x <= 1.0 / 3.0 => 4,
        _ => 5,
    }
}

fn set(a: &[u32], b: &[u32]) -> u8 {
    let shared = a.iter().filter(|x| b.contains(x)).count();
    match shared {
        0 => 4,
        n if n == a.len().max(b.len()) => 1,
        n if 2 * n >= a.len().min(b.len()) && n > 1 => 2,
        _ => 3,
    }
}
