//! FHIR's words for the record's.

pub mod period;
pub mod read;
pub mod write;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Our own code system for what an Organization is in the record: system, account or group.
pub const KIND: &str = "urn:rounds:organization";
/// Our own code system for care settings.
pub const SETTING: &str = "urn:rounds:care-setting";
/// Our own code system for kinds of buying groups.
pub const GROUP: &str = "urn:rounds:buying-group";
/// Our own code system for roles of people.
pub const ROLE: &str = "urn:rounds:person-role";
/// Our own code system for kinds of affiliations.
pub const LINK: &str = "urn:rounds:affiliation";
/// Identifier system of a record's own key.
pub const KEY: &str = "urn:rounds:key";
/// Prefix of the profiles of the National Directory of Healthcare Providers & Services (US), in `meta.profile`.
pub const PROFILE: &str = "http://hl7.org/fhir/us/ndh/StructureDefinition/ndh-";
/// Prefix of a source in `meta.source`.
pub const SOURCE: &str = "urn:rounds:source:";
/// How sure a link is, 0 to 1.
pub const CONFIDENCE: &str = "urn:rounds:confidence";
/// Title, department and share of time of a person at a place; role of a place at another.
pub const POST: &str = "urn:rounds:post:";

/// How resources are strung together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON document.
    Bundle,
    /// One resource a line.
    Ndjson,
}

impl Format {
    /// From a word of a command or an address.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "bundle" | "json" => Some(Self::Bundle),
            "ndjson" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// A resource that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Type and id.
    pub resource: String,
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub cause: String,
    /// What to do.
    pub remedy: String,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FhirReport {
    /// Resources read, by type.
    pub read: BTreeMap<String, u64>,
    /// New in the record.
    pub created: u64,
    /// Changed in the record.
    pub updated: u64,
    /// Already there.
    pub unchanged: u64,
    /// Resources of types that are not part of a provider directory, by type.
    pub ignored: BTreeMap<String, u64>,
    /// Resources that could not be used: all are counted, the first thousand kept.
    pub issues: Vec<Issue>,
    /// How many could not be used.
    pub rejected: u64,
}

impl FhirReport {
    /// Adds a resource that could not be used.
    pub fn issue(&mut self, resource: &str, code: &str, cause: impl Into<String>, remedy: &str) {
        self.rejected += 1;
        if self.issues.len() < 1_000 {
            self.issues.push(Issue { resource: resource.into(), code: code.into(), cause: cause.into(), remedy: remedy.into() });
        }
    }

    /// Takes over what another report says.
    pub fn absorb(&mut self, other: Self) {
        other.read.into_iter().for_each(|(k, n)| *self.read.entry(k).or_default() += n);
        other.ignored.into_iter().for_each(|(k, n)| *self.ignored.entry(k).or_default() += n);
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
        let room = 1_000usize.saturating_sub(self.issues.len());
        self.issues.extend(other.issues.into_iter().take(room));
    }

    /// One sentence.
    pub fn summary(&self) -> String {
        let count: u64 = self.read.values().sum();
        let ignored: u64 = self.ignored.values().sum();
        format!(
            "{count} resources read: {} created, {} updated, {} unchanged, {} rejected; {ignored} of other types left out",
            self.created, self.updated, self.unchanged, self.rejected
        )
    }
}
