//! Platform: users and roles, scope, jobs, the import framework, keys, webhooks, the audit log. Every other area may build on it.

pub mod audit;
pub mod imports;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod scope;
pub mod setup;
pub mod users;
pub mod views;
pub mod webhooks;

use rounds_store::MigrationTrait;
use rounds_web::Route;

/// All routes of the area.
pub fn routes() -> Vec<Route> {
    let mut routes = users::routes();
    routes.extend(jobs::routes());
    routes.extend(audit::routes());
    routes.extend(mail::routes());
    routes.extend(setup::routes());
    routes.extend(keys::routes());
    routes.extend(views::routes());
    routes.extend(webhooks::routes());
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
    all
}

/// Every page of the area drawn from its sample.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = users::samples();
    all.extend(jobs::samples());
    all.extend(audit::samples());
    all.extend(imports::samples());
    all.extend(mail::samples());
    all.extend(setup::samples());
    all.extend(keys::samples());
    all.extend(webhooks::samples());
    all
}
