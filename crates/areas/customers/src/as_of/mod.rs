//! As of: the state of the record on a day of the past, asked for by `?as_of=YYYY-MM-DD` on any page.
//!
//! Public: [`AsOf`] (a handler's argument, and a field of a page's address), [`AsOfBar`] (the line that shows the day, with its picker).
//!
//! In a handler: `as_of: AsOf` among the arguments; in SQL: `as_of.holds("f")` in place of `f.valid_to IS NULL`; in links:
//! `as_of.parameter()` beside the other parameters, or `as_of.link("/accounts/7")`; in a template:
//! `{% import "as_of/templates/as_of.html" as dated %}` and `{{ dated::bar(as_of) }}` under the page's head.
//!
//! What a visitor may see is decided by today's scope, whatever day is shown: the past opens no doors. Owns no tables.

mod model;

pub use model::{AsOf, AsOfBar};

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];
