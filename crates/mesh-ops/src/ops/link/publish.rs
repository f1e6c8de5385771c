//! `link.publish`: what the mesh tells of itself at an interchange

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkPublish {
    async fn run(door: &Door, call: &Call, input: LinkPublishInput) -> Result<Done, Refusal> {
        let agents = input.agents.iter();
        let agents: Result<Vec<ParticipantId>, Refusal> = agents
            .map(|agent| Ok(call.participant(agent)?.id))
            .collect();
        let command = LinkCommand::Publish {
            at: super::discover::address(&input.at)?,
            name: input.name,
            about: input.about,
            agents: agents?,
        };
        call.done(door, Command::Link(command)).await
    }
}
