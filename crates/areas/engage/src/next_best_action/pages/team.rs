//! The team's week: how far each owner is. Shown to their manager as planned work, not as a league table.

use super::{hours, plural};
use crate::next_best_action::store;
use axum::extract::{Query, State};
use rounds_kernel::{Result, Role, Week};
use rounds_store::{FromQueryResult, Query as Ask, args};
use rounds_web::components::Column;
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/team.html")]
struct TeamPage {
    shell: Shell,
    sub: String,
    week: String,
    columns: Vec<Column>,
    owners: Vec<Line>,
}

struct Line {
    id: i64,
    name: String,
    role: &'static str,
    planned: i64,
    accepted: i64,
    done: i64,
    dismissed: i64,
    hours: String,
}

#[derive(FromQueryResult)]
struct TeamRow {
    id: i64,
    name: String,
    role: String,
    planned: i64,
    accepted: i64,
    done: i64,
    dismissed: i64,
    minutes: i64,
}

#[derive(Deserialize)]
pub(in super::super) struct TeamQuery {
    week: Option<String>,
}

async fn rows(app: &App, visitor: &Visitor, week: Week) -> Result<Vec<TeamRow>> {
    let Some(plan) = store::in_force(app.db(), week.monday()).await? else { return Ok(Vec::new()) };
    let scope = visitor
        .actor
        .visible_users()
        .map_or_else(|| "1 = 1".to_owned(), |us| format!("a.owner_id IN ({})", rounds_platform::scope::list(us)));
    let sql = format!(
        "SELECT u.id, u.name, u.role, COUNT(*) AS planned, COUNT(CASE WHEN s.verb = 'accept' THEN 1 END) AS accepted, \
         COUNT(CASE WHEN s.verb = 'outcome' THEN 1 END) AS done, COUNT(CASE WHEN s.verb = 'dismiss' THEN 1 END) AS dismissed, \
         CAST(SUM(a.minutes) AS BIGINT) AS minutes FROM plan_action a JOIN plan p ON p.id = a.plan_id JOIN app_user u ON u.id = a.owner_id \
         LEFT JOIN action_step s ON s.action_id = a.id AND s.seq = (SELECT MAX(x.seq) FROM action_step x WHERE x.action_id = a.id) \
         WHERE p.monday = $1 AND p.published_at IS NOT NULL AND (a.plan_id = $2 OR s.verb IN ('accept', 'outcome')) AND {scope} \
         GROUP BY u.id, u.name, u.role ORDER BY u.name, u.id"
    );
    app.db().all(&sql, args![i64::from(week.monday().0), plan.id]).await
}

pub(in super::super) async fn team(State(app): State<App>, visitor: Visitor, Query(q): Query<TeamQuery>) -> WebResult {
    let week = match q.week {
        Some(w) => Week::parse(&w)?,
        None => store::week_to_show(app.db(), visitor.now.day()).await?.unwrap_or_else(|| visitor.now.day().week()),
    };
    let rows = rows(&app, &visitor, week).await?;
    page(&view(visitor.shell(&app, "Team"), week, rows))
}

fn view(shell: Shell, week: Week, rows: Vec<TeamRow>) -> TeamPage {
    let owners: Vec<Line> = rows
        .into_iter()
        .map(|r| Line {
            id: r.id,
            name: r.name,
            role: Role::parse(&r.role).map_or("", Role::label),
            planned: r.planned,
            accepted: r.accepted,
            done: r.done,
            dismissed: r.dismissed,
            hours: hours(r.minutes),
        })
        .collect();
    let all: i64 = owners.iter().map(|o| o.planned).sum();
    TeamPage {
        shell,
        sub: format!("Week {week} · {} for {}", plural(all, "contact"), plural(owners.len() as i64, "colleague")),
        week: week.to_string(),
        columns: ["Colleague", "Role"]
            .iter()
            .map(|c| Column::text(c))
            .chain(["Planned", "Accepted", "Done", "Dismissed", "Time"].iter().map(|c| Column::number(c)))
            .collect(),
        owners,
    }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let week = Week { year: 2026, week: 48 };
    let row = TeamRow {
        id: 5,
        name: "Ines Kowalski".into(),
        role: "remote_rep".into(),
        planned: 92,
        accepted: 8,
        done: 31,
        dismissed: 4,
        minutes: 1_480,
    };
    vec![
        ("team", askama::Template::render(&view(Shell::sample("Team"), week, vec![row])).unwrap_or_default()),
        ("team, nothing planned", askama::Template::render(&view(Shell::sample("Team"), week, vec![])).unwrap_or_default()),
    ]
}
