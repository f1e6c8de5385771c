//! Threads, timers and files around the machine.
//!
//! One thread writes and fans out, one projects into the view, now and then one writes the state
//! down or looks over the whole log; one tokio task ticks every second, another erases. Everything else happens on the caller's task.

mod blobs;
mod disk;
mod dispatch;
mod ephemeral;
mod erasures;
mod home;
mod metrics;
mod modes;
mod node;
mod offers;
mod positions;
mod projector;
mod queue;
mod recent;
mod refusals;
mod retention;
mod sessions;
mod snapshots;
mod subscription;
mod templates;
mod threads;
mod ticks;
mod waiting;
mod words;

pub use blobs::{Blobs, Damage, Incoming, Pin, ReceiveError, Received};
pub use disk::watch_disk;
pub use ephemeral::Ephemeral;
pub use erasures::ResumeError;
pub use home::{Config, StartError};
pub use metrics::Metrics;
pub use node::{LogHealth, Node};
pub use positions::{Planes, Point};
pub use sessions::{Attached, Opened, Sessions};
pub use subscription::{Subscribe, Subscription};
pub use waiting::Wait;
pub use words::FreshTask;
