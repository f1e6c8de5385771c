//! Event types, and the events published under them.

mod event_list;
mod event_publish;
mod list;
mod register;

pub(crate) use event_publish::publish;
