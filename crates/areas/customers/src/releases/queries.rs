//! A release as the record holds it, and as a file has it.

use super::model::{ReleaseReport, Snapshot, compare};
use crate::{accounts, systems};
use rounds_kernel::{Error, Result};
use rounds_store::{FromQueryResult, Query, args};
use std::collections::BTreeMap;

#[derive(FromQueryResult)]
struct Place {
    id: i64,
    name: Option<String>,
    parent_id: i64,
}

#[derive(FromQueryResult)]
struct Owner {
    id: i64,
    name: String,
}

/// What `source` said on `day`: hospitals and systems by their numbers in the record.
pub(super) async fn snapshot(db: &impl Query, source: &str, day: i64) -> Result<Snapshot> {
    let places = "SELECT s.child_id AS id, n.name, s.parent_id FROM affiliation_sighting s LEFT JOIN name_sighting n ON n.entity_kind = 'account' \
                  AND n.entity_id = s.child_id AND n.source = s.source AND n.day = s.day \
                  WHERE s.source = $1 AND s.day = $2 AND s.child_kind = 'account' AND s.parent_kind = 'system' AND s.said IN ('here', 'alone', 'opened')";
    let owners = "SELECT s.parent_id AS id, COALESCE(MAX(n.name), MAX(h.name)) AS name FROM affiliation_sighting s JOIN health_system h ON h.id = s.parent_id \
                  LEFT JOIN name_sighting n ON n.entity_kind = 'system' AND n.entity_id = s.parent_id AND n.source = s.source AND n.day = s.day \
                  WHERE s.source = $1 AND s.day = $2 AND s.child_kind = 'account' AND s.parent_kind = 'system' GROUP BY s.parent_id";
    let place = |p: Place| (p.id.to_string(), (p.name.unwrap_or_default(), (p.parent_id != 0).then(|| p.parent_id.to_string())));
    Ok(Snapshot {
        places: db.all::<Place>(places, args![source, day]).await?.into_iter().map(place).collect(),
        systems: db.all::<Owner>(owners, args![source, day]).await?.into_iter().map(|o| (o.id.to_string(), o.name)).collect(),
    })
}

/// What a file would change beside the latest release that the record holds, without changing anything.
///
/// # Errors
/// `release.unreadable` for a file that is no hospital linkage, `release.none_before` when the record holds no release yet.
pub async fn preview(db: &impl Query, source: &str, bytes: &[u8]) -> Result<(i64, ReleaseReport)> {
    let latest = db.number("SELECT MAX(day) FROM source_release WHERE source = $1", args![source]).await?;
    if latest == 0 {
        return Err(Error::conflict(
            "release.none_before",
            "The record holds no release of this source: all of the file is new.",
            "Import the file.",
        ));
    }
    let after = read(db, bytes).await?;
    Ok((latest, compare(&snapshot(db, source, latest).await?, &after)))
}

const CELLS: [&str; 4] = ["compendium_hospital_id", "hospital_name", "health_sys_id", "health_sys_name"];

async fn read(db: &impl Query, bytes: &[u8]) -> Result<Snapshot> {
    let unreadable = |why: String| {
        let remedy = "Give the hospital linkage of the AHRQ Compendium as published, a CSV file.";
        Error::invalid("release.unreadable", format!("The file cannot be read as a release: {why}. Nothing was changed."), remedy)
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes));
    let header = reader.byte_headers().map_err(|e| unreadable(e.to_string()))?.clone();
    let mut at = [0; CELLS.len()];
    for (place, name) in at.iter_mut().zip(CELLS) {
        let found = header.iter().position(|h| h.eq_ignore_ascii_case(name.as_bytes()));
        *place = found.ok_or_else(|| unreadable(format!("it lacks the column {name}")))?;
    }
    let mut rows: Vec<[String; CELLS.len()]> = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(|e| unreadable(e.to_string()))?;
        // Names of later releases are Windows-1252: Latin letters have the same codes there.
        let text = |b: &[u8]| String::from_utf8(b.to_vec()).unwrap_or_else(|_| b.iter().map(|c| char::from(*c)).collect());
        rows.push(at.map(|i| record.get(i).map_or(String::new(), |b| text(b).trim().to_owned())));
    }
    rows.retain(|r| !r[0].is_empty());
    let hospitals = accounts::ids(db, &rows.iter().map(|r| r[0].as_str()).collect::<Vec<_>>()).await?;
    let owners = systems::ids(db, &rows.iter().map(|r| r[2].as_str()).collect::<Vec<_>>()).await?;
    let mut out = Snapshot::default();
    // What the record does not know yet keeps the file's own key, which is no number.
    let key = |known: &std::collections::HashMap<String, i64>, key: &str| known.get(key).map_or_else(|| key.to_owned(), i64::to_string);
    let mut systems = BTreeMap::new();
    for [hospital, name, system, system_name] in rows {
        let owner = (!system.is_empty()).then(|| key(&owners, &system));
        if let Some(owner) = &owner {
            systems.insert(owner.clone(), system_name);
        }
        out.places.insert(key(&hospitals, &hospital), (name, owner));
    }
    out.systems = systems;
    Ok(out)
}
