//! Which of a room's rules bind a reaction: its kinds, that agents speak only to those who named them, and a pace that all
//! rooms have. Limits and slow mode count what is said, and a reaction says nothing.

use mesh_model::limits::REACTIONS_PER_MINUTE_MAX;
use mesh_model::policy::{Rate, Ruling, RulingBy};
use mesh_model::{Effect, Millis, ParticipantId, Refusal, RoomId};

use super::pace::{Pace, Paces, REACTIONS};
use super::say::{Saying, too_often};
use crate::actor::Asker;
use crate::{Room, refuse};

const RATE: Rate = Rate {
    count: REACTIONS_PER_MINUTE_MAX,
    seconds: 60,
};

impl Saying<'_> {
    pub(super) fn check_reaction(&self, asker: &Asker<'_>, paces: &Paces) -> Result<(), Refusal> {
        self.check_kind(asker)?;
        self.check_named(asker)?;
        check_reaction_pace(asker, self.room, self.who.id, paces)
    }
}

/// Whether the participant may set or take back one more reaction in the room now.
pub(crate) fn check_reaction_pace(
    asker: &Asker<'_>,
    room: &Room,
    who: ParticipantId,
    paces: &Paces,
) -> Result<(), Refusal> {
    let pace = Pace::of(RATE);
    match paces.wait_ms(room.id, who, REACTIONS, pace, 0, asker.now) {
        None => Ok(()),
        Some(wait) => {
            let limit = format!("{} reactions in {} seconds", RATE.count, RATE.seconds);
            let ruling = Ruling {
                name: Some("reactions".to_owned()),
                ..Ruling::by(RulingBy::Limit)
            };
            let label = refuse::room_label(room);
            Err(too_often(&label, &limit, wait, ruling).so(Effect::NothingDone))
        }
    }
}

/// Counts one.
pub(crate) fn count_reaction(paces: &mut Paces, room: RoomId, who: ParticipantId, at: Millis) {
    paces.count(room, who, REACTIONS, Pace::of(RATE), at);
}
