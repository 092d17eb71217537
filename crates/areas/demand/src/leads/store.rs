//! SQL and migrations of the table `lead`.

use super::OpenLead;
use rounds_kernel::{AccountId, Actor, Cursor, Error, LeadId, Page, PersonId, Result, Time, UserId};
use rounds_platform::scope;
use rounds_store::{MigrationTrait, Query, SqlMigration, Value, args};
use sea_orm::FromQueryResult;
use std::collections::BTreeMap;

/// Migrations of this capability.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        SqlMigration {
            name: "m20261122_150000_demand_lead",
            up: "
CREATE TABLE lead (
  id {id}, account_id BIGINT NOT NULL, person_id BIGINT, source TEXT NOT NULL, family TEXT, note TEXT NOT NULL,
  captured_at BIGINT NOT NULL, captured_by BIGINT, taken_by BIGINT, taken_at BIGINT, closed_at BIGINT, closed_by BIGINT,
  close_reason TEXT, natural_key TEXT UNIQUE);
CREATE INDEX lead_captured ON lead (captured_at, id);
CREATE INDEX lead_account ON lead (account_id, captured_at, id);
",
        }
        .boxed(),
    ]
}

#[derive(FromQueryResult)]
struct OpenRow {
    id: i64,
    account_id: i64,
    person_id: Option<i64>,
    family: Option<String>,
    captured_at: i64,
    taken_by: Option<i64>,
}

/// All leads captured by `as_of` and not closed then, oldest first. One query over the whole base: made for planning.
pub async fn open_leads(db: &impl Query, as_of: Time) -> Result<Vec<OpenLead>> {
    let sql = "SELECT id, account_id, person_id, family, captured_at, taken_by FROM lead \
               WHERE captured_at <= $1 AND (closed_at IS NULL OR closed_at > $2) ORDER BY captured_at, id";
    let rows = db.all::<OpenRow>(sql, args![as_of.0, as_of.0]).await?;
    Ok(rows
        .into_iter()
        .map(|r| OpenLead {
            id: LeadId(r.id),
            account: AccountId(r.account_id),
            person: r.person_id.map(PersonId),
            family: r.family,
            captured_at: Time(r.captured_at),
            taken_by: r.taken_by.map(UserId),
        })
        .collect())
}

/// One lead as a list shows it.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct LeadLine {
    pub id: i64,
    pub account_id: i64,
    pub account: String,
    pub person_id: Option<i64>,
    pub person: Option<String>,
    pub source: String,
    pub family: Option<String>,
    pub note: String,
    pub captured_at: i64,
    pub taken_by: Option<i64>,
    pub taker: Option<String>,
    pub taken_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub close_reason: Option<String>,
}

/// Columns of a [`LeadLine`].
pub(super) const COLUMNS: &str = "l.id, l.account_id, a.name AS account, l.person_id, p.name AS person, l.source, l.family, l.note, \
    l.captured_at, l.taken_by, u.name AS taker, l.taken_at, l.closed_at, l.close_reason";

/// Leads with the names that stand beside them.
pub(super) const FROM: &str = "lead l JOIN account a ON a.id = l.account_id LEFT JOIN person p ON p.id = l.person_id \
    LEFT JOIN app_user u ON u.id = l.taken_by";

/// Which leads a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    Waiting,
    Taken,
    Closed,
}

impl Show {
    pub(super) fn parse(code: &str) -> Self {
        match code {
            "taken" => Self::Taken,
            "closed" => Self::Closed,
            _ => Self::Waiting,
        }
    }

    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::Waiting => "l.closed_at IS NULL AND l.taken_by IS NULL",
            Self::Taken => "l.closed_at IS NULL AND l.taken_by IS NOT NULL",
            Self::Closed => "l.closed_at IS NOT NULL",
        }
    }
}

/// A page of leads within scope: open ones the longest waiting first, closed ones the newest first. `account` narrows to one.
pub(super) async fn page(
    db: &impl Query,
    actor: &Actor,
    show: Show,
    account: Option<i64>,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<LeadLine>> {
    let back = show == Show::Closed;
    let (op, order, edge) = if back { ("<", "DESC", i64::MAX) } else { (">", "ASC", i64::MIN) };
    let (at, id) = after.map_or((edge, edge), |c| (c.key.parse().unwrap_or(edge), c.id));
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE {} AND {} AND (l.captured_at {op} $1 OR (l.captured_at = $2 AND l.id {op} $3)) AND ($4 = 0 OR l.account_id = $5) \
         ORDER BY l.captured_at {order}, l.id {order} LIMIT $6",
        show.condition(),
        scope::accounts(actor, "l.account_id")
    );
    let narrowed = account.unwrap_or(0);
    let rows = db.all(&sql, args![at, at, id, narrowed, narrowed, limit as i64 + 1]).await?;
    Ok(Page::from_fetched(rows, limit, |r: &LeadLine| Cursor { key: r.captured_at.to_string(), id: r.id }))
}

/// How many leads wait and are taken within scope, and how many are due to answer: captured before `since`.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Counts {
    pub waiting: i64,
    pub taken: i64,
    pub late: i64,
}

pub(super) async fn counts(db: &impl Query, actor: &Actor, since: Time) -> Result<Counts> {
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(CASE WHEN l.taken_by IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS waiting, \
         CAST(COALESCE(SUM(CASE WHEN l.taken_by IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS taken, \
         CAST(COALESCE(SUM(CASE WHEN l.taken_by IS NULL AND l.captured_at < $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS late \
         FROM lead l WHERE l.closed_at IS NULL AND {}",
        scope::accounts(actor, "l.account_id")
    );
    Ok(db.one(&sql, args![since.0]).await?.unwrap_or_default())
}

/// The lead, if it is within the actor's scope.
pub(super) async fn get(db: &impl Query, actor: &Actor, id: LeadId) -> Result<LeadLine> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE l.id = $1 AND {}", scope::accounts(actor, "l.account_id"));
    db.one(&sql, args![id.0]).await?.ok_or_else(|| Error::not_found("lead"))
}

#[derive(FromQueryResult)]
struct CoverRow {
    account_id: i64,
    business_unit: String,
    name: String,
}

#[derive(FromQueryResult)]
struct FamilyRow {
    family: String,
    business_unit: String,
}

/// Families and their business unit.
pub(super) async fn families(db: &impl Query) -> Result<BTreeMap<String, String>> {
    let rows = db.all::<FamilyRow>("SELECT DISTINCT family, business_unit FROM product ORDER BY family", vec![]).await?;
    Ok(rows.into_iter().map(|r| (r.family, r.business_unit)).collect())
}

/// Who covers each account today: names by account and business unit.
pub(super) async fn covering(db: &impl Query, accounts: &[i64], today: i64) -> Result<BTreeMap<i64, Vec<(String, String)>>> {
    let mut out: BTreeMap<i64, Vec<(String, String)>> = BTreeMap::new();
    if accounts.is_empty() {
        return Ok(out);
    }
    let ids = accounts.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT DISTINCT c.account_id, c.business_unit, u.name FROM coverage c JOIN app_user u ON u.id = c.owner_id \
         WHERE c.account_id IN ({ids}) AND c.valid_from <= $1 AND (c.valid_to IS NULL OR c.valid_to > $2) AND c.role <> 'success' \
         ORDER BY c.account_id, c.business_unit, u.name"
    );
    for r in db.all::<CoverRow>(&sql, args![today, today]).await? {
        out.entry(r.account_id).or_default().push((r.business_unit, r.name));
    }
    Ok(out)
}

/// An account or person by id and name.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Named {
    pub id: i64,
    pub name: String,
}

/// Accounts within scope whose key or whole name is `text`; at most three, since two are already too many.
pub(super) async fn accounts_named(db: &impl Query, actor: &Actor, text: &str) -> Result<Vec<Named>> {
    let sql = format!(
        "SELECT a.id, a.name FROM account a WHERE (a.source_key = $1 OR a.name = $2) AND {} ORDER BY a.id LIMIT 3",
        scope::accounts(actor, "a.id")
    );
    db.all(&sql, args![text, text]).await
}

/// The account, if it is within the actor's scope.
pub(super) async fn account(db: &impl Query, actor: &Actor, id: AccountId) -> Result<Named> {
    let sql = format!("SELECT a.id, a.name FROM account a WHERE a.id = $1 AND {}", scope::accounts(actor, "a.id"));
    db.one(&sql, args![id.0]).await?.ok_or_else(|| Error::not_found("account"))
}

/// People who work at the account now.
pub(super) async fn people_at(db: &impl Query, account: AccountId) -> Result<Vec<Named>> {
    let sql = "SELECT p.id, p.name FROM affiliation f JOIN person p ON p.id = f.child_id WHERE f.parent_kind = 'account' AND f.parent_id = $1 \
               AND f.child_kind = 'person' AND f.valid_to IS NULL ORDER BY p.name, p.id LIMIT 500";
    db.all(sql, args![account.0]).await
}

/// Columns written at capture.
pub(super) const INTO: &[&str] = &["account_id", "person_id", "source", "family", "note", "captured_at", "captured_by", "natural_key"];

/// Values for [`INTO`].
pub(super) struct NewLead {
    pub account: i64,
    pub person: Option<i64>,
    pub source: String,
    pub family: Option<String>,
    pub note: String,
    pub captured_at: Time,
    pub captured_by: Option<i64>,
    pub natural_key: Option<String>,
}

impl NewLead {
    pub(super) fn values(self) -> Vec<Value> {
        args![self.account, self.person, self.source, self.family, self.note, self.captured_at.0, self.captured_by, self.natural_key]
    }
}
