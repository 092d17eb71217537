//! Reads of the installed base, within scope.

use super::model::Device;
use super::store::{FROM, columns};
use rounds_kernel::{Actor, Result};
use rounds_platform::scope;
use rounds_store::{FromQueryResult, Query, args};

/// One device within scope.
pub async fn get(db: &impl Query, actor: &Actor, id: i64) -> Result<Option<Device>> {
    let sql = format!("SELECT {} FROM {FROM} WHERE device.id = $1 AND {}", columns(), scope::accounts(actor, "device.account_id"));
    db.one(&sql, args![id]).await
}

/// Devices of an account, those that stand there first.
pub(super) async fn of_account(db: &impl Query, account: i64) -> Result<Vec<Device>> {
    let sql = format!(
        "SELECT {} FROM {FROM} WHERE device.account_id = $1 ORDER BY COALESCE(device.removed_on, 9999999) DESC, device.installed_on, device.id LIMIT 30",
        columns()
    );
    db.all(&sql, args![account]).await
}

/// A service contract.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Service {
    pub number: String,
    pub level: String,
    pub valid_from: i64,
    pub valid_to: Option<i64>,
}

pub(super) async fn services(db: &impl Query, device: i64) -> Result<Vec<Service>> {
    let sql =
        "SELECT number, level, valid_from, valid_to FROM device_service WHERE device_id = $1 ORDER BY valid_from DESC, id DESC LIMIT 20";
    db.all(sql, args![device]).await
}

/// A service call.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Call {
    pub number: String,
    pub kind: String,
    pub opened_on: i64,
    pub technician: String,
    pub downtime_minutes: Option<i64>,
    pub resolved_on: Option<i64>,
    pub text: String,
}

pub(super) async fn calls(db: &impl Query, device: i64) -> Result<Vec<Call>> {
    let sql = "SELECT number, kind, opened_on, technician, downtime_minutes, resolved_on, text FROM service_call WHERE device_id = $1 \
               ORDER BY opened_on DESC, id DESC LIMIT 50";
    db.all(sql, args![device]).await
}

/// How many devices stand at accounts within scope, how many are due by a day, and of how many that is unknown.
#[derive(Debug, Clone, Default, FromQueryResult)]
pub(super) struct Counts {
    pub all_devices: i64,
    pub due: i64,
    pub unknown: i64,
}

pub(super) async fn counts(db: &impl Query, actor: &Actor, by: i64) -> Result<Counts> {
    let due = super::store::DUE;
    let sql = format!(
        "SELECT COUNT(*) AS all_devices, CAST(COALESCE(SUM(CASE WHEN {due} <= $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS due, \
         CAST(COALESCE(SUM(CASE WHEN {due} IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS unknown FROM {FROM} WHERE device.removed_on IS NULL AND {}",
        scope::accounts(actor, "device.account_id")
    );
    Ok(db.one(&sql, args![by]).await?.unwrap_or_default())
}
