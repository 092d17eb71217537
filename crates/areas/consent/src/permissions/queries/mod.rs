//! Reads that planning, the gate and the pages share.

mod reach;

pub(super) use reach::{ListFilter, PersonLine, ReachCounts, StateFilter, counts, people};

use super::store::numbers;
use super::{ANY_CHANNEL, Reach, State};
use rounds_kernel::{Channel, PersonId, Result, Time};
use rounds_store::{FromQueryResult, Query, args};

/// Permissions of many people, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Reachability(Vec<(PersonId, Reach)>);

impl Reachability {
    /// What is known of `person`; all unknown for someone without any row.
    pub fn of(&self, person: PersonId) -> Reach {
        self.0.binary_search_by_key(&person, |e| e.0).map_or(Reach::default(), |at| self.0[at].1)
    }

    /// People with at least one answer, by id.
    pub fn iter(&self) -> impl Iterator<Item = (PersonId, Reach)> + '_ {
        self.0.iter().copied()
    }
}

#[derive(FromQueryResult)]
struct BitsRow {
    person_id: i64,
    bits: i64,
}

/// Sums a person's open rows to the bits of [`Reach`]: one row a person leaves the database instead of one a channel.
fn bits_sql() -> String {
    let mut cases = format!("CASE WHEN channel = '{ANY_CHANNEL}' THEN CASE state WHEN 'denied' THEN 32768 ELSE 0 END");
    for c in Channel::ALL {
        let (granted, denied) = (1 << (2 * c.index()), 2 << (2 * c.index()));
        cases.push_str(&format!(" WHEN channel = '{}' THEN CASE state WHEN 'granted' THEN {granted} ELSE {denied} END", c.code()));
    }
    format!("CAST(SUM({cases} ELSE 0 END) AS BIGINT)")
}

/// Present permissions of `people`, or of everyone for `None`. One query for everyone: made for planning.
pub async fn current(db: &impl Query, people: Option<&[PersonId]>) -> Result<Reachability> {
    let bits = bits_sql();
    let mut out = Vec::new();
    match people {
        None => {
            let sql = format!("SELECT person_id, {bits} AS bits FROM permission WHERE valid_to IS NULL GROUP BY person_id");
            out.extend(db.all::<BitsRow>(&sql, vec![]).await?);
        }
        Some(people) => {
            for chunk in people.chunks(5_000) {
                let ids: Vec<i64> = chunk.iter().map(|p| p.0).collect();
                let within = numbers(&ids);
                let sql = format!(
                    "SELECT person_id, {bits} AS bits FROM permission WHERE valid_to IS NULL AND person_id IN ({within}) GROUP BY person_id"
                );
                out.extend(db.all::<BitsRow>(&sql, vec![]).await?);
            }
        }
    }
    let mut out: Vec<_> = out.into_iter().map(|r| (PersonId(r.person_id), Reach::from_bits(r.bits))).collect();
    out.sort_unstable_by_key(|e| e.0);
    out.dedup_by_key(|e| e.0);
    Ok(Reachability(out))
}

/// Present permissions of one person.
pub async fn of_person(db: &impl Query, person: PersonId) -> Result<Reach> {
    Ok(current(db, Some(&[person])).await?.of(person))
}

#[derive(FromQueryResult)]
struct HistoryRow {
    channel: String,
    state: String,
    basis: String,
    source: String,
    valid_from: i64,
    valid_to: Option<i64>,
}

/// One answer of a person and how long it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The channel; `None` for any channel.
    pub channel: Option<Channel>,
    /// The answer.
    pub state: State,
    /// Why we hold it, e.g. "asked by the person".
    pub basis: String,
    /// Where it came from.
    pub source: String,
    /// Since when.
    pub from: Time,
    /// Until when; `None` while it stands.
    pub to: Option<Time>,
}

/// All answers of `person`, newest first. A state replaced at the instant it began is kept too, with `from == to`.
pub async fn history(db: &impl Query, person: PersonId) -> Result<Vec<Entry>> {
    let sql =
        "SELECT channel, state, basis, source, valid_from, valid_to FROM permission WHERE person_id = $1 ORDER BY valid_from DESC, id DESC";
    let rows = db.all::<HistoryRow>(sql, args![person.0]).await?;
    Ok(rows
        .into_iter()
        .map(|r| Entry {
            channel: Channel::parse(&r.channel),
            state: State::parse(&r.state).unwrap_or_default(),
            basis: r.basis,
            source: r.source,
            from: Time(r.valid_from),
            to: r.valid_to.map(Time),
        })
        .collect())
}
