//! Accounts for programs.

use super::model::Account;
use super::queries::AccountsAsk;
use crate::lists::listed;
use crate::scope;
use rounds_kernel::{AccountId, Error, Permission, Result};
use rounds_web::Route;
use rounds_web::api::{Call, CareSettingCode, Id, Listed, Nothing, Operation, PageAsk};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operations of this capability.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Operation::get("/api/v1/accounts", Permission::ReadRecord, "Accounts, page by page", list).route(),
        Operation::get("/api/v1/accounts/{id}", Permission::ReadRecord, "One account", one).route(),
    ]
}

/// A place that buys and uses products.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
struct Shown {
    id: i64,
    /// The source's own key.
    source_key: String,
    name: String,
    /// Kind of place.
    setting: String,
    street: String,
    city: String,
    state: String,
    zip: String,
    /// Two letters.
    country: String,
    /// IANA time zone.
    zone: String,
    /// Number of the hospital referral region.
    hrr: Option<i64>,
    hrr_name: Option<String>,
    beds: Option<i64>,
    /// Overall rating by CMS, 1 to 5.
    rating: Option<i64>,
    ownership: Option<String>,
    phone: Option<String>,
    /// Where it comes from.
    source: String,
}

impl From<Account> for Shown {
    fn from(a: Account) -> Self {
        Self {
            id: a.id,
            source_key: a.source_key,
            name: a.name,
            setting: a.setting,
            street: a.street,
            city: a.city,
            state: a.state,
            zip: a.zip,
            country: a.country,
            zone: a.zone,
            hrr: a.hrr,
            hrr_name: a.hrr_name,
            beds: a.beds,
            rating: a.rating,
            ownership: a.ownership,
            phone: a.phone,
            source: a.source,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = AccountSort)]
enum Sort {
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameDown,
    #[serde(rename = "state")]
    State,
    #[serde(rename = "-state")]
    StateDown,
    #[serde(rename = "beds")]
    Beds,
    #[serde(rename = "-beds")]
    BedsDown,
    #[serde(rename = "rating")]
    Rating,
    #[serde(rename = "-rating")]
    RatingDown,
}

impl Sort {
    fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NameDown => "-name",
            Self::State => "state",
            Self::StateDown => "-state",
            Self::Beds => "beds",
            Self::BedsDown => "-beds",
            Self::Rating => "rating",
            Self::RatingDown => "-rating",
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Part of the name.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// State, two letters.
    #[schema(max_length = 10)]
    state: Option<String>,
    /// Kind of place.
    setting: Option<CareSettingCode>,
    /// Number of the system it is part of now.
    #[schema(minimum = 1)]
    system: Option<i64>,
    /// True for accounts that are part of no system now.
    independent: Option<bool>,
    /// Number of the referral region.
    hrr: Option<i64>,
    /// Order; a minus turns it around.
    sort: Option<Sort>,
    /// Entries a page, 50 if not given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next` of the page before.
    #[schema(max_length = 1000)]
    after: Option<String>,
}

async fn list(call: Call, _: Nothing, f: Filter) -> Result<Listed<Shown>> {
    let text = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
    let independent = if f.independent == Some(true) { "none".to_owned() } else { String::new() };
    let ask = AccountsAsk {
        name: f.name.unwrap_or_default(),
        state: f.state.unwrap_or_default(),
        setting: f.setting.map_or(String::new(), |s| s.0.code().into()),
        system: f.system.map_or(independent, |s| s.to_string()),
        hrr: text(f.hrr),
        sort: f.sort.map_or("", Sort::code).into(),
        ..AccountsAsk::default()
    };
    let size = PageAsk { limit: f.limit, after: None }.size();
    listed(call.db(), &ask.list(&call.actor), (size, f.after.as_deref()), |a| ask.cursor(a), Shown::from).await
}

async fn one(call: Call, Id(id): Id, _: Nothing) -> Result<Shown> {
    scope::see_account(call.db(), &call.actor, AccountId(id)).await?;
    let account = super::get(call.db(), AccountId(id)).await?.ok_or_else(|| Error::not_found("account"))?;
    Ok(account.into())
}
