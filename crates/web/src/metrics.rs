//! What the server counts: requests by route, status and time taken.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Upper ends of the histogram's buckets in seconds: around the bars for pages (20 ms, 100 ms).
const BUCKETS: &[f64] = &[0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
const SECONDS: &str = "rounds_request_seconds";

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The process's recorder, installed on first use.
fn recorder() -> Option<&'static PrometheusHandle> {
    let make = || {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(SECONDS.into()), BUCKETS).ok()?;
        builder.install_recorder().ok()
    };
    RECORDER.get_or_init(make).as_ref()
}

/// Counts one answered request.
pub(crate) fn request(route: &'static str, method: &str, status: u16, micros: i64) {
    if recorder().is_none() {
        return;
    }
    let labels = [("route", route.to_owned()), ("method", method.to_owned()), ("status", status.to_string())];
    metrics::counter!("rounds_requests_total", &labels).increment(1);
    metrics::histogram!(SECONDS, "route" => route).record(micros.max(0) as f64 / 1e6);
}

/// All of it in Prometheus' text form.
pub fn metrics_text() -> String {
    recorder().map(PrometheusHandle::render).unwrap_or_default()
}
