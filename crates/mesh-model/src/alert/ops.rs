//! Alerts: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Alert
    /// List what is wrong at present as far as the caller may know of it, the worst first; with `ended` what was wrong lately
    /// too. With the rules by which alerts are raised.
    AlertList "alert.list" {
        Query Needs::Permission(TasksRead), Get "/api/alerts" => 200,
        AlertListInput => Alerts,
        example r#"{"severity": "warning"}"#
    }
    /// Say that one knows of an alert: nobody else is told any more. For people alone, and for those whom it concerns: whoever
    /// stands behind the agent or task, the room's moderators, those who lead the mesh.
    AlertAcknowledge "alert.acknowledge" {
        Command Needs::Permission(TasksRead), Post "/api/alerts/{alert}/acknowledge" => 200,
        AlertRefInput => Done,
        example r#"{"alert": "$alert"}"#
    }
    /// Set when a kind of alert is raised, how bad it is and who hears of it. What is left out stays as it is.
    AlertSet "alert.set" {
        Command Needs::Permission(AgentsAdmin), Put "/api/alert-rules/{kind}" => 200,
        AlertSetInput => Done,
        example r#"{"kind": "disk_low", "threshold": 10, "severity": "critical"}"#
    }
    /// Say by which ways the caller is told of alerts: from which severity on in the inbox, in browsers, by connectors.
    AlertRoutesGet "alert.routes" {
        Query Needs::Permission(TasksRead), Get "/api/alert-routes" => 200,
        NoInput => AlertRoutes,
        example "{}"
    }
    /// Set by which ways the caller is told of alerts, whole. Below `critical` browsers may be told every hour or day of all together.
    AlertRoutesSet "alert.routes_set" {
        Command Needs::Permission(TasksRead), Put "/api/alert-routes" => 200,
        AlertRoutes => AlertRoutes,
        example r#"{"push": "critical", "digest": {"every": "day", "at": "08:00", "zone": "Europe/Berlin"}}"#
    }
    /// Raise an alert that only the caller sees, to try what comes of it. It ends when it is acknowledged, or by itself.
    AlertTest "alert.test" {
        Command Needs::Permission(TasksRead), Post "/api/alert-test" => 201,
        AlertTestInput => AlertMade,
        example r#"{"severity": "critical"}"#
    }
}
