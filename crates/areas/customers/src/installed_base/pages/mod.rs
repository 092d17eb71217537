//! The list of devices, one device, and an account's devices.

pub(super) mod list;
pub(super) mod one;
mod panel;

pub use panel::DevicesPanel;

use super::model::Device;
use crate::sheets::Cell;
use rounds_web::components::Tone;

/// Days before it is due from which a device is marked.
const SOON: i64 = 365;

/// When a device is due, and what that means today.
fn due(d: &Device, today: i64) -> Cell {
    match (d.removed_on, d.due_on) {
        (Some(gone), _) => Cell::text("removed").with(Cell::day(Some(gone)).text),
        (None, None) => Cell::unknown("no lifetime in the catalogue"),
        (None, Some(day)) if day <= today => Cell::chip("Due", Tone::Bad).with(format!("since {}", Cell::day(Some(day)).text)),
        (None, Some(day)) if day - today <= SOON => Cell::chip("Due within a year", Tone::Warn).with(Cell::day(Some(day)).text),
        (None, Some(day)) => Cell::day(Some(day)),
    }
}

fn age(d: &Device, today: i64) -> Cell {
    d.age_tenths(today).map_or_else(|| Cell::unknown(""), |t| Cell::number(format!("{}.{} years", t / 10, t % 10)))
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = list::samples();
    all.extend(one::samples());
    all
}

fn sample() -> Device {
    Device {
        id: 5,
        serial: "SN<1>".into(),
        product_text: "NP-100".into(),
        product_id: Some(1),
        product: Some("Vacora console".into()),
        account_id: 7,
        account: "St. Brigid".into(),
        department: "Wound care".into(),
        software: "4.2".into(),
        installed_on: Some(18_000),
        due_on: Some(20_700),
        source: "devices.csv".into(),
        ..Device::default()
    }
}
