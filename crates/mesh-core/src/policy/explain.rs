//! Why somebody may do something, or may not. The same functions decide when it is done.

use mesh_model::api::Deed;
use mesh_model::policy::{MessageKind, Ruling, RulingBy};
use mesh_model::{Capability, Millis, ParticipantId, Permission, Refusal, RoomId};

use crate::policy::{Decided, Moment};
use crate::room::check_in_use;
use crate::room::rules::may_set_policy;
use crate::{Access, Room};

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

    /// What was decided, as its refusal tells it; one without a rule is about what else there is.
    fn of(decided: Result<Ruling, Refusal>, otherwise: RulingBy) -> Judgement {
        match decided {
            Ok(rule) => Judgement::allowed(rule),
            Err(Refusal { rule, .. }) => {
                Judgement::refused(rule.map_or_else(|| Ruling::by(otherwise), |rule| *rule))
            }
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
            Deed::Join => {
                let joins = self.check_join(room, participant);
                let member = || Ruling::by(RulingBy::Membership);
                Judgement::of(joins.map(|()| member()), RulingBy::Membership)
            }
            Deed::SetPolicy => {
                let owner = self.is_owner(participant);
                let right = may_set_policy(self, room.id, participant, owner);
                Judgement::of(right.map(|(_, right)| right), RulingBy::Membership)
            }
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
        if decided.allows()
            && changes
            && let Err(refusal) = check_in_use(room)
        {
            return Judgement::of(Err(refusal), RulingBy::Archived);
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
        let triggers = self.check_trigger(room, found, self.trust_in(found));
        let by = RulingBy::Execution;
        let rule = || match room.policy.as_deref() {
            Some(record) => self.in_policy(record, by),
            None => Ruling::by(by),
        };
        Judgement::of(triggers.map(|()| rule()), by)
    }
}
