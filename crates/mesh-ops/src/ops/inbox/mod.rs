//! What waits for a participant.

mod ack;
mod list;
