//! Consent: who may be contacted and how, the contact ledger, and the one gate that all outreach passes.

pub mod access;
pub mod choices;
pub mod country_rules;
pub mod gate;
pub mod ledger;
pub mod permissions;
pub mod personal_data;
pub mod preferences;
pub mod wordings;

use rounds_customers::identifiers::EntityKind::{Account, Person};
use rounds_customers::merging::{Once, Reference, RowKey, Wins};
use rounds_platform::imports::Importer;
use rounds_platform::jobs::{Context, Report, Work};
use rounds_store::MigrationTrait;
use rounds_web::Route;

/// Columns of this area that hold what people wrote.
pub const NOTES: &[rounds_customers::screening::Kept] = &[
    rounds_customers::screening::Kept::new("access_rule", "note"),
    rounds_customers::screening::Kept::new("permission", "basis"),
    rounds_customers::screening::Kept::new("permission", "evidence"),
];

/// Where rows of this area point at accounts and people.
///
/// Permissions never grow by a merge: a grant of the record that goes does not move (it is kept with the merge, and comes back with
/// un-merge), and of two answers for one channel the stricter stays.
pub const REFERENCES: &[Reference] = &[
    Reference::new("permission", "person_id", Person).never("{row}.state = 'granted' AND {row}.valid_to IS NULL").once(&[Once {
        columns: &["channel", "purpose"],
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
    Reference::new("access_rule", "person_id", Person),
    Reference::new("access_rule", "account_id", Account),
    Reference::new("preference_task", "person_id", Person).once(&[Once {
        columns: &["channel", "task", "origin"],
        among: "",
        wins: Wins::Survivor,
    }]),
    Reference::new("personal_wish", "person_id", Person).once(&[Once { columns: &[], among: "", wins: Wins::Latest("at") }]),
    Reference::new("confirmation", "person_id", Person),
    Reference::new("data_request", "person_id", Person),
];

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    let mut routes = permissions::routes();
    routes.extend(ledger::routes());
    routes.extend(access::routes());
    routes.extend(choices::routes());
    routes.extend(country_rules::routes());
    routes.extend(wordings::routes());
    routes.extend(gate::routes());
    routes.extend(preferences::routes());
    routes
}

/// Files of the area that can be imported.
pub fn importers() -> Vec<Box<dyn Importer>> {
    let mut all = ledger::importers();
    all.push(Box::new(permissions::PermissionFile));
    all.push(Box::new(preferences::PreferenceFile));
    all.push(Box::new(access::AccessFile));
    all
}

/// What the area does by itself, once in a while: permissions that ran out are closed, everyone is counted again when something
/// changed, and once a day it is observed how people like to be met.
///
/// # Errors
/// Of the database; it is safe to try again.
pub async fn keep_up(runner: &rounds_store::Runner) -> rounds_kernel::Result<()> {
    permissions::keep_up(runner).await?;
    preferences::keep_up(runner).await
}

/// Kind of the job that keeps permissions and preferences up.
pub const KEEP_UP: &str = "consent-keep-up";

/// [`keep_up`] as recurring work.
pub struct KeepUpWork;

#[async_trait::async_trait]
impl Work for KeepUpWork {
    fn kind(&self) -> &'static str {
        KEEP_UP
    }

    async fn run(&self, context: &Context) -> rounds_kernel::Result<Report> {
        keep_up(&context.runner).await?;
        Ok(serde_json::json!({ "said": "Permissions that ran out are closed; everyone is counted and observed." }))
    }
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = permissions::migrations();
    all.extend(preferences::migrations());
    all.extend(gate::migrations());
    all.extend(access::migrations());
    all.extend(choices::migrations());
    all.extend(country_rules::migrations());
    all.extend(wordings::migrations());
    all.extend(personal_data::migrations());
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = permissions::samples();
    all.extend(ledger::samples());
    all.extend(access::samples());
    all.extend(choices::samples());
    all.extend(country_rules::samples());
    all.extend(wordings::samples());
    all.extend(gate::samples());
    all.extend(preferences::samples());
    all.extend(personal_data::samples());
    all
}
