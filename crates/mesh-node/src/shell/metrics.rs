//! The node's figures, in the form that Prometheus reads.

use std::fmt::Write;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use mesh_model::ErrorCode;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::node::Node;

/// Counters and gauges. Cheap to touch from any thread.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    commands: Counter,
    events: Counter,
    batch_events: Histogram,
    batch_seconds: Histogram,
    cut_off: Counter,
    refusals: Family<CodeLabel, Counter>,
    requests: Family<RequestLabel, Counter>,
    head: Gauge<u64, AtomicU64>,
    view: Gauge<u64, AtomicU64>,
    subscribers: Gauge<u64, AtomicU64>,
    connections: Gauge<i64, std::sync::atomic::AtomicI64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabel {
    code: Code,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Code(ErrorCode);

impl EncodeLabelValue for Code {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(self.0.code())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabel {
    surface: &'static str,
    status: u16,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut metrics = Metrics {
            registry: Registry::with_prefix("mesh"),
            commands: Counter::default(),
            events: Counter::default(),
            batch_events: Histogram::new(exponential_buckets(1.0, 2.0, 12)),
            batch_seconds: Histogram::new(exponential_buckets(0.000_1, 2.0, 14)),
            cut_off: Counter::default(),
            refusals: Family::default(),
            requests: Family::default(),
            head: Gauge::default(),
            view: Gauge::default(),
            subscribers: Gauge::default(),
            connections: Gauge::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "commands",
            "Commands the writer took",
            self.commands.clone(),
        );
        registry.register("events", "Events stored", self.events.clone());
        registry.register(
            "batch_events",
            "Events stored together",
            self.batch_events.clone(),
        );
        registry.register(
            "batch_seconds",
            "Time to decide and store a batch",
            self.batch_seconds.clone(),
        );
        registry.register(
            "subscribers_cut_off",
            "Subscribers cut off for being too slow",
            self.cut_off.clone(),
        );
        registry.register(
            "refusals",
            "Requests refused, by error code",
            self.refusals.clone(),
        );
        registry.register(
            "requests",
            "Requests answered, by surface and status",
            self.requests.clone(),
        );
        registry.register("log_head", "Place of the newest event", self.head.clone());
        registry.register(
            "view_seq",
            "Place up to which the view is",
            self.view.clone(),
        );
        registry.register(
            "subscribers",
            "Streams that are open",
            self.subscribers.clone(),
        );
        registry.register(
            "connections",
            "WebSockets that are open",
            self.connections.clone(),
        );
    }

    pub(super) fn batch(&self, commands: usize, events: usize, took: Duration) {
        self.commands.inc_by(commands as u64);
        self.events.inc_by(events as u64);
        self.batch_events.observe(events as f64);
        self.batch_seconds.observe(took.as_secs_f64());
    }

    pub(super) fn cut_off(&self, count: u64) {
        if count > 0 {
            self.cut_off.inc_by(count);
        }
    }

    pub(super) fn refused(&self, code: ErrorCode) {
        self.refusals
            .get_or_create(&CodeLabel { code: Code(code) })
            .inc();
    }

    /// Counts an answered request.
    pub fn request(&self, surface: &'static str, status: u16) {
        self.requests
            .get_or_create(&RequestLabel { surface, status })
            .inc();
    }

    /// Counts WebSockets that come (+1) and go (-1).
    pub fn connections(&self, change: i64) {
        self.connections.inc_by(change);
    }

    /// All figures as text.
    pub fn text(&self, node: &Node) -> String {
        self.head.set(node.head().0);
        self.view.set(node.view_upto().0);
        self.subscribers.set(node.subscribers());
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
            // Writing into a string cannot fail.
            let _ = writeln!(text, "# the figures could not be written");
        }
        text
    }
}

impl Node {
    fn subscribers(&self) -> u64 {
        let fanout = self
            .fanout
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        fanout.len().try_into().unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_appear_as_text() {
        let metrics = Metrics::default();
        metrics.batch(3, 2, Duration::from_millis(1));
        metrics.refused(ErrorCode::NotFound);
        let mut text = String::new();
        encode(&mut text, &metrics.registry).unwrap();
        assert!(
            text.contains("mesh_commands_total 3")
                && text.contains("mesh_refusals_total{code=\"not_found\"} 1"),
            "{text}"
        );
        assert_eq!(metrics.events.get(), 2);
        assert_eq!(metrics.head.get(), 0);
    }
}
