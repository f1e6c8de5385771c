//! The mesh itself: its beginning, its vault, its limits, what was refused; what can be asked.

use crate::api::*;
use crate::events::{Floor, PublicPage, RequestLimits};
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Mesh
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
    /// Read how loose those may make their rooms who are trusted less than `local`.
    FloorGet "floor.get" {
        Query Needs::Credential, Get "/api/floor" => 200,
        NoInput => Floor,
        example "{}"
    }
    /// Set how loose those may make their rooms who are trusted less than `local`.
    FloorSet "floor.set" {
        Command Needs::Owner, Put "/api/floor" => 200,
        Floor => Done,
        example r#"{"quarantine": 70}"#
    }
    /// Read whether there is a public page, and which rooms stand on it.
    PublicGet "public.get" {
        Query Needs::Credential, Get "/api/public-page" => 200,
        NoInput => PublicView,
        example "{}"
    }
    /// Switch the public page on or off, and say whether search engines list it and how long caches keep it. Rooms are published
    /// one by one; while it is off nothing of them is shown.
    PublicSet "public.set" {
        Command Needs::Owner, Put "/api/public-page" => 200,
        PublicPage => Done,
        example r#"{"on": true}"#
    }
    /// Tell a newcomer what it needs to know here: rooms, who is who, how to speak.
    MeshGuide "mesh.guide" {
        Query Needs::Credential, Get "/api/guide" => 200,
        NoInput => Guide,
        tool "mesh_guide",
        example "{}"
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
