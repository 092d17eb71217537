//! Why, and why not: everything the plan in force considered for one person. And the panels on account and person pages.

use super::{card, day};
use crate::next_best_action::plan::explain::{Verdict, why_not};
use crate::next_best_action::store::{self, ActionRow, PlanRow};
use crate::next_best_action::{explain_person, title_of};
use axum::extract::{Path, State};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_kernel::{Permission, PersonId, Result, UserId};
use rounds_web::components::{ActionCard, Column};
use rounds_web::{App, Shell, Visitor, WebResult, page};

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/why.html")]
struct WhyPage {
    shell: Shell,
    person_id: i64,
    title: String,
    sub: String,
    chosen: Vec<ActionCard>,
    columns: Vec<Column>,
    others: Vec<Line>,
}

struct Line {
    what: String,
    unit: String,
    about: String,
    ok: bool,
    rule: String,
    words: Vec<String>,
}

pub(in super::super) async fn why(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    rounds_customers::scope::see_person(app.db(), &visitor.actor, PersonId(id)).await?;
    let names = store::names_of(app.db(), &[id]).await?;
    let name = names.get(&id).map_or_else(|| format!("Person {id}"), |n| n.person.clone());
    let week = store::week_to_show(app.db(), visitor.now.day()).await?.unwrap_or_else(|| visitor.now.day().week());
    let plan = store::in_force(app.db(), week.monday()).await?;
    let verdicts = match &plan {
        Some(p) => explain_person(app.db(), p.id, PersonId(id)).await?,
        None => Vec::new(),
    };
    let actions = of_week(&app, id, plan.as_ref()).await?;
    let shell = visitor.shell(&app, &format!("{name}: why, and why not"));
    page(&view(shell, id, &name, plan.as_ref().map(|p| p.week.as_str()), actions, &verdicts, &visitor))
}

/// The person's actions in the plan in force and those taken on from earlier plans of its week.
async fn of_week(app: &App, person: i64, plan: Option<&PlanRow>) -> Result<Vec<ActionRow>> {
    let Some(plan) = plan else { return Ok(Vec::new()) };
    let all = store::for_person(app.db(), person, 20).await?;
    Ok(all
        .into_iter()
        .filter(|a| a.plan_id == plan.id || (a.monday == plan.monday && matches!(a.verb.as_deref(), Some("accept" | "outcome"))))
        .collect())
}

fn view(
    shell: Shell,
    person_id: i64,
    name: &str,
    week: Option<&str>,
    actions: Vec<ActionRow>,
    verdicts: &[Verdict],
    visitor: &Visitor,
) -> WhyPage {
    let planned = |v: &Verdict| actions.iter().any(|a| a.owner == v.owner && a.channel == v.channel.code() && a.unit == v.unit);
    let others = verdicts.iter().filter(|v| !planned(v)).map(line).collect();
    let simulated = shell.simulated;
    let mine = |a: &ActionRow| visitor.actor.user == Some(UserId(a.owner_id));
    WhyPage {
        title: name.to_owned(),
        sub: week.map_or_else(
            || "No plan yet".to_owned(),
            |w| format!("What the plan of {w} chose and what it left, recomputed from its snapshot"),
        ),
        person_id,
        chosen: actions.iter().map(|a| ActionCard { peek_href: None, ..card(a, &visitor.actor.zone, mine(a), simulated) }).collect(),
        columns: ["Possible contact", "For", "About", "Verdict"].iter().map(|c| Column::text(c)).collect(),
        others,
        shell,
    }
}

fn line(v: &Verdict) -> Line {
    let mut words: Vec<String> = v.refusals.iter().map(|r| r.1.clone()).collect();
    if words.is_empty() {
        words.push(why_not(v));
    }
    Line {
        what: format!("{} by {}", v.channel.label(), v.owner),
        unit: v.unit.clone(),
        about: v.product.clone().unwrap_or_else(|| "—".into()),
        ok: v.refusals.is_empty(),
        rule: v.refusals.first().map_or_else(|| "Allowed".into(), |r| r.0.clone()),
        words,
    }
}

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/panel.html")]
struct NextPanel {
    cards: Vec<ActionCard>,
    csrf: String,
    why_href: Option<String>,
}

/// "Next" on the pages of people and accounts: what the plan in force proposes, for whoever may see its owner.
pub struct Next;

#[async_trait::async_trait]
impl Panel for Next {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let week = store::week_to_show(app.db(), visitor.now.day()).await?;
        let plan = match week {
            Some(w) => store::in_force(app.db(), w.monday()).await?,
            None => None,
        };
        let (actions, why_href) = match (subject, &plan) {
            (Subject::Person(p), plan) => (of_week(app, p.0, plan.as_ref()).await?, Some(format!("/people/{p}/why"))),
            (Subject::Account(a), Some(plan)) => (store::for_account(app.db(), a.0, day(plan.monday)).await?, None),
            _ => return Ok(None),
        };
        let sub = plan.map_or_else(|| "no plan yet".to_owned(), |p| format!("week of {}", day(p.monday).short()));
        PanelHtml::draw("Next", &sub, &next_panel(visitor, &actions, why_href)).map(Some)
    }
}

fn next_panel(visitor: &Visitor, actions: &[ActionRow], why_href: Option<String>) -> NextPanel {
    let mine = |a: &ActionRow| visitor.actor.user == Some(UserId(a.owner_id));
    let note = |a: &ActionRow| if mine(a) { super::state_note(a, &visitor.actor.zone, true) } else { format!("{}'s", a.owner) };
    let cards = actions
        .iter()
        .filter(|a| visitor.actor.sees_user(UserId(a.owner_id)))
        .take(6)
        .map(|a| ActionCard { peek_href: None, chips: Vec::new(), state_note: note(a), ..card(a, &visitor.actor.zone, mine(a), false) })
        .collect();
    NextPanel { cards, csrf: visitor.csrf.clone(), why_href }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let verdict = |refusals: Vec<(String, String)>| Verdict {
        owner: "Ines Kowalski".into(),
        channel: rounds_kernel::Channel::Email,
        unit: "cardiac".into(),
        product: Some("Pulsar stent".into()),
        value: 0.2,
        cost: 0.3,
        refusals,
        reason: "Nobody has spoken with them yet.".into(),
    };
    let refused = verdict(vec![(title_of("permission").into(), "Permission for “e-mail” was refused or withdrawn.".into())]);
    let v = Visitor::sample();
    let draw = |rows, verdicts: &[Verdict], week| {
        askama::Template::render(&view(Shell::sample("Why"), 33, "Dr. <b>Meyer</b>", week, rows, verdicts, &v)).unwrap_or_default()
    };
    vec![
        ("why", draw(vec![super::sample_action(1, "phone", None)], &[refused, verdict(vec![])], Some("2026-W48"))),
        ("why, no plan", draw(vec![], &[], None)),
        (
            "next, on a record's page",
            askama::Template::render(&next_panel(&v, &[super::sample_action(1, "phone", None)], Some("/people/33/why".into())))
                .unwrap_or_default(),
        ),
    ]
}
