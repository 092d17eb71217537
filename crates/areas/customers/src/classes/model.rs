//! The rules.

use std::collections::{BTreeMap, BTreeSet};

/// What a system or an account counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Part of the market that is analysed.
    In,
    /// Owned by a government: it buys by public tender.
    Government,
    /// Reaches across the country: decides centrally and is worked as one.
    Expansive,
    /// A chain of surgery centers.
    SurgeryChain,
    /// Behavioral health: does not use the products.
    Behavioral,
}

impl Class {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::In, Self::Government, Self::Expansive, Self::SurgeryChain, Self::Behavioral];

    /// As stored and in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Government => "government",
            Self::Expansive => "expansive",
            Self::SurgeryChain => "surgery_chain",
            Self::Behavioral => "behavioral",
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::In => "In the analysis",
            Self::Government => "Out: government",
            Self::Expansive => "Out: expansive",
            Self::SurgeryChain => "Out: surgery-center chain",
            Self::Behavioral => "Out: behavioral health",
        }
    }

    /// From its stored code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.code() == code)
    }
}

/// The numbers in the rules.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// A system is expansive from so many accounts …
    pub expansive_accounts: usize,
    /// … in so many states.
    pub expansive_states: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { expansive_accounts: 20, expansive_states: 5 }
    }
}

/// An account as the rules see it.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Its system, if it has one.
    pub system: Option<i64>,
    /// Name, in small letters.
    pub name: String,
    /// Care setting code.
    pub setting: String,
    /// State.
    pub state: String,
    /// Kind of owner, in small letters.
    pub ownership: String,
}

impl Seen {
    fn government(&self) -> bool {
        self.ownership.starts_with("government")
            || ["veterans health", "department of defense", "tribal"].iter().any(|w| self.ownership.contains(w))
    }

    fn behavioral(&self) -> bool {
        let words = ["psychiatric", "behavioral", "behavioural", "mental health", "addiction"];
        self.setting == "specialty_hospital" && words.iter().any(|w| self.name.contains(w))
    }
}

/// What every system and account counts as, by rule.
#[derive(Debug, Clone, Default)]
pub struct Classified {
    /// Systems by id.
    pub systems: BTreeMap<i64, Class>,
    /// Accounts by id.
    pub accounts: BTreeMap<i64, Class>,
}

/// Applies the rules. A system is of the government, a surgery chain or behavioral when more than half of its accounts are; an account
/// counts as its system does when that is out, or else by itself.
pub fn classify(accounts: &BTreeMap<i64, Seen>, rules: Rules) -> Classified {
    let mut of: BTreeMap<i64, Vec<&Seen>> = BTreeMap::new();
    for seen in accounts.values() {
        if let Some(system) = seen.system {
            of.entry(system).or_default().push(seen);
        }
    }
    let systems: BTreeMap<i64, Class> = of.into_iter().map(|(id, places)| (id, system(&places, rules))).collect();
    let own = |s: &Seen| match s.system.and_then(|id| systems.get(&id)) {
        Some(class) if *class != Class::In => *class,
        _ if s.government() => Class::Government,
        _ if s.behavioral() => Class::Behavioral,
        _ => Class::In,
    };
    Classified { accounts: accounts.iter().map(|(id, s)| (*id, own(s))).collect(), systems }
}

fn system(places: &[&Seen], rules: Rules) -> Class {
    let most = |is: &dyn Fn(&Seen) -> bool| places.iter().filter(|p| is(p)).count() * 2 > places.len();
    let states: BTreeSet<&str> = places.iter().map(|p| p.state.as_str()).filter(|s| !s.is_empty()).collect();
    if most(&Seen::government) {
        Class::Government
    } else if most(&Seen::behavioral) {
        Class::Behavioral
    } else if most(&|p: &Seen| p.setting == "surgery_center") {
        Class::SurgeryChain
    } else if places.len() >= rules.expansive_accounts && states.len() >= rules.expansive_states {
        Class::Expansive
    } else {
        Class::In
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(system: i64, name: &str, setting: &str, state: &str, ownership: &str) -> Seen {
        Seen {
            system: (system > 0).then_some(system),
            name: name.into(),
            setting: setting.into(),
            state: state.into(),
            ownership: ownership.into(),
        }
    }

    #[test]
    fn each_class_has_its_rule() {
        let mut all = vec![
            seen(1, "county hospital", "hospital", "MN", "government - local"),
            seen(1, "county clinic", "practice", "MN", ""),
            seen(1, "county east", "hospital", "MN", "government - local"),
            seen(2, "eye center", "surgery_center", "MN", ""),
            seen(3, "lakes psychiatric hospital", "specialty_hospital", "MN", ""),
            seen(4, "mercy", "hospital", "MN", "voluntary non-profit"),
            seen(0, "va medical center", "hospital", "MN", "veterans health administration"),
            seen(4, "lakes behavioral health", "specialty_hospital", "MN", ""),
            seen(4, "mercy west", "hospital", "MN", ""),
        ];
        let states = ["MN", "WI", "IA", "ND", "SD"];
        (0..20).for_each(|n| all.push(seen(5, "wide", "hospital", states[n % 5], "")));
        (0..20).for_each(|n| all.push(seen(6, "near", "hospital", states[n % 4], "")));
        let found = classify(&(1..).zip(all).collect(), Rules::default());
        let systems: Vec<Class> = found.systems.values().copied().collect();
        use Class as C;
        assert_eq!(systems, [C::Government, C::SurgeryChain, C::Behavioral, C::In, C::Expansive, C::In]);
        let accounts: Vec<Class> = found.accounts.values().take(9).copied().collect();
        let expected =
            [C::Government, C::Government, C::Government, C::SurgeryChain, C::Behavioral, C::In, C::Government, C::Behavioral, C::In];
        assert_eq!(accounts, expected);
    }
}
