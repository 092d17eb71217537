//! Contracts, one contract, tenders, and the panel on the pages of accounts and systems.

pub(super) mod list;
pub(super) mod one;
mod panel;
pub(super) mod tenders;

pub use panel::ContractsPanel;

use super::model::{Contract, STATES};
use crate::reading::label;
use crate::sheets::Cell;
use rounds_web::components::Tone;

/// Days before its end from which a contract is marked.
const SOON: i64 = 180;

/// Where a contract stands on a day, with its meaning.
fn state(c: &Contract, today: i64) -> Cell {
    let tone = match c.state.as_str() {
        "lost" | "terminated" => Tone::Bad,
        "active" | "signed" if c.ends_on.is_some_and(|e| e < today) => return Cell::chip("Ended", Tone::Bad),
        "active" | "signed" => Tone::Good,
        "negotiation" => Tone::Info,
        _ => Tone::Plain,
    };
    Cell::chip(label(STATES, &c.state), tone)
}

/// Where a contract stands on a day, in words.
pub fn stands(c: &Contract, day: i64) -> String {
    state(c, day).text
}

/// The last day, marked when it is near.
fn ends(c: &Contract, today: i64) -> Cell {
    match c.ends_on {
        None => Cell::text("open-ended"),
        Some(d) if c.holds(today) && d - today <= SOON => {
            Cell::chip(Cell::day(Some(d)).text, Tone::Warn).with(format!("in {} days", d - today))
        }
        Some(d) => Cell::day(Some(d)),
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let mut all = list::samples();
    all.extend(one::samples());
    all.extend(tenders::samples());
    all
}

fn sample() -> Contract {
    Contract {
        id: 9,
        number: "GPO-<17>".into(),
        name: "Vascular access 2025–2027".into(),
        kind: "gpo".into(),
        holder: "Northern Purchasing".into(),
        position: "dual".into(),
        state: "active".into(),
        currency: "USD".into(),
        signed_on: Some(20_000),
        starts_on: 20_100,
        ends_on: Some(20_900),
        version: 2,
        source: "contracts.csv".into(),
        ..Contract::default()
    }
}
