//! Workers, dispatch, budgets and costs.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST worker_operations
    /// Take work from here on, with so many slots and these capabilities.
    WorkerEnrol "worker.enrol" {
        Command Needs::Permission(TasksWrite), Post "/api/workers/me" => 200,
        WorkerEnrolInput => Done,
        example r#"{"slots": 2, "capabilities": ["research", "code"], "machine": "den", "runner": "claude"}"#
    }
    /// Take no more work. What is under way runs until its lease ends.
    WorkerLeave "worker.leave" {
        Command Needs::Permission(TasksWrite), Delete "/api/workers/{worker}" => 200,
        WorkerRefInput => Done,
        example r#"{"worker": "rex"}"#
    }
    /// List workers: slots, what they run, breaker, what others verified of their work.
    WorkerList "worker.list" {
        Query Needs::Permission(TasksRead), Get "/api/workers" => 200,
        NoInput => Workers,
        example "{}"
    }
    /// Pause, drain or resume a worker: its own parent may, and `agents:admin`.
    WorkerMode "worker.mode" {
        Command Needs::Permission(TasksWrite), Put "/api/workers/{worker}/mode" => 200,
        WorkerModeInput => Done,
        example r#"{"worker": "rex", "mode": "paused"}"#
    }
    /// Set a worker's slots and capabilities, whatever it says of itself.
    WorkerSet "worker.set" {
        Command Needs::Permission(TasksWrite), Put "/api/workers/{worker}" => 200,
        WorkerSetInput => Done,
        example r#"{"worker": "rex", "slots": 3}"#
    }
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
    /// Set what may be used in a day: by one agent, by each, in a room, or in the mesh.
    BudgetSet "budget.set" {
        Command Needs::Permission(TasksWrite), Put "/api/budgets" => 200,
        BudgetSetInput => Done,
        example r#"{"agent": "rex", "tokens": 200000, "micros": 1000000}"#
    }
    /// List budgets and what is used of them today, as far as the caller may know.
    BudgetList "budget.list" {
        Query Needs::Permission(TasksRead), Get "/api/budgets" => 200,
        NoInput => List<BudgetView>,
        example "{}"
    }
    /// Add up what attempts cost, by model, agent, room or day.
    CostList "cost.list" {
        Query Needs::Permission(AdminAnalytics), Get "/api/costs" => 200,
        CostListInput => List<CostView>,
        example r#"{"by": "model", "days": 30}"#
    }
}
