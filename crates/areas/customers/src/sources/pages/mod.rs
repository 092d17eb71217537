//! Pages: why a record says what it says, and which source wins.

mod panel;
mod record;
mod rules;
mod sample;

pub use panel::SourcesPanel;
pub use sample::samples;

use super::model::{BY_HAND, Chosen, Rules, SourceRecord, choose, fields};
use crate::identifiers::EntityKind;
use rounds_kernel::{CareSetting, Permission, PersonRole};
use rounds_web::Route;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/sources/{kind}/{id}", Permission::ReadRecord, record::show),
        Route::post("/sources/{kind}/{id}/set", Permission::Steward, record::set),
        Route::post("/sources/{kind}/{id}/follow", Permission::Steward, record::follow),
        Route::get("/survivorship", Permission::Steward, rules::list),
        Route::post("/survivorship", Permission::Steward, rules::change),
    ]
}

/// One field of a record, with the reason for its value.
#[derive(Debug)]
pub(super) struct Why {
    pub code: &'static str,
    pub label: &'static str,
    pub value: String,
    /// Source and day of the value; empty when no source says anything.
    pub source: String,
    pub since: String,
    pub rule: String,
    pub by_hand: bool,
    /// What the others say: source, value, day.
    pub others: Vec<(String, String, String)>,
}

/// A field's value as people read it.
pub(crate) fn words(field: &str, value: &Option<String>) -> String {
    match (field, value) {
        (_, None) => "none (cleared)".into(),
        ("setting", Some(v)) => CareSetting::parse(v).map_or_else(|| v.clone(), |s| s.label().into()),
        ("role", Some(v)) => PersonRole::parse(v).map_or_else(|| v.clone(), |r| r.label().into()),
        (_, Some(v)) => v.clone(),
    }
}

fn since(day: i32) -> String {
    if day == 0 { "before sources were kept".into() } else { rounds_kernel::Day(day).to_string() }
}

/// Each field with the word that is believed, and why.
pub(super) fn why(kind: EntityKind, records: &[SourceRecord], rules: &Rules) -> Vec<Why> {
    let told = |c: &Chosen<'_>, code: &str| (c.record.source.clone(), words(code, &c.said.0), since(c.said.1));
    let one = |field: &super::model::FieldName| {
        let rule = rules.of(field.code);
        let chosen = choose(records, field.code, &rule)?;
        let by_hand = chosen.record.source == BY_HAND;
        let others = records.iter().filter(|r| r.id != chosen.record.id || r.source_key != chosen.record.source_key);
        let others = others.filter_map(|record| Some(Chosen { record, said: record.said.get(field.code)? }));
        let (source, value, since) = told(&chosen, field.code);
        Some(Why {
            code: field.code,
            label: field.label,
            value,
            source,
            since,
            rule: if by_hand {
                "set by hand: wins over every source".into()
            } else {
                format!("{}: {}", rule.rule.label(), rule.rule.explained())
            },
            by_hand,
            others: others.map(|c| told(&c, field.code)).collect(),
        })
    };
    fields(kind).iter().filter_map(one).collect()
}
