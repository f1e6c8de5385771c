//! Alerts: what is wrong, told once to those whom it concerns, until a person knows of it or its cause is gone.
//!
//! ```text
//!   an event says so         its time comes: the node raises it          nobody acknowledged it in time
//!   ----------------> watched -------------------------------> open ------------------------------------> escalated, once
//!                        | its cause is gone                    | its cause is gone, its time is over, or it is acknowledged and
//!                        v                                      v cannot end by itself
//!                    forgotten                              resolved
//! ```
//!
//! `hears.rs` finds causes in what happens anyway, while it is applied: no noun knows of alerts. What the node measures (the disk, the
//! peers) comes as commands. Everything else is raised by a tick, so that what somebody does leads to the same events as without
//! alerts.

mod apply;
mod decide;
mod hears;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::{decide, due};
pub(crate) use hears::hears;
pub use record::{Alert, Alerts};
