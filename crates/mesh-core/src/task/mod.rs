//! Tasks: the rules by which they are created, tried, steered and ended.
//!
//! ```text
//!                    create
//!                      │
//!        ┌─────────────┼──────────────┐
//!        ▼             ▼              ▼
//!     blocked ──────► waiting ─────► queued ◄─────────────── retrying
//!   (an approval)   (needs others)     │  ▲                     ▲
//!                      │          take │  │ hand off            │ attempt failed:
//!        condition     │               ▼  │                     │ lease over, reported, check
//!        not met       │             leased ──► running ◄──► blocked (its approval)
//!                      ▼               │           │
//!                   skipped            └─────┬─────┘
//!                                     result │ attempts used up
//!            ┌──────────┬────────────────────┼──────────────────┬──────────────┐
//!            ▼          ▼                    ▼                  ▼              ▼
//!          done     verifying             blocked             queued         failed
//!                   (unsure: a second     (a person           (for the
//!                    agent looks)          has to say)         worker's parent)
//!                       │                    │
//!            done, blocked (a person)   done, queued, failed
//! ```
//!
//! | from | to | by |
//! |---|---|---|
//! | – | queued, waiting, blocked | `task.created`: at once, with needs, with an approval |
//! | waiting | queued, skipped, cancelled, done, failed, blocked | what it needs has ended: it is taken up, not needed, given up, or decided by the others' results |
//! | queued | leased, running | `task.taken`, with a fence and a lease; running if it says that work began at once |
//! | leased | running | `task.started` or the first piece of output |
//! | leased, running | blocked, running | an approval asked by the attempt, and its answer or end |
//! | leased, running, blocked | queued | `task.handed_off` |
//! | leased, running, blocked | retrying, queued, blocked, failed | `task.attempt_failed`: again after a pause, by the worker's parent, by a person, no more |
//! | leased, running, blocked | done, verifying, blocked | `task.finished` |
//! | retrying | queued | a tick after the pause |
//! | verifying | done, blocked | `task.decided` |
//! | blocked (person) | done, queued, failed | `task.resolved` |
//! | any but ended | paused, cancelled | `task.paused` (not verifying, not for a person), `task.cancelled` |
//! | paused | queued, waiting, blocked | `task.resumed` |
//! | failed, cancelled | queued, waiting, blocked | `task.retried` |
//!
//! The place in the log of `task.taken` is the attempt's fence. A fence is worth something until an
//! event ends its attempt: a result, a failure, a handoff, a pause, a cancellation, or the end of the
//! lease, which is decided by a tick and by nothing else. So at most one fence of a task is valid,
//! and a clock that jumps can end leases early but never make two of them.

mod apply;
mod attempt;
mod create;
mod decide;
mod end;
mod finish;
pub(crate) mod graph;
mod record;
mod steer;
mod transitions;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub(crate) use end::{cancelled, failed, moot};
pub(crate) use record::Rank;
pub use record::{Attempt, Hold, Outcome, Task};
