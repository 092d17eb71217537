//! What the record does not know.

use crate::trial::model::Blank;
use rounds_kernel::Result;
use rounds_store::{Db, FromQueryResult, Query};

/// A field that may be unknown.
#[derive(Debug, Clone, Copy)]
pub(in crate::trial) struct Field {
    /// Code in addresses.
    pub code: &'static str,
    /// What is unknown of how many.
    pub title: &'static str,
    /// `account` or `person`.
    pub table: &'static str,
    /// Holds where it is unknown.
    pub unknown: &'static str,
}

const fn field(code: &'static str, title: &'static str, table: &'static str, unknown: &'static str) -> Field {
    Field { code, title, table, unknown }
}

/// Everything that is asked.
pub(in crate::trial) const FIELDS: &[Field] = &[
    field("account-street", "Accounts without a street", "account", "account.street = ''"),
    field("account-zip", "Accounts without a postcode", "account", "account.zip = ''"),
    field("account-phone", "Accounts without a telephone", "account", "COALESCE(account.phone, '') = ''"),
    field("account-beds", "Accounts without a size (beds)", "account", "account.beds IS NULL"),
    field(
        "account-system",
        "Accounts without a system",
        "account",
        "NOT EXISTS (SELECT 1 FROM affiliation x WHERE x.child_kind = 'account' AND x.child_id = account.id AND x.valid_to IS NULL)",
    ),
    field(
        "account-potential",
        "Accounts without a potential",
        "account",
        "NOT EXISTS (SELECT 1 FROM potential x WHERE x.account_id = account.id)",
    ),
    field(
        "account-people",
        "Accounts without a person",
        "account",
        "NOT EXISTS (SELECT 1 FROM affiliation x WHERE x.child_kind = 'person' AND x.parent_kind = 'account' AND x.parent_id = account.id \
         AND x.valid_to IS NULL)",
    ),
    field("person-email", "People without an e-mail", "person", "COALESCE(person.email, '') = ''"),
    field("person-phone", "People without a telephone", "person", "COALESCE(person.phone, '') = ''"),
    field("person-specialty", "People without a specialty", "person", "person.specialty = ''"),
    field(
        "person-account",
        "People without an account",
        "person",
        "NOT EXISTS (SELECT 1 FROM affiliation x WHERE x.child_kind = 'person' AND x.child_id = person.id AND x.valid_to IS NULL)",
    ),
    field(
        "person-permission",
        "People whose permission is unknown",
        "person",
        "NOT EXISTS (SELECT 1 FROM permission x WHERE x.person_id = person.id)",
    ),
    field(
        "person-contact",
        "People nobody ever contacted",
        "person",
        "NOT EXISTS (SELECT 1 FROM fact x WHERE x.person_id = person.id AND x.kind = 'contact')",
    ),
];

#[derive(FromQueryResult)]
struct Counted {
    missing: i64,
    whole: i64,
}

/// How often each field is unknown.
pub(super) async fn count(db: &Db) -> Result<Vec<Blank>> {
    let mut out = Vec::with_capacity(FIELDS.len());
    for f in FIELDS {
        let sql = format!("SELECT COUNT(CASE WHEN {} THEN 1 END) AS missing, COUNT(*) AS whole FROM {}", f.unknown, f.table);
        let found: Option<Counted> = db.one(&sql, vec![]).await?;
        out.extend(found.map(|c| Blank { code: f.code.into(), unknown: c.missing, all: c.whole }));
    }
    Ok(out)
}
