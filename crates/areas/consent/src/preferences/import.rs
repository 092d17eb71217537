//! Preferences from a file: one row a person, channel and task.

use super::store::{ANY_TASK, NewWeight, write};
use super::{Origin, Task};
use crate::ledger::ids_of;
use rounds_kernel::{Channel, Result, RowReject};
use rounds_platform::imports::{ChunkReport, Column, FileInfo, Importer, Row, reject};
use rounds_store::Tx;
use std::collections::BTreeMap;

/// Reads preferences.
pub struct PreferenceFile;

const PERSON: usize = 0;
const CHANNEL: usize = 1;
const WEIGHT: usize = 2;
const TASK: usize = 3;
const ORIGIN: usize = 4;

#[async_trait::async_trait]
impl Importer for PreferenceFile {
    fn kind(&self) -> &'static str {
        "preferences"
    }

    fn title(&self) -> &'static str {
        "Preferences by channel and task"
    }

    fn columns(&self) -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            Column::required("person_key").or(&["person id", "contact id"]),
            Column::required("preferred_channel").or(&["channel"]),
            Column::required("weight").or(&["propensity", "share"]),
            Column::optional("task").or(&["stage", "journey stage"]),
            Column::optional("origin"),
        ];
        COLUMNS
    }

    async fn write(&self, tx: &mut Tx, file: &FileInfo, rows: &[Row]) -> Result<ChunkReport> {
        let keys: Vec<&str> = rows.iter().map(|r| r.text(PERSON)).collect();
        let people = ids_of(tx, "person", "source_key", &keys).await?;
        let mut report = ChunkReport::default();
        // One statement may not touch a row twice: the last of a person, channel, task and origin wins.
        let mut weights: BTreeMap<(i64, &str, &str, Origin), f64> = BTreeMap::new();
        for row in rows {
            match read(row, &people) {
                Ok(w) => drop(weights.insert((w.person, w.channel, w.task, w.origin), w.weight)),
                Err(rejected) => report.rejects.push(rejected),
            }
        }
        let rows = weights.into_iter().map(|((person, channel, task, origin), weight)| NewWeight { person, channel, task, origin, weight });
        report.written = write(tx, &file.name, rows.collect()).await?;
        report.created = report.written;
        Ok(report)
    }
}

fn read(row: &Row, people: &BTreeMap<String, i64>) -> std::result::Result<NewWeight, RowReject> {
    let no = |code: &str, cause: String, remedy: &str| Err(reject(row.line, code, cause, remedy));
    let key = row.text(PERSON);
    let Some(person) = people.get(key) else {
        return no(
            "import.person_unknown",
            format!("There is no person with the key “{key}”."),
            "Import the people first, or correct the key.",
        );
    };
    let Some(channel) = Channel::parse(&row.text(CHANNEL).to_lowercase()) else {
        return no("import.channel", format!("“{}” is not a channel.", row.text(CHANNEL)), "Use visit, phone, video, email or webinar.");
    };
    let weight = row.text(WEIGHT).replace(',', ".").parse::<f64>().ok().filter(|w| (0.0..=1.0).contains(w));
    let Some(weight) = weight else {
        return no(
            "import.weight",
            format!("“{}” is not between 0 and 1.", row.text(WEIGHT)),
            "Give the propensity as a share, e.g. 0.35; leave the row out when unknown.",
        );
    };
    let task = match row.known(TASK).map(str::to_lowercase) {
        None => ANY_TASK,
        Some(t) => match Task::parse(&t) {
            Some(task) => task.code(),
            None => {
                return no(
                    "import.task",
                    format!("“{t}” is not a task."),
                    "Use learn, demo, contract, order or support, or leave it empty.",
                );
            }
        },
    };
    let origin = row.known(ORIGIN).map_or(Some(Origin::Stated), |o| Origin::parse(&o.to_lowercase()));
    let Some(origin) = origin else {
        return no("import.origin", format!("“{}” is no origin.", row.text(ORIGIN)), "Use stated or observed.");
    };
    Ok(NewWeight { person: *person, channel: channel.code(), task, origin, weight })
}
