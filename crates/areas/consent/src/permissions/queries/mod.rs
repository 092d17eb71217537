//! Reads that planning, the gate and the pages share.

mod reach;

pub(super) use reach::{Group, ListFilter, PersonLine, ReachCounts, StateFilter, TrendRow, count_now, counts, people, stale, stamp, trend};

use super::store::numbers;
use super::{Aim, LegalBasis, Reach, State};
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

/// Sums a person's open rows to the bits of [`Reach`]: one row a person leaves the database instead of one an answer.
pub(super) const BITS: &str = "CAST(SUM(bits) AS BIGINT)";

/// Present permissions of `people`, or of everyone for `None`. One query for everyone: made for planning.
pub async fn current(db: &impl Query, people: Option<&[PersonId]>) -> Result<Reachability> {
    let bits = BITS;
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

/// The same at an instant: what has run out by then no longer stands, even if nobody has closed it yet.
pub async fn of_person_at(db: &impl Query, person: PersonId, at: Time) -> Result<Reach> {
    let sql =
        format!("SELECT {BITS} FROM permission WHERE valid_to IS NULL AND person_id = $1 AND (expires_at IS NULL OR expires_at > $2)");
    Ok(Reach::from_bits(db.number(&sql, args![person.0, at.0]).await?))
}

#[derive(FromQueryResult)]
struct HistoryRow {
    channel: String,
    purpose: String,
    state: String,
    basis: String,
    legal_basis: String,
    wording_id: Option<i64>,
    evidence: String,
    source: String,
    valid_from: i64,
    valid_to: Option<i64>,
    expires_at: Option<i64>,
}

/// One answer of a person and how long it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The channel; `None` for any channel.
    pub channel: Option<Channel>,
    /// What it is for; `None` for every purpose.
    pub aim: Option<Aim>,
    /// The answer.
    pub state: State,
    /// How we know, e.g. "asked by the person".
    pub basis: String,
    /// Why the law lets us hold it; `None` where nobody said.
    pub legal: Option<LegalBasis>,
    /// The words they said it to.
    pub wording: Option<i64>,
    /// What proves it.
    pub evidence: String,
    /// Where it came from.
    pub source: String,
    /// Since when.
    pub from: Time,
    /// Until when; `None` while it stands.
    pub to: Option<Time>,
    /// When it runs out, if it does.
    pub expires: Option<Time>,
}

/// All answers of `person`, newest first. A state replaced at the instant it began is kept too, with `from == to`.
pub async fn history(db: &impl Query, person: PersonId) -> Result<Vec<Entry>> {
    let sql = "SELECT channel, purpose, state, basis, legal_basis, wording_id, evidence, source, valid_from, valid_to, expires_at \
               FROM permission WHERE person_id = $1 ORDER BY valid_from DESC, id DESC";
    let rows = db.all::<HistoryRow>(sql, args![person.0]).await?;
    Ok(rows
        .into_iter()
        .map(|r| Entry {
            channel: Channel::parse(&r.channel),
            aim: Aim::parse(&r.purpose),
            state: State::parse(&r.state).unwrap_or_default(),
            basis: r.basis,
            legal: LegalBasis::parse(&r.legal_basis),
            wording: r.wording_id,
            evidence: r.evidence,
            source: r.source,
            from: Time(r.valid_from),
            to: r.valid_to.map(Time),
            expires: r.expires_at.map(Time),
        })
        .collect())
}
