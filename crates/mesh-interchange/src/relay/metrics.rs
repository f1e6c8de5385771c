//! What an interchange counts, in Prometheus' text form. Numbers alone: no key and no name is in it.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Why something did not go on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Reason {
    pub why: &'static str,
}

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Envelopes that were put at a node's seat.
    pub relayed: Counter<u64, AtomicU64>,
    /// Their bytes.
    pub bytes: Counter<u64, AtomicU64>,
    /// Envelopes that were not.
    pub undelivered: Family<Reason, Counter>,
    /// Connections that were not let in, and words that were refused.
    pub refused: Family<Reason, Counter>,
    /// Times that a node had to wait because it sent too much.
    pub slowed: Counter<u64, AtomicU64>,
}

impl Metrics {
    /// All of them as text, with how many nodes are here and how many names are taken.
    pub fn text(&self, instances: usize, names: usize) -> String {
        let gauge = |number: usize| {
            let gauge: Gauge = Gauge::default();
            gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
            gauge
        };
        let mut all = Registry::with_prefix("mesh_interchange");
        all.register("instances", "Nodes that are connected", gauge(instances));
        all.register("names", "Names that are taken", gauge(names));
        all.register("relayed", "Envelopes passed on", self.relayed.clone());
        all.register("relayed_bytes", "Bytes passed on", self.bytes.clone());
        all.register(
            "undelivered",
            "Envelopes that did not reach their node",
            self.undelivered.clone(),
        );
        all.register("refused", "Refusals by their code", self.refused.clone());
        all.register(
            "slowed",
            "Times that a node had to wait because it sent too much",
            self.slowed.clone(),
        );
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &all);
        text
    }
}
