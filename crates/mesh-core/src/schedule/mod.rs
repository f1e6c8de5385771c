//! Schedules: who says or creates what at which time, and when that is.
//!
//! ```text
//!             its time            as its owner: done, in one batch
//!   waiting ----------> come due ---------------------------------> waiting for the next, or forgotten
//!      ^                   | refused: recorded; several in a row, or the only time
//!      |   resumed         v
//!      +---------------- paused
//! ```

mod apply;
pub mod calendar;
mod cron;
mod decide;
mod record;
mod run;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use record::{Schedule, Schedules};
pub(crate) use run::{came_due, carried};
