//! Links of a file.

use super::super::FhirReport;
use super::super::commands::{LinkRow, Write};
use super::super::model::period;
use super::super::model::read::{self, text};
use super::index::{Index, Target};
use crate::affiliations::{LinkKind, Post};
use rounds_kernel::Day;
use serde_json::Value;

/// The kind of link between two kinds of records.
fn kind_between(child: &str, parent: &str) -> Option<LinkKind> {
    match (child, parent) {
        ("account", "system") => Some(LinkKind::AccountSystem),
        ("system", "system") => Some(LinkKind::SystemSystem),
        ("account", "account") => Some(LinkKind::AccountAccount),
        ("account", "group") => Some(LinkKind::AccountGroup),
        ("system", "group") => Some(LinkKind::SystemGroup),
        ("person", "account") => Some(LinkKind::PersonAccount),
        _ => None,
    }
}

fn row(resource: &Value, source: String, kind: LinkKind, child: &Target, parent: &Target, (from, to): (Day, Option<Day>)) -> LinkRow {
    LinkRow {
        resource: read::local_name(resource),
        kind: kind.code().into(),
        child: child.parts().1.to_owned(),
        parent: parent.parts().1.to_owned(),
        from,
        to,
        whole: false,
        source,
        confidence: read::confidence(resource),
        post: Post::default(),
    }
}

/// The day of a statement without a period: when the resource was last changed, or today.
fn said_on(index: &Index, resource: &Value) -> Day {
    period::first_day(text(&resource["meta"], "lastUpdated")).ok().filter(|d| *d <= index.today).unwrap_or(index.today)
}

/// `Organization.partOf`: holds when the file was made, since when is not said.
pub(super) fn part_of(index: &Index, full_url: &str, resource: &Value, rows: &mut Write, report: &mut FhirReport) {
    if !resource["partOf"].is_object() {
        return;
    }
    let (Some(child), Some(parent)) = (index.own(full_url, resource), index.target(&resource["partOf"])) else {
        return unknown(resource, "partOf", report);
    };
    let Some(kind) = kind_between(child.parts().0, parent.parts().0) else { return impossible(resource, report) };
    let source = read::source(resource, &index.source);
    rows.links.push(LinkRow { whole: true, ..row(resource, source, kind, child, parent, (said_on(index, resource), None)) });
}

/// A place of an organization that is an account of its own.
pub(super) fn place(index: &Index, full_url: &str, resource: &Value, rows: &mut Write) {
    if !index.is_own_place(&index.key_of(full_url, resource)) {
        return;
    }
    let parent = index.target(&resource["managingOrganization"]).or_else(|| index.target(&resource["partOf"]));
    let (Some(child), Some(parent)) = (index.own(full_url, resource), parent) else { return };
    let Some(kind) = kind_between("account", parent.parts().0).filter(|_| child != parent) else { return };
    let source = read::source(resource, &index.source);
    let role = if kind == LinkKind::AccountAccount { "campus".into() } else { String::new() };
    let link = row(resource, source, kind, child, parent, (said_on(index, resource), None));
    rows.links.push(LinkRow { whole: true, post: Post { role, ..Post::default() }, ..link });
}

fn unknown(resource: &Value, field: &str, report: &mut FhirReport) {
    let address = text(&resource[field], "reference");
    let cause =
        format!("Its {field} ({}) is not among the resources of this file.", if address.is_empty() { "not given" } else { address });
    report.issue(&read::local_name(resource), "fhir.reference_unknown", cause, "Put both resources into one file.");
}

fn impossible(resource: &Value, report: &mut FhirReport) {
    let cause = "The record has no link between records of these kinds.";
    report.issue(
        &read::local_name(resource),
        "fhir.link_impossible",
        cause,
        "Link an account or a system to a system, or either to a buying group.",
    );
}

/// The days of a resource, none of them ahead.
fn days(index: &Index, resource: &Value, report: &mut FhirReport) -> Option<(Day, Option<Day>)> {
    let name = read::local_name(resource);
    let (from, to) = match period::read(&resource["period"]) {
        Ok(days) => days,
        Err(why) => {
            report.issue(&name, "fhir.period_unclear", format!("Its period cannot be used: {why}."), "Correct its dates (YYYY-MM-DD).");
            return None;
        }
    };
    let from = from.unwrap_or_else(|| to.map_or(said_on(index, resource), |to| said_on(index, resource).min(to.plus(-1))));
    if from > index.today {
        report.issue(&name, "fhir.in_future", format!("It begins on {from}, which lies ahead."), "Import it again when it has begun.");
        return None;
    }
    // An end that lies ahead is not one yet.
    Some((from, to.filter(|to| *to <= index.today)))
}

/// An organization's part in another, with its days.
pub(super) fn affiliation(index: &Index, resource: &Value, rows: &mut Write, report: &mut FhirReport) {
    let (parent, child) = (index.target(&resource["organization"]), index.target(&resource["participatingOrganization"]));
    let Some(parent) = parent else { return unknown(resource, "organization", report) };
    let Some(child) = child else { return unknown(resource, "participatingOrganization", report) };
    let ends = (child.parts().0, parent.parts().0);
    let said = read::said_link(resource).filter(|k| (k.child(), k.parent()) == ends);
    let Some(kind) = said.or_else(|| kind_between(ends.0, ends.1)) else { return impossible(resource, report) };
    let Some(days) = days(index, resource, report) else { return };
    let post = Post { role: read::extension(resource, "role").to_owned(), ..Post::default() };
    let source = read::source(resource, &index.source);
    rows.links.push(LinkRow { post, ..row(resource, source, kind, child, parent, days) });
}

/// What a person does where, with its days.
pub(super) fn role(index: &Index, resource: &Value, rows: &mut Write, report: &mut FhirReport) {
    let Some(child @ Target::Person(_)) = index.target(&resource["practitioner"]) else { return unknown(resource, "practitioner", report) };
    let places = read::items(&resource["location"]).filter_map(|l| index.target(l));
    let place = index.target(&resource["organization"]).into_iter().chain(places).find(|t| matches!(t, Target::Account(_)));
    let Some(parent) = place else {
        if index.target(&resource["organization"]).is_some() {
            return impossible(resource, report);
        }
        return unknown(resource, "organization", report);
    };
    let Some(days) = days(index, resource, report) else { return };
    let source = read::source(resource, &index.source);
    rows.links.push(LinkRow { post: read::post(resource), ..row(resource, source, LinkKind::PersonAccount, child, parent, days) });
}
