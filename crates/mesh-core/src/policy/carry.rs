//! Words of one room that are taken to another: both rooms' rules about data decide, and who carries them.

use mesh_model::command::Quoted;
use mesh_model::limits::{LABELS_MAX, QUOTES_MAX};
use mesh_model::policy::{Reach, Ruling, RulingBy};
use mesh_model::{Effect, ParticipantId, Refusal, RoomId};

use super::say::denied;
use crate::actor::Asker;
use crate::{Access, Participant, Room, refuse};

impl Access {
    /// Whether words of these rooms may be taken to the room by the participant.
    pub fn may_carry(&self, labels: &[RoomId], room: RoomId, who: ParticipantId) -> bool {
        let (Some(target), Some(who)) = (self.room(room), self.participant(who)) else {
            return false;
        };
        let mut others = labels.iter().filter(|label| **label != room);
        others.all(|label| check_move(self, *label, target, who).is_ok())
    }

    /// Whether words of the room may be taken out of the mesh by the participant.
    pub fn may_take_out(&self, room: RoomId, who: ParticipantId) -> bool {
        let (Some(source), Some(who)) = (self.room(room), self.participant(who)) else {
            return false;
        };
        leaves(self, source, who, |reach, _| reach.outside)
    }
}

/// The labels that quotes bring into a room, if their rooms let them go there.
pub(crate) fn labels(
    asker: &Asker<'_>,
    target: &Room,
    who: &Participant,
    quotes: &[Quoted],
) -> Result<Vec<RoomId>, Refusal> {
    if quotes.len() > QUOTES_MAX {
        return Err(refuse::invalid(
            format!("a message quotes at most {QUOTES_MAX} others"),
            "quote fewer",
        )
        .so(Effect::NothingPosted));
    }
    let mut labels: Vec<RoomId> = Vec::new();
    for quoted in quotes {
        labels.extend(quoted.labels.iter().chain([&quoted.header.room]).copied());
    }
    check_labels(asker, target, who, labels)
}

/// The same rooms in order, each once and without the target itself, if their words may go there.
pub(crate) fn check_labels(
    asker: &Asker<'_>,
    target: &Room,
    who: &Participant,
    mut labels: Vec<RoomId>,
) -> Result<Vec<RoomId>, Refusal> {
    labels.retain(|room| *room != target.id);
    labels.sort_unstable();
    labels.dedup();
    if labels.len() > LABELS_MAX {
        return Err(refuse::invalid(
            format!("a message holds words of at most {LABELS_MAX} other rooms"),
            "quote fewer",
        )
        .so(Effect::NothingPosted));
    }
    for label in &labels {
        check_move(asker.access, *label, target, who)?;
    }
    Ok(labels)
}

/// Whether the participant may take the room's words to where `there` says that they may go. Who rules a room takes them
/// anywhere.
fn leaves(
    access: &Access,
    source: &Room,
    who: &Participant,
    there: impl FnOnce(&Reach, &[RoomId]) -> bool,
) -> bool {
    access.rules(source, who.id) && access.member_of(source, who.id).is_some()
        || source.policy.as_deref().is_some_and(|record| {
            let (reach, means) = (&record.policy.data.leave, &record.means.leave);
            there(reach, &means.rooms)
                && access.is_meant(&reach.carriers, &means.carriers, who, access.trust_in(who))
        })
}

fn check_move(
    access: &Access,
    source: RoomId,
    target: &Room,
    who: &Participant,
) -> Result<(), Refusal> {
    let trust = access.trust_in(who);
    // A label whose room is gone goes nowhere.
    let source = access.room(source).ok_or_else(refuse::no_message)?;
    let (from, to) = (refuse::room_label(source), refuse::room_label(target));
    let there =
        |reach: &Reach, rooms: &[RoomId]| reach.anywhere || rooms.binary_search(&target.id).is_ok();
    if !leaves(access, source, who, there) {
        let known = access.knows_room(who.id, source);
        let ruling = match source.policy.as_deref().filter(|_| known) {
            Some(record) => access.in_policy(record, RulingBy::Data),
            None => Ruling::by(RulingBy::Data),
        };
        let from = if known {
            from
        } else {
            "another room".to_owned()
        };
        return Err(denied(
            format!("what was said in {from} may not be taken to {to}"),
            "ask the creator of the room it comes from to allow it",
            ruling,
        ));
    }
    let Some(record) = target.policy.as_deref() else {
        return Ok(());
    };
    let (Some(reach), Some(means)) = (&record.policy.data.enter, &record.means.enter) else {
        return Ok(());
    };
    let enters = (reach.anywhere || means.rooms.binary_search(&source.id).is_ok())
        && access.is_meant(&reach.carriers, &means.carriers, who, trust);
    if enters {
        return Ok(());
    }
    Err(denied(
        format!("{to} does not take in what was said in {from}"),
        "say it in your own words, or ask the creator of the room",
        access.in_policy(record, RulingBy::Data),
    ))
}
