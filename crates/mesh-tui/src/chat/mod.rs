//! `mesh chat`: rooms, what is said in them, threads, and a place to write.

mod complete;
mod composer;
mod draw;
mod fetch;
mod keys;
mod message;
mod reading;
mod say;
mod state;
mod timeline;

pub use state::{Chat, Tag};
