//! From what people write to ids: rooms, participants, groups. What the asker may not know of is
//! answered like what does not exist.

use std::sync::Arc;

use mesh_core::{Access, Action, Group, Participant, Room};
use mesh_model::{
    Effect, ErrorCode, MeshId, ParticipantId, Permission, Refusal, RoomId, Seq, refuse,
};

use crate::door::Call;

/// A room that a participant may know of: by id, by name with or without `#`, or `@handle` for its
/// conversation with somebody.
pub(crate) fn room<'a>(
    access: &'a Access,
    me: ParticipantId,
    text: &str,
) -> Result<&'a Arc<Room>, Refusal> {
    let found = match (text.parse::<RoomId>(), text.strip_prefix('@')) {
        (Ok(id), _) => access.room(id),
        (_, Some(handle)) => access
            .by_handle(handle)
            .and_then(|other| access.room(access.direct(me, other.id)?)),
        (_, None) => access.room_named(text),
    };
    let room = found.ok_or_else(refuse::no_room)?;
    access
        .may(me, Action::See, room.id)
        .map_err(|_| refuse::no_room())?;
    Ok(room)
}

impl Call {
    /// A room by id, by name with or without `#`, or by `@handle`.
    pub fn room(&self, text: &str) -> Result<Arc<Room>, Refusal> {
        room(&self.access, self.me()?, text).cloned()
    }

    /// A room that the caller may read, and the first place of it that it may read.
    pub fn readable_room(&self, text: &str) -> Result<(RoomId, Seq), Refusal> {
        let room = self.room(text)?;
        self.readable(room.id)
    }

    /// The same, by id.
    pub fn readable(&self, room: RoomId) -> Result<(RoomId, Seq), Refusal> {
        self.access.may(self.me()?, Action::Read, room)?;
        let found = self.rooms()?.into_iter().find(|(id, _)| *id == room);
        found.ok_or_else(refuse::no_room)
    }

    /// A room whose shared data the caller may read.
    pub fn data_room(&self, text: &str) -> Result<RoomId, Refusal> {
        let room = self.readable_room(text)?.0;
        if self.access.may_data(self.me()?, room) {
            return Ok(room);
        }
        Err(Refusal::new(
            ErrorCode::CapabilityDenied,
            "the room's rules do not let you read its shared data",
            Effect::NothingChanged,
            "ask a moderator of the room for the capability data-read",
        ))
    }

    /// A room whose rules the caller may know: it reads there, made it, or owns the mesh.
    pub fn ruled_room(&self, text: &str) -> Result<Arc<Room>, Refusal> {
        let (room, me) = (self.room(text)?, self.me()?);
        if room.creator != Some(me) && !self.access.is_owner(me) {
            self.access.may(me, Action::Read, room.id)?;
        }
        Ok(room)
    }

    /// The mesh's id.
    pub fn mesh(&self) -> Result<MeshId, Refusal> {
        let mesh = self.access.mesh().map(|mesh| mesh.id);
        mesh.ok_or_else(|| refuse::internal("the mesh has no id yet"))
    }

    /// All rooms that the caller may read, and the first place of each.
    pub fn rooms(&self) -> Result<Vec<(RoomId, Seq)>, Refusal> {
        Ok(self.access.readable_rooms(self.me()?))
    }

    /// Whether the caller may know of the participant.
    pub fn sees(&self, participant: ParticipantId) -> bool {
        let sees = self
            .actor
            .participant()
            .is_some_and(|me| self.access.sees_participant(me, participant));
        sees || self.has(Permission::AgentsAdmin)
    }

    /// A participant by id or handle, with or without `@`.
    pub fn participant(&self, text: &str) -> Result<Arc<Participant>, Refusal> {
        let found = match text.parse::<ParticipantId>() {
            Ok(id) => self.access.participant(id),
            Err(_) => self.access.by_handle(text),
        };
        found
            .filter(|found| self.sees(found.id))
            .cloned()
            .ok_or_else(refuse::no_participant)
    }

    /// A participant, or the caller if nobody is named.
    pub fn participant_or_me(&self, text: Option<&str>) -> Result<ParticipantId, Refusal> {
        match text {
            Some(text) => Ok(self.participant(text)?.id),
            None => self.me(),
        }
    }

    /// Several participants.
    pub fn participants(&self, texts: &[String]) -> Result<Vec<ParticipantId>, Refusal> {
        texts
            .iter()
            .map(|text| Ok(self.participant(text)?.id))
            .collect()
    }

    /// A user by id or handle.
    pub fn user(&self, text: &str) -> Result<Arc<Participant>, Refusal> {
        let found = self.participant(text).map_err(|_| refuse::no_user())?;
        if found.user.is_none() {
            return Err(refuse::no_user());
        }
        Ok(found)
    }

    /// A group by name.
    pub fn group(&self, name: &str) -> Result<Arc<Group>, Refusal> {
        self.access
            .group_named(name)
            .cloned()
            .ok_or_else(refuse::no_group)
    }

    /// The participants whom a text names. Names that nobody has are just words.
    pub fn mentions(&self, text: &str) -> Vec<ParticipantId> {
        let handles = mesh_model::names::mentions(text);
        handles
            .into_iter()
            .filter_map(|handle| Some(self.access.by_handle(handle)?.id))
            .collect()
    }
}
