//! Compliance on a contract's page, and of all contracts in force.

use super::model::{Kept, NextTier, Promise, Standing};
use super::queries::{Compliance, compliance};
use async_trait::async_trait;
use axum::extract::State;
use rounds_customers::as_of::AsOf;
use rounds_customers::contracts::{self, Contract};
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::reading::{money, quantity};
use rounds_customers::sheets::{Cell, NoticeLine, Section, Sheet, Table};
use rounds_kernel::{Permission, Result};
use rounds_web::components::{Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult};

/// Contracts computed for one page.
const MOST: usize = 60;

fn value(basis: &str, value: i64, currency: &str) -> String {
    match basis {
        "share" => format!("{} %", (value + 50) / 100),
        "units" => format!("{} units", quantity(value)),
        _ => money(value, currency),
    }
}

fn standing(k: &Kept) -> Cell {
    match k.standing {
        Standing::Met => Cell::chip("Met", Tone::Good),
        Standing::OnCourse => Cell::chip("On course", Tone::Good),
        Standing::Behind => Cell::chip("Behind", Tone::Bad),
        Standing::Unknown => Cell::chip("Unknown", Tone::Plain),
    }
}

fn family(name: &str) -> String {
    if name.is_empty() { "all families".into() } else { name.to_owned() }
}

fn actual(k: &Kept, currency: &str) -> Cell {
    match k.actual {
        Some(a) => Cell::number(value(&k.promise.basis, a, currency)).with(k.unknown.clone()),
        None => Cell { numeric: true, ..Cell::unknown(k.unknown.clone()) },
    }
}

fn commitment(k: &Kept, currency: &str) -> Vec<Cell> {
    let asked =
        if k.promise.basis == "share" { String::new() } else { format!("by now {}", value(&k.promise.basis, k.expected, currency)) };
    vec![
        Cell::text(family(&k.promise.family)),
        Cell::number(value(&k.promise.basis, k.promise.value, currency)).with(asked),
        actual(k, currency),
        standing(k),
    ]
}

fn tier(t: &NextTier, currency: &str) -> String {
    let reached = if t.reached.is_empty() { "no tier reached".to_owned() } else { format!("tier {} reached", t.reached) };
    let pace = if t.within_reach { "the pace leads there" } else { "the pace does not lead there" };
    format!("{}: {reached}, {} to tier {}, {pace}", family(&t.family), value(&t.next.basis, t.gap, currency), t.next.tier)
}

/// Draws compliance on a contract's page.
#[derive(Debug)]
pub struct CompliancePanel;

#[async_trait]
impl Panel for CompliancePanel {
    fn permission(&self) -> Permission {
        Permission::ReadContracts
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Contract(id) = subject else { return Ok(None) };
        let (db, actor, today) = (app.db(), &visitor.actor, i64::from(visitor.now.day().0));
        let Some(contract) = contracts::get(db, actor, id).await? else { return Ok(None) };
        let c = compliance(db, actor, contract, today).await?;
        PanelHtml::draw("Compliance", &words(&c), &panel(&c)).map(Some)
    }
}

fn words(c: &Compliance) -> String {
    let mut out =
        format!("contract year from {}, {} days passed; facilities within your reach", Cell::day(Some(c.period.0)).text, c.passed);
    c.tiers.iter().for_each(|t| out.push_str(&format!("; {}", tier(t, &c.contract.currency))));
    out
}

fn panel(c: &Compliance) -> Table {
    let currency = &c.contract.currency;
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (at, k) in c.commitments.iter().enumerate() {
        let whole = commitment(k, currency);
        rows.push([vec![Cell::text("All facilities")], whole].concat());
        for (account, name, kept) in c.facilities.iter().take(25) {
            let Some(k) = kept.get(at) else { continue };
            // A yearly amount is promised by all together; only a share is promised by each.
            let state = if k.promise.basis == "share" { standing(k) } else { Cell::text("") };
            let asked = if k.promise.basis == "share" { value("share", k.promise.value, currency) } else { String::new() };
            rows.push(vec![
                Cell::link(name, format!("/accounts/{account}")),
                Cell::text(family(&k.promise.family)),
                Cell::number(asked),
                actual(k, currency),
                state,
            ]);
        }
    }
    let none = ("Nothing was promised", "The contract asks for no volume and no share.", "");
    Table::new("Compliance", &["Facility", "Family", "#Promised a year", "#Bought this year", "Standing"], none).rows(rows)
}

fn view(shell: Shell, all: &[Compliance], more: bool) -> Sheet {
    let mut rows = Vec::new();
    let mut alerts = Vec::new();
    for c in all {
        let link = || Cell::link(&c.contract.name, format!("/contracts/{}", c.contract.id)).with(c.contract.number.clone());
        rows.extend(c.commitments.iter().map(|k| [vec![link()], commitment(k, &c.contract.currency)].concat()));
        let tone = |t: &NextTier| {
            if t.within_reach { Cell::chip("Within reach", Tone::Good) } else { Cell::chip("Out of reach at this pace", Tone::Warn) }
        };
        alerts.extend(c.tiers.iter().map(|t| {
            let gap = value(&t.next.basis, t.gap, &c.contract.currency);
            let reached = if t.reached.is_empty() { "none".to_owned() } else { t.reached.clone() };
            vec![link(), Cell::text(family(&t.family)), Cell::text(reached), Cell::text(&t.next.tier), Cell::number(gap), tone(t)]
        }));
    }
    let count = |s: Standing| all.iter().flat_map(|c| &c.commitments).filter(|k| k.standing == s).count();
    let mut notices = Vec::new();
    if more {
        notices.push(NoticeLine {
            kind: "partial",
            title: format!("The first {MOST} contracts"),
            text: "Open a contract for its own compliance.".into(),
        });
    }
    let none = (
        "Nothing was promised",
        "No contract in force within your reach has a commitment.",
        "Commitments come with the terms of contracts.",
    );
    let table = Table::new("Commitments", &["Contract", "Family", "#Promised a year", "#Bought this year", "Standing"], none).rows(rows);
    let tiers = Table::new(
        "Next tiers",
        &["Contract", "Family", "Reached", "Next", "#Gap", "Pace"],
        ("No next tier", "Every tier is reached, or there are none.", ""),
    )
    .rows(alerts);
    Sheet {
        shell,
        title: "Compliance".into(),
        sub: "What contracts promised against what their facilities within your reach bought, this contract year".into(),
        links: vec![("Contracts".into(), "/contracts".into())],
        notices,
        stats: vec![
            Stat::new("Behind", count(Standing::Behind).to_string(), "/contracts-compliance").note("commitments", Tone::Bad),
            Stat::new("Met or on course", (count(Standing::Met) + count(Standing::OnCourse)).to_string(), "/contracts-compliance")
                .note("commitments", Tone::Good),
            Stat::new("Unknown", count(Standing::Unknown).to_string(), "/contracts-compliance")
                .note("the category's size is not known", Tone::Plain),
        ],
        sections: vec![Section::table("Commitments", "", table), Section::table("Next tiers", "what is missing to a better price", tiers)],
        ..Sheet::default()
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    let (db, actor, today) = (app.db(), &visitor.actor, i64::from(visitor.now.day().0));
    let running: Vec<Contract> = contracts::running(db, actor, today).await?;
    let more = running.len() > MOST;
    let mut all = Vec::new();
    for contract in running.into_iter().take(MOST) {
        all.push(compliance(db, actor, contract, today).await?);
    }
    view(visitor.shell(&app, "Compliance"), &all, more).respond()
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let promise = |basis: &str, value| Promise { family: "Closure <6F>".into(), tier: "B".into(), basis: basis.into(), value };
    let kept = |basis: &str, v, actual, standing| Kept {
        promise: promise(basis, v),
        actual,
        expected: v / 2,
        standing,
        unknown: "of the estimated potential".into(),
    };
    let c = Compliance {
        contract: Contract { id: 9, number: "G<1>".into(), name: "GPO".into(), currency: "USD".into(), ..Contract::default() },
        period: (20_600, 20_965),
        passed: 180,
        commitments: vec![
            kept("amount", 1_000_000, Some(400_000), Standing::Behind),
            kept("share", 8_000, None, Standing::Unknown),
            kept("units", 5_000, Some(6_000), Standing::Met),
            kept("amount", 10, Some(6), Standing::OnCourse),
        ],
        tiers: vec![NextTier { family: String::new(), reached: "A".into(), next: promise("amount", 5), gap: 100_000, within_reach: false }],
        facilities: vec![(7, "St. Brigid".into(), vec![kept("amount", 1_000_000, Some(1), Standing::Behind)])],
    };
    let panel = PanelHtml::draw("Compliance", &words(&c), &panel(&c)).map(|p| p.body.to_string()).unwrap_or_default();
    let page = view(Shell::sample("Compliance"), &[c], true).with_panels(Vec::new());
    vec![("compliance", format!("{}{panel}", page.draw())), ("compliance, none", view(Shell::sample("Compliance"), &[], false).draw())]
}
