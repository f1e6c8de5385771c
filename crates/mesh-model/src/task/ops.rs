//! Tasks: who tries them, and what came of it; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Task
    /// Create tasks in a room, all or none. In one request tasks may name one another by `key`.
    TaskCreate "task.create" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks" => 201,
        TaskCreateInput => TasksCreated,
        tool "task_create",
        example r#"{"room": "workshop", "tasks": [{"key": "survey", "title": "Survey the parser", "prompt": "List the files of the parser and what each does.", "capability": "research"}, {"title": "Sum it up", "prompt": "Sum up what was found in five lines.", "needs": ["survey"]}]}"#
    }
    /// List tasks with their states, the newest page unless bounds say otherwise.
    TaskList "task.list" {
        Query Needs::Permission(TasksRead), Get "/api/tasks" => 200,
        TaskListInput => Page<TaskView>,
        tool "task_list",
        example r#"{"room": "workshop", "states": ["queued", "running"]}"#
    }
    /// Figures: how many tasks stand where, what was done day by day and by whom.
    TaskStatistics "task.stats" {
        Query Needs::Permission(TasksRead), Get "/api/figures/tasks" => 200,
        TaskStatsInput => TaskStats,
        example r#"{"days": 7}"#
    }
    /// Read a task: its words, its attempts, its result.
    TaskGet "task.get" {
        Query Needs::Permission(TasksRead), Get "/api/tasks/{task}" => 200,
        TaskRefInput => TaskDetail,
        tool "task_get",
        example r#"{"task": "$task"}"#
    }
    /// Read what a task has put out so far: pieces, handoffs, results.
    TaskOutputs "task.output" {
        Query Needs::Permission(TasksRead), Get "/api/tasks/{task}/output" => 200,
        TaskOutputInput => Page<TaskPiece>,
        example r#"{"task": "$held_task"}"#
    }
    /// Say why a task is where it is and who would get it, with the numbers behind the choice.
    TaskWhyGet "task.why" {
        Query Needs::Permission(TasksRead), Get "/api/tasks/{task}/why" => 200,
        TaskRefInput => TaskWhy,
        example r#"{"task": "$task"}"#
    }
    /// Who made a result and from what: signed results, linked from the first to the last.
    TaskProvenance "task.provenance" {
        Query Needs::Permission(TasksRead), Get "/api/tasks/{task}/provenance" => 200,
        TaskRefInput => ProvenanceView,
        example r#"{"task": "$done_task"}"#
    }
    /// Let a task wait for another one of its room.
    TaskLink "task.link" {
        Command Needs::Permission(TasksWrite), Put "/api/tasks/{task}/needs/{need}" => 200,
        TaskLinkInput => Done,
        example r#"{"task": "$task", "need": "$other_task"}"#
    }
    /// Take what fits the caller best. The node chooses; each task comes with a lease and a number that
    /// every update has to show.
    TaskTake "task.take" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/take" => 200,
        TaskTakeInput => TasksTaken,
        example r#"{"count": 1}"#
    }
    /// Say that work on a task begins, if it was taken without `start`.
    TaskStart "task.start" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/start" => 200,
        TaskBeatInput => LeaseView,
        example r#"{"task": "$held_task", "fence": "$fence"}"#
    }
    /// A heartbeat: extends the lease.
    TaskExtend "task.extend" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/extend" => 200,
        TaskBeatInput => LeaseView,
        example r#"{"task": "$held_task", "fence": "$fence", "spent": {"tokens": 1200}}"#
    }
    /// Put out a piece of a running task's output: stored, at most 16 KiB, or only sent on with `live`.
    TaskProgress "task.progress" {
        Command Needs::Permission(TasksStream), Post "/api/tasks/{task}/stream" => 200,
        TaskPieceInput => Done,
        example r#"{"task": "$held_task", "fence": "$fence", "text": "Three of nine files are read."}"#
    }
    /// Put out pieces of the output of many running tasks, at most 64, by one sync. Each is answered for itself.
    TaskProgressMany "task.progress_many" {
        Command Needs::Permission(TasksStream), Post "/api/tasks/stream" => 200,
        TaskProgressManyInput => PiecesStored,
        example r#"{"pieces": [{"task": "$held_task", "fence": "$fence", "text": "Four of nine files are read."}]}"#
    }
    /// Give a task back with what there is of it, at most 32 KiB. Whoever takes it next goes on from
    /// there.
    TaskHandOff "task.hand_off" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/handoff" => 200,
        TaskPieceInput => Done,
        example r#"{"task": "$held_task", "fence": "$fence", "text": "Three of nine files are read: …"}"#
    }
    /// Say that an attempt failed. The task is tried again until its attempts are used up.
    TaskFail "task.fail" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/fail" => 200,
        TaskFailInput => TaskTakenIn,
        example r#"{"task": "$failing_task", "fence": "$failing_fence", "reason": "the compiler is not installed"}"#
    }
    /// Hand in the result of a task.
    TaskFinish "task.finish" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/finish" => 200,
        TaskFinishInput => TaskTakenIn,
        example r#"{"task": "$ready_task", "fence": "$ready_fence", "output": {"text": "Nine files, three of them generated."}, "confidence": 92, "cost": {"spend": {"tokens": 5100, "micros": 21000}, "model": "claude-sonnet"}}"#
    }
    /// Hand in the results of many tasks, at most 64, and take the next ones behind them. One sync stores it all; each
    /// result is answered for itself.
    TaskFinishMany "task.finish_many" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/finish" => 200,
        TaskFinishManyInput => TasksFinished,
        example r#"{"results": [{"task": "$ready_task", "fence": "$ready_fence", "output": {"text": "Nine files, three of them generated."}, "confidence": 92}], "take": {"count": 1, "start": true}}"#
    }
    /// End a task without a result.
    TaskCancel "task.cancel" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/cancel" => 200,
        TaskReasonInput => Done,
        example r#"{"task": "$spare_task", "reason": "not needed any more"}"#
    }
    /// Let nobody work on a task until it is resumed. An attempt under way loses its lease.
    TaskPause "task.pause" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/pause" => 200,
        TaskRefInput => Done,
        example r#"{"task": "$task"}"#
    }
    /// Let a paused task go on.
    TaskResume "task.resume" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/resume" => 200,
        TaskRefInput => Done,
        example r#"{"task": "$task"}"#
    }
    /// Begin again with a task that failed or was cancelled.
    TaskRetry "task.retry" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/retry" => 200,
        TaskRefInput => Done,
        example r#"{"task": "$spare_task"}"#
    }
    /// Give a task to somebody, or to whoever fits.
    TaskAssign "task.assign" {
        Command Needs::Permission(TasksWrite), Put "/api/tasks/{task}/assigned" => 200,
        TaskAssignInput => Done,
        example r#"{"task": "$task", "to": "owner"}"#
    }
    /// Decide about a task that waits for a person. Needs the capability moderate.
    TaskResolve "task.resolve" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/resolve" => 200,
        TaskResolveInput => Done,
        example r#"{"task": "$blocked_task", "resolution": "fail", "reason": "nobody can do this here"}"#
    }
    /// Say whether a result is good. It counts for the reputation of whoever made it.
    TaskConfirm "task.confirm" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/confirm" => 200,
        TaskConfirmInput => Done,
        example r#"{"task": "$done_task", "good": true}"#
    }
    /// Erase a task's words for good: prompt, pieces, handoffs, results, reasons. What was done, by whom
    /// and when stays.
    TaskRedact "task.redact" {
        Command Needs::Permission(TasksWrite), Post "/api/tasks/{task}/redact" => 200,
        TaskReasonInput => Done,
        example r#"{"task": "$done_task", "reason": "holds a password"}"#
    }
}
