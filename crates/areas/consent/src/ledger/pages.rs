//! `/contacts`: the ledger, newest first.

use super::queries::{Filter as Narrow, LedgerRow, page as read};
use axum::extract::{Query, RawQuery, State};
use rounds_customers::lists;
use rounds_kernel::{Channel, Cursor, Outcome, Purpose, Result, Time};
use rounds_platform::imports::export;
use rounds_platform::views::{self, Views};
use rounds_store::{Db, search};
use rounds_web::components::{Column, Filter, Pager};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const PER_PAGE: usize = 50;
/// People that a name may stand for; more are too many to be meant.
const MOST_NAMESAKES: u64 = 50;

/// The address of a view.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct LedgerQuery {
    channel: String,
    outcome: String,
    /// A name as typed.
    person: String,
    person_id: String,
    account_id: String,
    user_id: String,
    after: String,
}

#[derive(askama::Template)]
#[template(path = "ledger/templates/list.html")]
struct LedgerPage {
    shell: Shell,
    filters: Vec<Filter>,
    narrowed: Vec<String>,
    columns: Vec<Column>,
    lines: Vec<Line>,
    pager: Pager,
    export: String,
    views: Views,
}

struct Line {
    id: i64,
    iso: String,
    at: String,
    yours: String,
    inbound: bool,
    channel: &'static str,
    person: Option<(i64, String)>,
    account: Option<(i64, String)>,
    purpose: &'static str,
    outcome: &'static str,
    who: Option<(i64, String)>,
    note: String,
    simulated: bool,
}

fn line(r: LedgerRow, zone: &str) -> Line {
    let at = Time(r.occurred_at);
    let theirs = at.in_zone(r.zone.as_deref().unwrap_or("UTC"));
    let yours = at.in_zone(zone);
    let named = |id: Option<i64>, name: Option<String>| id.map(|id| (id, name.unwrap_or_else(|| format!("no. {id}"))));
    Line {
        id: r.id,
        iso: at.rfc3339(),
        yours: if yours == theirs { String::new() } else { format!("{} for you", yours.split(' ').nth(1).unwrap_or_default()) },
        at: theirs,
        inbound: r.direction.as_deref() == Some("in"),
        channel: r.channel.as_deref().and_then(Channel::parse).map_or("—", Channel::label),
        person: named(r.person_id, r.person),
        account: named(r.account_id, r.account),
        purpose: r.purpose.as_deref().and_then(Purpose::parse).map_or("—", Purpose::label),
        outcome: r.outcome.as_deref().and_then(Outcome::parse).map_or("—", Outcome::label),
        who: named(r.user_id, r.user_name),
        note: r.note.unwrap_or_default(),
        simulated: r.source == "simulation",
    }
}

fn filters(q: &LedgerQuery) -> Vec<Filter> {
    let with_all = |pairs: Vec<(&'static str, &'static str)>| -> Vec<(&'static str, &'static str)> {
        std::iter::once(("", "All")).chain(pairs).collect()
    };
    let channels = with_all(Channel::ALL.iter().map(|c| (c.code(), c.label())).collect());
    let outcomes = with_all(Outcome::ALL.iter().map(|o| (o.code(), o.label())).collect());
    vec![
        Filter { name: "person".into(), label: "Person".into(), value: q.person.clone(), placeholder: "name".into(), ..Filter::default() },
        Filter::select("channel", "Channel", &channels, &q.channel),
        Filter::select("outcome", "Outcome", &outcomes, &q.outcome),
    ]
}

fn view(shell: Shell, zone: &str, q: &LedgerQuery, mut rows: Vec<LedgerRow>) -> LedgerPage {
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let next = rows.last().filter(|_| more).map(|r| link(q, &Cursor { key: r.occurred_at.to_string(), id: r.id }));
    let narrowed = [(&q.person_id, "one person"), (&q.account_id, "one account"), (&q.user_id, "one colleague")];
    let narrowed = narrowed.iter().filter(|(v, _)| !v.is_empty()).map(|(_, what)| format!("Only {what}")).collect();
    let shown = format!("{} contacts{}, newest first", rows.len(), if more { ", more follow" } else { "" });
    LedgerPage {
        shell,
        filters: filters(q),
        narrowed,
        columns: ["When", "Channel", "Person", "Account", "Purpose", "Outcome", "By", "Note"].map(Column::text).to_vec(),
        lines: rows.into_iter().map(|r| line(r, zone)).collect(),
        pager: Pager { shown, previous: None, next },
        export: address(q, "/contacts.csv", &[]),
        views: Views::default(),
    }
}

fn link(q: &LedgerQuery, cursor: &Cursor) -> String {
    address(q, "/contacts", &[("after", &cursor.encode())])
}

/// `path` with what the ledger is narrowed to, and `extra`.
fn address(q: &LedgerQuery, path: &str, extra: &[(&str, &str)]) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    let all = [
        ("channel", &q.channel),
        ("outcome", &q.outcome),
        ("person", &q.person),
        ("person_id", &q.person_id),
        ("account_id", &q.account_id),
        ("user_id", &q.user_id),
    ];
    let set = all.into_iter().map(|(name, value)| (name, value.as_str())).chain(extra.iter().copied());
    for (name, value) in set.filter(|(_, value)| !value.is_empty()) {
        pairs.append_pair(name, value);
    }
    let query = pairs.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// People within the visitor's scope whose name was typed. `None`: no name was typed.
async fn people_named(db: &Db, visitor: &Visitor, q: &LedgerQuery) -> Result<Option<Vec<i64>>> {
    if let Ok(id) = q.person_id.parse() {
        return Ok(Some(vec![id]));
    }
    if q.person.trim().is_empty() {
        return Ok(None);
    }
    let hits = search::find(db, &q.person, &visitor.actor.scope, MOST_NAMESAKES * 4).await?;
    let ids = hits.iter().filter_map(|h| h.href.strip_prefix("/people/")?.parse().ok()).take(MOST_NAMESAKES as usize);
    Ok(Some(ids.collect()))
}

async fn narrowed(app: &App, visitor: &Visitor, q: &LedgerQuery) -> Result<Narrow> {
    Ok(Narrow {
        channel: Channel::parse(&q.channel),
        outcome: Outcome::parse(&q.outcome),
        people: people_named(app.db(), visitor, q).await?,
        account: q.account_id.parse().ok(),
        user: q.user_id.parse().ok(),
        chosen: Vec::new(),
    })
}

/// Contacts of one export.
const EXPORT: u64 = 50_000;

pub(super) async fn csv(State(app): State<App>, visitor: Visitor, Query(q): Query<LedgerQuery>, RawQuery(query): RawQuery) -> WebResult {
    let narrow = Narrow { chosen: lists::chosen(query.as_deref()), ..narrowed(&app, &visitor, &q).await? };
    let rows = read(app.db(), &visitor.actor, &narrow, (None, visitor.now), EXPORT).await?;
    let head =
        ["when_utc", "channel", "direction", "person_id", "person", "account_id", "account", "purpose", "outcome", "by", "note", "source"];
    let id = |id: Option<i64>| id.map_or(String::new(), |id| id.to_string());
    let cells = rows.into_iter().map(|r| {
        let text = |t: Option<String>| t.unwrap_or_default();
        vec![
            Time(r.occurred_at).rfc3339(),
            text(r.channel),
            text(r.direction),
            id(r.person_id),
            text(r.person),
            id(r.account_id),
            text(r.account),
            text(r.purpose),
            text(r.outcome),
            text(r.user_name),
            text(r.note),
            r.source,
        ]
    });
    Ok(rounds_web::download("contacts.csv", export::csv(&head, cells)))
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(q): Query<LedgerQuery>, RawQuery(query): RawQuery) -> WebResult {
    let narrow = narrowed(&app, &visitor, &q).await?;
    let after = Cursor::decode(&q.after).and_then(|c| Some((c.key.parse().ok()?, c.id)));
    let rows = read(app.db(), &visitor.actor, &narrow, (after, visitor.now), PER_PAGE as u64 + 1).await?;
    let views = views::of(app.db(), &visitor, "/contacts", query.as_deref()).await?;
    page(&LedgerPage { views, ..view(visitor.shell(&app, "Contact ledger"), &visitor.actor.zone, &q, rows) })
}

pub(super) fn samples() -> Vec<(&'static str, String)> {
    let row = |id: i64, direction: &str, channel: &str, outcome: &str, note: &str| LedgerRow {
        id,
        occurred_at: 1_795_400_000_000_000 - id * 7_200_000_000,
        channel: Some(channel.into()),
        purpose: Some("follow_up".into()),
        outcome: Some(outcome.into()),
        direction: Some(direction.into()),
        note: Some(note.into()),
        source: if id == 2 { "simulation".into() } else { "rounds".into() },
        person_id: Some(31),
        person: Some("Dr. Aoife Meyer".into()),
        account_id: Some(7),
        account: Some("St. Brigid Medical Center".into()),
        zone: Some("America/Chicago".into()),
        user_id: Some(2),
        user_name: Some("Ines Kowalski".into()),
    };
    let rows = vec![
        row(1, "out", "phone", "reached", "Wants the trial data before Thursday's committee."),
        row(2, "out", "email", "sent", ""),
        row(3, "in", "phone", "meeting_booked", "<script>alert(1)</script>"),
        row(4, "out", "visit", "no_channel", ""),
    ];
    let q = LedgerQuery { person_id: "31".into(), ..LedgerQuery::default() };
    let full = view(Shell::sample("Contact ledger"), "Europe/Vienna", &q, rows);
    let empty = view(Shell::sample("Contact ledger"), "UTC", &LedgerQuery::default(), Vec::new());
    let draw = |v: &LedgerPage| askama::Template::render(v).unwrap_or_default();
    vec![("contacts", draw(&full)), ("contacts-empty", draw(&empty))]
}
