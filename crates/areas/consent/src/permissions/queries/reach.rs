//! How many people can be reached how, within an actor's scope, and who they are.

use super::super::policy::{WhenUnknown, when_unknown};
use super::super::{ANY_CHANNEL, Reach, State};
use super::bits_sql;
use rounds_customers::scope;
use rounds_kernel::{Actor, Channel, Cursor, Page, PersonId, PersonRole, Result};
use rounds_store::{FromQueryResult, Query, Value, args};
use std::collections::BTreeMap;

/// People of one role in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::permissions) struct ReachCounts {
    pub people: i64,
    pub do_not_contact: i64,
    /// By channel, then granted, denied, unknown; people who asked for no contact at all are in none of them.
    pub states: [[i64; 3]; 5],
    /// By channel: permission stands, or unknown allows it.
    pub reachable: [i64; 5],
}

impl ReachCounts {
    fn add(&mut self, reach: Reach, country: &str, n: i64) {
        self.people += n;
        if reach.do_not_contact() {
            self.do_not_contact += n;
            return;
        }
        for c in Channel::ALL {
            let state = State::ALL.iter().position(|s| *s == reach.state(*c)).unwrap_or(2);
            self.states[c.index()][state] += n;
            self.reachable[c.index()] += i64::from(reach.allows(country, *c)) * n;
        }
    }

    /// Two roles together.
    pub fn absorb(&mut self, other: &Self) {
        self.people += other.people;
        self.do_not_contact += other.do_not_contact;
        for c in 0..5 {
            (0..3).for_each(|s| self.states[c][s] += other.states[c][s]);
            self.reachable[c] += other.reachable[c];
        }
    }
}

#[derive(FromQueryResult)]
struct GroupRow {
    role: String,
    country: String,
    bits: i64,
    people: i64,
}

/// Counts by role. People are grouped in the database by role, country and the pattern of their answers, so that few rows leave it.
pub(in crate::permissions) async fn counts(db: &impl Query, actor: &Actor) -> Result<BTreeMap<PersonRole, ReachCounts>> {
    let home = home_sql(db).await?;
    let sql = format!(
        "SELECT role, country, bits, COUNT(*) AS people FROM (SELECT person.id, person.role AS role, {} AS country, COALESCE(b.bits, 0) AS bits \
         FROM person LEFT JOIN (SELECT person_id, {} AS bits FROM permission WHERE valid_to IS NULL GROUP BY person_id) b ON b.person_id = person.id \
         {} WHERE {}) one GROUP BY role, country, bits ORDER BY role, country, bits",
        home.column,
        bits_sql(),
        home.join,
        scope::people(actor)
    );
    let mut out: BTreeMap<PersonRole, ReachCounts> = BTreeMap::new();
    for r in db.all::<GroupRow>(&sql, vec![]).await? {
        let Some(role) = PersonRole::parse(&r.role) else { continue };
        out.entry(role).or_default().add(Reach::from_bits(r.bits), &r.country, r.people);
    }
    Ok(out)
}

/// How a query learns a person's country.
struct Home {
    column: String,
    join: &'static str,
}

/// Countries in which there are accounts.
async fn countries(db: &impl Query) -> Result<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Row {
        country: String,
    }
    Ok(db.all::<Row>("SELECT DISTINCT country FROM account ORDER BY country", vec![]).await?.into_iter().map(|r| r.country).collect())
}

/// A base in one country, the usual case, needs no join to know it.
async fn home_sql(db: &impl Query) -> Result<Home> {
    let countries = countries(db).await?;
    match countries.as_slice() {
        [only] if only.chars().all(|c| c.is_ascii_alphabetic()) => Ok(Home { column: format!("'{only}'"), join: "" }),
        _ => Ok(Home {
            column: "COALESCE(h.country, '')".into(),
            join: "LEFT JOIN (SELECT f.child_id, MIN(a.country) AS country FROM affiliation f JOIN account a ON a.id = f.parent_id \
                   WHERE f.child_kind = 'person' AND f.parent_kind = 'account' AND f.valid_to IS NULL GROUP BY f.child_id) h ON h.child_id = person.id",
        }),
    }
}

/// Which people the list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::permissions) enum StateFilter {
    /// The recorded state, do-not-contact people left aside.
    Recorded(State),
    /// Contact is allowed, by a grant or because unknown allows it.
    Reachable,
    /// They asked for no contact at all.
    DoNotContact,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::permissions) struct ListFilter {
    pub channel: Option<Channel>,
    pub state: Option<StateFilter>,
    pub role: Option<PersonRole>,
}

/// One person of the list.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::permissions) struct PersonLine {
    pub id: i64,
    pub name: String,
    pub role: String,
    pub account_id: Option<i64>,
    pub account: Option<String>,
    pub country: Option<String>,
}

/// People within scope and filter, by name, after the cursor, with their permissions.
pub(in crate::permissions) async fn people(
    db: &impl Query,
    actor: &Actor,
    filter: &ListFilter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<(Page<PersonLine>, super::Reachability)> {
    let mut args: Vec<Value> = args![limit as i64 + 1];
    let mut conditions = vec![scope::people(actor)];
    if let Some(Cursor { key, id }) = after {
        args.extend(args![key, id]);
        conditions.push("(person.name > $2 OR (person.name = $2 AND person.id > $3))".into());
    }
    if let Some(role) = filter.role {
        conditions.push(format!("person.role = '{}'", role.code()));
    }
    conditions.extend(state_sql(db, filter).await?);
    let sql = format!(
        "SELECT person.id, person.name, person.role, a.id AS account_id, a.name AS account, a.country FROM person \
         LEFT JOIN account a ON a.id = (SELECT MIN(f.parent_id) FROM affiliation f WHERE f.child_kind = 'person' AND f.child_id = person.id \
         AND f.parent_kind = 'account' AND f.valid_to IS NULL AND {}) WHERE {} ORDER BY person.name, person.id LIMIT $1",
        rounds_platform::scope::accounts(actor, "f.parent_id"),
        conditions.join(" AND ")
    );
    let rows = db.all::<PersonLine>(&sql, args).await?;
    let page = Page::from_fetched(rows, limit, |r| Cursor { key: r.name.clone(), id: r.id });
    let ids: Vec<PersonId> = page.rows.iter().map(|r| PersonId(r.id)).collect();
    let reach = super::current(db, Some(&ids)).await?;
    Ok((page, reach))
}

fn answer(channel: &str, state: Option<State>) -> String {
    let state = state.map_or(String::new(), |s| format!(" AND q.state = '{}'", s.code()));
    format!("EXISTS (SELECT 1 FROM permission q WHERE q.person_id = person.id AND q.valid_to IS NULL AND q.channel = '{channel}'{state})")
}

async fn state_sql(db: &impl Query, filter: &ListFilter) -> Result<Vec<String>> {
    let no_contact = answer(ANY_CHANNEL, Some(State::Denied));
    let Some(state) = filter.state else { return Ok(Vec::new()) };
    if state == StateFilter::DoNotContact {
        return Ok(vec![no_contact]);
    }
    let Some(channel) = filter.channel else { return Ok(Vec::new()) };
    let wanted = match state {
        StateFilter::Recorded(State::Unknown) => format!("NOT {}", answer(channel.code(), None)),
        StateFilter::Recorded(s) => answer(channel.code(), Some(s)),
        StateFilter::Reachable | StateFilter::DoNotContact => {
            let open: Vec<String> = countries(db)
                .await?
                .into_iter()
                .filter(|c| when_unknown(c, channel) == WhenUnknown::Allowed)
                .map(|c| format!("'{c}'"))
                .collect();
            // Only countries that the policy names get here, and those are two letters.
            let unknown_allowed = if open.is_empty() && channel != Channel::Visit {
                "1 = 0".to_owned()
            } else if channel == Channel::Visit {
                "1 = 1".to_owned()
            } else {
                format!(
                    "EXISTS (SELECT 1 FROM affiliation g JOIN account h ON h.id = g.parent_id WHERE g.child_kind = 'person' \
                     AND g.child_id = person.id AND g.parent_kind = 'account' AND g.valid_to IS NULL AND h.country IN ({}))",
                    open.join(", ")
                )
            };
            let (granted, none) = (answer(channel.code(), Some(State::Granted)), answer(channel.code(), None));
            format!("({granted} OR (NOT {none} AND {unknown_allowed}))")
        }
    };
    Ok(vec![wanted, format!("NOT {no_contact}")])
}
