//! Turns a machine into a worker: takes tasks from the mesh, lets a runner do them, hands the results
//! in.
//!
//! [`runner`] says what a runner is and lists them; [`child`] and [`keeper`] see to it that no process
//! outlives its task. No server code is in here: all goes through `mesh-sdk`.

pub mod child;
pub mod forms;
pub mod keeper;
pub mod outbox;
pub mod prices;
pub mod runner;
mod text;
pub mod worktree;
