//! The page of concentration and its file.

use super::model::{By, Market, Standing};
use super::queries::{load, region_names, system_names};
use crate::as_of::{AsOf, AsOfBar};
use crate::identifiers::EntityKind;
use crate::lists::href;
use crate::names;
use axum::extract::{Query as Asked, State};
use rounds_kernel::{Day, Money};
use rounds_platform::imports::export;
use rounds_web::charts::{self, Chart, Row, Spec};
use rounds_web::components::{Column, Filter, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::HashMap;

/// Systems and regions shown.
const SHOWN: usize = 50;

#[derive(Debug, askama::Template)]
#[template(path = "concentration/templates/show.html")]
struct ConcentrationPage {
    shell: Shell,
    as_of: AsOfBar,
    filters: Vec<Filter>,
    export: String,
    empty: bool,
    note: String,
    stats: Vec<Stat>,
    chart: Chart,
    system_columns: Vec<Column>,
    /// Rank, address, name, held, share, share with all above it.
    systems: Vec<(usize, String, String, String, String, String)>,
    region_columns: Vec<Column>,
    /// Address, name, index, in words, counted, owners.
    regions: Vec<(String, String, String, &'static str, String, usize)>,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConcentrationAsk {
    by: String,
}

/// Names of systems on the day, and of regions.
#[derive(Default)]
struct Names {
    systems: HashMap<i64, String>,
    regions: HashMap<i64, String>,
}

fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1} %", share * 100.0) } else { "unknown".into() }
}

fn whole(n: i64) -> String {
    Money(n * 100).whole()
}

/// The Merger Guidelines' words for an index.
fn words(index: f64) -> &'static str {
    match index {
        i if i > 1_800.0 => "highly concentrated",
        i if i > 1_000.0 => "moderately",
        _ => "not concentrated",
    }
}

fn view(shell: Shell, market: &Market, by: By, as_of: AsOf, today: Day, names: &Names) -> ConcentrationPage {
    let day = as_of.or(today);
    let now = market.on(day, by);
    let series: Vec<(Day, Standing)> = market.days(today).into_iter().map(|d| (d, market.on(d, by))).collect();
    let first = series.first().map(|(_, s)| s.top(50)).filter(|s| s.is_finite());
    let change = first.map_or(String::new(), |f| format!("{:+.1} points since {}", (now.top(50) - f) * 100.0, series[0].0));
    let high = now.regions.iter().filter(|r| r.1 > 1_800.0).count();
    let unknown = market.places.values().filter(|p| p.beds.is_none()).count();
    let note = match by {
        By::Beds if unknown > 0 => format!(
            "Beds are unknown for {} of {} hospitals, which count as none.",
            whole(unknown as i64),
            whole(market.places.len() as i64)
        ),
        _ => String::new(),
    };
    let parameters = [("by", by.code())];
    ConcentrationPage {
        shell,
        as_of: as_of.bar("/concentration", &parameters),
        filters: vec![Filter::select("by", "Counted by", &[("hospitals", "Hospitals"), ("beds", "Beds")], by.code())],
        export: as_of.link(&href("/concentration.csv", &parameters)),
        empty: now.total == 0,
        note,
        stats: vec![
            Stat::new("Top 10 systems", percent(now.top(10)), "#systems")
                .note(format!("of {} {}", whole(now.total), by.code()), Tone::Plain),
            Stat::new("Top 50 systems", percent(now.top(50)), "#systems").note(change, Tone::Plain),
            Stat::new("In any system", percent(now.systems_share()), "/systems")
                .note(format!("{} systems", now.systems.len()), Tone::Plain),
            Stat::new("Regions highly concentrated", format!("{high} of {}", now.regions.len()), "#regions")
                .note(now.median_index().map_or(String::new(), |i| format!("middle index {}", whole(i.round() as i64))), Tone::Plain),
        ],
        chart: chart(&series, by),
        system_columns: vec![
            Column::number("Rank"),
            Column::text("System"),
            Column::number(if by == By::Beds { "Beds" } else { "Hospitals" }),
            Column::number("Share"),
            Column::number("With all above"),
        ],
        systems: systems(&now, names, as_of),
        region_columns: vec![
            Column::text("Referral region"),
            Column::number("Index (HHI)"),
            Column::text("In words"),
            Column::number(if by == By::Beds { "Beds" } else { "Hospitals" }),
            Column::number("Owners"),
        ],
        regions: regions(&now, names, as_of),
    }
}

fn systems(now: &Standing, names: &Names, as_of: AsOf) -> Vec<(usize, String, String, String, String, String)> {
    let share = |held: i64| held as f64 / now.total as f64;
    let line = |(i, (id, held)): (usize, &(i64, i64))| {
        let name = names.systems.get(id).cloned().unwrap_or_else(|| id.to_string());
        (i + 1, as_of.link(&format!("/systems/{id}")), name, whole(*held), percent(share(*held)), percent(now.top(i + 1)))
    };
    now.systems.iter().take(SHOWN).enumerate().map(line).collect()
}

fn regions(now: &Standing, names: &Names, as_of: AsOf) -> Vec<(String, String, String, &'static str, String, usize)> {
    let line = |(region, index, total, owners): &(i64, f64, i64, usize)| {
        let name = names.regions.get(region).cloned().unwrap_or_else(|| format!("HRR {region}"));
        (as_of.link(&format!("/accounts?hrr={region}")), name, whole(index.round() as i64), words(*index), whole(*total), *owners)
    };
    now.regions.iter().take(SHOWN).map(line).collect()
}

fn chart(series: &[(Day, Standing)], by: By) -> Chart {
    let spec = Spec {
        caption: "Share of the largest systems over time".into(),
        unit: format!("percent of {}", by.code()),
        first_column: "Day".into(),
        legend: vec!["Top 10".into(), "Top 50".into(), "Any system".into()],
    };
    let row = |(day, s): &(Day, Standing)| {
        let shares = [s.top(10), s.top(50), s.systems_share()];
        Row {
            label: day.to_string(),
            values: shares.iter().map(|v| v * 100.0).collect(),
            shown: shares.iter().map(|v| percent(*v)).collect(),
        }
    };
    charts::line(spec, series.iter().map(row).collect())
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, as_of: AsOf, Asked(ask): Asked<ConcentrationAsk>) -> WebResult {
    let (db, by, today) = (app.db(), By::parse(&ask.by), visitor.now.day());
    let market = load(db, &visitor.actor).await?;
    let ids: Vec<i64> = market.on(as_of.or(today), by).systems.iter().take(SHOWN).map(|s| s.0).collect();
    let mut systems = system_names(db, &ids).await?;
    systems.extend(names::on(db, EntityKind::System, &ids, as_of).await?);
    let names = Names { systems, regions: region_names(db).await? };
    page(&view(visitor.shell(&app, "Concentration"), &market, by, as_of, today, &names))
}

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, as_of: AsOf, Asked(ask): Asked<ConcentrationAsk>) -> WebResult {
    let (db, by, today) = (app.db(), By::parse(&ask.by), visitor.now.day());
    let market = load(db, &visitor.actor).await?;
    let number = |share: f64| if share.is_finite() { format!("{share:.6}") } else { String::new() };
    let mut rows = Vec::new();
    for day in market.days(today) {
        let s = market.on(day, by);
        for (what, share) in [("top 10", s.top(10)), ("top 50", s.top(50)), ("any system", s.systems_share())] {
            rows.push(vec![day.to_string(), "share".into(), what.into(), number(share), s.total.to_string()]);
        }
    }
    let day = as_of.or(today);
    let regions = region_names(db).await?;
    for (region, index, total, _) in market.on(day, by).regions {
        let name = regions.get(&region).cloned().unwrap_or_else(|| region.to_string());
        rows.push(vec![day.to_string(), "hhi".into(), name, format!("{index:.1}"), total.to_string()]);
    }
    let text = export::csv(&["day", "measure", "what", "value", by.code()], rows);
    Ok(rounds_web::download("concentration.csv", text))
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    use super::model::Place;
    let place = |n: i64| Place {
        beds: (n % 3 > 0).then_some(100 + n),
        region: Some(n % 4),
        systems: if n % 5 == 0 { Vec::new() } else { vec![(n % 7, 17_896, (n % 11 == 0).then_some(18_992))] },
        ..Place::default()
    };
    let market = Market { places: (1..60).map(|n| (n, place(n))).collect() };
    let names = Names { systems: [(3, "Northlake <b>Health</b>".to_owned())].into(), regions: [(1, "Duluth, MN".to_owned())].into() };
    let draw = |market: &Market, by, as_of| {
        askama::Template::render(&view(Shell::sample("Concentration"), market, by, as_of, Day(20_000), &names)).unwrap_or_default()
    };
    vec![
        ("concentration", draw(&market, By::Hospitals, AsOf::TODAY)),
        ("concentration by beds, of the past", draw(&market, By::Beds, AsOf::on(Day(18_000)))),
        ("concentration, no hospital", draw(&Market::default(), By::Hospitals, AsOf::TODAY)),
    ]
}
