//! `POST /coverage/fill`: shows what a fill would do, and then does it.

use super::super::{FillAlignment, FillBy, FillPlan, propose};
use super::one::{OwnerLine, index_chart, regions_told};
use super::told;
use axum::Form;
use axum::extract::State;
use rounds_kernel::{Day, Error, Result, Role};
use rounds_store::RunOptions;
use rounds_web::charts::Chart;
use rounds_web::components::{Column, Stat, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

/// What the forms send.
#[derive(Debug, Deserialize)]
pub(in crate::coverage) struct FillForm {
    name: String,
    business_unit: String,
    role: String,
    by: String,
    effective_from: String,
    step: String,
    /// Sent by the preview, so that a double click is one fill.
    #[serde(default)]
    form_key: String,
}

fn command(f: &FillForm) -> Result<FillAlignment> {
    let role = Role::parse(&f.role)
        .ok_or_else(|| Error::invalid("design.fill_role", "There is no such role. Nothing was changed.", "Choose one from the list."))?;
    let by = FillBy::parse(&f.by).ok_or_else(|| {
        Error::invalid("design.fill_by", "Regions are states or referral regions. Nothing was changed.", "Choose one from the list.")
    })?;
    let effective_from = Day::parse(&f.effective_from)?;
    Ok(FillAlignment { name: f.name.clone(), business_unit: f.business_unit.clone(), role, by, effective_from })
}

pub(in crate::coverage) async fn fill(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<FillForm>) -> WebResult {
    let wanted = command(&f)?;
    if f.step != "apply" {
        let plan = propose(app.db(), &wanted).await?;
        let key = rounds_web::secret::token()?;
        return page(&view(visitor.shell(&app, "What would change"), &wanted, &plan, key));
    }
    let options = RunOptions { idempotency_key: (!f.form_key.is_empty()).then_some(f.form_key), dry_run: false };
    let done = app.runner().run_with(&visitor.actor, wanted, options).await?.out;
    let (accounts, owners) = (told(done.plan.accounts()), told(done.plan.shares.len()));
    let said =
        format!("{accounts} accounts go to {owners} owners from {}; {} change hands.", done.plan.effective_from, told(done.plan.moved));
    flashes.good(&format!("/coverage/{}", done.alignment), said).await
}

#[derive(askama::Template)]
#[template(path = "coverage/templates/preview.html")]
struct Preview {
    shell: Shell,
    sub: String,
    hidden: Vec<(&'static str, String)>,
    from: String,
    stats: Vec<Stat>,
    without: String,
    basis: String,
    chart: Chart,
    columns: Vec<Column>,
    lines: Vec<OwnerLine>,
}

fn view(shell: Shell, wanted: &FillAlignment, plan: &FillPlan, form_key: String) -> Preview {
    let lines: Vec<OwnerLine> = plan
        .shares
        .iter()
        .map(|s| OwnerLine {
            owner: s.owner.0,
            name: s.name.clone(),
            regions: regions_told(s.regions.iter().map(|r| (r.name.as_str(), r.accounts.len()))),
            accounts: s.accounts(),
            index: s.index,
            change: format!("keeps {}, gains {}", told(s.kept), told(s.accounts() - s.kept)),
        })
        .collect();
    let (least, most) = plan.spread();
    let even = if most <= 1_200 && least >= 800 { Tone::Good } else { Tone::Warn };
    let stats = vec![
        Stat::new("Accounts", told(plan.accounts()), "#owners"),
        Stat::new("Owners", told(plan.shares.len()), "#owners"),
        Stat::new("Change hands", told(plan.moved), "#owners").note("have another owner on that day", Tone::Plain),
        Stat::new("Workload index, least to most", super::span(least, most), "#owners").note("1,000 is the mean", even),
    ];
    let basis = if plan.by_potential {
        format!("Accounts weigh by their known potential. {} have none; they count as the average.", told(plan.unknown_potential))
    } else {
        "Each account counts the same: potential is known for too few of them.".to_owned()
    };
    let without = if plan.without.is_empty() {
        String::new()
    } else {
        format!("There are more owners than regions: {} get none. Finer regions may help.", told(plan.without.len()))
    };
    Preview {
        shell,
        sub: format!(
            "{}: {}, {} · by {} · from {}",
            wanted.name,
            wanted.business_unit,
            wanted.role.label().to_lowercase(),
            wanted.by.label().to_lowercase(),
            wanted.effective_from
        ),
        hidden: vec![
            ("name", wanted.name.clone()),
            ("business_unit", wanted.business_unit.clone()),
            ("role", wanted.role.code().into()),
            ("by", wanted.by.code().into()),
            ("effective_from", wanted.effective_from.to_string()),
            ("form_key", form_key),
        ],
        from: wanted.effective_from.to_string(),
        stats,
        without,
        basis,
        chart: index_chart(&lines, "Workload by owner"),
        columns: vec![
            Column::text("Owner"),
            Column::text("Regions, accounts"),
            Column::number("Accounts"),
            Column::text("Change"),
            Column::number("Workload index"),
        ],
        lines,
    }
}

pub(super) fn sample() -> String {
    use super::super::{OwnerShare, Region};
    use rounds_kernel::UserId;
    let region = |name: &str, n: i64| Region { name: name.into(), accounts: (0..n).collect(), load: n as f64 };
    let share =
        |id: i64, name: &str, regions: Vec<Region>, index, kept| OwnerShare { owner: UserId(id), name: name.into(), regions, index, kept };
    let plan = FillPlan {
        shares: vec![
            share(1, "Jonas Weber", vec![region("TX- Houston (301)", 88), region("TX- Austin (309)", 40)], 1_040, 90),
            share(2, "Marta <Oliveira>", vec![region("OK- Tulsa (340)", 61), region("OK, no referral region", 7)], 812, 0),
        ],
        without: vec![UserId(9)],
        moved: 38,
        by_potential: true,
        unknown_potential: 61,
        effective_from: Day(20_820),
    };
    let wanted = FillAlignment {
        name: "Ortho field 2027".into(),
        business_unit: "Orthopaedics".into(),
        role: Role::FieldRep,
        by: FillBy::Hrr,
        effective_from: Day(20_820),
    };
    askama::Template::render(&view(Shell::sample("What would change"), &wanted, &plan, "sample".into())).unwrap_or_default()
}
