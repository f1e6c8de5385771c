//! `message.send`: to a person, a room, a group or everyone

use crate::prelude::*;
use mesh_model::command::RoomCommand;

use super::post::{Draft, post, told_posted};

impl Run for MessageSend {
    async fn run(door: &Door, call: &Call, input: MessageSendInput) -> Result<Posted, Refusal> {
        let said = Draft {
            text: input.text,
            reply_to: input.reply_to,
            priority: input.priority,
            payload: input.payload,
            files: input.files,
            ..Draft::default()
        };
        said.check(call)?;
        let room = conversation(door, call, input.to.trim(), &said).await?;
        post(door, call, room, said).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<Posted> {
        told_posted(outcome, facts)
    }
}

/// The room that an address stands for.
async fn conversation(door: &Door, call: &Call, to: &str, said: &Draft) -> Result<RoomId, Refusal> {
    if let Some(handle) = to.strip_prefix('@') {
        let other = call.participant(handle)?.id;
        return match call.access.direct(call.me()?, other) {
            Some(room) => Ok(room),
            // No conversation is opened for an answer to something that is not in it.
            None if said.reply_to.is_some() => Err(refuse::no_message()),
            None => direct(door, call, other).await,
        };
    }
    if let Some(name) = to.strip_prefix("group:") {
        return call.group(name)?.room.ok_or_else(refuse::no_group);
    }
    if to == "everyone" {
        let mesh = call.access.mesh();
        return mesh
            .and_then(|mesh| mesh.broadcast)
            .ok_or_else(refuse::no_room);
    }
    Ok(call.room(to)?.id)
}

/// The conversation of the caller with another, or with itself; opened if there is none.
pub(crate) async fn direct(
    door: &Door,
    call: &Call,
    other: ParticipantId,
) -> Result<RoomId, Refusal> {
    let me = call.me()?;
    if let Some(room) = call.access.direct(me, other) {
        return Ok(room);
    }
    let room = RoomId(Uuid::now_v7());
    let command = Command::Room(RoomCommand::Create {
        room,
        kind: RoomKind::Direct,
        name: None,
        access: events::RoomAccess::Private,
        history: None,
        defaults: None,
        members: vec![other],
        text: None,
    });
    // Without the caller's key: that one belongs to the message.
    match call.submit_unkeyed(door, command).await {
        Ok(outcome) if outcome.count > 0 => Ok(room),
        // Somebody was faster: the pair has one conversation for ever.
        answer => door
            .node()
            .access()
            .direct(me, other)
            .map(Ok)
            .unwrap_or_else(|| {
                answer.and(Err(refuse::internal(
                    "the conversation's own event cannot be found",
                )))
            }),
    }
}
