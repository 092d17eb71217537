//! The list of profiles, the questionnaire, the questions, and the panel on a record.

use super::commands::{AddQuestion, AnswerProfile, RetireQuestion};
use super::model::{Answer, Completeness, Question, Whose};
use super::store::{self, Profiled};
use crate::lists::href;
use crate::panels::{Panel, PanelHtml, Subject};
use axum::Form;
use axum::extract::{Path, Query, State};
use rounds_kernel::{CareSetting, Day, Error, Permission, Result};
use rounds_platform::imports::export;
use rounds_web::components::{Choice, Column, Field, Filter, Pager, Sort};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::BTreeMap;

const SHOWN: i64 = 50;
/// Rows of an export.
const EXPORTED: i64 = 100_000;

/// What the list is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListAsk {
    of: String,
    sort: String,
    page: i64,
}

#[derive(askama::Template)]
#[template(path = "profiles/templates/list.html")]
struct ListPage {
    shell: Shell,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    lines: Vec<Line>,
    pager: Pager,
    csv: String,
    may_edit: bool,
}

struct Line {
    row: Profiled,
    path: &'static str,
    percent: i64,
    asked: i64,
    oldest: String,
}

fn day(day: Option<i64>) -> String {
    day.and_then(|d| i32::try_from(d).ok()).map_or(String::new(), |d| Day(d).to_string())
}

fn view(shell: Shell, ask: &ListAsk, asked: i64, mut rows: Vec<Profiled>, may_edit: bool) -> ListPage {
    let system = ask.of != "accounts";
    let of = if system { "systems" } else { "accounts" };
    let more = rows.len() as i64 > SHOWN;
    rows.truncate(SHOWN as usize);
    let at = |n: i64| href("/profiles", &[("of", of), ("sort", ask.sort.as_str()), ("page", n.to_string().as_str())]);
    let sorted = |name: &str, other: &str| {
        let state = if ask.sort == name {
            Sort::Ascending
        } else if ask.sort == other {
            Sort::Descending
        } else {
            Sort::None
        };
        (href("/profiles", &[("of", of), ("sort", if ask.sort == name && !other.is_empty() { other } else { name })]), state)
    };
    let column = |c: Column, (to, state): (String, Sort)| c.sortable(&to, state);
    ListPage {
        shell,
        filters: vec![Filter::select("of", "Of", &[("systems", "Systems"), ("accounts", "Accounts")], of)],
        columns: vec![
            column(Column::text("Name"), sorted("name", "")),
            Column::text("Town"),
            column(Column::number("Accounts"), sorted("", "")),
            column(Column::number("Answered and fresh"), sorted("complete", "-complete")),
            Column::number("Old answers"),
            column(Column::text("Oldest answer"), sorted("age", "")),
        ],
        pager: Pager {
            shown: format!("{} shown", rows.len()),
            previous: (ask.page > 0).then(|| at(ask.page - 1)),
            next: more.then(|| at(ask.page + 1)),
        },
        lines: rows
            .into_iter()
            .map(|row| Line {
                path: of,
                percent: Completeness { fresh: row.fresh, old: row.old, asked }.percent(),
                asked,
                oldest: day(row.oldest),
                row,
            })
            .collect(),
        csv: href("/profiles.csv", &[("of", of), ("sort", ask.sort.as_str())]),
        may_edit,
    }
}

async fn rows(app: &App, visitor: &Visitor, ask: &ListAsk, limit: i64, offset: i64) -> Result<(i64, Vec<Profiled>)> {
    let system = ask.of != "accounts";
    let kind = if system { "system" } else { "account" };
    let asked = store::all_questions(app.db()).await?.iter().filter(|q| q.subject_kind == kind && q.segment.is_empty()).count();
    let today = i64::from(visitor.now.day().0);
    Ok((asked as i64, store::profiled(app.db(), &visitor.actor, system, &ask.sort, today, (limit, offset)).await?))
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<ListAsk>) -> WebResult {
    let page_no = ask.page.clamp(0, 10_000);
    let ask = ListAsk { page: page_no, ..ask };
    let (asked, rows) = rows(&app, &visitor, &ask, SHOWN + 1, page_no * SHOWN).await?;
    page(&view(visitor.shell(&app, "Profiles"), &ask, asked, rows, visitor.actor.may(Permission::WriteRecord)))
}

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Query(ask): Query<ListAsk>) -> WebResult {
    let (asked, rows) = rows(&app, &visitor, &ask, EXPORTED, 0).await?;
    let header = ["id", "name", "place", "accounts", "questions", "fresh", "old", "oldest", "newest"];
    let cells = rows.into_iter().map(|r| {
        vec![
            r.id.to_string(),
            r.name,
            r.place,
            r.accounts.to_string(),
            asked.to_string(),
            r.fresh.to_string(),
            r.old.to_string(),
            day(r.oldest),
            day(r.newest),
        ]
    });
    Ok(rounds_web::download("profiles.csv", export::csv(&header, cells)))
}

#[derive(askama::Template)]
#[template(path = "profiles/templates/sheet.html")]
struct SheetPage {
    shell: Shell,
    name: String,
    path: &'static str,
    id: i64,
    complete: Completeness,
    asked: Vec<Asked>,
    fields: Vec<Field>,
    may_answer: bool,
}

struct Asked {
    text: String,
    field: Field,
    now: Option<Told>,
    before: Vec<Told>,
}

struct Told {
    value: String,
    note: String,
    old: bool,
}

fn told(a: &Answer, q: &Question, today: Day) -> Told {
    let source = if a.source.is_empty() { String::new() } else { format!(", {}", a.source) };
    let who = a.who.as_ref().map_or(String::new(), |w| format!(", written by {w}"));
    let until = a.valid_to.map_or(String::new(), |_| format!(" until {}", day(a.valid_to)));
    Told {
        value: a.value.clone(),
        note: format!("{}{until}{source}{who}", day(Some(a.valid_from))),
        old: a.valid_to.is_none() && a.is_old(q, today),
    }
}

fn asked(q: &Question, answers: &[Answer], today: Day) -> Asked {
    let of: Vec<&Answer> = answers.iter().filter(|a| a.question_id == q.id).collect();
    let now = of.iter().find(|a| a.valid_to.is_none()).map(|a| told(a, q, today));
    let name = format!("q{}", q.id);
    let mut field = Field { required: false, ..Field::text(&name, &q.text, "") };
    if q.options.is_empty() {
        field.rows = 2;
    } else {
        let pairs: Vec<(&str, &str)> = [("", "leave as it is")].into_iter().chain(q.choices().into_iter().map(|c| (c, c))).collect();
        field.options = Choice::list(&pairs, "");
    }
    Asked { text: q.text.clone(), field, now, before: of.into_iter().filter(|a| a.valid_to.is_some()).map(|a| told(a, q, today)).collect() }
}

fn sheet_view(
    shell: Shell,
    name: String,
    whose: Whose,
    (questions, answers): (&[Question], &[Answer]),
    today: Day,
    may_answer: bool,
) -> SheetPage {
    let hint = "A talk, a tender, their web site: so that others can judge it.";
    SheetPage {
        shell,
        name,
        path: whose.path(),
        id: whose.id,
        complete: Completeness::of(questions, answers, today),
        asked: questions.iter().map(|q| asked(q, answers, today)).collect(),
        fields: vec![
            Field { kind: "date".into(), ..Field::text("on", "Answers of", &today.to_string()) },
            Field { hint: hint.into(), ..Field::text("source", "Source", "") },
        ],
        may_answer,
    }
}

pub(super) async fn sheet(State(app): State<App>, visitor: Visitor, Path((kind, id)): Path<(String, i64)>) -> WebResult {
    let (db, whose) = (app.db(), Whose::parse(&kind, id)?);
    whose.see(db, &visitor.actor).await?;
    let (questions, answers) = (store::questions(db, whose).await?, store::answers(db, whose).await?);
    let name = store::name(db, whose).await?;
    let may = visitor.actor.may(Permission::WriteProfile);
    page(&sheet_view(visitor.shell(&app, &format!("{name}: profile")), name, whose, (&questions, &answers), visitor.now.day(), may))
}

pub(super) async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path((kind, id)): Path<(String, i64)>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> WebResult {
    let whose = Whose::parse(&kind, id)?;
    let text = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let on = Day::parse(&text("on")).map_err(|_| {
        Error::invalid(
            "profile.day",
            format!("“{}” is no day of the calendar. Nothing was changed.", text("on")),
            "Write it as YYYY-MM-DD.",
        )
    })?;
    let answers = sent.iter().filter_map(|(n, v)| Some((n.strip_prefix('q')?.parse().ok()?, v.clone()))).collect();
    let command = AnswerProfile { kind: whose.kind().into(), id, answers, source: text("source"), on };
    let kept = app.runner().run(&visitor.actor, command).await?;
    let said = if kept == 1 { "One answer is kept.".to_owned() } else { format!("{kept} answers are kept.") };
    flashes.good(&format!("/profiles/{}/{id}", whose.path()), said).await
}

#[derive(askama::Template)]
#[template(path = "profiles/templates/questions.html")]
struct QuestionsPage {
    shell: Shell,
    columns: Vec<Column>,
    questions: Vec<Question>,
    fields: Vec<Field>,
}

impl QuestionsPage {
    fn asked_of(&self, q: &Question) -> String {
        let setting = CareSetting::parse(&q.segment).map_or(String::new(), |s| format!(": {}", s.label().to_lowercase()));
        format!("{}{setting}", if q.subject_kind == "system" { "systems" } else { "accounts" })
    }
}

fn questions_view(shell: Shell, questions: Vec<Question>) -> QuestionsPage {
    let settings: Vec<(&str, &str)> = [("", "all")].into_iter().chain(CareSetting::ALL.iter().map(|c| (c.code(), c.label()))).collect();
    let options = |pairs: &[(&str, &str)]| Choice::list(pairs, "");
    QuestionsPage {
        shell,
        columns: ["Question", "Asked of", "Answers", "Fresh for"].iter().map(|c| Column::text(c)).chain([Column::text("")]).collect(),
        questions,
        fields: vec![
            Field::text("text", "Question", ""),
            Field { options: options(&[("system", "Systems"), ("account", "Accounts")]), ..Field::text("kind", "Asked of", "") },
            Field { options: options(&settings), required: false, ..Field::text("segment", "Care setting of accounts", "") },
            Field {
                rows: 4,
                required: false,
                hint: "One a line; leave it empty for an answer in words.".into(),
                ..Field::text("options", "Choices", "")
            },
            Field {
                kind: "number".into(),
                hint: "Days after which an answer counts as old.".into(),
                ..Field::text("fresh_days", "Fresh for", "365")
            },
        ],
    }
}

pub(super) async fn questions(State(app): State<App>, visitor: Visitor) -> WebResult {
    page(&questions_view(visitor.shell(&app, "Questions"), store::all_questions(app.db()).await?))
}

/// What the form sends.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct NewQuestion {
    kind: String,
    segment: String,
    text: String,
    options: String,
    fresh_days: i64,
}

pub(super) async fn add(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(f): Form<NewQuestion>) -> WebResult {
    let command = AddQuestion { kind: f.kind, segment: f.segment, text: f.text, options: f.options, fresh_days: f.fresh_days };
    app.runner().run(&visitor.actor, command).await?;
    flashes.good("/profiles/questions", "The question is asked from now on.").await
}

/// What undoing sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Back {
    back: bool,
}

pub(super) async fn retire(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Query(q): Query<Back>,
) -> WebResult {
    app.runner().run(&visitor.actor, RetireQuestion { question: id, back: q.back }).await?;
    if q.back {
        return flashes.good("/profiles/questions", "It is asked again.").await;
    }
    flashes
        .good_with_undo(
            "/profiles/questions",
            "It is asked no more; its answers stay.",
            format!("/profiles/questions/{id}/retire?back=true"),
        )
        .await
}

#[derive(askama::Template)]
#[template(path = "profiles/templates/panel.html")]
struct ProfileHtml {
    path: &'static str,
    id: i64,
    complete: Completeness,
    told: Vec<(String, Told)>,
}

/// The profile on the page of a system or an account.
pub struct ProfilePanel;

#[async_trait::async_trait]
impl Panel for ProfilePanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject) -> Result<Option<PanelHtml>> {
        let whose = match subject {
            Subject::System(s) => Whose { system: true, id: s.0 },
            Subject::Account(a) => Whose { system: false, id: a.0 },
            _ => return Ok(None),
        };
        let (questions, answers) = (store::questions(app.db(), whose).await?, store::answers(app.db(), whose).await?);
        let today = visitor.now.day();
        let complete = Completeness::of(&questions, &answers, today);
        let current = |q: &Question| {
            answers.iter().find(|a| a.question_id == q.id && a.valid_to.is_none()).map(|a| (q.text.clone(), told(a, q, today)))
        };
        let told = questions.iter().filter_map(current).collect();
        let sub = format!("{} of {} answered", complete.fresh + complete.old, complete.asked);
        PanelHtml::draw("Profile", &sub, &ProfileHtml { path: whose.path(), id: whose.id, complete, told }).map(Some)
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let today = Day(20_780);
    let question = |id, text: &str, options: &str| Question {
        id,
        subject_kind: "system".into(),
        segment: String::new(),
        text: text.into(),
        options: options.into(),
        fresh_days: 365,
        position: id,
    };
    let questions =
        vec![question(1, "Where are decisions <made>?", "At the centre\nBy each member"), question(2, "What do they expect?", "")];
    let answer = |value: &str, valid_from, valid_to| Answer {
        question_id: 1,
        value: value.into(),
        source: "talk".into(),
        valid_from,
        valid_to,
        who: Some("Marta Oliveira".into()),
    };
    let answers = vec![answer("At the centre", 20_700, None), answer("By each member", 20_000, Some(20_700))];
    let row = Profiled {
        id: 3,
        name: "Northlake <Health>".into(),
        place: "Duluth, MN".into(),
        accounts: 12,
        fresh: 1,
        old: 1,
        oldest: Some(20_000),
        newest: Some(20_700),
    };
    let whose = Whose { system: true, id: 3 };
    let draw = |t: &dyn Fn() -> askama::Result<String>| t().unwrap_or_default();
    let list = view(Shell::sample("Profiles"), &ListAsk::default(), 2, vec![row], true);
    let none = view(Shell::sample("Profiles"), &ListAsk::default(), 2, Vec::new(), false);
    let sheet = sheet_view(Shell::sample("Profile"), "Northlake Health".into(), whose, (&questions, &answers), today, true);
    let asked = questions_view(Shell::sample("Questions"), questions.clone());
    vec![
        ("profiles", draw(&|| askama::Template::render(&list))),
        ("profiles, none", draw(&|| askama::Template::render(&none))),
        ("profile", draw(&|| askama::Template::render(&sheet))),
        ("profile questions", draw(&|| askama::Template::render(&asked))),
    ]
}
