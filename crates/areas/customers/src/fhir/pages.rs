//! The page of FHIR in and out.

use super::model::{FhirReport, Format};
use super::{export, named, receive};
use axum::extract::{Multipart, Query as Asked, State};
use axum::http::header;
use axum::response::IntoResponse;
use rounds_kernel::{Error, Permission};
use rounds_web::components::{Column, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(Debug, askama::Template)]
#[template(path = "fhir/templates/show.html")]
struct FhirPage {
    shell: Shell,
    may_change: bool,
    report: Option<Told>,
}

#[derive(Debug)]
struct Told {
    summary: String,
    stats: Vec<Stat>,
    /// Types of resources and how many of each were left out.
    ignored: String,
    columns: Vec<Column>,
    issues: Vec<super::Issue>,
    more: u64,
}

fn told(report: FhirReport) -> Told {
    let number = |label: &str, n: u64| Stat::new(label, n.to_string(), "#issues");
    let tone = if report.rejected > 0 { Tone::Warn } else { Tone::Good };
    Told {
        summary: report.summary(),
        stats: vec![
            number("New", report.created),
            number("Changed", report.updated),
            number("Unchanged", report.unchanged),
            number("Not usable", report.rejected).note(if report.rejected > 0 { "see why below" } else { "all were read" }, tone),
        ],
        ignored: report.ignored.iter().map(|(kind, n)| format!("{kind} ({n})")).collect::<Vec<_>>().join(", "),
        columns: ["Resource", "What is wrong", "What to do", "Code"].map(Column::text).to_vec(),
        more: (report.issues.len() as u64).saturating_sub(200),
        issues: report.issues.into_iter().take(200).collect(),
    }
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> WebResult {
    let may_change = visitor.actor.may(Permission::WriteRecord);
    page(&FhirPage { shell: visitor.shell(&app, "FHIR"), may_change, report: None })
}

/// Which form is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExportAsk {
    format: String,
}

pub(super) async fn download(State(app): State<App>, visitor: Visitor, Asked(ask): Asked<ExportAsk>) -> WebResult {
    let format = Format::parse(if ask.format.is_empty() { "ndjson" } else { &ask.format }).ok_or_else(|| {
        Error::invalid("fhir.format_unknown", format!("“{}” is no form of export.", ask.format), "Ask for bundle or ndjson.")
    })?;
    let mut text = String::new();
    let mut out = |part: &str| {
        text.push_str(part);
        Ok(())
    };
    export(app.db(), &visitor.actor, format, &mut out).await?;
    let (kind, name) = match format {
        Format::Bundle => ("application/fhir+json", "attachment; filename=\"rounds-directory.json\""),
        Format::Ndjson => ("application/fhir+ndjson", "attachment; filename=\"rounds-directory.ndjson\""),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], text).into_response())
}

pub(super) async fn upload(State(app): State<App>, visitor: Visitor, mut form: Multipart) -> WebResult {
    let unreadable = |e: axum::extract::multipart::MultipartError| {
        Error::invalid("fhir.upload", format!("The upload could not be read: {e}."), "Try it again; files up to 64 MB are taken.")
    };
    let (mut bytes, mut source) = (None, String::new());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("file") => bytes = Some(field.bytes().await.map_err(unreadable)?),
            Some("source") => source = field.text().await.map_err(unreadable)?,
            _ => {}
        }
    }
    let bytes = bytes
        .filter(|b| !b.is_empty())
        .ok_or_else(|| Error::invalid("fhir.no_file", "No file was chosen.", "Choose a Bundle or NDJSON file."))?;
    let report = receive(app.runner(), &visitor.actor, &bytes, &named(&source)).await?;
    page(&FhirPage { shell: visitor.shell(&app, "FHIR"), may_change: true, report: Some(told(report)) })
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut report = FhirReport { created: 12, updated: 3, ..FhirReport::default() };
    report.ignored.insert("HealthcareService".into(), 4);
    report.issue(
        "PractitionerRole/<b>7</b>",
        "fhir.reference_unknown",
        "Its organization (Organization/9) is not in this file.",
        "Put both into one file.",
    );
    let draw = |may_change, report: Option<FhirReport>| {
        askama::Template::render(&FhirPage { shell: Shell::sample("FHIR"), may_change, report: report.map(told) }).unwrap_or_default()
    };
    vec![("fhir", draw(true, None)), ("fhir, reading only", draw(false, None)), ("fhir, imported", draw(true, Some(report)))]
}
