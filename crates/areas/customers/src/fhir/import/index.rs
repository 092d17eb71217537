//! The names of all resources of a file, and what they are in the record.

use super::super::FhirReport;
use super::super::model::read::{self, Kind, items, text};
use rounds_kernel::{CareSetting, Day};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Types that make a provider directory.
const TYPES: &[&str] = &["Organization", "Practitioner", "PractitionerRole", "OrganizationAffiliation", "Location"];

/// What a resource is in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    System(String),
    Account(String),
    Group(String),
    Person(String),
}

impl Target {
    /// Kind, as affiliations store it, and source key.
    pub(super) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::System(k) => ("system", k),
            Self::Account(k) => ("account", k),
            Self::Group(k) => ("group", k),
            Self::Person(k) => ("person", k),
        }
    }
}

struct Organization {
    names: Vec<String>,
    key: String,
    name: String,
    said: Option<Kind>,
    child: bool,
    setting: CareSetting,
    address: bool,
}

/// All that must be known before the first resource is written.
pub(super) struct Index {
    pub(super) source: String,
    pub(super) today: Day,
    organizations: Vec<Organization>,
    parents: HashSet<String>,
    /// Organizations that a role names without a place: people work there, so they are accounts.
    workplaces: HashSet<String>,
    /// Locations with their key, name and managing organization.
    locations: Vec<(Vec<String>, String, String, String)>,
    targets: HashMap<String, Target>,
    /// Accounts by key: name, setting, whether their address is known.
    accounts: HashMap<String, (String, CareSetting, bool)>,
    /// Keys of locations that are accounts of their own.
    own_places: HashSet<String>,
    /// Role and specialty of people, as their roles say it.
    pub(super) roles: HashMap<String, (Value, String)>,
}

impl Index {
    pub(super) fn new(source: &str, today: Day) -> Self {
        Self {
            source: source.to_owned(),
            today,
            organizations: Vec::new(),
            parents: HashSet::new(),
            workplaces: HashSet::new(),
            locations: Vec::new(),
            targets: HashMap::new(),
            accounts: HashMap::new(),
            own_places: HashSet::new(),
            roles: HashMap::new(),
        }
    }

    /// The source key of a resource: the record's own where it carries one, or else its name under the file's source.
    pub(super) fn key_of(&self, full_url: &str, resource: &Value) -> String {
        let own = read::key(resource);
        if !own.is_empty() {
            return own.to_owned();
        }
        let id = text(resource, "id");
        let named = if !id.is_empty() { read::local_name(resource) } else { full_url.to_owned() };
        format!("{}:{named}", self.source)
    }

    /// All names under which others may refer to a resource.
    fn names(full_url: &str, resource: &Value) -> Vec<String> {
        let mut names = vec![full_url.to_owned(), read::local_name(resource)];
        names.extend(items(&resource["identifier"]).map(|i| format!("id:{}|{}", text(i, "system"), text(i, "value"))));
        names.retain(|n| !n.is_empty() && !n.ends_with('/') && n != "id:|");
        names
    }

    /// Takes one resource in: the first pass.
    pub(super) fn name(&mut self, full_url: &str, resource: &Value, report: &mut FhirReport) {
        let kind = text(resource, "resourceType");
        if kind.is_empty() {
            let remedy = "Give each line one resource of FHIR R4 as JSON.";
            return report.issue(full_url, "fhir.not_a_resource", "This is no JSON, or has no resourceType.", remedy);
        }
        if !TYPES.contains(&kind) {
            *report.ignored.entry(kind.to_owned()).or_default() += 1;
            return;
        }
        *report.read.entry(kind.to_owned()).or_default() += 1;
        let (names, key) = (Self::names(full_url, resource), self.key_of(full_url, resource));
        match kind {
            "Organization" => {
                self.parents.extend(named(&resource["partOf"]));
                self.organizations.push(Organization {
                    names,
                    key,
                    name: text(resource, "name").to_owned(),
                    said: read::said_kind(resource),
                    child: resource["partOf"].is_object(),
                    setting: read::setting(resource),
                    address: items(&resource["address"]).next().is_some(),
                });
            }
            "OrganizationAffiliation" => self.parents.extend(named(&resource["organization"])),
            "Location" => {
                let manager = named(&resource["managingOrganization"]).unwrap_or_default();
                self.locations.push((names, key, text(resource, "name").to_owned(), manager));
            }
            "Practitioner" => self.targets.extend(names.into_iter().map(|n| (n, Target::Person(key.clone())))),
            _ => {
                let specialty = read::words(&resource["specialty"]);
                let code = serde_json::json!({ "code": resource["code"] });
                if items(&resource["location"]).next().is_none() {
                    self.workplaces.extend(named(&resource["organization"]));
                }
                if let Some(person) = named(&resource["practitioner"]) {
                    self.roles.entry(person).or_insert((code, specialty));
                }
            }
        }
    }

    /// Decides what each organization and place is, once all are named.
    pub(super) fn settle(&mut self) {
        for o in std::mem::take(&mut self.organizations) {
            let among = |names: &HashSet<String>| o.names.iter().any(|n| names.contains(n));
            let above = among(&self.parents) && !among(&self.workplaces);
            let target = match o.said {
                Some(Kind::System) => Target::System(o.key.clone()),
                Some(Kind::Group) => Target::Group(o.key.clone()),
                None if above && !o.child => Target::System(o.key.clone()),
                _ => Target::Account(o.key.clone()),
            };
            if let Target::Account(key) = &target {
                self.accounts.insert(key.clone(), (o.name, o.setting, o.address));
            }
            self.targets.extend(o.names.into_iter().map(|n| (n, target.clone())));
        }
        for (names, key, name, manager) in std::mem::take(&mut self.locations) {
            let of = match self.targets.get(&manager) {
                Some(Target::Account(account)) => Some(account.clone()),
                _ => None,
            };
            let same = |a: &String| name.is_empty() || self.accounts.get(a).is_some_and(|(n, ..)| n.eq_ignore_ascii_case(&name));
            let target = match of.filter(same) {
                Some(account) => Target::Account(account),
                None => {
                    self.own_places.insert(key.clone());
                    Target::Account(key)
                }
            };
            self.targets.extend(names.into_iter().map(|n| (n, target.clone())));
        }
    }

    /// What a reference points at; `None` when it points outside the file.
    pub(super) fn target(&self, reference: &Value) -> Option<&Target> {
        named(reference).and_then(|name| self.targets.get(&name))
    }

    /// What a resource of this file is.
    pub(super) fn own(&self, full_url: &str, resource: &Value) -> Option<&Target> {
        Self::names(full_url, resource).iter().find_map(|n| self.targets.get(n))
    }

    /// Name, setting and whether the address is known of an account of this file.
    pub(super) fn account(&self, key: &str) -> Option<&(String, CareSetting, bool)> {
        self.accounts.get(key)
    }

    /// Whether a location is an account of its own.
    pub(super) fn is_own_place(&self, key: &str) -> bool {
        self.own_places.contains(key)
    }

    /// Whether what an organization is was only guessed from others.
    pub(super) fn role_of(&self, full_url: &str, resource: &Value) -> Option<&(Value, String)> {
        Self::names(full_url, resource).iter().find_map(|n| self.roles.get(n))
    }
}

/// The name in a reference: the address itself, `Type/id` of an address on some server, or an identifier.
fn named(reference: &Value) -> Option<String> {
    let id = &reference["identifier"];
    let by_identifier = || id.is_object().then(|| format!("id:{}|{}", text(id, "system"), text(id, "value")));
    let address = text(reference, "reference");
    if address.is_empty() {
        return by_identifier();
    }
    if let Some((_, query)) = address.split_once("?identifier=") {
        return Some(format!("id:{query}"));
    }
    let address = address.split("/_history/").next().unwrap_or(address);
    if !address.starts_with("http") {
        return Some(address.to_owned());
    }
    let mut parts = address.rsplit('/');
    let (id, kind) = (parts.next()?, parts.next()?);
    Some(format!("{kind}/{id}"))
}
