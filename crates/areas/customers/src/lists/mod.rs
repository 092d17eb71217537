//! Lists: keyset pages over one sort key, forwards and backwards, so that page 1,000 is as quick as page 1.
//!
//! Public: [`Keyset`], [`Slice`], [`fetch`], [`count`], [`href`], [`kept`], [`pager`], [`sort_link`]; [`SortBy`], [`fetch_sorted`],
//! [`sortable`] (lists with several orders). Owns no tables.

mod api;
mod queries;

pub use api::listed;
pub use queries::{Keyset, Place, Slice, all, count, fetch, href, kept, pager, sort_link};
pub use queries::{SortBy, fetch_sorted, sortable};
pub use rounds_platform::views::chosen;

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];

/// Rows a page.
pub const PER_PAGE: usize = 50;
