//! `/permissions`: how many people can be reached how.

use super::super::State;
use super::super::queries::{ReachCounts, counts};
use super::{percent, told};
use axum::extract::State as Shared;
use rounds_kernel::{Channel, PersonRole};
use rounds_web::charts::{Chart, Row, Spec, stacked_bar};
use rounds_web::components::{Column, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "permissions/templates/overview.html")]
struct Overview {
    shell: Shell,
    people: i64,
    stats: Vec<Stat>,
    chart: Chart,
    state_columns: Vec<Column>,
    channels: Vec<ChannelLine>,
    role_columns: Vec<Column>,
    roles: Vec<RoleLine>,
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

struct RoleLine {
    role: &'static str,
    people: Cell,
    cells: Vec<Cell>,
}

fn href(channel: Option<Channel>, state: &str, role: Option<PersonRole>) -> String {
    let pairs = [("channel", channel.map_or("", Channel::code)), ("state", state), ("role", role.map_or("", |r| r.code()))];
    let said: Vec<String> = pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}={v}")).collect();
    format!("/permissions/people?{}", said.join("&"))
}

fn view(shell: Shell, by_role: &BTreeMap<PersonRole, ReachCounts>) -> Overview {
    let mut all = ReachCounts::default();
    by_role.values().for_each(|c| all.absorb(c));
    let text = |label: &str| Column::text(label);
    Overview {
        shell,
        people: all.people,
        stats: stats(&all),
        chart: chart(&all),
        state_columns: [text("Channel")].into_iter().chain(["Reachable", "Granted", "Denied", "Unknown"].map(Column::number)).collect(),
        channels: Channel::ALL.iter().map(|c| channel_line(*c, &all)).collect(),
        role_columns: [text("Role"), Column::number("People")]
            .into_iter()
            .chain(Channel::ALL.iter().map(|c| Column::number(c.label())))
            .collect(),
        roles: by_role.iter().map(|(role, c)| role_line(*role, c)).collect(),
    }
}

fn stats(all: &ReachCounts) -> Vec<Stat> {
    let reach = |c: Channel| {
        let n = all.reachable[c.index()];
        Stat::new(&format!("Reachable by {}", c.label().to_lowercase()), percent(n, all.people), &href(Some(c), "reachable", None))
            .note(format!("{} of {}", told(n), told(all.people)), Tone::Plain)
    };
    let mut stats: Vec<Stat> = [Channel::Visit, Channel::Phone, Channel::Email, Channel::Webinar].into_iter().map(reach).collect();
    let none = all.do_not_contact;
    stats.push(Stat::new("Do not contact", told(none), &href(None, "do_not_contact", None)).note(percent(none, all.people), Tone::Plain));
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

fn channel_line(c: Channel, all: &ReachCounts) -> ChannelLine {
    let states = all.states[c.index()];
    let mut cells = vec![Cell {
        text: told(all.reachable[c.index()]),
        note: percent(all.reachable[c.index()], all.people),
        href: href(Some(c), "reachable", None),
    }];
    for (state, n) in State::ALL.iter().zip(states) {
        cells.push(Cell { text: told(n), note: percent(n, all.people), href: href(Some(c), state.code(), None) });
    }
    ChannelLine { channel: c.label(), cells }
}

fn role_line(role: PersonRole, c: &ReachCounts) -> RoleLine {
    let cell = |ch: &Channel| {
        let n = c.reachable[ch.index()];
        Cell { text: percent(n, c.people), note: told(n), href: href(Some(*ch), "reachable", Some(role)) }
    };
    let people = Cell { text: told(c.people), note: String::new(), href: href(None, "", Some(role)) };
    RoleLine { role: role.label(), people, cells: Channel::ALL.iter().map(cell).collect() }
}

pub(in crate::permissions) async fn overview(Shared(app): Shared<App>, visitor: Visitor) -> WebResult {
    let by_role = counts(app.db(), &visitor.actor).await?;
    page(&view(visitor.shell(&app, "Reachability"), &by_role))
}

pub(super) fn sample() -> String {
    let doctors = ReachCounts {
        people: 52_310,
        do_not_contact: 412,
        states: [[9_000, 100, 42_798], [21_000, 900, 29_998], [8_000, 400, 43_498], [30_100, 4_200, 17_598], [12_000, 3_100, 36_798]],
        reachable: [51_798, 50_998, 51_498, 47_698, 48_798],
    };
    let nurses = ReachCounts {
        people: 31_200,
        reachable: [31_200, 30_000, 29_000, 12_000, 8_000],
        states: [[0, 0, 31_200]; 5],
        ..ReachCounts::default()
    };
    let by_role = BTreeMap::from([(PersonRole::Physician, doctors), (PersonRole::Nurse, nurses)]);
    askama::Template::render(&view(Shell::sample("Reachability"), &by_role)).unwrap_or_default()
}
