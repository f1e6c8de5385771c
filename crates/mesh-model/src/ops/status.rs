//! The node about itself.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST status_operations
    /// Say what this node is and how it is doing.
    StatusGet "status.get" {
        Query Needs::Credential, Get "/api/status" => 200,
        NoInput => Status,
        tool "mesh_status",
        example "{}"
    }
    /// Say who the caller is and what it may do.
    MeGet "me.get" {
        Query Needs::Credential, Get "/api/me" => 200,
        NoInput => Me,
        example "{}"
    }
    /// List every operation.
    OperationList "operation.list" {
        Query Needs::Nothing, Get "/api/operations" => 200,
        NoInput => List<OperationInfo>,
        example "{}"
    }
    /// Read the log's headers in order: all that happened, without the content of rooms.
    LogList "log.list" {
        Query Needs::Permission(AdminAnalytics), Get "/api/log" => 200,
        LogListInput => Page<LogEntry>,
        example r#"{"after": 0, "limit": 5}"#
    }
}
