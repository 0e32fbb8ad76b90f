//! Figures for Prometheus, by route pattern and never by address.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::LazyLock;
use std::time::Duration;

/// Seconds, from what a read takes to what is a scandal.
const BUCKETS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 2.0, 10.0];

static HANDLE: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS);
    // An application that embeds the API may have a recorder of its own.
    builder.ok()?.install_recorder().ok()
});

/// Begins to record, once in a process.
pub(crate) fn install() {
    LazyLock::force(&HANDLE);
}

/// Notes that a request was answered.
pub(crate) fn answered(method: &'static str, route: &str, status: u16, took: Duration) {
    let labels = [
        ("method", method.to_owned()),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels[..2]).record(took);
}

/// What a scraper reads.
pub(crate) fn render(waiting: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a queue is short")]
    metrics::gauge!("database_jobs_waiting").set(waiting as f64);
    match &*HANDLE {
        Some(handle) => {
            handle.run_upkeep();
            handle.render()
        }
        None => String::new(),
    }
}
