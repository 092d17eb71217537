//! The installation's one key and what is derived from it: signed tokens that expire, secrets encrypted at rest.
//!
//! Each use has a purpose of its own (`unsubscribe`, `totp`, …) and with it a key of its own (BLAKE3 in its key-derivation mode), so
//! that a token made for one thing opens nothing else. The key stands in a file beside an embedded database, readable by its owner
//! alone, or in the environment variable `ROUNDS_KEY`; it is never in the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rounds_kernel::{Error, ErrorKind, Result, Time};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The installation's key.
#[derive(Clone)]
pub struct Keys(Arc<Root>);

struct Root {
    key: [u8; 32],
    /// False for a key that ends with this process.
    durable: bool,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

const NONCE: usize = 24;

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

impl Keys {
    /// A new key, kept nowhere: for tests and for writing down.
    ///
    /// # Errors
    /// When the operating system gives no entropy.
    pub fn random() -> Result<Self> {
        Ok(Self(Arc::new(Root { key: random()?, durable: true })))
    }

    /// A key that ends with this process: tokens can be signed, but nothing is encrypted that could never be read again.
    pub fn passing() -> Self {
        // Without entropy there is no key at all; signing and sealing then refuse.
        Self(Arc::new(Root { key: random().unwrap_or_default(), durable: false }))
    }

    /// From 64 hexadecimal digits, as `ROUNDS_KEY` holds them.
    ///
    /// # Errors
    /// `keys.malformed`.
    pub fn from_hex(text: &str) -> Result<Self> {
        let text = text.trim();
        let bytes: Option<Vec<u8>> = (text.len() == 64 && text.is_ascii())
            .then(|| (0..32).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()).collect())
            .flatten();
        let key = bytes.and_then(|b| <[u8; 32]>::try_from(b).ok()).ok_or_else(|| {
            Error::invalid("keys.malformed", "The installation key is not 64 hexadecimal digits.", "Make one with “openssl rand -hex 32”.")
        })?;
        Ok(Self(Arc::new(Root { key, durable: true })))
    }

    /// The key in the file beside the database file `database`; made on first use, readable by its owner alone.
    ///
    /// # Errors
    /// `keys.unreadable`, `keys.malformed`.
    pub fn beside(database: &Path) -> Result<Self> {
        let path = Self::file(database);
        if let Some(found) = read(&path)? {
            return Self::from_hex(&found);
        }
        let made = Self::random()?;
        match create(&path, &made.hex()) {
            Ok(()) => Ok(made),
            // Another process was faster: its key is the one.
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                read(&path)?.ok_or_else(|| Error::internal("a key file vanished")).and_then(|t| Self::from_hex(&t))
            }
            Err(e) => Err(unreadable(&path, &e)),
        }
    }

    /// Where [`Keys::beside`] keeps the key of `database`.
    pub fn file(database: &Path) -> PathBuf {
        let mut name = database.as_os_str().to_owned();
        name.push(".key");
        name.into()
    }

    /// The key as `ROUNDS_KEY` takes it. Whoever has it can make every token.
    pub fn hex(&self) -> String {
        self.0.key.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// False when the key ends with this process.
    pub fn durable(&self) -> bool {
        self.0.durable
    }

    /// 32 bytes for one purpose.
    ///
    /// # Errors
    /// When the operating system gave no entropy for a key.
    pub fn derive(&self, purpose: &str) -> Result<[u8; 32]> {
        if self.0.key == [0; 32] {
            return Err(Error::internal("there is no installation key"));
        }
        Ok(blake3::derive_key(&format!("rounds 2026-11-22 {purpose}"), &self.0.key))
    }

    /// A token that carries `payload` (readable by whoever has it) until `until`, made for `purpose` alone. It fits into an address.
    ///
    /// # Errors
    /// As [`Keys::derive`].
    pub fn sign(&self, purpose: &str, payload: &str, until: Time) -> Result<String> {
        let body = format!("{}.{}", until.0, B64.encode(payload));
        Ok(format!("{body}.{}", self.mac(purpose, &body)?))
    }

    /// The payload of a token that [`Keys::sign`] made for this purpose and that has not expired.
    ///
    /// # Errors
    /// `token.invalid`, `token.expired`.
    pub fn verify(&self, purpose: &str, token: &str, now: Time) -> Result<String> {
        let invalid = || {
            Error::invalid(
                "token.invalid",
                "This link is not complete or was changed on its way.",
                "Open it again from the message it came in.",
            )
        };
        let (body, mac) = token.trim().rsplit_once('.').ok_or_else(invalid)?;
        if !same(&self.mac(purpose, body)?, mac) {
            return Err(invalid());
        }
        let (until, payload) = body.split_once('.').ok_or_else(invalid)?;
        if until.parse::<i64>().map_err(|_| invalid())? < now.0 {
            return Err(Error::invalid("token.expired", "This link is too old.", "Ask for a new one."));
        }
        B64.decode(payload).ok().and_then(|b| String::from_utf8(b).ok()).ok_or_else(invalid)
    }

    fn mac(&self, purpose: &str, body: &str) -> Result<String> {
        let key = self.derive(&format!("sign {purpose}"))?;
        Ok(B64.encode(&blake3::keyed_hash(&key, body.as_bytes()).as_bytes()[..24]))
    }

    /// Encrypts a secret for keeping in the database (XChaCha20-Poly1305, RFC 8439 with a 192-bit nonce from the system's entropy).
    ///
    /// # Errors
    /// `keys.missing` when the key would not survive this process.
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> Result<String> {
        if !self.durable() {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "keys.missing",
                "This server has no lasting installation key, so that a secret kept now could not be read after a restart. Nothing was kept.",
                "Set ROUNDS_KEY to 64 hexadecimal digits (“openssl rand -hex 32”) and start the server again.",
            ));
        }
        let nonce: [u8; NONCE] = random()?;
        let cipher = self.cipher(purpose)?;
        let sealed = cipher.encrypt(&XNonce::from(nonce), secret).map_err(|_| Error::internal("a secret could not be encrypted"))?;
        Ok(B64.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// Decrypts what [`Keys::seal`] made for this purpose.
    ///
    /// # Errors
    /// `keys.other` when it was made with another key or for another purpose, or damaged.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Vec<u8>> {
        let other = || {
            Error::new(
                ErrorKind::Unavailable,
                "keys.other",
                "A secret of this installation cannot be read: it was kept with another installation key.",
                "Start the server with the key file (or ROUNDS_KEY) that belongs to this database, or enter the secret again.",
            )
        };
        let bytes = B64.decode(sealed).map_err(|_| other())?;
        let (nonce, body) = bytes.split_at_checked(NONCE).ok_or_else(other)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| other())?;
        self.cipher(purpose)?.decrypt(&XNonce::from(nonce), body).map_err(|_| other())
    }

    fn cipher(&self, purpose: &str) -> Result<XChaCha20Poly1305> {
        Ok(XChaCha20Poly1305::new(&self.derive(&format!("seal {purpose}"))?.into()))
    }
}

/// Compares without telling by its timing where two texts differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0u8, |acc, (x, y)| acc | (x ^ y)) == 0
}

fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unreadable(path, &e)),
    }
}

fn create(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let draft = PathBuf::from(format!("{}.{}", path.display(), std::process::id()));
    let mut file = options.open(&draft)?;
    file.write_all(format!("{text}\n").as_bytes())?;
    file.sync_all()?;
    // A link appears whole or not at all, and refuses to take another key's place.
    let made = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    made
}

fn unreadable(path: &Path, e: &std::io::Error) -> Error {
    Error::invalid(
        "keys.unreadable",
        format!("The installation key {} cannot be read or made: {e}.", path.display()),
        "Make its directory writable for the server's user, or set ROUNDS_KEY.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T>(r: Result<T>) -> String {
        r.err().map(|e| e.code).unwrap_or_default()
    }

    #[test]
    fn a_token_serves_its_purpose_its_time_and_its_key_alone() {
        let (keys, other) = (Keys::random().unwrap(), Keys::random().unwrap());
        let token = keys.sign("reset", "user 7 · é", Time(1_000)).unwrap();
        assert_eq!(keys.verify("reset", &token, Time(1_000)).unwrap(), "user 7 · é");
        assert_eq!(code(keys.verify("reset", &token, Time(1_001))), "token.expired");
        assert_eq!(code(keys.verify("unsubscribe", &token, Time(0))), "token.invalid");
        assert_eq!(code(other.verify("reset", &token, Time(0))), "token.invalid");
        let longer = token.replacen("1000.", "9000.", 1);
        assert_eq!(code(keys.verify("reset", &longer, Time(0))), "token.invalid");
        for bad in ["", ".", "..", "a.b.c", "1000"] {
            assert_eq!(code(keys.verify("reset", bad, Time(0))), "token.invalid", "{bad}");
        }
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "fits into an address: {token}");
    }

    #[test]
    fn a_sealed_secret_opens_with_its_key_for_its_purpose_and_unchanged() {
        let keys = Keys::random().unwrap();
        let sealed = keys.seal("totp", b"secret").unwrap();
        assert_ne!(sealed, keys.seal("totp", b"secret").unwrap(), "each has a nonce of its own");
        assert_eq!(keys.open("totp", &sealed).unwrap(), b"secret");
        assert_eq!(code(keys.open("mail", &sealed)), "keys.other");
        assert_eq!(code(Keys::random().unwrap().open("totp", &sealed)), "keys.other");
        let mut changed = sealed.into_bytes();
        changed[40] ^= 1;
        assert_eq!(code(keys.open("totp", &String::from_utf8_lossy(&changed))), "keys.other");
        assert_eq!(code(Keys::passing().seal("totp", b"x")), "keys.missing");
    }

    #[test]
    fn the_key_file_is_made_once_and_private() {
        let dir = std::env::temp_dir().join(format!("rounds-keys-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let db = dir.join("r.db");
        let (one, two) = (Keys::beside(&db).unwrap(), Keys::beside(&db).unwrap());
        assert_eq!(one.hex(), two.hex());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(Keys::file(&db)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(Keys::file(&db), "short").unwrap();
        assert_eq!(code(Keys::beside(&db)), "keys.malformed");
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
