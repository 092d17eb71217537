//! Two releases side by side.

use std::collections::{BTreeMap, BTreeSet};

/// One release of a source: its hospitals with the systems that they are part of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Hospitals by key: name, and key of the system.
    pub places: BTreeMap<String, (String, Option<String>)>,
    /// Systems by key: name.
    pub systems: BTreeMap<String, String>,
}

/// What happened to a hospital or a system from one release to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A hospital went from one system to another.
    Sold,
    /// An independent hospital joined a system.
    Joined,
    /// A hospital left its system and is independent.
    Left,
    /// A hospital that was not listed before.
    Opened,
    /// A hospital that is no longer listed.
    Closed,
    /// A hospital bears another name.
    HospitalRenamed,
    /// A system whose hospitals mostly went to one other system.
    Merged,
    /// A system without hospitals in this release that had some before.
    Dissolved,
    /// A system that had no hospitals before.
    Formed,
    /// A system bears another name.
    SystemRenamed,
}

impl ChangeKind {
    /// All of them, in the order of a report.
    pub const ALL: &'static [Self] = &[
        Self::Sold,
        Self::Joined,
        Self::Left,
        Self::Opened,
        Self::Closed,
        Self::HospitalRenamed,
        Self::Merged,
        Self::Dissolved,
        Self::Formed,
        Self::SystemRenamed,
    ];

    /// In addresses and codes of notes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sold => "sold",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::HospitalRenamed => "hospital_renamed",
            Self::Merged => "merged",
            Self::Dissolved => "dissolved",
            Self::Formed => "formed",
            Self::SystemRenamed => "system_renamed",
        }
    }

    /// In words, of several.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sold => "hospitals went to another system",
            Self::Joined => "independent hospitals joined a system",
            Self::Left => "hospitals left their system",
            Self::Opened => "hospitals are new in the list",
            Self::Closed => "hospitals are no longer listed",
            Self::HospitalRenamed => "hospitals bear another name",
            Self::Merged => "systems merged into another",
            Self::Dissolved => "systems dissolved",
            Self::Formed => "systems formed",
            Self::SystemRenamed => "systems bear another name",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub kind: ChangeKind,
    /// Key of the hospital or system.
    pub key: String,
    /// Its name, as of the later release where it is in it.
    pub name: String,
    /// What was before: a system's name, or the old name.
    pub before: String,
    /// What is now.
    pub after: String,
}

/// What one release says differently from the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleaseReport {
    /// Everything that happened, by kind and key.
    pub changes: Vec<Change>,
    /// Hospitals of which nothing new is said.
    pub unchanged: usize,
}

impl ReleaseReport {
    /// How many of a kind.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.changes.iter().filter(|c| c.kind == kind).count()
    }

    /// One sentence.
    pub fn summary(&self) -> String {
        let said: Vec<String> = ChangeKind::ALL
            .iter()
            .map(|k| (self.count(*k), k.label()))
            .filter(|(n, _)| *n > 0)
            .map(|(n, label)| format!("{n} {label}"))
            .collect();
        if said.is_empty() { "nothing new".into() } else { said.join(", ") }
    }
}

/// Compares a release with the one before it. A system has merged when at least half of its hospitals that are still listed went to one
/// same system and none is left.
pub fn compare(before: &Snapshot, after: &Snapshot) -> ReleaseReport {
    let mut report = ReleaseReport::default();
    let keys: BTreeSet<&String> = before.places.keys().chain(after.places.keys()).collect();
    for key in keys {
        let found = hospital(before, after, key);
        report.unchanged += usize::from(found.is_empty());
        report.changes.extend(found);
    }
    report.changes.extend(systems(before, after));
    report.changes.sort_by(|a, b| (a.kind, &a.name, &a.key).cmp(&(b.kind, &b.name, &b.key)));
    report
}

fn system_name(snapshot: &Snapshot, key: &str) -> String {
    snapshot.systems.get(key).cloned().unwrap_or_else(|| key.to_owned())
}

fn hospital(before: &Snapshot, after: &Snapshot, key: &str) -> Vec<Change> {
    let (old, new) = (before.places.get(key), after.places.get(key));
    let of = |s: &Snapshot, owner: &Option<String>| owner.as_ref().map_or("independent".into(), |o| system_name(s, o));
    let change =
        |kind, name: &str, before: String, after: String| Change { kind, key: key.to_owned(), name: name.to_owned(), before, after };
    match (old, new) {
        (None, Some((name, owner))) => vec![change(ChangeKind::Opened, name, String::new(), of(after, owner))],
        (Some((name, owner)), None) => vec![change(ChangeKind::Closed, name, of(before, owner), String::new())],
        (Some((old_name, from)), Some((name, to))) => {
            let mut found = Vec::new();
            if from != to {
                let kind = match (from, to) {
                    (Some(_), Some(_)) => ChangeKind::Sold,
                    (None, _) => ChangeKind::Joined,
                    (_, None) => ChangeKind::Left,
                };
                found.push(change(kind, name, of(before, from), of(after, to)));
            }
            if old_name != name {
                found.push(change(ChangeKind::HospitalRenamed, name, old_name.clone(), name.clone()));
            }
            found
        }
        (None, None) => Vec::new(),
    }
}

fn members(snapshot: &Snapshot) -> BTreeMap<&str, Vec<&str>> {
    let mut out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (place, (_, owner)) in &snapshot.places {
        if let Some(owner) = owner {
            out.entry(owner).or_default().push(place);
        }
    }
    out
}

fn systems(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let (old, new) = (members(before), members(after));
    let mut found = Vec::new();
    for (system, places) in &old {
        let (name, now) = (system_name(before, system), system_name(after, system));
        if new.contains_key(system) {
            if before.systems.contains_key(*system) && after.systems.contains_key(*system) && name != now {
                let kind = ChangeKind::SystemRenamed;
                found.push(Change { kind, key: (*system).into(), name: now.clone(), before: name, after: now });
            }
            continue;
        }
        let mut went: BTreeMap<&str, usize> = BTreeMap::new();
        let listed: Vec<&Option<String>> = places.iter().filter_map(|p| after.places.get(*p)).map(|(_, owner)| owner).collect();
        listed.iter().filter_map(|o| o.as_deref()).for_each(|o| *went.entry(o).or_default() += 1);
        let most = went.iter().max_by_key(|(key, n)| (**n, std::cmp::Reverse(**key)));
        let into = most.filter(|(_, n)| **n * 2 >= listed.len()).map(|(key, _)| system_name(after, key));
        let kind = if into.is_some() { ChangeKind::Merged } else { ChangeKind::Dissolved };
        let hospitals = format!("{} hospital{}", places.len(), if places.len() == 1 { "" } else { "s" });
        found.push(Change { kind, key: (*system).into(), name, before: hospitals, after: into.unwrap_or_default() });
    }
    for (system, places) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        let after_words = format!("{} hospital{}", places.len(), if places.len() == 1 { "" } else { "s" });
        found.push(Change {
            kind: ChangeKind::Formed,
            key: (*system).into(),
            name: system_name(after, system),
            before: String::new(),
            after: after_words,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(places: &[(&str, &str, &str)], systems: &[(&str, &str)]) -> Snapshot {
        let place = |(key, name, owner): &(&str, &str, &str)| {
            (key.to_string(), (name.to_string(), Some(owner.to_string()).filter(|o| !o.is_empty())))
        };
        Snapshot {
            places: places.iter().map(place).collect(),
            systems: systems.iter().map(|(k, n)| (k.to_string(), n.to_string())).collect(),
        }
    }

    #[test]
    fn each_kind_of_change_is_told_apart() {
        let before = snapshot(
            &[
                ("h1", "A", "s1"),
                ("h2", "B", "s1"),
                ("h3", "C", ""),
                ("h4", "D", "s2"),
                ("h5", "E", "s2"),
                ("h6", "F", "s3"),
                ("h7", "G", "s3"),
                ("h8", "H", "s5"),
            ],
            &[("s1", "One"), ("s2", "Two"), ("s3", "Three"), ("s5", "Five")],
        );
        let after = snapshot(
            &[
                ("h1", "A", "s1"),
                ("h2", "B", "s4"),
                ("h3", "C", "s1"),
                ("h4", "D", "s1"),
                ("h5", "E2", "s1"),
                ("h6", "F", ""),
                ("h9", "I", "s1"),
                ("h8", "H", "s5"),
            ],
            &[("s1", "One Health"), ("s4", "Four"), ("s5", "Five")],
        );
        let report = compare(&before, &after);
        let said: Vec<(ChangeKind, &str)> = report.changes.iter().map(|c| (c.kind, c.key.as_str())).collect();
        use ChangeKind as K;
        assert_eq!(
            said,
            [
                (K::Sold, "h2"),
                (K::Sold, "h4"),
                (K::Sold, "h5"),
                (K::Joined, "h3"),
                (K::Left, "h6"),
                (K::Opened, "h9"),
                (K::Closed, "h7"),
                (K::HospitalRenamed, "h5"),
                (K::Merged, "s2"),
                (K::Dissolved, "s3"),
                (K::Formed, "s4"),
                (K::SystemRenamed, "s1"),
            ]
        );
        assert_eq!((report.unchanged, report.changes.iter().find(|c| c.key == "s2").map(|c| c.after.as_str())), (2, Some("One Health")));
        assert_eq!(compare(&after, &after).summary(), "nothing new");
    }
}
