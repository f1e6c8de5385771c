//! What an observer is, and which there are.

use mesh_model::api::StreamItem;
use serde_json::{Map, Value, json};

use crate::claim::{Claim, payload_schema};
use crate::thresholds::{Threshold, Thresholds};
use crate::{
    attention, conflicts, context, first_officer, graph, gravity, hygiene, meta_officer,
    mission_control, monologue, resonance, steward,
};

/// Something that looks at events and says what follows from them. It has no clock: the log's times are its time.
pub trait Observer: Send {
    /// Takes one event in and says what it makes of it.
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim>;

    /// What it remembers, to go on from in a later run.
    fn memory(&self) -> serde_json::Result<Value>;
}

/// An event type that an observer publishes.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Its name.
    pub kind: &'static str,
    /// What it means.
    pub about: &'static str,
    /// The schema of its `details`, if it has any.
    pub details: Option<fn() -> Value>,
}

impl Published {
    /// The schema of its payload.
    pub fn schema(&self) -> Map<String, Value> {
        payload_schema(self.details.map(|details| details()))
    }
}

/// How an observer begins, with what it remembered before.
pub type Start = fn(Thresholds, Option<Value>) -> serde_json::Result<Box<dyn Observer>>;

/// What an observer declares.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Its name.
    pub name: &'static str,
    /// What it looks for.
    pub says: &'static str,
    /// The events that it looks at; it is given no others.
    pub inputs: &'static [&'static str],
    /// What it publishes.
    pub published: &'static [Published],
    /// What it can be tuned by.
    pub thresholds: &'static [Threshold],
    /// Begins it.
    pub start: Start,
}

impl About {
    /// The same as JSON, but for how it begins.
    pub fn told(&self) -> Value {
        let published = self.published.iter();
        let published = published.map(|one| json!({"type": one.kind, "about": one.about}));
        let thresholds = self.thresholds.iter().map(|one| {
            json!({
                "name": one.name,
                "about": one.about,
                "unit": one.unit,
                "why": one.why,
                "default": one.default,
                "least": one.least,
                "most": one.most,
            })
        });
        json!({
            "name": self.name,
            "about": self.says,
            "inputs": self.inputs,
            "publishes": published.collect::<Vec<_>>(),
            "thresholds": thresholds.collect::<Vec<_>>(),
        })
    }
}

/// How many claims an hour may have: every observer has it.
pub const CLAIMS_PER_HOUR: Threshold = Threshold {
    name: "claims-per-hour",
    about: "claims that it publishes in an hour of the log; more are counted and withheld",
    unit: "claims",
    why: "one a minute is all that somebody reads",
    default: 60,
    least: 1,
    most: 3600,
};

/// All observers.
pub const OBSERVERS: &[About] = &[
    conflicts::ABOUT,
    hygiene::ABOUT,
    first_officer::ABOUT,
    meta_officer::ABOUT,
    attention::ABOUT,
    context::ABOUT,
    resonance::ABOUT,
    gravity::ABOUT,
    graph::ABOUT,
    monologue::ABOUT,
    mission_control::ABOUT,
    steward::ABOUT,
];

/// The one of this name.
pub fn named(name: &str) -> Option<&'static About> {
    OBSERVERS.iter().find(|about| about.name == name)
}

/// Whether an event type is a claim of some observer. None takes such events for something that happened, so that they never
/// feed on one another.
pub fn is_claim(kind: &str) -> bool {
    let mut published = OBSERVERS.iter().flat_map(|about| about.published);
    published.any(|published| published.kind == kind)
}
