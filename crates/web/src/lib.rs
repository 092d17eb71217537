//! What all pages share: session, permissions, forms, layout, components, charts, live updates, problem pages.

pub mod api;
mod app;
mod assets;
mod auth;
pub mod charts;
pub mod components;
mod door;
mod drain;
pub mod gallery;
mod guard;
mod links;
mod live;
mod locale;
mod metrics;
pub mod plain;
mod problem;
mod route;
pub mod secret;
mod security;
mod session;
pub mod shell;
mod visitor;

pub use app::{Account, App, Attempt, Directory, WebConfig, build, own_routes};
pub use door::{Door, Pending, Second};
pub use locale::{Locale, known_zone};
pub use metrics::metrics_text;
pub use problem::{Problem, WebResult};
pub use route::Route;
pub use security::Address;
pub use session::{OWN_TABLES, SessionRow, SessionRules, end_sessions, migrations, sessions_of};
pub use shell::{Flash, Shell};
pub use visitor::{Flashes, Visitor, download, local, page};
