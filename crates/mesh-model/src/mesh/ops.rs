//! The mesh itself: its beginning, its vault, its limits, what was refused; what can be asked.

use crate::api::*;
use crate::events::RequestLimits;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST mesh
    /// Read how many requests the node answers whom.
    LimitsGet "limits.get" {
        Query Needs::Permission(AdminAnalytics), Get "/api/limits" => 200,
        NoInput => RequestLimits,
        example "{}"
    }
    /// Set how many requests the node answers whom.
    LimitsSet "limits.set" {
        Command Needs::Owner, Put "/api/limits" => 200,
        RequestLimits => Done,
        example r#"{"untrusted": {"per_second": 2, "burst": 20}}"#
    }
    /// Say what this node is and how it is doing.
    StatusGet "status.get" {
        Query Needs::Credential, Get "/api/status" => 200,
        NoInput => Status,
        tool "mesh_status",
        example "{}"
    }
    /// List every operation.
    OperationList "operation.list" {
        Query Needs::Nothing, Get "/api/operations" => 200,
        NoInput => List<OperationInfo>,
        example "{}"
    }
}
