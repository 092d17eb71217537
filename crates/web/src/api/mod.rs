//! The JSON API: one declaration an operation gives its address, permission, checks and its part of the OpenAPI document.
//!
//! An area declares operations in the `api.rs` of a capability and adds them to its routes:
//!
//! ```ignore
//! api::Operation::get("/api/v1/accounts/{id}", Permission::ReadRecord, "One account", one).route()
//! async fn one(call: Call, id: Id, _: Nothing) -> Result<AccountView> { … }
//! ```
//!
//! The types of the handler's arguments make the schemas; [`check`](mod@check) refuses what the schemas do not allow before the handler
//! runs, and [`document`] prints the same schemas: the two cannot drift apart. Failures are RFC 9457 problems, lists are cursor pages,
//! changes take an idempotency key, and what was read can be given back as `If-Match`.

mod admit;
mod answer;
mod call;
mod check;
mod cursor;
mod document;
mod headers;
mod operation;
pub(crate) mod pages;

mod schema;
mod words;

pub use admit::KeyHolder;
pub(crate) use admit::{Limits, admit};
pub(crate) use answer::problem_response;
pub use answer::{FieldError, problem_body};
pub use call::{Call, Id, Input, Nothing, PathPart, Text};
pub use cursor::{Listed, PageAsk, decode, encode};
pub use document::document;
pub use operation::{Declared, Operation, Verb};
pub use pages::ApiPage;
pub use utoipa::{PartialSchema, ToSchema};
pub use words::{CareSettingCode, ChannelCode, OutcomeCode, PermissionCode, PersonRoleCode, PurposeCode, RoleCode, SchemaOrRef, one_of};

/// Whether an address belongs to programs, which are answered with problem documents, never with pages.
pub(crate) fn for_programs(path: &str) -> bool {
    path.starts_with("/api/")
}
