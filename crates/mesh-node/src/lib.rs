//! The node of a mesh.
//!
//! * [`machine`] holds the step functions: [`machine::Writer`] takes commands and makes them
//!   durable, [`machine::Fanout`] makes frames for subscribers. No thread, clock, chance or async
//!   is in there, so the simulator drives the very same code.
//! * [`shell`](Node) gives them threads, timers and files: [`Node::start`] and the handle it gives.
//!
//! *Invariant:* nothing leaves before its batch is durable: no reply, no push, no published state.

pub mod machine;
mod shell;

pub use machine::{Committed, Filter, Outcome, Sink, Submission};
pub use shell::{
    Attached, Blobs, Config, Damage, Ephemeral, FreshTask, Incoming, LogHealth, Metrics, Node,
    Opened, Pin, Planes, Point, ReceiveError, Received, ResumeError, Sessions, StartError,
    Subscribe, Subscription, Wait, watch_disk,
};
