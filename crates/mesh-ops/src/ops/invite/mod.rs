//! Invites.

mod create;
mod list;
mod redeem;
mod revoke;
