//! The language of chat commands: lines by which people steer the mesh from any room, without a form and without a
//! model. `parse.rs` reads a line, `act.rs` carries it out by the operations that there are, `words.rs` writes answers, `planner.rs` says who plans. `voice/` does the
//! same for spoken sentences.

mod act;
mod command;
mod parse;
mod planner;
pub(crate) mod voice;
mod words;

pub(crate) use act::{carry, carry_out};
pub(crate) use planner::planner;
