//! One attempt.

use super::Guard;
use crate::webhooks::model::{DeliveryRow, SEALED_FOR, WebhookRow, address, signature};
use crate::webhooks::store::Attempt;
use rounds_kernel::{Result, Time};
use rounds_store::Keys;
use rounds_web::secret::open;
use std::time::{Duration, Instant};
use url::Url;

/// An endpoint has this long to take the connection, and to answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(15);
/// So much of an answer is read and kept.
const KEPT: usize = 500;

/// Sends a delivery once. Whatever goes wrong becomes words in the attempt.
pub(super) async fn send(guard: &Guard, w: &WebhookRow, d: &DeliveryRow, keys: &Keys, now: Time) -> Attempt {
    let begun = begun();
    let mut attempt = match post(guard, w, d, keys, now).await {
        Ok(done) => done,
        Err(words) => Attempt { answer: words, ..Attempt::default() },
    };
    attempt.latency_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    attempt
}

#[allow(clippy::disallowed_methods, reason = "measures how long another program takes; nothing is decided by it")]
fn begun() -> Instant {
    Instant::now()
}

async fn post(guard: &Guard, w: &WebhookRow, d: &DeliveryRow, keys: &Keys, now: Time) -> std::result::Result<Attempt, String> {
    // Judged again: what was saved by an earlier release, or with other settings, is held to today's rules.
    let url = address(&w.url, guard.loopback).map_err(|e| e.cause)?;
    let client = client(guard, &url).await?;
    let (id, seconds) = (format!("msg_{}_{}", w.id, d.message_id), now.0.div_euclid(1_000_000));
    let signatures = signatures(w, keys, now, |secret| signature(secret, &id, seconds, &d.body)).map_err(|e| e.cause)?;
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .header("user-agent", "Rounds-Webhooks/1")
        .header("webhook-id", &id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signatures)
        .body(d.body.clone());
    let mut response = request.send().await.map_err(|e| words(&e))?;
    let status = i64::from(response.status().as_u16());
    let mut read = Vec::new();
    // A part is enough, and an endless answer is not waited for.
    while read.len() < KEPT {
        match response.chunk().await {
            Ok(Some(part)) => read.extend_from_slice(&part[..part.len().min(KEPT)]),
            Ok(None) | Err(_) => break,
        }
    }
    read.truncate(KEPT);
    let answer: String = String::from_utf8_lossy(&read).chars().filter(|c| !c.is_control() || *c == '\n').collect();
    Ok(Attempt { status: Some(status), latency_ms: 0, answer })
}

/// A client that knows only the judged addresses, follows nobody and asks no proxy.
async fn client(guard: &Guard, url: &Url) -> std::result::Result<reqwest::Client, String> {
    let addresses = guard.addresses(url).await?;
    // Installed by whoever comes first; both would install the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .resolve_to_addrs(url.host_str().unwrap_or_default(), &addresses);
    builder.build().map_err(|e| format!("The connection could not be prepared: {e}."))
}

/// The present secret's signature and, for a day after a rotation, the former's.
fn signatures(w: &WebhookRow, keys: &Keys, now: Time, sign: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut all = vec![sign(&open(keys, SEALED_FOR, &w.secret)?)?];
    if let (Some(old), Some(until)) = (&w.old_secret, w.old_until)
        && until > now.0
    {
        all.push(sign(&open(keys, SEALED_FOR, old)?)?);
    }
    Ok(all.join(" "))
}

fn words(e: &reqwest::Error) -> String {
    let what = match e {
        e if e.is_timeout() => "It did not answer in time.",
        e if e.is_connect() => "The connection was not taken, or its certificate is not trusted.",
        _ => "The request could not be sent.",
    };
    what.to_owned()
}
