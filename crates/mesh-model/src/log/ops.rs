//! The log as it is read and verified: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Log
    /// Check the log's chain and signatures from its first line to its end.
    LogVerify "log.verify" {
        Query Needs::Permission(AdminAnalytics), Get "/api/log/verify" => 200,
        NoInput => LogVerified,
        example "{}"
    }
    /// Get what the node signs of its log at this moment: whoever keeps it can tell later whether the log was rewritten.
    LogCheckpoint "log.checkpoint" {
        Query Needs::Credential, Get "/api/log/checkpoint" => 200,
        NoInput => LogSigned,
        example "{}"
    }
    /// Read the log's headers in order: all that happened, without the content of rooms.
    LogList "log.list" {
        Query Needs::Permission(AdminAnalytics), Get "/api/log" => 200,
        LogListInput => Page<LogEntry>,
        example r#"{"after": 0, "limit": 5}"#
    }
}
