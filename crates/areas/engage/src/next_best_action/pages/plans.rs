//! Plans: making one, what it is worth against what is possible, and what stopped us.

use super::{clock, hours};
use crate::next_best_action::check::CheckReport;
use crate::next_best_action::model::{OwnerPrice, PlanReport, RefusalCount};
use crate::next_best_action::store::{self, PlanRow};
use crate::next_best_action::{KIND, PlanRequest, title_of, total_refusals};
use axum::Form;
use axum::extract::{Path, State};
use rounds_kernel::{Error, Permission, Time, Week};
use rounds_store::jobs::Enqueue;
use rounds_web::charts::{self, Chart};
use rounds_web::components::{Column, Field, Stat, Tone, grouped};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/plans.html")]
struct PlansPage {
    shell: Shell,
    columns: Vec<Column>,
    plans: Vec<PlanLine>,
    make: Option<Field>,
}

struct PlanLine {
    id: i64,
    week: String,
    made: String,
    actions: i64,
    gap: String,
    statements: u64,
    replaced: bool,
}

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/plan.html")]
struct PlanPage {
    shell: Shell,
    title: String,
    sub: String,
    stats: Vec<Stat>,
    stopped: Chart,
    any_stopped: bool,
    columns: Vec<Column>,
    owners: Vec<OwnerLine>,
    uncovered: Vec<i64>,
    snapshot: String,
    seed: i64,
}

struct OwnerLine {
    id: i64,
    name: String,
    used: String,
    capacity: String,
    percent: u32,
    price: String,
    held: u32,
}

fn gap_text(gap: f64) -> String {
    format!("{:.3} %", gap * 100.0)
}

pub(in super::super) async fn plans(State(app): State<App>, visitor: Visitor) -> WebResult {
    let rows = store::newest(app.db(), 52).await?;
    let may = visitor.actor.may(Permission::RunPlan);
    let next = visitor.now.day().plus(if visitor.now.day().weekday() >= 5 { 7 } else { 0 }).week();
    page(&list_view(visitor.shell(&app, "Plans"), rows, &visitor.actor.zone, may.then_some(next)))
}

fn list_view(shell: Shell, rows: Vec<PlanRow>, zone: &str, make: Option<Week>) -> PlansPage {
    let mut seen = std::collections::BTreeSet::new();
    let plans = rows
        .into_iter()
        .map(|p| PlanLine {
            id: p.id,
            made: format!("{} {}", Time(p.made_at).day().short(), clock(Time(p.made_at), zone)),
            actions: p.actions,
            gap: gap_text(p.report().gap),
            statements: p.checked().statements,
            replaced: !seen.insert(p.week.clone()),
            week: p.week,
        })
        .collect();
    PlansPage {
        shell,
        columns: vec![
            Column::text("Week"),
            Column::text("Made"),
            Column::number("Actions"),
            Column::number("Below the bound"),
            Column::number("Statements checked"),
            Column::text("State"),
        ],
        plans,
        make: make.map(|w| Field {
            hint: "As YYYY-Wnn; the plan in force for the week is replaced, accepted actions stay.".into(),
            ..Field::text("week", "Week", &w.to_string())
        }),
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Make {
    week: String,
}

pub(in super::super) async fn make(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<Make>) -> WebResult {
    let week = Week::parse(&f.week)?;
    if week.monday().plus(6) < visitor.now.day() {
        return Err(Error::invalid("plan.past", format!("Week {week} is over."), "Plan the present week or a later one.").into());
    }
    let request = PlanRequest { week: week.to_string(), seed: 1, threads: 2 };
    let input = serde_json::to_value(&request).map_err(Error::internal)?;
    app.runner().run(&visitor.actor, Enqueue { kind: KIND.into(), input_key: week.to_string(), input }).await?;
    flashes.good("/plans", format!("Week {week} is being planned; it appears here in some seconds. Reload to see it.")).await
}

pub(in super::super) async fn plan(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let row = store::plan(app.db(), id).await?.ok_or_else(|| Error::not_found("plan"))?;
    let names: BTreeMap<i64, String> = rounds_platform::users::all(app.db()).await?.into_iter().map(|u| (u.id, u.name)).collect();
    let mut report = row.report();
    if let Some(team) = visitor.actor.visible_users() {
        report.refusals.retain(|r| team.iter().any(|u| u.0 == r.owner));
        report.prices.retain(|p| team.iter().any(|u| u.0 == p.owner));
    }
    page(&view(visitor.shell(&app, &format!("Plan of {}", row.week)), &row, &report, &row.checked(), &names, &visitor.actor.zone))
}

fn view(shell: Shell, row: &PlanRow, report: &PlanReport, checked: &CheckReport, names: &BTreeMap<i64, String>, zone: &str) -> PlanPage {
    let stopped = total_refusals(report);
    let rows = stopped.iter().map(|(rule, n)| charts::Row::one(title_of(rule), *n as f64, grouped(*n as i64))).collect();
    let spec = charts::Spec {
        caption: "People kept from a proposal, by the gravest reason".into(),
        unit: "people".into(),
        first_column: "Reason".into(),
        legend: vec!["People".into()],
    };
    let here = format!("/plans/{}", row.id);
    PlanPage {
        shell,
        title: format!("Plan of {}", row.week),
        sub: format!(
            "made {} {} · plan {}{}",
            Time(row.made_at).day().short(),
            clock(Time(row.made_at), zone),
            row.id,
            row.parent_id.map_or_else(String::new, |p| format!(", replaces plan {p}"))
        ),
        stats: vec![
            Stat::new("Actions", grouped(row.actions), "/team")
                .note(format!("{} people looked at", grouped(report.people as i64)), Tone::Plain),
            Stat::new("Possible contacts", grouped(report.candidates as i64), &format!("{here}#stopped"))
                .note(format!("{} passed every rule", grouped(report.eligible as i64)), Tone::Plain),
            Stat::new("Below the bound", gap_text(report.gap), &format!("{here}#proof"))
                .note("no plan can be worth more than the bound", Tone::Good),
            Stat::new("Statements checked", grouped(checked.statements as i64), &format!("{here}#proof")).note(
                match checked.breaches.len() {
                    0 => "none broken".into(),
                    n => format!("{n} broken"),
                },
                if checked.breaches.is_empty() { Tone::Good } else { Tone::Bad },
            ),
        ],
        any_stopped: !stopped.is_empty(),
        stopped: charts::bar(spec, rows),
        columns: vec![
            Column::text("Colleague"),
            Column::number("Planned"),
            Column::number("Has"),
            Column::number("Used"),
            Column::number("Worth of one more hour"),
            Column::number("Held back"),
        ],
        owners: report.prices.iter().map(|p| owner_line(p, &report.refusals, names)).collect(),
        uncovered: report.uncovered_key_accounts.clone(),
        snapshot: row.snapshot_hash.get(..16).unwrap_or_default().to_owned(),
        seed: row.seed,
    }
}

fn owner_line(p: &OwnerPrice, refusals: &[RefusalCount], names: &BTreeMap<i64, String>) -> OwnerLine {
    OwnerLine {
        id: p.owner,
        name: names.get(&p.owner).cloned().unwrap_or_else(|| format!("user {}", p.owner)),
        used: hours(p.used.round() as i64),
        capacity: hours(p.capacity.round() as i64),
        percent: if p.capacity > 0.0 { (100.0 * p.used / p.capacity).round() as u32 } else { 0 },
        price: format!("{:.2}", p.per_minute * 60.0),
        held: refusals.iter().filter(|r| r.owner == p.owner).map(|r| r.people).sum(),
    }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let refusal = |rule: &str, people| RefusalCount { owner: 5, rule: rule.into(), people, candidates: people * 3 };
    let report = PlanReport {
        objective: 812.4,
        bound: 812.6,
        gap: 0.00025,
        candidates: 48_210,
        eligible: 30_114,
        people: 6_020,
        refusals: vec![refusal("frequency", 120), refusal("permission", 340), refusal("crowded_out", 2_900)],
        prices: vec![OwnerPrice { owner: 5, per_minute: 0.021, used: 1_490.0, capacity: 1_500.0 }],
        uncovered_key_accounts: vec![12],
    };
    let checked = CheckReport { actions: 92, statements: 4_410, breaches: vec![] };
    let row = PlanRow {
        id: 3,
        week: "2026-W48".into(),
        monday: 20_780,
        parent_id: Some(2),
        seed: 1,
        snapshot_hash: "5f0c2a77d1e94b3aa0".into(),
        made_at: 1_795_400_000_000_000,
        made_by: None,
        actions: 92,
        report: serde_json::to_string(&report).unwrap_or_default(),
        checked: serde_json::to_string(&checked).unwrap_or_default(),
    };
    let names = BTreeMap::from([(5, "Ines Kowalski".to_owned())]);
    let older = PlanRow { id: 2, parent_id: None, ..row.clone() };
    vec![
        ("plan", askama::Template::render(&view(Shell::sample("Plan"), &row, &report, &checked, &names, "UTC")).unwrap_or_default()),
        (
            "plans",
            askama::Template::render(&list_view(Shell::sample("Plans"), vec![row, older], "UTC", Some(Week { year: 2026, week: 48 })))
                .unwrap_or_default(),
        ),
        ("plans, none yet", askama::Template::render(&list_view(Shell::sample("Plans"), vec![], "UTC", None)).unwrap_or_default()),
    ]
}
