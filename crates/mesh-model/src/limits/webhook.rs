//! Limits of webhooks.

/// Webhooks with one participant's eyes: each is told on its own.
pub const WEBHOOKS_OF_ONE_MAX: usize = 8;
/// Webhooks of one node: each is a task that listens.
pub const WEBHOOKS_MAX: usize = 256;
/// A webhook's address.
pub const WEBHOOK_URL_BYTES_MAX: usize = 2048;
/// What one header of a webhook's own says: a token, whole.
pub const WEBHOOK_HEADER_BYTES_MAX: usize = 1024;
/// Dead letters of one webhook; with more it waits for somebody to look.
pub const WEBHOOK_DEAD_MAX: usize = 1000;
/// Attempts to deliver that are told of: the newest say most.
pub const WEBHOOK_DELIVERIES_MAX: usize = 50;
