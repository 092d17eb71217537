//! Outgoing webhooks: what was committed is told to other programs, signed, at least once.
//!
//! A subscription names topics of the outbox. [`deliver`] finds new messages that its owner may see, keeps a delivery for each
//! (unique by message, so that none is lost and none is made twice), and sends them in the order of each endpoint: Standard Webhooks
//! headers, growing pauses between attempts, dead letters that can be replayed. Addresses inside the network are refused ([`Guard`]).
//! Routes: `/webhooks`, `/webhooks/{id}` and acts, `/api/v1/webhooks`. Tables: [`TABLES`].

mod api;
mod commands;
mod jobs;
mod model;
mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use commands::{ChangeWebhook, MakeWebhook, RemoveWebhook, Replay, RotateSecret, SendTest};
pub use jobs::{Guard, Sight, deliver, deliver_once};
pub use model::{TOPICS, signature};
pub use pages::{LOOPBACK, samples};
pub use store::migrations;

use rounds_kernel::Permission;
use rounds_web::Route;

/// Tables this capability owns.
pub const TABLES: &[&str] = &["webhook", "webhook_delivery"];

/// Routes of this capability.
pub fn routes() -> Vec<Route> {
    let may = Permission::Administer;
    let mut all = api::routes();
    all.extend([
        Route::get("/webhooks", may, pages::list).menu("Admin", "Webhooks"),
        Route::post("/webhooks/make", may, pages::make),
        Route::get("/webhooks/{id}", may, pages::detail),
        Route::post("/webhooks/{id}/switch", may, pages::switch),
        Route::post("/webhooks/{id}/test", may, pages::test),
        Route::post("/webhooks/{id}/rotate", may, pages::rotate),
        Route::post("/webhooks/{id}/replay", may, pages::replay),
        Route::post("/webhooks/{id}/remove", may, pages::remove),
    ]);
    all
}
