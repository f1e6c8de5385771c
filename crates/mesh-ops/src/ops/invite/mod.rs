//! Invites.

mod accept;
mod code;
mod create;
mod list;
mod preview;
mod redeem;
mod revoke;
