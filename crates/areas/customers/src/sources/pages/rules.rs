//! `/survivorship`: which source wins, field by field, with a preview of what a change would do.

use crate::identifiers::EntityKind;
use crate::lists;
use crate::sources::commands::SetRule;
use crate::sources::model::{FieldRule, Rule, Rules, fields};
use crate::sources::queries::{Preview, preview};
use crate::sources::store::{self, SourceCount, Version};
use axum::Form;
use axum::extract::{Query, State};
use rounds_kernel::{Error, Result, Time};
use rounds_web::components::{Choice, Column, Tab};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(Debug, askama::Template)]
#[template(path = "sources/templates/rules.html")]
pub(super) struct RulesPage {
    shell: Shell,
    kind: &'static str,
    plural: &'static str,
    tabs: Vec<Tab>,
    columns: Vec<Column>,
    lines: Vec<Line>,
    sources: String,
    version_columns: Vec<Column>,
    versions: Vec<[String; 5]>,
    preview: Option<Shown>,
}

#[derive(Debug)]
struct Line {
    code: &'static str,
    label: &'static str,
    rule: &'static str,
    explained: &'static str,
    ranking: String,
    since: String,
    choices: Vec<Choice>,
}

/// What a rule would do, not yet done.
#[derive(Debug)]
struct Shown {
    field: String,
    label: String,
    rule: String,
    rule_label: &'static str,
    ranking: String,
    found: Preview,
    columns: Vec<Column>,
}

/// Which kind is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::sources) struct RulesAsk {
    kind: String,
}

/// What stands on the page.
pub(super) struct Known {
    pub rules: Rules,
    pub counts: Vec<SourceCount>,
    pub versions: Vec<Version>,
}

impl Known {
    async fn load(app: &App, kind: EntityKind) -> Result<Self> {
        let db = app.db();
        Ok(Self { rules: store::rules(db, kind).await?, counts: store::counts(db).await?, versions: store::versions(db, kind).await? })
    }
}

fn label(kind: EntityKind, code: &str) -> &'static str {
    fields(kind).iter().find(|f| f.code == code).map_or("a field", |f| f.label)
}

pub(super) fn view(shell: Shell, kind: EntityKind, known: &Known, zone: &str) -> RulesPage {
    let choices: Vec<(&str, &str)> = Rule::ALL.iter().map(|r| (r.code(), r.label())).collect();
    let line = |f: &crate::sources::FieldName| {
        let rule = known.rules.of(f.code);
        let version = known.versions.iter().find(|v| v.field == f.code);
        Line {
            code: f.code,
            label: f.label,
            rule: rule.rule.label(),
            explained: rule.rule.explained(),
            ranking: rule.ranking.join(", "),
            since: version.map_or_else(|| "as delivered".into(), |v| format!("version {} since {}", v.id, Time(v.at).in_zone(zone))),
            choices: Choice::list(&choices, rule.rule.code()),
        }
    };
    let of_kind = |c: &&SourceCount| c.entity_kind == kind.code();
    let past = |v: &Version| {
        let ranking: Vec<String> = serde_json::from_str(&v.ranking).unwrap_or_default();
        let rule = Rule::parse(&v.rule).map_or("unknown", Rule::label);
        let who = v.who.clone().unwrap_or_else(|| "the program".into());
        [v.id.to_string(), label(kind, &v.field).into(), rule.into(), ranking.join(", "), format!("{who}, {}", Time(v.at).in_zone(zone))]
    };
    let tab = |k: EntityKind| Tab {
        label: k.plural().into(),
        href: lists::href("/survivorship", &[("kind", k.code())]),
        count: fields(k).len(),
        current: k == kind,
    };
    RulesPage {
        kind: kind.code(),
        plural: kind.plural(),
        tabs: EntityKind::ALL.into_iter().map(tab).collect(),
        columns: ["Field", "Which source wins", "Ranking", "In force", "Change"].iter().map(|c| Column::text(c)).collect(),
        lines: fields(kind).iter().map(line).collect(),
        sources: known.counts.iter().filter(of_kind).map(|c| c.source.as_str()).collect::<Vec<_>>().join(", "),
        version_columns: ["Version", "Field", "Rule", "Ranking", "By"].iter().map(|c| Column::text(c)).collect(),
        versions: known.versions.iter().map(past).collect(),
        preview: None,
        shell,
    }
}

pub(super) fn with_preview(mut page: RulesPage, kind: EntityKind, field: &str, rule: &FieldRule, found: Preview) -> RulesPage {
    page.preview = Some(Shown {
        field: field.into(),
        label: label(kind, field).into(),
        rule: rule.rule.code().into(),
        rule_label: rule.rule.label(),
        ranking: rule.ranking.join(", "),
        found,
        columns: ["Record", "Says", "Would say"].iter().map(|c| Column::text(c)).collect(),
    });
    page
}

pub(in crate::sources) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<RulesAsk>) -> WebResult {
    let kind = EntityKind::parse(&ask.kind).unwrap_or(EntityKind::Account);
    let known = Known::load(&app, kind).await?;
    page(&view(visitor.shell(&app, "Which source wins"), kind, &known, &visitor.actor.zone))
}

/// A rule to be tried or put into force.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::sources) struct RuleForm {
    kind: String,
    field: String,
    rule: String,
    ranking: String,
    step: String,
}

pub(in crate::sources) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Form(form): Form<RuleForm>,
) -> WebResult {
    let unknown =
        || Error::invalid("source.rule", "There is no such kind of record or rule. Nothing was changed.", "Choose from the page.");
    let kind = EntityKind::parse(&form.kind).ok_or_else(unknown)?;
    let rule = Rule::parse(&form.rule).ok_or_else(unknown)?;
    let ranking: Vec<String> = form.ranking.split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).take(50).collect();
    if form.step == "set" {
        app.runner().run(&visitor.actor, SetRule { kind, field: form.field, rule, ranking }).await?;
        let to = lists::href("/survivorship", &[("kind", kind.code())]);
        return flashes.good(&to, "In force. All records with several sources decide anew; the jobs page shows how far it is.").await;
    }
    if !fields(kind).iter().any(|f| f.code == form.field) {
        return Err(unknown().into());
    }
    let rule = FieldRule { rule, ranking };
    let found = preview(app.db(), kind, &form.field, rule.clone()).await?;
    let shown = view(visitor.shell(&app, "Which source wins"), kind, &Known::load(&app, kind).await?, &visitor.actor.zone);
    page(&with_preview(shown, kind, &form.field, &rule, found))
}
