//! Reads of contracts and tenders.

use super::model::{Contract, Facility, Quiet, Term};
use super::store::COLUMNS;
use crate::as_of::AsOf;
use crate::lists::Keyset;
use crate::scope;
use rounds_kernel::{AccountId, Actor, Day, Result, Scope};
use rounds_platform::scope as reach;
use rounds_store::{FromQueryResult, Query, args};

/// SQL condition on rows of `contract`: those with a facility within scope, or all.
pub fn visible(actor: &Actor) -> String {
    match actor.scope {
        Scope::All => "1 = 1".into(),
        Scope::CoveredBy(_) => {
            let inside = reach::accounts(actor, "v.account_id");
            let systems = scope::systems(actor).replace("health_system.id", "contract.system_id");
            format!("(contract.id IN (SELECT v.contract_id FROM contract_facility v WHERE {inside}) OR {systems})")
        }
    }
}

/// One contract within scope.
pub async fn get(db: &impl Query, actor: &Actor, id: i64) -> Result<Option<Contract>> {
    db.one(&format!("SELECT {COLUMNS} FROM contract WHERE contract.id = $1 AND {}", visible(actor)), args![id]).await
}

/// Contracts in force on a day, within scope, by number.
pub async fn running(db: &impl Query, actor: &Actor, day: i64) -> Result<Vec<Contract>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM contract WHERE contract.starts_on <= $1 AND (contract.ends_on IS NULL OR contract.ends_on >= $1) \
         AND contract.state IN ('active', 'signed') AND {} ORDER BY contract.number LIMIT 500",
        visible(actor)
    );
    db.all(&sql, args![day]).await
}

/// Facilities of a contract within scope, by name.
pub async fn facilities(db: &impl Query, actor: &Actor, contract: i64) -> Result<Vec<Facility>> {
    let sql = format!(
        "SELECT f.contract_id, f.account_id, a.name AS account, f.tier, f.valid_from, f.valid_to FROM contract_facility f \
         JOIN account a ON a.id = f.account_id WHERE f.contract_id = $1 AND {} ORDER BY a.name, f.valid_from, f.id",
        reach::accounts(actor, "f.account_id")
    );
    db.all(&sql, args![contract]).await
}

/// How many facilities a contract has, in scope or not.
pub(super) async fn facility_count(db: &impl Query, contract: i64) -> Result<i64> {
    db.number("SELECT COUNT(DISTINCT account_id) FROM contract_facility WHERE contract_id = $1", args![contract]).await
}

/// Terms of a contract: commitments, tiers, steps, prices.
pub async fn terms(db: &impl Query, contract: i64) -> Result<Vec<Term>> {
    let sql = "SELECT t.kind, t.family, t.product_id, p.name AS product, t.tier, t.lot, t.basis, t.value, t.currency, t.unit, t.valid_from, \
               t.valid_to, t.note FROM contract_term t LEFT JOIN product p ON p.id = t.product_id WHERE t.contract_id = $1 \
               ORDER BY t.kind, t.family, t.value, t.id LIMIT 2000";
    db.all(sql, args![contract]).await
}

/// Contracts whose prices an account may have on a day, with the tier it buys at.
pub async fn of_account(db: &impl Query, account: AccountId, day: i64) -> Result<Vec<(Contract, String)>> {
    #[derive(FromQueryResult)]
    struct Tier {
        contract_id: i64,
        tier: String,
    }
    let sql = "SELECT contract_id, tier FROM contract_facility WHERE account_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)";
    let tiers: Vec<Tier> = db.all(sql, args![account.0, day]).await?;
    if tiers.is_empty() {
        return Ok(Vec::new());
    }
    let list = tiers.iter().map(|t| t.contract_id.to_string()).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {COLUMNS} FROM contract WHERE id IN ({list}) ORDER BY ends_on, number");
    let all: Vec<Contract> = db.all(&sql, vec![]).await?;
    let tier = |id: i64| tiers.iter().find(|t| t.contract_id == id).map_or_else(String::new, |t| t.tier.clone());
    Ok(all.into_iter().map(|c| (tier(c.id), c)).map(|(t, c)| (c, t)).collect())
}

/// Contracts that a buying group holds, within scope: all, or those that ran on the day asked for.
pub async fn of_group(db: &impl Query, actor: &Actor, group: i64, as_of: AsOf) -> Result<Vec<Contract>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM contract WHERE contract.buying_group_id = $1 AND {} AND {} ORDER BY contract.ends_on, contract.id LIMIT 100",
        ran(as_of),
        visible(actor)
    );
    db.all(&sql, args![group]).await
}

/// SQL condition that a contract ran on a past day asked for; today also those that are negotiated or have ended are shown.
pub(super) fn ran(as_of: AsOf) -> String {
    as_of
        .day()
        .map_or("1 = 1".into(), |Day(d)| format!("contract.starts_on <= {d} AND (contract.ends_on IS NULL OR contract.ends_on >= {d})"))
}

/// The quiet period that holds for an account on a day, the one that lasts longest: during it nobody speaks with the account about
/// what is tendered.
pub async fn quiet(db: &impl Query, account: AccountId, day: Day) -> Result<Option<Quiet>> {
    let sql = "SELECT t.number AS tender, t.name, t.quiet_to AS until FROM tender_facility f JOIN tender t ON t.id = f.tender_id \
               WHERE f.account_id = $1 AND t.quiet_from <= $2 AND t.quiet_to >= $2 AND t.state IN ('announced', 'submitted') \
               ORDER BY t.quiet_to DESC, t.id LIMIT 1";
    db.one(sql, args![account.0, i64::from(day.0)]).await
}

/// A quiet period that holds for a person in a span of days.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct QuietPerson {
    /// The person.
    pub person_id: i64,
    /// The tender's number.
    pub tender: String,
    /// First day.
    pub quiet_from: i64,
    /// Last day.
    pub quiet_to: i64,
}

/// People who work now at a facility of which a quiet period touches `from..=to`: for planning, which reads all at once.
pub async fn quiet_people(db: &impl Query, from: Day, to: Day) -> Result<Vec<QuietPerson>> {
    let sql = "SELECT DISTINCT l.child_id AS person_id, t.number AS tender, t.quiet_from, t.quiet_to FROM tender t \
               JOIN tender_facility f ON f.tender_id = t.id \
               JOIN affiliation l ON l.parent_kind = 'account' AND l.parent_id = f.account_id AND l.child_kind = 'person' AND l.valid_to IS NULL \
               WHERE t.quiet_from <= $2 AND t.quiet_to >= $1 AND t.state IN ('announced', 'submitted') ORDER BY 1, 4, 2";
    db.all(sql, args![i64::from(from.0), i64::from(to.0)]).await
}

/// SQL condition on rows `t` of `tender`: those with a facility within scope, or all.
pub fn tender_visible(actor: &Actor) -> String {
    match actor.scope {
        Scope::All => "1 = 1".to_owned(),
        Scope::CoveredBy(_) => {
            format!("t.id IN (SELECT f.tender_id FROM tender_facility f WHERE {})", reach::accounts(actor, "f.account_id"))
        }
    }
}

/// The list of tenders with a facility within scope, the latest deadline first.
pub(super) fn tender_list(actor: &Actor) -> Keyset {
    let seen = tender_visible(actor);
    Keyset {
        columns: "t.id, t.number, t.name, t.issuer, t.state, t.deadline_on, t.quiet_from, t.quiet_to, \
                  (SELECT COUNT(*) FROM tender_lot l WHERE l.tender_id = t.id) AS lots, \
                  (SELECT COUNT(*) FROM tender_lot l WHERE l.tender_id = t.id AND l.award = 'us') AS won, \
                  (SELECT COUNT(*) FROM tender_facility f WHERE f.tender_id = t.id) AS facilities"
            .into(),
        from: "tender t".into(),
        conditions: vec![seen],
        args: Vec::new(),
        key: "COALESCE(t.deadline_on, 0)".into(),
        numeric: true,
        descending: true,
        id: "t.id".into(),
    }
}

/// A lot of a tender.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Lot {
    pub tender: String,
    pub lot: String,
    pub family: String,
    pub text: String,
    pub value: Option<i64>,
    pub currency: String,
    pub award: String,
    pub awarded_on: Option<i64>,
    pub contract_no: String,
}

pub(super) async fn lots(db: &impl Query, tenders: &[i64]) -> Result<Vec<Lot>> {
    if tenders.is_empty() {
        return Ok(Vec::new());
    }
    let list = tenders.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT t.number AS tender, l.lot, l.family, l.text, l.value, l.currency, l.award, l.awarded_on, l.contract_no FROM tender_lot l \
         JOIN tender t ON t.id = l.tender_id WHERE l.tender_id IN ({list}) ORDER BY t.number, l.lot, l.id LIMIT 500"
    );
    db.all(&sql, vec![]).await
}

/// A version of a contract's head.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Version {
    pub version: i64,
    pub body: String,
    pub at: i64,
    pub actor: String,
    pub source: String,
}

pub(super) async fn versions(db: &impl Query, contract: i64) -> Result<Vec<Version>> {
    let sql = "SELECT version, body, at, actor, source FROM contract_version WHERE contract_id = $1 ORDER BY version DESC LIMIT 50";
    db.all(sql, args![contract]).await
}
