//! `skill.accept`

use super::no_skill;
use crate::prelude::*;

use mesh_model::command::SkillCommand;

impl Run for SkillAccept {
    async fn run(door: &Door, call: &Call, input: SkillAcceptInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let (name, number) = (input.name.clone(), input.version);
        // Whoever may accept it may see it, however late it came into the room.
        let found = door
            .view(call, move |view| {
                view.skill_version((room, Seq::ZERO), &name, Some(number))
            })
            .await?;
        let row = found.ok_or_else(no_skill)?;
        if !call.access.may_accept_skill(call.me()?, room, row.facts.by) && !row.open {
            return Err(no_skill());
        }
        if row.body.sha256 != input.sha256 {
            return Err(refuse::conflict(
                "the version has another hash than what you looked at",
                "look at it again with skill.get, and accept the hash that it tells",
            )
            .so(Effect::NothingChanged));
        }
        let command = Command::Skill(SkillCommand::Accept {
            room,
            name: input.name,
            version: row.seq,
        });
        call.done(door, command).await
    }
}
