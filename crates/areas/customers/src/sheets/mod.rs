//! Sheets: the one shape of a page of commercial rows: a head, figures, filters, tables, a form, and what other areas add.
//!
//! A capability fills a [`Sheet`] and hands it to [`Sheet::respond`]; a [`Table`] alone is the content of a panel.
//! Public: [`Sheet`], [`Section`], [`Part`], [`Table`], [`Cell`], [`Act`], [`Form`], [`NoticeLine`], [`csv`]. Owns no tables.

mod model;
mod pages;

pub use model::{Act, Cell, Form, NoticeLine, Part, Section, Table};
pub use pages::{Sheet, csv, samples};

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];
