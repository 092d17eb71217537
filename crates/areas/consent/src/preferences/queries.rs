//! Preferences of everyone, for planning.

use super::{Origin, Task};
use rounds_kernel::{Channel, Day, PersonId, Result};
use rounds_store::{FromQueryResult, Query, args, settings};

/// Preferences of many people, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Preferences(Vec<(PersonId, [f32; 5])>);

impl Preferences {
    /// Propensity of `person` for `channel`, 0 to 1; `None` when unknown.
    pub fn of(&self, person: PersonId, channel: Channel) -> Option<f32> {
        let at = self.0.binary_search_by_key(&person, |e| e.0).ok()?;
        self.0[at].1.get(channel.index()).copied().filter(|w| w.is_finite())
    }

    /// People with at least one known preference, by id; unknown ones are not a number.
    pub fn iter(&self) -> impl Iterator<Item = (PersonId, [f32; 5])> + '_ {
        self.0.iter().copied()
    }
}

#[derive(FromQueryResult)]
struct Wide {
    person_id: i64,
    visit: Option<f64>,
    phone: Option<f64>,
    video: Option<f64>,
    email: Option<f64>,
    webinar: Option<f64>,
}

/// Preferences of everyone, in one query with one row a person. What was stated comes before what a file said
/// without telling which, and that before what was observed.
pub async fn all(db: &impl Query) -> Result<Preferences> {
    let column = |c: &Channel| {
        let best = |rank: i64| format!("MAX(CASE WHEN channel = '{}' AND rank = {rank} THEN weight END)", c.code());
        format!("COALESCE({}, {}, {}) AS {}", best(1), best(2), best(3), c.code())
    };
    let columns: Vec<String> = Channel::ALL.iter().map(column).collect();
    let sql = format!(
        "SELECT person_id, {} FROM (SELECT person_id, channel, weight, CASE origin WHEN 'stated' THEN 1 ELSE 3 END AS rank FROM preference_task \
         WHERE task = '*' UNION ALL SELECT person_id, channel, weight, 2 AS rank FROM preference) one GROUP BY person_id ORDER BY person_id",
        columns.join(", ")
    );
    let rows = db.all::<Wide>(&sql, vec![]).await?;
    let known = |w: Option<f64>| w.map_or(f32::NAN, |w| w as f32);
    // In the order of `Channel::ALL`.
    let wide = |r: Wide| (PersonId(r.person_id), [r.visit, r.phone, r.video, r.email, r.webinar].map(known));
    Ok(Preferences(rows.into_iter().map(wide).collect()))
}

/// One known propensity.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// Channel.
    pub channel: Channel,
    /// Task; `None` for every task.
    pub task: Option<Task>,
    /// Stated or observed; `None` where a file did not say.
    pub origin: Option<Origin>,
    /// 0 to 1.
    pub weight: f64,
    /// Where it comes from.
    pub source: String,
}

#[derive(FromQueryResult)]
struct KnownRow {
    channel: String,
    task: String,
    origin: String,
    weight: f64,
    source: String,
}

/// All that is known of one person.
pub async fn of_person(db: &impl Query, person: PersonId) -> Result<Vec<Known>> {
    let sql = "SELECT channel, task, origin, weight, source FROM preference_task WHERE person_id = $1 \
               UNION ALL SELECT channel, '*', '', weight, source FROM preference WHERE person_id = $1";
    let rows = db.all::<KnownRow>(sql, args![person.0]).await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            let channel = Channel::parse(&r.channel)?;
            Some(Known { channel, task: Task::parse(&r.task), origin: Origin::parse(&r.origin), weight: r.weight, source: r.source })
        })
        .collect())
}

/// Language and hours of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Wish {
    /// Two letters; empty when not said.
    pub language: String,
    /// Gladly from this minute of their day.
    pub from_minute: Option<i64>,
    /// Until before this one.
    pub to_minute: Option<i64>,
}

/// What a person wishes.
pub async fn wish_of(db: &impl Query, person: PersonId) -> Result<Wish> {
    Ok(db
        .one("SELECT language, from_minute, to_minute FROM personal_wish WHERE person_id = $1", args![person.0])
        .await?
        .unwrap_or_default())
}

/// The language a person chose, if they did.
pub async fn language_of(db: &impl Query, person: PersonId) -> Result<Option<String>> {
    Ok(Some(wish_of(db, person).await?.language).filter(|l| !l.is_empty()))
}

/// Setting that holds the last day on which everyone was observed.
pub(super) const OBSERVED: &str = "preferences.observed";

/// When everyone was last observed.
pub(super) async fn observed_on(db: &impl Query) -> Result<Option<Day>> {
    Ok(settings::get(db, OBSERVED).await?.and_then(|t| Day::parse(&t).ok()))
}
