//! Preferences of everyone, for planning.

use rounds_kernel::{Channel, PersonId, Result};
use rounds_store::{FromQueryResult, Query};

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

/// Preferences of everyone, in one query with one row a person.
pub async fn all(db: &impl Query) -> Result<Preferences> {
    let columns: Vec<String> =
        Channel::ALL.iter().map(|c| format!("MAX(CASE WHEN channel = '{0}' THEN weight END) AS {0}", c.code())).collect();
    let sql = format!("SELECT person_id, {} FROM preference GROUP BY person_id ORDER BY person_id", columns.join(", "));
    let rows = db.all::<Wide>(&sql, vec![]).await?;
    let known = |w: Option<f64>| w.map_or(f32::NAN, |w| w as f32);
    // In the order of `Channel::ALL`.
    let wide = |r: Wide| (PersonId(r.person_id), [r.visit, r.phone, r.video, r.email, r.webinar].map(known));
    Ok(Preferences(rows.into_iter().map(wide).collect()))
}
