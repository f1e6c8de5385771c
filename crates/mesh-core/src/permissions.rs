//! May somebody do something? Both must allow it: the permission of the credential and the
//! capability in the room.

use std::sync::Arc;

use mesh_model::api::Deed;
use mesh_model::events::{RoomKind, Trust};
use mesh_model::limits::PARENT_DEPTH_MAX;
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{
    Actor, Capability, CapabilitySet, Millis, ParticipantId, Permission, PermissionSet, Refusal,
    RoomId,
};

use crate::policy::{Decided, Moment};
use crate::{Access, Action, Room, refuse};

impl Access {
    /// What the actor may ask for at present, whatever the time: expiry is [`Access::standing`]'s.
    pub fn permissions(&self, actor: &Actor) -> PermissionSet {
        self.standing(actor, Millis(0))
            .unwrap_or(PermissionSet::NONE)
    }

    /// What the actor may ask for at `now`, or why it may not act at all: its credential is over,
    /// or its participant or a parent is disabled.
    pub fn standing(&self, actor: &Actor, now: Millis) -> Result<PermissionSet, Refusal> {
        match *actor {
            Actor::Node => Ok(PermissionSet::ALL),
            Actor::Owner(id) if self.is_owner(id) => Ok(PermissionSet::ALL),
            Actor::User(id) if self.users.contains(&id) => {
                Ok(self.bounds(actor, now)?.and(self.own_standing(id)?))
            }
            Actor::Credential(id, credential) => {
                let credential = self.credentials.get(&credential);
                let credential = credential.filter(|found| found.participant == id);
                credential.ok_or_else(refuse::unknown_credential)?;
                Ok(self.bounds(actor, now)?.and(self.own_standing(id)?))
            }
            Actor::Invite(id) => {
                let invite = self
                    .invites
                    .get(&id)
                    .ok_or_else(refuse::unknown_credential)?;
                crate::invite::check_open(invite, now)?;
                self.bounds(actor, now)?;
                Ok(PermissionSet::NONE)
            }
            Actor::Link(id) if self.link_of(id).is_some_and(crate::Link::is_open) => {
                Ok(crate::link::linked().and(self.own_standing(id)?))
            }
            Actor::Owner(_) | Actor::User(_) | Actor::Link(_) => Err(refuse::unknown_credential()),
        }
    }

    /// What the participant itself may ask for, whatever its credentials say: the owner
    /// everything, a user what its role says, anybody else what its parent may.
    pub fn own_permissions(&self, participant: ParticipantId) -> PermissionSet {
        self.own_standing(participant)
            .unwrap_or(PermissionSet::NONE)
    }

    /// Whether the participant is neither disabled itself nor depends on one that is.
    pub fn check_enabled(&self, participant: ParticipantId) -> Result<(), Refusal> {
        self.own_standing(participant).map(drop)
    }

    pub(crate) fn own_standing(
        &self,
        participant: ParticipantId,
    ) -> Result<PermissionSet, Refusal> {
        let mut id = participant;
        for _ in 0..=PARENT_DEPTH_MAX {
            let found = self
                .participants
                .get(&id)
                .ok_or_else(refuse::unknown_credential)?;
            if !found.is_enabled() {
                return Err(refuse::disabled(&found.handle, id == participant));
            }
            if self.is_owner(id) {
                return Ok(PermissionSet::ALL);
            }
            match (found.user, found.parent) {
                (Some(role), _) => return Ok(role.permissions()),
                (None, Some(parent)) => id = parent,
                (None, None) => return Ok(PermissionSet::NONE),
            }
        }
        Ok(PermissionSet::NONE)
    }

    /// Whether disabling `other` leaves the participant without any permission: it is the same
    /// one, or one of those from whom its permissions come.
    pub(crate) fn depends_on(&self, participant: ParticipantId, other: ParticipantId) -> bool {
        let mut id = participant;
        for _ in 0..=PARENT_DEPTH_MAX {
            if id == other {
                return true;
            }
            match self.participants.get(&id) {
                Some(found) if found.user.is_none() => match found.parent {
                    Some(parent) => id = parent,
                    None => return false,
                },
                _ => return false,
            }
        }
        false
    }

    /// Whether the actor may act at `now` and has this permission.
    pub fn check_permission(
        &self,
        actor: &Actor,
        needed: Permission,
        now: Millis,
    ) -> Result<(), Refusal> {
        if self.standing(actor, now)?.has(needed) {
            return Ok(());
        }
        Err(refuse::permission(needed))
    }

    /// What the participant may do in the room at one time or another; nothing if it is no member.
    ///
    /// A room's creator holds every capability while it is a member, and so does the owner of the
    /// mesh, except in direct conversations: there nobody stands above the other.
    pub fn capabilities(&self, room: RoomId, participant: ParticipantId) -> CapabilitySet {
        match self.rooms.get(&room) {
            Some(room) => self.capabilities_in(room, participant),
            None => CapabilitySet::NONE,
        }
    }

    /// Whether nothing can be taken from the participant in this room while it is a member.
    pub(crate) fn rules(&self, room: &Room, participant: ParticipantId) -> bool {
        room.kind != RoomKind::Direct
            && (room.creator == Some(participant) || self.is_owner(participant))
    }

    /// Whether the participant may do this in the room. A room it may not know of is answered like
    /// one that does not exist.
    pub fn may(
        &self,
        participant: ParticipantId,
        action: Action,
        room: RoomId,
    ) -> Result<(), Refusal> {
        let room = self.visible_room(Some(participant), room)?;
        match action {
            Action::See => Ok(()),
            Action::Read => self.check_capability(room, participant, Capability::Listen),
            Action::Post => {
                self.check_capability(room, participant, Capability::Speak)?;
                crate::room::check_in_use(room)
            }
            Action::Moderate => self.check_capability(room, participant, Capability::Moderate),
            Action::Join => self.check_join(room, participant),
        }
    }

    /// Whether the participant may listen in the room.
    pub fn may_read(&self, participant: ParticipantId, room: RoomId) -> bool {
        self.may(participant, Action::Read, room).is_ok()
    }

    /// The room, if whoever asks may know of it; the node (`None`) knows all.
    pub(crate) fn visible_room(
        &self,
        participant: Option<ParticipantId>,
        room: RoomId,
    ) -> Result<&Arc<Room>, Refusal> {
        let room = self.rooms.get(&room).ok_or_else(refuse::no_room)?;
        match participant {
            Some(id) if !self.knows_room(id, room) => Err(refuse::no_room()),
            _ => Ok(room),
        }
    }

    /// Whether the participant may know that the room exists.
    pub(crate) fn knows_room(&self, participant: ParticipantId, room: &Room) -> bool {
        room.is_listed()
            || room.members.contains_key(&participant)
            || room.invited.contains_key(&participant)
    }

    pub(crate) fn check_capability(
        &self,
        room: &Room,
        participant: ParticipantId,
        needed: Capability,
    ) -> Result<(), Refusal> {
        if self.capabilities_in(room, participant).has(needed) {
            return Ok(());
        }
        let moment = Moment {
            now: Millis(0),
            kind: None,
        };
        Err(self.refused(
            room,
            self.decided(room, participant, needed, moment),
            needed,
        ))
    }

    /// The same as things stand at the moment, the hours and kinds that rules name included. Gives what allows it.
    pub(crate) fn check_capability_at(
        &self,
        room: &Room,
        participant: ParticipantId,
        needed: Capability,
        moment: Moment,
    ) -> Result<Decided, Refusal> {
        let decided = self.decided(room, participant, needed, moment);
        if decided.allows() {
            return Ok(decided);
        }
        Err(self.refused(room, decided, needed))
    }

    fn refused(&self, room: &Room, decided: Decided, needed: Capability) -> Refusal {
        let ruling = self.ruling(room, decided);
        refuse::deed(Deed::of(needed), &refuse::room_label(room), ruling)
    }

    pub(crate) fn check_join(
        &self,
        room: &Room,
        participant: ParticipantId,
    ) -> Result<(), Refusal> {
        if self.member_of(room, participant).is_some() {
            return Ok(());
        }
        crate::room::check_not_banned(room, participant, true)?;
        crate::room::check_in_use(room)?;
        if !self.participants.contains_key(&participant) {
            return Err(refuse::no_participant());
        }
        if room.invited.contains_key(&participant) {
            return Ok(());
        }
        let trusted = self.trust_of(participant, false) >= Trust::Local;
        if !room.is_listed() || room.kind != RoomKind::Room || !trusted {
            let rule = Ruling::by(RulingBy::Membership);
            return Err(refuse::deed(Deed::Join, &refuse::room_label(room), rule));
        }
        Ok(())
    }
}
