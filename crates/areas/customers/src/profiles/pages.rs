//! The list of profiles, the questionnaire, the questions, and the panel on a record.

use super::commands::{AddQuestion, AnswerProfile, RetireQuestion};
use super::model::{Answer, Completeness, Question, Whose};
use super::store::{self, Profiled, SORTS};
use crate::as_of::AsOf;
use crate::lists::{self, Keyset, Place, Slice, href, pager, sortable};
use crate::panels::{Panel, PanelHtml, Subject};
use axum::Form;
use axum::extract::{Path, Query, RawQuery, State};
use rounds_kernel::{CareSetting, Day, Error, Permission, Result};
use rounds_platform::imports::export;
use rounds_platform::views::{self, Views};
use rounds_web::components::{Choice, Column, Field, Filter, Pager};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the list is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ListAsk {
    of: String,
    name: String,
    sort: String,
    after: String,
    before: String,
}

impl ListAsk {
    fn system(&self) -> bool {
        self.of != "accounts"
    }

    /// Systems by their size, accounts by name, unless asked otherwise.
    fn order(&self) -> &str {
        match (self.sort.as_str(), self.system()) {
            ("", true) => "-accounts",
            ("", false) => "name",
            (sort, _) => sort,
        }
    }

    fn parameters(&self) -> [(&str, &str); 3] {
        [("of", if self.system() { "systems" } else { "accounts" }), ("name", &self.name), ("sort", &self.sort)]
    }

    fn list(&self, visitor: &Visitor) -> Keyset {
        let today = i64::from(visitor.now.day().0);
        store::profiled(&visitor.actor, self.system(), (&self.name, self.order()), today)
    }
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
    of: String,
    may_edit: bool,
    kept: Vec<(String, String)>,
    views: Views,
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

fn view(shell: Shell, ask: &ListAsk, asked: i64, (slice, total): (Slice<Profiled>, &str), may_edit: bool) -> ListPage {
    let parameters = ask.parameters();
    let of = if ask.system() { "systems" } else { "accounts" };
    let mut columns = vec![
        Column::text("Name"),
        Column::text("Town"),
        Column::number("Accounts"),
        Column::number("Answered and fresh"),
        Column::number("Old answers"),
        Column::text("Oldest answer"),
    ];
    sortable(&mut columns, SORTS, ask.order(), "/profiles", &parameters);
    let name = Filter { value: ask.name.clone(), placeholder: "part of the name".into(), ..Filter::select("name", "Name", &[], "") };
    ListPage {
        shell,
        filters: vec![Filter::select("of", "Of", &[("systems", "Systems"), ("accounts", "Accounts")], of), name],
        columns,
        pager: pager(&slice, total, of, "/profiles", &parameters),
        lines: slice
            .rows
            .into_iter()
            .map(|row| Line {
                path: of,
                percent: Completeness { fresh: row.fresh, old: row.old, asked }.percent(),
                asked,
                oldest: day(row.oldest),
                row,
            })
            .collect(),
        csv: href("/profiles.csv", &parameters),
        of: of.into(),
        may_edit,
        kept: lists::kept(&parameters, &["sort"]),
        views: Views::default(),
    }
}

/// How many questions are asked of every record of the kind.
async fn asked_of(app: &App, ask: &ListAsk) -> Result<i64> {
    let kind = if ask.system() { "system" } else { "account" };
    let asked = store::all_questions(app.db()).await?;
    Ok(asked.iter().filter(|q| q.subject_kind == kind && q.segment.is_empty()).count() as i64)
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<ListAsk>, RawQuery(query): RawQuery) -> WebResult {
    let (db, list) = (app.db(), ask.list(&visitor));
    let slice = lists::fetch_sorted(db, &list, &Place::read(&ask.after, &ask.before)).await?;
    let total = lists::count(db, &list).await?;
    let views = views::of(db, &visitor, "/profiles", query.as_deref()).await?;
    let may_edit = visitor.actor.may(Permission::WriteRecord);
    let asked = asked_of(&app, &ask).await?;
    page(&ListPage { views, ..view(visitor.shell(&app, "Profiles"), &ask, asked, (slice, &total), may_edit) })
}

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Query(ask): Query<ListAsk>, RawQuery(query): RawQuery) -> WebResult {
    let mut list = ask.list(&visitor);
    list.only(&lists::chosen(query.as_deref()));
    let (asked, rows): (i64, Vec<Profiled>) = (asked_of(&app, &ask).await?, lists::all(app.db(), &list).await?);
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

/// Answers as they stood on a day: later ones left out, and what they replaced in force.
fn answered_by(answers: Vec<Answer>, Day(day): Day) -> Vec<Answer> {
    let then = answers.into_iter().filter(|a| a.valid_from <= i64::from(day));
    then.map(|a| Answer { valid_to: a.valid_to.filter(|to| *to <= i64::from(day)), ..a }).collect()
}

/// The profile on the page of a system or an account.
pub struct ProfilePanel;

#[async_trait::async_trait]
impl Panel for ProfilePanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, as_of: AsOf) -> Result<Option<PanelHtml>> {
        let whose = match subject {
            Subject::System(s) => Whose { system: true, id: s.0 },
            Subject::Account(a) => Whose { system: false, id: a.0 },
            _ => return Ok(None),
        };
        let (questions, answers) = (store::questions(app.db(), whose).await?, store::answers(app.db(), whose).await?);
        let today = as_of.or(visitor.now.day());
        let answers = as_of.day().map_or(answers.clone(), |day| answered_by(answers, day));
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
    let slice = |rows| Slice { rows, previous: None, next: None };
    let list = view(Shell::sample("Profiles"), &ListAsk::default(), 2, (slice(vec![row]), "1"), true);
    let none = view(Shell::sample("Profiles"), &ListAsk::default(), 2, (slice(Vec::new()), "0"), false);
    let sheet = sheet_view(Shell::sample("Profile"), "Northlake Health".into(), whose, (&questions, &answers), today, true);
    let asked = questions_view(Shell::sample("Questions"), questions.clone());
    vec![
        ("profiles", draw(&|| askama::Template::render(&list))),
        ("profiles, none", draw(&|| askama::Template::render(&none))),
        ("profile", draw(&|| askama::Template::render(&sheet))),
        ("profile questions", draw(&|| askama::Template::render(&asked))),
    ]
}
