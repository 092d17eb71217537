//! `/governance`.

use super::queries::{self, Age, Known, Steward};
use crate::identifiers::EntityKind;
use crate::sources::{self, Conflicts};
use crate::{lists, matching};
use axum::extract::State;
use rounds_kernel::Time;
use rounds_web::components::{Column, Stat, Tone, grouped};
use rounds_web::{App, Shell, Visitor, WebResult, page};

/// Records with several sources looked at for disagreements, by kind.
const MOST: usize = 5_000;

#[derive(Debug, askama::Template)]
#[template(path = "governance/templates/governance.html")]
struct GovernancePage {
    shell: Shell,
    stats: Vec<Stat>,
    known_columns: Vec<Column>,
    known: Vec<KnownLine>,
    age_columns: Vec<Column>,
    ages: Vec<[String; 6]>,
    conflict_columns: Vec<Column>,
    conflicts: Vec<[String; 5]>,
    looked_at: String,
    steward_columns: Vec<Column>,
    stewards: Vec<[String; 4]>,
}

#[derive(Debug)]
struct KnownLine {
    kind: &'static str,
    field: &'static str,
    known: i64,
    of: i64,
    text: String,
    tone: Tone,
}

struct Found {
    open: Vec<(EntityKind, i64, i64)>,
    merges: i64,
    known: Vec<Known>,
    ages: Vec<Age>,
    conflicts: Vec<(EntityKind, Conflicts)>,
    stewards: Vec<Steward>,
}

fn columns(text: &[&str], numbers: &[&str]) -> Vec<Column> {
    text.iter().map(|c| Column::text(c)).chain(numbers.iter().map(|c| Column::number(c))).collect()
}

fn known_line(k: &Known) -> KnownLine {
    let percent = if k.of == 0 { 0 } else { k.known * 100 / k.of };
    KnownLine {
        kind: k.kind,
        field: k.field,
        known: k.known,
        // A bar of nothing is drawn empty.
        of: k.of.max(1),
        text: if k.of == 0 { "no records".into() } else { format!("{percent} %, {} of {}", grouped(k.known), grouped(k.of)) },
        tone: match percent {
            90.. => Tone::Good,
            50.. => Tone::Warn,
            _ => Tone::Bad,
        },
    }
}

fn view(shell: Shell, found: &Found, zone: &str) -> GovernancePage {
    let mut stats: Vec<Stat> = found
        .open
        .iter()
        .map(|(kind, certain, possible)| {
            let href = lists::href("/matching", &[("kind", kind.code())]);
            let tone = if certain + possible == 0 { Tone::Good } else { Tone::Warn };
            Stat::new(&format!("Pairs of {} to decide", kind.plural()), (certain + possible).to_string(), &href)
                .note(format!("{certain} of them certain"), tone)
        })
        .collect();
    stats.push(Stat::new("Merges in force", found.merges.to_string(), "/matching/merges"));
    let age = |a: &Age| {
        let (month, year, last) = (grouped(a.month), grouped(a.year), Time(a.last_at).in_zone(zone));
        let last = if a.last_at == 0 { "before sources were kept".into() } else { last };
        [a.entity_kind.clone(), a.source.clone(), last, grouped(a.records), month, year]
    };
    let mut conflicts = Vec::new();
    let mut looked = Vec::new();
    for (kind, c) in &found.conflicts {
        looked.push(format!("{} of {} {} with several sources", grouped(c.looked_at as i64), grouped(c.of), kind.plural()));
        for (field, (count, by_hand)) in &c.fields {
            let label = sources::fields(*kind).iter().find(|f| f.code == *field).map_or(*field, |f| f.label);
            let open = count - by_hand;
            conflicts.push([kind.plural().to_owned(), label.to_owned(), count.to_string(), by_hand.to_string(), open.to_string()]);
        }
    }
    let steward = |s: &Steward| {
        let name = s.name.clone().unwrap_or_else(|| "the program".into());
        [name, s.merged.to_string(), s.undone.to_string(), s.different.to_string()]
    };
    GovernancePage {
        stats,
        known_columns: columns(&["Records", "Field", "Known"], &[]),
        known: found.known.iter().map(known_line).collect(),
        age_columns: columns(&["Records", "Source", "Last word"], &["Records", "Told within 30 days", "Within a year"]),
        ages: found.ages.iter().map(age).collect(),
        conflict_columns: columns(&["Records", "Field"], &["Sources disagree", "Settled by hand", "Left to the rule"]),
        conflicts,
        looked_at: looked.join(", "),
        steward_columns: columns(&["Steward"], &["Merged", "Taken apart since", "Not the same"]),
        stewards: found.stewards.iter().map(steward).collect(),
        shell,
    }
}

pub(super) async fn show(State(app): State<App>, visitor: Visitor) -> WebResult {
    let db = app.db();
    let mut conflicts = Vec::new();
    for kind in EntityKind::ALL {
        conflicts.push((kind, sources::conflicts(db, kind, MOST).await?));
    }
    let found = Found {
        open: matching::open_counts(db).await?,
        merges: queries::merges(db).await?,
        known: queries::completeness(db).await?,
        ages: queries::ages(db, visitor.now.0).await?,
        stewards: queries::stewards(db, visitor.now.plus_days(-30).0).await?,
        conflicts,
    };
    page(&view(visitor.shell(&app, "Governance"), &found, &visitor.actor.zone))
}

/// Pages drawn from their samples.
pub fn samples() -> Vec<(&'static str, String)> {
    let (month, last_at) = (17, 1_795_444_000_000_000);
    let age = Age { entity_kind: "account".into(), source: "crm <b>old</b>".into(), records: 812, month, year: 800, last_at };
    let conflicts = Conflicts { looked_at: 500, of: 2_100, fields: [("name", (120, 4)), ("phone", (11, 0))].into() };
    let found = Found {
        open: vec![(EntityKind::Account, 12, 30), (EntityKind::Person, 0, 0)],
        merges: 94,
        known: vec![
            Known { kind: "Accounts", field: "Telephone", known: 700, of: 812 },
            Known { kind: "People", field: "E-mail", known: 40, of: 812 },
            Known { kind: "Products", field: "Family", known: 0, of: 0 },
        ],
        ages: vec![age],
        conflicts: vec![(EntityKind::Account, conflicts)],
        stewards: vec![Steward { name: Some("Ines <b>K</b>".into()), merged: 81, undone: 2, different: 40 }],
    };
    let none = Found { open: Vec::new(), merges: 0, known: Vec::new(), ages: Vec::new(), conflicts: Vec::new(), stewards: Vec::new() };
    let draw = |found: &Found| askama::Template::render(&view(Shell::sample("Governance"), found, "America/Chicago")).unwrap_or_default();
    vec![("governance", draw(&found)), ("governance, nothing known", draw(&none))]
}
