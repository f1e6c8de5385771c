//! Turns a machine into a worker: takes tasks from the mesh, lets a runner do them, hands the results
//! in.
//!
//! [`Worker`] is the whole of it, [`Settings`] what it is set up with. [`runner`] says what a runner is
//! and lists them; [`child`] and [`keeper`] see to it that no process outlives its task; [`prompt`] and
//! [`forms`] are what an agent is told and how it answers, [`routing`] chooses which model is asked, [`upkeep`] what an idle
//! worker may give itself. No server code is in here: all goes through
//! `mesh-sdk`.

pub mod access;
mod attempt;
pub mod awake;
pub mod child;
pub mod follow;
pub mod forms;
pub mod keeper;
mod load;
pub mod outbox;
pub mod prices;
mod processes;
pub mod prompt;
pub mod routing;
pub mod runner;
pub mod sandbox;
pub mod sandboxes;
mod settings;
pub mod stream;
mod text;
pub mod upkeep;
mod worker;
pub mod worktree;

pub use processes::hide;
pub use settings::{AttemptEnd, Listener, MARK, Settings, WorkerEvent};
pub use worker::{Leave, Trouble, Worker};
