//! What tests share: temporary databases on both engines, a site on a free port, a visitor with cookies, a browser.
//!
//! Knows no area: tests bring their own migrations and routes. Failures panic with the reason, as a test wants it.

mod browser;
mod database;
mod site;

pub use browser::Browser;
pub use database::{TempDb, databases, sqlite};
pub use site::{Answer, Site, Visitor};
