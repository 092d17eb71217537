//! An account, as read and as stored.

mod zones;

pub use zones::zone_of_state;

use crate::regions::Region;
use crate::sources::{Entry, Record};
use rounds_kernel::{CareSetting, Day};
use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// An account on its way into the record. What is `None` or empty says nothing: it leaves what is known; `Some("")` clears.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountRow {
    /// Line in the file; 0 if there is none.
    pub line: u64,
    /// The source's own key.
    pub source_key: String,
    /// Name.
    pub name: String,
    /// Kind of place.
    pub setting: CareSetting,
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
    /// State, two letters.
    pub state: String,
    /// Postal code.
    pub zip: String,
    /// Country, two letters.
    pub country: String,
    /// IANA time zone; by default that of the state, see [`zone_of_state`].
    pub zone: Option<String>,
    /// Hospital service area; by default that of the ZIP.
    pub hsa: Option<i64>,
    /// Hospital referral region; by default that of the ZIP.
    pub hrr: Option<i64>,
    /// Name of the referral region.
    pub hrr_name: Option<String>,
    /// Staffed beds.
    pub beds: Option<i64>,
    /// Overall rating by CMS, 1 to 5.
    pub rating: Option<i64>,
    /// Kind of owner.
    pub ownership: Option<String>,
    /// Telephone of the place.
    pub phone: Option<String>,
    /// Numbers by which others know it: scheme and value. An account that holds one of them already is this account.
    pub identifiers: Vec<(String, String)>,
    /// Where it comes from.
    pub source: String,
    /// True when the source only adds to accounts known from elsewhere (rating, phone …) and does not rename them.
    pub adds_only: bool,
}

impl AccountRow {
    /// What the row says, as a source's word since `day`.
    pub(super) fn entry(&self, day: Day) -> Entry {
        let mut e = Entry::new(&self.source, &self.source_key, day);
        e.adds_only = self.adds_only;
        e.text("name", &self.name);
        e.text("setting", self.setting.code());
        e.text("street", &self.street);
        e.text("city", &self.city);
        e.text("state", &self.state);
        e.text("zip", &self.zip);
        e.text("country", &self.country);
        e.maybe("zone", self.zone.as_ref());
        e.maybe("hsa", self.hsa);
        e.maybe("hrr", self.hrr);
        e.maybe("hrr_name", self.hrr_name.as_ref());
        e.maybe("beds", self.beds);
        e.maybe("rating", self.rating);
        e.maybe("ownership", self.ownership.as_ref());
        e.maybe("phone", self.phone.as_ref());
        e
    }

    /// A row that says no more than key, name, kind and source.
    pub fn new(source_key: impl Into<String>, name: impl Into<String>, setting: CareSetting, source: &str) -> Self {
        Self {
            line: 0,
            source_key: source_key.into(),
            name: name.into(),
            setting,
            street: String::new(),
            city: String::new(),
            state: String::new(),
            zip: String::new(),
            country: "US".into(),
            zone: None,
            hsa: None,
            hrr: None,
            hrr_name: None,
            beds: None,
            rating: None,
            ownership: None,
            phone: None,
            identifiers: Vec::new(),
            source: source.into(),
            adds_only: false,
        }
    }
}

/// An account as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub struct Account {
    /// Id.
    pub id: i64,
    /// The source's own key.
    pub source_key: String,
    /// Name.
    pub name: String,
    /// Care setting code.
    pub setting: String,
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
    /// State, two letters.
    pub state: String,
    /// Postal code.
    pub zip: String,
    /// Country, two letters.
    pub country: String,
    /// IANA time zone.
    pub zone: String,
    /// Hospital service area, if known.
    pub hsa: Option<i64>,
    /// Hospital referral region, if known.
    pub hrr: Option<i64>,
    /// Name of the referral region.
    pub hrr_name: Option<String>,
    /// Staffed beds, if known.
    pub beds: Option<i64>,
    /// Overall rating by CMS, if known.
    pub rating: Option<i64>,
    /// Kind of owner, if known.
    pub ownership: Option<String>,
    /// Telephone, if known.
    pub phone: Option<String>,
    /// Where it comes from.
    pub source: String,
}

impl Account {
    /// Kind of place in words.
    pub fn setting_label(&self) -> &str {
        CareSetting::parse(&self.setting).map_or(self.setting.as_str(), |s| s.label())
    }

    /// Town and state.
    pub fn place(&self) -> String {
        [self.city.as_str(), self.state.as_str()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")
    }

    /// What the record says when its sources are heard: `word` gives their word on a field, `None` when they have none. What follows from
    /// the place (time zone, referral region) follows from the place that was chosen; `regions` holds what is known of its ZIP.
    pub(super) fn heard(&self, word: &dyn Fn(&str) -> Option<Option<String>>, regions: &HashMap<String, Region>) -> Self {
        let text = |field: &str, old: &str| word(field).map_or_else(|| old.to_owned(), Option::unwrap_or_default);
        let named = |field: &str, old: &str| Some(text(field, old)).filter(|t| !t.is_empty()).unwrap_or_else(|| old.to_owned());
        let maybe = |field: &str, old: &Option<String>| word(field).unwrap_or_else(|| old.clone());
        let number = |field: &str, old: Option<i64>| word(field).map_or(old, |w| w.and_then(|v| v.parse().ok()));
        let (state, zip) = (text("state", &self.state), text("zip", &self.zip));
        let moved = zip != self.zip;
        let region = regions.get(&zip);
        let kept_zone = Some(self.zone.clone()).filter(|z| !z.is_empty() && state == self.state);
        let own = |old: Option<i64>| if moved { None } else { old };
        let old_name = if moved { None } else { self.hrr_name.clone() };
        Self {
            id: self.id,
            source_key: self.source_key.clone(),
            name: named("name", &self.name),
            setting: named("setting", &self.setting),
            street: text("street", &self.street),
            city: text("city", &self.city),
            zone: word("zone").flatten().or(kept_zone).unwrap_or_else(|| zone_of_state(&state).to_owned()),
            country: named("country", &self.country),
            hsa: region.map(|r| r.hsa).or_else(|| number("hsa", own(self.hsa))),
            hrr: region.map(|r| r.hrr).or_else(|| number("hrr", own(self.hrr))),
            hrr_name: region.map(|r| r.hrr_name.clone()).or_else(|| maybe("hrr_name", &old_name)),
            beds: number("beds", self.beds),
            rating: number("rating", self.rating),
            ownership: maybe("ownership", &self.ownership),
            phone: maybe("phone", &self.phone),
            source: self.source.clone(),
            state,
            zip,
        }
    }
}

impl Record for Account {
    fn id(&self) -> i64 {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn entry(&self) -> Entry {
        let mut e = Entry::new(&self.source, &self.source_key, Day(0));
        for (field, value) in [
            ("name", &self.name),
            ("setting", &self.setting),
            ("street", &self.street),
            ("city", &self.city),
            ("state", &self.state),
            ("zip", &self.zip),
            ("country", &self.country),
            ("zone", &self.zone),
        ] {
            e.text(field, value);
        }
        e.maybe("hsa", self.hsa);
        e.maybe("hrr", self.hrr);
        e.maybe("hrr_name", self.hrr_name.as_ref());
        e.maybe("beds", self.beds);
        e.maybe("rating", self.rating);
        e.maybe("ownership", self.ownership.as_ref());
        e.maybe("phone", self.phone.as_ref());
        e
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<'a>(said: &'a [(&'a str, Option<&'a str>)]) -> impl Fn(&str) -> Option<Option<String>> + 'a {
        move |field| said.iter().find(|(f, _)| *f == field).map(|(_, v)| v.map(str::to_owned))
    }

    #[test]
    fn what_no_source_speaks_of_stays_and_a_name_cannot_be_cleared() {
        let held = Account { id: 7, name: "Mercy".into(), phone: Some("1".into()), beds: Some(20), ..Account::default() };
        let after = held.heard(&words(&[("name", None), ("phone", None), ("rating", Some("4"))]), &HashMap::new());
        assert_eq!((after.name.as_str(), after.phone, after.beds, after.rating), ("Mercy", None, Some(20), Some(4)));
    }

    #[test]
    fn a_move_forgets_the_old_region_and_zone() {
        let region = Region { zip: "85001".into(), hsa: 1, hsa_name: "Phoenix, AZ".into(), hrr: 12, hrr_name: "Phoenix, AZ".into() };
        let regions = HashMap::from([(region.zip.clone(), region)]);
        let first = Account { id: 7, ..Account::default().heard(&words(&[("state", Some("AZ")), ("zip", Some("85001"))]), &regions) };
        assert_eq!((first.hrr, first.zone.as_str()), (Some(12), "America/Phoenix"));
        let moved = first.heard(&words(&[("state", Some("NY")), ("zip", Some("10001"))]), &HashMap::new());
        assert_eq!((moved.hrr, moved.hrr_name, moved.zone.as_str()), (None, None, "America/New_York"));
    }
}
