//! Web Push: a browser that somebody is signed in with is told of what waits, also while no page is open.

pub mod api;
pub mod ops;

/// The length of a browser's public key: a point of P-256, not compressed.
pub const KEY_BYTES: usize = 65;
/// The length of the secret that a browser shares with whoever may tell it something.
pub const AUTH_BYTES: usize = 16;
