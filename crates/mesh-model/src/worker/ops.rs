//! Workers: participants that take tasks; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Worker
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
}
