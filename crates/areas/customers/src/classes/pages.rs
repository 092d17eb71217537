//! The page of classes.

use super::commands::Decide;
use super::model::{Class, Classified, Rules};
use super::store::{self, Decision};
use crate::identifiers::EntityKind;
use crate::lists::href;
use axum::Form;
use axum::extract::{Query as Asked, State};
use rounds_kernel::{Error, Money, Permission, Result};
use rounds_store::{FromQueryResult, Query};
use rounds_web::components::{Choice, Column, Stat, Tab};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Records shown of one class.
const SHOWN: usize = 200;

#[derive(Debug, askama::Template)]
#[template(path = "classes/templates/show.html")]
struct ClassesPage {
    shell: Shell,
    stats: Vec<Stat>,
    tabs: Vec<Tab>,
    chosen: &'static str,
    rule: String,
    columns: Vec<Column>,
    systems: Vec<Line>,
    accounts: Vec<Line>,
    more: usize,
    may_change: bool,
    choices: Vec<Choice>,
}

#[derive(Debug)]
struct Line {
    kind: &'static str,
    id: i64,
    href: String,
    name: String,
    by: String,
    decided: bool,
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ClassAsk {
    class: String,
}

fn rule(class: Class, rules: Rules) -> String {
    match class {
        Class::In => "Everything that no rule and no decision sets apart.".into(),
        Class::Government => "Owned by a government (CMS ownership), or a system most of whose accounts are.".into(),
        Class::Expansive => {
            format!(
                "A system of at least {} accounts in at least {} states, with its accounts.",
                rules.expansive_accounts, rules.expansive_states
            )
        }
        Class::SurgeryChain => "A system most of whose accounts are surgery centers, with its accounts.".into(),
        Class::Behavioral => {
            "A specialty hospital whose name says psychiatric, behavioral, mental health or addiction, or a system of such.".into()
        }
    }
}

type Decisions = BTreeMap<i64, (Class, Decision)>;
type Names = BTreeMap<i64, String>;

fn lines(kind: EntityKind, ids: &[i64], names: &Names, decided: &Decisions) -> Vec<Line> {
    let line = |id: &i64| {
        let decision = decided.get(id);
        Line {
            kind: kind.code(),
            id: *id,
            href: kind.path(*id),
            name: names.get(id).cloned().unwrap_or_else(|| id.to_string()),
            by: decision.map_or("by rule".into(), |(_, d)| format!("{}: {}", d.name, d.reason)),
            decided: decision.is_some(),
        }
    };
    ids.iter().map(line).collect()
}

fn view(
    shell: Shell,
    found: &Classified,
    class: Class,
    (systems, accounts): (Vec<Line>, Vec<Line>),
    more: usize,
    may_change: bool,
) -> ClassesPage {
    let count = |all: &BTreeMap<i64, Class>, of: &dyn Fn(Class) -> bool| all.values().filter(|c| of(**c)).count() as i64;
    let whole = |n: i64| Money(n * 100).whole();
    let both = |of: &dyn Fn(Class) -> bool| format!("{} / {}", whole(count(&found.systems, of)), whole(count(&found.accounts, of)));
    let mut stats = vec![
        Stat::new("In: systems / accounts", both(&|c| c == Class::In), "/classes?class=in"),
        Stat::new("Out: systems / accounts", both(&|c| c != Class::In), "/classes?class=government"),
    ];
    stats.extend(Class::ALL.iter().skip(1).map(|k| Stat::new(k.label(), both(&|c| c == *k), &href("/classes", &[("class", k.code())]))));
    let tab = |k: &Class| Tab {
        label: k.label().into(),
        href: href("/classes", &[("class", k.code())]),
        count: (count(&found.systems, &|c| c == *k) + count(&found.accounts, &|c| c == *k)) as usize,
        current: *k == class,
    };
    ClassesPage {
        shell,
        stats,
        tabs: Class::ALL.iter().map(tab).collect(),
        chosen: class.label(),
        rule: rule(class, Rules::default()),
        columns: ["Record", "Why", ""].map(Column::text).to_vec(),
        systems,
        accounts,
        more,
        may_change,
        choices: Class::ALL.iter().map(|c| Choice::new(c.code(), c.label())).collect(),
    }
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
}

async fn names(db: &impl Query, kind: EntityKind, ids: &[i64]) -> Result<Names> {
    if ids.is_empty() {
        return Ok(Names::new());
    }
    let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT id, name FROM {} WHERE id IN ({list})", kind.table());
    Ok(db.all::<Named>(&sql, vec![]).await?.into_iter().map(|n| (n.id, n.name)).collect())
}

fn of(all: &BTreeMap<i64, Class>, class: Class) -> (Vec<i64>, usize) {
    let mut ids: Vec<i64> = all.iter().filter(|(_, c)| **c == class).map(|(id, _)| *id).collect();
    let more = ids.len().saturating_sub(SHOWN);
    ids.truncate(SHOWN);
    (ids, more)
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, Asked(ask): Asked<ClassAsk>) -> WebResult {
    let db = app.db();
    let found = super::load(db, &visitor.actor).await?;
    let class = Class::parse(&ask.class).unwrap_or(Class::Government);
    let ((systems, more_systems), (accounts, more)) = (of(&found.systems, class), of(&found.accounts, class));
    let by = (store::decisions(db, EntityKind::System).await?, store::decisions(db, EntityKind::Account).await?);
    let rows = (
        lines(EntityKind::System, &systems, &names(db, EntityKind::System, &systems).await?, &by.0),
        lines(EntityKind::Account, &accounts, &names(db, EntityKind::Account, &accounts).await?, &by.1),
    );
    let may_change = visitor.actor.may(Permission::WriteRecord);
    page(&view(visitor.shell(&app, "Classes"), &found, class, rows, more_systems + more, may_change))
}

/// The form of a decision.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct DecideForm {
    kind: String,
    id: String,
    class: String,
    reason: String,
}

pub(super) async fn decide(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(form): Form<DecideForm>) -> WebResult {
    let id = form.id.parse().map_err(|_| Error::not_found("system or account"))?;
    let back = href("/classes", &[("class", form.class.as_str())]);
    let taken_back = form.class.is_empty();
    app.runner().run(&visitor.actor, Decide { kind: form.kind, id, class: form.class, reason: form.reason }).await?;
    flashes.good(&back, if taken_back { "The rule decides again." } else { "It counts so from now on." }).await
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let found = Classified {
        systems: [(1, Class::In), (2, Class::Government)].into(),
        accounts: [(7, Class::In), (8, Class::Government), (9, Class::Behavioral)].into(),
    };
    let decision = Decision { entity_id: 2, class: "government".into(), reason: "Owned by the <state>".into(), name: "Priya Raman".into() };
    let decided: Decisions = [(2, (Class::Government, decision))].into();
    let names: Names = [(2, "County <b>Health</b>".to_owned()), (8, "County Hospital".to_owned())].into();
    let rows = || (lines(EntityKind::System, &[2], &names, &decided), lines(EntityKind::Account, &[8], &names, &Decisions::new()));
    let draw = |found: &Classified, rows, may| {
        askama::Template::render(&view(Shell::sample("Classes"), found, Class::Government, rows, 0, may)).unwrap_or_default()
    };
    vec![
        ("classes", draw(&found, rows(), true)),
        ("classes, reading only", draw(&found, rows(), false)),
        ("classes, none", draw(&Classified::default(), (Vec::new(), Vec::new()), true)),
    ]
}
