//! The simulator: random commands by many actors, with power cuts and disk failures at any IO
//! point, against the real core, the real file log and the real machine of the node.
//!
//! * [`run`] plays one seed and returns its transcript. The same seed gives the same transcript.
//! * `model.rs` is the reference: plain lists, written from the rules' description, sharing no code
//!   with the core. It says beforehand what each command must lead to.
//! * `work.rs` plays tasks: workers that die at any point, a node that dies too, ticks as one more actor.
//! * `schedule.rs` makes the commands, `node.rs` is the machine under test with its disk and its
//!   subscribers, `check.rs` compares the two after each step and each restart.
//!
//! What is asserted: each answer is the model's; what was acknowledged is in the log once, in
//! order, whatever fails; what was refused as not stored is not; a batch is there whole or not at
//! all; a repeated idempotency key gets the first answer; the chain verifies; the state from a
//! snapshot is the state from the log; pushes reach exactly those who may see them, without a gap.

mod chance;
mod check;
mod model;
mod node;
mod run;
mod schedule;
mod work;

pub use run::{Report, run};
pub use work::{Played, play};
