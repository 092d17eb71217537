//! Mail that the product sends: kept in the transaction that wants it, delivered by SMTP afterwards.
//!
//! A mail is a row, written by [`enqueue`] in the same transaction as the change it tells of; the server's postman ([`deliver`],
//! [`deliver_forever`]) sends what is due, tries again with growing pauses, and gives up after [`MOST_ATTEMPTS`] or when the mail server
//! refuses for good. Without a mail server set up (Admin, Settings) mails wait and can be read on `/mail`.
//!
//! Public: [`Mail`], [`enqueue`], [`Outcome`], [`deliver`], [`deliver_forever`], [`SendAgain`]. Routes: `/mail`, `/mail/{id}`
//! (`Administer`), `/mail/{id}/again` (POST). Tables: [`TABLES`].

mod commands;
mod jobs;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use commands::SendAgain;
pub use jobs::{Outcome, deliver, deliver_forever};
pub use model::{MOST_ATTEMPTS, Mail, MailState};
pub use pages::samples;
pub use store::{enqueue, migrations};

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["outgoing_mail"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/mail", Permission::Administer, pages::list).menu("Admin", "Mail"),
        Route::get("/mail/{id}", Permission::Administer, pages::detail),
        Route::post("/mail/{id}/again", Permission::Administer, pages::again),
    ]
}
