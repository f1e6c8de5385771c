//! The keys by which participants sign.

mod add;
mod list;
mod revoke;
