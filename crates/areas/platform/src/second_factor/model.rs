//! Codes by time, recovery codes, and the picture that an app reads.

use qrcode::{Color, QrCode};
use rounds_kernel::{Error, Result, Time};
use rounds_store::Keys;
use totp_rs::{Builder, Totp};

const PURPOSE: &str = "second factor";
/// Seconds of one step (RFC 6238 section 4.1).
const STEP: u64 = 30;
/// Recovery codes made at once.
pub(super) const RECOVERY_CODES: usize = 10;

fn totp(secret: Vec<u8>, email: &str) -> Result<Totp> {
    Builder::new()
        .with_secret(secret)
        .with_step_duration(STEP)
        .with_skew(1)
        .with_issuer(Some("Rounds"))
        .with_account_name(email.to_owned())
        .build()
        .map_err(|e| Error::internal(format!("a second factor cannot be read: {e:?}")))
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// A new secret of 160 bits (RFC 4226 section 4, R6), sealed.
pub(super) fn new_secret(keys: &Keys) -> Result<String> {
    keys.seal(PURPOSE, &random::<20>()?)
}

/// The time step that `code` belongs to, if it is right now or one step around.
pub(super) fn step_of(keys: &Keys, sealed: &str, code: &str, now: Time) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 6 {
        return Ok(None);
    }
    let totp = totp(keys.open(PURPOSE, sealed)?, "user")?;
    let seconds = u64::try_from(now.0 / 1_000_000).unwrap_or_default();
    Ok(totp.check(&digits, seconds).and_then(|s| i64::try_from(s).ok()))
}

const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Recovery codes such as `K7QPM-2XWTA`: 50 random bits each.
pub(super) fn new_codes() -> Result<Vec<String>> {
    let one = || -> Result<String> {
        let letters: String = random::<10>()?.iter().map(|b| char::from(LETTERS[usize::from(b & 31)])).collect();
        Ok(format!("{}-{}", &letters[..5], &letters[5..]))
    };
    (0..RECOVERY_CODES).map(|_| one()).collect()
}

/// What is kept of a recovery code: a hash with a key that is not in the database.
pub(super) fn code_hash(keys: &Keys, user: i64, code: &str) -> Result<String> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let key = keys.derive("recovery codes")?;
    Ok(blake3::keyed_hash(&key, format!("{user} {plain}").as_bytes()).to_hex().to_string())
}

/// What the page shows to be put into an app: once as a picture, once as letters.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Path of the picture's dark squares, one unit each, within `size`.
    pub path: String,
    /// Width and height of the picture in units.
    pub size: usize,
    /// The secret in letters (base 32), in groups of four.
    pub letters: String,
    /// Address that opens an app on the same device.
    pub address: String,
}

/// What an app needs to know of a sealed secret.
///
/// # Errors
/// `keys.other`.
pub fn shown(keys: &Keys, sealed: &str, email: &str) -> Result<Shown> {
    let secret = keys.open(PURPOSE, sealed)?;
    let letters = base32(&secret);
    let mail: String = email
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || b"-._~".contains(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    let address = format!("otpauth://totp/Rounds:{mail}?secret={letters}&issuer=Rounds&algorithm=SHA1&digits=6&period={STEP}");
    let (path, size) = picture(&address)?;
    let groups: Vec<String> = letters.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    Ok(Shown { path, size, letters: groups.join(" "), address })
}

/// Base 32 (RFC 4648) without padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut out, mut buffer, mut bits) = (String::new(), 0u32, 0u32);
    for b in bytes {
        buffer = (buffer << 8) | u32::from(*b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(ALPHABET[((buffer >> bits) & 31) as usize]));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(ALPHABET[((buffer << (5 - bits)) & 31) as usize]));
    }
    out
}

/// The dark squares of a QR code as one SVG path, with the quiet zone of four units that readers need.
fn picture(text: &str) -> Result<(String, usize)> {
    use std::fmt::Write;
    const QUIET: usize = 4;
    let code = QrCode::new(text).map_err(|e| Error::internal(format!("a picture cannot be drawn: {e}")))?;
    let width = code.width();
    let mut path = String::new();
    for (i, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", i % width + QUIET, i / width + QUIET);
        }
    }
    Ok((path, width + 2 * QUIET))
}

/// A picture for samples, made of the published secret of RFC 6238.
pub(super) fn sample() -> Shown {
    let (path, size) = picture("otpauth://totp/Rounds:ines?secret=GEZDGNBVGY3TQOJQ").unwrap_or_default();
    Shown { path, size, letters: "GEZD GNBV GY3T QOJQ".into(), address: "otpauth://totp/Rounds:ines".into() }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn base32_follows_rfc_4648() {
        for (text, wanted) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(text.as_bytes()), wanted);
        }
    }

    #[test]
    fn codes_follow_rfc_6238() {
        // Appendix B, SHA-1, the last six of the eight digits published.
        let keys = Keys::random().unwrap();
        let sealed = keys.seal(PURPOSE, b"12345678901234567890").unwrap();
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            let at = Time(seconds * 1_000_000);
            assert_eq!(step_of(&keys, &sealed, code, at).unwrap(), Some(seconds / 30), "{seconds}");
            assert_eq!(step_of(&keys, &sealed, code, Time(at.0 + 30_000_000)).unwrap(), Some(seconds / 30), "one step late");
            assert_eq!(step_of(&keys, &sealed, code, Time(at.0 + 90_000_000)).unwrap(), None, "three steps late");
        }
        for bad in ["", "12345", "1234567", "abcdef", "２８７０８２"] {
            assert_eq!(step_of(&keys, &sealed, bad, Time(59_000_000)).unwrap(), None, "{bad}");
        }
    }

    #[test]
    fn recovery_codes_are_read_however_they_are_typed() {
        let keys = Keys::random().unwrap();
        let codes = new_codes().unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        let typed = codes[0].to_lowercase().replace('-', " ");
        assert_eq!(code_hash(&keys, 1, &codes[0]).unwrap(), code_hash(&keys, 1, &typed).unwrap());
        assert_ne!(code_hash(&keys, 1, &codes[0]).unwrap(), code_hash(&keys, 2, &codes[0]).unwrap());
    }
}
