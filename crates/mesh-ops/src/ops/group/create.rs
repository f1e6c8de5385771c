//! `group.create`

use crate::ops::present;
use crate::prelude::*;
use mesh_model::command::GroupCommand;
use mesh_model::events::{GroupFacts, RoomFacts};

impl Run for GroupCreate {
    async fn run(door: &Door, call: &Call, input: GroupCreateInput) -> Result<Group, Refusal> {
        let group = GroupId(Uuid::now_v7());
        let room = RoomId(Uuid::now_v7());
        let command = Command::Group(GroupCommand::Create {
            group,
            name: input.name,
            room,
        });
        let outcome = call.submit(door, command).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(call: &Call, _: &Outcome, facts: Vec<Facts>) -> Option<Group> {
        let (mut name, mut room, mut members) = (None, None, Vec::new());
        for facts in facts {
            match facts {
                Facts::Group(GroupFacts::Created(group)) => name = Some(group.name),
                Facts::Room(RoomFacts::Created(conversation)) => room = Some(conversation.room),
                Facts::Group(GroupFacts::MemberAdded(added)) => {
                    members.push(present::participant(&call.access, added.participant));
                }
                _ => {}
            }
        }
        Some(Group {
            name: name?,
            room: room?,
            members,
        })
    }
}
