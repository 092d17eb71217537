//! What people's answers show: of our contacts through a channel in a year, how many ended with a conversation or an appointment.
//!
//! Each channel by itself, so that the five shares are independent propensities and need not sum to one. A person's share is drawn
//! towards everybody's by the weight of two contacts (the mean of a beta posterior), so that one lucky call proves little.

use super::super::Origin;
use super::super::queries::OBSERVED;
use super::super::store::{ANY_TASK, NewWeight, write};
use rounds_kernel::{Channel, Permission, Result};
use rounds_store::{Command, FromQueryResult, Query, Tx, args, settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everybody's share counts like so many contacts.
const PRIOR: f64 = 2.0;
const DAYS: i64 = 365;
/// People a transaction.
const CHUNK: i64 = 1_000;
const WELCOME: &str = "('reached', 'meeting_booked', 'demo_booked')";

/// Observes the next people after an id; says where to go on, 0 at the end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ObservePreferences {
    /// Go on after this person.
    pub after: i64,
}

#[derive(FromQueryResult)]
struct Row {
    person_id: i64,
    channel: String,
    tries: i64,
    welcome: i64,
}

impl Command for ObservePreferences {
    const NAME: &'static str = "consent.observe_preferences";
    const PERMISSION: Permission = Permission::WriteRecord;
    type Out = i64;

    async fn run(self, tx: &mut Tx) -> Result<i64> {
        let since = tx.now.plus_days(-DAYS).0;
        let last = tx
            .number("SELECT MAX(id) FROM (SELECT id FROM person WHERE id > $1 ORDER BY id LIMIT $2) chunk", args![self.after, CHUNK])
            .await?;
        if last == 0 {
            settings::put(tx, OBSERVED, &tx.now.day().to_string()).await?;
            return Ok(0);
        }
        let sql = format!(
            "SELECT person_id, channel, COUNT(*) AS tries, CAST(SUM(CASE WHEN body->>'outcome' IN {WELCOME} THEN 1 ELSE 0 END) AS BIGINT) AS welcome \
             FROM fact WHERE person_id > $1 AND person_id <= $2 AND kind = 'contact' AND occurred_at >= $3 AND channel IS NOT NULL \
             AND body->>'direction' = 'out' GROUP BY person_id, channel ORDER BY person_id, channel"
        );
        let rows = tx.all::<Row>(&sql, args![self.after, last, since]).await?;
        let mut all: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for r in &rows {
            let sum = all.entry(&r.channel).or_default();
            *sum = (sum.0 + r.tries, sum.1 + r.welcome);
        }
        let weights = rows.iter().filter_map(|r| {
            let channel = Channel::parse(&r.channel)?;
            let (tries, welcome) = all.get(r.channel.as_str()).copied().unwrap_or_default();
            let share = welcome as f64 / tries.max(1) as f64;
            let weight = (r.welcome as f64 + PRIOR * share) / (r.tries as f64 + PRIOR);
            Some(NewWeight { person: r.person_id, channel: channel.code(), task: ANY_TASK, origin: Origin::Observed, weight })
        });
        let weights: Vec<NewWeight> = weights.collect();
        write(tx, "observed", weights).await?;
        Ok(last)
    }
}
