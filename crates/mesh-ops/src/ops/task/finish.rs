//! `task.finish`: the output is checked, its signature verified, and what the guard says of it found out, before the
//! core hears of it

use mesh_model::TaskId;
use mesh_model::command::{Content, ContentEvidence, TaskCommand, TaskResult};

use crate::ops::task::holds::PutOut;
use crate::ops::task::{handed_in, holds};
use crate::prelude::*;

impl Run for TaskFinish {
    async fn run(door: &Door, call: &Call, input: TaskFinishInput) -> Result<TaskTakenIn, Refusal> {
        let task = input.task;
        let outcome = put_out(door, call, input).await?.submit(door, call).await?;
        holds::taken_in(door, task, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<TaskTakenIn> {
        holds::told(outcome, &facts)
    }
}

/// A result on its way to the writer.
pub(crate) async fn put_out(
    door: &Door,
    call: &Call,
    input: TaskFinishInput,
) -> Result<PutOut<impl Fn(ContentEvidence, Content) -> Command + Send + Sync + use<>>, Refusal> {
    let (task, fence, output) = (input.task, input.fence, input.output);
    let room = holds::room(door, task)?;
    let labels = input.labels.iter();
    let labels: Result<Vec<RoomId>, Refusal> = labels.map(|room| Ok(call.room(room)?.id)).collect();
    let provenance = match input.signed {
        Some(signed) => Some(handed_in::verify(call, task, signed, &output)?),
        None => None,
    };
    let result = TaskResult {
        confidence: input.confidence,
        verdict: input.verdict,
        cost: input.cost,
        check: handed_in::check(door, task, &output).await?,
        provenance,
        labels: labels?,
    };
    let spare = TaskId(Uuid::now_v7());
    let command = move |evidence, body| {
        Command::Task(TaskCommand::Finish {
            task,
            fence,
            result: Box::new(result.clone()),
            spare,
            evidence,
            body,
        })
    };
    PutOut::new(door, call, room, output, command).await
}
