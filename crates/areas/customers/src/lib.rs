//! Customers: systems, accounts, people, their dated affiliations, identifiers, referral regions and products; timeline and search.

pub mod accounts;
pub mod affiliations;
pub mod as_of;
pub mod changes;
pub mod classes;
pub mod company_files;
pub mod concentration;
pub mod contracts;
pub mod fhir;
pub mod governance;
pub mod groups;
pub mod identifiers;
pub mod installed_base;
pub mod lists;
pub mod matching;
pub mod merging;
pub mod names;
pub mod new_records;
pub mod panels;
pub mod parties;
pub mod people;
pub mod products;
pub mod profiles;
pub mod public_files;
pub mod reading;
pub mod regions;
pub mod releases;
pub mod scope;
pub mod screening;
pub mod search;
pub mod sheets;
pub mod sources;
pub mod stakeholders;
pub mod systems;
pub mod timeline;
pub mod transfers;

use rounds_platform::imports::Importer;
use rounds_store::MigrationTrait;
use rounds_web::Route;
use std::sync::Arc;

/// Where rows of the store, the platform and this area point at systems, accounts and people.
pub const REFERENCES: &[merging::Reference] = merging::OWN;

/// Columns of this area that hold what people wrote.
pub const NOTES: &[screening::Kept] = &[
    screening::Kept::new("stakeholder", "note"),
    screening::Kept::new("service_call", "text"),
    screening::Kept::new("profile_answer", "value"),
];

/// All importers of the area.
pub fn importers() -> Vec<Box<dyn Importer>> {
    let mut all = public_files::importers();
    all.extend(company_files::importers());
    all.extend(groups::importers());
    all.extend(regions::importers());
    all.extend(products::importers());
    all.extend(parties::importers());
    all.extend(contracts::importers());
    all.extend(installed_base::importers());
    all.extend(transfers::importers());
    all
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = systems::migrations();
    all.extend(accounts::migrations());
    all.extend(people::migrations());
    all.extend(affiliations::migrations());
    all.extend(identifiers::migrations());
    all.extend(products::migrations());
    all.extend(parties::migrations());
    all.extend(groups::migrations());
    all.extend(contracts::migrations());
    all.extend(installed_base::migrations());
    all.extend(regions::migrations());
    all.extend(screening::migrations());
    all.extend(sources::migrations());
    all.extend(merging::migrations());
    all.extend(matching::migrations());
    all.extend(names::migrations());
    all.extend(releases::migrations());
    all.extend(profiles::migrations());
    all.extend(stakeholders::migrations());
    all.extend(classes::migrations());
    all.extend(transfers::migrations());
    all.extend(company_files::migrations());
    all
}

/// All routes of the area. `panels` are what later areas show on the pages of accounts, people and systems.
pub fn routes(panels: Vec<Arc<dyn panels::Panel>>) -> Vec<Route> {
    let panels: panels::Panels = panels.into();
    let mut all = systems::routes(&panels);
    all.extend(accounts::routes(&panels));
    all.extend(people::routes(&panels));
    all.extend(new_records::routes());
    all.extend(identifiers::routes());
    all.extend(groups::routes());
    all.extend(affiliations::routes());
    all.extend(releases::routes());
    all.extend(products::routes(&panels));
    all.extend(contracts::routes(&panels));
    all.extend(installed_base::routes(&panels));
    all.extend(concentration::routes());
    all.extend(classes::routes());
    all.extend(fhir::routes());
    all.extend(search::routes());
    all.extend(timeline::routes());
    all.extend(sources::routes());
    all.extend(governance::routes());
    all.extend(profiles::routes());
    all.extend(stakeholders::routes());
    all
}

/// What this area shows on the pages of its records beside what the pages hold themselves.
pub fn own_panels() -> Vec<Arc<dyn panels::Panel>> {
    vec![
        Arc::new(contracts::ContractsPanel),
        Arc::new(installed_base::DevicesPanel),
        Arc::new(parties::PartiesPanel),
        Arc::new(matching::MergedPanel),
        Arc::new(transfers::TransfersPanel),
    ]
}

/// Every page of the area drawn from its samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = systems::samples();
    all.extend(accounts::samples());
    all.extend(people::samples());
    all.extend(new_records::samples());
    all.extend(identifiers::samples());
    all.extend(groups::samples());
    all.extend(affiliations::samples());
    all.extend(releases::samples());
    all.extend(concentration::samples());
    all.extend(classes::samples());
    all.extend(fhir::samples());
    all.extend(products::samples());
    all.extend(contracts::samples());
    all.extend(installed_base::samples());
    all.extend(search::samples());
    all.extend(timeline::samples());
    all.extend(screening::samples());
    all.extend(matching::samples());
    all.extend(sources::samples());
    all.extend(governance::samples());
    all.extend(profiles::samples());
    all.extend(stakeholders::samples());
    all.extend(sheets::samples());
    all
}
