//! Observers: clients that read the stream of a mesh and publish what no single session sees, each claim with the places of
//! the events it rests on.
//!
//! An [`Observer`] is pure: from what it remembers and one event follow its claims, without clock, chance or network. Its time
//! is the log's. [`run`] gives it the stream, keeps its place and publishes; all observers share that one runtime. Nothing
//! here calls a model, and nothing here is part of a node: an observer sees what its participant may see.

mod acts;
mod attention;
pub mod beacon;
mod breaker;
mod claim;
mod conflicts;
mod context;
mod first_officer;
mod graph;
mod gravity;
mod hygiene;
mod kept;
mod lately;
mod meta_officer;
mod mission_control;
mod monologue;
mod observer;
mod paths;
pub mod recall;
mod resonance;
mod runtime;
mod steward;
mod strands;
pub mod testing;
mod thresholds;
mod words;

pub use claim::{Claim, Evidence};
pub use observer::{About, OBSERVERS, Observer, Published, is_claim, named};
pub use runtime::{Outcome, Said, Settings, Since, Trouble, run};
pub use thresholds::{BadThreshold, Threshold, Thresholds};
