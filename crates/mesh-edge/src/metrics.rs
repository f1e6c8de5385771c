//! What the edge counts, in Prometheus' text form together with the node's own numbers.

use std::sync::atomic::AtomicI64;

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The counters.
pub(crate) struct Metrics {
    /// How long a call took from its arrival to its answer, seconds.
    pub call_seconds: Histogram,
    /// TCP connections.
    pub connections: Gauge<i64, AtomicI64>,
    /// SSE streams.
    pub streams: Gauge<i64, AtomicI64>,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let steps = [
            0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
        ];
        Metrics {
            call_seconds: Histogram::new(steps),
            connections: Gauge::default(),
            streams: Gauge::default(),
        }
    }
}

impl Metrics {
    /// All of them as text.
    pub fn encode(&self) -> String {
        let mut registry = Registry::with_prefix("mesh_edge");
        registry.register(
            "call_seconds",
            "Time from a call's arrival to its answer",
            self.call_seconds.clone(),
        );
        registry.register(
            "connections",
            "Open HTTP connections",
            self.connections.clone(),
        );
        registry.register("streams", "Open SSE streams", self.streams.clone());
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        text
    }
}

/// Counts something for as long as it is there.
pub(crate) struct Held(Gauge<i64, AtomicI64>);

impl Held {
    /// Begins.
    pub fn new(gauge: &Gauge<i64, AtomicI64>) -> Held {
        gauge.inc();
        Held(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}
