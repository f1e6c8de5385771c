//! The JSON that clients send and receive, a file per noun. Inputs refuse unknown fields;
//! outputs may gain fields. Where a room or participant is named, id and name both do.

mod admin;
mod common;
mod flow;
mod governance;
mod inbox;
mod memory;
mod message;
mod participant;
mod room;
mod session;
mod status;
mod task;
mod task_read;
mod typed;
mod work;
mod worker;

pub use admin::*;
pub use common::*;
pub use flow::*;
pub use governance::*;
pub use inbox::*;
pub use memory::*;
pub use message::*;
pub use participant::*;
pub use room::*;
pub use session::*;
pub use status::*;
pub use task::*;
pub use task_read::*;
pub use typed::*;
pub use work::*;
pub use worker::*;
