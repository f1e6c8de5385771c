//! `task.hand_off`

use mesh_model::command::{ContentEvidence, TaskCommand};

use crate::ops::task::holds::{self, PutOut};
use crate::prelude::*;

impl Run for TaskHandOff {
    async fn run(door: &Door, call: &Call, input: TaskPieceInput) -> Result<Done, Refusal> {
        let TaskPieceInput {
            task,
            fence,
            text,
            cost,
            ..
        } = input;
        let command = |evidence, body| {
            Command::Task(TaskCommand::HandOff {
                task,
                fence,
                cost: cost.clone(),
                evidence,
                body,
            })
        };
        if text.is_empty() {
            let command = command(ContentEvidence::default(), None);
            return call.done(door, command).await;
        }
        let room = holds::room(door, task)?;
        let output = TaskOutput { text, data: None };
        let put_out = PutOut::new(door, call, room, output, command).await?;
        let outcome = put_out.submit(door, call).await?;
        Ok(Done {
            seq: outcome.last(),
        })
    }
}
