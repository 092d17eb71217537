//! Platform: users and roles, scope, jobs, the import framework, keys, webhooks, the audit log. Every other area may build on it.

pub mod audit;
pub mod backup;
pub mod health;
pub mod imports;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod me;
pub mod passwords;
pub mod scope;
pub mod second_factor;
pub mod setup;
pub mod sign_on;
pub mod users;
pub mod views;
pub mod webhooks;

use rounds_store::MigrationTrait;
use rounds_web::Route;

/// All routes of the area.
pub fn routes(recurring: Vec<jobs::Recurring>) -> Vec<Route> {
    let mut routes = users::routes();
    routes.extend(jobs::routes(recurring));
    routes.extend(health::routes());
    routes.extend(audit::routes());
    routes.extend(mail::routes());
    routes.extend(setup::routes());
    routes.extend(keys::routes());
    routes.extend(views::routes());
    routes.extend(webhooks::routes());
    routes.extend(passwords::routes());
    routes.extend(second_factor::routes());
    routes.extend(sign_on::routes());
    routes.extend(me::routes());
    routes
}

/// All migrations of the area.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut all = users::migrations();
    all.extend(scope::migrations());
    all.extend(imports::migrations());
    all.extend(mail::migrations());
    all.extend(keys::migrations());
    all.extend(views::migrations());
    all.extend(webhooks::migrations());
    all.extend(passwords::migrations());
    all.extend(second_factor::migrations());
    all.extend(sign_on::migrations());
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = users::samples();
    all.extend(jobs::samples());
    all.extend(audit::samples());
    all.extend(imports::samples());
    all.extend(mail::samples());
    all.extend(passwords::samples());
    all.extend(second_factor::samples());
    all.extend(sign_on::samples());
    all.extend(me::samples());
    all.extend(setup::samples());
    all.extend(keys::samples());
    all.extend(webhooks::samples());
    all
}

/// Everything the area can import.
pub fn importers() -> Vec<Box<dyn imports::Importer>> {
    vec![Box::new(users::UserImporter)]
}
