//! Plans: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Plan
    /// Have an agent say how something is done here that is said in plain language. It becomes a task whose result is a plan: the
    /// operations that would do it. Nothing of it is done before the person who asked has read it and carries it out.
    PlanAsk "plan.ask" {
        Command Needs::Permission(TasksWrite), Post "/api/plans" => 201,
        PlanAskInput => TasksCreated,
        example r#"{"room": "workshop", "wish": "Give rex a rest and tell everybody why"}"#
    }
    /// Read a plan: each step with what its operation does, and what stands against it. Only people read plans.
    PlanGet "plan.get" {
        Query Needs::Permission(TasksRead), Get "/api/plans/{task}" => 200,
        PlanRefInput => PlanView,
        example r#"{"task": "$planning_task"}"#
    }
    /// Carry out a plan that the caller has asked for and read: its steps in their order, with the caller's own rights, until one is
    /// refused. Only a person does. A step that was done is not done again.
    PlanCarry "plan.carry" {
        Command Needs::Permission(TasksWrite), Post "/api/plans/{task}/carry" => 200,
        PlanCarryInput => PlanCarried,
        example r#"{"task": "$planning_task", "plan": "$plan"}"#
    }
}
