//! Sessions, lock-out, second factor, sign-on at an identity provider.

use super::{Form, SEALED_FOR, Section, bad, field, number, secret, yes_no};
use rounds_kernel::{Result, Role};
use rounds_store::Keys;
use rounds_web::components::Field;
use serde::{Deserialize, Serialize};

pub use rounds_web::SessionRules;

impl Section for SessionRules {
    const KEY: &'static str = "sessions";
    const TITLE: &'static str = "Sessions";
    const ABOUT: &'static str = "How long someone stays signed in without asking for a page, and at most.";

    fn fields(&self) -> Vec<Field> {
        vec![
            number("idle_minutes", "Minutes without use", self.idle_minutes, ""),
            number("most_hours", "Hours at most", self.most_hours, "Then one signs in again, whatever one was doing."),
        ]
    }

    fn filled(self, form: &Form, _keys: &Keys) -> Result<Self> {
        Ok(Self {
            idle_minutes: form.number("idle_minutes", "minutes", 5..=10_080)?,
            most_hours: form.number("most_hours", "hours", 1..=720)?,
        })
    }
}

/// When guessing passwords is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LockOut {
    /// Failures after which an e-mail is locked.
    pub account_failures: i64,
    /// Failures after which an address is locked.
    pub address_failures: i64,
    /// Seconds of the first lock; each further failure doubles it.
    pub first_seconds: i64,
    /// The longest lock in minutes.
    pub most_minutes: i64,
}

impl Default for LockOut {
    fn default() -> Self {
        Self { account_failures: 5, address_failures: 50, first_seconds: 30, most_minutes: 60 }
    }
}

impl Section for LockOut {
    const KEY: &'static str = "lock_out";
    const TITLE: &'static str = "Lock-out";
    const ABOUT: &'static str =
        "Wrong passwords and codes in a row lock the e-mail, and the address they come from, for a while that doubles.";

    fn fields(&self) -> Vec<Field> {
        vec![
            number("account_failures", "Failures before an e-mail is locked", self.account_failures, ""),
            number("address_failures", "Failures before an address is locked", self.address_failures, "Offices share an address."),
            number("first_seconds", "Seconds of the first lock", self.first_seconds, ""),
            number("most_minutes", "Longest lock in minutes", self.most_minutes, ""),
        ]
    }

    fn filled(self, form: &Form, _keys: &Keys) -> Result<Self> {
        Ok(Self {
            account_failures: form.number("account_failures", "failures", 2..=100)?,
            address_failures: form.number("address_failures", "failures", 5..=100_000)?,
            first_seconds: form.number("first_seconds", "seconds", 1..=3_600)?,
            most_minutes: form.number("most_minutes", "minutes", 1..=1_440)?,
        })
    }
}

/// Who must show a second factor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecondFactor {
    /// Codes of the roles that cannot sign in without; everyone else may use one.
    pub roles: Vec<String>,
}

impl SecondFactor {
    /// Whether `role` must show one.
    pub fn required(&self, role: Role) -> bool {
        self.roles.iter().any(|r| r == role.code())
    }
}

impl Section for SecondFactor {
    const KEY: &'static str = "second_factor";
    const TITLE: &'static str = "Second factor";
    const ABOUT: &'static str = "Six digits from an app beside the password (RFC 6238). Everyone may set one up; these roles must.";

    fn fields(&self) -> Vec<Field> {
        Role::ALL.iter().map(|r| yes_no(&format!("role_{}", r.code()), r.label(), self.required(*r), "")).collect()
    }

    fn filled(self, form: &Form, _keys: &Keys) -> Result<Self> {
        let on = |r: &&Role| form.on(&format!("role_{}", r.code()));
        Ok(Self { roles: Role::ALL.iter().filter(on).map(|r| r.code().to_owned()).collect() })
    }
}

/// Sign-on at the company's identity provider (OpenID Connect).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignOn {
    /// Issuer address; empty for none.
    pub issuer: String,
    /// Our id there.
    pub client_id: String,
    /// Our secret there, sealed; empty for a public client.
    pub client_secret: String,
    /// Words on the button.
    pub label: String,
    /// Whether unknown people with a verified e-mail become users.
    pub just_in_time: bool,
    /// Claim that names the role, e.g. `groups`; empty for none.
    pub role_claim: String,
    /// Lines `value = role code`.
    pub roles: String,
    /// Whether those who come from the provider need our second factor too.
    pub second_factor: bool,
    /// Whether signing out here leaves people signed in there.
    pub keep_session: bool,
}

impl SignOn {
    /// Itself, if a provider is set up.
    pub fn ready(self) -> Option<Self> {
        (!self.issuer.is_empty() && !self.client_id.is_empty()).then_some(self)
    }

    /// Our secret in clear, if there is one.
    ///
    /// # Errors
    /// `keys.other`.
    pub fn secret(&self, keys: &Keys) -> Result<Option<String>> {
        if self.client_secret.is_empty() {
            return Ok(None);
        }
        rounds_web::secret::open(keys, SEALED_FOR, &self.client_secret).map(Some)
    }

    /// The role that the claim's values stand for: the first line that names one of them.
    pub fn role_of(&self, values: &[String]) -> Option<Role> {
        self.lines().find(|(value, _)| values.iter().any(|v| v == value)).and_then(|(_, code)| Role::parse(code))
    }

    fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.roles.lines().filter_map(|l| l.split_once('=')).map(|(v, r)| (v.trim(), r.trim()))
    }
}

impl Section for SignOn {
    const KEY: &'static str = "sign_on";
    const TITLE: &'static str = "Single sign-on (OpenID Connect)";
    const ABOUT: &'static str =
        "People sign in at the company's identity provider. Its e-mail must be verified there and match a user here.";

    fn fields(&self) -> Vec<Field> {
        let roles = "One a line: value = role code, for example sales-leads = manager. Codes: admin, operations, manager, kam, field_rep, remote_rep, marketer, success, auditor.";
        vec![
            field("issuer", "Issuer", &self.issuer, "For example https://login.company.example; empty for none."),
            field("client_id", "Client id", &self.client_id, ""),
            secret("client_secret", "Client secret", !self.client_secret.is_empty()),
            field("label", "Words on the button", &self.label, "For example Sign in with your company account."),
            yes_no("just_in_time", "Make unknown people users", self.just_in_time, "Only those whose claim names a role."),
            field("role_claim", "Claim that names the role", &self.role_claim, "For example groups; empty leaves roles as they are here."),
            Field { rows: 4, ..field("roles", "Roles", &self.roles, roles) },
            yes_no("second_factor", "Ask for our second factor too", self.second_factor, "No, where the provider asks for one."),
            yes_no(
                "keep_session",
                "Stay signed in there after signing out here",
                self.keep_session,
                "Otherwise register the address of the door here (…/sign-in) with the provider as an address after sign-out.",
            ),
        ]
    }

    fn filled(self, form: &Form, keys: &Keys) -> Result<Self> {
        let issuer = form.text("issuer");
        if !issuer.is_empty() && !url::Url::parse(&issuer).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host()) {
            return Err(bad(format!("“{issuer}” is no address of an issuer."), "Take it from the provider's own pages."));
        }
        let next = Self {
            client_secret: form.secret("client_secret", self.client_secret, keys)?,
            issuer,
            client_id: form.text("client_id"),
            label: form.text("label"),
            just_in_time: form.on("just_in_time"),
            role_claim: form.text("role_claim"),
            roles: form.text("roles"),
            second_factor: form.on("second_factor"),
            keep_session: form.on("keep_session"),
        };
        if let Some((_, code)) = next.lines().find(|(_, code)| Role::parse(code).is_none()) {
            return Err(bad(format!("There is no role “{code}”."), "Use one of the codes named beside the field."));
        }
        Ok(next)
    }
}
