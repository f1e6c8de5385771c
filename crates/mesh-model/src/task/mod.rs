//! Tasks: who tries them, and what came of it.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;
pub mod plan;

use crate::events::TaskFacts;
use crate::ids::TaskId;

macro_rules! tasks {
    ($($variant:ident)+) => {
        impl TaskFacts {
            /// The task that it happened to.
            pub fn task(&self) -> TaskId {
                match self { $(TaskFacts::$variant(it) => it.task,)+ }
            }
        }
    };
}

tasks! {
    Created Linked Queued Taken LeaseExtended Started Progressed HandedOff AttemptFailed Finished
    Decided Confirmed Skipped Cancelled Paused Resumed Retried Assigned Resolved UrgencyRaised
    Redacted
}
