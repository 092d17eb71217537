//! Records as resources. Fields stand in the order in which FHIR defines them; an empty one is left out.

use super::{CONFIDENCE, GROUP, KEY, KIND, LINK, POST, PROFILE, ROLE, SETTING, SOURCE, period};
use crate::accounts::Account;
use crate::affiliations::{Affiliation, LinkKind};
use crate::groups::Group;
use crate::identifiers::{Held, Scheme};
use crate::people::Person;
use crate::systems::System;
use rounds_kernel::{CareSetting, PersonRole};
use serde_json::{Map, Value, json};

/// The id of a record's resource: the same for the same key in every record, in the form that FHIR asks for (64 letters, digits, `-`, `.`).
pub fn id_of(kind: &str, key: &str) -> String {
    let plain = key.len() <= 40 && !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    if plain { format!("{kind}-{key}") } else { format!("{kind}-h.{}", &blake3::hash(key.as_bytes()).to_hex()[..32]) }
}

/// Leaves out what is empty.
fn resource(fields: Vec<(&str, Value)>) -> Value {
    let kept = fields.into_iter().filter(|(_, v)| match v {
        Value::Null => false,
        Value::String(s) => !s.is_empty(),
        Value::Array(a) => !a.is_empty(),
        Value::Object(o) => !o.is_empty(),
        _ => true,
    });
    Value::Object(kept.map(|(name, v)| (name.to_owned(), v)).collect::<Map<_, _>>())
}

/// Where the resource comes from, and the profile of the National Directory (US) by which it is written.
fn meta(kind: &str, source: &str) -> Value {
    let from = if source.is_empty() { String::new() } else { format!("{SOURCE}{}", percent(source)) };
    resource(vec![("source", from.into()), ("profile", json!([format!("{PROFILE}{kind}")]))])
}

/// A URI holds no blanks and quotes.
fn percent(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn identifiers(key: &str, held: &[Held]) -> Value {
    let mut all = vec![json!({ "use": "secondary", "system": KEY, "value": key })];
    for h in held {
        let system = Scheme::parse(&h.scheme).map_or_else(|| format!("urn:rounds:scheme:{}", percent(&h.scheme)), |s| s.uri.to_owned());
        all.push(json!({ "system": system, "value": h.value }));
    }
    Value::Array(all)
}

fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code, "display": display }] })
}

fn address(street: &str, city: &str, state: &str, zip: &str, country: &str) -> Value {
    let lines = if street.is_empty() { Value::Null } else { json!([street]) };
    resource(vec![("line", lines), ("city", city.into()), ("state", state.into()), ("postalCode", zip.into()), ("country", country.into())])
}

fn listed(value: Value) -> Value {
    if value.as_object().is_some_and(|o| !o.is_empty()) { json!([value]) } else { Value::Null }
}

fn telecom(phone: Option<&String>, email: Option<&String>) -> Value {
    let entry = |system: &str, value: Option<&String>| value.filter(|v| !v.is_empty()).map(|v| json!({ "system": system, "value": v }));
    Value::Array([entry("phone", phone), entry("email", email)].into_iter().flatten().collect())
}

/// A system; one that all its members have left is not active.
pub fn system(s: &System, held: &[Held], active: bool) -> Value {
    resource(vec![
        ("resourceType", "Organization".into()),
        ("id", id_of("s", &s.source_key).into()),
        ("meta", meta("Organization", &s.source)),
        ("identifier", identifiers(&s.source_key, held)),
        ("active", active.into()),
        ("type", json!([concept(KIND, "system", "Health system")])),
        ("name", s.name.clone().into()),
        ("address", listed(address("", &s.city, &s.state, "", &s.country))),
    ])
}

/// A buying group.
pub fn group(g: &Group, active: bool) -> Value {
    resource(vec![
        ("resourceType", "Organization".into()),
        ("id", id_of("g", &g.source_key).into()),
        ("meta", meta("Organization", &g.source)),
        ("identifier", identifiers(&g.source_key, &[])),
        ("active", active.into()),
        ("type", json!([concept(KIND, "group", "Buying group"), concept(GROUP, &g.kind, g.kind_label())])),
        ("name", g.name.clone().into()),
        ("address", listed(address("", &g.city, "", "", &g.country))),
    ])
}

/// An account, and the place where it stands; one that its source no longer lists is not active.
pub fn account(a: &Account, held: &[Held], active: bool) -> Vec<Value> {
    let label = CareSetting::parse(&a.setting).map_or(a.setting.as_str(), |s| s.label());
    let at = address(&a.street, &a.city, &a.state, &a.zip, &a.country);
    let organization = resource(vec![
        ("resourceType", "Organization".into()),
        ("id", id_of("a", &a.source_key).into()),
        ("meta", meta("Organization", &a.source)),
        ("identifier", identifiers(&a.source_key, held)),
        ("active", active.into()),
        (
            "type",
            json!([
                concept(KIND, "account", "Account"),
                concept(SETTING, &a.setting, label),
                concept("http://terminology.hl7.org/CodeSystem/organization-type", "prov", "Healthcare Provider")
            ]),
        ),
        ("name", a.name.clone().into()),
        ("telecom", telecom(a.phone.as_ref(), None)),
        ("address", listed(at.clone())),
    ]);
    let location = resource(vec![
        ("resourceType", "Location".into()),
        ("id", id_of("l", &a.source_key).into()),
        ("meta", meta("Location", "")),
        ("status", if active { "active" } else { "inactive" }.into()),
        ("name", a.name.clone().into()),
        ("mode", "instance".into()),
        ("telecom", telecom(a.phone.as_ref(), None)),
        ("address", at),
        ("managingOrganization", reference("Organization", "a", &a.source_key)),
    ]);
    vec![organization, location]
}

/// A reference to a record's resource.
pub fn reference(kind: &str, prefix: &str, key: &str) -> Value {
    json!({ "reference": format!("{kind}/{}", id_of(prefix, key)) })
}

/// A person; one who has left every place is not active.
pub fn person(p: &Person, held: &[Held], active: bool) -> Value {
    let communication =
        if p.language.is_empty() { Value::Null } else { json!([{ "coding": [{ "system": "urn:ietf:bcp:47", "code": p.language }] }]) };
    resource(vec![
        ("resourceType", "Practitioner".into()),
        ("id", id_of("p", &p.source_key).into()),
        ("meta", meta("Practitioner", &p.source)),
        ("extension", extensions(&[(&format!("{POST}role"), &p.role), (&format!("{POST}specialty"), &p.specialty)], None)),
        ("identifier", identifiers(&p.source_key, held)),
        ("active", active.into()),
        ("name", json!([{ "text": p.name }])),
        ("telecom", telecom(p.phone.as_ref(), p.email.as_ref())),
        ("communication", communication),
    ])
}

fn extensions(texts: &[(&str, &str)], numbers: Option<(f64, Option<i64>)>) -> Value {
    let mut all: Vec<Value> =
        texts.iter().filter(|(_, t)| !t.is_empty()).map(|(url, text)| json!({ "url": url, "valueString": text })).collect();
    if let Some((confidence, share)) = numbers {
        all.push(json!({ "url": CONFIDENCE, "valueDecimal": confidence }));
        all.extend(share.map(|s| json!({ "url": format!("{POST}share"), "valueInteger": s })));
    }
    Value::Array(all)
}

/// A link between two records, given by their keys.
pub fn link(kind: LinkKind, l: &Affiliation, child: &str, parent: &str) -> Value {
    let named = format!("{}|{child}|{parent}|{}", kind.code(), l.valid_from);
    let numbers = Some((l.confidence, l.share));
    let days = period::write(l.valid_from, l.valid_to);
    if kind == LinkKind::PersonAccount {
        let role = PersonRole::parse(&l.role);
        let code =
            if l.role.is_empty() { Value::Null } else { json!([concept(ROLE, &l.role, role.map_or(l.role.as_str(), |r| r.label()))]) };
        return resource(vec![
            ("resourceType", "PractitionerRole".into()),
            ("id", id_of("r", &named).into()),
            ("meta", meta("PractitionerRole", &l.source)),
            ("extension", extensions(&[(&format!("{POST}title"), &l.title), (&format!("{POST}department"), &l.department)], numbers)),
            ("active", l.valid_to.is_none().into()),
            ("period", days),
            ("practitioner", reference("Practitioner", "p", child)),
            ("organization", reference("Organization", "a", parent)),
            ("code", code),
        ]);
    }
    let prefix = |kind: &str| kind[..1].to_owned();
    resource(vec![
        ("resourceType", "OrganizationAffiliation".into()),
        ("id", id_of("f", &named).into()),
        ("meta", meta("OrganizationAffiliation", &l.source)),
        ("extension", extensions(&[(&format!("{POST}role"), &l.role)], numbers)),
        ("active", l.valid_to.is_none().into()),
        ("period", days),
        ("organization", reference("Organization", &prefix(kind.parent()), parent)),
        ("participatingOrganization", reference("Organization", &prefix(kind.child()), child)),
        ("code", json!([concept(LINK, kind.code(), kind.label())])),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_that_fhir_asks_for() {
        for key in ["CHSP00001", "ccn:240010", "ключ", "", &"x".repeat(300)] {
            let id = id_of("a", key);
            assert!((1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'), "{id}");
        }
        assert_ne!(id_of("a", "ccn:1"), id_of("a", "ccn:2"));
    }
}
