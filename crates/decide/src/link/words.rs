//! Folding of text before it is compared: case, accents, punctuation, and the trade's abbreviations.

use unicode_normalization::UnicodeNormalization;

/// Lower case, without accents; anything but letters and digits becomes one space.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut put = |c: char, out: &mut String| {
        if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            match c {
                'ß' => out.push_str("ss"),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' | 'ð' => out.push('d'),
                'þ' => out.push_str("th"),
                c => out.push(c),
            }
        } else if c != '\'' && c != '’' && !is_mark(c) {
            gap = true;
        }
    };
    if text.is_ascii() {
        text.bytes().for_each(|b| put(b.to_ascii_lowercase() as char, &mut out));
    } else {
        text.nfd().flat_map(char::to_lowercase).for_each(|c| put(c, &mut out));
    }
    out
}

fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Letters and digits only, lower case.
pub fn compact(text: &str) -> String {
    fold(text).replace(' ', "")
}

/// Digits only; a telephone number without its country code where that is 1 or 0.
pub fn phone(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let trimmed = digits.trim_start_matches('0');
    if trimmed.len() == 11 && trimmed.starts_with('1') { trimmed[1..].to_owned() } else { trimmed.to_owned() }
}

/// Legal forms and words that say nothing about which organisation it is.
const EMPTY_WORDS: &[&str] = &[
    "inc",
    "incorporated",
    "llc",
    "lllp",
    "llp",
    "lp",
    "ltd",
    "limited",
    "plc",
    "pllc",
    "pc",
    "pa",
    "corp",
    "corporation",
    "co",
    "company",
    "gmbh",
    "ggmbh",
    "ag",
    "kg",
    "mbh",
    "ev",
    "sa",
    "sas",
    "sarl",
    "srl",
    "spa",
    "bv",
    "nv",
    "ab",
    "oy",
    "as",
    "aps",
    "the",
    "of",
    "and",
    "at",
    "in",
    "for",
    "a",
    "an",
    "de",
    "la",
    "le",
    "des",
    "du",
    "der",
    "die",
    "das",
    "und",
    "fur",
    "et",
    "dba",
];

/// Abbreviations of organisation names, to the word they stand for.
const ORGANISATION_WORDS: &[(&str, &str)] = &[
    ("hosp", "hospital"),
    ("hospitals", "hospital"),
    ("hsp", "hospital"),
    ("hos", "hospital"),
    ("med", "medical"),
    ("medcl", "medical"),
    ("ctr", "center"),
    ("cntr", "center"),
    ("cent", "center"),
    ("centre", "center"),
    ("centers", "center"),
    ("cen", "center"),
    ("cmty", "community"),
    ("comm", "community"),
    ("commun", "community"),
    ("mem", "memorial"),
    ("meml", "memorial"),
    ("reg", "regional"),
    ("regl", "regional"),
    ("rgnl", "regional"),
    ("univ", "university"),
    ("uni", "university"),
    ("hlth", "health"),
    ("hlthcare", "healthcare"),
    ("hlthcr", "healthcare"),
    ("sys", "system"),
    ("syst", "system"),
    ("systems", "system"),
    ("st", "saint"),
    ("ste", "saint"),
    ("sts", "saint"),
    ("mt", "mount"),
    ("gen", "general"),
    ("genl", "general"),
    ("cnty", "county"),
    ("co", "county"),
    ("rehab", "rehabilitation"),
    ("rehabilitative", "rehabilitation"),
    ("psych", "psychiatric"),
    ("behav", "behavioral"),
    ("bhvrl", "behavioral"),
    ("spec", "specialty"),
    ("spclty", "specialty"),
    ("surg", "surgical"),
    ("surgery", "surgical"),
    ("ortho", "orthopedic"),
    ("orthopaedic", "orthopedic"),
    ("ped", "pediatric"),
    ("peds", "pediatric"),
    ("paediatric", "pediatric"),
    ("child", "children"),
    ("childrens", "children"),
    ("chldrns", "children"),
    ("inst", "institute"),
    ("svcs", "service"),
    ("svc", "service"),
    ("services", "service"),
    ("dist", "district"),
    ("natl", "national"),
    ("va", "veterans"),
    ("vets", "veterans"),
    ("presby", "presbyterian"),
    ("meth", "methodist"),
    ("bapt", "baptist"),
    ("cath", "catholic"),
    ("ft", "fort"),
    ("klinik", "clinic"),
    ("kliniken", "clinic"),
    ("klinikum", "clinic"),
    ("clin", "clinic"),
    ("krankenhaus", "hospital"),
    ("khs", "hospital"),
    ("hopital", "hospital"),
    ("ospedale", "hospital"),
    ("hosptl", "hospital"),
    ("amb", "ambulatory"),
    ("asc", "ambulatory"),
    ("ltac", "longterm"),
    ("ltach", "longterm"),
    ("n", "north"),
    ("s", "south"),
    ("e", "east"),
    ("w", "west"),
    ("no", "north"),
    ("so", "south"),
    ("nw", "northwest"),
    ("ne", "northeast"),
    ("sw", "southwest"),
    ("se", "southeast"),
];

/// Words of an organisation's name: folded, abbreviations written out, legal forms left out (unless nothing else is left).
pub fn organisation(text: &str) -> String {
    let folded = fold(text);
    let keep: Vec<&str> = folded.split(' ').filter(|w| !EMPTY_WORDS.contains(w)).map(|w| written_out(w, ORGANISATION_WORDS)).collect();
    if keep.is_empty() { folded } else { keep.join(" ") }
}

/// An organisation's name without the words that stand in its town's, unless nothing but usual words would be left.
pub fn elsewhere(name: &str, town_of: &str) -> String {
    let (name, town) = (organisation(name), town(town_of));
    let keep: Vec<&str> = name.split(' ').filter(|w| !town.split(' ').any(|t| t == *w)).collect();
    if keep.is_empty() { name } else { keep.join(" ") }
}

/// Titles before and letters after a person's name: they say what somebody is, not who. None of them is a family name.
const TITLES: &[&str] = &[
    "dr",
    "doctor",
    "drs",
    "prof",
    "professor",
    "profdr",
    "pd",
    "mr",
    "mrs",
    "ms",
    "miss",
    "sir",
    "dame",
    "rev",
    "herr",
    "frau",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "dott",
    "dottssa",
    "dra",
    "sra",
    "dipl",
    "med",
    "habil",
    "md",
    "phd",
    "pharmd",
    "rn",
    "bsn",
    "msn",
    "dnp",
    "crna",
    "dds",
    "dmd",
    "mph",
    "mba",
    "facs",
    "facc",
    "frcs",
    "frcp",
];

/// A person's name: folded, without titles (unless nothing else is left).
pub fn person(text: &str) -> String {
    let folded = fold(text);
    let keep: Vec<&str> = folded.split(' ').filter(|w| !TITLES.contains(w)).collect();
    if keep.is_empty() { folded } else { keep.join(" ") }
}

/// Abbreviations of streets, to the word they stand for.
const STREET_WORDS: &[(&str, &str)] = &[
    ("street", "st"),
    ("str", "st"),
    ("strasse", "st"),
    ("avenue", "ave"),
    ("av", "ave"),
    ("boulevard", "blvd"),
    ("drive", "dr"),
    ("road", "rd"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("lane", "ln"),
    ("court", "ct"),
    ("place", "pl"),
    ("circle", "cir"),
    ("square", "sq"),
    ("terrace", "ter"),
    ("trail", "trl"),
    ("center", "ctr"),
    ("plaza", "plz"),
    ("expressway", "expy"),
    ("freeway", "fwy"),
    ("route", "rt"),
    ("rte", "rt"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("northwest", "nw"),
    ("northeast", "ne"),
    ("southwest", "sw"),
    ("southeast", "se"),
    ("saint", "st"),
    ("mount", "mt"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
    ("sixth", "6th"),
    ("seventh", "7th"),
    ("eighth", "8th"),
    ("ninth", "9th"),
    ("tenth", "10th"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
];

/// A town: folded, with Saint, Mount and Fort written out.
pub fn town(text: &str) -> String {
    const TOWN_WORDS: &[(&str, &str)] = &[("st", "saint"), ("ste", "sainte"), ("mt", "mount"), ("ft", "fort")];
    fold(text).split(' ').map(|w| written_out(w, TOWN_WORDS)).collect::<Vec<_>>().join(" ")
}

/// A street line: folded, its usual words shortened.
pub fn street(text: &str) -> String {
    fold(text).split(' ').map(|w| written_out(w, STREET_WORDS)).collect::<Vec<_>>().join(" ")
}

fn written_out<'a>(word: &'a str, table: &[(&'static str, &'static str)]) -> &'a str {
    table.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| *long)
}

/// Short forms of given names that share too few letters with the name for a string measure to see it.
const SHORT_NAMES: &[&[&str]] = &[
    &["william", "bill", "billy", "will", "willie", "liam", "willy"],
    &["robert", "bob", "bobby", "rob", "bert"],
    &["richard", "dick", "rick", "rich", "dickie"],
    &["edward", "ned", "ted", "teddy", "eddie", "ed"],
    &["john", "jack", "johnny", "jon", "johnnie"],
    &["james", "jim", "jimmy", "jem", "jamie"],
    &["henry", "harry", "hal", "hank"],
    &["charles", "chuck", "charlie", "chas"],
    &["margaret", "peggy", "meg", "maggie", "daisy", "greta", "rita", "madge"],
    &["elizabeth", "betty", "bess", "beth", "liz", "lizzie", "eliza", "elsie", "lisa", "libby"],
    &["mary", "molly", "polly", "mamie", "marie", "maria"],
    &["sarah", "sally", "sadie", "sara"],
    &["katherine", "kate", "kitty", "cathy", "kathy", "catherine", "katie"],
    &["joseph", "joe", "joey", "jos"],
    &["thomas", "tom", "tommy", "thos"],
    &["michael", "mike", "mick", "micky"],
    &["alexander", "alex", "sandy", "alec"],
    &["anthony", "tony"],
    &["andrew", "andy", "drew"],
    &["francis", "frank", "fran"],
    &["frederick", "fred", "freddy"],
    &["george", "georgie", "geo"],
    &["walter", "wally", "wat", "walt"],
    &["arthur", "art", "artie"],
    &["albert", "bertie", "al", "bert"],
    &["stephen", "steven", "steve"],
    &["susan", "sue", "susie", "susanna"],
    &["dorothy", "dolly", "dot", "dottie"],
    &["helen", "nell", "ellen", "nelly", "eleanor"],
    &["ann", "anne", "anna", "nancy", "annie", "hannah"],
    &["samuel", "sam", "sammy"],
    &["benjamin", "ben", "benny"],
    &["daniel", "dan", "danny"],
    &["david", "dave", "davy"],
    &["peter", "pete"],
    &["christopher", "chris", "kit", "kester"],
    &["lawrence", "larry", "laurie"],
    &["patrick", "pat", "paddy"],
    &["theodore", "theo", "teddy"],
    &["matthew", "matt"],
    &["nicholas", "nick", "nicky"],
    &["jeffrey", "jeff", "geoffrey", "geoff"],
    &["ronald", "ron", "ronnie"],
    &["leonard", "len", "leo", "lenny"],
    &["victoria", "vicky"],
    &["jennifer", "jenny", "jen"],
    &["deborah", "debbie", "deb"],
];

/// Which groups of usual forms a given name belongs to, one bit each: two names with a bit in common are forms of one.
pub fn given_groups(name: &str) -> u64 {
    SHORT_NAMES.iter().enumerate().filter(|(_, group)| group.contains(&name)).fold(0, |bits, (i, _)| bits | 1 << i)
}

const _: () = assert!(SHORT_NAMES.len() <= 64, "one bit a group");
