//! From a command to its events: who asks is checked first, then the noun's rules.

use mesh_model::command::FlowCommand;
use mesh_model::{Command, Ctx, NewEvent, Refusal};

use crate::actor::Asker;
use crate::desk::Desk;
use crate::{
    Decision, State, approval, context, credential, event_type, follow, group, identity, invite,
    memory, mesh, message, participant, quarantine, room, session, task, template, tool, worker,
};

/// What the command leads to: its events in order, none if it is so already, or a refusal.
///
/// The state is not changed; [`apply`](crate::apply) does that once the events have their places.
pub fn decide(state: &State, command: &Command, ctx: &Ctx) -> Result<Vec<NewEvent>, Refusal> {
    let asker = Asker::check(&state.access, command, ctx)?;
    match command {
        Command::PostMessage { .. }
        | Command::EditMessage { .. }
        | Command::DeleteMessage { .. } => message::decide(&asker, &state.recent, command),
        Command::ReviewMessage { .. }
        | Command::RedactMessage { .. }
        | Command::RescanMessage { .. } => quarantine::decide(&asker, &state.recent, command),
        Command::AddKey { .. } | Command::RevokeKey { .. } => identity::decide(&asker, command),
        Command::CreateMesh { .. }
        | Command::ReplaceVault { .. }
        | Command::RecordRefused { .. }
        | Command::SetLimits { .. }
        | Command::SetFloor { .. }
        | Command::SetSecret { .. }
        | Command::RemoveSecret { .. } => mesh::decide(&asker, command),
        Command::RegisterParticipant { .. }
        | Command::UpdateParticipant { .. }
        | Command::SetRoles { .. }
        | Command::SetTrust { .. }
        | Command::DisableParticipant { .. }
        | Command::EnableParticipant { .. }
        | Command::CreateUser { .. }
        | Command::SetUserRole { .. }
        | Command::ChangePassword { .. } => participant::decide(&asker, command),
        Command::CreateGroup { .. }
        | Command::DeleteGroup { .. }
        | Command::AddToGroup { .. }
        | Command::RemoveFromGroup { .. } => group::decide(&asker, command),
        Command::CreateRoom { .. }
        | Command::UpdateRoom { .. }
        | Command::ArchiveRoom { .. }
        | Command::RestoreRoom { .. }
        | Command::JoinRoom { .. }
        | Command::AddMember { .. }
        | Command::InviteMember { .. }
        | Command::AcceptInvitation { .. }
        | Command::DeclineInvitation { .. }
        | Command::AgreeExecution { .. }
        | Command::LeaveRoom { .. }
        | Command::RemoveMember { .. }
        | Command::SetMemberCapabilities { .. }
        | Command::SetRoomDefaults { .. }
        | Command::SetRoomPolicy { .. }
        | Command::SetSlowMode { .. }
        | Command::TransferRoom { .. }
        | Command::SetHold { .. }
        | Command::ExpireRoom { .. }
        | Command::MuteMember { .. }
        | Command::UnmuteMember { .. }
        | Command::BanMember { .. }
        | Command::UnbanMember { .. } => room::decide(&asker, command),
        Command::OpenSession { .. } | Command::CloseSession { .. } => {
            session::decide(&asker, command)
        }
        Command::IssueCredential { .. } | Command::RevokeCredential { .. } => {
            credential::decide(&asker, command)
        }
        Command::CreateInvite { .. }
        | Command::RedeemInvite { .. }
        | Command::RevokeInvite { .. } => invite::decide(&asker, command),
        Command::RegisterEventType { .. } | Command::PublishEvent { .. } => {
            event_type::decide(&asker, &state.recent, command)
        }
        Command::Task(_)
        | Command::Worker(_)
        | Command::Flow(_)
        | Command::Context(_)
        | Command::Memory(_)
        | Command::RecordTool { .. }
        | Command::Tick => decide_work(state, &asker, command),
    }
}

fn decide_work(state: &State, asker: &Asker<'_>, command: &Command) -> Decision {
    let desk = Desk {
        asker,
        work: &state.work,
        recent: &state.recent,
    };
    let events = match command {
        Command::Task(command) => task::decide(&desk, command)?,
        Command::Worker(command) => worker::decide(&desk, command)?,
        Command::Flow(command) => match command {
            FlowCommand::RequestApproval { .. } | FlowCommand::DecideApproval { .. } => {
                approval::decide(&desk, command)?
            }
            FlowCommand::CreateTemplate { .. } | FlowCommand::DeleteTemplate { .. } => {
                template::decide(&desk, command)?
            }
        },
        Command::Context(command) => context::decide(&desk, command)?,
        Command::Memory(command) => memory::decide(&desk, command)?,
        Command::RecordTool { .. } => tool::tool_called(command)?,
        Command::Tick => {
            asker.node_only()?;
            return Ok(follow::tick(&desk));
        }
        _ => Vec::new(),
    };
    Ok(follow::follow(&desk, events))
}
