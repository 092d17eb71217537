//! Pages of the steward drawn from made-up pairs.

use super::super::model::Evidence;
use super::super::store::PairRow;
use super::one::Side;
use super::queue::{Frame, QueueAsk};
use super::{acts, compare, merges, one, queue};
use crate::identifiers::EntityKind;
use crate::lists::Slice;
use crate::merging::MergeRow;
use askama::Template;
use rounds_web::Shell;

fn pair() -> PairRow {
    let say = |field: &str, left: &str, right: &str, level: &str, bits: f64| Evidence {
        field: field.into(),
        left: left.into(),
        right: right.into(),
        level: level.into(),
        bits,
    };
    let evidence = [
        say("name", "St. Brigid <b>Medical</b> Center", "Saint Brigid Med Ctr", "nearly the same words", 11.2),
        say("street", "12 Harbor Rd", "12 Harbor Road", "same street and number", 9.6),
        say("phone", "218-555-0117", "", "not known", 0.0),
        say("postcode", "55802", "55805", "same district", 3.1),
        say("setting", "hospital", "practice", "different", -4.4),
    ];
    PairRow {
        id: 7,
        entity_kind: "account".into(),
        a_id: 41,
        a_name: "St. Brigid <b>Medical</b> Center".into(),
        a_place: "12 Harbor Rd, Duluth, MN 55802".into(),
        b_id: 977,
        b_name: "Saint Brigid Med Ctr".into(),
        b_place: "12 Harbor Road, Duluth, MN 55805".into(),
        score: 8_310,
        probability: 0.9968,
        evidence: serde_json::to_string(&evidence).unwrap_or_default(),
        state: "open".into(),
        found_at: 1_795_444_000_000_000,
        settled_at: None,
    }
}

fn side(id: i64, name: &str, events: i64) -> Side {
    let href = format!("/accounts/{id}");
    Side {
        id,
        name: name.into(),
        place: "Duluth, MN".into(),
        href,
        events,
        sources: vec!["crm (0017)".into(), "cms-hospitals (ccn:240010)".into()],
    }
}

fn frame(open: i64) -> Frame {
    let counts = EntityKind::ALL.map(|k| (k, open / 2, open - open / 2)).to_vec();
    Frame { counts, job: rounds_web::components::Progress::sample().into_iter().next(), auto: false, total: open.to_string() }
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let slice = |rows: Vec<PairRow>| Slice { rows, previous: None, next: None };
    let shell = || Shell::sample("Matching");
    let ask = QueueAsk::default();
    let merge = MergeRow {
        id: 3,
        entity_kind: "account".into(),
        survivor_id: 41,
        merged_id: 977,
        survivor_name: "St. Brigid <b>Medical</b> Center".into(),
        merged_name: "Saint Brigid Med Ctr".into(),
        reason: "pair 7: 99.7 % that they are one".into(),
        row_count: 1_204,
        removed_count: 2,
        at: 1_795_444_000_000_000,
        user_id: Some(1),
        undone_at: None,
    };
    let undone = MergeRow { id: 2, undone_at: Some(1_795_445_000_000_000), ..merge.clone() };
    let queue = queue::view(shell(), &ask, slice(vec![pair()]), frame(1)).render();
    let empty = queue::view(shell(), &ask, slice(Vec::new()), frame(0)).render();
    let sides = [side(41, "St. Brigid <b>Medical</b> Center", 812), side(977, "Saint Brigid Med Ctr", 9)];
    let one = one::view(shell(), EntityKind::Account, &pair(), sides, Some(6)).render();
    let says = |name: &str, phone: &str| vec![("Name".to_owned(), name.to_owned()), ("Telephone".to_owned(), phone.to_owned())];
    let sides = [side(41, "St. Brigid <b>Medical</b> Center", 812), side(977, "Saint Brigid Med Ctr", 9)];
    let both = [says("St. Brigid <b>Medical</b> Center", "218-555-0117"), says("Saint Brigid Med Ctr", "")];
    let two = compare::view(shell(), EntityKind::Account, sides, both).render();
    let bulk = acts::view(shell(), EntityKind::Account, 0.999, 12, &[pair()]).render();
    let merges = merges::view(shell(), vec![merge, undone], "America/Chicago").render();
    vec![
        ("matching", queue.unwrap_or_default()),
        ("matching, nothing to decide", empty.unwrap_or_default()),
        ("a pair", one.unwrap_or_default()),
        ("two records", two.unwrap_or_default()),
        ("merge many", bulk.unwrap_or_default()),
        ("all merges", merges.unwrap_or_default()),
    ]
}
