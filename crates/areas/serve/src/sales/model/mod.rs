//! A sale line in the trade's words.

mod sums;

pub(super) use sums::{DaySum, Rates, Total, by_currency, in_reporting};

use rounds_customers::reading::Words;
use serde::{Deserialize, Serialize};

/// What a document is.
pub(super) const KINDS: Words = &[
    ("order", "Order"),
    ("invoice", "Invoice"),
    ("return", "Return"),
    ("credit", "Credit"),
    ("fill", "Consignment fill-up"),
    ("usage", "Consignment use"),
];

/// How goods reach the customer and when they are billed.
pub(super) const SUPPLIES: Words =
    &[("stock", "From stock"), ("consignment", "Consignment"), ("bill_only", "Bill only"), ("drop_ship", "Drop shipment")];

/// Kinds that count as billed: what customers owe, less what came back.
pub(super) const BILLED: &str = "('invoice', 'return', 'credit')";

/// True for documents that take money or goods back.
pub(super) fn takes_back(kind: &str) -> bool {
    matches!(kind, "return" | "credit")
}

/// The party numbers of a line, in the order sold-to, ship-to, bill-to, payer; blank ones are the ship-to's.
pub type Four = [String; 4];

/// A sale line on its way into the record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SaleRow {
    /// Line in the file; 0 if there is none.
    pub file_line: u64,
    /// System that keeps the document.
    pub erp: String,
    /// Code of the kind of document.
    pub kind: String,
    /// Document number.
    pub doc_no: String,
    /// Line in the document, or the article where lines have no number.
    pub line: String,
    /// Day of the document.
    pub day: i64,
    /// Party numbers.
    pub parties: Four,
    /// Name of the ship-to, if the file gives it.
    pub name: String,
    /// Street, town, state, postal code of the ship-to, if the file gives them.
    pub place: [String; 4],
    /// Article as written: code, device identifier, GTIN, or its name where the file gives nothing else.
    pub product: String,
    /// The article's name, if the file gives it: it decides where the code is not in the catalogue.
    #[serde(default)]
    pub product_name: String,
    /// Quantity in thousandths of the unit; negative when goods come back.
    pub milli: i64,
    /// Unit as written.
    pub unit: String,
    /// Net amount in minor units; negative when money goes back.
    pub minor: i64,
    /// Currency.
    pub currency: String,
    /// Price type, such as list, contract, promotion.
    pub price_type: String,
    /// Contract the price comes from, as written.
    pub contract_no: String,
    /// The customer's purchase order.
    pub po_no: String,
    /// Code of how it was supplied.
    pub supply: String,
    /// Why it came back.
    pub reason: String,
    /// Document it follows: the order of an invoice, the invoice of a return.
    pub ref_doc: String,
}

/// What an account was sold of a family in one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct FamilySales {
    /// Account.
    pub account_id: i64,
    /// Product family; empty when the article is not in the catalogue.
    pub family: String,
    /// Currency.
    pub currency: String,
    /// Net amount in minor units.
    pub minor: i64,
    /// Base units in thousandths, of the lines whose unit is known.
    pub milli: i64,
    /// Lines whose unit is not known.
    pub unknown_units: i64,
}
