//! Tokens and secrets: from the operating system's entropy, never from a seeded generator.

use rounds_kernel::{Error, Result, Time};
pub use rounds_store::Keys;

/// 32 random bytes as 64 hex digits.
pub fn token() -> Result<String> {
    use std::fmt::Write;
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes.iter().fold(String::with_capacity(64), |mut s, b| {
        // Writing to a String cannot fail.
        let _ = write!(s, "{b:02x}");
        s
    }))
}

/// Compares without telling by its timing where two texts differ.
pub fn equal(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0u8, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// A token that carries `payload` until `until`, for `purpose` alone; the keys are `app.runner().keys()` or `tx.keys`.
///
/// # Errors
/// When there is no key.
pub fn sign(keys: &Keys, purpose: &str, payload: &str, until: Time) -> Result<String> {
    keys.sign(purpose, payload, until)
}

/// The payload of a token made by [`sign`] for the same purpose.
///
/// # Errors
/// `token.invalid`, `token.expired`.
pub fn verify(keys: &Keys, purpose: &str, token: &str, now: Time) -> Result<String> {
    keys.verify(purpose, token, now)
}

/// Encrypts a secret for keeping in the database.
///
/// # Errors
/// `keys.missing` without a lasting key.
pub fn seal(keys: &Keys, purpose: &str, secret: &str) -> Result<String> {
    keys.seal(purpose, secret.as_bytes())
}

/// Decrypts what [`seal`] made for the same purpose.
///
/// # Errors
/// `keys.other`.
pub fn open(keys: &Keys, purpose: &str, sealed: &str) -> Result<String> {
    String::from_utf8(keys.open(purpose, sealed)?).map_err(Error::internal)
}
