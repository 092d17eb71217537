//! Public files: the United States provider market as its agencies publish it.
//!
//! | kind | file | what it does |
//! |---|---|---|
//! | `ahrq-systems` | AHRQ Compendium of U.S. Health Systems, system list | systems |
//! | `ahrq-hospitals` | AHRQ Compendium, hospital linkage (12 columns in 2018, 25 in later releases) | accounts, their numbers, their systems |
//! | `cms-hospitals` | CMS Hospital General Information | adds rating, ownership and telephone by CCN; unknown hospitals become accounts |
//! | `dartmouth-zip-hrr` | Dartmouth Atlas ZIP to HSA to HRR | referral regions of ZIP codes and of the accounts in them |
//!
//! The files may come in any order and again: the record ends up the same. Public: [`importers`]. Owns no tables.

mod import;

pub use import::importers;

/// Tables this capability owns: none, it writes through the capabilities that own them.
pub const TABLES: &[&str] = &[];
