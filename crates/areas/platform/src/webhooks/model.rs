//! Subscriptions, deliveries and signatures.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as B64;
use hmac::{Hmac, KeyInit, Mac};
use rounds_kernel::{Error, Result};
use rounds_store::FromQueryResult;
use sha2::Sha256;
use url::{Host, Url};

/// Topics that can be subscribed to, with what they tell.
pub const TOPICS: &[(&str, &str)] = &[
    ("leads", "A lead was captured, taken or closed"),
    ("queue", "An action of somebody's queue was accepted, dismissed or done"),
    ("job", "Long work goes on or has ended: imports, plans"),
    ("record", "Systems, accounts or people changed: their kind and ids, those within scope"),
];

/// What secrets are sealed for.
pub(super) const SEALED_FOR: &str = "webhook";

/// A subscription as stored.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct WebhookRow {
    pub id: i64,
    pub user_id: i64,
    pub user_name: String,
    pub url: String,
    pub topics: String,
    pub secret: String,
    pub old_secret: Option<String>,
    pub old_until: Option<i64>,
    pub active: bool,
    pub stopped: Option<String>,
    pub failing_since: Option<i64>,
    pub position: i64,
    pub created_at: i64,
}

impl WebhookRow {
    /// Topics subscribed to.
    pub fn topics(&self) -> Vec<String> {
        self.topics.split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect()
    }
}

/// A delivery as stored.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct DeliveryRow {
    pub id: i64,
    pub webhook_id: i64,
    pub message_id: i64,
    pub round: i64,
    pub topic: String,
    pub body: String,
    pub state: String,
    pub attempts: i64,
    pub next_at: i64,
    pub created_at: i64,
    pub last_at: Option<i64>,
    pub status: Option<i64>,
    pub latency_ms: Option<i64>,
    pub answer: String,
}

/// A new secret in the form of Standard Webhooks: 32 random bytes.
///
/// # Errors
/// When the operating system gives no entropy.
pub(super) fn new_secret() -> Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(format!("whsec_{}", B64.encode(bytes)))
}

/// The signature of a message as Standard Webhooks 1.0 wants it: HMAC-SHA256 over `id.timestamp.payload` by the secret's bytes, `v1,` before
/// its base64.
///
/// # Errors
/// When the secret is no base64.
pub fn signature(secret: &str, id: &str, timestamp: i64, payload: &str) -> Result<String> {
    let key = B64.decode(secret.trim_start_matches("whsec_")).map_err(Error::internal)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(Error::internal)?;
    mac.update(format!("{id}.{timestamp}.{payload}").as_bytes());
    Ok(format!("v1,{}", B64.encode(mac.finalize().into_bytes())))
}

/// Reads an address to deliver to: HTTPS to a name, without user or fragment. For development (`loopback`), also HTTP to this computer.
///
/// # Errors
/// `webhook.address` says what is wrong with it. Where a name leads is judged at each delivery, not here.
pub(super) fn address(text: &str, loopback: bool) -> Result<Url> {
    let bad = |cause: &str| {
        let remedy = "Give an address like https://hooks.company.example/rounds that is reachable from the internet.";
        Err(Error::conflict("webhook.address", format!("{cause} Nothing was saved."), remedy))
    };
    let Ok(url) = Url::parse(text.trim()) else { return bad("This is no address.") };
    if text.len() > 500 || !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return bad("The address is longer than 500 characters, or holds a user or a fragment.");
    }
    let here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return bad("The address names no server."),
    };
    match (url.scheme(), here) {
        ("http" | "https", true) if loopback => Ok(url),
        (_, true) => bad("The address leads to this computer."),
        ("https", false) if matches!(url.host(), Some(Host::Domain(_))) => Ok(url),
        ("https", false) => bad("The address is a bare number; a server has a name that its certificate bears."),
        _ => bad("Webhooks go over HTTPS only."),
    }
}

/// Pauses between attempts, in seconds: 14 hours and a half in all.
pub(super) const PAUSES: &[i64] = &[5, 30, 120, 600, 1_800, 7_200, 14_400, 28_800];

/// When the next attempt is due, µs after the last: the pause, a fifth more or less so that many do not come at once. The shift is taken from
/// the delivery itself, so that it needs no dice. `None` when all attempts are used up.
pub(super) fn pause(delivery: i64, attempts: i64) -> Option<i64> {
    let seconds = PAUSES.get(usize::try_from(attempts - 1).ok()?)?;
    let shift = blake3::hash(format!("{delivery}:{attempts}").as_bytes()).as_bytes()[0];
    Some(seconds * (800_000 + i64::from(shift) * 400_000 / 255))
}
