//! The rows a market consists of; field names are those of the areas' import rows.
//!
//! Money is in US cents, instants are µs UTC ([`Time`]), words are stored codes (`PersonRole::code` and so on).

use rounds_kernel::{Day, Time};
use serde::{Deserialize, Serialize};

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
    )*};
}

rows! {
    /// An account that exists already: a real market to simulate onto.
    ExistingAccount {
        /// Source key of the account.
        key: String,
        /// Name.
        name: String,
        /// Two-letter state.
        state: String,
        /// Five-digit ZIP code; may be empty.
        zip: String,
        /// Hospital referral region, if known.
        hrr: Option<i64>,
        /// `CareSetting` code.
        setting: String,
        /// Beds, if known.
        beds: Option<i64>,
        /// Source key of its system, if it has one.
        system_key: Option<String>,
    }
    /// A health system.
    SystemRow {
        /// Key.
        source_key: String,
        /// Name.
        name: String,
        /// City of its head office.
        city: String,
        /// Two-letter state.
        state: String,
        /// Country code.
        country: String,
    }
    /// An account.
    AccountRow {
        /// Key.
        source_key: String,
        /// Name.
        name: String,
        /// `CareSetting` code.
        setting: String,
        /// Street and number.
        street: String,
        /// City.
        city: String,
        /// Two-letter state.
        state: String,
        /// Five-digit ZIP code.
        zip: String,
        /// Country code.
        country: String,
        /// IANA time zone.
        zone: String,
        /// Hospital service area.
        hsa: Option<i64>,
        /// Hospital referral region.
        hrr: Option<i64>,
        /// Name of the referral region.
        hrr_name: Option<String>,
        /// Beds.
        beds: Option<i64>,
        /// Overall rating, 1 to 5.
        rating: Option<i64>,
        /// Ownership.
        ownership: Option<String>,
        /// Phone.
        phone: Option<String>,
    }
    /// An account's membership of a system.
    AccountSystemRow {
        /// Account.
        account_key: String,
        /// System.
        system_key: String,
        /// Since.
        from: Day,
        /// 0 to 1.
        confidence: f64,
    }
    /// A stakeholder.
    PersonRow {
        /// Key.
        source_key: String,
        /// Name.
        name: String,
        /// `PersonRole` code.
        role: String,
        /// Specialty or field of work.
        specialty: String,
        /// E-mail.
        email: Option<String>,
        /// Phone.
        phone: Option<String>,
        /// Language code, e.g. `en`.
        language: String,
        /// Where they work.
        account_key: String,
        /// Since.
        affil_from: Day,
    }
    /// A stated channel preference.
    PreferenceRow {
        /// Person.
        person_key: String,
        /// `Channel` code.
        channel: String,
        /// 0 to 1, two decimals; above 0.5 means "wants this channel". Channels are independent of one another.
        weight: f64,
    }
    /// A permission or its refusal.
    PermissionRow {
        /// Person.
        person_key: String,
        /// `Channel` code, or `*` for do not contact at all.
        channel: String,
        /// `granted` or `denied`.
        state: String,
        /// On what ground.
        basis: String,
        /// Since.
        since: Time,
    }
    /// A product of the portfolio.
    ProductRow {
        /// Code.
        code: String,
        /// Name.
        name: String,
        /// Family.
        family: String,
        /// Business unit.
        business_unit: String,
        /// `ProductStage` code.
        stage: String,
        /// List price of one unit.
        list_price_cents: i64,
    }
    /// A member of the team.
    UserRow {
        /// Sign-in name.
        email: String,
        /// Name.
        name: String,
        /// `Role` code.
        role: String,
        /// E-mail of the manager.
        manager_email: Option<String>,
        /// IANA time zone.
        zone: String,
        /// Minutes a week in front of customers, travel included.
        weekly_minutes: i64,
    }
    /// Estimated yearly potential of an account in a product family; an account × family without a row is unknown.
    PotentialRow {
        /// Account.
        account_key: String,
        /// Family.
        family: String,
        /// Best estimate a year.
        annual_cents: i64,
        /// Lower end of the 80 % interval.
        low_cents: i64,
        /// Upper end of the 80 % interval.
        high_cents: i64,
        /// When estimated.
        as_of: Day,
    }
    /// Who covers an account for a business unit in a role.
    CoverageRow {
        /// Account.
        account_key: String,
        /// Business unit; `all` for customer success, which serves every unit.
        business_unit: String,
        /// `Role` code.
        role: String,
        /// Owner.
        owner_email: String,
        /// Since.
        from: Day,
    }
    /// A contact that took place.
    ContactRow {
        /// Person.
        person_key: String,
        /// Account.
        account_key: String,
        /// `Channel` code.
        channel: String,
        /// When.
        at: Time,
        /// Who acted.
        user_email: String,
        /// `Purpose` code.
        purpose: String,
        /// `Outcome` code.
        outcome: String,
        /// `out` or `in`.
        direction: String,
        /// A short note, if one was written.
        note: Option<String>,
        /// Family it was about.
        family: Option<String>,
        /// Natural key.
        key: String,
    }
    /// One line of an order.
    OrderRow {
        /// Order number.
        order_no: String,
        /// Line in the order, from 1.
        line: i64,
        /// Account.
        account_key: String,
        /// Product.
        product_code: String,
        /// Units.
        quantity: i64,
        /// Amount.
        amount_cents: i64,
        /// When ordered.
        at: Time,
        /// `delivered`, `open` or `back_order`.
        status: String,
        /// Promised delivery of what is not delivered yet.
        due: Option<Time>,
    }
    /// An open sign of interest.
    LeadRow {
        /// Account.
        account_key: String,
        /// Person, if known.
        person_key: Option<String>,
        /// Where it came from, e.g. `webinar`.
        source: String,
        /// Family asked about.
        family: Option<String>,
        /// What they asked.
        note: String,
        /// When.
        captured_at: Time,
    }
}
