//! What an article is known by, and what it may be.

mod numbers;

pub(super) use numbers::device_identifier;

use crate::reading::Words;

/// What an article is.
pub(super) const KINDS: Words = &[
    ("consumable", "Consumable"),
    ("device", "Capital equipment"),
    ("instrument", "Instrument"),
    ("service", "Service"),
    ("implant", "Implant"),
];

/// Units of measure, by the codes of UN/ECE Recommendation 20 and of ERP systems.
pub(super) const UNITS: Words = &[("EA", "each"), ("BX", "box"), ("CS", "case"), ("PK", "pack"), ("KT", "kit"), ("PR", "pair")];

/// A unit's code from the words that files use for it; unknown units stay as written.
pub(super) fn unit(text: &str) -> String {
    let upper = text.trim().to_ascii_uppercase();
    match upper.as_str() {
        "" | "EACH" | "PCS" | "PC" | "ST" | "UNIT" | "UNITS" | "STK" => "EA".into(),
        "BOX" | "BOXES" | "KAR" => "BX".into(),
        "CASE" | "CASES" | "CA" | "CT" => "CS".into(),
        "PACK" | "PAC" => "PK".into(),
        "KIT" => "KT".into(),
        "PAIR" | "PAA" => "PR".into(),
        _ => upper,
    }
}
