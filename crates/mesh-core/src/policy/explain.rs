//! Why somebody may do something, or may not. The same functions decide when it is done.

use mesh_model::api::Deed;
use mesh_model::policy::{MessageKind, Ruling, RulingBy};
use mesh_model::{Capability, Millis, ParticipantId, Permission, Refusal, RoomId};

use crate::policy::{Decided, Moment};
use crate::room::check_in_use;
use crate::room::rules::may_set_policy;
use crate::{Access, Room, refuse};

impl Access {
    /// Whether the participant may do this in the room at `now`: what allows it, or the refusal with what
    /// denies it. The rules of form and the limits depend on what is said; refusals name them.
    pub fn explain(
        &self,
        room: RoomId,
        participant: ParticipantId,
        deed: Deed,
        now: Millis,
    ) -> Result<Ruling, Refusal> {
        self.check_standing(participant, deed)?;
        let room = self.visible_room(Some(participant), room)?;
        match deed {
            Deed::Join => {
                self.check_join(room, participant)?;
                Ok(Ruling::by(RulingBy::Membership))
            }
            Deed::SetPolicy => {
                let owner = self.is_owner(participant);
                may_set_policy(self, room.id, participant, owner).map(|(_, right)| right)
            }
            Deed::Command => {
                let kind = Some(MessageKind::Command);
                self.explain_capability(room, participant, Deed::Speak, Moment { now, kind })?;
                let found = self.participant(participant);
                let found = found.ok_or_else(refuse::no_participant)?;
                self.check_trigger(room, found, self.trust_in(found))
            }
            _ => {
                let kind = (deed == Deed::Speak).then_some(MessageKind::Text);
                self.explain_capability(room, participant, deed, Moment { now, kind })
            }
        }
    }

    /// What no room can give: an enabled participant with the permission that the deed needs.
    fn check_standing(&self, participant: ParticipantId, deed: Deed) -> Result<(), Refusal> {
        self.check_enabled(participant)?;
        let needed = match deed {
            Deed::Listen | Deed::DataRead => Permission::MessagesRead,
            _ => Permission::MessagesWrite,
        };
        if self.own_permissions(participant).has(needed) {
            Ok(())
        } else {
            Err(refuse::permission(needed))
        }
    }

    fn explain_capability(
        &self,
        room: &Room,
        participant: ParticipantId,
        deed: Deed,
        moment: Moment,
    ) -> Result<Ruling, Refusal> {
        let wanted = deed.capability().unwrap_or(Capability::Speak);
        let decided = self.check_capability_at(room, participant, wanted, moment)?;
        let changes = !matches!(
            wanted,
            Capability::Listen | Capability::DataRead | Capability::Moderate
        );
        if changes {
            check_in_use(room)?;
        }
        Ok(match decided {
            Decided::Member => self.member_ruling(room, participant),
            decided => self.ruling(room, decided),
        })
    }

    /// What was set for one member, with where.
    fn member_ruling(&self, room: &Room, participant: ParticipantId) -> Ruling {
        let member = room.members.get(&participant);
        let set = member.map(|member| member.set).filter(|seq| seq.0 > 0);
        Ruling {
            set_seq: set,
            ..Ruling::by(RulingBy::Member)
        }
    }
}
