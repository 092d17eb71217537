//! Pages of what was found, and of records with something unknown.

use super::unknown::Field;
use crate::trial::store::seen;
use rounds_customers::lists::{Keyset, Place, Slice, fetch};
use rounds_customers::scope;
use rounds_kernel::{Actor, Cursor, Result};
use rounds_store::{Db, FromQueryResult};

/// A found row as a page shows it.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(in crate::trial) struct Found {
    pub id: i64,
    pub rank: i64,
    pub what: String,
    pub sub: String,
    pub href: String,
    pub detail: String,
    pub n: i64,
    pub minor: i64,
    pub currency: String,
}

/// One page of a finding, the largest first.
pub(in crate::trial) async fn found(db: &Db, actor: &Actor, finding: &str, place: &Place) -> Result<Slice<Found>> {
    let mut list = Keyset {
        columns: "id, rank, what, sub, href, detail, n, minor, currency".into(),
        from: "trial_row".into(),
        conditions: vec![seen(actor)],
        args: Vec::new(),
        key: "rank".into(),
        numeric: true,
        descending: true,
        id: "id".into(),
    };
    list.filter("finding = {}", finding);
    fetch(db, &list, place, |f: &Found| Cursor { key: f.rank.to_string(), id: f.id }).await
}

/// A record with something unknown.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(in crate::trial) struct Blanks {
    pub id: i64,
    pub name: String,
}

/// One page of records that do not say a field, by name.
pub(in crate::trial) async fn blanks(db: &Db, actor: &Actor, field: &Field, place: &Place) -> Result<Slice<Blanks>> {
    let scoped = if field.table == "account" { scope::accounts(actor) } else { scope::people(actor) };
    let t = field.table;
    let list = Keyset {
        columns: format!("{t}.id, {t}.name"),
        from: t.into(),
        conditions: vec![field.unknown.into(), scoped],
        args: Vec::new(),
        key: format!("{t}.name"),
        numeric: false,
        descending: false,
        id: format!("{t}.id"),
    };
    fetch(db, &list, place, |b: &Blanks| Cursor { key: b.name.clone(), id: b.id }).await
}
