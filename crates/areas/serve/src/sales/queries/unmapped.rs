//! Ship-tos that stand for no account, with what they bought.

use crate::sales::model::BILLED;
use rounds_customers::lists::{Keyset, Place, SortBy};
use rounds_kernel::{Actor, Scope};
use rounds_store::contains;
use sea_orm::FromQueryResult;
use serde::Deserialize;

/// What the list is narrowed to, and its order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::sales) struct UnmappedAsk {
    pub name: String,
    pub sort: String,
    pub after: String,
    pub before: String,
}

/// A ship-to that stands for no account, with its sales in one currency.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(in crate::sales) struct Unmapped {
    /// Its first line: a ship-to has one row a currency, so its own id would not tell them apart.
    pub id: i64,
    pub party_id: i64,
    pub erp: String,
    pub number: String,
    pub name: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub currency: String,
    pub lines: i64,
    pub ordered: i64,
    pub billed: i64,
    pub last_day: i64,
}

/// Ways to sort it; the ones with most lines first if none is asked for. The sums are made of unmapped lines alone, for every order.
pub(in crate::sales) const SORTS: &[SortBy] = &[
    SortBy::text("number", "Ship-to", "u.number"),
    SortBy::text("name", "Name", "u.name"),
    SortBy::number("lines", "Lines", "u.lines"),
    SortBy::number("ordered", "Ordered", "u.ordered"),
    SortBy::number("billed", "Billed", "u.billed"),
    SortBy::number("last", "Last", "u.last_day"),
];

impl UnmappedAsk {
    pub fn parameters(&self) -> [(&str, &str); 2] {
        [("name", &self.name), ("sort", &self.sort)]
    }

    pub fn place(&self) -> Place {
        Place::read(&self.after, &self.before)
    }

    /// Ship-tos without an account; only for those who see the whole base.
    pub fn list(&self, actor: &Actor) -> Keyset {
        let from = format!(
            "(SELECT MIN(s.id) AS id, p.id AS party_id, p.erp, p.number, p.name, p.city, p.state, p.zip, s.currency, COUNT(*) AS lines, \
             CAST(SUM(CASE WHEN s.kind = 'order' THEN s.minor ELSE 0 END) AS BIGINT) AS ordered, \
             CAST(SUM(CASE WHEN s.kind IN {BILLED} THEN s.minor ELSE 0 END) AS BIGINT) AS billed, MAX(s.day) AS last_day \
             FROM party p JOIN sale_line s ON s.ship_to_id = p.id \
             WHERE NOT EXISTS (SELECT 1 FROM party_account l WHERE l.party_id = p.id AND (l.valid_to IS NULL OR l.valid_to > l.valid_from)) \
             GROUP BY p.id, p.erp, p.number, p.name, p.city, p.state, p.zip, s.currency) u"
        );
        let mut list = Keyset {
            columns:
                "u.id, u.party_id, u.erp, u.number, u.name, u.city, u.state, u.zip, u.currency, u.lines, u.ordered, u.billed, u.last_day"
                    .into(),
            from,
            conditions: vec![if actor.scope == Scope::All { "1 = 1" } else { "1 = 0" }.into()],
            args: Vec::new(),
            // Most lines first, and of as many the one that came first.
            key: "-u.lines".into(),
            numeric: true,
            descending: false,
            id: "u.id".into(),
        };
        if !self.name.trim().is_empty() {
            list.filter("LOWER(u.name || ' ' || u.number) LIKE LOWER({}) ESCAPE '!'", contains(&self.name));
        }
        list.sort(SORTS, &self.sort);
        list
    }
}
