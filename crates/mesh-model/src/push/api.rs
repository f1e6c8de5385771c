//! Web Push: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Have a browser told of what waits for its person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PushSubscribeInput {
    /// Which of the caller's browsers, by its number; the one that asks, unless it is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<u64>,
    /// The address that the browser's push service gave it.
    pub endpoint: String,
    /// The browser's public key, base64url without padding.
    pub p256dh: String,
    /// The secret it shares, base64url without padding.
    pub auth: String,
    /// Show the first words of a message or a question too, where its room lets words out; else only who and where.
    #[serde(default)]
    pub words: bool,
}

/// Say whether somebody looks at the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PushLookInput {
    /// It is in sight and has the focus. Held for two minutes unless it is said again.
    pub looking: bool,
}

/// What came of telling a browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PushSent {
    /// When.
    pub at: Millis,
    /// Whether its push service took it.
    pub ok: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub trouble: Option<String>,
}

/// A browser that is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PushBrowser {
    /// Its number, as `browser.list` has it.
    pub browser: u64,
    /// Whose push service it uses: the origin of its address, which itself is shown to nobody.
    #[schemars(with = "crate::closed::Ours")]
    pub service: String,
    /// Whether words are shown.
    pub words: bool,
    /// Since when it is told.
    pub since: Millis,
    /// When its sign-in ends, and with it this.
    pub expires: Millis,
    /// Whether this is the browser that asks.
    pub current: bool,
    /// What came of the last time, since the node was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<PushSent>,
}

/// The caller's browsers that are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pushes {
    /// The node's public key, with which a browser asks its push service for an address; base64url without padding.
    #[schemars(with = "crate::closed::Code")]
    pub key: String,
    /// The browsers.
    pub items: Vec<PushBrowser>,
}
