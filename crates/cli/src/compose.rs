//! Puts the areas together: schema, routes, jobs, samples.

use rounds_customers::identifiers::EntityKind;
use rounds_customers::merging::Reference;
use rounds_customers::panels::Panel;
use rounds_customers::screening::Kept;
use rounds_kernel::{Clock, Result};
use rounds_platform::imports::{ImportWork, Importers, UndoWork};
use rounds_platform::jobs::{Every, Recurring, Work};
use rounds_store::{Db, Keys, MigrationTrait, MigratorTrait, Runner};
use rounds_web::Route;
use std::path::Path;
use std::sync::Arc;

/// The whole schema: the store's, the web's, then the areas' in their order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all = rounds_store::own_migrations();
        all.extend(rounds_web::migrations());
        all.extend(rounds_platform::migrations());
        all.extend(rounds_customers::migrations());
        all.extend(rounds_consent::migrations());
        all.extend(rounds_design::migrations());
        all.extend(rounds_demand::migrations());
        all.extend(rounds_engage::migrations());
        all.extend(rounds_serve::migrations());
        all.extend(rounds_measure::migrations());
        all
    }
}

/// All routes of all areas.
pub fn routes() -> Vec<Route> {
    let mut all = rounds_platform::routes(recurring());
    all.extend(rounds_platform::imports::routes(importers()));
    all.extend(rounds_customers::routes(panels()));
    all.extend(rounds_customers::matching::routes(references()));
    all.extend(rounds_customers::screening::routes(notes_kept()));
    all.extend(rounds_consent::routes());
    all.extend(rounds_consent::personal_data::routes(personal_data()));
    all.extend(rounds_design::routes());
    all.extend(rounds_demand::routes());
    all.extend(rounds_engage::routes());
    all.extend(rounds_serve::routes());
    all.extend(rounds_measure::routes());
    all
}

/// What areas show on the pages of accounts, people and systems, the most urgent first.
fn panels() -> Vec<Arc<dyn Panel>> {
    let mut all = rounds_engage::panels();
    all.push(Arc::new(rounds_design::coverage::CoveragePanel));
    all.push(Arc::new(rounds_design::who_to_call::WhoToCallPanel));
    all.push(Arc::new(rounds_design::potential::PotentialPanel));
    all.push(Arc::new(rounds_customers::stakeholders::StakeholderPanel));
    all.push(Arc::new(rounds_customers::profiles::ProfilePanel));
    all.push(Arc::new(rounds_consent::permissions::PermissionPanel));
    all.push(Arc::new(rounds_customers::sources::SourcesPanel));
    all.push(Arc::new(rounds_consent::choices::ChoicesPanel));
    all.push(Arc::new(rounds_consent::preferences::PreferencePanel));
    all.push(Arc::new(rounds_consent::access::AccessPanel));
    all.extend(rounds_demand::panels());
    all.extend(rounds_serve::panels());
    all.extend(rounds_customers::own_panels());
    all
}

/// Every column of every area that points at a system, an account or a person: what a merge moves.
pub fn references() -> Vec<Reference> {
    [
        rounds_customers::REFERENCES,
        rounds_customers::profiles::REFERENCES,
        rounds_customers::stakeholders::REFERENCES,
        rounds_consent::REFERENCES,
        rounds_design::REFERENCES,
        rounds_design::who_to_call::REFERENCES,
        rounds_demand::REFERENCES,
        rounds_engage::REFERENCES,
        rounds_serve::REFERENCES,
        rounds_measure::REFERENCES,
    ]
    .concat()
}

/// Columns beside the fact log that hold what people wrote.
fn notes_kept() -> Vec<Kept> {
    [rounds_customers::NOTES, rounds_consent::NOTES, rounds_demand::NOTES].concat()
}

/// Everything the program can import.
pub fn importers() -> Importers {
    let mut all = rounds_consent::permissions::with_refusals(rounds_customers::importers());
    all.extend(rounds_consent::importers());
    all.extend(rounds_design::importers());
    all.extend(rounds_serve::importers());
    all.extend(rounds_platform::importers());
    Arc::new(all)
}

/// Taking imports back, with all that may hang on their rows.
pub fn undo_work() -> UndoWork {
    let table = |r: &Reference| match r.entity {
        EntityKind::System => "health_system",
        EntityKind::Account => "account",
        EntityKind::Person => "person",
    };
    let links = references().iter().map(|r| (table(r), r.link())).collect();
    UndoWork { importers: importers(), links, follows: Arc::new(rounds_customers::affiliations::LinksFollow) }
}

/// Everywhere a person's data is kept: for their copy, and for its erasure.
pub fn personal_data() -> rounds_consent::personal_data::Registry {
    let mut all = rounds_consent::personal_data::own();
    all.extend(rounds_demand::personal_data());
    all.extend(rounds_engage::personal_data());
    Arc::new(all)
}

/// Every kind of long work.
pub fn works() -> Vec<Arc<dyn Work>> {
    let mut all: Vec<Arc<dyn Work>> = vec![
        Arc::new(ImportWork { importers: importers() }),
        Arc::new(rounds_customers::screening::FreeTextWork),
        Arc::new(rounds_consent::KeepUpWork),
        Arc::new(undo_work()),
        Arc::new(rounds_design::coverage::SearchFollowsCoverage),
        Arc::new(rounds_design::coverage::ScopeFollowsGrants),
        Arc::new(rounds_engage::next_best_action::PlanWork),
    ];
    all.push(Arc::new(rounds_customers::sources::SettleWork));
    all.extend(rounds_customers::matching::works(&references()));
    all.extend(rounds_measure::works());
    all
}

/// Work that the server asks for by itself.
pub fn recurring() -> Vec<Recurring> {
    let one = |kind, title, every| Recurring { kind, title, every };
    vec![
        one(rounds_platform::backup::KIND, "Nightly backup", Every::BackupHour),
        one(rounds_consent::KEEP_UP, "Permissions that ran out, reach and preferences", Every::Hour),
        one(rounds_measure::indicators::CONTACT_SUMS, "Contacts are counted by week", Every::Hour),
        one(rounds_customers::screening::KIND, "Notes are screened and indexed", Every::Hour),
        one(rounds_customers::matching::MATCH, "New records are compared with the record", Every::Day(3)),
    ]
}

/// Every page of every area drawn from its samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = rounds_platform::samples();
    all.extend(rounds_customers::samples());
    all.extend(rounds_consent::samples());
    all.extend(rounds_design::samples());
    all.extend(rounds_demand::samples());
    all.extend(rounds_engage::samples());
    all.extend(rounds_serve::samples());
    all.extend(rounds_measure::samples());
    all
}

/// Opens the record and brings its schema up to date.
///
/// # Errors
/// `store.unreachable`, `store.migration`.
pub async fn open(database: &str, clock: Arc<dyn Clock>) -> Result<Runner> {
    let db = Db::open(database).await?;
    db.migrate::<Migrator>().await?;
    db.note_changes().await?;
    let runner = Runner::new(db, clock).with_keys(keys(database)?);
    rounds_customers::search::catch_up(&runner).await?;
    Ok(runner)
}

/// The installation's key: `ROUNDS_KEY`, or the file beside the embedded database. Beside a server there is no file: its key ends with
/// this process, and what needs a lasting one says so.
fn keys(database: &str) -> Result<Keys> {
    if let Ok(text) = std::env::var("ROUNDS_KEY") {
        return Keys::from_hex(&text);
    }
    match database.strip_prefix("sqlite:").unwrap_or(database) {
        server if server.starts_with("postgres://") || server.starts_with("postgresql://") => Ok(Keys::passing()),
        file => Keys::beside(Path::new(file)),
    }
}
