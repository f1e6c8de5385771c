//! `member.mute`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for MemberMute {
    async fn run(door: &Door, call: &Call, input: MuteInput) -> Result<Done, Refusal> {
        if input.seconds == Some(0) {
            return Err(refuse::invalid(
                "the field 'seconds' is 0, which mutes nobody",
                "name at least one second, or leave it out to mute until somebody ends it",
            ));
        }
        let room = call.room(&input.room)?.id;
        let participant = call.participant(&input.participant)?.id;
        let until = input
            .seconds
            .map(|seconds| call.now.plus(u64::from(seconds) * 1000));
        let reason = check::reason(input.reason)?;
        call.done(
            door,
            Command::Room(RoomCommand::Mute {
                room,
                participant,
                until,
                reason,
            }),
        )
        .await
    }
}
