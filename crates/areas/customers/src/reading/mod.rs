//! Reading commercial files: amounts, quantities, currencies, days and the trade's words, in the forms in which ERP systems,
//! distributors and spreadsheets write them; and writing them back for people.
//!
//! Money is kept in minor units of its own currency (cents, whole yen), quantities in thousandths, so that sums are exact on
//! both engines. Amounts with more digits than the currency has are rounded half away from zero.
//!
//! Public: [`Reader`] (typed cells of a row), [`minor_units`], [`thousandths`], [`day`], [`currency`], [`money`], [`exact`],
//! [`quantity`], [`times`], [`word`], [`label`], [`Words`], [`Read`].

mod model;

pub use model::amounts::{currency, exact, minor_units, money, quantity, thousandths, times};
pub use model::days::day;
pub use model::reader::{Read, Reader};
pub use model::words::{Words, label, word};

/// Tables this capability owns: none.
pub const TABLES: &[&str] = &[];
