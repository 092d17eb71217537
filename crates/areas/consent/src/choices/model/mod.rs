//! The links, what they carry, and the words of the public pages.

mod words;

pub(super) use words::{LANGUAGES, Words, words_of};

use crate::permissions::Aim;
use rounds_kernel::{Channel, Error, PersonId, Result, Time};
use rounds_store::Keys;

/// What a token is for; each has a key of its own, so that a link for one thing opens no other.
const CONFIRM: &str = "consent.confirm";
const UNSUBSCRIBE: &str = "consent.unsubscribe";
const CHOICES: &str = "consent.choices";

/// A mail may be read late: unsubscribing works for more than a year.
const UNSUBSCRIBE_DAYS: i64 = 400;
const CHOICES_DAYS: i64 = 90;
/// A yes is confirmed within a week, or it was none.
pub(super) const CONFIRM_DAYS: i64 = 7;

/// What an unsubscribe link is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subscription {
    pub person: PersonId,
    pub channel: Channel,
    /// `None`: everything in that channel.
    pub aim: Option<Aim>,
}

fn invalid() -> Error {
    Error::invalid("token.invalid", "This link is not complete or was changed on its way.", "Open it again from the message it came in.")
}

/// The address that unsubscribes `person` from what came through `channel` for this purpose (`None`: all of the channel).
///
/// # Errors
/// When there is no installation key.
pub fn unsubscribe_path(keys: &Keys, person: PersonId, channel: Channel, aim: Option<Aim>, now: Time) -> Result<String> {
    let payload = format!("{person}/{}/{}", channel.code(), aim.map_or("*", Aim::code));
    Ok(format!("/u/{}", keys.sign(UNSUBSCRIBE, &payload, now.plus_days(UNSUBSCRIBE_DAYS))?))
}

/// The address of the page of all choices of `person`.
///
/// # Errors
/// When there is no installation key.
pub fn choices_path(keys: &Keys, person: PersonId, now: Time) -> Result<String> {
    Ok(format!("/choices/{}", keys.sign(CHOICES, &person.to_string(), now.plus_days(CHOICES_DAYS))?))
}

pub(super) fn confirm_path(keys: &Keys, confirmation: i64, now: Time) -> Result<String> {
    Ok(format!("/confirm/{}", keys.sign(CONFIRM, &confirmation.to_string(), now.plus_days(CONFIRM_DAYS))?))
}

pub(super) fn read_confirm(keys: &Keys, token: &str, now: Time) -> Result<i64> {
    keys.verify(CONFIRM, token, now)?.parse().map_err(|_| invalid())
}

pub(super) fn read_choices(keys: &Keys, token: &str, now: Time) -> Result<PersonId> {
    keys.verify(CHOICES, token, now)?.parse().map(PersonId).map_err(|_| invalid())
}

pub(super) fn read_unsubscribe(keys: &Keys, token: &str, now: Time) -> Result<Subscription> {
    let payload = keys.verify(UNSUBSCRIBE, token, now)?;
    let parts: Vec<&str> = payload.split('/').collect();
    let [person, channel, aim] = parts.as_slice() else { return Err(invalid()) };
    let channel = Channel::parse(channel).ok_or_else(invalid)?;
    Ok(Subscription { person: PersonId(person.parse().map_err(|_| invalid())?), channel, aim: Aim::parse(aim) })
}

/// The headers by which mail programs offer one click to unsubscribe (RFC 2369, RFC 8058); `address` is the whole address, over HTTPS.
pub fn unsubscribe_headers(address: &str) -> Vec<(String, String)> {
    vec![("List-Unsubscribe".into(), format!("<{address}>")), ("List-Unsubscribe-Post".into(), "List-Unsubscribe=One-Click".into())]
}

/// Whether a request's body asks to unsubscribe: `List-Unsubscribe=One-Click`, as a form or as a part of one (RFC 8058, section 3.2).
pub(super) fn asks_to_unsubscribe(content_type: &str, body: &[u8]) -> bool {
    let kind = content_type.to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        let text = String::from_utf8_lossy(body);
        let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
        return lines.any(|l| l.to_ascii_lowercase().contains("name=\"list-unsubscribe\"")) && lines.any(|l| l == "One-Click");
    }
    form_urlencoded::parse(body).any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click")
}

/// An address of which only its owner sees which it is: `a•••@clinic.example`.
pub(super) fn masked(email: &str) -> String {
    match email.split_once('@') {
        Some((name, domain)) => format!("{}•••@{domain}", name.chars().next().map_or(String::new(), String::from)),
        None => "•••".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_own_thing_for_its_own_person_and_time() {
        let keys = Keys::random().unwrap();
        let now = Time(1_795_000_000_000_000);
        let token = |path: String| path.rsplit('/').next().unwrap_or_default().to_owned();
        let leave = token(unsubscribe_path(&keys, PersonId(7), Channel::Email, Some(Aim::Offers), now).unwrap());
        let all = token(choices_path(&keys, PersonId(7), now).unwrap());
        let expected = Subscription { person: PersonId(7), channel: Channel::Email, aim: Some(Aim::Offers) };
        assert_eq!(read_unsubscribe(&keys, &leave, now).unwrap(), expected);
        assert_eq!(read_choices(&keys, &all, now).unwrap(), PersonId(7));
        // Swapped, tampered, late, or made elsewhere: nothing opens.
        assert!(
            read_choices(&keys, &leave, now).is_err()
                && read_unsubscribe(&keys, &all, now).is_err()
                && read_confirm(&keys, &all, now).is_err()
        );
        assert_eq!(read_choices(&keys, &all, now.plus_days(91)).unwrap_err().code, "token.expired");
        assert!(
            read_unsubscribe(&keys, &leave, now.plus_days(399)).is_ok() && read_unsubscribe(&keys, &leave, now.plus_days(401)).is_err()
        );
        assert!(read_choices(&Keys::random().unwrap(), &all, now).is_err() && read_choices(&keys, "7", now).is_err());
        let other = token(choices_path(&keys, PersonId(8), now).unwrap());
        let (mine, theirs): (Vec<&str>, Vec<&str>) = (all.split('.').collect(), other.split('.').collect());
        let mixed = format!("{}.{}.{}", mine[0], theirs[1], mine[2]);
        assert_eq!(read_choices(&keys, &mixed, now).unwrap_err().code, "token.invalid", "somebody else's id under one's own signature");
    }

    #[test]
    fn only_the_one_click_body_unsubscribes() {
        let form = "application/x-www-form-urlencoded";
        let part = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
        for (kind, body, asks) in [
            (form, "List-Unsubscribe=One-Click", true),
            (form, "csrf=x&List-Unsubscribe=One-Click", true),
            (form, "", false),
            (form, "List-Unsubscribe=", false),
            ("multipart/form-data; boundary=x", part, true),
            ("Multipart/Form-Data; boundary=x", "--x--", false),
        ] {
            assert_eq!(asks_to_unsubscribe(kind, body.as_bytes()), asks, "{kind} {body}");
        }
        let headers = unsubscribe_headers("https://rounds.example/u/t");
        assert_eq!(headers[0].1, "<https://rounds.example/u/t>");
        assert_eq!(headers[1], ("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned()));
        assert_eq!(masked("ann.meyer@clinic.example"), "a•••@clinic.example");
    }
}
