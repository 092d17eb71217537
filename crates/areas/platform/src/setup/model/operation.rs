//! Mail server, place and defaults, backups.

use super::{Form, SEALED_FOR, Section, bad, choice, field, number, secret};
use rounds_kernel::Result;
use rounds_store::Keys;
use rounds_web::components::Field;
use serde::{Deserialize, Serialize};

/// The mail server that takes the product's mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Smtp {
    /// Name of the server; empty for none.
    pub host: String,
    /// Port.
    pub port: u16,
    /// `tls`, `starttls` or `none`.
    pub security: String,
    /// User name; empty for a server that asks for none.
    pub user: String,
    /// Password, sealed.
    pub password: String,
    /// Sender, `Name <address>`.
    pub from: String,
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            security: "starttls".into(),
            user: String::new(),
            password: String::new(),
            from: String::new(),
        }
    }
}

impl Smtp {
    /// Itself, if a server and a sender are set up.
    pub fn ready(self) -> Option<Self> {
        (!self.host.is_empty() && !self.from.is_empty()).then_some(self)
    }

    /// The password in clear; empty if there is none.
    ///
    /// # Errors
    /// `keys.other`.
    pub fn password(&self, keys: &Keys) -> Result<String> {
        if self.password.is_empty() { Ok(String::new()) } else { rounds_web::secret::open(keys, SEALED_FOR, &self.password) }
    }
}

impl Section for Smtp {
    const KEY: &'static str = "smtp";
    const TITLE: &'static str = "Mail server";
    const ABOUT: &'static str = "Takes invitations, new passwords and confirmations. Without one, mail waits on the mail page.";

    fn fields(&self) -> Vec<Field> {
        let kinds = [("starttls", "STARTTLS (587)"), ("tls", "TLS (465)"), ("none", "None, in one's own network only")];
        vec![
            field("host", "Server", &self.host, "For example mail.company.example; empty for none."),
            number("port", "Port", i64::from(self.port), ""),
            choice("security", "Encryption", &kinds, &self.security, ""),
            field("user", "User name", &self.user, ""),
            secret("password", "Password", !self.password.is_empty()),
            field("from", "Sender", &self.from, "For example Rounds <rounds@company.example>."),
        ]
    }

    fn filled(self, form: &Form, keys: &Keys) -> Result<Self> {
        let from = form.text("from");
        if !from.is_empty() && from.parse::<lettre::message::Mailbox>().is_err() {
            return Err(bad(format!("“{from}” is no sender."), "Write Name <address@company.example>."));
        }
        let security = form.text("security");
        if !["tls", "starttls", "none"].contains(&security.as_str()) {
            return Err(bad(format!("There is no encryption “{security}”."), "Choose one from the list."));
        }
        let port = form.number("port", "ports", 1..=65_535)?;
        let password = form.secret("password", self.password, keys)?;
        Ok(Self { host: form.text("host"), port: u16::try_from(port).unwrap_or(587), security, user: form.text("user"), password, from })
    }
}

/// Where people reach the product, and what new users start with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Address before all paths in mails, without a slash at its end.
    pub address: String,
    /// Language and country of new users, e.g. `de-DE`.
    pub locale: String,
    /// IANA time zone of new users.
    pub zone: String,
}

impl Default for Place {
    fn default() -> Self {
        Self { address: "http://127.0.0.1:8080".into(), locale: "en-US".into(), zone: "America/Chicago".into() }
    }
}

impl Section for Place {
    const KEY: &'static str = "place";
    const TITLE: &'static str = "Address and defaults";
    const ABOUT: &'static str =
        "The address goes into mails; it is never taken from a request. Locale and time zone are what new users start with.";

    fn fields(&self) -> Vec<Field> {
        vec![
            field("address", "Address of this installation", &self.address, "For example https://rounds.company.example."),
            choice("locale", "Locale", &rounds_web::Locale::choices(), &self.locale, "How dates and numbers are written."),
            field("zone", "Time zone", &self.zone, "For example Europe/Berlin."),
        ]
    }

    fn filled(self, form: &Form, _keys: &Keys) -> Result<Self> {
        let address = form.text("address").trim_end_matches('/').to_owned();
        let fine = url::Url::parse(&address).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host() && u.query().is_none());
        if !fine {
            return Err(bad(format!("“{address}” is no address of a web site."), "Write https://name.company.example."));
        }
        let (locale, zone) = (form.text("locale"), form.text("zone"));
        rounds_web::Locale::known(&locale)?;
        rounds_web::known_zone(&zone)?;
        Ok(Self { address, locale, zone })
    }
}

/// Nightly copies of the embedded database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Backups {
    /// Folder on the server; empty for none.
    pub folder: String,
    /// Hour of the day (UTC) from which on the nightly copy is made.
    pub hour: i64,
    /// How many copies are kept.
    pub keep: i64,
}

impl Default for Backups {
    fn default() -> Self {
        Self { folder: String::new(), hour: 2, keep: 14 }
    }
}

impl Section for Backups {
    const KEY: &'static str = "backups";
    const TITLE: &'static str = "Backups";
    const ABOUT: &'static str =
        "A checked copy of the embedded database every night; the oldest go. With PostgreSQL use pg_dump, as the guide shows.";

    fn fields(&self) -> Vec<Field> {
        vec![
            field("folder", "Folder on the server", &self.folder, "Best on another disk. Empty for no nightly copy."),
            number("hour", "Hour of the day, UTC", self.hour, ""),
            number("keep", "Copies kept", self.keep, ""),
        ]
    }

    fn filled(self, form: &Form, _keys: &Keys) -> Result<Self> {
        let folder = form.text("folder");
        if !folder.is_empty() && !std::path::Path::new(&folder).is_absolute() {
            return Err(bad(format!("“{folder}” is no whole path."), "Begin it at the root, for example /var/backups/rounds."));
        }
        Ok(Self { folder, hour: form.number("hour", "hours", 0..=23)?, keep: form.number("keep", "copies", 1..=400)? })
    }
}
