//! Rules for passwords, and the links that let someone choose one.

use crate::users::UserRow;
use rounds_kernel::{Error, Result, Time, UserId};
use rounds_store::Keys;

/// Fewest characters (NIST SP 800-63B asks for length, not for signs).
pub const FEWEST: usize = 12;
/// Most characters: hashing is paid by the server.
pub const MOST: usize = 200;

/// Refuses passwords that are too short, too long, or made of the user's own name.
///
/// # Errors
/// `user.password_short`, `user.password_long`, `user.password_weak`.
pub fn check(password: &str, email: &str, name: &str) -> Result<()> {
    let bad = |code, cause: &str, remedy| Err(Error::invalid(code, format!("{cause} Nothing was changed."), remedy));
    let length = password.chars().count();
    if length < FEWEST {
        return bad("user.password_short", "The password has fewer than 12 characters.", "Choose a longer one; a few words will do.");
    }
    if length > MOST {
        return bad("user.password_long", "The password has more than 200 characters.", "Choose a shorter one.");
    }
    let lower = password.to_lowercase();
    let mut signs: Vec<char> = lower.chars().collect();
    signs.sort_unstable();
    signs.dedup();
    let own = [email.to_lowercase(), name.to_lowercase()].iter().any(|w| !w.is_empty() && lower.contains(w.as_str()));
    if signs.len() < 5 || own {
        let cause = "The password repeats a few signs, or holds the user's own name or e-mail.";
        return bad("user.password_weak", cause, "Choose a few words that nobody would guess.");
    }
    Ok(())
}

/// Why a link is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFor {
    /// A forgotten password: one hour.
    Forgotten,
    /// A new user: seven days.
    Invitation,
}

impl LinkFor {
    fn minutes(self) -> i64 {
        match self {
            Self::Forgotten => 60,
            Self::Invitation => 7 * 1_440,
        }
    }
}

const PURPOSE: &str = "choose password";

/// What the link replaces; another password, or switching the user off and on, makes it void.
fn state(user: &UserRow) -> String {
    let text = format!("{} {}", user.password_hash.as_deref().unwrap_or_default(), user.epoch);
    blake3::hash(text.as_bytes()).to_hex().chars().take(16).collect()
}

/// The token of a link for `user`.
pub(super) fn token(keys: &Keys, user: &UserRow, why: LinkFor, now: Time) -> Result<String> {
    rounds_web::secret::sign(keys, PURPOSE, &format!("{}:{}", user.id, state(user)), now.plus_minutes(why.minutes()))
}

/// The user whom a token names; [`fresh`] says whether it still holds.
pub(super) fn read(keys: &Keys, token: &str, now: Time) -> Result<(UserId, String)> {
    let payload = rounds_web::secret::verify(keys, PURPOSE, token, now)?;
    let (user, state) = payload.split_once(':').ok_or_else(used)?;
    Ok((UserId(user.parse().map_err(|_| used())?), state.to_owned()))
}

/// Refuses a link that was used, or whose user is gone.
pub(super) fn fresh(user: Option<UserRow>, wanted: &str) -> Result<UserRow> {
    user.filter(|u| u.active && rounds_web::secret::equal(&state(u), wanted)).ok_or_else(used)
}

fn used() -> Error {
    Error::invalid("token.used", "This link was used already, or a newer password is in place.", "Ask for a new link if you need one.")
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn long_words_are_passwords_and_ones_own_name_is_not() {
        let code = |p: &str| check(p, "ines@demo.example", "Ines Kowalski").map_err(|e| e.code).err().unwrap_or_default();
        assert_eq!(code("four long words here"), "");
        assert_eq!(code("short"), "user.password_short");
        assert_eq!(code(&"a long one ".repeat(30)), "user.password_long");
        assert_eq!(code("aaaaaaaaaaaaaaaa"), "user.password_weak");
        assert_eq!(code("my INES KOWALSKI 2026"), "user.password_weak");
        assert_eq!(code("ines@demo.example!"), "user.password_weak");
    }
}
