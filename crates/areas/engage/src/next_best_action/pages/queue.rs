//! The queue: the day's actions of one owner, the next one biggest.

use super::{card, clock, day, hours, plural, sample_action};
use crate::next_best_action::model::PlanReport;
use crate::next_best_action::store::{self, ActionRow, PlanRow, State as ActionState};
use crate::next_best_action::title_of;
use axum::extract::{Query, State};
use rounds_kernel::{Day, Error, UserId, Week};
use rounds_web::components::{ActionCard, CardState, Column, Tab, grouped};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/queue.html")]
struct QueuePage {
    shell: Shell,
    title: String,
    sub: String,
    owner: i64,
    whose: String,
    week: String,
    planned: bool,
    days: Vec<Tab>,
    lead: Option<ActionCard>,
    rest: Vec<ActionCard>,
    ended: Vec<ActionCard>,
    done: usize,
    total: usize,
    held: Vec<HeldLine>,
    held_total: String,
    /// Nothing in the whole week.
    idle: bool,
    stream: String,
}

struct HeldLine {
    rule: String,
    title: &'static str,
    people: i64,
    shown: String,
}

#[derive(Deserialize)]
pub(in super::super) struct QueueQuery {
    week: Option<String>,
    day: Option<String>,
    owner: Option<i64>,
    rule: Option<String>,
}

/// Whose queue is shown: one's own, or a team member's.
fn owner(visitor: &Visitor, asked: Option<i64>) -> Result<i64, Error> {
    let own = visitor.actor.user.map_or(0, |u| u.0);
    let id = asked.unwrap_or(own);
    if visitor.actor.sees_user(UserId(id)) { Ok(id) } else { Err(Error::not_found("queue")) }
}

/// The week asked for, else the first planned week that is not over, else the present one.
async fn week(app: &App, visitor: &Visitor, asked: Option<&str>) -> Result<Week, Error> {
    match asked {
        Some(w) => Week::parse(w),
        None => Ok(store::week_to_show(app.db(), visitor.now.day()).await?.unwrap_or_else(|| visitor.now.day().week())),
    }
}

pub(in super::super) async fn queue(State(app): State<App>, visitor: Visitor, Query(q): Query<QueueQuery>) -> WebResult {
    let owner = owner(&visitor, q.owner)?;
    let week = week(&app, &visitor, q.week.as_deref()).await?;
    let plan = store::in_force(app.db(), week.monday()).await?;
    let actions = store::queue(app.db(), owner, week.monday()).await?;
    let shown = shown_day(&visitor, &q, week, &actions)?;
    let whose = rounds_platform::users::all(app.db()).await?.into_iter().find(|u| u.id == owner).map_or_else(String::new, |u| u.name);
    page(&view(visitor.shell(&app, "Queue"), &visitor, owner, whose, week, shown, plan, actions))
}

/// The day asked for, else today within the week, else the first day with something open.
fn shown_day(visitor: &Visitor, q: &QueueQuery, week: Week, actions: &[ActionRow]) -> Result<Day, Error> {
    if let Some(d) = &q.day {
        return Day::parse(d);
    }
    let monday = week.monday();
    let zone = visitor.now.day().utc_offset_minutes(&visitor.actor.zone);
    let today = visitor.now.plus_minutes(zone).day();
    let open = actions.iter().filter(|a| matches!(a.state(), ActionState::Proposed | ActionState::Accepted)).map(|a| day(a.day)).min();
    Ok(if (monday..monday.plus(5)).contains(&today) { today } else { open.unwrap_or(monday) })
}

#[allow(clippy::too_many_arguments, reason = "one call site; the parts of a page have no better name together")]
fn view(
    shell: Shell,
    visitor: &Visitor,
    owner: i64,
    whose: String,
    week: Week,
    shown: Day,
    plan: Option<PlanRow>,
    actions: Vec<ActionRow>,
) -> QueuePage {
    let mine = visitor.actor.user == Some(UserId(owner));
    let link = |d: Day| format!("/queue?week={week}&day={d}{}", if mine { String::new() } else { format!("&owner={owner}") });
    let days = (0..5)
        .map(|i| week.monday().plus(i))
        .map(|d| Tab { label: d.short(), href: link(d), count: actions.iter().filter(|a| day(a.day) == d).count(), current: d == shown })
        .collect();
    let today: Vec<&ActionRow> = actions.iter().filter(|a| day(a.day) == shown).collect();
    let left: i64 = today.iter().filter(|a| matches!(a.state(), ActionState::Proposed | ActionState::Accepted)).map(|a| a.minutes).sum();
    let cards: Vec<ActionCard> = today.iter().map(|a| card(a, &visitor.actor.zone, mine, shell.simulated)).collect();
    let (mut open, ended): (Vec<_>, Vec<_>) = cards.into_iter().partition(|c| matches!(c.state, CardState::Proposed | CardState::Accepted));
    let total = open.len() + ended.len();
    let done = ended.iter().filter(|c| c.state == CardState::Done).count();
    let lead = (!open.is_empty()).then(|| ActionCard { lead: true, ..open.remove(0) });
    let held = plan.as_ref().map_or_else(Vec::new, |p| held_lines(&p.report(), owner));
    QueuePage {
        title: shown.short(),
        sub: sub_line(done, total, left, plan.as_ref().map(|p| made(p, visitor))),
        owner,
        whose: if mine { String::new() } else { whose },
        week: week.to_string(),
        planned: plan.is_some(),
        days,
        lead,
        rest: open,
        ended,
        done,
        total,
        held_total: grouped(held.iter().map(|h| h.people).sum()),
        idle: actions.is_empty(),
        held,
        stream: format!("/live/queue.{owner}"),
        shell,
    }
}

fn sub_line(done: usize, total: usize, left: i64, planned: Option<String>) -> String {
    let planned = planned.map_or_else(|| "not planned yet".into(), |at| format!("planned {at}"));
    if total == 0 { planned } else { format!("{done} of {total} done · {} left · {planned}", hours(left)) }
}

fn made(p: &PlanRow, visitor: &Visitor) -> String {
    let at = rounds_kernel::Time(p.made_at);
    format!("{} {}", at.day().short(), clock(at, &visitor.actor.zone))
}

fn held_lines(report: &PlanReport, owner: i64) -> Vec<HeldLine> {
    let mut lines: Vec<HeldLine> = report
        .refusals
        .iter()
        .filter(|r| r.owner == owner && r.people > 0)
        .map(|r| HeldLine {
            title: title_of(&r.rule),
            rule: r.rule.clone(),
            people: i64::from(r.people),
            shown: grouped(i64::from(r.people)),
        })
        .collect();
    lines.sort_by_key(|l| std::cmp::Reverse(l.people));
    lines
}

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/held.html")]
struct HeldPage {
    shell: Shell,
    title: &'static str,
    sub: String,
    columns: Vec<Column>,
    people: Vec<HeldPerson>,
}

/// People listed for one rule.
const HELD_SHOWN: usize = 200;

struct HeldPerson {
    id: i64,
    name: String,
    role: String,
    account: String,
    words: String,
}

/// People held back from one owner by one rule, recomputed from the plan's snapshot.
pub(in super::super) async fn held(State(app): State<App>, visitor: Visitor, Query(q): Query<QueueQuery>) -> WebResult {
    let owner = owner(&visitor, q.owner)?;
    let week = week(&app, &visitor, q.week.as_deref()).await?;
    let rule = q.rule.unwrap_or_default();
    let plan = store::in_force(app.db(), week.monday()).await?.ok_or_else(|| Error::not_found("plan"))?;
    let snapshot = store::snapshot(app.db(), &plan.snapshot_hash).await?;
    let met = store::people_met(app.db(), plan.id).await?;
    let held = super::super::plan::explain::held_back(&snapshot, &plan.report(), owner, &rule, &met, HELD_SHOWN);
    let names = store::names_of(app.db(), &held.iter().map(|h| h.0).collect::<Vec<_>>()).await?;
    let people: Vec<HeldPerson> = held
        .into_iter()
        .filter_map(|(id, words)| {
            let n = names.get(&id)?;
            Some(HeldPerson { id, name: n.person.clone(), role: n.role.clone(), account: n.account.clone(), words })
        })
        .collect();
    let first = if people.len() == HELD_SHOWN { "the first " } else { "" };
    let sub = format!(
        "Week {week} · {first}{} kept from the queue by this rule",
        plural(people.len() as i64, "person").replace("persons", "people")
    );
    page(&held_view(visitor.shell(&app, "Held back"), title_of(&rule), sub, people))
}

fn held_view(shell: Shell, title: &'static str, sub: String, people: Vec<HeldPerson>) -> HeldPage {
    HeldPage { shell, title, sub, columns: ["Person", "Account", "Why not this week"].iter().map(|c| Column::text(c)).collect(), people }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let visitor = Visitor::sample();
    let week = Week { year: 2026, week: 48 };
    let actions = vec![
        sample_action(1, "phone", None),
        sample_action(2, "visit", Some("accept")),
        sample_action(3, "email", Some("outcome")),
        sample_action(4, "video", Some("dismiss")),
    ];
    let draw = |rows: Vec<ActionRow>, own: i64| {
        askama::Template::render(&view(Shell::sample("Queue"), &visitor, own, "Ines Kowalski".into(), week, day(20_780), None, rows))
            .unwrap_or_default()
    };
    let held = HeldPerson {
        id: 3,
        name: "Dr. <b>Meyer</b>".into(),
        role: "Physician".into(),
        account: "St. Brigid".into(),
        words: "2 of 2 contacts this week are used.".into(),
    };
    vec![
        ("queue", draw(actions.clone(), 5)),
        ("queue of a colleague", draw(actions, 6)),
        ("queue, nothing planned", draw(vec![], 5)),
        (
            "held back",
            askama::Template::render(&held_view(Shell::sample("Held back"), "contacted often enough", "Week 2026-W48".into(), vec![held]))
                .unwrap_or_default(),
        ),
        (
            "held back, nobody",
            askama::Template::render(&held_view(Shell::sample("Held back"), "no permission", "Week 2026-W48".into(), vec![]))
                .unwrap_or_default(),
        ),
    ]
}
