//! `/permissions/people`: the people behind the numbers.

use super::super::queries::{ListFilter, PersonLine, Reachability, StateFilter, people as read};
use super::super::{Aim, Reach, State};
use super::short_chip;
use crate::country_rules::Rules;
use axum::extract::{Query, RawQuery, State as Shared};
use rounds_kernel::{CareSetting, Channel, Cursor, Page, PersonId, PersonRole};
use rounds_platform::imports::export::csv;
use rounds_platform::views::{self, Views};
use rounds_web::components::{Chip, Column, Filter, Pager};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PER_PAGE: usize = 50;

/// The address of a view.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::permissions) struct ListQuery {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    aim: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    setting: String,
    #[serde(default)]
    after: String,
}

impl ListQuery {
    fn aim(&self) -> Aim {
        Aim::parse(&self.aim).unwrap_or(Aim::Information)
    }
}

#[derive(askama::Template)]
#[template(path = "permissions/templates/people.html")]
struct PeoplePage {
    shell: Shell,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    lines: Vec<Line>,
    pager: Pager,
    export: String,
    views: Views,
}

struct Line {
    id: i64,
    name: String,
    role: &'static str,
    account: Option<(i64, String)>,
    chips: Vec<Chip>,
}

fn filter_of(q: &ListQuery) -> ListFilter {
    let state = match q.state.as_str() {
        "reachable" => Some(StateFilter::Reachable),
        "do_not_contact" => Some(StateFilter::DoNotContact),
        "runs_out" => Some(StateFilter::RunsOut),
        other => State::parse(other).map(StateFilter::Recorded),
    };
    let country = <[u8; 2]>::try_from(q.country.as_bytes()).ok().filter(|c| c.iter().all(u8::is_ascii_uppercase));
    ListFilter {
        channel: Channel::parse(&q.channel),
        state,
        role: PersonRole::parse(&q.role),
        country,
        setting: CareSetting::parse(&q.setting),
        aim: Some(q.aim()),
    }
}

fn filters(q: &ListQuery) -> Vec<Filter> {
    let with_all = |pairs: Vec<(&'static str, &'static str)>| -> Vec<(&'static str, &'static str)> {
        std::iter::once(("", "All")).chain(pairs).collect()
    };
    let channels = with_all(Channel::ALL.iter().map(|c| (c.code(), c.label())).collect());
    let states = with_all(vec![
        ("reachable", "Reachable"),
        ("granted", "Granted"),
        ("denied", "Denied"),
        ("unknown", "Unknown"),
        ("do_not_contact", "Do not contact"),
        ("runs_out", "Runs out soon"),
    ]);
    let roles = with_all(PersonRole::ALL.iter().map(|r| (r.code(), r.label())).collect());
    let aims: Vec<(&str, &str)> = Aim::ALL.iter().map(|a| (a.code(), a.label())).collect();
    let settings = with_all(CareSetting::ALL.iter().map(|s| (s.code(), s.label())).collect());
    let mut all = vec![
        Filter::select("aim", "For", &aims, q.aim().code()),
        Filter::select("channel", "Channel", &channels, &q.channel),
        Filter::select("state", "Permission", &states, &q.state),
        Filter::select("role", "Role", &roles, &q.role),
        Filter::select("setting", "Care setting", &settings, &q.setting),
    ];
    if !q.country.is_empty() {
        all.push(Filter::select("country", "Country", &[("", "All"), (&q.country, &q.country)], &q.country));
    }
    all
}

fn view(shell: Shell, q: &ListQuery, found: Page<PersonLine>, reach: &Reachability, rules: &Rules) -> PeoplePage {
    let channels: Vec<Channel> = filter_of(q).channel.map_or_else(|| Channel::ALL.to_vec(), |c| vec![c]);
    let line = |p: PersonLine| {
        let known: Reach = reach.of(PersonId(p.id));
        let rule = rules.of(p.country.as_deref().unwrap_or_default());
        Line {
            id: p.id,
            name: p.name,
            role: PersonRole::parse(&p.role).map_or("—", PersonRole::label),
            account: p.account_id.zip(p.account),
            chips: channels.iter().map(|c| short_chip(known, rule, *c, q.aim())).collect(),
        }
    };
    let columns = ["Name", "Role", "Account"].into_iter().chain(channels.iter().map(|c| c.label())).map(Column::text).collect();
    let pager = pager(q, found.rows.len(), found.next);
    let lines: Vec<Line> = found.rows.into_iter().map(line).collect();
    PeoplePage {
        shell,
        filters: filters(q),
        columns,
        lines,
        pager,
        export: q.href("/permissions/people.csv", None),
        views: Views::default(),
    }
}

impl ListQuery {
    /// `path` with what the list is narrowed to, and a place in it.
    fn href(&self, path: &str, after: Option<Cursor>) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let all = [
            ("channel", &self.channel),
            ("state", &self.state),
            ("role", &self.role),
            ("aim", &self.aim),
            ("country", &self.country),
            ("setting", &self.setting),
        ];
        pairs.extend_pairs(all.into_iter().filter(|(_, value)| !value.is_empty()));
        if let Some(cursor) = after {
            pairs.append_pair("after", &cursor.encode());
        }
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

fn pager(q: &ListQuery, shown: usize, next: Option<Cursor>) -> Pager {
    let more = if next.is_some() { ", more follow" } else { "" };
    Pager { shown: format!("{shown} people{more}"), previous: None, next: next.map(|c| q.href("/permissions/people", Some(c))) }
}

pub(in crate::permissions) async fn people(
    Shared(app): Shared<App>,
    visitor: Visitor,
    Query(q): Query<ListQuery>,
    RawQuery(query): RawQuery,
) -> WebResult {
    let rules = Rules::load(app.db(), visitor.now.day()).await?;
    let after = Cursor::decode(&q.after);
    let (found, reach) = read(app.db(), &visitor.actor, &filter_of(&q), (&rules, visitor.now), after, PER_PAGE).await?;
    let views = views::of(app.db(), &visitor, "/permissions/people", query.as_deref()).await?;
    page(&PeoplePage { views, ..view(visitor.shell(&app, "People by permission"), &q, found, &reach, &rules) })
}

/// Rows of the file read at once.
const STEP: usize = 1_000;
/// Rows of one file.
const MOST: usize = 50_000;

/// The same list as a file: who may be contacted how, for what is asked. No addresses: those stand with the person.
pub(in crate::permissions) async fn people_csv(Shared(app): Shared<App>, visitor: Visitor, Query(q): Query<ListQuery>) -> WebResult {
    let rules = Rules::load(app.db(), visitor.now.day()).await?;
    let (mut rows, mut after): (Vec<Vec<String>>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let (found, reach) = read(app.db(), &visitor.actor, &filter_of(&q), (&rules, visitor.now), after, STEP).await?;
        for p in found.rows {
            let (known, rule): (Reach, _) = (reach.of(PersonId(p.id)), rules.of(p.country.as_deref().unwrap_or_default()));
            let told = Channel::ALL.iter().map(|c| short_chip(known, rule, *c, q.aim()).text);
            let account = p.account_id.map_or(String::new(), |a| a.to_string());
            let who = [p.id.to_string(), p.name, p.role, account, p.account.unwrap_or_default(), p.country.unwrap_or_default()];
            rows.push(who.into_iter().chain(told).collect());
        }
        after = found.next;
        if after.is_none() || rows.len() >= MOST {
            break;
        }
    }
    let head: Vec<&str> = ["Person Id", "Name", "Role", "Account Id", "Account", "Country"]
        .into_iter()
        .chain(Channel::ALL.iter().map(|c| c.label()))
        .collect();
    Ok(rounds_web::download("people-by-permission.csv", csv(&head, rows)))
}

pub(super) fn sample() -> String {
    let person = |id: i64, name: &str, role: &str, country: &str| PersonLine {
        id,
        name: name.into(),
        role: role.into(),
        account_id: (id != 3).then_some(7),
        account: (id != 3).then(|| "St. Brigid Medical Center".into()),
        country: Some(country.into()),
    };
    let rows = vec![
        person(1, "Dr. Aoife Meyer", "physician", "US"),
        person(2, "Jörg <b>Ackermann</b>", "nurse", "DE"),
        person(3, "Siobhán Ní Riain", "procurement", "IE"),
    ];
    let found = Page { rows, next: Some(Cursor { key: "Siobhán".into(), id: 3 }) };
    let q = ListQuery { state: "unknown".into(), ..ListQuery::default() };
    askama::Template::render(&view(Shell::sample("People by permission"), &q, found, &Reachability::default(), &Rules::shipped()))
        .unwrap_or_default()
}
