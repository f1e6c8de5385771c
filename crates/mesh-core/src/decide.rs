//! From a command to its events: who asks is checked first, then the noun's rules.

use mesh_model::{Command, Ctx, NewEvent, Refusal};

use crate::actor::Asker;
use crate::{
    State, credential, event_type, group, invite, mesh, message, participant, room, session,
};

/// What the command leads to: its events in order, none if it is so already, or a refusal.
///
/// The state is not changed; [`apply`](crate::apply) does that once the events have their places.
pub fn decide(state: &State, command: &Command, ctx: &Ctx) -> Result<Vec<NewEvent>, Refusal> {
    let asker = Asker::check(&state.access, command, ctx)?;
    match command {
        Command::PostMessage { .. }
        | Command::EditMessage { .. }
        | Command::DeleteMessage { .. } => message::decide(&asker, &state.recent.deleted, command),
        Command::CreateMesh { .. }
        | Command::ReplaceVault { .. }
        | Command::RecordRefused { .. } => mesh::decide(&asker, command),
        Command::RegisterParticipant { .. }
        | Command::UpdateParticipant { .. }
        | Command::SetRoles { .. }
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
        | Command::LeaveRoom { .. }
        | Command::RemoveMember { .. }
        | Command::SetMemberCapabilities { .. }
        | Command::SetRoomDefaults { .. } => room::decide(&asker, command),
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
            event_type::decide(&asker, command)
        }
    }
}
