//! Alerts: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::{AlertCause, AlertKind, AlertRule, AlertSeverity};
use crate::ids::Seq;
use crate::time::Millis;

/// Which alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlertListInput {
    /// At least as bad as this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
    /// Of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<AlertKind>,
    /// Those that have ended lately too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ended: bool,
    /// Those alone that the caller may acknowledge and that nobody has, as far as it wants them in its inbox.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mine: bool,
}

/// An alert, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRefInput {
    /// The alert.
    pub alert: Seq,
}

/// Set when a kind of alert is raised. What is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertSetInput {
    /// Which kind.
    pub kind: AlertKind,
    /// Whether it is raised at all. Alerts that are open end when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// How bad it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
    /// From what on: seconds (`agent_down` 0 to 86400, `link_down` 30 to 86400), failures in a row (`agent_failing`,
    /// `task_failing` 1 to 100), millionths of the mesh's currency a UTC day (`cost`), percent free (`disk_low` 1 to 50),
    /// messages in ten minutes (`guard_surge` 2 to 10000). Refused for other kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u64>,
    /// Whether browsers are told by push.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<bool>,
    /// Minutes after which more people hear of it if nobody has acknowledged it, at most 10080; 0: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_minutes: Option<u32>,
}

/// Try what comes of an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlertTestInput {
    /// As bad as this; `warning` unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
}

/// From which severity on somebody is told by a way.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum AlertLevel {
    /// Of all.
    Info,
    /// Of those that somebody should look at, and of worse.
    Warning,
    /// Of the worst alone.
    Critical,
    /// Of none.
    Never,
}

impl AlertLevel {
    /// Whether it lets an alert through.
    pub fn takes(self, severity: AlertSeverity) -> bool {
        match self {
            AlertLevel::Info => true,
            AlertLevel::Warning => severity >= AlertSeverity::Warning,
            AlertLevel::Critical => severity >= AlertSeverity::Critical,
            AlertLevel::Never => false,
        }
    }
}

/// By which ways somebody is told of alerts. Nobody else sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlertRoutes {
    /// In the inbox; `info` unless set.
    pub inbox: AlertLevel,
    /// In browsers, by push; `warning` unless set.
    pub push: AlertLevel,
    /// By connectors, such as Telegram; `warning` unless set.
    pub connector: AlertLevel,
    /// Below `critical` browsers are told so often, of all together; absent: of each when it is raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<AlertDigest>,
}

impl Default for AlertRoutes {
    fn default() -> AlertRoutes {
        AlertRoutes {
            inbox: AlertLevel::Info,
            push: AlertLevel::Warning,
            connector: AlertLevel::Warning,
            digest: None,
        }
    }
}

/// When alerts are told together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertDigest {
    /// How often.
    pub every: DigestEvery,
    /// When, of a day's: `HH:MM`. An hour's comes at the full hour.
    #[serde(default = "morning")]
    #[schemars(with = "crate::closed::Code")]
    pub at: String,
    /// By the clocks of which time zone, such as `Europe/Berlin`.
    #[schemars(with = "crate::closed::Code")]
    pub zone: String,
}

fn morning() -> String {
    "08:00".to_owned()
}

/// How often alerts are told together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DigestEvery {
    /// Every hour.
    Hour,
    /// Every day.
    Day,
}

/// An alert was raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertMade {
    /// Its id.
    pub alert: Seq,
    /// Its place in the log.
    pub seq: Seq,
}

/// That somebody knows of an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertKnown {
    /// Who.
    pub by: ParticipantRef,
    /// Since when.
    pub at: Millis,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// Its id: the place in the log where it was raised.
    pub alert: Seq,
    /// What is wrong with what.
    pub cause: AlertCause,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// What is wrong, in a sentence.
    #[schemars(with = "crate::closed::Ours")]
    pub title: String,
    /// Since when.
    pub since: Millis,
    /// When it happened last.
    pub last: Millis,
    /// How often.
    pub count: u32,
    /// The places of the last events that say so; `log.list` has them.
    pub evidence: Vec<Seq>,
    /// What was measured: bytes that are free, or seconds without the peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<u64>,
    /// Whether the caller may acknowledge it.
    pub yours: bool,
    /// Who knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<AlertKnown>,
    /// Whether those who lead were told too, because nobody had acknowledged it in time.
    pub escalated: bool,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Millis>,
}

/// How a kind of alert is raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlertRuleView {
    /// Which kind.
    pub kind: AlertKind,
    /// How.
    pub rule: AlertRule,
}

/// What is wrong, and by which rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alerts {
    /// The worst first, of equals the newest.
    pub items: Vec<Alert>,
    /// The rules, one of each kind.
    pub rules: Vec<AlertRuleView>,
}
