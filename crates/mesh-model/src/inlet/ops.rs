//! Inbound webhooks: what can be asked. Whoever makes one brings a bridge of its own into a room, which takes the right to do
//! that there; the bridge is trusted no further than a stranger.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Inlet
    /// Let a program outside knock: what it delivers, signed, appears in a room as words of a bridge. The secret is shown once.
    InletCreate "inlet.create" {
        Command Needs::Permission(AgentsWrite), Post "/api/inlets" => 201,
        InletCreateInput => InletSecret,
        example r#"{"room": "workshop", "kind": "github", "name": "ci-bridge", "events": ["push", "issues.opened"]}"#
    }
    /// List the inlets that one made, those of the ones below oneself, and those of rooms that one moderates.
    InletList "inlet.list" {
        Query Needs::Permission(MessagesRead), Get "/api/inlets" => 200,
        NoInput => List<Inlet>,
        example "{}"
    }
    /// Get an inlet.
    InletGet "inlet.get" {
        Query Needs::Permission(MessagesRead), Get "/api/inlets/{inlet}" => 200,
        InletRefInput => Inlet,
        example r#"{"inlet": "$inlet"}"#
    }
    /// The last 50 deliveries that proved themselves, newest first, since the node was started.
    InletDeliveries "inlet.deliveries" {
        Query Needs::Permission(MessagesRead), Get "/api/inlets/{inlet}/deliveries" => 200,
        InletRefInput => List<InletDelivery>,
        example r#"{"inlet": "$inlet"}"#
    }
    /// Carry out one of the last deliveries once more, as it came.
    InletRedeliver "inlet.redeliver" {
        Command Needs::Permission(AgentsWrite), Post "/api/inlets/{inlet}/deliveries" => 200,
        InletRedeliverInput => InletDelivery,
        example r#"{"inlet": "$inlet", "number": 1}"#
    }
    /// See what a sample, or a payload of one's own, becomes. Nothing is stored unless it is asked for.
    InletTest "inlet.test" {
        Command Needs::Permission(AgentsWrite), Post "/api/inlets/{inlet}/test" => 200,
        InletTestInput => InletPreview,
        example r#"{"inlet": "$inlet", "event": "push"}"#
    }
    /// Draw a new secret, shown once. The old one holds beside it for a day.
    InletRotate "inlet.rotate" {
        Command Needs::Permission(AgentsWrite), Post "/api/inlets/{inlet}/secret" => 200,
        InletRotateInput => InletSecret,
        example r#"{"inlet": "$inlet"}"#
    }
    /// Let an inlet take nothing for a while; senders are told to come later.
    InletPause "inlet.pause" {
        Command Needs::Permission(MessagesRead), Post "/api/inlets/{inlet}/pause" => 200,
        InletRefInput => Done,
        example r#"{"inlet": "$inlet"}"#
    }
    /// Let an inlet take deliveries again.
    InletResume "inlet.resume" {
        Command Needs::Permission(AgentsWrite), Post "/api/inlets/{inlet}/resume" => 200,
        InletRefInput => Done,
        example r#"{"inlet": "$inlet"}"#
    }
    /// Remove an inlet for good, its secrets too. Its bridge stays in the room and says nothing more by it.
    InletDelete "inlet.delete" {
        Command Needs::Permission(MessagesRead), Delete "/api/inlets/{inlet}" => 200,
        InletRefInput => Done,
        example r#"{"inlet": "$inlet"}"#
    }
}
