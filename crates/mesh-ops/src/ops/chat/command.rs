//! `chat.command`

use crate::ops::chat;
use crate::prelude::*;
use mesh_model::events::TaskFacts;

impl Run for ChatCommand {
    async fn run(door: &Door, call: &Call, input: ChatInput) -> Result<ChatAnswer, Refusal> {
        let room = call.room(&input.room)?.id;
        check::message(&input.text, None, false)?;
        chat::carry_out(door, call, room, &input.text).await
    }

    /// What a line led to is in the log; its words are not kept.
    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<ChatAnswer> {
        let task = |facts: &Facts| match facts {
            Facts::Task(TaskFacts::Created(created)) => Some(created.task),
            _ => None,
        };
        Some(ChatAnswer {
            command: "repeated".to_owned(),
            text: "This was carried out before.".to_owned(),
            tasks: facts.iter().filter_map(task).collect(),
            message: None,
            to: None,
            seq: outcome.last(),
        })
    }
}
