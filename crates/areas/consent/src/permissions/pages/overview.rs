//! `/permissions`: how many people can be reached how, and how that changes.

use super::super::queries::{Group, ReachCounts, TrendRow, counts, trend};
use super::super::{Aim, Reach, State};
use super::{percent, told};
use crate::country_rules::Rules;
use axum::extract::{Query, State as Shared};
use rounds_kernel::{CareSetting, Channel, Day, PersonRole};
use rounds_web::charts::{Chart, Row, Spec, line, stacked_bar};
use rounds_web::components::{Column, Filter, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How far back the trend goes.
const TREND_DAYS: i32 = 90;

/// The address of a view.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::permissions) struct OverviewQuery {
    aim: String,
    by: String,
    country: String,
    setting: String,
    role: String,
}

impl OverviewQuery {
    fn aim(&self) -> Aim {
        Aim::parse(&self.aim).unwrap_or(Aim::Information)
    }

    /// Whether a group is within the filters.
    fn holds(&self, g: &Group) -> bool {
        let is = |wanted: &str, has: &str| wanted.is_empty() || wanted == has;
        is(&self.country, &g.country) && is(&self.setting, &g.setting) && is(&self.role, &g.role)
    }

    /// The list of people behind a number: what the page is narrowed to, and `extra`.
    fn href(&self, extra: &[(&str, &str)]) -> String {
        let mut pairs =
            BTreeMap::from([("aim", self.aim.as_str()), ("country", &self.country), ("setting", &self.setting), ("role", &self.role)]);
        pairs.extend(extra.iter().copied());
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, value) in pairs.iter().filter(|(_, v)| !v.is_empty()) {
            out.append_pair(name, value);
        }
        format!("/permissions/people?{}", out.finish())
    }
}

#[derive(askama::Template)]
#[template(path = "permissions/templates/overview.html")]
struct Overview {
    shell: Shell,
    filters: Vec<Filter>,
    people: i64,
    stats: Vec<Stat>,
    chart: Chart,
    trend: Option<Chart>,
    state_columns: Vec<Column>,
    channels: Vec<ChannelLine>,
    group_columns: Vec<Column>,
    groups: Vec<GroupLine>,
}

struct Cell {
    text: String,
    note: String,
    href: String,
}

struct ChannelLine {
    channel: &'static str,
    cells: Vec<Cell>,
}

struct GroupLine {
    name: String,
    people: Cell,
    cells: Vec<Cell>,
}

/// What rows are grouped by: its name in addresses, its word, and what names a row.
const GROUPINGS: &[(&str, &str)] = &[("role", "Role"), ("country", "Country"), ("setting", "Care setting")];

fn grouping(q: &OverviewQuery) -> (&'static str, &'static str) {
    GROUPINGS.iter().copied().find(|(code, _)| *code == q.by).unwrap_or(GROUPINGS[0])
}

fn name_of(by: &str, code: &str, rules: &Rules) -> String {
    match by {
        "country" if code.is_empty() => "at no account".into(),
        "country" if rules.knows(code) => rules.of(code).name.clone(),
        "setting" => CareSetting::parse(code).map_or("at no account".into(), |s| s.label().to_owned()),
        "role" => PersonRole::parse(code).map_or(code.to_owned(), |r| r.label().to_owned()),
        _ => code.to_owned(),
    }
}

fn filters(q: &OverviewQuery, groups: &[Group], rules: &Rules) -> Vec<Filter> {
    let aims: Vec<(&str, &str)> = Aim::ALL.iter().map(|a| (a.code(), a.label())).collect();
    let present = |of: fn(&Group) -> &str, by: &str| -> Vec<(String, String)> {
        let codes: std::collections::BTreeSet<&str> = groups.iter().map(of).filter(|c| !c.is_empty()).collect();
        codes.into_iter().map(|c| (c.to_owned(), name_of(by, c, rules))).collect()
    };
    let select = |name: &str, label: &str, pairs: Vec<(String, String)>, chosen: &str| {
        let all: Vec<(&str, &str)> = std::iter::once(("", "All")).chain(pairs.iter().map(|(c, n)| (c.as_str(), n.as_str()))).collect();
        Filter::select(name, label, &all, chosen)
    };
    let by: Vec<(&str, &str)> = GROUPINGS.to_vec();
    vec![
        Filter::select("aim", "For", &aims, q.aim().code()),
        select("country", "Country", present(|g| &g.country, "country"), &q.country),
        select("role", "Role", present(|g| &g.role, "role"), &q.role),
        select("setting", "Care setting", present(|g| &g.setting, "setting"), &q.setting),
        Filter::select("by", "Grouped by", &by, grouping(q).0),
    ]
}

fn view(shell: Shell, q: &OverviewQuery, groups: &[Group], days: &[TrendRow], rules: &Rules) -> Overview {
    let (by, word) = grouping(q);
    let mut all = ReachCounts::default();
    let mut rows: BTreeMap<&str, ReachCounts> = BTreeMap::new();
    for g in groups.iter().filter(|g| q.holds(g)) {
        let key = match by {
            "country" => &g.country,
            "setting" => &g.setting,
            _ => &g.role,
        };
        rows.entry(key).or_default().add(Reach::from_bits(g.bits), rules.of(&g.country), q.aim(), g.people);
    }
    rows.values().for_each(|c| all.absorb(c));
    let group = |(code, c): (&&str, &ReachCounts)| group_line(q, by, code, name_of(by, code, rules), c);
    Overview {
        shell,
        filters: filters(q, groups, rules),
        people: all.people,
        stats: stats(q, &all),
        chart: chart(&all),
        trend: trend_chart(days),
        state_columns: [Column::text("Channel")]
            .into_iter()
            .chain(["Reachable", "Granted", "Denied", "Unknown"].map(Column::number))
            .collect(),
        channels: Channel::ALL.iter().map(|c| channel_line(q, *c, &all)).collect(),
        group_columns: [Column::text(word), Column::number("People")]
            .into_iter()
            .chain(Channel::ALL.iter().map(|c| Column::number(c.label())))
            .collect(),
        groups: rows.iter().map(group).collect(),
    }
}

fn stats(q: &OverviewQuery, all: &ReachCounts) -> Vec<Stat> {
    let reach = |c: Channel| {
        let n = all.reachable[c.index()];
        let href = q.href(&[("channel", c.code()), ("state", "reachable")]);
        Stat::new(&format!("Reachable by {}", c.label().to_lowercase()), percent(n, all.people), &href)
            .note(format!("{} of {}", told(n), told(all.people)), Tone::Plain)
    };
    let mut stats: Vec<Stat> = [Channel::Visit, Channel::Phone, Channel::Email, Channel::Webinar].into_iter().map(reach).collect();
    let none = all.do_not_contact;
    stats.push(
        Stat::new("Do not contact", told(none), &q.href(&[("state", "do_not_contact")])).note(percent(none, all.people), Tone::Plain),
    );
    stats
}

fn chart(all: &ReachCounts) -> Chart {
    let order = [State::Granted, State::Unknown, State::Denied];
    let at = |s: State| State::ALL.iter().position(|x| *x == s).unwrap_or(0);
    let rows = Channel::ALL.iter().map(|c| {
        let values = order.map(|s| all.states[c.index()][at(s)]);
        let total: i64 = values.iter().sum();
        Row {
            label: c.label().into(),
            values: values.iter().map(|v| *v as f64).collect(),
            shown: values.iter().chain([&total]).map(|v| told(*v)).collect(),
        }
    });
    let spec = Spec {
        caption: "What people said, by channel".into(),
        unit: "people".into(),
        first_column: "Channel".into(),
        legend: order.iter().map(|s| s.label().into()).collect(),
    };
    stacked_bar(spec, rows.collect())
}

/// The reachable share of the whole base by day; nothing with fewer than two days.
fn trend_chart(days: &[TrendRow]) -> Option<Chart> {
    const SHOWN: [Channel; 3] = [Channel::Phone, Channel::Email, Channel::Webinar];
    let mut by_day: BTreeMap<i64, [f64; 3]> = BTreeMap::new();
    for r in days {
        let Some(at) = SHOWN.iter().position(|c| c.code() == r.channel) else { continue };
        let share = if r.people > 0 { 100.0 * r.reachable as f64 / r.people as f64 } else { f64::NAN };
        by_day.entry(r.day).or_insert([f64::NAN; 3])[at] = share;
    }
    if by_day.len() < 2 {
        return None;
    }
    let shown = |v: &f64| if v.is_finite() { format!("{v:.1} %") } else { "—".into() };
    let rows = by_day.iter().map(|(day, shares)| Row {
        label: Day::stored(*day).short(),
        values: shares.to_vec(),
        shown: shares.iter().map(shown).collect(),
    });
    let spec = Spec {
        caption: "Reachable share by day, everyone".into(),
        unit: "per cent of people".into(),
        first_column: "Day".into(),
        legend: SHOWN.iter().map(|c| c.label().into()).collect(),
    };
    Some(line(spec, rows.collect()))
}

fn channel_line(q: &OverviewQuery, c: Channel, all: &ReachCounts) -> ChannelLine {
    let states = all.states[c.index()];
    let cell = |n: i64, state: &str| Cell {
        text: told(n),
        note: percent(n, all.people),
        href: q.href(&[("channel", c.code()), ("state", state)]),
    };
    let mut cells = vec![cell(all.reachable[c.index()], "reachable")];
    cells.extend(State::ALL.iter().zip(states).map(|(state, n)| cell(n, state.code())));
    ChannelLine { channel: c.label(), cells }
}

fn group_line(q: &OverviewQuery, by: &str, code: &str, name: String, c: &ReachCounts) -> GroupLine {
    let cell = |ch: &Channel| {
        let n = c.reachable[ch.index()];
        Cell { text: percent(n, c.people), note: told(n), href: q.href(&[("channel", ch.code()), ("state", "reachable"), (by, code)]) }
    };
    let people = Cell { text: told(c.people), note: String::new(), href: q.href(&[(by, code)]) };
    GroupLine { name, people, cells: Channel::ALL.iter().map(cell).collect() }
}

pub(in crate::permissions) async fn overview(Shared(app): Shared<App>, visitor: Visitor, Query(q): Query<OverviewQuery>) -> WebResult {
    let groups = counts(app.db(), &visitor.actor).await?;
    let today = visitor.now.day();
    let rules = Rules::load(app.db(), today).await?;
    let everyone = visitor.actor.visible_users().is_none();
    let days = if everyone { trend(app.db(), q.aim(), i64::from(today.plus(-TREND_DAYS).0)).await? } else { Vec::new() };
    page(&view(visitor.shell(&app, "Reachability"), &q, &groups, &days, &rules))
}

pub(super) fn sample() -> String {
    let bits = |state| super::super::model::bits(Some(Channel::Email), None, state);
    let group = |role: &str, country: &str, bits: i64, people: i64| Group {
        role: role.into(),
        country: country.into(),
        setting: "hospital".into(),
        bits,
        people,
    };
    let groups = vec![
        group("physician", "US", 0, 41_300),
        group("physician", "DE", bits(State::Granted), 9_100),
        group("nurse", "DE", bits(State::Denied), 1_210),
        group("nurse", "DE", 0, 30_000),
    ];
    let day = |day: i64, reachable: i64| TrendRow { day, channel: "email".into(), people: 81_610, reachable };
    let days = [day(20_778, 48_000), day(20_779, 49_200), day(20_780, 50_400)];
    askama::Template::render(&view(Shell::sample("Reachability"), &OverviewQuery::default(), &groups, &days, &Rules::shipped()))
        .unwrap_or_default()
}
