//! Tokens and API keys. Secrets are in no event: the vault maps a secret's hash to the id.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;
