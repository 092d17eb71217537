//! The list of reports: what it is narrowed to, its orders, and the lines behind it.

use super::super::model::LATE;
use super::{LINE_COLUMNS, line_source};
use rounds_customers::lists::{Keyset, Place, SortBy};
use rounds_customers::parties::mapped;
use rounds_kernel::Actor;
use rounds_platform::scope;
use rounds_store::contains;
use sea_orm::FromQueryResult;
use serde::Deserialize;

/// What the list is narrowed to, and its order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::tracings) struct Ask {
    pub name: String,
    pub show: String,
    pub sort: String,
    pub after: String,
    pub before: String,
}

/// A report on a page of the list; its lines are added up for the page alone.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::tracings) struct Listed {
    pub id: i64,
}

/// Ways to sort it: by what stands on the report itself, never by sums of its lines.
pub(in crate::tracings) const SORTS: &[SortBy] = &[
    SortBy::text("distributor", "Distributor", "d.code"),
    SortBy::number("period", "Period", "r.period_to"),
    SortBy::number("lag", "Lag", "(r.received_on - r.period_to)"),
];

/// What the list shows.
pub(in crate::tracings) const SHOWS: &[(&str, &str)] = &[("", "All"), ("counting", "Counting"), ("replaced", "Replaced"), ("late", "Late")];

impl Ask {
    pub fn parameters(&self) -> [(&str, &str); 3] {
        [("name", &self.name), ("show", &self.show), ("sort", &self.sort)]
    }

    /// Narrows a list that reads reports as `r` and their distributors as `d`.
    fn narrow(&self, list: &mut Keyset) {
        if !self.name.trim().is_empty() {
            list.filter("LOWER(d.code) LIKE LOWER({}) ESCAPE '!'", contains(&self.name));
        }
        match self.show.as_str() {
            "counting" => list.conditions.push("r.replaced_by IS NULL".into()),
            "replaced" => list.conditions.push("r.replaced_by IS NOT NULL".into()),
            "late" => list.filter("r.received_on - r.period_to > {}", LATE),
            _ => {}
        }
    }

    /// Reports with lines within scope: the newest period first, in it by distributor and the newest version first.
    pub fn list(&self, actor: &Actor) -> Keyset {
        let line = format!(
            "EXISTS (SELECT 1 FROM tracing_line t {} WHERE t.report_id = r.id AND {})",
            mapped("t.party_id", "t.day"),
            scope::accounts(actor, "l.account_id")
        );
        let mut list = Keyset {
            columns: "r.id".into(),
            from: "tracing_report r JOIN distributor d ON d.id = r.distributor_id".into(),
            conditions: vec![line],
            args: Vec::new(),
            // One text that rises while periods and versions fall: days and versions keep their number of digits.
            key: "CAST(10000000 - r.period_to AS TEXT) || ' ' || d.code || ' ' || CAST(100000 - r.version AS TEXT)".into(),
            numeric: false,
            descending: false,
            id: "r.id".into(),
        };
        self.narrow(&mut list);
        list.sort(SORTS, &self.sort);
        list
    }

    pub fn place(&self) -> Place {
        Place::read(&self.after, &self.before)
    }

    /// Lines for the export: of the reports chosen by hand, or those that count of all reports listed. Replaced reports are in it
    /// only when they are asked for, since their lines would be counted twice.
    pub fn lines(&self, actor: &Actor, chosen: &[i64]) -> Keyset {
        let mut list = lines_of(actor);
        self.narrow(&mut list);
        if !chosen.is_empty() {
            let ids = chosen.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            list.conditions.push(format!("t.report_id IN ({ids})"));
        } else if self.show != "replaced" {
            list.conditions.push("t.current = 1".into());
        }
        list
    }
}

/// All lines within scope, newest first.
pub(in crate::tracings) fn lines_of(actor: &Actor) -> Keyset {
    Keyset {
        columns: LINE_COLUMNS.into(),
        from: line_source(),
        conditions: vec![scope::accounts(actor, "l.account_id")],
        args: Vec::new(),
        key: "t.day".into(),
        numeric: true,
        descending: true,
        id: "t.id".into(),
    }
}
