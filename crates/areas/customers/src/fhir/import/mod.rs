//! A file of FHIR resources into the record: first every resource is named, so that references find it wherever it stands, then
//! organizations, people and links are written, in chunks of at most 500, each in a transaction of its own.

mod index;
mod links;
mod records;
mod scan;

use super::FhirReport;
use super::commands::Write;
use index::Index;
use rounds_kernel::{Actor, Result};
use rounds_store::Runner;
use scan::Source;

/// Resources a transaction.
const CHUNK: usize = 500;

/// Imports a Bundle, NDJSON, or a single resource. `source` names where it comes from, for what the resources do not say themselves.
///
/// # Errors
/// `fhir.unreadable` when the text is no JSON of either kind; resources that cannot be used are in the report.
pub async fn receive(runner: &Runner, actor: &Actor, bytes: &[u8], source: &str) -> Result<FhirReport> {
    actor.require(rounds_kernel::Permission::WriteRecord)?;
    let file = Source::open(bytes)?;
    let mut report = FhirReport::default();
    let mut index = Index::new(source, runner.now().day());
    file.each(&mut |full_url, resource| index.name(full_url, resource, &mut report))?;
    index.settle();
    for step in [Step::Organizations, Step::Places, Step::People, Step::Links] {
        let mut rows = Write::default();
        let mut chunks = Vec::new();
        file.each(&mut |full_url, resource| {
            step.read(&index, full_url, resource, &mut rows, &mut report);
            if rows.len() >= CHUNK {
                chunks.push(std::mem::take(&mut rows));
            }
        })?;
        chunks.push(rows);
        for chunk in chunks.into_iter().filter(|c| c.len() > 0) {
            report.absorb(runner.run(actor, chunk).await?);
        }
    }
    Ok(report)
}

/// What is written when: each step refers only to what those before it wrote.
#[derive(Debug, Clone, Copy)]
enum Step {
    Organizations,
    Places,
    People,
    Links,
}

impl Step {
    fn read(self, index: &Index, full_url: &str, resource: &serde_json::Value, rows: &mut Write, report: &mut FhirReport) {
        let kind = super::model::read::text(resource, "resourceType");
        match (self, kind) {
            (Self::Organizations, "Organization") => records::organization(index, full_url, resource, rows, report),
            (Self::Places, "Location") => records::location(index, full_url, resource, rows, report),
            (Self::People, "Practitioner") => records::practitioner(index, full_url, resource, rows, report),
            (Self::Links, "Organization") => links::part_of(index, full_url, resource, rows, report),
            (Self::Links, "Location") => links::place(index, full_url, resource, rows),
            (Self::Links, "OrganizationAffiliation") => links::affiliation(index, resource, rows, report),
            (Self::Links, "PractitionerRole") => links::role(index, resource, rows, report),
            _ => {}
        }
    }
}
