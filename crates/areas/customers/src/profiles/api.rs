//! Profiles for programs: what is asked, what was answered, and answering.

use super::model::{Answer, Completeness, Question, Whose};
use super::{AddQuestion, AnswerProfile, RetireQuestion, store};
use rounds_kernel::{Day, Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, CareSettingCode, Id, Nothing, Operation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    let (read, answer, ask) = (Permission::ReadRecord, Permission::WriteProfile, Permission::WriteRecord);
    let about = "An answer equal to the present one confirms it as of the day. What is not among a question's choices, or is older than \
                 the present answer, is refused (409) and nothing of the request is kept.";
    let system = |id| Whose { system: true, id };
    let account = |id| Whose { system: false, id };
    vec![
        Operation::get("/api/v1/systems/{id}/profile", read, "A system's profile", move |c, Id(id), n| one(c, system(id), n)).route(),
        Operation::get("/api/v1/accounts/{id}/profile", read, "An account's profile", move |c, Id(id), n| one(c, account(id), n)).route(),
        Operation::post("/api/v1/systems/{id}/profile", answer, "Answer questions about a system", move |c, Id(id), a| {
            say(c, system(id), a)
        })
        .about(about)
        .route(),
        Operation::post("/api/v1/accounts/{id}/profile", answer, "Answer questions about an account", move |c, Id(id), a| {
            say(c, account(id), a)
        })
        .about(about)
        .route(),
        Operation::get("/api/v1/profile-questions", read, "What profiles ask", questions).route(),
        Operation::post("/api/v1/profile-questions", ask, "Ask one more question", add).created("/api/v1/profile-questions").route(),
        Operation::post("/api/v1/profile-questions/{id}/retire", ask, "Ask a question no more, or again", retire)
            .about("Its answers stay.")
            .route(),
    ]
}

/// A question with the answer that holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProfileLine)]
struct Line {
    question_id: i64,
    question: String,
    /// Empty for an answer in words.
    choices: Vec<String>,
    /// Absent while nobody has answered.
    answer: Option<String>,
    source: Option<String>,
    /// Who wrote it down.
    by: Option<String>,
    #[schema(format = "date")]
    since: Option<String>,
    /// Older than the question allows.
    old: bool,
}

/// A profile as it stands today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Profile)]
struct Shown {
    /// Percent of questions with an answer that is not old.
    complete: i64,
    lines: Vec<Line>,
}

fn line(q: &Question, answers: &[Answer], today: Day) -> Line {
    let held = answers.iter().find(|a| a.question_id == q.id && a.valid_to.is_none());
    Line {
        question_id: q.id,
        question: q.text.clone(),
        choices: q.choices().into_iter().map(str::to_owned).collect(),
        answer: held.map(|a| a.value.clone()),
        source: held.map(|a| a.source.clone()),
        by: held.and_then(|a| a.who.clone()),
        since: held.map(|a| Day::stored(a.valid_from).to_string()),
        old: held.is_some_and(|a| a.is_old(q, today)),
    }
}

async fn one(call: Call, whose: Whose, _: Nothing) -> Result<Shown> {
    whose.see(call.db(), &call.actor).await?;
    let (questions, answers) = (store::questions(call.db(), whose).await?, store::answers(call.db(), whose).await?);
    let today = call.now.day();
    Ok(Shown {
        complete: Completeness::of(&questions, &answers, today).percent(),
        lines: questions.iter().map(|q| line(q, &answers, today)).collect(),
    })
}

/// One answer.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewProfileAnswer)]
#[serde(deny_unknown_fields)]
struct Said {
    #[schema(minimum = 1)]
    question_id: i64,
    /// One of the question's choices, if it has any.
    #[schema(min_length = 1, max_length = 1000)]
    answer: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Answers {
    #[schema(min_items = 1, max_items = 100)]
    answers: Vec<Said>,
    /// Where they come from, e.g. “interview”.
    #[schema(max_length = 200)]
    source: String,
    /// The day on which they were given; today if not given.
    #[schema(format = "date")]
    on: Option<String>,
}

async fn say(call: Call, whose: Whose, a: Answers) -> Result<()> {
    let on = a.on.map_or(Ok(call.now.day()), |d| Day::parse(&d))?;
    let answers = a.answers.into_iter().map(|s| (s.question_id, s.answer)).collect();
    let command = AnswerProfile { kind: whose.kind().into(), id: whose.id, answers, source: a.source, on };
    call.run_as_it_stands(command).await.map(|_| ())
}

/// What is asked of whom.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProfileQuestion)]
struct Asked {
    id: i64,
    /// `system` or `account`.
    kind: String,
    /// Care setting it is asked of; absent for all.
    care_setting: Option<String>,
    text: String,
    choices: Vec<String>,
    /// Days after which an answer is old.
    fresh_days: i64,
}

/// All questions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProfileQuestions)]
struct AllAsked {
    items: Vec<Asked>,
}

async fn questions(call: Call, _: Nothing, _: Nothing) -> Result<AllAsked> {
    let asked = |q: Question| Asked {
        id: q.id,
        choices: q.choices().into_iter().map(str::to_owned).collect(),
        kind: q.subject_kind,
        care_setting: Some(q.segment).filter(|s| !s.is_empty()),
        text: q.text,
        fresh_days: q.fresh_days,
    };
    Ok(AllAsked { items: store::all_questions(call.db()).await?.into_iter().map(asked).collect() })
}

/// Whom a question is asked of.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = ProfileKind)]
#[serde(rename_all = "snake_case")]
enum Kind {
    System,
    Account,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct New {
    kind: Kind,
    /// Only accounts of this care setting; of all if not given. Systems have none.
    care_setting: Option<CareSettingCode>,
    #[schema(max_length = 300, pattern = "^[^\\x00]*[A-Za-z0-9][^\\x00]*$")]
    text: String,
    /// Empty for an answer in words.
    #[serde(default)]
    #[schema(max_items = 20)]
    choices: Vec<Choice>,
    #[schema(minimum = 1, maximum = 3650)]
    fresh_days: i64,
}

/// One choice.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ProfileChoice)]
#[serde(deny_unknown_fields)]
struct Choice {
    #[schema(max_length = 80, pattern = "^[A-Za-z0-9][^\\x00\\r\\n]*$")]
    text: String,
}

/// The question's number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewProfileQuestion)]
struct Made {
    id: i64,
}

async fn add(call: Call, _: Nothing, new: New) -> Result<Made> {
    let command = AddQuestion {
        kind: if matches!(new.kind, Kind::System) { "system" } else { "account" }.into(),
        segment: new.care_setting.map(|s| s.0.code().to_owned()).unwrap_or_default(),
        text: new.text,
        options: new.choices.into_iter().map(|c| c.text).collect::<Vec<_>>().join("\n"),
        fresh_days: new.fresh_days,
    };
    Ok(Made { id: call.run_as_it_stands(command).await? })
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Retire {
    /// True asks it again.
    #[serde(default)]
    back: bool,
}

async fn retire(call: Call, Id(question): Id, ask: Retire) -> Result<()> {
    call.run(RetireQuestion { question, back: ask.back }).await
}
