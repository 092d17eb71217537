//! A mail, its states, and when to try again.

use rounds_kernel::{Error, Result, Time, words};
use serde::{Deserialize, Serialize};

/// A mail to be sent.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// One address, `name@company.example`.
    pub to: String,
    /// Subject, one line.
    pub subject: String,
    /// The text, for readers without HTML.
    pub text: String,
    /// The same as HTML, if there is one.
    pub html: Option<String>,
    /// Further headers, e.g. `List-Unsubscribe`.
    pub headers: Vec<(String, String)>,
    /// Holds a link that signs someone in: the text is thrown away once it was sent.
    pub secret: bool,
}

words! {
    /// How far a mail got.
    MailState {
        /// Waits for its turn or for a mail server.
        Waiting = "waiting", "Waiting";
        /// Being handed to the mail server.
        Sending = "sending", "Being sent";
        /// Taken by the mail server.
        Sent = "sent", "Sent";
        /// Given up.
        Dead = "dead", "Given up";
    }
}

/// After so many attempts a mail is given up.
pub const MOST_ATTEMPTS: i64 = 8;

/// Minutes to wait after the first, second, … failed attempt.
const PAUSES: [i64; 7] = [1, 5, 15, 60, 180, 360, 720];

/// When to try again after `attempts` failed ones; `None` when it is given up.
pub(super) fn next_try(attempts: i64, now: Time) -> Option<Time> {
    if attempts >= MOST_ATTEMPTS {
        return None;
    }
    let pause = usize::try_from(attempts - 1).ok().and_then(|i| PAUSES.get(i)).copied().unwrap_or(1);
    Some(now.plus_minutes(pause))
}

impl Mail {
    /// Refuses what would be another mail than it seems: line ends in the address, the subject or a header.
    ///
    /// # Errors
    /// `mail.malformed`.
    pub fn check(&self) -> Result<()> {
        let line = |text: &str| !text.chars().any(char::is_control);
        let address = self.to.parse::<lettre::Address>().is_ok();
        let header = |(name, value): &(String, String)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && line(value)
        };
        if address && line(&self.subject) && self.headers.iter().all(header) {
            return Ok(());
        }
        Err(Error::invalid(
            "mail.malformed",
            format!("A mail to “{}” cannot be written: its address, subject or headers are malformed.", self.to.escape_debug()),
            "Correct the e-mail address.",
        ))
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_second_header_cannot_be_smuggled_in() {
        let good = Mail { to: "ines@demo.example".into(), subject: "Hello · ü".into(), ..Mail::default() };
        assert!(good.check().is_ok());
        let bad = [
            Mail { to: "ines@demo.example\r\nBcc: x@y.example".into(), ..good.clone() },
            Mail { to: "ines".into(), ..good.clone() },
            Mail { subject: "Hello\nBcc: x@y.example".into(), ..good.clone() },
            Mail { headers: vec![("X-A".into(), "1\r\nBcc: x@y.example".into())], ..good.clone() },
            Mail { headers: vec![("X A".into(), "1".into())], ..good },
        ];
        for mail in bad {
            assert_eq!(mail.check().map_err(|e| e.code).err().as_deref(), Some("mail.malformed"), "{mail:?}");
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let at: Vec<Option<i64>> = (1..=9).map(|n| next_try(n, Time(0)).map(|t| t.0 / 60_000_000)).collect();
        assert_eq!(at, [Some(1), Some(5), Some(15), Some(60), Some(180), Some(360), Some(720), None, None]);
    }
}
