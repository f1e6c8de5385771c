//! What nearly every operation needs.

pub(crate) use mesh_core::{Access, Action};
pub(crate) use mesh_model::api::*;
pub(crate) use mesh_model::events::{self, CredentialKind, Kind, RoomKind};
pub(crate) use mesh_model::ops::*;
pub(crate) use mesh_model::permission::Preset;
pub(crate) use mesh_model::{
    Actor, Command, CredentialId, Effect, ErrorCode, Facts, GroupId, InviteId, MessageId, Millis,
    ParticipantId, Refusal, RoomId, Seq, refuse,
};
pub(crate) use mesh_node::Outcome;
pub(crate) use uuid::Uuid;

pub(crate) use crate::door::call::content;
pub(crate) use crate::door::{Call, Door, Run, told};
pub(crate) use crate::evidence::check;
