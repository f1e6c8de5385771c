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
    /// Count what happened when, kind by kind, in the rooms that the caller reads.
    LogDensity "log.density" {
        Query Needs::Permission(TasksRead), Get "/api/log/density" => 200,
        LogDensityInput => Density,
        example r#"{"room": "workshop", "since": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z", "buckets": 24}"#
    }
    /// Say how things stood at a place of the log or at a time: rooms and who was in them, tasks, approvals, messages.
    LogMoment "log.moment" {
        Query Needs::Permission(TasksRead), Get "/api/log/moment" => 200,
        LogMomentInput => Moment,
        example r#"{"place": 12, "room": "workshop", "messages": 5}"#
    }
}
