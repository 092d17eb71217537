//! An account, as read and as stored.

mod zones;

pub use zones::zone_of_state;

use crate::regions::Region;
use rounds_kernel::CareSetting;
use rounds_store::FromQueryResult;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// An account on its way into the record. What is `None` or empty says nothing: it leaves what is known.
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

    /// What the record says after `row`; `regions` holds what is known of the ZIPs of both.
    pub(super) fn after(&self, row: &AccountRow, regions: &HashMap<String, Region>) -> Self {
        let known = self.id != 0;
        // A source that only adds names nothing that another source has named.
        let names = !(known && row.adds_only && self.source != row.source);
        let text = |old: &str, new: &str| if (names || old.is_empty()) && !new.is_empty() { new.to_owned() } else { old.to_owned() };
        let state = text(&self.state, &row.state);
        let zip = text(&self.zip, &row.zip);
        let moved = zip != self.zip;
        let region = regions.get(&zip);
        let kept_zone = Some(self.zone.clone()).filter(|z| !z.is_empty() && state == self.state);
        let own = |old: &Option<i64>, new: Option<i64>| new.or(if moved { None } else { *old });
        Self {
            id: self.id,
            source_key: if names { row.source_key.clone() } else { self.source_key.clone() },
            name: text(&self.name, &row.name),
            setting: if names { row.setting.code().to_owned() } else { self.setting.clone() },
            street: text(&self.street, &row.street),
            city: text(&self.city, &row.city),
            zone: row.zone.clone().or(kept_zone).unwrap_or_else(|| zone_of_state(&state).to_owned()),
            country: text(&self.country, &row.country),
            hsa: region.map(|r| r.hsa).or(own(&self.hsa, row.hsa)),
            hrr: region.map(|r| r.hrr).or(own(&self.hrr, row.hrr)),
            hrr_name: region.map(|r| r.hrr_name.clone()).or_else(|| row.hrr_name.clone()).or(if moved {
                None
            } else {
                self.hrr_name.clone()
            }),
            beds: row.beds.or(self.beds),
            rating: row.rating.or(self.rating),
            ownership: row.ownership.clone().or_else(|| self.ownership.clone()),
            phone: row.phone.clone().or_else(|| self.phone.clone()),
            source: if names { row.source.clone() } else { self.source.clone() },
            state,
            zip,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(source: &str, name: &str) -> AccountRow {
        AccountRow {
            state: "AZ".into(),
            zip: "85001".into(),
            ..AccountRow::new(format!("{source}-1"), name, CareSetting::Hospital, source)
        }
    }

    #[test]
    fn a_source_that_only_adds_leaves_the_name() {
        let first = Account { id: 7, ..Account::default().after(&row("ahrq", "Mercy"), &HashMap::new()) };
        let cms = AccountRow { rating: Some(4), adds_only: true, ..row("cms", "MERCY HOSPITAL INC") };
        let second = first.after(&cms, &HashMap::new());
        assert_eq!((second.name.as_str(), second.rating, second.source_key.as_str()), ("Mercy", Some(4), "ahrq-1"));
        let alone = Account::default().after(&cms, &HashMap::new());
        assert_eq!(alone.name, "MERCY HOSPITAL INC");
        let renamed = Account { id: 7, ..alone }.after(&row("ahrq", "Mercy"), &HashMap::new());
        assert_eq!(
            (renamed.name.as_str(), renamed.rating, renamed.source_key.as_str()),
            ("Mercy", Some(4), "ahrq-1"),
            "the order of files does not matter"
        );
    }

    #[test]
    fn a_move_forgets_the_old_region_and_zone() {
        let region = Region { zip: "85001".into(), hsa: 1, hsa_name: "Phoenix, AZ".into(), hrr: 12, hrr_name: "Phoenix, AZ".into() };
        let first = Account { id: 7, ..Account::default().after(&row("a", "Mercy"), &HashMap::from([(region.zip.clone(), region)])) };
        assert_eq!((first.hrr, first.zone.as_str()), (Some(12), "America/Phoenix"));
        let moved = first.after(&AccountRow { state: "NY".into(), zip: "10001".into(), ..row("a", "Mercy") }, &HashMap::new());
        assert_eq!((moved.hrr, moved.hrr_name, moved.zone.as_str()), (None, None, "America/New_York"));
    }
}
