//! Counts over the whole record.

use rounds_kernel::{Error, Result};
use rounds_store::{FromQueryResult, Query, args};

/// A kind of record, its table, and what counts as known of it: field and SQL expression that is NULL where it is not.
type Fields = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const FIELDS: &[Fields] = &[
    ("Systems", "health_system", &[("Town", "NULLIF(city, '')"), ("State", "NULLIF(state, '')")]),
    (
        "Accounts",
        "account",
        &[
            ("Street", "NULLIF(street, '')"),
            ("Postal code", "NULLIF(zip, '')"),
            ("Telephone", "phone"),
            ("Referral region", "hrr"),
            ("Staffed beds", "beds"),
            ("Ownership", "ownership"),
        ],
    ),
    ("People", "person", &[("Specialty", "NULLIF(specialty, '')"), ("E-mail", "email"), ("Telephone", "phone")]),
    (
        "Products",
        "product",
        &[("Family", "NULLIF(family, '')"), ("Business unit", "NULLIF(business_unit, '')"), ("Stage", "NULLIF(stage, '')")],
    ),
];

/// One field of a kind of record: how many of how many know it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub kind: &'static str,
    pub field: &'static str,
    pub known: i64,
    pub of: i64,
}

/// Completeness of every field that may be unknown.
pub(super) async fn completeness(db: &impl Query) -> Result<Vec<Known>> {
    let mut out = Vec::new();
    for (kind, table, fields) in FIELDS {
        let counts: Vec<String> = fields.iter().map(|(_, expression)| format!("COUNT({expression})")).collect();
        let rows = db.fetch(&format!("SELECT COUNT(*), {} FROM {table}", counts.join(", ")), vec![]).await?;
        let row = rows.first().ok_or_else(|| Error::internal("a count without a row"))?;
        let number = |i: usize| row.try_get_by_index::<i64>(i).map_err(rounds_store::db_err);
        let of = number(0)?;
        for (i, (field, _)) in fields.iter().enumerate() {
            out.push(Known { kind, field, known: number(i + 1)?, of });
        }
    }
    Ok(out)
}

/// How many records of a kind a source told of within so many days.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Age {
    pub entity_kind: String,
    pub source: String,
    pub records: i64,
    pub month: i64,
    pub year: i64,
    pub last_at: i64,
}

/// Every source with how old its word is.
pub(super) async fn ages(db: &impl Query, now: i64) -> Result<Vec<Age>> {
    const DAY: i64 = 86_400_000_000;
    let sql = "SELECT entity_kind, source, COUNT(*) AS records, COUNT(CASE WHEN recorded_at >= $1 THEN 1 END) AS month, \
               COUNT(CASE WHEN recorded_at >= $2 THEN 1 END) AS year, MAX(recorded_at) AS last_at \
               FROM source_record GROUP BY entity_kind, source ORDER BY entity_kind, COUNT(*) DESC, source";
    db.all(sql, args![now - 30 * DAY, now - 365 * DAY]).await
}

/// What one steward settled.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Steward {
    pub name: Option<String>,
    pub merged: i64,
    pub undone: i64,
    pub different: i64,
}

/// What each steward settled since `since`.
pub(super) async fn stewards(db: &impl Query, since: i64) -> Result<Vec<Steward>> {
    let sql = "SELECT u.name, CAST(SUM(s.merged) AS BIGINT) AS merged, CAST(SUM(s.undone) AS BIGINT) AS undone, \
               CAST(SUM(s.different) AS BIGINT) AS different FROM ( \
               SELECT user_id, COUNT(*) AS merged, COUNT(undone_at) AS undone, 0 AS different FROM merge WHERE at >= $1 GROUP BY user_id \
               UNION ALL SELECT settled_by AS user_id, 0 AS merged, 0 AS undone, COUNT(*) AS different FROM match_pair \
               WHERE state = 'different' AND settled_at >= $1 GROUP BY settled_by) s \
               LEFT JOIN app_user u ON u.id = s.user_id GROUP BY u.name ORDER BY u.name";
    db.all(sql, args![since]).await
}

/// Merges in force.
pub(super) async fn merges(db: &impl Query) -> Result<i64> {
    db.number("SELECT COUNT(*) FROM merge WHERE undone_at IS NULL", vec![]).await
}
