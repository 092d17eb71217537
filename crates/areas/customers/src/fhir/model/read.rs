//! Resources as records. Servers differ in how they fill FHIR's fields: what is missing is taken from where the standard allows it.

use super::{CONFIDENCE, GROUP, KEY, KIND, LINK, POST, ROLE, SETTING, SOURCE};
use crate::affiliations::{LinkKind, Post};
use crate::groups::GroupKind;
use crate::identifiers::{Scheme, Standing};
use rounds_kernel::{CareSetting, PersonRole};
use serde_json::Value;

/// What an Organization is in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A health system.
    System,
    /// A place that buys.
    Account,
    /// A buying group.
    Group,
}

/// The elements of an array, or none.
pub fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The text of a field; empty if it is none.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default().trim()
}

/// `Organization/12`, as others refer to it.
pub fn local_name(resource: &Value) -> String {
    format!("{}/{}", text(resource, "resourceType"), text(resource, "id"))
}

fn codings(concepts: &Value) -> impl Iterator<Item = (&str, &str)> {
    items(concepts).flat_map(|c| items(&c["coding"])).map(|c| (text(c, "system"), text(c, "code")))
}

fn coded<'a>(concepts: &'a Value, system: &str) -> Option<&'a str> {
    codings(concepts).find(|(s, code)| *s == system && !code.is_empty()).map(|(_, code)| code)
}

/// What an Organization says that it is; `None` when it does not.
pub fn said_kind(organization: &Value) -> Option<Kind> {
    match coded(&organization["type"], KIND) {
        Some("system") => return Some(Kind::System),
        Some("account") => return Some(Kind::Account),
        Some("group") => return Some(Kind::Group),
        _ => {}
    }
    let mut codes = codings(&organization["type"]).map(|(_, code)| code);
    codes.find_map(|code| match code {
        "ntwk" | "bus" | "govt" => Some(Kind::System),
        "prov" | "dept" | "fac" | "prvgrp" => Some(Kind::Account),
        _ => None,
    })
}

/// The care setting of an account: ours if it is coded so, or else by the words of its type.
pub fn setting(organization: &Value) -> CareSetting {
    if let Some(setting) = coded(&organization["type"], SETTING).and_then(CareSetting::parse) {
        return setting;
    }
    let words =
        |c: &Value| format!("{} {}", text(c, "text"), items(&c["coding"]).map(|c| text(c, "display")).collect::<Vec<_>>().join(" "));
    let said: String = items(&organization["type"]).map(words).collect::<Vec<_>>().join(" ").to_lowercase();
    let of = |w: &[&str]| w.iter().any(|w| said.contains(w));
    if of(&["surgery cent", "surgical cent", "ambulatory surg"]) {
        CareSetting::SurgeryCenter
    } else if of(&["laborator"]) {
        CareSetting::Laboratory
    } else if of(&["nursing", "long-term", "long term", "hospice"]) {
        CareSetting::LongTermCare
    } else if of(&["psychiatr", "rehabilit", "children"]) {
        CareSetting::SpecialtyHospital
    } else if of(&["practice", "clinic", "physician", "provider group"]) {
        CareSetting::Practice
    } else if codings(&organization["type"]).any(|(_, code)| code == "prvgrp") {
        // A group of providers without further words: those who practise together.
        CareSetting::Practice
    } else {
        CareSetting::Hospital
    }
}

/// The kind of a buying group.
pub fn group_kind(organization: &Value) -> GroupKind {
    coded(&organization["type"], GROUP).and_then(GroupKind::parse).unwrap_or_default()
}

/// The record's own key among the identifiers; empty if there is none.
pub fn key(resource: &Value) -> &str {
    items(&resource["identifier"]).find(|i| text(i, "system") == KEY).map_or("", |i| text(i, "value"))
}

/// Numbers of the resource, by our schemes; those that fail their check are told apart.
pub fn numbers(resource: &Value) -> (Vec<(String, String)>, Vec<String>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for i in items(&resource["identifier"]).filter(|i| text(i, "system") != KEY && !text(i, "value").is_empty()) {
        let (system, value) = (text(i, "system"), text(i, "value"));
        let other = system.strip_prefix("urn:rounds:scheme:");
        match (Scheme::of_uri(system), other) {
            (Some(scheme), _) => {
                let reading = scheme.read(value);
                match reading.standing {
                    Standing::Failed => bad.push(format!("{} {value}", scheme.label)),
                    _ => good.push((scheme.code.to_owned(), reading.value)),
                }
            }
            (None, Some(code)) => good.push((decoded(code), value.to_owned())),
            // A number of a system that we do not know keeps the system's name as its scheme.
            (None, None) if !system.is_empty() => good.push((system.to_owned(), value.to_owned())),
            (None, None) => {}
        }
    }
    (good, bad)
}

fn decoded(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes()).map(|(k, _)| k.into_owned()).next().unwrap_or_default()
}

/// Where the resource says that it comes from.
pub fn source(resource: &Value, otherwise: &str) -> String {
    let said = text(&resource["meta"], "source");
    said.strip_prefix(SOURCE).map_or_else(|| otherwise.to_owned(), decoded)
}

/// Street, town, state, postal code and country of an address.
pub fn address(address: &Value) -> [String; 5] {
    let street = items(&address["line"]).filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    let own = |field: &str| text(address, field).to_owned();
    [street, own("city"), own("state"), own("postalCode"), own("country")]
}

/// The first telecom of a system (`phone`, `email`).
pub fn telecom(resource: &Value, system: &str) -> Option<String> {
    items(&resource["telecom"]).find(|t| text(t, "system") == system).map(|t| text(t, "value").to_owned()).filter(|v| !v.is_empty())
}

/// A person's name as it is written.
pub fn human_name(resource: &Value) -> String {
    let name = items(&resource["name"]).find(|n| text(n, "use") == "official").or_else(|| items(&resource["name"]).next());
    let Some(name) = name else { return String::new() };
    if !text(name, "text").is_empty() {
        return text(name, "text").to_owned();
    }
    let words = |field: &str| items(&name[field]).filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let parts = [words("prefix"), words("given"), vec![text(name, "family").to_owned()], words("suffix")];
    parts.concat().into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The text of one of our extensions.
pub fn extension<'a>(resource: &'a Value, name: &str) -> &'a str {
    let url = format!("{POST}{name}");
    items(&resource["extension"]).find(|e| text(e, "url") == url).map_or("", |e| text(e, "valueString"))
}

/// A person's role: ours if it is coded so, or else by the words of a code or qualification.
pub fn role(resource: &Value) -> Option<PersonRole> {
    if let Some(role) =
        PersonRole::parse(extension(resource, "role")).or_else(|| coded(&resource["code"], ROLE).and_then(PersonRole::parse))
    {
        return Some(role);
    }
    let concepts = items(&resource["code"]).chain(items(&resource["qualification"]).map(|q| &q["code"]));
    let said = concepts
        .map(|c| {
            format!(
                "{} {}",
                text(c, "text"),
                items(&c["coding"]).map(|c| format!("{} {}", text(c, "code"), text(c, "display"))).collect::<Vec<_>>().join(" ")
            )
        })
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    let of = |w: &[&str]| w.iter().any(|w| said.split(|c: char| !c.is_alphanumeric()).any(|s| s.starts_with(w)));
    if of(&["nurse", "rn", "np"]) {
        Some(PersonRole::Nurse)
    } else if of(&["technic", "technolog", "laborator"]) {
        Some(PersonRole::Technician)
    } else if of(&["procure", "purchas", "buyer", "materials"]) {
        Some(PersonRole::Procurement)
    } else if of(&["administrat", "executive", "director", "manager"]) {
        Some(PersonRole::Administrator)
    } else if of(&["doctor", "physician", "surgeon", "md", "do"]) {
        Some(PersonRole::Physician)
    } else {
        None
    }
}

/// Words of a list of concepts, such as specialties.
pub fn words(concepts: &Value) -> String {
    let word = |c: &Value| {
        if text(c, "text").is_empty() {
            items(&c["coding"]).map(|c| text(c, "display")).next().unwrap_or_default().to_owned()
        } else {
            text(c, "text").to_owned()
        }
    };
    items(concepts).map(word).find(|w| !w.is_empty()).unwrap_or_default()
}

/// What a person is at a place, or a place at another.
pub fn post(resource: &Value) -> Post {
    let share = items(&resource["extension"]).find(|e| text(e, "url") == format!("{POST}share")).and_then(|e| e["valueInteger"].as_i64());
    let role = coded(&resource["code"], ROLE).map_or_else(|| extension(resource, "role").to_owned(), str::to_owned);
    Post {
        role: if role.is_empty() { self::role(resource).map_or(String::new(), |r| r.code().to_owned()) } else { role },
        title: extension(resource, "title").to_owned(),
        department: extension(resource, "department").to_owned(),
        share: share.filter(|s| (1..=100).contains(s)),
    }
}

/// How sure a link is.
pub fn confidence(resource: &Value) -> f64 {
    let said = items(&resource["extension"]).find(|e| text(e, "url") == CONFIDENCE).and_then(|e| e["valueDecimal"].as_f64());
    said.filter(|c| (0.0..=1.0).contains(c)).unwrap_or(1.0)
}

/// The kind of link that an OrganizationAffiliation says that it is; `None` when it does not.
pub fn said_link(resource: &Value) -> Option<LinkKind> {
    coded(&resource["code"], LINK).and_then(LinkKind::parse)
}
