//! `skill.withdraw`

use super::no_skill;
use crate::prelude::*;

use mesh_model::command::SkillCommand;

impl Run for SkillWithdraw {
    async fn run(door: &Door, call: &Call, input: SkillWithdrawInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let version = match input.version {
            None => None,
            Some(number) => {
                let work = door.node().work();
                let skill = work.skill(room, &input.name);
                let found = skill.and_then(|skill| skill.versions.get(&number));
                Some(found.ok_or_else(no_skill)?.seq)
            }
        };
        let command = Command::Skill(SkillCommand::Withdraw {
            room,
            name: input.name,
            version,
        });
        call.done(door, command).await
    }
}
