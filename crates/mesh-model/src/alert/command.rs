//! Commands about alerts.

use crate::events::{AlertKind, AlertRule, AlertSeverity};
use crate::ids::{LinkId, Seq};

/// What somebody, or the node that measures, wants of alerts.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum AlertCommand {
    Acknowledge {
        alert: Seq,
    },
    Set {
        kind: AlertKind,
        rule: AlertRule,
    },
    Test {
        severity: AlertSeverity,
    },
    /// By the node: what the disk of its home has.
    Disk {
        free_bytes: u64,
        total_bytes: u64,
    },
    /// By the node: whether it speaks with a peer, and if not, since how many seconds.
    Link {
        link: LinkId,
        down_seconds: Option<u64>,
    },
}
