//! How many people can be reached how, within an actor's scope, and who they are.

use super::super::{ANY_CHANNEL, ANY_PURPOSE, Aim, Reach, State};
use super::BITS;
use crate::country_rules::{CountryRule, Rules};
use rounds_customers::scope;
use rounds_kernel::{Actor, CareSetting, Channel, Cursor, Day, Page, PersonId, PersonRole, Result, Time};
use rounds_store::{FromQueryResult, Query, Value, args};

/// Some people in numbers.
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
    pub fn add(&mut self, reach: Reach, rule: &CountryRule, aim: Aim, n: i64) {
        self.people += n;
        if reach.do_not_contact() {
            self.do_not_contact += n;
            return;
        }
        for c in Channel::ALL {
            let state = State::ALL.iter().position(|s| *s == reach.state_for(*c, aim)).unwrap_or(2);
            self.states[c.index()][state] += n;
            self.reachable[c.index()] += i64::from(reach.allows(rule, *c, aim)) * n;
        }
    }

    /// Two groups together.
    pub fn absorb(&mut self, other: &Self) {
        self.people += other.people;
        self.do_not_contact += other.do_not_contact;
        for c in 0..5 {
            (0..3).for_each(|s| self.states[c][s] += other.states[c][s]);
            self.reachable[c] += other.reachable[c];
        }
    }
}

/// People alike in what reachability depends on.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(in crate::permissions) struct Group {
    pub role: String,
    pub country: String,
    pub setting: String,
    pub bits: i64,
    pub people: i64,
}

/// Counts as they are now. People are grouped in the database by role, country, setting and the pattern of their answers, so that few
/// rows leave it. For the whole base, answers and workplaces are read once and joined; for a scope, those of its people are looked up.
pub(in crate::permissions) async fn count_now(db: &impl Query, actor: &Actor) -> Result<Vec<Group>> {
    const FIRST: &str = "SELECT MIN(f.parent_id) AS account_id FROM affiliation f WHERE f.child_kind = 'person' \
        AND f.parent_kind = 'account' AND f.valid_to IS NULL";
    let people = if actor.visible_users().is_none() {
        format!(
            "SELECT person.role AS role, COALESCE(b.bits, 0) AS bits, h.account_id FROM person \
             LEFT JOIN (SELECT person_id, {BITS} AS bits FROM permission WHERE valid_to IS NULL GROUP BY person_id) b ON b.person_id = person.id \
             LEFT JOIN (SELECT f.child_id, MIN(f.parent_id) AS account_id FROM affiliation f WHERE f.child_kind = 'person' \
             AND f.parent_kind = 'account' AND f.valid_to IS NULL GROUP BY f.child_id) h ON h.child_id = person.id WHERE {}",
            scope::people(actor)
        )
    } else {
        format!(
            "SELECT person.role AS role, COALESCE((SELECT {BITS} FROM permission b WHERE b.valid_to IS NULL AND b.person_id = person.id), 0) \
             AS bits, ({FIRST} AND f.child_id = person.id) AS account_id FROM person WHERE {}",
            scope::people(actor)
        )
    };
    // The account that decides a person's country and care setting is their first current one.
    let sql = format!(
        "SELECT one.role, COALESCE(ha.country, '') AS country, COALESCE(ha.setting, '') AS setting, one.bits, \
         CAST(SUM(one.people) AS BIGINT) AS people FROM (SELECT role, bits, account_id, COUNT(*) AS people FROM ({people}) each \
         GROUP BY role, bits, account_id) one LEFT JOIN account ha ON ha.id = one.account_id \
         GROUP BY one.role, COALESCE(ha.country, ''), COALESCE(ha.setting, ''), one.bits ORDER BY 1, 2, 3, 4"
    );
    db.all(&sql, vec![]).await
}

/// What the summary of all people was counted from: the last answer written, the last one closed, the last person and workplace.
/// Each is the end of an index.
pub(in crate::permissions) async fn stamp(db: &impl Query) -> Result<String> {
    let mut parts = Vec::new();
    for (column, table) in [("id", "permission"), ("valid_to", "permission"), ("id", "person"), ("id", "affiliation"), ("id", "account")] {
        parts.push(db.number(&format!("SELECT MAX({column}) FROM {table}"), vec![]).await?.to_string());
    }
    Ok(parts.join("."))
}

/// Whether the summary, or today's line of it, is to be made again.
pub(in crate::permissions) async fn stale(db: &impl Query, today: Day) -> Result<bool> {
    let kept = db.text("SELECT MAX(stamp) FROM reach_count", vec![]).await?;
    let last = db.number("SELECT MAX(day) FROM reach_day WHERE purpose = 'information'", vec![]).await?;
    Ok(last != i64::from(today.0) || kept != Some(stamp(db).await?))
}

/// Counts for the actor: the kept summary where it still tells the truth and the whole base is asked for, else counted now.
pub(in crate::permissions) async fn counts(db: &impl Query, actor: &Actor) -> Result<Vec<Group>> {
    if actor.visible_users().is_none() {
        let kept = db.text("SELECT MAX(stamp) FROM reach_count", vec![]).await?;
        if kept.is_some() && kept == Some(stamp(db).await?) {
            return db
                .all("SELECT role, country, setting, bits, people FROM reach_count ORDER BY role, country, setting, bits", vec![])
                .await;
        }
    }
    count_now(db, actor).await
}

/// One channel on one day.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(in crate::permissions) struct TrendRow {
    pub day: i64,
    pub channel: String,
    pub people: i64,
    pub reachable: i64,
}

/// The reachable share of the whole base by day since `from`.
pub(in crate::permissions) async fn trend(db: &impl Query, aim: Aim, from: i64) -> Result<Vec<TrendRow>> {
    let sql = "SELECT day, channel, people, reachable FROM reach_day WHERE purpose = $1 AND day >= $2 ORDER BY day, channel";
    db.all(sql, args![aim.code(), from]).await
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
    /// A yes that runs out within so many days.
    RunsOut,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::permissions) struct ListFilter {
    pub channel: Option<Channel>,
    pub state: Option<StateFilter>,
    pub role: Option<PersonRole>,
    /// Two letters.
    pub country: Option<[u8; 2]>,
    pub setting: Option<CareSetting>,
    /// What contact is for; information unless said otherwise.
    pub aim: Option<Aim>,
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
    (rules, now): (&Rules, Time),
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
    if let Some([a, b]) = filter.country {
        conditions.push(home_is(&format!("ha.country = '{}{}'", char::from(a), char::from(b))));
    }
    if let Some(setting) = filter.setting {
        conditions.push(home_is(&format!("ha.setting = '{}'", setting.code())));
    }
    conditions.extend(state_sql(db, filter, rules, now).await?);
    let sql = format!(
        "SELECT person.id, person.name, person.role, a.id AS account_id, a.name AS account, a.country FROM person \
         LEFT JOIN account a ON a.id = (SELECT MIN(f.parent_id) FROM affiliation f WHERE f.child_kind = 'person' AND f.child_id = person.id \
         AND f.parent_kind = 'account' AND f.valid_to IS NULL AND {}) WHERE {} ORDER BY person.name, person.id LIMIT $1",
        // The sum keeps engines from looking up every account of the scope for each person: a person has few accounts.
        rounds_platform::scope::accounts(actor, "f.parent_id + 0"),
        conditions.join(" AND ")
    );
    let rows = db.all::<PersonLine>(&sql, args).await?;
    let page = Page::from_fetched(rows, limit, |r| Cursor { key: r.name.clone(), id: r.id });
    let ids: Vec<PersonId> = page.rows.iter().map(|r| PersonId(r.id)).collect();
    let reach = super::current(db, Some(&ids)).await?;
    Ok((page, reach))
}

/// Condition on the account that decides a person's country.
fn home_is(condition: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM account ha WHERE ha.id = (SELECT MIN(g.parent_id) FROM affiliation g WHERE g.child_kind = 'person' \
         AND g.child_id = person.id AND g.parent_kind = 'account' AND g.valid_to IS NULL) AND {condition})"
    )
}

/// An open answer of a channel that concerns the purpose: what was said about it, or about every one.
fn answer(channel: &str, aim: Aim, state: Option<State>) -> String {
    let state = state.map_or(String::new(), |s| format!(" AND q.state = '{}'", s.code()));
    let purpose = format!("q.purpose IN ('{ANY_PURPOSE}', '{}')", aim.code());
    format!(
        "EXISTS (SELECT 1 FROM permission q WHERE q.person_id = person.id AND q.valid_to IS NULL AND q.channel = '{channel}' AND {purpose}{state})"
    )
}

/// Countries whose rule leaves an unknown permission open, as an SQL condition.
async fn open_countries(db: &impl Query, rules: &Rules, channel: Channel) -> Result<String> {
    #[derive(FromQueryResult)]
    struct Row {
        country: String,
    }
    let all = db.all::<Row>("SELECT DISTINCT country FROM account ORDER BY country", vec![]).await?;
    let open: Vec<String> = all
        .iter()
        .filter(|r| rounds_kernel::Country::is_code(&r.country) && rules.of(&r.country).allows_unknown(channel))
        .map(|r| format!("'{}'", r.country))
        .collect();
    let elsewhere = rules.of("").allows_unknown(channel);
    let shut: Vec<String> = all
        .iter()
        .filter(|r| rounds_kernel::Country::is_code(&r.country) && !rules.of(&r.country).allows_unknown(channel))
        .map(|r| format!("'{}'", r.country))
        .collect();
    Ok(match (elsewhere, open.is_empty(), shut.is_empty()) {
        (true, _, true) => "1 = 1".into(),
        (true, _, false) => format!("NOT {}", home_is(&format!("ha.country IN ({})", shut.join(", ")))),
        (false, true, _) => "1 = 0".into(),
        (false, false, _) => home_is(&format!("ha.country IN ({})", open.join(", "))),
    })
}

/// A yes runs out soon when it has so many days left.
const SOON_DAYS: i64 = 60;

async fn state_sql(db: &impl Query, filter: &ListFilter, rules: &Rules, now: Time) -> Result<Vec<String>> {
    let no_contact = format!(
        "EXISTS (SELECT 1 FROM permission q WHERE q.person_id = person.id AND q.valid_to IS NULL AND q.channel = '{ANY_CHANNEL}' AND q.state = 'denied')"
    );
    let Some(state) = filter.state else { return Ok(Vec::new()) };
    if state == StateFilter::DoNotContact {
        return Ok(vec![no_contact]);
    }
    if state == StateFilter::RunsOut {
        let channel = filter.channel.map_or(String::new(), |c| format!(" AND q.channel = '{}'", c.code()));
        let until = now.plus_days(SOON_DAYS).0;
        return Ok(vec![format!(
            "person.id IN (SELECT q.person_id FROM permission q WHERE q.valid_to IS NULL AND q.expires_at <= {until}{channel})"
        )]);
    }
    let Some(channel) = filter.channel else { return Ok(Vec::new()) };
    let aim = filter.aim.unwrap_or(Aim::Information);
    let denied = answer(channel.code(), aim, Some(State::Denied));
    let granted = format!("({} AND NOT {denied})", answer(channel.code(), aim, Some(State::Granted)));
    let none = format!("NOT {}", answer(channel.code(), aim, None));
    let wanted = match state {
        StateFilter::Recorded(State::Unknown) => none,
        StateFilter::Recorded(State::Granted) => granted,
        StateFilter::Recorded(State::Denied) => denied,
        _ if aim == Aim::Service => format!("NOT {denied}"),
        _ => format!("({granted} OR ({none} AND {}))", open_countries(db, rules, channel).await?),
    };
    Ok(vec![wanted, format!("NOT {no_contact}")])
}
