//! `/coverage/{alignment}`: who has what, how even it is, and filling it anew.

use super::super::inputs::{Weights, weights};
use super::super::queries::{AlignmentRow, OwnerRegion, alignment, owner_regions};
use super::{FormStart, fill_fields, told};
use crate::coverage::FillBy;
use axum::extract::{Path, State};
use rounds_kernel::{AlignmentId, Day, Error, Permission};
use rounds_web::charts::{Chart, Row, Spec, bar};
use rounds_web::components::{Column, Field, Stat, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use std::collections::BTreeMap;

#[derive(askama::Template)]
#[template(path = "coverage/templates/one.html")]
struct AlignmentPage {
    shell: Shell,
    may_fill: bool,
    id: i64,
    name: String,
    sub: String,
    business_unit: String,
    role: String,
    stats: Vec<Stat>,
    chart: Chart,
    columns: Vec<Column>,
    lines: Vec<OwnerLine>,
    fields: Vec<Field>,
}

/// One owner of an alignment or of a preview.
pub(super) struct OwnerLine {
    pub owner: i64,
    pub name: String,
    /// Regions with their numbers of accounts.
    pub regions: String,
    pub accounts: usize,
    pub index: i64,
    /// What changes for them; empty outside a preview.
    pub change: String,
}

impl OwnerLine {
    pub fn accounts_told(&self) -> String {
        told(self.accounts)
    }

    pub fn index_told(&self) -> String {
        told(usize::try_from(self.index).unwrap_or_default())
    }
}

/// `TX: 12, OK: 4`, cut after a few.
pub(super) fn regions_told<'a>(regions: impl Iterator<Item = (&'a str, usize)>) -> String {
    const SHOWN: usize = 12;
    let all: Vec<String> = regions.map(|(name, n)| format!("{name}: {n}")).collect();
    let rest = all.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", all[..all.len() - rest].join(", "))
}

/// Bars of the workload index.
pub(super) fn index_chart(lines: &[OwnerLine], caption: &str) -> Chart {
    let rows = lines.iter().map(|l| Row::one(l.name.clone(), l.index as f64, l.index_told())).collect();
    bar(
        Spec {
            caption: caption.into(),
            unit: "1,000 is the mean".into(),
            first_column: "Owner".into(),
            legend: vec!["Workload index".into()],
        },
        rows,
    )
}

fn lines(rows: &[OwnerRegion], by_region: bool, weights: &Weights) -> Vec<OwnerLine> {
    let mut owners: BTreeMap<i64, (String, BTreeMap<String, usize>, f64)> = BTreeMap::new();
    for r in rows {
        let name = match (by_region, r.hrr, &r.hrr_name) {
            (true, Some(_), Some(name)) => name.clone(),
            (true, Some(hrr), None) => format!("Region {hrr}"),
            (true, None, _) => format!("{}, no referral region", r.state),
            (false, ..) => r.state.clone(),
        };
        let (_, regions, load) = owners.entry(r.owner_id).or_insert_with(|| (r.owner.clone(), BTreeMap::new(), 0.0));
        *regions.entry(name).or_default() += 1;
        *load += weights.of(r.account_id);
    }
    let mean = owners.values().map(|o| o.2).sum::<f64>() / owners.len().max(1) as f64;
    let index = |load: f64| if mean > 0.0 { (1_000.0 * load / mean).round() as i64 } else { 0 };
    owners
        .into_iter()
        .map(|(owner, (name, regions, load))| OwnerLine {
            owner,
            name,
            accounts: regions.values().sum(),
            regions: regions_told(regions.iter().map(|(n, c)| (n.as_str(), *c))),
            index: index(load),
            change: String::new(),
        })
        .collect()
}

fn view(shell: Shell, may_fill: bool, today: Day, a: &AlignmentRow, rows: &[OwnerRegion], weights: &Weights) -> AlignmentPage {
    let lines = lines(rows, a.filled_by == FillBy::Hrr.code(), weights);
    let home = format!("/coverage/{}", a.id);
    let least = lines.iter().map(|l| l.index).min().unwrap_or(0);
    let most = lines.iter().map(|l| l.index).max().unwrap_or(0);
    let even = if most <= 1_200 && least >= 800 { Tone::Good } else { Tone::Warn };
    let basis = if weights.by_potential {
        format!("by potential; {} accounts unknown, counted as average", told(weights.unknown))
    } else {
        "each account counts the same".into()
    };
    let stats = vec![
        Stat::new("Owners", told(lines.len()), &home),
        Stat::new("Accounts", told(rows.len()), &format!("{home}/accounts")),
        Stat::new("Workload index, least to most", super::span(least, most), &home).note(basis, even),
    ];
    let start = FormStart { name: &a.name, by: FillBy::parse(&a.filled_by).unwrap_or(FillBy::Hrr), from: today.max(a.from()) };
    AlignmentPage {
        shell,
        may_fill,
        id: a.id,
        name: a.name.clone(),
        sub: format!(
            "{} · {} · filled by {} · from {}",
            a.business_unit,
            a.role_label().to_lowercase(),
            a.filled_label().to_lowercase(),
            a.from()
        ),
        business_unit: a.business_unit.clone(),
        role: a.role.clone(),
        stats,
        chart: index_chart(&lines, "Workload by owner"),
        columns: vec![
            Column::text("Owner"),
            Column::text("Regions, accounts"),
            Column::number("Accounts"),
            Column::number("Workload index"),
        ],
        lines,
        fields: fill_fields(&start),
    }
}

pub(in crate::coverage) async fn one(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let id = AlignmentId(id);
    let a = alignment(app.db(), id).await?.ok_or_else(|| Error::not_found("alignment"))?;
    let today = visitor.now.day();
    // An alignment to come is shown as of its first day.
    let rows = owner_regions(app.db(), &visitor.actor, id, today.max(a.from())).await?;
    let accounts: Vec<i64> = rows.iter().map(|r| r.account_id).collect();
    let weights = weights(app.db(), &a.business_unit, &accounts).await?;
    let may_fill = visitor.actor.may(Permission::WriteDesign);
    page(&view(visitor.shell(&app, &a.name), may_fill, today, &a, &rows, &weights))
}

pub(super) fn sample() -> String {
    let a = AlignmentRow {
        id: 1,
        name: "Ortho field 2026".into(),
        business_unit: "Orthopaedics".into(),
        role: "field_rep".into(),
        filled_by: "state".into(),
        effective_from: 20_454,
    };
    let rows: Vec<OwnerRegion> = (0..60)
        .map(|i| OwnerRegion {
            owner_id: 1 + i % 3,
            owner: ["Jonas Weber", "Marta <Oliveira>", "Kenji Ito"][i as usize % 3].into(),
            account_id: i,
            state: ["TX", "OK", "CO", "MN", "OH"][i as usize % 5].into(),
            hrr: None,
            hrr_name: None,
        })
        .collect();
    let even = Weights::even();
    askama::Template::render(&view(Shell::sample("Ortho field 2026"), true, Day(20_780), &a, &rows[..55], &even)).unwrap_or_default()
}
