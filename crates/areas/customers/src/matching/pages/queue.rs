//! `/matching`: pairs that wait for a steward, the surest first.

use super::super::model::{AUTO_SETTING, Band, CERTAIN, Evidence, PairState};
use super::super::store::{self, PairRow};
use super::{percent, record};
use crate::identifiers::EntityKind;
use crate::lists::{self, Keyset, Place, Slice, SortBy, pager};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::Result;
use rounds_platform::imports::export;
use rounds_platform::views::{self, Views};
use rounds_store::{Db, Query as _, args, contains, jobs, settings};
use rounds_web::components::{Choice, Column, Filter, Pager, Progress, Tab, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(Debug, askama::Template)]
#[template(path = "matching/templates/queue.html")]
pub(super) struct QueuePage {
    shell: Shell,
    kind: &'static str,
    plural: &'static str,
    tabs: Vec<Tab>,
    filters: Vec<Filter>,
    columns: Vec<Column>,
    lines: Vec<Line>,
    pager: Pager,
    export: String,
    job: Option<Progress>,
    auto: bool,
    thresholds: Vec<Choice>,
    open: bool,
    filtered: bool,
    /// What the filters' form and that of the chosen rows keep.
    sort: String,
    state: &'static str,
    views: Views,
}

/// Ways to sort the pairs.
const SORTS: &[SortBy] = &[
    SortBy::text("older", "The older record", "a.name"),
    SortBy::text("younger", "The younger record", "b.name"),
    SortBy::number("sure", "One and the same", "p.score"),
];

#[derive(Debug)]
struct Line {
    id: i64,
    a: (String, String, String),
    b: (String, String, String),
    sure: String,
    tone: Tone,
    reasons: String,
    state: &'static str,
    open: bool,
    different: bool,
}

/// Which pairs are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct QueueAsk {
    kind: String,
    band: String,
    state: String,
    name: String,
    sort: String,
    after: String,
    before: String,
}

impl QueueAsk {
    fn kind(&self) -> EntityKind {
        EntityKind::parse(&self.kind).unwrap_or(EntityKind::Account)
    }

    fn state(&self) -> PairState {
        PairState::parse(&self.state).unwrap_or(PairState::Open)
    }

    fn parameters(&self) -> [(&str, &str); 5] {
        [("kind", &self.kind), ("band", &self.band), ("state", &self.state), ("name", &self.name), ("sort", &self.sort)]
    }

    fn keyset(&self) -> Keyset {
        let (columns, from) = store::of_kind(self.kind());
        let mut list = Keyset {
            columns,
            from,
            conditions: Vec::new(),
            args: Vec::new(),
            key: "p.score".into(),
            numeric: true,
            descending: true,
            id: "p.id".into(),
        };
        list.filter("p.entity_kind = {}", self.kind().code());
        list.filter("p.state = {}", self.state().code());
        match Band::parse(&self.band) {
            Some(Band::Certain) => list.filter("p.probability >= {}", CERTAIN),
            Some(Band::Possible) => list.filter("p.probability < {}", CERTAIN),
            None => {}
        }
        if !self.name.trim().is_empty() {
            list.filter("(LOWER(a.name) LIKE LOWER({}) ESCAPE '!' OR LOWER(b.name) LIKE LOWER({}) ESCAPE '!')", contains(&self.name));
        }
        list.sort(SORTS, &self.sort);
        list
    }
}

/// The strongest words for and against, in one line.
fn told(evidence: &[Evidence]) -> String {
    let mut known: Vec<&Evidence> = evidence.iter().filter(|e| e.bits.abs() >= 0.5).collect();
    known.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()));
    known.iter().take(4).map(|e| format!("{}: {}", e.field, e.level)).collect::<Vec<_>>().join(" · ")
}

fn line(kind: EntityKind, p: &PairRow) -> Line {
    let state = PairState::parse(&p.state).unwrap_or(PairState::Open);
    Line {
        id: p.id,
        a: (p.a_name.clone(), p.a_place.clone(), record(kind, p.a_id)),
        b: (p.b_name.clone(), p.b_place.clone(), record(kind, p.b_id)),
        sure: percent(p.probability),
        tone: if Band::of(p.probability) == Band::Certain { Tone::Good } else { Tone::Plain },
        reasons: told(&p.evidence()),
        state: state.label(),
        open: state == PairState::Open,
        different: state == PairState::Different,
    }
}

/// What stands around the rows.
pub(super) struct Frame {
    pub counts: Vec<(EntityKind, i64, i64)>,
    pub job: Option<Progress>,
    pub auto: bool,
    pub total: String,
}

pub(super) fn view(shell: Shell, ask: &QueueAsk, slice: Slice<PairRow>, frame: Frame) -> QueuePage {
    let kind = ask.kind();
    let tab = |(k, certain, possible): &(EntityKind, i64, i64)| Tab {
        label: k.plural().into(),
        href: lists::href("/matching", &[("kind", k.code()), ("band", &ask.band)]),
        count: usize::try_from(certain + possible).unwrap_or_default(),
        current: *k == kind,
    };
    let states: Vec<(&str, &str)> = PairState::ALL.iter().filter(|s| **s != PairState::Merged).map(|s| (s.code(), s.label())).collect();
    let mut bands = vec![("", "All")];
    bands.extend(Band::ALL.iter().map(|b| (b.code(), b.label())));
    let name = Filter {
        name: "name".into(),
        label: "Name".into(),
        value: ask.name.clone(),
        placeholder: "part of either name".into(),
        options: Vec::new(),
    };
    let of_kind = Filter::select("kind", "Kind", &[("account", "Accounts"), ("person", "People"), ("system", "Systems")], kind.code());
    let mut columns = ["The older record", "The younger record", "One and the same", "Why", "Decide"].map(Column::text);
    let sort = if ask.sort.is_empty() { "-sure" } else { &ask.sort };
    lists::sortable(&mut columns, SORTS, sort, "/matching", &ask.parameters());
    QueuePage {
        views: Views::default(),
        shell,
        sort: ask.sort.clone(),
        state: ask.state().code(),
        kind: kind.code(),
        plural: kind.plural(),
        tabs: frame.counts.iter().map(tab).collect(),
        filters: vec![
            of_kind,
            Filter::select("state", "State", &states, ask.state().code()),
            Filter::select("band", "Sure", &bands, &ask.band),
            name,
        ],
        columns: columns.to_vec(),
        pager: pager(&slice, &frame.total, "pairs", "/matching", &ask.parameters()),
        export: lists::href("/matching.csv", &ask.parameters()),
        lines: slice.rows.iter().map(|p| line(kind, p)).collect(),
        job: frame.job,
        auto: frame.auto,
        thresholds: Choice::list(&[("0.999", "99.9 %"), ("0.99", "99 %"), ("0.95", "95 %"), ("0.9", "90 %")], "0.999"),
        open: ask.state() == PairState::Open,
        filtered: !ask.name.trim().is_empty() || !ask.band.is_empty(),
    }
}

/// The newest run, if it goes on or ended within the hour.
async fn running(db: &Db, now: i64) -> Result<Option<Progress>> {
    let sql = "SELECT MAX(id) FROM job WHERE kind IN ('match', 'match-merge') AND (finished_at IS NULL OR finished_at > $1)";
    let id = db.number(sql, args![now - 3_600_000_000]).await?;
    let job = if id == 0 { None } else { jobs::get(db, rounds_kernel::JobId(id)).await? };
    Ok(job.map(|j| {
        let mut line = Progress::of(&j);
        line.label = if j.kind == super::super::MATCH { "Looking for pairs".into() } else { "Merging pairs".into() };
        if let Some(said) = ended(&j.report) {
            line.text = said;
        }
        line
    }))
}

fn ended(report: &str) -> Option<String> {
    let r: serde_json::Value = serde_json::from_str(report).ok()?;
    let n = |field: &str| r[field].as_i64();
    match (n("pairs"), n("merged")) {
        (Some(pairs), _) => Some(format!("{} records compared, {pairs} pairs found, {} of them certain", n("records")?, n("certain")?)),
        (None, Some(merged)) => Some(format!("{merged} pairs merged")),
        _ => None,
    }
}

pub(super) async fn list(State(app): State<App>, visitor: Visitor, Query(ask): Query<QueueAsk>, RawQuery(query): RawQuery) -> WebResult {
    let (db, keyset) = (app.db(), ask.keyset());
    let slice = lists::fetch_sorted(db, &keyset, &Place::read(&ask.after, &ask.before)).await?;
    let frame = Frame {
        counts: store::open_counts(db).await?,
        job: running(db, visitor.now.0).await?,
        auto: settings::get(db, AUTO_SETTING).await?.as_deref() == Some("on"),
        total: lists::count(db, &keyset).await?,
    };
    let views = views::of(db, &visitor, "/matching", query.as_deref()).await?;
    page(&QueuePage { views, ..view(visitor.shell(&app, "Matching"), &ask, slice, frame) })
}

pub(super) async fn csv(State(app): State<App>, Query(ask): Query<QueueAsk>, RawQuery(query): RawQuery) -> WebResult {
    let mut list = ask.keyset();
    list.only(&lists::chosen(query.as_deref()));
    let rows: Vec<PairRow> = lists::all(app.db(), &list).await?;
    let header = ["pair", "kind", "id", "name", "place", "other_id", "other_name", "other_place", "probability", "state", "why"];
    let cells = |p: PairRow| {
        let why = told(&p.evidence());
        let probability = format!("{:.4}", p.probability);
        let (id, a, b) = (p.id.to_string(), p.a_id.to_string(), p.b_id.to_string());
        vec![id, p.entity_kind, a, p.a_name, p.a_place, b, p.b_name, p.b_place, probability, p.state, why]
    };
    let text = export::csv(&header, rows.into_iter().map(cells));
    Ok(rounds_web::download("matching.csv", text))
}
