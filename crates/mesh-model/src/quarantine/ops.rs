//! Messages that wait for a moderator: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Quarantine
    /// List the messages that wait for the caller as a moderator.
    QuarantineList "quarantine.list" {
        Query Needs::Permission(MessagesRead), Get "/api/quarantine" => 200,
        QuarantineListInput => List<Quarantined>,
        example "{}"
    }
    /// Let a message out of quarantine, or reject it for good. Needs the capability moderate.
    QuarantineReview "quarantine.review" {
        Command Needs::Permission(MessagesWrite), Post "/api/quarantine/{message}" => 200,
        ReviewInput => Reviewed,
        example r#"{"message": "$quarantined", "release": false, "reason": "an attack"}"#
    }
}
