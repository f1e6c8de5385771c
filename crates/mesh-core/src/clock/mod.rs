//! Simulation clocks: what a room's own clock shows is a pure function of its last event and the moment at which one looks.
//!
//! ```text
//!   started ----> runs: at + rate * (moment - base)  <----+
//!                  | paused, or it pauses itself           | resumed
//!                  v                                       |
//!                 stands: at, moved by steps --------------+
//! ```
//!
//! Schedules that follow a clock and people on their way look at it; leases, credentials, budgets and questions never do.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::{decide, due};
pub use record::Clock;
