//! `/matching/compare?kind=…&id=…&id=…`: any two records side by side, and their merge.

use super::one::{Side, side};
use super::{acts, record};
use crate::identifiers::{self, EntityKind};
use crate::matching::References;
use crate::merging::{self, Merge};
use crate::sources::Record as _;
use crate::{accounts, lists, people, sources, systems};
use axum::extract::{Query, RawQuery, State};
use rounds_kernel::{AccountId, Error, PersonId, Result, SystemId};
use rounds_store::Db;
use rounds_web::components::{Column, Tone};
use rounds_web::{App, Flashes, Shell, Visitor, WebResult, page};
use serde::Deserialize;

#[derive(Debug, askama::Template)]
#[template(path = "matching/templates/compare.html")]
pub(super) struct ComparePage {
    shell: Shell,
    kind: &'static str,
    plural: &'static str,
    sides: [Side; 2],
    columns: Vec<Column>,
    lines: Vec<Line>,
    agree: usize,
    differ: usize,
}

#[derive(Debug)]
struct Line {
    label: String,
    left: String,
    right: String,
    level: &'static str,
    tone: Tone,
}

/// What one record says: the words for each field, empty where it says nothing.
pub(super) type Says = Vec<(String, String)>;

/// Which kind of records.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CompareAsk {
    kind: String,
}

fn line(label: String, left: String, right: String) -> Line {
    let plain = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (level, tone) = match (plain(&left), plain(&right)) {
        (l, r) if l.is_empty() && r.is_empty() => ("not known", Tone::Plain),
        (l, r) if l == r => ("the same", Tone::Good),
        (l, r) if l.is_empty() || r.is_empty() => ("one knows it", Tone::Plain),
        _ => ("they differ", Tone::Warn),
    };
    Line { label, left, right, level, tone }
}

pub(super) fn view(shell: Shell, kind: EntityKind, sides: [Side; 2], [left, right]: [Says; 2]) -> ComparePage {
    let lines: Vec<Line> = left.into_iter().zip(right).map(|((label, l), (_, r))| line(label, l, r)).collect();
    let count = |level: &str| lines.iter().filter(|l| l.level == level).count();
    ComparePage {
        kind: kind.code(),
        plural: kind.plural(),
        sides,
        columns: ["Field", "The first record", "The second record", "How they agree"].iter().map(|c| Column::text(c)).collect(),
        agree: count("the same"),
        differ: count("they differ"),
        lines,
        shell,
    }
}

/// Name and fields of a record, in the order of its kind's fields, with its numbers last.
async fn says(db: &Db, kind: EntityKind, id: i64) -> Result<Option<(String, Says)>> {
    let found = match kind {
        EntityKind::System => systems::get(db, SystemId(id)).await?.map(|r| (r.name.clone(), r.entry())),
        EntityKind::Account => accounts::get(db, AccountId(id)).await?.map(|r| (r.name.clone(), r.entry())),
        EntityKind::Person => people::get(db, PersonId(id)).await?.map(|r| (r.name.clone(), r.entry())),
    };
    let Some((name, entry)) = found else { return Ok(None) };
    let word = |code: &str| {
        let said = entry.said.iter().find(|(f, _)| *f == code).map(|(_, v)| v.clone());
        said.flatten().map_or(String::new(), |v| sources::in_words(code, &Some(v)))
    };
    let mut out: Says = sources::fields(kind).iter().map(|f| (f.label.to_owned(), word(f.code))).collect();
    let held = identifiers::of(db, kind, id).await?;
    let numbers: Vec<String> = held.iter().map(|h| format!("{} {}", h.scheme, h.value)).collect();
    out.push(("Numbers".into(), numbers.join(", ")));
    Ok(Some((name, out)))
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor, Query(ask): Query<CompareAsk>, RawQuery(query): RawQuery) -> WebResult {
    let (db, kind) = (app.db(), acts::kind(&ask.kind)?);
    let mut ids = lists::chosen(query.as_deref());
    ids.dedup();
    let [a, b] = ids[..] else {
        let cause = format!("{} records were chosen, two can be compared.", ids.len());
        return Err(Error::invalid("match.two", cause, "Go back and choose exactly two of the list.").into());
    };
    let mut both = Vec::with_capacity(2);
    for id in [a, b] {
        merging::see(db, &visitor.actor, kind, id).await?;
        let (name, says) = says(db, kind, id).await?.ok_or_else(|| Error::not_found(kind.code()))?;
        both.push((side(db, kind, id, &name, "").await?, says));
    }
    let [(left, l), (right, r)]: [(Side, Says); 2] = both.try_into().map_err(|_| Error::internal("two records were read"))?;
    page(&view(visitor.shell(&app, "Two records"), kind, [left, right], [l, r]))
}

/// Which of the two stays.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CompareForm {
    kind: String,
    survivor: String,
    merged: String,
}

pub(super) async fn merge(app: App, visitor: Visitor, flashes: Flashes, form: CompareForm, references: References) -> WebResult {
    let kind = acts::kind(&form.kind)?;
    let id = |text: &str| text.parse::<i64>().map_err(|_| Error::not_found(kind.code()));
    let (survivor, merged) = (id(&form.survivor)?, id(&form.merged)?);
    let act = Merge { kind, survivor, merged, reason: "compared side by side".into(), references: references.to_vec() };
    let done = app.runner().run(&visitor.actor, act).await?;
    let text = format!("The two are one now: {} rows moved.", done.rows);
    flashes.good_with_undo(&record(kind, survivor), text, format!("/matching/merges/{}/undo", done.merge)).await
}
