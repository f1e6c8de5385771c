//! Many tasks in one call: stored by one sync, each answered for itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{TaskFinishInput, TaskPieceInput, TaskTakeInput, TaskTakenIn, TasksTaken};
use crate::api::Done;
use crate::error::Problem;
use crate::ids::Seq;

/// The answer to one part of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "{T}Answer")]
#[serde(rename_all = "snake_case")]
pub enum PartAnswer<T> {
    /// It was carried out.
    Ok(T),
    /// It was refused; the other parts stand for themselves.
    Problem(Box<Problem>),
}

/// Hand in the results of many tasks, and take the next ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskFinishManyInput {
    /// The results, 1 to 64.
    pub results: Vec<TaskFinishInput>,
    /// What to take once they are handed in, without waiting (`wait_ms` has no place here); absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<TaskTakeInput>,
}

/// What became of the results, and the tasks that were taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TasksFinished {
    /// An answer for each result, in their order.
    pub results: Vec<PartAnswer<TaskTakenIn>>,
    /// What was taken, if something was to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<PartAnswer<TasksTaken>>,
    /// The place in the log.
    pub seq: Seq,
}

/// Put out pieces of the output of many running tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskProgressManyInput {
    /// The pieces, 1 to 64; those of one task in their order.
    pub pieces: Vec<TaskPieceInput>,
}

/// What became of the pieces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PiecesStored {
    /// An answer for each piece, in their order.
    pub pieces: Vec<PartAnswer<Done>>,
    /// The place in the log.
    pub seq: Seq,
}
