//! `/coverage`: all alignments, and who is without cover.

use super::super::queries::{AlignmentRow, OwnerCount, alignments, business_units, owner_counts, uncovered_by_slot, uncovered_count};
use super::{FormStart, covering_roles, fill_fields, told};
use crate::coverage::FillBy;
use axum::extract::State;
use rounds_kernel::{Day, Permission};
use rounds_web::components::{Chip, Choice, Column, Field, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "coverage/templates/list.html")]
struct CoveragePage {
    shell: Shell,
    may_fill: bool,
    stats: Vec<Stat>,
    columns: Vec<Column>,
    lines: Vec<Line>,
    fields: Vec<Field>,
}

struct Line {
    id: i64,
    name: String,
    business_unit: String,
    role: String,
    filled: &'static str,
    from: String,
    state: Chip,
    owners: String,
    accounts: String,
    spread: String,
    uncovered: Option<(String, String)>,
}

/// What the page is made of.
struct Shown {
    today: Day,
    alignments: Vec<AlignmentRow>,
    counts: Vec<OwnerCount>,
    /// Accounts without an owner by business unit and role, and without any at all.
    uncovered: BTreeMap<(String, String), i64>,
    nobody: i64,
    units: Vec<String>,
}

fn query_of(unit: &str, role: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("business_unit", unit).append_pair("role", role).finish()
}

fn line(a: AlignmentRow, shown: &Shown) -> Line {
    let of_owner = |count: fn(&OwnerCount) -> i64| {
        let mut sizes: Vec<i64> = shown.counts.iter().filter(|c| c.alignment_id == a.id).map(count).filter(|n| *n > 0).collect();
        sizes.sort_unstable();
        sizes
    };
    let holding = of_owner(|c| c.holding);
    let state = match (holding.is_empty(), a.from() > shown.today) {
        (false, _) => Chip::new("Holds", Tone::Good),
        (true, true) => Chip::new("To come", Tone::Info),
        // Without a link in sight one cannot say that it ended: it may be another team's.
        (true, false) if of_owner(|c| c.links).is_empty() => Chip::new("Not in your scope", Tone::Plain),
        (true, false) => Chip::new("Ended", Tone::Plain),
    };
    let sizes = if holding.is_empty() { of_owner(|c| c.links) } else { holding.clone() };
    let at = |i: usize| sizes.get(i).map_or("—".into(), |n| told(usize::try_from(*n).unwrap_or_default()));
    let spread = if sizes.is_empty() { "—".into() } else { format!("{} · {} · {}", at(0), at(sizes.len() / 2), at(sizes.len() - 1)) };
    let slot = (a.business_unit.clone(), a.role.clone());
    let uncovered = shown.uncovered.get(&slot).filter(|_| !holding.is_empty());
    Line {
        id: a.id,
        business_unit: a.business_unit.clone(),
        role: a.role_label().to_owned(),
        filled: a.filled_label(),
        from: a.from().to_string(),
        state,
        owners: told(sizes.len()),
        accounts: told(usize::try_from(sizes.iter().sum::<i64>()).unwrap_or_default()),
        spread,
        uncovered: uncovered.map(|n| {
            (told(usize::try_from(*n).unwrap_or_default()), format!("/coverage/uncovered?{}", query_of(&a.business_unit, &a.role)))
        }),
        name: a.name,
    }
}

fn view(shell: Shell, may_fill: bool, shown: Shown) -> CoveragePage {
    let lines: Vec<Line> = shown.alignments.iter().cloned().map(|a| line(a, &shown)).collect();
    let holding = lines.iter().filter(|l| l.state.tone == Tone::Good).count();
    let nobody = usize::try_from(shown.nobody).unwrap_or_default();
    let tone = if nobody > 0 { Tone::Warn } else { Tone::Good };
    let stats = vec![
        Stat::new("Alignments that hold today", told(holding), "/coverage"),
        Stat::new("Accounts nobody covers", told(nobody), "/coverage/uncovered")
            .note(if nobody > 0 { "no owner in any business unit" } else { "all are covered" }, tone),
    ];
    let text = ["Alignment", "Business unit", "Role", "Filled by", "From", "State"].map(Column::text);
    let numbers = ["Owners", "Accounts", "Each: least · median · most", "Without an owner"].map(Column::number);
    let units: Vec<(&str, &str)> = shown.units.iter().map(|u| (u.as_str(), u.as_str())).collect();
    let roles: Vec<(&str, &str)> = covering_roles().into_iter().map(|r| (r.code(), r.label())).collect();
    let unit = if units.is_empty() {
        Field::text("business_unit", "Business unit", "")
    } else {
        Field { options: Choice::list(&units, ""), ..Field::text("business_unit", "Business unit", "") }
    };
    let mut fields = vec![unit, Field { options: Choice::list(&roles, ""), ..Field::text("role", "Role of the owners", "") }];
    fields.extend(fill_fields(&FormStart { name: "", by: FillBy::Hrr, from: shown.today }));
    CoveragePage { shell, may_fill, stats, columns: text.into_iter().chain(numbers).collect(), lines, fields }
}

pub(in crate::coverage) async fn list(State(app): State<App>, visitor: Visitor) -> WebResult {
    let (db, actor, today) = (app.db(), &visitor.actor, visitor.now.day());
    let alignments = alignments(db).await?;
    let (mut uncovered, all) = uncovered_by_slot(db, actor, today).await?;
    for a in &alignments {
        uncovered.entry((a.business_unit.clone(), a.role.clone())).or_insert(all);
    }
    let shown = Shown {
        today,
        counts: owner_counts(db, actor, today).await?,
        uncovered,
        nobody: uncovered_count(db, actor, today).await?,
        units: business_units(db).await?,
        alignments,
    };
    page(&view(visitor.shell(&app, "Coverage"), actor.may(Permission::WriteDesign), shown))
}

fn shown_sample() -> Shown {
    let row = |id: i64, name: &str, role: &str, filled_by: &str, from: i64| AlignmentRow {
        id,
        name: name.into(),
        business_unit: "Orthopaedics".into(),
        role: role.into(),
        filled_by: filled_by.into(),
        effective_from: from,
    };
    let count = |alignment_id, links, holding| OwnerCount { alignment_id, holding, links };
    Shown {
        today: Day(20_780),
        alignments: vec![
            row(3, "Ortho field 2027", "field_rep", "hrr", 20_820),
            row(1, "Ortho field 2026", "field_rep", "state", 20_454),
            row(2, "Ortho <remote>", "remote_rep", "given", 20_454),
        ],
        counts: vec![count(1, 180, 180), count(1, 212, 212), count(1, 97, 97), count(2, 2_400, 2_400), count(3, 160, 0), count(3, 171, 0)],
        uncovered: BTreeMap::from([(("Orthopaedics".into(), "field_rep".into()), 0), (("Orthopaedics".into(), "remote_rep".into()), 312)]),
        nobody: 41,
        units: vec!["Orthopaedics".into(), "Cardiology".into()],
    }
}

pub(super) fn sample() -> String {
    askama::Template::render(&view(Shell::sample("Coverage"), true, shown_sample())).unwrap_or_default()
}

pub(super) fn empty_sample() -> String {
    let none = Shown { alignments: Vec::new(), counts: Vec::new(), ..shown_sample() };
    askama::Template::render(&view(Shell::sample("Coverage"), true, none)).unwrap_or_default()
}
