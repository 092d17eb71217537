//! The installed base for programs, within the caller's scope.

use super::model::Device;
use super::queries::{self, Service};
use super::store::{DUE, FROM, columns};
use crate::lists::{Keyset, listed};
use rounds_kernel::{Cursor, Day, Error, Permission, Result};
use rounds_platform::scope;
use rounds_web::Route;
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let may = Permission::ReadOrders;
    vec![
        Operation::get("/api/v1/devices", may, "Devices at accounts, the ones due for replacement first", list).route(),
        Operation::get("/api/v1/devices/{id}", may, "One device with its service contracts and calls", one).route(),
    ]
}

fn day(d: i64) -> String {
    Day::stored(d).to_string()
}

/// A device at an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
struct Shown {
    id: i64,
    serial: String,
    /// The article as it was written.
    product_text: String,
    product_id: Option<i64>,
    product: Option<String>,
    /// Device identifier with production identifiers, as scanned.
    udi: Option<String>,
    account_id: i64,
    account: String,
    department: String,
    software: String,
    #[schema(format = "date")]
    installed_on: Option<String>,
    #[schema(format = "date")]
    removed_on: Option<String>,
    /// Absent where neither the file nor the catalogue says.
    #[schema(format = "date")]
    due_on: Option<String>,
    source: String,
}

fn shown(d: Device) -> Shown {
    Shown {
        id: d.id,
        serial: d.serial,
        product_text: d.product_text,
        product_id: d.product_id,
        product: d.product,
        udi: d.udi,
        account_id: d.account_id,
        account: d.account,
        department: d.department,
        software: d.software,
        installed_on: d.installed_on.map(day),
        removed_on: d.removed_on.map(day),
        due_on: d.due_on.map(day),
        source: d.source,
    }
}

/// A service contract of a device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeviceService)]
struct Covered {
    number: String,
    level: String,
    #[schema(format = "date")]
    valid_from: String,
    #[schema(format = "date")]
    valid_to: Option<String>,
}

fn covered(s: Service) -> Covered {
    Covered { number: s.number, level: s.level, valid_from: day(s.valid_from), valid_to: s.valid_to.map(day) }
}

/// A service call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceCall)]
struct Called {
    number: String,
    kind: String,
    #[schema(format = "date")]
    opened_on: String,
    technician: String,
    /// Absent where it is not known.
    downtime_minutes: Option<i64>,
    #[schema(format = "date")]
    resolved_on: Option<String>,
    text: String,
}

fn called(c: queries::Call) -> Called {
    Called {
        number: c.number,
        kind: c.kind,
        opened_on: day(c.opened_on),
        technician: c.technician,
        downtime_minutes: c.downtime_minutes,
        resolved_on: c.resolved_on.map(day),
        text: c.text,
    }
}

/// A device with its service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeviceInFull)]
struct Whole {
    device: Shown,
    services: Vec<Covered>,
    /// The newest 50.
    calls: Vec<Called>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Only at this account.
    #[schema(minimum = 1)]
    account: Option<i64>,
    /// Only those due for replacement by this day.
    #[schema(format = "date")]
    due_by: Option<String>,
    /// Those that were removed too.
    removed: Option<bool>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 500)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, ask: Ask) -> Result<Listed<Shown>> {
    let mut list = Keyset {
        columns: columns(),
        from: FROM.into(),
        conditions: vec![scope::accounts(&call.actor, "device.account_id")],
        args: Vec::new(),
        key: format!("COALESCE({DUE}, 9999999)"),
        numeric: true,
        descending: false,
        id: "device.id".into(),
    };
    if let Some(account) = ask.account {
        list.filter("device.account_id = {}", account);
    }
    if let Some(by) = ask.due_by {
        list.filter(&format!("{DUE} <= {{}}"), i64::from(Day::parse(&by)?.0));
    }
    if ask.removed != Some(true) {
        list.conditions.push("device.removed_on IS NULL".into());
    }
    let cursor = |d: &Device| Cursor { key: d.due_on.unwrap_or(9_999_999).to_string(), id: d.id };
    let size = PageAsk { limit: ask.limit, after: None }.size();
    listed(call.db(), &list, (size, ask.after.as_deref()), cursor, shown).await
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Whole> {
    let device = queries::get(call.db(), &call.actor, id).await?.ok_or_else(|| Error::not_found("device"))?;
    Ok(Whole {
        device: shown(device),
        services: queries::services(call.db(), id).await?.into_iter().map(covered).collect(),
        calls: queries::calls(call.db(), id).await?.into_iter().map(called).collect(),
    })
}
