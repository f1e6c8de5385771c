//! `task.progress`: stored, or sent on and forgotten

use mesh_model::command::{Content, ContentEvidence, TaskCommand};
use mesh_model::events::Spend;
use mesh_model::limits::PROGRESS_BYTES_MAX;

use crate::ops::task::holds::{self, PutOut};
use crate::prelude::*;

impl Run for TaskProgress {
    async fn run(door: &Door, call: &Call, input: TaskPieceInput) -> Result<Done, Refusal> {
        if input.live {
            return send_on(door, call, &input).await;
        }
        let outcome = put_out(door, call, input).await?.submit(door, call).await?;
        Ok(Done {
            seq: outcome.last(),
        })
    }
}

/// A piece on its way to the writer.
pub(crate) async fn put_out(
    door: &Door,
    call: &Call,
    input: TaskPieceInput,
) -> Result<PutOut<impl Fn(ContentEvidence, Content) -> Command + Send + Sync + use<>>, Refusal> {
    let TaskPieceInput {
        task, fence, text, ..
    } = input;
    let room = holds::room(door, task)?;
    let output = TaskOutput { text, data: None };
    let command = move |evidence, body| {
        Command::Task(TaskCommand::Progress {
            task,
            fence,
            evidence,
            body,
        })
    };
    PutOut::new(door, call, room, output, command).await
}

/// To whoever looks at this moment.
pub(crate) async fn send_on(
    door: &Door,
    call: &Call,
    piece: &TaskPieceInput,
) -> Result<Done, Refusal> {
    let (task, fence, text) = (piece.task, piece.fence, piece.text.as_str());
    if text.len() > PROGRESS_BYTES_MAX {
        return Err(Refusal::new(
            ErrorCode::TooLarge,
            format!(
                "the piece of output has {} bytes, the limit is {PROGRESS_BYTES_MAX}",
                text.len()
            ),
            Effect::NothingSent,
            "send it in several pieces",
        ));
    }
    let me = call.me()?;
    let holds = |work: &mesh_core::Work| {
        let task = work.task(task)?;
        let attempt = task.attempt.as_ref()?;
        (attempt.fence == fence && attempt.worker == me).then_some(task.room)
    };
    let held = holds(&door.node().work());
    let room = match held {
        Some(room) => room,
        None => {
            // The core says why not. If it takes the beat after all, the attempt holds.
            let spent = Spend::default();
            let beat = Command::Task(TaskCommand::Extend { task, fence, spent });
            call.submit_unkeyed(door, beat).await?;
            holds::room(door, task)?
        }
    };
    call.access.may(me, Action::Read, room)?;
    door.node().ephemeral().output(room, task, fence, me, text);
    Ok(Done { seq: call.head })
}
