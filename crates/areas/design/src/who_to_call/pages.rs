//! The card, its settings, and the panel on an account's page.

use super::commands::{SetExceptions, SetTopic};
use super::model::{CardLine, Contact, Exception, Topic, card as lines};
use super::store;
use crate::coverage::owners_of;
use axum::Form;
use axum::extract::{Path, State};
use rounds_customers::as_of::AsOf;
use rounds_customers::panels::{Panel, PanelHtml, Subject};
use rounds_customers::scope;
use rounds_kernel::{AccountId, Day, Error, Permission, Result, Role, Time};
use rounds_store::Query;
use rounds_web::components::Choice;
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page, secret};
use std::collections::BTreeMap;

const PURPOSE: &str = "who-to-call";
/// A printed or mailed card leads to the present one for a year.
const LINK_DAYS: i64 = 365;

async fn card_of(db: &impl Query, account: i64, day: Day) -> Result<Vec<CardLine>> {
    let (topics, exceptions) = (store::topics(db).await?, store::exceptions(db, account).await?);
    Ok(lines(&topics, &exceptions, &owners_of(db, AccountId(account), day).await?))
}

#[derive(askama::Template)]
#[template(path = "who_to_call/templates/card.html")]
struct CardPage {
    shell: Shell,
    account: i64,
    name: String,
    lines: Vec<CardLine>,
    topics: Vec<(Topic, Option<Exception>)>,
    link: String,
    may_edit: bool,
}

pub(super) async fn card(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let db = app.db();
    scope::see_account(db, &visitor.actor, AccountId(id)).await?;
    let name = store::account(db, id).await?.ok_or_else(|| Error::not_found("account"))?;
    let (topics, exceptions) = (store::topics(db).await?, store::exceptions(db, id).await?);
    let until = Time::at_day(Day(visitor.now.day().0 + LINK_DAYS as i32));
    let token = secret::sign(app.runner().keys(), PURPOSE, &id.to_string(), until)?;
    let with = |t: Topic| {
        let e = exceptions.iter().find(|e| e.topic_id == t.id).cloned();
        (t, e)
    };
    page(&CardPage {
        shell: visitor.shell(&app, &format!("{name}: whom to call")),
        account: id,
        name,
        lines: lines(&topics, &exceptions, &owners_of(db, AccountId(id), visitor.now.day()).await?),
        topics: topics.into_iter().map(with).collect(),
        link: format!("/card/{token}"),
        may_edit: visitor.actor.may(Permission::WriteProfile),
    })
}

pub(super) async fn set_exceptions(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(sent): Form<BTreeMap<String, String>>,
) -> WebResult {
    let text = |name: String| sent.get(&name).cloned().unwrap_or_default();
    let topics = sent.keys().filter_map(|k| k.strip_prefix("name-")?.parse::<i64>().ok());
    let who = topics.map(|t| (t, text(format!("name-{t}")), text(format!("phone-{t}")), text(format!("email-{t}")))).collect();
    app.runner().run(&visitor.actor, SetExceptions { account: id, who }).await?;
    flashes.good(&format!("/accounts/{id}/whom-to-call"), "The card is changed.").await
}

#[derive(askama::Template)]
#[template(path = "who_to_call/templates/shared.html")]
struct SharedPage {
    shell: Shell,
    name: String,
    lines: Vec<CardLine>,
    on: String,
}

pub(super) async fn shared(State(app): State<App>, Path(token): Path<String>) -> WebResult {
    let now = app.runner().now();
    let account = secret::verify(app.runner().keys(), PURPOSE, &token, now)?;
    let id: i64 = account.parse().map_err(Error::internal)?;
    let name = store::account(app.db(), id).await?.ok_or_else(|| Error::not_found("card"))?;
    let lines = card_of(app.db(), id, now.day()).await?;
    let shell = Shell { title: format!("{name}: whom to call"), ..Shell::default() };
    page(&SharedPage { shell, name, lines, on: now.day().to_string() })
}

#[derive(askama::Template)]
#[template(path = "who_to_call/templates/topics.html")]
struct TopicsPage {
    shell: Shell,
    topics: Vec<(Topic, Vec<Choice>)>,
}

fn roles(chosen: &str) -> Vec<Choice> {
    let own = [Role::SuccessManager, Role::RemoteRep, Role::FieldRep, Role::KeyAccountManager, Role::Manager];
    let pairs: Vec<(&str, &str)> =
        [("", "nobody: the line answers")].into_iter().chain(own.iter().map(|r| (r.code(), r.label()))).collect();
    Choice::list(&pairs, chosen)
}

fn topics_view(shell: Shell, topics: Vec<Topic>) -> TopicsPage {
    let rows = topics.into_iter().chain([Topic::default()]);
    TopicsPage { shell, topics: rows.map(|t| (t.clone(), roles(&t.role))).collect() }
}

pub(super) async fn topics(State(app): State<App>, visitor: Visitor) -> WebResult {
    page(&topics_view(visitor.shell(&app, "Whom to call"), store::topics(app.db()).await?))
}

pub(super) async fn set_topic(State(app): State<App>, visitor: Visitor, flashes: Flashes, Form(topic): Form<SetTopic>) -> WebResult {
    app.runner().run(&visitor.actor, topic).await?;
    flashes.good("/whom-to-call", "The card is changed for all accounts.").await
}

#[derive(askama::Template)]
#[template(path = "who_to_call/templates/panel.html")]
struct PanelBody {
    account: i64,
    lines: Vec<CardLine>,
}

/// The card on an account's page.
pub struct WhoToCallPanel;

#[async_trait::async_trait]
impl Panel for WhoToCallPanel {
    fn permission(&self) -> Permission {
        Permission::ReadRecord
    }

    async fn draw(&self, app: &App, visitor: &Visitor, subject: Subject, _: AsOf) -> Result<Option<PanelHtml>> {
        let Subject::Account(account) = subject else { return Ok(None) };
        let lines = card_of(app.db(), account.0, visitor.now.day()).await?;
        PanelHtml::draw("Whom to call", "as the account's people see it", &PanelBody { account: account.0, lines }).map(Some)
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let contact = |name: &str| Contact {
        name: name.into(),
        note: "Field rep, Cardiac".into(),
        phone: "+1 218 555 0142".into(),
        email: "jonas@x.example".into(),
    };
    let card = || {
        vec![
            CardLine { topic: "A clinical question".into(), whom: vec![contact("Jonas Weber"), contact("Ben <b>")] },
            CardLine { topic: "Contract and price".into(), whom: Vec::new() },
        ]
    };
    let topic = Topic { id: 1, topic: "Contract and price".into(), role: "kam".into(), ..Topic::default() };
    let whole = CardPage {
        shell: Shell::sample("Whom to call"),
        account: 7,
        name: "St. Brigid".into(),
        lines: card(),
        topics: vec![(topic.clone(), None)],
        link: "/card/sample".into(),
        may_edit: true,
    };
    let shared = SharedPage { shell: Shell::sample("Whom to call"), name: "St. Brigid".into(), lines: card(), on: "2026-11-23".into() };
    vec![
        ("whom to call", askama::Template::render(&whole).unwrap_or_default()),
        ("whom to call, shared", askama::Template::render(&shared).unwrap_or_default()),
        ("whom to call, topics", askama::Template::render(&topics_view(Shell::sample("Whom to call"), vec![topic])).unwrap_or_default()),
    ]
}
