//! The list of lines.

use crate::sales::model::{KINDS, SUPPLIES};
use rounds_customers::lists::{Keyset, Place, SortBy};
use rounds_customers::parties::mapped;
use rounds_customers::reading::word;
use rounds_kernel::{Actor, Cursor, Result};
use rounds_platform::scope;
use rounds_store::{Query, args};
use sea_orm::FromQueryResult;
use serde::Deserialize;

/// What the list is narrowed to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::sales) struct Ask {
    pub kind: String,
    pub supply: String,
    pub account: String,
    pub party: String,
    pub product: String,
    pub doc: String,
    pub sort: String,
    pub after: String,
    pub before: String,
}

/// A line as the list shows it.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(in crate::sales) struct Row {
    pub id: i64,
    pub kind: String,
    pub doc_no: String,
    pub line: String,
    pub day: i64,
    pub party_id: i64,
    pub number: String,
    pub account_id: Option<i64>,
    pub account: Option<String>,
    pub product_id: Option<i64>,
    pub product: Option<String>,
    pub family: Option<String>,
    pub product_text: Option<String>,
    pub milli: i64,
    pub unit: String,
    pub minor: i64,
    pub currency: String,
    pub supply: String,
    pub version: i64,
}

const COLUMNS: &str = "s.id, s.kind, s.doc_no, s.line, s.day, s.ship_to_id AS party_id, p.number, l.account_id, a.name AS account, \
    s.product_id, i.name AS product, i.family, s.product_text, s.milli, s.unit, s.minor, s.currency, s.supply, s.version";

const DOCUMENT: SortBy = SortBy::text("document", "Document", "s.doc_no");
const DAY: SortBy = SortBy::number("day", "Day", "s.day");

/// Ways to sort all lines: those whose order an index keeps.
const SORTS: &[SortBy] = &[DOCUMENT, DAY];

/// Ways to sort the lines of one account, party or document, which are few enough to be put in order when somebody asks.
const SORTS_OF_ONE: &[SortBy] = &[
    DOCUMENT,
    SortBy::text("kind", "Kind", "s.kind"),
    DAY,
    SortBy::text("product", "Product", "COALESCE(i.name, s.product_text, '')"),
    SortBy::number("quantity", "Quantity", "s.milli"),
    SortBy::number("amount", "Net amount", "s.minor"),
];

impl Ask {
    pub fn parameters(&self) -> [(&str, &str); 7] {
        [
            ("kind", &self.kind),
            ("supply", &self.supply),
            ("account", &self.account),
            ("party", &self.party),
            ("product", &self.product),
            ("doc", &self.doc),
            ("sort", &self.sort),
        ]
    }

    pub fn narrowed(&self) -> bool {
        self.parameters().iter().any(|(name, v)| *name != "sort" && !v.is_empty())
    }

    /// Ways to sort the lines asked for.
    pub fn sorts(&self) -> &'static [SortBy] {
        let of_one = self.account().is_some() || self.party.parse::<i64>().is_ok() || !self.doc.trim().is_empty();
        if of_one { SORTS_OF_ONE } else { SORTS }
    }

    pub fn account(&self) -> Option<i64> {
        self.account.parse().ok()
    }

    pub fn list(&self, actor: &Actor) -> Keyset {
        let mut list = Keyset {
            columns: COLUMNS.into(),
            from: format!(
                "sale_line s JOIN party p ON p.id = s.ship_to_id {} LEFT JOIN account a ON a.id = l.account_id LEFT JOIN product i ON i.id = s.product_id",
                mapped("s.ship_to_id", "s.day")
            ),
            conditions: vec![scope::accounts(actor, "l.account_id")],
            args: Vec::new(),
            key: "s.day".into(),
            numeric: true,
            descending: true,
            id: "s.id".into(),
        };
        if let Some(kind) = word(KINDS, &self.kind) {
            list.filter("s.kind = {}", kind);
        }
        if let Some(supply) = word(SUPPLIES, &self.supply) {
            list.filter("s.supply = {}", supply);
        }
        if let Some(account) = self.account() {
            list.filter("s.ship_to_id IN (SELECT party_id FROM party_account WHERE account_id = {})", account);
            list.filter("l.account_id = {}", account);
        }
        if let Ok(party) = self.party.parse::<i64>() {
            list.filter("s.ship_to_id = {}", party);
        }
        if let Ok(product) = self.product.parse::<i64>() {
            list.filter("s.product_id = {}", product);
        }
        if !self.doc.trim().is_empty() {
            list.filter("s.doc_no = {}", self.doc.trim().to_owned());
        }
        list.sort(self.sorts(), &self.sort);
        list
    }

    pub fn cursor(row: &Row) -> Cursor {
        Cursor { key: row.day.to_string(), id: row.id }
    }
}

/// Where the page starts.
pub(in crate::sales) fn place_of(ask: &Ask) -> Place {
    Place::read(&ask.after, &ask.before)
}

/// Name of an account within scope.
pub(in crate::sales) async fn account_name(db: &impl Query, actor: &Actor, id: i64) -> Result<Option<String>> {
    let sql = format!("SELECT account.name FROM account WHERE account.id = $1 AND {}", scope::accounts(actor, "account.id"));
    db.text(&sql, args![id]).await
}

/// What a line was before it was restated.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(in crate::sales) struct Was {
    pub line: String,
    pub version: i64,
    pub milli: i64,
    pub unit: String,
    pub minor: i64,
    pub currency: String,
    pub source: String,
    pub replaced_at: i64,
}

pub(in crate::sales) async fn was(db: &impl Query, lines: &[i64]) -> Result<Vec<Was>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let list = lines.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT s.line, w.version, w.milli, w.unit, w.minor, w.currency, w.source, w.replaced_at FROM sale_line_was w \
         JOIN sale_line s ON s.id = w.line_id WHERE w.line_id IN ({list}) ORDER BY w.replaced_at DESC, w.id DESC"
    );
    db.all(&sql, vec![]).await
}
