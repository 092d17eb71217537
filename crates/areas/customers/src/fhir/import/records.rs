//! Organizations, places and people of a file.

use super::super::FhirReport;
use super::super::commands::{Numbers, Write};
use super::super::model::read::{self, items, text};
use super::index::{Index, Target};
use crate::accounts::AccountRow;
use crate::groups::GroupRow;
use crate::people::PersonRow;
use crate::systems::SystemRow;
use rounds_kernel::PersonRole;
use serde_json::Value;

fn numbers(
    resource: &Value,
    key: &str,
    kind: &'static str,
    source: &str,
    rows: &mut Write,
    report: &mut FhirReport,
) -> Vec<(String, String)> {
    let (good, bad) = read::numbers(resource);
    for number in bad {
        let cause = format!("{number} fails its check and was left out; the rest of the resource was read.");
        report.issue(&read::local_name(resource), "fhir.number_failed", cause, "Look the number up and correct it at its source.");
        report.rejected -= 1;
    }
    rows.numbers.push(Numbers { kind: kind.into(), key: key.into(), source: source.into(), values: good.clone() });
    good
}

/// A system, an account or a buying group.
pub(super) fn organization(index: &Index, full_url: &str, resource: &Value, rows: &mut Write, report: &mut FhirReport) {
    let Some(target) = index.own(full_url, resource) else {
        let cause = "The organization has no id, no identifier, and its Bundle gives no fullUrl: it cannot be told apart.";
        return report.issue(full_url, "fhir.no_id", cause, "Give it an id.");
    };
    let name = text(resource, "name");
    if name.is_empty() {
        return report.issue(&read::local_name(resource), "fhir.no_name", "The organization has no name.", "Fill in its name.");
    }
    let source = read::source(resource, &index.source);
    let [street, city, state, zip, country] = read::address(items(&resource["address"]).next().unwrap_or(&Value::Null));
    let (kind, key) = target.parts();
    let held = numbers(resource, key, kind, &source, rows, report);
    match target {
        Target::System(key) => rows.systems.push(SystemRow {
            source_key: key.clone(),
            name: name.into(),
            city,
            state,
            country,
            source,
            ..SystemRow::default()
        }),
        Target::Group(key) => rows.groups.push(GroupRow {
            line: 0,
            source_key: key.clone(),
            name: name.into(),
            kind: read::group_kind(resource),
            city,
            country,
            source,
        }),
        _ => rows.accounts.push(AccountRow {
            street,
            city,
            state,
            zip,
            country: if country.is_empty() { "US".into() } else { country },
            phone: read::telecom(resource, "phone"),
            identifiers: held,
            ..AccountRow::new(key, name, read::setting(resource), &source)
        }),
    }
}

/// A place: the address of its organization, or an account of its own.
pub(super) fn location(index: &Index, full_url: &str, resource: &Value, rows: &mut Write, report: &mut FhirReport) {
    let own_key = index.key_of(full_url, resource);
    let [street, city, state, zip, country] = read::address(&resource["address"]);
    let source = read::source(resource, &index.source);
    let country = if country.is_empty() { "US".to_owned() } else { country };
    if index.is_own_place(&own_key) {
        if text(resource, "name").is_empty() {
            let cause = "The place has no name, and no account of this file manages it.";
            return report.issue(&read::local_name(resource), "fhir.no_name", cause, "Fill in its name or its managing organization.");
        }
        let held = numbers(resource, &own_key, "account", &source, rows, report);
        let row = AccountRow::new(own_key, text(resource, "name"), read::setting(resource), &source);
        rows.accounts.push(AccountRow {
            street,
            city,
            state,
            zip,
            country,
            phone: read::telecom(resource, "phone"),
            identifiers: held,
            ..row
        });
        return;
    }
    let Some(Target::Account(key)) = index.own(full_url, resource) else { return };
    let Some((name, setting, false)) = index.account(key) else { return };
    let row = AccountRow::new(key, name, *setting, &source);
    rows.accounts.push(AccountRow { street, city, state, zip, country, phone: read::telecom(resource, "phone"), ..row });
}

/// A person. Where they work is told by their roles.
pub(super) fn practitioner(index: &Index, full_url: &str, resource: &Value, rows: &mut Write, report: &mut FhirReport) {
    let Some(Target::Person(key)) = index.own(full_url, resource) else {
        let cause = "The practitioner has no id, no identifier, and its Bundle gives no fullUrl: they cannot be told apart.";
        return report.issue(full_url, "fhir.no_id", cause, "Give them an id.");
    };
    let name = read::human_name(resource);
    if name.is_empty() {
        return report.issue(&read::local_name(resource), "fhir.no_name", "The practitioner has no name.", "Fill in their name.");
    }
    let source = read::source(resource, &index.source);
    numbers(resource, key, "person", &source, rows, report);
    let said = index.role_of(full_url, resource);
    let specialty = read::extension(resource, "specialty");
    let language = items(&resource["communication"]).flat_map(|c| items(&c["coding"])).map(|c| text(c, "code")).next().unwrap_or_default();
    rows.people.push(PersonRow {
        line: 0,
        source_key: key.clone(),
        name,
        // A directory of practitioners names those who treat patients unless it says otherwise.
        role: read::role(resource).or_else(|| said.and_then(|(code, _)| read::role(code))).unwrap_or(PersonRole::Physician),
        specialty: if specialty.is_empty() { said.map_or(String::new(), |(_, s)| s.clone()) } else { specialty.to_owned() },
        email: read::telecom(resource, "email"),
        phone: read::telecom(resource, "phone"),
        language: language.to_owned(),
        account_key: String::new(),
        affil_from: index.today,
        source,
    });
}
