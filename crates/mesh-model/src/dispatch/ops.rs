//! The switch that stops all dispatch: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Dispatch
    /// Give out no work at all until dispatch is resumed. What is under way goes on.
    DispatchStop "dispatch.stop" {
        Command Needs::Permission(AgentsAdmin), Post "/api/dispatch/stop" => 200,
        NoInput => Done,
        example "{}"
    }
    /// Give out work again.
    DispatchResume "dispatch.resume" {
        Command Needs::Permission(AgentsAdmin), Post "/api/dispatch/resume" => 200,
        NoInput => Done,
        example "{}"
    }
}
