//! `group.create`

use crate::prelude::*;

impl Run for GroupCreate {
    async fn run(door: &Door, call: &Call, input: GroupCreateInput) -> Result<Group, Refusal> {
        let group = GroupId(Uuid::now_v7());
        let room = RoomId(Uuid::now_v7());
        let command = Command::CreateGroup {
            group,
            name: input.name,
            room,
        };
        let outcome = call.submit(door, command).await?;
        let mut made = Group {
            name: String::new(),
            room,
            members: Vec::new(),
        };
        for facts in door.facts(&outcome).await? {
            match facts {
                Facts::GroupCreated(group) => made.name = group.name,
                Facts::RoomCreated(conversation) => made.room = conversation.room,
                _ => {}
            }
        }
        Ok(made)
    }
}
