//! `/matching/{id}`: two records side by side, field by field.

use super::super::model::{Band, PairState};
use super::super::store::{self, PairRow};
use super::{percent, record};
use crate::identifiers::EntityKind;
use crate::sources::{self, SourceRecord};
use axum::extract::{Path, State};
use rounds_decide::link::NEIGHBOURS;
use rounds_kernel::{Error, Result};
use rounds_store::{Db, Query, args};
use rounds_web::components::{Column, Tone};
use rounds_web::{App, Shell, Visitor, WebResult, page};

#[derive(Debug, askama::Template)]
#[template(path = "matching/templates/one.html")]
pub(super) struct OnePage {
    shell: Shell,
    id: i64,
    kind: &'static str,
    sides: [Side; 2],
    sure: String,
    tone: Tone,
    columns: Vec<Column>,
    lines: Vec<Line>,
    state: PairState,
    next: Option<i64>,
}

#[derive(Debug)]
pub(super) struct Side {
    pub id: i64,
    pub name: String,
    pub place: String,
    pub href: String,
    pub events: i64,
    pub sources: Vec<String>,
}

#[derive(Debug)]
struct Line {
    field: String,
    left: String,
    right: String,
    level: String,
    tone: Tone,
    /// Weight in tenths of a bit, at most `MOST`, and in words.
    weight: (i64, String),
}

/// Weights are drawn up to so many tenths of a bit.
const MOST: f64 = 150.0;

impl OnePage {
    fn open(&self) -> bool {
        self.state == PairState::Open
    }

    fn different(&self) -> bool {
        self.state == PairState::Different
    }
}

pub(super) fn view(shell: Shell, kind: EntityKind, p: &PairRow, sides: [Side; 2], next: Option<i64>) -> OnePage {
    // What neighbours take off stands on neither side; parts of a place are told apart by a bar.
    let text = |e: &super::super::Evidence, t: &str| match t {
        "" if e.field == NEIGHBOURS => String::new(),
        "" => "not known".to_owned(),
        t => t.split('|').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
    };
    let line = |e: super::super::Evidence| Line {
        tone: match e.bits {
            b if b >= 0.5 => Tone::Good,
            b if b <= -0.5 => Tone::Bad,
            _ => Tone::Plain,
        },
        weight: ((e.bits.abs() * 10.0).min(MOST).round() as i64, format!("{:+.1} bits", e.bits)),
        left: text(&e, &e.left),
        right: text(&e, &e.right),
        field: words(&e.field),
        level: e.level,
    };
    OnePage {
        id: p.id,
        kind: kind.code(),
        sides,
        sure: percent(p.probability),
        tone: if Band::of(p.probability) == Band::Certain { Tone::Good } else { Tone::Warn },
        columns: ["Field", "The older record", "The younger record", "How they agree", "Weight"].iter().map(|c| Column::text(c)).collect(),
        lines: p.evidence().into_iter().map(line).collect(),
        state: PairState::parse(&p.state).unwrap_or(PairState::Open),
        next,
        shell,
    }
}

/// What a compared field is called on a page.
fn words(field: &str) -> String {
    match field {
        "place" => "Town and postcode",
        "phone" => "Telephone",
        "setting" => "Kind of place",
        "email" => "E-mail",
        "site" => "Works at",
        NEIGHBOURS => "Neighbours of the place",
        other => return other.chars().take(1).flat_map(char::to_uppercase).chain(other.chars().skip(1)).collect(),
    }
    .to_owned()
}

pub(super) async fn side(db: &Db, kind: EntityKind, id: i64, name: &str, place: &str) -> Result<Side> {
    let column = kind.code();
    let events = db.number(&format!("SELECT COUNT(*) FROM fact WHERE {column}_id = $1"), args![id]).await?;
    let told = |r: &SourceRecord| format!("{} ({})", r.source, r.source_key);
    let sources = sources::of(db, kind, &[id]).await?.remove(&id).unwrap_or_default().iter().map(told).collect();
    Ok(Side { id, name: name.into(), place: place.into(), href: record(kind, id), events, sources })
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> WebResult {
    let db = app.db();
    let pair = store::pair(db, id).await?.ok_or_else(|| Error::not_found("pair"))?;
    let kind = EntityKind::parse(&pair.entity_kind).ok_or_else(|| Error::internal("a pair of an unknown kind"))?;
    let sides =
        [side(db, kind, pair.a_id, &pair.a_name, &pair.a_place).await?, side(db, kind, pair.b_id, &pair.b_name, &pair.b_place).await?];
    let next = store::next_open(db, kind, pair.score, pair.id).await?;
    let title = format!("{} and {}", pair.a_name, pair.b_name);
    page(&view(visitor.shell(&app, &title), kind, &pair, sides, next))
}
