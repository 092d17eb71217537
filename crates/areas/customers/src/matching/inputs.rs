//! What is compared: one row a record, read at once.

use crate::identifiers::EntityKind;
use rounds_decide::link::{Field, Kind, Records, Role, Spec};
use rounds_kernel::Result;
use rounds_store::{FromQueryResult, Query, args};
use std::collections::{HashMap, HashSet};

/// Identifiers that name one place or person, whoever issued them; keys of single sources are not compared.
const SCHEMES: &[&str] = &["ccn", "npi", "gln", "aha", "dea", "hin"];

/// Records ready for linkage.
pub(super) struct Input {
    /// Id of each row.
    pub ids: Vec<i64>,
    /// The rows: those known before, then the new ones.
    pub records: Records,
    /// What is compared and which pairs are looked at.
    pub spec: Spec,
    /// Rows that were there at the last run.
    pub known: usize,
    /// When the latest word of a source was recorded.
    pub upto: i64,
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    name: String,
    a: String,
    b: String,
    c: String,
    d: String,
    e: String,
    f: String,
}

#[derive(FromQueryResult)]
struct Held {
    entity_id: i64,
    scheme: String,
    value: String,
}

#[derive(FromQueryResult)]
struct Id {
    id: i64,
}

fn sql(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Account => {
            "SELECT id, name, street AS a, city AS b, state AS c, zip AS d, COALESCE(phone, '') AS e, setting AS f FROM account ORDER BY id"
        }
        EntityKind::Person => {
            "SELECT p.id, p.name, p.specialty AS a, COALESCE(p.email, '') AS b, COALESCE(p.phone, '') AS c, p.role AS d, \
             COALESCE((SELECT MIN(a.name) FROM affiliation f JOIN account a ON a.id = f.parent_id WHERE f.child_kind = 'person' \
             AND f.child_id = p.id AND f.parent_kind = 'account' AND f.valid_to IS NULL), '') AS e, '' AS f FROM person p ORDER BY p.id"
        }
        EntityKind::System => {
            "SELECT id, name, city AS a, state AS b, country AS c, '' AS d, '' AS e, '' AS f FROM health_system ORDER BY id"
        }
    }
}

/// Columns of a row after the name, and what they mean; the last of accounts and people is one of few values.
fn columns(kind: EntityKind) -> (&'static [(Role, &'static str)], Option<&'static str>) {
    match kind {
        EntityKind::Account => (
            &[
                (Role::Name, "name"),
                (Role::Street, "street"),
                (Role::City, "city"),
                (Role::State, "state"),
                (Role::Postcode, "zip"),
                (Role::Phone, "phone"),
            ],
            Some("setting"),
        ),
        EntityKind::Person => (
            &[(Role::Name, "name"), (Role::Occupation, "specialty"), (Role::Email, "email"), (Role::Phone, "phone"), (Role::Site, "site")],
            Some("role"),
        ),
        EntityKind::System => (&[(Role::Name, "name"), (Role::City, "city"), (Role::State, "state")], None),
    }
}

fn cells(kind: EntityKind, r: &Row) -> Vec<String> {
    let all = [&r.name, &r.a, &r.b, &r.c, &r.d, &r.e, &r.f].map(Clone::clone);
    match kind {
        EntityKind::Account => all.to_vec(),
        // name, specialty, email, phone, site, role.
        EntityKind::Person => [0, 1, 2, 3, 5, 4].map(|i| all[i].clone()).to_vec(),
        EntityKind::System => all[..3].to_vec(),
    }
}

/// Reads all records of a kind. With `since`, those that a source spoke of after it are new and come last.
pub(super) async fn load(db: &impl Query, kind: EntityKind, since: Option<i64>) -> Result<Input> {
    let latest = "SELECT MAX(recorded_at) FROM source_record WHERE entity_kind = $1";
    let upto = db.number(latest, args![kind.code()]).await?;
    let fresh = "SELECT DISTINCT entity_id AS id FROM source_record WHERE entity_kind = $1 AND recorded_at > $2";
    let fresh: HashSet<i64> = match since {
        Some(at) => db.all::<Id>(fresh, args![kind.code(), at]).await?.into_iter().map(|i| i.id).collect(),
        None => HashSet::new(),
    };
    let mut rows: Vec<Row> = db.all(sql(kind), vec![]).await?;
    rows.sort_by_key(|r| (fresh.contains(&r.id), r.id));
    let (held, schemes) = identifiers(db, kind).await?;
    let (roles, category) = columns(kind);
    let mut names: Vec<&str> = roles.iter().map(|(_, name)| *name).chain(category).collect();
    names.extend(&schemes);
    let mut records = Records::new(&names);
    for row in &rows {
        let mut cells = cells(kind, row);
        cells.extend(schemes.iter().map(|s| held.get(&(row.id, *s)).cloned().unwrap_or_default()));
        records.push(&cells)?;
    }
    let all: Vec<(Role, &str)> = roles.iter().copied().chain(schemes.iter().map(|s| (Role::Identifier, *s))).collect();
    let mut spec = if kind == EntityKind::Person { Spec::people(&all) } else { Spec::organisations(&all) };
    spec.fields.extend(category.map(|name| Field { name: name.into(), kind: Kind::Category, columns: vec![name.into()] }));
    let known = if since.is_some() { rows.iter().filter(|r| !fresh.contains(&r.id)).count() } else { 0 };
    Ok(Input { ids: rows.iter().map(|r| r.id).collect(), records, spec, known, upto })
}

type Numbers = HashMap<(i64, &'static str), String>;

async fn identifiers(db: &impl Query, kind: EntityKind) -> Result<(Numbers, Vec<&'static str>)> {
    let list = SCHEMES.iter().map(|s| format!("'{s}'")).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT entity_id, scheme, value FROM identifier WHERE entity_kind = $1 AND scheme IN ({list}) ORDER BY id DESC");
    let mut held = HashMap::new();
    for h in db.all::<Held>(&sql, args![kind.code()]).await? {
        if let Some(scheme) = SCHEMES.iter().find(|s| **s == h.scheme) {
            held.insert((h.entity_id, *scheme), h.value);
        }
    }
    let there: HashSet<&str> = held.keys().map(|(_, s)| *s).collect();
    Ok((held, SCHEMES.iter().copied().filter(|s| there.contains(s)).collect()))
}
