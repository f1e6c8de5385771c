//! The real program, driven as a person or a script would: processes, sockets, files.

mod attack;
mod first_steps;
mod guard;
mod identity;
mod kill_nine;
mod log_verbs;
mod mcp;
mod node;
mod survey;
mod troubles;
