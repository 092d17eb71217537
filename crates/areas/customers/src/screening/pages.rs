//! The quality queue, and the search over notes.

use super::commands::{Decide, Verdict};
use super::model::{FlagKind, Kept};
use super::store::{self, Count, FlagRow, Narrow};
use crate::lists::href;
use axum::Form;
use axum::extract::{Path, Query, RawQuery, State};
use rounds_kernel::{Cursor, Error, Time};
use rounds_platform::scope;
use rounds_platform::views::{self, Views};
use rounds_store::search::{NoteHit, find_notes};
use rounds_web::components::{Filter, Pager, Stat, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

const SHOWN: usize = 25;
/// Days after which a possible adverse event is late; the strictest clock of MDR Art. 87 is two days.
const LATE_DAYS: i64 = 1;

#[derive(askama::Template)]
#[template(path = "screening/templates/queue.html")]
struct QueuePage {
    shell: Shell,
    stats: Vec<Stat>,
    filters: Vec<Filter>,
    lines: Vec<Line>,
    pager: Pager,
    open: bool,
    views: Views,
}

struct Line {
    flag: FlagRow,
    kind: &'static str,
    tone: Tone,
    when: String,
    found_iso: String,
    found: String,
    decided: String,
    may_mask: bool,
}

fn line(flag: FlagRow, zone: &str) -> Line {
    let kind = FlagKind::parse(&flag.kind);
    let decided = match (&flag.decider, flag.decided_at) {
        (Some(who), Some(at)) => format!("{} by {who}, {}: {}", flag.state, Time(at).in_zone(zone), flag.reason),
        _ => String::new(),
    };
    Line {
        kind: kind.map_or("Flag", FlagKind::label),
        tone: if kind == Some(FlagKind::AdverseEvent) { Tone::Bad } else { Tone::Warn },
        when: Time(flag.occurred_at).in_zone(zone),
        found_iso: Time(flag.found_at).rfc3339(),
        found: Time(flag.found_at).in_zone(zone),
        decided,
        may_mask: kind == Some(FlagKind::PatientData),
        flag,
    }
}

fn stats(counts: &[Count], now: Time) -> Vec<Stat> {
    let one = |kind: FlagKind| {
        let count = counts.iter().find(|c| c.kind == kind.code());
        let stat = Stat::new(kind.label(), count.map_or(0, |c| c.waiting).to_string(), &format!("/quality?kind={}", kind.code()));
        match count.map(|c| (now.0 - c.oldest) / 86_400_000_000) {
            Some(days) if days >= LATE_DAYS => stat.note(format!("the oldest waits {days} d"), Tone::Bad),
            Some(_) => stat.note("the oldest came today", Tone::Info),
            None => stat.note("none waits", Tone::Good),
        }
    };
    vec![one(FlagKind::AdverseEvent), one(FlagKind::PatientData)]
}

/// What the queue is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct QueueAsk {
    kind: String,
    show: String,
    after: String,
}

impl QueueAsk {
    /// The state of the flags asked for: those that wait, unless another is named.
    fn state(&self) -> &'static str {
        STATES.iter().map(|s| s.0).find(|s| *s == self.show).unwrap_or("open")
    }
}

const STATES: &[(&str, &str)] = &[("open", "Waiting"), ("reported", "Reported"), ("masked", "Masked"), ("cleared", "Cleared")];

fn view(shell: Shell, zone: &str, now: Time, ask: &QueueAsk, counts: &[Count], mut rows: Vec<FlagRow>) -> QueuePage {
    let state = ask.state();
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let next = rows.last().filter(|_| more).map(|r| Cursor { key: r.found_at.to_string(), id: r.id }.encode());
    let next = next.map(|at| href("/quality", &[("show", state), ("kind", ask.kind.as_str()), ("after", at.as_str())]));
    let kinds = [("", "Both"), ("adverse_event", "Possible adverse events"), ("patient_data", "Patient data")];
    QueuePage {
        shell,
        stats: stats(counts, now),
        filters: vec![Filter::select("show", "Show", STATES, state), Filter::select("kind", "Kind", &kinds, &ask.kind)],
        pager: Pager { shown: format!("{} shown", rows.len()), previous: None, next },
        lines: rows.into_iter().map(|r| line(r, zone)).collect(),
        open: state == "open",
        views: Views::default(),
    }
}

pub(super) async fn queue(State(app): State<App>, visitor: Visitor, Query(ask): Query<QueueAsk>, RawQuery(query): RawQuery) -> WebResult {
    let (db, actor) = (app.db(), &visitor.actor);
    let narrow = Narrow { state: ask.state().into(), kind: FlagKind::parse(&ask.kind) };
    let after = Cursor::decode(&ask.after).and_then(|c| Some((c.key.parse().ok()?, c.id)));
    let rows = store::flags(db, actor, &narrow, after, SHOWN as i64 + 1).await?;
    let counts = store::waiting(db, actor).await?;
    let views = views::of(db, &visitor, "/quality", query.as_deref()).await?;
    page(&QueuePage { views, ..view(visitor.shell(&app, "Quality queue"), &actor.zone, visitor.now, &ask, &counts, rows) })
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    /// Empty to undo.
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    flashes: Flashes,
    Path(id): Path<i64>,
    Form(sent): Form<Sent>,
    kept: Vec<Kept>,
) -> WebResult {
    let verdict = Verdict::parse(&sent.verdict).ok_or_else(|| {
        Error::invalid("quality.verdict", "That is no decision about a flag. Nothing was changed.", "Choose one of those on the page.")
    })?;
    app.runner().run(&visitor.actor, Decide { flag: id, verdict, reason: sent.reason, kept }).await?;
    let said = match verdict {
        Verdict::Reopened => return flashes.good("/quality", "It waits in the queue again.").await,
        Verdict::Reported => "Reported.",
        Verdict::Masked => "The words are masked on every timeline; the evidence is kept here.",
        Verdict::Cleared => "Cleared.",
    };
    flashes.good_with_undo("/quality", said, format!("/quality/{id}/decide")).await
}

#[derive(askama::Template)]
#[template(path = "screening/templates/notes.html")]
struct NotesPage {
    shell: Shell,
    asked: String,
    filters: Vec<Filter>,
    hits: Vec<NoteLine>,
    pager: Pager,
}

struct NoteLine {
    hit: NoteHit,
    iso: String,
    at: String,
}

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct NotesAsk {
    q: String,
    before: Option<i64>,
}

pub(super) async fn notes(State(app): State<App>, visitor: Visitor, Query(ask): Query<NotesAsk>) -> WebResult {
    let within = scope::accounts(&visitor.actor, "f.account_id");
    let found = find_notes(app.db(), &ask.q, &within, ask.before, SHOWN as u64 + 1).await?;
    page(&notes_view(visitor.shell(&app, "Notes"), &visitor.actor.zone, &ask.q, found))
}

fn notes_view(shell: Shell, zone: &str, asked: &str, mut found: Vec<NoteHit>) -> NotesPage {
    let more = found.len() > SHOWN;
    found.truncate(SHOWN);
    let next = found.last().filter(|_| more).map(|h| href("/notes", &[("q", asked), ("before", h.id.to_string().as_str())]));
    NotesPage {
        shell,
        asked: asked.trim().to_owned(),
        filters: vec![Filter {
            name: "q".into(),
            label: "Words".into(),
            value: asked.into(),
            placeholder: "in notes".into(),
            ..Filter::default()
        }],
        pager: Pager { shown: format!("{} notes, newest first", found.len()), previous: None, next },
        hits: found
            .into_iter()
            .map(|hit| NoteLine { iso: Time(hit.occurred_at).rfc3339(), at: Time(hit.occurred_at).in_zone(zone), hit })
            .collect(),
    }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let now = Time(1_795_444_000_000_000);
    let flag = |id, kind: FlagKind, excerpt: &str| FlagRow {
        id,
        fact_id: 90 + id,
        kind: kind.code().into(),
        rule: "It says “broke off”.".into(),
        evidence: excerpt.into(),
        excerpt: excerpt.into(),
        account_id: Some(7),
        account: Some("St. Brigid Medical Center".into()),
        person_id: Some(31),
        person: Some("Dr. Aoife Meyer".into()),
        writer: Some("Jonas Weber".into()),
        occurred_at: now.0 - 90_000_000_000,
        found_at: now.0 - 3_600_000_000,
        state: "open".into(),
        decider: None,
        decided_at: None,
        masked: "[]".into(),
        reason: String::new(),
    };
    let rows = vec![
        flag(1, FlagKind::AdverseEvent, "the tip <broke off> in the vessel"),
        flag(2, FlagKind::PatientData, "patient J. D., DOB 12/04/1956"),
    ];
    let counts = vec![Count { kind: "adverse_event".into(), waiting: 1, oldest: now.0 - 200_000_000_000 }];
    let draw = |p: &QueuePage| askama::Template::render(p).unwrap_or_default();
    let full = view(Shell::sample("Quality queue"), "Europe/Vienna", now, &QueueAsk::default(), &counts, rows);
    let empty =
        view(Shell::sample("Quality queue"), "UTC", now, &QueueAsk { show: "masked".into(), ..QueueAsk::default() }, &[], Vec::new());
    let hit = NoteHit {
        id: 91,
        occurred_at: now.0,
        account_id: Some(7),
        account: Some("St. Brigid".into()),
        person_id: None,
        person: None,
        writer: None,
        text: "Wants the <trial> data".into(),
    };
    let notes = |q: &str, hits| askama::Template::render(&notes_view(Shell::sample("Notes"), "UTC", q, hits)).unwrap_or_default();
    vec![
        ("quality queue", draw(&full)),
        ("quality queue, empty", draw(&empty)),
        ("notes", notes("trial", vec![hit])),
        ("notes, none", notes("zz", Vec::new())),
    ]
}
