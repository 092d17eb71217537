//! Consent: who may be contacted and how, the contact ledger, and the one gate that all outreach passes.

pub mod gate;
pub mod ledger;
pub mod permissions;
pub mod preferences;

use rounds_customers::identifiers::EntityKind::{Account, Person};
use rounds_customers::merging::{Once, Reference, RowKey, Wins};
use rounds_platform::imports::Importer;
use rounds_store::MigrationTrait;
use rounds_web::Route;

/// Where rows of this area point at accounts and people.
///
/// Permissions never grow by a merge: a grant of the record that goes does not move (it is kept with the merge, and comes back with
/// un-merge), and of two answers for one channel the stricter stays.
pub const REFERENCES: &[Reference] = &[
    Reference::new("permission", "person_id", Person).never("{row}.state = 'granted' AND {row}.valid_to IS NULL").once(&[Once {
        columns: &["channel"],
        among: "{row}.valid_to IS NULL",
        wins: Wins::First("state", &["denied", "unknown", "granted"]),
    }]),
    Reference::new("preference", "person_id", Person).keyed_by(RowKey::Text("channel")).once(&[Once {
        columns: &["channel"],
        among: "",
        wins: Wins::Survivor,
    }]),
    Reference::new("clearance", "person_id", Person),
    Reference::new("clearance", "account_id", Account),
];

/// All importers of the area.
pub fn importers() -> Vec<Box<dyn Importer>> {
    ledger::importers()
}

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    let mut routes = permissions::routes();
    routes.extend(ledger::routes());
    routes
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = permissions::migrations();
    all.extend(preferences::migrations());
    all.extend(gate::migrations());
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = permissions::samples();
    all.extend(ledger::samples());
    all
}
