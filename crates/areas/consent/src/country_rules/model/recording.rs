//! Whether a call may be recorded, from the places of everyone on the line: the strictest place decides.

use super::Rules;
use serde::{Deserialize, Serialize};

rounds_kernel::words! {
    /// What recording a call needs.
    Recording {
        /// It is enough that one person on the line knows, and we do.
        OneParty = "one_party", "one side's knowledge is enough";
        /// Everyone on the line is told and agrees before it begins.
        AllParties = "all_parties", "everyone agrees first";
        /// Calls are not recorded at all.
        Never = "never", "never";
    }
}

/// Where somebody on the line is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Two letters; empty when unknown.
    pub country: String,
    /// State, where the country has rules by state; empty when unknown.
    pub state: String,
}

/// The answer, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MayRecord {
    /// Whether recording may begin.
    pub may: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// Where that is written.
    pub source: String,
}

/// What one place asks, and where that is written. An unknown state of a country with rules by state counts as its strictest.
fn asks<'a>(rules: &'a Rules, place: &Place) -> (Recording, &'a str, String) {
    let rule = rules.of(&place.country);
    let states = &rule.recording_by_state;
    let (asked, name) = match states.get(&place.state) {
        Some(state) => (*state, format!("{}, {}", place.state, rule.place())),
        None if place.state.is_empty() && !states.is_empty() => {
            (states.values().copied().chain([rule.recording]).max().unwrap_or(rule.recording), format!("{}, state unknown", rule.place()))
        }
        None => (rule.recording, rule.place().to_owned()),
    };
    (asked, &rule.recording_source, name)
}

/// May a call between people in `places` be recorded, given that everyone was told and agreed, or not?
pub fn may_record(rules: &Rules, places: &[Place], all_agreed: bool) -> MayRecord {
    let strictest = places.iter().map(|p| asks(rules, p)).max_by_key(|(asked, ..)| *asked);
    let Some((asked, source, name)) = strictest else {
        return MayRecord { may: false, reason: "Nobody's place is known.".into(), source: String::new() };
    };
    let (may, reason) = match (asked, all_agreed) {
        (Recording::Never, _) => (false, format!("Calls with {name} are never recorded.")),
        (Recording::AllParties, true) => (true, format!("Everyone agreed, which {name} asks for.")),
        (Recording::AllParties, false) => (false, format!("{name}: everyone on the line must be told and agree first.")),
        (Recording::OneParty, true) => (true, format!("Everyone agreed; {name} asks for less.")),
        (Recording::OneParty, false) => (true, format!("{name}: it is enough that one side knows. Tell them all the same.")),
    };
    MayRecord { may, reason, source: source.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_place_decides() {
        let rules = Rules::shipped();
        let place = |country: &str, state: &str| Place { country: country.into(), state: state.into() };
        let (mn, ca, us, de, nowhere) = (place("US", "MN"), place("US", "CA"), place("US", ""), place("DE", ""), place("", ""));
        let table: &[(&[&Place], bool, bool)] = &[
            (&[&mn, &mn], false, true),
            (&[&mn, &ca], false, false),
            (&[&ca, &mn], false, false),
            (&[&ca, &mn], true, true),
            (&[&mn, &us], false, false),
            (&[&mn, &de], false, false),
            (&[&mn, &de], true, true),
            (&[&mn, &nowhere], false, false),
            (&[], true, false),
        ];
        for (places, agreed, may) in table {
            let places: Vec<Place> = places.iter().map(|p| (*p).clone()).collect();
            let said = may_record(&rules, &places, *agreed);
            assert_eq!(said.may, *may, "{places:?} {agreed}: {}", said.reason);
        }
        let mut never = rules.of("DE").clone();
        never.recording = Recording::Never;
        assert!(!may_record(&rules.with(vec![never]), &[mn, de], true).may);
    }
}
