//! The team's week: how far each owner is. Shown to their manager as planned work, not as a league table; where a country forbids figures
//! by name, as one line of a group, and of a group that is too small not at all.

use super::{hours, plural};
use crate::next_best_action::store;
use axum::extract::{Query, State};
use rounds_consent::country_rules::{Rules, metrics_allowed, named_allowed, strictest};
use rounds_kernel::{Result, Role, Week};
use rounds_store::{FromQueryResult, Query as Ask, args};
use rounds_web::components::Column;
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(askama::Template)]
#[template(path = "next_best_action/templates/team.html")]
struct TeamPage {
    shell: Shell,
    sub: String,
    columns: Vec<Column>,
    owners: Vec<Line>,
    /// Why some figures stand for a group, or are left out.
    joined: Vec<String>,
}

struct Line {
    /// The colleague's queue, for those who may open it; a group has none.
    queue: Option<String>,
    name: String,
    role: &'static str,
    planned: i64,
    accepted: i64,
    done: i64,
    dismissed: i64,
    hours: String,
}

#[derive(Debug, Clone, Default, FromQueryResult)]
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

#[derive(FromQueryResult)]
struct Home {
    owner_id: i64,
    country: String,
}

/// Countries in which owners work: those of the accounts they have covered or have planned contacts with.
async fn homes(app: &App, week: Week) -> Result<BTreeMap<i64, BTreeSet<String>>> {
    let sql = "SELECT c.owner_id, x.country FROM coverage c JOIN account x ON x.id = c.account_id WHERE c.valid_to IS NULL \
               UNION SELECT a.owner_id, x.country FROM plan_action a JOIN plan p ON p.id = a.plan_id JOIN account x ON x.id = a.account_id \
               WHERE p.monday = $1";
    let mut out: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for home in app.db().all::<Home>(sql, args![i64::from(week.monday().0)]).await? {
        out.entry(home.owner_id).or_default().insert(home.country);
    }
    Ok(out)
}

/// What of the team's figures may be shown.
#[derive(Debug, Default)]
struct Shown {
    named: Vec<TeamRow>,
    /// How many colleagues, where, and their sums.
    groups: Vec<(usize, String, TeamRow)>,
    reasons: Vec<String>,
}

/// Rows by name where the country allows it or they are the reader's own; the others of a country as one, or not at all.
fn allowed(rows: Vec<TeamRow>, homes: &BTreeMap<i64, BTreeSet<String>>, rules: &Rules, own: Option<i64>) -> Shown {
    let mut shown = Shown::default();
    let mut apart: BTreeMap<String, Vec<TeamRow>> = BTreeMap::new();
    for row in rows {
        let places = homes.get(&row.id).into_iter().flatten().map(String::as_str);
        match strictest(rules, places).filter(|_| own != Some(row.id)) {
            Some(country) => apart.entry(country.to_owned()).or_default().push(row),
            None => shown.named.push(row),
        }
    }
    for (country, rows) in apart {
        if let Err(why) = metrics_allowed(rules, &country, rows.len() as i64) {
            shown.reasons.push(format!("Not shown: {why}"));
            continue;
        }
        shown.reasons.extend(named_allowed(rules, &country).err());
        let mut sum = TeamRow::default();
        for r in &rows {
            sum.planned += r.planned;
            sum.accepted += r.accepted;
            sum.done += r.done;
            sum.dismissed += r.dismissed;
            sum.minutes += r.minutes;
        }
        shown.groups.push((rows.len(), rules.of(&country).place().to_owned(), sum));
    }
    shown
}

pub(in super::super) async fn team(State(app): State<App>, visitor: Visitor, Query(q): Query<TeamQuery>) -> WebResult {
    let week = match q.week {
        Some(w) => Week::parse(&w)?,
        None => store::week_to_show(app.db(), visitor.now.day()).await?.unwrap_or_else(|| visitor.now.day().week()),
    };
    let rows = rows(&app, &visitor, week).await?;
    let (homes, rules) = (homes(&app, week).await?, Rules::load(app.db(), visitor.now.day()).await?);
    let shown = allowed(rows, &homes, &rules, visitor.actor.user.map(|u| u.0));
    page(&view(visitor.shell(&app, "Team"), week, shown))
}

fn line(queue: Option<String>, name: String, role: &'static str, r: &TeamRow) -> Line {
    Line { queue, name, role, planned: r.planned, accepted: r.accepted, done: r.done, dismissed: r.dismissed, hours: hours(r.minutes) }
}

fn view(shell: Shell, week: Week, shown: Shown) -> TeamPage {
    let colleagues = shown.named.len() + shown.groups.iter().map(|g| g.0).sum::<usize>();
    let queues = !shell.href("/queue").is_empty();
    let queue = |id: i64| queues.then(|| format!("/queue?owner={id}&week={week}"));
    let named = shown.named.iter().map(|r| line(queue(r.id), r.name.clone(), Role::parse(&r.role).map_or("", Role::label), r));
    let groups =
        shown.groups.iter().map(|(n, place, sum)| line(None, format!("{}, {place}", plural(*n as i64, "colleague")), "Together", sum));
    let owners: Vec<Line> = named.chain(groups).collect();
    // What is not shown is in no sum either: the difference would tell it.
    let all: i64 = owners.iter().map(|o| o.planned).sum();
    TeamPage {
        shell,
        sub: format!("Week {week} · {} for {}", plural(all, "contact"), plural(colleagues as i64, "colleague")),
        columns: ["Colleague", "Role"]
            .iter()
            .map(|c| Column::text(c))
            .chain(["Planned", "Accepted", "Done", "Dismissed", "Time"].iter().map(|c| Column::number(c)))
            .collect(),
        owners,
        joined: shown.reasons,
    }
}

fn sample(id: i64, name: &str, planned: i64) -> TeamRow {
    TeamRow { id, name: name.into(), role: "remote_rep".into(), planned, accepted: 8, done: 31, dismissed: 4, minutes: 1_480 }
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let week = Week { year: 2026, week: 48 };
    let draw = |shown| askama::Template::render(&view(Shell::sample("Team"), week, shown)).unwrap_or_default();
    let why = "In Germany figures of single employees are not shown without the works council.".to_owned();
    let named = Shown { named: vec![sample(5, "Ines Kowalski", 92)], ..Shown::default() };
    let grouped = Shown { groups: vec![(6, "Germany".into(), sample(0, "", 400))], reasons: vec![why], ..Shown::default() };
    vec![("team", draw(named)), ("team, as a group", draw(grouped)), ("team, nothing planned", draw(Shown::default()))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_name_give_way_to_groups_where_a_works_council_has_its_say() {
        let rules = Rules::shipped();
        let at = |all: &[(i64, &[&str])]| -> BTreeMap<i64, BTreeSet<String>> {
            all.iter().map(|(id, places)| (*id, places.iter().map(|p| (*p).to_owned()).collect())).collect()
        };
        let rows = |n: i64| (1..=n).map(|id| sample(id, "A", 10)).collect::<Vec<_>>();
        let home = at(&[(1, &["US"]), (2, &["DE"]), (3, &["DE", "US"]), (4, &["DE"]), (5, &["DE"]), (6, &["DE"])]);
        let five = allowed(rows(6), &home, &rules, None);
        assert_eq!(five.named.iter().map(|r| r.id).collect::<Vec<_>>(), [1], "the strictest country decides for who works in two");
        assert_eq!(five.groups.iter().map(|g| (g.0, g.1.as_str(), g.2.planned)).collect::<Vec<_>>(), [(5, "Germany", 50)]);
        assert!(five.reasons[0].contains("works council"), "{:?}", five.reasons);
        let four = allowed(rows(5), &home, &rules, None);
        assert!(four.groups.is_empty() && four.reasons[0].starts_with("Not shown: 4 people"), "{:?}", four.reasons);
        let page = view(Shell::sample("Team"), Week { year: 2026, week: 48 }, four);
        assert!(page.sub.ends_with("10 contacts for 1 colleague"), "no sum tells what is left out: {}", page.sub);
        let own = allowed(rows(5), &home, &rules, Some(2));
        assert_eq!(own.named.iter().map(|r| r.id).collect::<Vec<_>>(), [1, 2], "one's own figures are one's own");
        assert_eq!(allowed(rows(2), &at(&[]), &rules, None).named.len(), 2, "nothing tells where they work");
    }
}
