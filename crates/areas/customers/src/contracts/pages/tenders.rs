//! Tenders with their lots and quiet periods.

use crate::contracts::model::{AWARDS, TENDER_STATES, Tender};
use crate::contracts::queries::{self, Lot};
use crate::reading::{label, money};
use crate::sheets::{Cell, Section, Sheet, Table};
use axum::extract::{Query, State};
use rounds_web::components::Tone;
use rounds_web::{App, Shell, Visitor, WebResult};
use serde::Deserialize;

fn quiet(t: &Tender, today: i64) -> Cell {
    match (t.quiet_from, t.quiet_to) {
        (Some(from), Some(to)) if from <= today && today <= to => {
            Cell::chip("Quiet now", Tone::Warn).with(format!("until {}", Cell::day(Some(to)).text))
        }
        (Some(from), Some(to)) => Cell::text(format!("{} to {}", Cell::day(Some(from)).text, Cell::day(Some(to)).text)),
        _ => Cell::text(""),
    }
}

fn view(shell: Shell, tenders: &[Tender], lots: &[Lot], today: i64) -> Sheet {
    let row = |t: &Tender| {
        let deadline = match t.deadline_on {
            Some(d) if t.state == "announced" && d >= today => {
                Cell::chip(Cell::day(Some(d)).text, if d - today <= 14 { Tone::Bad } else { Tone::Info })
                    .with(format!("in {} days", d - today))
            }
            other => Cell::day(other),
        };
        vec![
            Cell::text(&t.name).with(t.number.clone()),
            Cell::text(&t.issuer),
            Cell::text(label(TENDER_STATES, &t.state)),
            deadline,
            quiet(t, today),
            Cell::number(t.lots.to_string()).with(format!("{} won", t.won)),
            Cell::number(t.facilities.to_string()),
        ]
    };
    let lot = |l: &Lot| {
        let value = l.value.map_or_else(|| Cell::unknown(""), |v| Cell::number(money(v, &l.currency)));
        let award = match l.award.as_str() {
            "us" => Cell::chip(label(AWARDS, "us"), Tone::Good),
            "" => Cell::text("open"),
            other => Cell::chip(label(AWARDS, other), Tone::Bad),
        };
        vec![
            Cell::text(&l.lot).with(l.tender.clone()),
            Cell::text(&l.family).with(l.text.clone()),
            value,
            award.with(l.contract_no.clone()),
            Cell::day(l.awarded_on),
        ]
    };
    let none = ("No tender", "No tender of a facility within your reach is in the record.", "Tenders come with their import.");
    let table = Table::new("Tenders", &["Tender", "Issuer", "State", "Deadline", "Quiet period", "#Lots", "#Facilities"], none);
    let lots = Table::new("Lots", &["Lot", "What", "#Value", "Award", "On"], ("No lots", "", "")).rows(lots.iter().map(lot));
    Sheet {
        shell,
        title: "Tenders".into(),
        sub: "During a quiet period nobody speaks with its facilities about what is tendered".into(),
        links: vec![("Contracts".into(), "/contracts".into())],
        sections: vec![Section::table("", "", table.rows(tenders.iter().map(row))), Section::table("Lots", "", lots)],
        ..Sheet::default()
    }
}

/// Which tenders are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::contracts) struct TenderAsk {
    id: Option<i64>,
}

pub(in crate::contracts) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<TenderAsk>) -> WebResult {
    let tenders = queries::tenders(app.db(), &visitor.actor, ask.id).await?;
    let lots = queries::lots(app.db(), &tenders.iter().map(|t| t.id).collect::<Vec<_>>()).await?;
    view(visitor.shell(&app, "Tenders"), &tenders, &lots, i64::from(visitor.now.day().0)).respond()
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let tender = Tender {
        id: 1,
        number: "T-<1>".into(),
        name: "Dressings 2027".into(),
        issuer: "Region".into(),
        state: "announced".into(),
        deadline_on: Some(20_790),
        quiet_from: Some(20_770),
        quiet_to: Some(20_800),
        lots: 2,
        won: 1,
        facilities: 4,
    };
    let lot = |award: &str| Lot {
        tender: "T-1".into(),
        lot: "1".into(),
        family: "Dressings".into(),
        value: (award == "us").then_some(100_000),
        currency: "EUR".into(),
        award: award.into(),
        ..Lot::default()
    };
    vec![
        ("tenders", view(Shell::sample("Tenders"), &[tender], &[lot("us"), lot("other"), lot("")], 20_780).draw()),
        ("tenders, none", view(Shell::sample("Tenders"), &[], &[], 20_780).draw()),
    ]
}
