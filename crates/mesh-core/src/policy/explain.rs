//! Why somebody may do something, or may not. The same functions decide when it is done.

use mesh_model::api::Deed;
use mesh_model::events::{RoomKind, Trust};
use mesh_model::policy::{MessageKind, Ruling, RulingBy};
use mesh_model::{Capability, Millis, ParticipantId, Permission, RoomId};

use super::judge::set_at;
use super::{Decided, Moment};
use crate::Access;
use crate::record::Room;

/// Whether a deed is allowed, and what decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Whether it is allowed.
    pub allowed: bool,
    /// What decided.
    pub rule: Ruling,
}

impl Judgement {
    fn allowed(rule: Ruling) -> Judgement {
        Judgement {
            allowed: true,
            rule,
        }
    }

    fn refused(rule: Ruling) -> Judgement {
        Judgement {
            allowed: false,
            rule,
        }
    }
}

impl Access {
    /// Whether the participant may do this in the room at `now`, and why. The rules of form and the
    /// limits depend on what is said; refusals name them.
    pub fn explain(
        &self,
        room: RoomId,
        participant: ParticipantId,
        deed: Deed,
        now: Millis,
    ) -> Judgement {
        let Some(room) = self.room(room) else {
            return Judgement::refused(Ruling::by(RulingBy::Membership));
        };
        if let Some(judgement) = self.without_standing(participant, deed) {
            return judgement;
        }
        match deed {
            Deed::Join => self.explain_join(room, participant),
            Deed::SetPolicy => self.explain_rule(room, participant),
            Deed::Command => self.explain_command(room, participant, now),
            _ => {
                let kind = (deed == Deed::Speak).then_some(MessageKind::Text);
                self.explain_capability(room, participant, deed, Moment { now, kind })
            }
        }
    }

    /// What no room can give: an enabled participant with the permission that the deed needs.
    fn without_standing(&self, participant: ParticipantId, deed: Deed) -> Option<Judgement> {
        if self.check_enabled(participant).is_err() {
            return Some(Judgement::refused(Ruling::by(RulingBy::Standing)));
        }
        let needed = match deed {
            Deed::Listen | Deed::DataRead => Permission::MessagesRead,
            _ => Permission::MessagesWrite,
        };
        if self.own_permissions(participant).has(needed) {
            return None;
        }
        Some(Judgement::refused(Ruling {
            name: Some(needed.name().to_owned()),
            ..Ruling::by(RulingBy::Permission)
        }))
    }

    fn explain_capability(
        &self,
        room: &Room,
        participant: ParticipantId,
        deed: Deed,
        moment: Moment,
    ) -> Judgement {
        let wanted = deed.capability().unwrap_or(Capability::Speak);
        let decided = self.decided(room, participant, wanted, moment);
        let changes = !matches!(
            wanted,
            Capability::Listen | Capability::DataRead | Capability::Moderate
        );
        if decided.allows() && changes && room.archived {
            return Judgement::refused(Ruling::by(RulingBy::Archived));
        }
        let ruling = match decided {
            Decided::Member => self.member_ruling(room, participant),
            decided => self.ruling(room, decided),
        };
        Judgement {
            allowed: decided.allows(),
            rule: ruling,
        }
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

    fn explain_command(&self, room: &Room, participant: ParticipantId, now: Millis) -> Judgement {
        let kind = Some(MessageKind::Command);
        let speaks = self.explain_capability(room, participant, Deed::Speak, Moment { now, kind });
        let Some(found) = self.participant(participant).filter(|_| speaks.allowed) else {
            return speaks;
        };
        match self.check_trigger(room, found, self.trust_in(found)) {
            Ok(()) => {
                let rule = match room.policy.as_deref() {
                    Some(record) => self.in_policy(record, RulingBy::Execution),
                    None => Ruling::by(RulingBy::Execution),
                };
                Judgement::allowed(rule)
            }
            Err(refusal) => Judgement::refused(
                refusal
                    .rule
                    .map_or_else(|| Ruling::by(RulingBy::Execution), |rule| *rule),
            ),
        }
    }

    fn explain_join(&self, room: &Room, participant: ParticipantId) -> Judgement {
        if let Some(seq) = room.banned.get(&participant) {
            return Judgement::refused(set_at(RulingBy::Ban, *seq));
        }
        let membership = Ruling::by(RulingBy::Membership);
        if self.member_of(room, participant).is_some() {
            return Judgement::allowed(membership);
        }
        if room.archived {
            return Judgement::refused(Ruling::by(RulingBy::Archived));
        }
        let trusted = self.trust_of(participant, false) >= Trust::Local;
        let open = room.is_listed() && room.kind == RoomKind::Room && trusted;
        Judgement {
            allowed: open,
            rule: membership,
        }
    }

    fn explain_rule(&self, room: &Room, participant: ParticipantId) -> Judgement {
        if room.kind == RoomKind::Direct {
            return Judgement::refused(Ruling::by(RulingBy::NothingAllows));
        }
        if room.creator == Some(participant) && self.member_of(room, participant).is_some() {
            return Judgement::allowed(Ruling::by(RulingBy::Creator));
        }
        if self.is_owner(participant) {
            return Judgement::allowed(Ruling::by(RulingBy::Owner));
        }
        Judgement::refused(Ruling::by(RulingBy::NothingAllows))
    }
}
