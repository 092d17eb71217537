//! Sales of ship-tos that stand for no account.

use super::day;
use crate::sales::commands::MatchAgain;
use crate::sales::queries::{Unmapped, counts, unmapped};
use axum::extract::State;
use rounds_customers::reading::money;
use rounds_customers::sheets::{Cell, Form, NoticeLine, Part, Section, Sheet, Table};
use rounds_kernel::{Permission, Scope};
use rounds_web::components::{Stat, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult};

/// Ship-tos shown; the ones with most lines.
const SHOWN: usize = 200;

fn view(shell: Shell, rows: &[Unmapped], open: (i64, i64), may_map: bool, whole: bool) -> Sheet {
    let row = |u: &Unmapped| {
        let name = if u.name.is_empty() { "no name in the file".to_owned() } else { u.name.clone() };
        vec![
            Cell::link(&u.number, format!("/parties/{}", u.party_id)).with(u.erp.clone()),
            Cell::text(name).with([u.city.as_str(), u.state.as_str(), u.zip.as_str()].join(" ")),
            Cell::number(u.lines.to_string()),
            Cell::number(money(u.ordered, &u.currency)),
            Cell::number(money(u.billed, &u.currency)),
            Cell::text(day(u.last_day)),
        ]
    };
    let empty = ("Every ship-to stands for an account", "No sale is without a place.", "New numbers appear here when files bring them.");
    let table =
        Table::new("Unmapped ship-tos", &["Ship-to", "Name", "#Lines", "#Ordered", "#Billed", "Last"], empty).rows(rows.iter().map(row));
    let share = if open.1 > 0 { format!("{} %", open.0 * 100 / open.1) } else { "0 %".into() };
    let mut sections = vec![Section::table("", "", table)];
    if may_map && open.0 > 0 {
        let form = Form { action: "/unmapped-sales/match".into(), button: "Match again".into(), ..Form::default() };
        let sub = "tries every unmapped number against keys, and names in the same postal code".to_owned();
        sections.push(Section { title: "Match".into(), sub, part: Part::Form(form) });
    }
    let mut notices = Vec::new();
    if !whole {
        let text = "A ship-to without an account is in nobody's coverage: only those who see the whole base see it.".into();
        notices.push(NoticeLine { kind: "info", title: "Not within your reach".into(), text });
    }
    Sheet {
        shell,
        title: "Unmapped sales".into(),
        sub: "Ship-tos that stand for no account, and what they bought".into(),
        links: vec![("All sales".into(), "/sales".into()), ("ERP parties".into(), "/parties".into())],
        notices,
        stats: vec![
            Stat::new("Unmapped ship-tos", open.0.to_string(), "/unmapped-sales")
                .note(format!("{share} of {}", open.1), if open.0 > 0 { Tone::Warn } else { Tone::Good }),
        ],
        sections,
        ..Sheet::default()
    }
}

pub(in crate::sales) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let whole = actor.scope == Scope::All;
    let open = if whole { counts(db).await? } else { (0, 0) };
    let rows = unmapped(db, actor, SHOWN).await?;
    view(visitor.shell(&app, "Unmapped sales"), &rows, open, actor.may(Permission::Steward), whole).respond()
}

pub(in crate::sales) async fn again(State(app): State<App>, visitor: Visitor, flashes: Flashes) -> WebResult {
    let mapped = app.runner().run(&visitor.actor, MatchAgain).await?;
    flashes.good("/unmapped-sales", format!("{mapped} ship-tos mapped.")).await
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let row = Unmapped {
        party_id: 3,
        erp: "SAP".into(),
        number: "47<11>".into(),
        name: "Brigid Med Ctr".into(),
        currency: "EUR".into(),
        lines: 12,
        ordered: 1_000_000,
        billed: 900_000,
        last_day: 20_780,
        ..Unmapped::default()
    };
    vec![
        ("unmapped sales", view(Shell::sample("Unmapped"), &[row], (1, 40), true, true).draw()),
        ("unmapped sales, none", view(Shell::sample("Unmapped"), &[], (0, 0), false, false).draw()),
    ]
}
