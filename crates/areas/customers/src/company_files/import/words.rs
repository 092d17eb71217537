//! What companies call kinds of places and people.

use rounds_kernel::{CareSetting, PersonRole};

/// Words by which files name kinds of places, in the order in which they are looked for.
const SETTINGS: &[(CareSetting, &[&str])] = &[
    (
        CareSetting::SurgeryCenter,
        &[
            "surgery center",
            "surgery centre",
            "surgical center",
            "ambulatory surg",
            "asc",
            "outpatient surg",
            "day surgery",
            "ambulantes op",
        ],
    ),
    (
        CareSetting::LongTermCare,
        &["long-term", "long term", "nursing home", "skilled nursing", "snf", "ltc", "care home", "pflegeheim", "hospice"],
    ),
    (CareSetting::Laboratory, &["laborator", "lab", "labor", "diagnostic"]),
    (
        CareSetting::SpecialtyHospital,
        &["specialty hospital", "psychiatric", "rehab", "children", "ltach", "long-term acute", "specialty_hospital", "fachklinik"],
    ),
    (
        CareSetting::Hospital,
        &["hospital", "krankenhaus", "klinikum", "medical center", "acute", "clinic hospital", "idn hospital", "hopital", "hôpital"],
    ),
    (CareSetting::Practice, &["practice", "clinic", "office", "physician", "group", "praxis", "mvz", "cabinet"]),
];

/// Words by which files name kinds of people.
const ROLES: &[(PersonRole, &[&str])] = &[
    (PersonRole::Nurse, &["nurse", "rn", "crna", "pflege", "nursing"]),
    (PersonRole::Technician, &["technician", "technologist", "tech", "perfusionist", "mta", "laborant"]),
    (
        PersonRole::Procurement,
        &["procurement", "purchas", "buyer", "materials", "supply", "value analysis", "sourcing", "einkauf", "contract"],
    ),
    (
        PersonRole::Physician,
        &[
            "physician",
            "surgeon",
            "doctor",
            "hcp",
            "md",
            "do",
            "dr",
            "arzt",
            "ärztin",
            "chirurg",
            "cardiolog",
            "oncolog",
            "radiolog",
            "patholog",
            "anesthes",
            "prescriber",
        ],
    ),
    (
        PersonRole::Administrator,
        &[
            "administrat",
            "director",
            "manager",
            "chief",
            "ceo",
            "cfo",
            "coo",
            "cio",
            "cno",
            "vp",
            "vice president",
            "president",
            "executive",
            "head",
            "leitung",
            "geschäftsführ",
        ],
    ),
];

/// Words that name a group of accounts rather than a place.
const SYSTEMS: &[&str] =
    &["idn", "health system", "system", "integrated delivery", "parent", "network", "corporate", "holding", "konzern", "gpo"];

/// Whether `text` holds `word`: short words whole, longer ones as the start of a word.
fn holds(text: &str, word: &str) -> bool {
    if word.contains([' ', '-', '_']) {
        return text.contains(word);
    }
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    if word.chars().count() <= 4 {
        words.any(|w| w == word || w.strip_suffix('s') == Some(word))
    } else {
        words.any(|w| w.starts_with(word))
    }
}

fn find<T: Copy>(list: &[(T, &[&str])], text: &str) -> Option<T> {
    let text = text.trim().to_lowercase();
    list.iter().find(|(_, words)| words.iter().any(|w| holds(&text, w))).map(|(found, _)| *found)
}

/// The kind of place that `text` says.
pub(super) fn setting(text: &str) -> Option<CareSetting> {
    CareSetting::parse(text)
        .or_else(|| CareSetting::ALL.iter().copied().find(|s| s.label().eq_ignore_ascii_case(text)))
        .or_else(|| find(SETTINGS, text))
}

/// Whether `text` names a group of accounts.
pub(super) fn is_system(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    setting(&text).is_none() && SYSTEMS.iter().any(|w| holds(&text, w))
}

/// What a person with this role or title does.
pub(super) fn role(text: &str) -> Option<PersonRole> {
    PersonRole::parse(text)
        .or_else(|| PersonRole::ALL.iter().copied().find(|r| r.label().eq_ignore_ascii_case(text)))
        .or_else(|| find(ROLES, text))
}

/// A name as it is compared: letters and digits, small.
pub(super) fn folded(name: &str) -> String {
    let words: Vec<String> = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_places_and_people_are_understood() {
        assert_eq!(setting("ASC"), Some(CareSetting::SurgeryCenter));
        assert_eq!(setting("Acute Care Hospital"), Some(CareSetting::Hospital));
        assert_eq!(setting("surgery_center"), Some(CareSetting::SurgeryCenter));
        assert_eq!(setting("Physician Office"), Some(CareSetting::Practice));
        assert_eq!(setting("Fascinating"), None, "ASC inside a word says nothing");
        assert!(is_system("IDN") && is_system("Health System") && !is_system("Hospital"));
        assert_eq!(role("Chief Nursing Officer"), Some(PersonRole::Nurse));
        assert_eq!(role("Dr."), Some(PersonRole::Physician));
        assert_eq!(role("VP Supply Chain"), Some(PersonRole::Procurement));
        assert_eq!(role("Director of Radiology"), Some(PersonRole::Physician));
        assert_eq!(role("Window cleaner"), None);
    }
}
