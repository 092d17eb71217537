//! What all pages share: session, permissions, forms, layout, components, charts, live updates, problem pages.

pub mod api;
mod app;
mod assets;
mod auth;
pub mod charts;
pub mod components;
pub mod gallery;
mod guard;
mod live;
mod problem;
mod route;
pub mod secret;
mod security;
mod session;
pub mod shell;
mod visitor;

pub use app::{Account, App, Directory, WebConfig, build, own_routes};
pub use problem::{Problem, WebResult};
pub use route::Route;
pub use session::{OWN_TABLES, migrations};
pub use shell::{Flash, Shell};
pub use visitor::{Flashes, Visitor, local, page};
