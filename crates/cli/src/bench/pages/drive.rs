//! The second process: visits by the clock.

use super::super::visitor::{request, sign_in};
use super::{Order, PASSWORD, Visit};
use rounds_kernel::{Clock, Error, Result, SystemClock};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// One answer.
struct Answer {
    kind: String,
    path: String,
    status: u16,
    ms: f64,
    bytes: usize,
}

/// Reads its order, signs everybody in, visits, and prints what it measured.
pub(super) async fn run() -> Result<()> {
    let mut text = Vec::new();
    std::io::stdin().read_to_end(&mut text).map_err(Error::internal)?;
    let order: Order = serde_json::from_slice(&text).map_err(Error::internal)?;
    let order = tokio::task::spawn_blocking(move || prepared(order)).await.map_err(Error::internal)??;
    let answers = visit(&order).await?;
    println!("{}", told(&order, answers));
    Ok(())
}

/// Signs in, and finds the addresses of the lists' next pages; users are then their cookies.
fn prepared(mut order: Order) -> Result<Order> {
    let address = order.address;
    order.users = order.users.iter().map(|email| sign_in(address, email, PASSWORD)).collect::<Result<_>>()?;
    let mut next: HashMap<(usize, String), String> = HashMap::new();
    for v in order.visits.iter_mut().filter(|v| v.further) {
        let key = (v.user, v.path.clone());
        let at = match next.get(&key) {
            Some(at) => at.clone(),
            None => v.path.clone(),
        };
        let (_, _, body) = request(address, &format!("GET {at} HTTP/1.1\r\nCookie: {}\r\n", order.users[v.user]), "")?;
        // The page after the one seen last; from the last one back to the first.
        let found = body.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|href| href.contains("after="));
        next.insert(key, found.map_or_else(|| v.path.clone(), |href| href.replace("&amp;", "&").replace("&#38;", "&")));
        v.path = at;
    }
    Ok(order)
}

async fn visit(order: &Order) -> Result<Vec<Answer>> {
    let mut clock = tokio::time::interval(Duration::from_secs_f64(1.0 / order.rate));
    let step = 1e6 / order.rate;
    let users: Vec<Arc<str>> = order.users.iter().map(|u| Arc::from(u.as_str())).collect();
    let mut waiting = Vec::with_capacity(order.visits.len());
    clock.tick().await;
    let start = SystemClock.now().0;
    for (i, v) in order.visits.iter().enumerate() {
        let due = start + (step * i as f64) as i64;
        let (v, cookie, address) = (v.clone(), users[v.user].clone(), order.address);
        waiting.push(tokio::task::spawn_blocking(move || one(address, &v, &cookie, due)));
        clock.tick().await;
    }
    let mut answers = Vec::with_capacity(waiting.len());
    for w in waiting {
        answers.push(w.await.map_err(Error::internal)?);
    }
    Ok(answers.split_off(order.warm_up.min(answers.len())))
}

fn one(address: SocketAddr, v: &Visit, cookie: &str, due: i64) -> Answer {
    // As a browser asks.
    let head = format!("GET {} HTTP/1.1\r\nCookie: {cookie}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n", v.path);
    let (status, bytes) = request(address, &head, "").map_or((0, 0), |(status, _, body)| (status, body.len()));
    Answer { kind: v.kind.clone(), path: v.path.clone(), status, ms: (SystemClock.now().0 - due) as f64 / 1e3, bytes }
}

fn told(order: &Order, answers: Vec<Answer>) -> serde_json::Value {
    for a in answers.iter().filter(|a| a.status != 200 || a.ms > order.slow) {
        eprintln!("{:7.1} ms  {}  {}", a.ms, a.status, a.path);
    }
    let failed = answers.iter().filter(|a| a.status != 200).count();
    let all: Vec<f64> = answers.iter().map(|a| a.ms).collect();
    let bytes = answers.iter().map(|a| a.bytes).sum::<usize>() / answers.len().max(1);
    let mut kinds: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    answers.into_iter().for_each(|a| kinds.entry(a.kind).or_default().push(a.ms));
    let mut kinds: Vec<(String, serde_json::Value)> = kinds.into_iter().map(|(kind, ms)| (kind, summary(&ms))).collect();
    kinds.sort_by(|a, b| b.1["p99"].as_f64().unwrap_or_default().total_cmp(&a.1["p99"].as_f64().unwrap_or_default()));
    let kinds: Vec<serde_json::Value> = kinds
        .into_iter()
        .map(|(kind, mut figures)| {
            figures["page"] = kind.into();
            figures
        })
        .collect();
    serde_json::json!({ "ms": summary(&all), "failed": failed, "mean_bytes": bytes, "kinds": kinds })
}

fn summary(times: &[f64]) -> serde_json::Value {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |q: f64| sorted.get(((sorted.len() as f64 * q).ceil() as usize).saturating_sub(1)).copied().unwrap_or_default();
    serde_json::json!({ "visits": sorted.len(), "median": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": at(1.0) })
}
