//! The steward's queue for programs.

use super::store::{self, PairRow};
use super::{CallDifferent, MergePair, References, Reopen};
use crate::identifiers::EntityKind;
use crate::lists::{Keyset, listed};
use crate::merging::{self, Merge, MergeRow, Unmerge};
use rounds_kernel::{Cursor, Error, Permission, Result, Time};
use rounds_web::api::{Call, Id, Listed, Nothing, Operation, PageAsk};
use rounds_web::{Route, coded};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

coded! {
    /// A kind of record, by its code.
    KindCode = "RecordKind": EntityKind;
}

/// Operations of this capability; `references` are all areas', for merging.
pub(super) fn routes(references: References) -> Vec<Route> {
    let may = Permission::Steward;
    let [refs, all] = [references.clone(), references.clone()];
    let merging = move |call: Call, id: Id, m: Merging| merge(call, id, m, references.clone());
    let two = move |call: Call, _: Nothing, m: Two| merge_two(call, m, refs.clone());
    let undo = move |call: Call, id: Id, _: Nothing| unmerge(call, id, all.clone());
    vec![
        Operation::get("/api/v1/matches", may, "Pairs to decide, the surest first", list).route(),
        Operation::get("/api/v1/matches/{id}", may, "One pair with its evidence", one).route(),
        Operation::post("/api/v1/matches/{id}/merge", may, "The two are one", merging)
            .about("Keeps every source's value and moves history; taken back on the page of the merge.")
            .route(),
        Operation::post("/api/v1/matches/{id}/different", may, "The two are two", different).route(),
        Operation::post("/api/v1/matches/{id}/reopen", may, "Take “the two are two” back", reopen).route(),
        Operation::get("/api/v1/merges", may, "Merges, the newest first", merges).route(),
        Operation::post("/api/v1/merges", may, "Merge one record into another", two)
            .about("Keeps every source's value and moves history to the record that stays. The other's address leads to it.")
            .route(),
        Operation::post("/api/v1/merges/{id}/undo", may, "Take a merge apart", undo)
            .about("Every row goes back to where it was. Merges into one record are taken apart in the reverse order.")
            .route(),
    ]
}

/// Two records that may be one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchPair)]
struct Shown {
    id: i64,
    kind: String,
    a_id: i64,
    a_name: String,
    b_id: i64,
    b_name: String,
    /// Weight of the evidence in bits.
    bits: f64,
    /// Probability that they are one.
    probability: f64,
    state: String,
    #[schema(format = "date-time")]
    found_at: String,
    /// What each field says.
    #[schema(value_type = Vec<Object>)]
    evidence: Vec<serde_json::Value>,
}

fn shown(p: PairRow) -> Shown {
    Shown {
        id: p.id,
        kind: p.entity_kind,
        a_id: p.a_id,
        a_name: p.a_name,
        b_id: p.b_id,
        b_name: p.b_name,
        bits: p.score as f64 / 1_000.0,
        probability: p.probability,
        state: p.state,
        found_at: Time(p.found_at).rfc3339(),
        evidence: serde_json::from_str(&p.evidence).unwrap_or_default(),
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// Kind of records.
    kind: KindCode,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 1000)]
    after: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Merging {
    /// True to keep the younger of the two; the older stays if not given.
    #[serde(default)]
    younger_stays: bool,
}

async fn list(call: Call, _: Nothing, ask: Ask) -> Result<Listed<Shown>> {
    let (columns, from) = store::of_kind(ask.kind.0);
    let mut list = Keyset {
        columns,
        from,
        conditions: vec!["p.state = 'open'".into()],
        args: Vec::new(),
        key: "p.score".into(),
        numeric: true,
        descending: true,
        id: "p.id".into(),
    };
    list.filter("p.entity_kind = {}", ask.kind.0.code());
    let size = PageAsk { limit: ask.limit, after: None }.size();
    let cursor = |p: &PairRow| Cursor { key: p.score.to_string(), id: p.id };
    listed(call.db(), &list, (size, ask.after.as_deref()), cursor, shown).await
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    known(&call, id).await.map(shown)
}

/// The pair, so that one that never was is told apart from one that was decided.
async fn known(call: &Call, id: i64) -> Result<PairRow> {
    store::pair(call.db(), id).await?.ok_or_else(|| Error::not_found("pair"))
}

async fn merge(call: Call, Id(pair): Id, m: Merging, references: References) -> Result<()> {
    let row = known(&call, pair).await?;
    let survivor = Some(if m.younger_stays { row.b_id } else { row.a_id });
    call.run(MergePair { pair, survivor, references: references.to_vec() }).await.map(|_| ())
}

async fn different(call: Call, Id(pair): Id, _: Nothing) -> Result<()> {
    known(&call, pair).await?;
    call.run(CallDifferent { pair }).await
}

async fn reopen(call: Call, Id(pair): Id, _: Nothing) -> Result<()> {
    known(&call, pair).await?;
    call.run(Reopen { pair }).await
}

/// One merge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Merge)]
struct ShownMerge {
    id: i64,
    kind: String,
    survivor_id: i64,
    survivor_name: String,
    merged_id: i64,
    merged_name: String,
    reason: String,
    /// Rows that moved.
    rows: i64,
    #[schema(format = "date-time")]
    at: String,
    /// When it was taken apart.
    #[schema(format = "date-time")]
    undone_at: Option<String>,
}

fn shown_merge(m: MergeRow) -> ShownMerge {
    ShownMerge {
        id: m.id,
        kind: m.entity_kind,
        survivor_id: m.survivor_id,
        survivor_name: m.survivor_name,
        merged_id: m.merged_id,
        merged_name: m.merged_name,
        reason: m.reason,
        rows: m.row_count,
        at: Time(m.at).rfc3339(),
        undone_at: m.undone_at.map(|at| Time(at).rfc3339()),
    }
}

async fn merges(call: Call, _: Nothing, ask: Ask) -> Result<Listed<ShownMerge>> {
    let mut list = Keyset {
        columns: merging::COLUMNS.into(),
        from: "merge".into(),
        conditions: Vec::new(),
        args: Vec::new(),
        key: "id".into(),
        numeric: true,
        descending: true,
        id: "id".into(),
    };
    list.filter("entity_kind = {}", ask.kind.0.code());
    let size = PageAsk { limit: ask.limit, after: None }.size();
    let cursor = |m: &MergeRow| Cursor { key: m.id.to_string(), id: m.id };
    listed(call.db(), &list, (size, ask.after.as_deref()), cursor, shown_merge).await
}

/// Two records that are one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Two {
    /// Kind of both.
    kind: KindCode,
    /// Id of the record that stays.
    #[schema(minimum = 1)]
    survivor_id: i64,
    /// Id of the record that goes into it.
    #[schema(minimum = 1)]
    merged_id: i64,
    /// Why, in a few words.
    #[schema(max_length = 200)]
    reason: Option<String>,
}

async fn merge_two(call: Call, two: Two, references: References) -> Result<ShownMerge> {
    let reason = two.reason.unwrap_or_else(|| "by a program".into());
    let references = references.to_vec();
    let act = Merge { kind: two.kind.0, survivor: two.survivor_id, merged: two.merged_id, reason, references };
    let done = call.run_as_it_stands(act).await?;
    merging::merge(call.db(), done.merge).await?.map(shown_merge).ok_or_else(|| Error::not_found("merge"))
}

async fn unmerge(call: Call, Id(merge): Id, references: References) -> Result<ShownMerge> {
    call.run(Unmerge { merge, references: references.to_vec() }).await?;
    merging::merge(call.db(), merge).await?.map(shown_merge).ok_or_else(|| Error::not_found("merge"))
}
