//! Consent: who is a person, who stands behind whom, who may bring whom into a room, and whose
//! machine runs a room's commands.
//!
//! A room's moderators say what the room allows. Whether somebody else's participant comes, and whether
//! its machine does what the room asks, is its own side's to say: itself, those above it, and so the
//! owner of the mesh, who is above everybody.

use mesh_model::events::{
    AddedBy, Kind, RoomExecutionAgreed, RoomInvitationDeclined, RoomKind,
    RoomMemberCapabilitiesSet, RoomMemberInvited, RoomMemberJoined, Trust,
};
use mesh_model::limits::{ANSWERERS_MAX, ENROL_ROOMS_MAX, INVITATIONS_MAX};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Capability, Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId};

use crate::actor::Asker;
use crate::policy::Decided;
use crate::room::members::check_own_members;
use crate::room::{check_in_use, check_not_banned, enabled, moderated};
use crate::{Access, Agreement, Decision, Invitation, Participant, Room, Stored, refuse};

impl Access {
    /// Whether it is a person: somebody who is called one, and whom only people made. Nothing below a
    /// program is ever one.
    pub fn is_person(&self, id: ParticipantId) -> bool {
        let human = |id| {
            self.participants
                .get(&id)
                .is_some_and(|found| found.kind == Kind::Human)
        };
        human(id) && self.ancestors(id).all(human)
    }

    /// What rules take it for: what passes for a person and is none is an agent.
    pub(crate) fn kind_of(&self, found: &Participant) -> Kind {
        match found.kind {
            Kind::Human if !self.is_person(found.id) => Kind::Agent,
            kind => kind,
        }
    }

    /// Whether rules that bind agents bind it.
    pub(crate) fn is_program(&self, found: &Participant) -> bool {
        matches!(self.kind_of(found), Kind::Agent | Kind::Bot)
    }

    /// The person who stands behind a participant: itself, or the nearest one above it.
    pub fn person_behind(&self, id: ParticipantId) -> Option<ParticipantId> {
        std::iter::once(id)
            .chain(self.ancestors(id))
            .find(|id| self.is_person(*id))
    }

    /// Whether one person stands behind both, so that they are one voice. Whoever counts words asks this.
    pub fn kindred(&self, a: ParticipantId, b: ParticipantId) -> bool {
        a == b || self.person_behind(a) == self.person_behind(b)
    }

    /// Whether a person is known to stand behind both, the same one. What one may use of another's by that is asked
    /// this: of two behind whom nobody is known nothing follows.
    pub fn stands_with(&self, a: ParticipantId, b: ParticipantId) -> bool {
        a == b || (self.person_behind(a).is_some() && self.kindred(a, b))
    }

    /// Whether the word of `voice` about the work of `worker` counts in its record: another person stands
    /// behind it, or it is the owner of the mesh itself, whose records they are.
    pub fn vouches(&self, voice: ParticipantId, worker: ParticipantId) -> bool {
        self.is_owner(voice) || !self.kindred(voice, worker)
    }

    /// Whether `by` may speak for the participant: it is the same one, or above it. The node speaks for all.
    pub(crate) fn speaks_for(&self, by: Option<ParticipantId>, whom: ParticipantId) -> bool {
        by.is_none_or(|by| by == whom || self.descends(whom, by))
    }

    /// Who may bring the participant into a room.
    pub fn added_by(&self, found: &Participant) -> AddedBy {
        // Nobody is above the owner, who holds every capability wherever it comes.
        let people = self.is_person(found.id) && !self.is_owner(found.id);
        found.added_by.unwrap_or(if people {
            AddedBy::People
        } else {
            AddedBy::Above
        })
    }

    /// Whether the participant lets `by` bring it into a room.
    pub(crate) fn lets_bring(&self, by: Option<ParticipantId>, found: &Participant) -> bool {
        let Some(me) = by.filter(|me| *me != found.id) else {
            return true;
        };
        match self.added_by(found) {
            AddedBy::Nobody => false,
            AddedBy::Above => self.descends(found.id, me),
            AddedBy::People => {
                self.descends(found.id, me)
                    || (self.is_person(me) && self.trust_of(me, false) >= Trust::Local)
            }
        }
    }

    /// Whether the participant's own side lets it run commands in the room: it said so, or whoever made
    /// the setting that allows them speaks for it.
    pub(crate) fn has_agreed(
        &self,
        room: &Room,
        participant: ParticipantId,
        decided: Decided,
    ) -> bool {
        if let Some(agreement) = room.agreements.get(&participant) {
            return agreement.agreed;
        }
        let setter = match decided {
            Decided::Creator => room.creator_by,
            Decided::Defaults => room.defaults_by,
            Decided::Rule(..) => room.policy.as_deref().and_then(|record| record.set_by),
            // The owner of the mesh is nowhere but by its own act. What was set for one alone was judged
            // when it was set.
            _ => return true,
        };
        self.speaks_for(setter, participant)
    }

    /// Who may answer in the room what the participant's programs ask, beside those above it.
    pub(crate) fn answers_for(
        &self,
        room: &Room,
        participant: ParticipantId,
        who: ParticipantId,
    ) -> bool {
        let agreement = room.agreements.get(&participant);
        agreement.is_some_and(|it| it.agreed && it.answered_by.binary_search(&who).is_ok())
    }
}

/// Whether the asker may bring the participant into a room at once.
pub(crate) fn check_brings(asker: &Asker<'_>, id: ParticipantId) -> Result<(), Refusal> {
    let found = asker.participant(id)?;
    if asker.access.lets_bring(asker.actor.participant(), found) {
        return Ok(());
    }
    let whom = match asker.access.added_by(found) {
        AddedBy::Nobody => "by nobody but itself",
        AddedBy::Above => "by those above it only",
        AddedBy::People => "by people of this mesh only",
    };
    Err(Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("@{} is brought into rooms {whom}", found.handle),
        Effect::NothingDone,
        "invite it with member.invite: it, or somebody above it, accepts or declines",
    )
    .ruled(Ruling::by(RulingBy::Consent)))
}

/// Whether the asker may let the participant run commands in the room.
pub(crate) fn check_lets_execute(
    asker: &Asker<'_>,
    room: &Room,
    participant: ParticipantId,
) -> Result<(), Refusal> {
    let had = room.members.get(&participant).is_some_and(|member| {
        member
            .capabilities
            .is_some_and(|own| own.has(Capability::Execute))
    });
    let agreed = room
        .agreements
        .get(&participant)
        .map_or(had, |agreement| agreement.agreed);
    if agreed
        || asker
            .access
            .speaks_for(asker.actor.participant(), participant)
    {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::CapabilityDenied,
        format!(
            "its own side has not agreed that it runs commands in {}",
            refuse::room_label(room)
        ),
        Effect::NothingChanged,
        "ask it, or somebody above it, to agree with member.execution",
    )
    .ruled(Ruling::by(RulingBy::Consent)))
}

/// The events by which somebody comes into a room. What was taken from it there before is not given
/// back by its leaving and coming again.
pub(crate) fn joins(room: &Room, participant: ParticipantId) -> Vec<NewEvent> {
    let mut events = vec![NewEvent::new(RoomMemberJoined {
        room: room.id,
        participant,
    })];
    let left = room.restricted.get(&participant);
    if let Some(left) = left.filter(|left| !room.defaults.within(**left)) {
        events.push(NewEvent::new(RoomMemberCapabilitiesSet {
            room: room.id,
            participant,
            capabilities: Some(left.and(room.defaults)),
        }));
    }
    events
}

pub(crate) fn invite(asker: &Asker<'_>, room: RoomId, participant: ParticipantId) -> Decision {
    let found = moderated(asker, room)?;
    check_own_members(found)?;
    check_in_use(found)?;
    check_not_banned(found, participant, false)?;
    let me = asker.me()?;
    if asker.access.trust_of(me, false) < Trust::Local {
        return Err(refuse::not_yours("invite others as a guest"));
    }
    enabled(asker, participant)?;
    if asker.access.member_of(found, participant).is_some()
        || found.invited.contains_key(&participant)
    {
        return Ok(Vec::new());
    }
    if found.invited.len() >= INVITATIONS_MAX {
        return Err(refuse::conflict(
            format!("{INVITATIONS_MAX} invitations wait for an answer here already"),
            "take old ones back with member.decline",
        )
        .so(Effect::told("nobody was invited")));
    }
    Ok(vec![NewEvent::new(RoomMemberInvited { room, participant })])
}

/// A room into which the participant is invited, for whoever speaks for it.
fn invited<'a>(
    asker: &Asker<'a>,
    room: RoomId,
    participant: ParticipantId,
) -> Result<&'a Room, Refusal> {
    let found = asker.access.room(room).filter(|found| {
        found.invited.contains_key(&participant)
            && asker
                .access
                .speaks_for(asker.actor.participant(), participant)
    });
    found.map(|found| &**found).ok_or_else(no_invitation)
}

fn no_invitation() -> Refusal {
    refuse::not_found(
        "invitation",
        "list those that wait for you and for those below you: member.invitations",
    )
}

pub(crate) fn accept(asker: &Asker<'_>, room: RoomId, participant: ParticipantId) -> Decision {
    let found = invited(asker, room, participant)?;
    check_in_use(found)?;
    check_not_banned(found, participant, false)?;
    enabled(asker, participant)?;
    Ok(joins(found, participant))
}

pub(crate) fn decline(asker: &Asker<'_>, room: RoomId, participant: ParticipantId) -> Decision {
    if invited(asker, room, participant).is_err() {
        let found = moderated(asker, room)?;
        if !found.invited.contains_key(&participant) {
            return Err(no_invitation());
        }
    }
    Ok(vec![NewEvent::new(RoomInvitationDeclined {
        room,
        participant,
    })])
}

/// A room that the participant, or whoever speaks for it, may know of.
fn known_to_side<'a>(
    asker: &Asker<'a>,
    room: RoomId,
    participant: ParticipantId,
) -> Result<&'a Room, Refusal> {
    let found = asker.access.room(room).ok_or_else(refuse::no_room)?;
    if asker.access.knows_room(participant, found) {
        return Ok(found);
    }
    asker.room(room)
}

pub(crate) fn agree(
    asker: &Asker<'_>,
    room: RoomId,
    participant: ParticipantId,
    agreed: bool,
    answered_by: &[ParticipantId],
) -> Decision {
    asker.participant(participant)?;
    let me = asker.me()?;
    if !asker.is_mine(participant) {
        return Err(refuse::not_yours("agree for somebody else's participant")
            .ruled(Ruling::by(RulingBy::Consent)));
    }
    let found = known_to_side(asker, room, participant)?;
    if found.kind == RoomKind::Direct {
        return Err(refuse::conflict(
            "nobody runs commands in a direct conversation",
            "agree for a room",
        )
        .so(Effect::NothingChanged));
    }
    let mut answered_by = answered_by.to_vec();
    answered_by.sort_unstable();
    answered_by.dedup();
    if answered_by.len() > ANSWERERS_MAX {
        return Err(refuse::invalid(
            format!("at most {ANSWERERS_MAX} are named to answer"),
            "name fewer",
        )
        .so(Effect::NothingChanged));
    }
    for id in &answered_by {
        asker.participant(*id)?;
    }
    let named = answered_by.iter().any(|id| asker.is_mine(*id) && *id != me);
    if !answered_by.is_empty() && (me == participant || (named && !asker.access.is_person(me))) {
        return Err(refuse::not_yours(
            "name who answers what your own programs ask",
        ));
    }
    if let Some(known) = found.agreements.get(&participant) {
        let own = me == participant && known.by != Some(me);
        if own && agreed && !known.agreed {
            return Err(refuse::not_yours(
                "run commands in a room where those above you said that you do not",
            )
            .ruled(Ruling::by(RulingBy::Consent)));
        }
        // It says again what those above it said, or just what was said.
        if known.agreed == agreed && (own || known.answered_by == answered_by) {
            return Ok(Vec::new());
        }
    }
    Ok(vec![NewEvent::new(RoomExecutionAgreed {
        room,
        participant,
        agreed,
        answered_by,
    })])
}

/// What a worker says when it enrols: the rooms whose commands it runs.
pub(crate) fn named_by_worker(
    asker: &Asker<'_>,
    worker: ParticipantId,
    rooms: &[RoomId],
) -> Decision {
    if rooms.len() > ENROL_ROOMS_MAX {
        return Err(refuse::invalid(
            format!("a worker names at most {ENROL_ROOMS_MAX} rooms"),
            "name those that matter",
        ));
    }
    let mut events = Vec::new();
    for room in rooms {
        events.extend(agree(asker, *room, worker, true, &[])?);
    }
    Ok(events)
}

pub(crate) fn member_invited(access: &mut Access, facts: &RoomMemberInvited, event: &Stored<'_>) {
    let invitation = Invitation {
        by: event.participant(),
        seq: event.seq,
    };
    crate::room::change(access, facts.room, |room| {
        room.invited.insert(facts.participant, invitation);
    });
}

pub(crate) fn invitation_over(access: &mut Access, room: RoomId, participant: ParticipantId) {
    crate::room::change(access, room, |room| {
        room.invited.remove(&participant);
    });
}

pub(crate) fn agreed(access: &mut Access, facts: &RoomExecutionAgreed, event: &Stored<'_>) {
    let agreement = Agreement {
        agreed: facts.agreed,
        answered_by: facts.answered_by.clone(),
        by: event.participant(),
        seq: event.seq,
    };
    crate::room::change(access, facts.room, |room| {
        room.agreements.insert(facts.participant, agreement);
    });
}
