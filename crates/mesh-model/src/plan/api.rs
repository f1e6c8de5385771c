//! What is asked and answered about plans.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::closed::{Code, Ours};
use crate::error::Problem;
use crate::ids::ActHash;
use crate::ids::{Seq, TaskId};
use crate::told::{Told, ToldData};

/// Have an agent say how something is done here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanAskInput {
    /// The room in which it is asked: id or name.
    pub room: String,
    /// What is wished, in any language, at most 2,000 characters.
    pub wish: String,
    /// Who is to plan it: id or handle; absent: whoever can `plan`, else the room's primary agent, else whoever fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
}

/// One thing to do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanStep {
    /// The operation, by its name.
    pub operation: String,
    /// What it takes.
    pub input: Map<String, Value>,
    /// Why it belongs to what is wished.
    #[serde(default)]
    pub why: String,
}

/// What an agent answers to a wish, as the structured result of its task holds it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanMade {
    /// What there is to say: the answer to a question, or what stands against the wish.
    #[serde(default)]
    pub answer: String,
    /// What would be done, in this order; at most 20. Empty if nothing has to be done, or nothing can.
    pub steps: Vec<PlanStep>,
}

/// A plan, by its task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRefInput {
    /// The task whose result it is.
    pub task: TaskId,
}

/// A plan as it would be carried out by whoever asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanView {
    /// The task whose result it is.
    pub task: TaskId,
    /// What stands for exactly these steps: carrying it out needs it.
    pub plan: ActHash,
    /// What the agent says.
    pub answer: Told,
    /// What would be done, in this order.
    pub steps: Vec<PlanStepView>,
    /// Whether the caller may carry it out: it has asked, and nothing stands against a step.
    pub ready: bool,
}

/// One thing that would be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanStepView {
    /// Its number: 1 is the first.
    pub number: u32,
    /// The operation, as the agent names it.
    pub operation: Told,
    /// What the operation does; absent if there is none of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Ours>")]
    pub does: Option<String>,
    /// What it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<ToldData>,
    /// Why, as the agent says.
    pub why: Told,
    /// What stands against it; absent if nothing is known to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Ours>")]
    pub trouble: Option<String>,
}

/// Carry a plan out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanCarryInput {
    /// The task whose result it is.
    pub task: TaskId,
    /// What `plan.get` told for the steps that were read.
    pub plan: ActHash,
}

/// What came of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanCarried {
    /// What came of each step, in their order.
    pub steps: Vec<PlanStepCarried>,
    /// Whether all were done.
    pub done: bool,
    /// The place of the last thing that happened.
    pub seq: Seq,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanStepCarried {
    /// Its number.
    pub number: u32,
    /// The operation.
    #[schemars(with = "Code")]
    pub operation: String,
    /// How it ended.
    pub state: PlanStepState,
    /// Where it stands in the log, if it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Box<Problem>>,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanStepState {
    /// It was done, now or by an earlier call.
    Done,
    /// It was refused.
    Refused,
    /// It was not tried, since one before it was refused.
    Left,
}
