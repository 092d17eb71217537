//! Pages drawn from a made-up account with three sources.

use super::{record, rules};
use crate::identifiers::EntityKind;
use crate::sources::model::{BY_HAND, FieldRule, Rule, Rules, Said, SourceRecord};
use crate::sources::queries::{Change, Preview};
use crate::sources::store::{Past, SourceCount, Version};
use askama::Template;
use rounds_web::Shell;
use std::collections::{BTreeMap, HashMap};

fn source(id: i64, source: &str, said: &[(&str, Option<&str>)]) -> SourceRecord {
    let said = said.iter().map(|(f, v)| ((*f).to_owned(), Said(v.map(str::to_owned), 20_600 + id as i32))).collect::<BTreeMap<_, _>>();
    SourceRecord { id, source: source.into(), source_key: format!("k{id}"), adds_only: false, recorded_at: 1_795_444_000_000_000, said }
}

fn records() -> Vec<SourceRecord> {
    vec![
        source(1, "crm", &[("name", Some("St. Brigid <b>Medical</b> Center")), ("phone", Some("218-555-0117")), ("beds", Some("250"))]),
        source(2, "cms-hospitals", &[("name", Some("SAINT BRIGID MEDICAL CENTER")), ("rating", Some("4"))]),
        source(3, BY_HAND, &[("phone", None)]),
    ]
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let zone = "America/Chicago";
    let ranked = FieldRule { rule: Rule::Ranked, ranking: vec!["crm".into(), "cms-hospitals".into()] };
    let rules = || Rules(HashMap::from([("name".to_owned(), ranked.clone())]));
    let past = vec![Past {
        source_record_id: 1,
        field: "name".into(),
        value: Some("Brigid <b>Hosp</b>".into()),
        as_of: 20_400,
        replaced_at: 1_795_444_000_000_000,
    }];
    let known = record::Known { name: "St. Brigid <b>Medical</b> Center".into(), records: records(), rules: rules(), past };
    let steward = record::view(Shell::sample("Why these values"), EntityKind::Account, 41, known, true, zone).render();
    let bare = record::Known { name: "Nora North".into(), records: Vec::new(), rules: Rules::default(), past: Vec::new() };
    let reader = record::view(Shell::sample("Why these values"), EntityKind::Person, 31, bare, false, zone).render();
    let count = SourceCount { entity_kind: "account".into(), source: "crm".into(), records: 812, first_at: 1, last_at: 2 };
    let version =
        Version { id: 4, field: "name".into(), rule: "ranked".into(), ranking: "[\"crm\"]".into(), at: 1_795_444_000_000_000, who: None };
    let known = rules::Known { rules: rules(), counts: vec![count], versions: vec![version] };
    let change = Change { id: 41, name: "St. Brigid".into(), before: "St. Brigid".into(), after: "SAINT <b>BRIGID</b>".into() };
    let found = Preview { looked_at: 500, count: 120, first: vec![change], cut: false };
    let shown = rules::view(Shell::sample("Which source wins"), EntityKind::Account, &known, zone);
    let page = rules::with_preview(shown, EntityKind::Account, "name", &ranked, found).render();
    let none = rules::Known { rules: Rules::default(), counts: Vec::new(), versions: Vec::new() };
    let empty = rules::view(Shell::sample("Which source wins"), EntityKind::System, &none, zone).render();
    vec![
        ("why these values", steward.unwrap_or_default()),
        ("why these values, no source", reader.unwrap_or_default()),
        ("which source wins", page.unwrap_or_default()),
        ("which source wins, as delivered", empty.unwrap_or_default()),
    ]
}
