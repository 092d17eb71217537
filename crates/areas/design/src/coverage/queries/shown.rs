//! What the pages show, within the actor's scope: owners one may see, accounts one may see.

use super::holds;
use rounds_customers::lists::{Keyset, SortBy};
use rounds_kernel::{Actor, AlignmentId, Day, Result, Role};
use rounds_platform::scope;
use rounds_store::{FromQueryResult, Query, Value, args};
use std::collections::BTreeMap;

/// One alignment.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::coverage) struct AlignmentRow {
    pub id: i64,
    pub name: String,
    pub business_unit: String,
    pub role: String,
    pub filled_by: String,
    pub effective_from: i64,
}

impl AlignmentRow {
    /// First day.
    pub fn from(&self) -> Day {
        Day::stored(self.effective_from)
    }

    /// The role in words.
    pub fn role_label(&self) -> &str {
        Role::parse(&self.role).map_or(self.role.as_str(), |r| r.label())
    }

    /// How it was filled, in words.
    pub fn filled_label(&self) -> &'static str {
        super::super::FillBy::parse(&self.filled_by).map_or("Import", super::super::FillBy::label)
    }
}

const COLUMNS: &str = "id, name, business_unit, role, filled_by, effective_from";

/// All alignments, by business unit and role, newest first.
pub(in crate::coverage) async fn alignments(db: &impl Query) -> Result<Vec<AlignmentRow>> {
    db.all(&format!("SELECT {COLUMNS} FROM alignment ORDER BY business_unit, role, effective_from DESC, id DESC"), vec![]).await
}

/// One alignment.
pub(in crate::coverage) async fn alignment(db: &impl Query, id: AlignmentId) -> Result<Option<AlignmentRow>> {
    db.one(&format!("SELECT {COLUMNS} FROM alignment WHERE id = $1"), args![id.0]).await
}

/// Business units that products or alignments name.
pub(in crate::coverage) async fn business_units(db: &impl Query) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        name: String,
    }
    let sql = "SELECT business_unit AS name FROM product UNION SELECT business_unit AS name FROM alignment ORDER BY name";
    Ok(db.all::<Row>(sql, vec![]).await?.into_iter().map(|r| r.name).collect())
}

/// How many accounts one owner has in one alignment.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::coverage) struct OwnerCount {
    pub alignment_id: i64,
    /// Links that hold on the day asked for.
    pub holding: i64,
    /// Links that hold at any time.
    pub links: i64,
}

/// Condition on owners whom the actor may see.
fn owners(actor: &Actor, column: &str) -> String {
    match actor.visible_users() {
        None => "1 = 1".into(),
        Some([]) => "1 = 0".into(),
        Some(users) => format!("{column} IN ({})", scope::list(users)),
    }
}

/// One row an alignment and visible owner; links that were replaced on the day they began are left out.
pub(in crate::coverage) async fn owner_counts(db: &impl Query, actor: &Actor, day: Day) -> Result<Vec<OwnerCount>> {
    let sql = format!(
        "SELECT c.alignment_id, CAST(SUM(CASE WHEN {} THEN 1 ELSE 0 END) AS BIGINT) AS holding, COUNT(*) AS links FROM coverage c \
         WHERE (c.valid_to IS NULL OR c.valid_to > c.valid_from) AND {} GROUP BY c.alignment_id, c.owner_id",
        holds("c", 1),
        owners(actor, "c.owner_id")
    );
    db.all(&sql, args![i64::from(day.0)]).await
}

/// One account of one owner in an alignment, with its region.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::coverage) struct OwnerRegion {
    pub owner_id: i64,
    pub owner: String,
    pub account_id: i64,
    pub state: String,
    pub hrr: Option<i64>,
    pub hrr_name: Option<String>,
}

/// Links of an alignment that hold on `day`, with owner and region, for owners the actor may see.
pub(in crate::coverage) async fn owner_regions(db: &impl Query, actor: &Actor, id: AlignmentId, day: Day) -> Result<Vec<OwnerRegion>> {
    let sql = format!(
        "SELECT c.owner_id, u.name AS owner, c.account_id, a.state, a.hrr, a.hrr_name FROM coverage c JOIN app_user u ON u.id = c.owner_id \
         JOIN account a ON a.id = c.account_id WHERE c.alignment_id = $2 AND {} AND {} ORDER BY c.owner_id, a.state, a.hrr, a.id",
        holds("c", 1),
        owners(actor, "c.owner_id")
    );
    db.all(&sql, args![i64::from(day.0), id.0]).await
}

/// One account of a list.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::coverage) struct AccountLine {
    pub id: i64,
    pub name: String,
    pub city: String,
    pub state: String,
    pub setting: String,
    pub hrr_name: Option<String>,
}

const ACCOUNT: &str = "a.id, a.name, a.city, a.state, a.setting, a.hrr_name";

/// Condition that no link holds on the day numbered `$1`, in a business unit and role if given. Adds its parameters.
fn without_owner(args: &mut Vec<Value>, slot: Option<(&str, Role)>) -> String {
    let of_slot = match slot {
        Some((unit, role)) => {
            args.push(unit.into());
            format!(" AND c.business_unit = ${} AND c.role = '{}'", args.len(), role.code())
        }
        None => String::new(),
    };
    format!("NOT EXISTS (SELECT 1 FROM coverage c WHERE c.account_id = a.id AND {}{of_slot})", holds("c", 1))
}

/// How many accounts within scope nobody covers on `day`, in no business unit and role.
pub(in crate::coverage) async fn uncovered_count(db: &impl Query, actor: &Actor, day: Day) -> Result<i64> {
    let mut args = args![i64::from(day.0)];
    let nobody = without_owner(&mut args, None);
    db.number(&format!("SELECT COUNT(*) FROM account a WHERE {nobody} AND {}", scope::accounts(actor, "a.id")), args).await
}

/// How many accounts within scope nobody covers on `day`, by business unit and role code; those without any link at all, in which all
/// accounts are uncovered, are told by the number at the end.
pub(in crate::coverage) async fn uncovered_by_slot(
    db: &impl Query,
    actor: &Actor,
    day: Day,
) -> Result<(BTreeMap<(String, String), i64>, i64)> {
    #[derive(FromQueryResult)]
    struct Row {
        business_unit: String,
        role: String,
        accounts: i64,
    }
    let of = scope::accounts(actor, "a.id");
    let all = db.number(&format!("SELECT COUNT(*) FROM account a WHERE {of}"), vec![]).await?;
    let sql = format!(
        "SELECT c.business_unit, c.role, COUNT(DISTINCT c.account_id) AS accounts FROM coverage c WHERE {} AND {} GROUP BY c.business_unit, c.role",
        holds("c", 1),
        scope::accounts(actor, "c.account_id")
    );
    let rows: Vec<Row> = db.all(&sql, args![i64::from(day.0)]).await?;
    Ok((rows.into_iter().map(|r| ((r.business_unit, r.role), all - r.accounts)).collect(), all))
}

/// Ways to sort accounts of coverage; by name if none is asked for.
pub(in crate::coverage) const SORTS: &[SortBy] = &[
    SortBy::text("name", "Account", "a.name"),
    SortBy::text("place", "Place", "(a.state || a.city)"),
    SortBy::text("setting", "Kind", "a.setting"),
    SortBy::text("region", "Referral region", "COALESCE(a.hrr_name, '')"),
];

fn by_name(from: &str, conditions: Vec<String>, args: Vec<Value>) -> Keyset {
    Keyset {
        columns: ACCOUNT.into(),
        from: from.into(),
        conditions,
        args,
        key: "a.name".into(),
        numeric: false,
        descending: false,
        id: "a.id".into(),
    }
}

/// Accounts within scope that nobody covers on `day`, by name.
pub(in crate::coverage) fn uncovered_list(actor: &Actor, day: Day, slot: Option<(&str, Role)>) -> Keyset {
    let mut args = args![i64::from(day.0)];
    let nobody = without_owner(&mut args, slot);
    by_name("account a", vec![nobody, scope::accounts(actor, "a.id")], args)
}

/// Accounts of an alignment on `day` (of one owner, if given), by name, for owners the actor may see.
pub(in crate::coverage) fn accounts_list(actor: &Actor, (id, owner): (AlignmentId, Option<i64>), day: Day) -> Keyset {
    let of = format!("c.alignment_id = $2 AND {}", holds("c", 1));
    let mut conditions = vec![of, owners(actor, "c.owner_id")];
    conditions.extend(owner.map(|o| format!("c.owner_id = {o}")));
    by_name("coverage c JOIN account a ON a.id = c.account_id", conditions, args![i64::from(day.0), id.0])
}
