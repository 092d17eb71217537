//! The page of indicators.

mod charts;
mod sample;

pub(super) use sample::samples;

use super::queries::{self, ActionRow, WeekRow};
use super::{Group, SMALLEST_GROUP, shield};
use axum::extract::{Query, State};
use rounds_consent::country_rules::smallest_group;
use rounds_kernel::{Actor, Day, Outcome, Permission, Result, Time};
use rounds_serve::orders::{FamilySum, sums};
use rounds_store::Db;
use rounds_web::charts::Chart;
use rounds_web::components::{Column, Filter, Stat, Tone, grouped};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// Weeks one may look back over.
const SPANS: [i64; 4] = [4, 12, 26, 52];

/// All figures of the page.
#[derive(Default)]
struct Figures {
    first_week: Day,
    weeks: i64,
    contacts: Vec<WeekRow>,
    /// The fewest employees that a figure about employees may stand for where the visitor's accounts are.
    agreed: i64,
    /// Unshielded work by role.
    roles: Vec<Group>,
    actions: Vec<ActionRow>,
    people_behind_actions: i64,
    orders: Vec<FamilySum>,
    today: Day,
    /// Whether the visitor may open order lines.
    may_orders: bool,
}

impl Figures {
    /// The fewest employees that a figure about employees may stand for.
    fn fewest(&self) -> i64 {
        self.agreed.max(SMALLEST_GROUP)
    }
}

/// A line of the table of what became of actions.
struct End {
    what: String,
    actions: i64,
}

struct RoleLine {
    name: String,
    people: i64,
    attempts: String,
    reached: String,
}

#[derive(askama::Template)]
#[template(path = "indicators/templates/show.html")]
struct IndicatorsPage {
    shell: Shell,
    filters: Vec<Filter>,
    stats: Vec<Stat>,
    /// The fewest employees that a figure about employees may stand for.
    fewest: i64,
    /// Fewer people than the group rule asks for: nothing about employees is shown.
    withheld: bool,
    by_week: Chart,
    by_channel: Chart,
    role_columns: Vec<Column>,
    roles: Vec<RoleLine>,
    week_label: String,
    actions_withheld: bool,
    end_columns: Vec<Column>,
    ends: Vec<End>,
    by_month: Chart,
    any_contact: bool,
    any_order: bool,
    may_orders: bool,
}

fn percent(part: i64, whole: i64) -> String {
    if whole == 0 { "unknown".into() } else { format!("{} %", (part * 100 + whole / 2) / whole) }
}

fn stats(f: &Figures, withheld: bool, may_orders: bool) -> Vec<Stat> {
    let sum = |of: fn(&WeekRow) -> i64| f.contacts.iter().map(of).sum::<i64>();
    let (contacts, attempts, reached) = (sum(|w| w.contacts), sum(|w| w.attempts), sum(|w| w.reached));
    let period = format!("{} weeks", f.weeks);
    let mut out = Vec::new();
    if !withheld {
        out.push(Stat::new("Contacts", contacts.to_string(), "/contacts").note(period, Tone::Plain));
        let of = format!("{} of {} live attempts", grouped(reached), grouped(attempts));
        out.push(Stat::new("Reached", percent(reached, attempts), "/contacts").note(of, Tone::Plain));
    }
    if f.people_behind_actions >= f.fewest() {
        let count = |kind: &str| f.actions.iter().filter(|a| a.kind == kind).map(|a| a.actions).sum::<i64>().to_string();
        let dismissed = format!("{} dismissed", count("dismissed"));
        out.push(Stat::new("Accepted this week", count("accepted"), "/indicators#actions").note(dismissed, Tone::Plain));
        out.push(Stat::new("Outcomes this week", count("contact"), "/indicators#actions"));
    }
    let ordered: i64 = f.orders.iter().map(|o| o.amount_cents).sum();
    let rows = if may_orders { "/orders" } else { "/indicators#lagging" };
    out.push(Stat::new("Orders", charts::money(ordered), rows).note("12 months", Tone::Plain));
    out
}

fn ends(actions: &[ActionRow]) -> Vec<End> {
    let words = |a: &ActionRow| {
        let why = a.why.as_deref().unwrap_or_default();
        match a.kind.as_str() {
            "accepted" => "Accepted".to_owned(),
            "dismissed" => format!("Dismissed: {}", why.replace('_', " ")),
            _ => format!("Outcome: {}", Outcome::parse(why).map_or(why.to_owned(), |o| o.label().to_lowercase())),
        }
    };
    actions.iter().map(|a| End { what: words(a), actions: a.actions }).collect()
}

fn role_lines(shown: Vec<Group>) -> Vec<RoleLine> {
    let line = |g: Group| RoleLine {
        people: g.people,
        attempts: format!("{:.1}", g.attempts as f64 / g.people.max(1) as f64),
        reached: percent(g.reached, g.attempts),
        name: g.name,
    };
    shown.into_iter().map(line).collect()
}

fn view(shell: Shell, f: &Figures) -> IndicatorsPage {
    let shown = shield(f.roles.clone(), f.fewest());
    let withheld = shown.is_empty();
    let spans = SPANS.map(|n| (n.to_string(), format!("{n} weeks")));
    let pairs: Vec<(&str, &str)> = spans.iter().map(|(n, words)| (n.as_str(), words.as_str())).collect();
    IndicatorsPage {
        shell,
        filters: vec![Filter::select("weeks", "Look back", &pairs, &f.weeks.to_string())],
        stats: stats(f, withheld, f.may_orders),
        may_orders: f.may_orders,
        withheld,
        by_week: charts::by_week(f),
        by_channel: charts::by_channel(f),
        role_columns: vec![
            Column::text("Role"),
            Column::number("People"),
            Column::number("Live attempts a person"),
            Column::number("Reached"),
        ],
        roles: role_lines(shown),
        week_label: f.today.week().to_string(),
        actions_withheld: f.people_behind_actions < f.fewest(),
        fewest: f.fewest(),
        end_columns: vec![Column::text("What became of it"), Column::number("Actions")],
        ends: ends(&f.actions),
        by_month: charts::by_month(f),
        any_contact: !f.contacts.is_empty(),
        any_order: !f.orders.is_empty(),
    }
}

async fn figures(db: &Db, actor: &Actor, weeks: i64, now: Time) -> Result<Figures> {
    let today = now.day();
    let monday = today.week().monday();
    let first_week = monday.plus(-7 * (weeks as i32 - 1));
    let year = charts::twelve_months(today).first().map_or(today, |m| m.first);
    // Readers do not wait for one another, so the page takes as long as its slowest query.
    let (agreed, contacts, roles, (actions, people_behind_actions), orders) = tokio::try_join!(
        smallest_group(db, actor, today),
        queries::weeks(db, actor, first_week, now),
        queries::roles(db, actor, first_week, now),
        queries::actions(db, actor, monday, now),
        sums(db, actor, Time::at_day(year), now),
    )?;
    let may_orders = actor.may(Permission::ReadOrders);
    Ok(Figures { agreed, first_week, weeks, contacts, roles, actions, people_behind_actions, orders, today, may_orders })
}

#[derive(Deserialize)]
pub(super) struct SpanQuery {
    #[serde(default)]
    weeks: String,
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(q): Query<SpanQuery>) -> WebResult {
    let weeks = q.weeks.parse().ok().filter(|w| SPANS.contains(w)).unwrap_or(12);
    let figures = figures(app.db(), &visitor.actor, weeks, visitor.now).await?;
    page(&view(visitor.shell(&app, "Indicators"), &figures))
}
