//! The reference's rules of reactions and pins.

use mesh_model::events::MessageHeader;
use mesh_model::limits::{PINS_MAX, REACTIONS_OF_ONE_MAX, REACTIONS_PER_MINUTE_MAX};
use mesh_model::{Actor, Capability, ErrorCode, ParticipantId, RoomId};

use super::{Model, No, Sort, Verdict, event};

impl Model {
    pub(super) fn sign(
        &mut self,
        actor: Actor,
        message: &MessageHeader,
        reaction: &str,
        on: bool,
    ) -> Verdict {
        let me = if on {
            self.speaks(actor, message.room)?
        } else {
            self.known(actor, message.room)?;
            actor.participant().ok_or(No::Any)?
        };
        let note = self.present(actor, message)?;
        if on && note.deleted {
            return Err(No::Code(ErrorCode::Gone));
        }
        let sign = (note.seq, me, reaction.to_owned());
        if self.signs.contains(&sign) == on {
            return Ok(Vec::new());
        }
        if self.room(note.room).is_some_and(|room| room.archived) {
            return Err(No::Any);
        }
        if self.is_hasty(note.room, me) {
            return Err(No::Code(ErrorCode::RateLimited));
        }
        let own = self
            .signs
            .iter()
            .filter(|(of, who, _)| (*of, *who) == (note.seq, me));
        if on && own.count() >= REACTIONS_OF_ONE_MAX {
            return Err(No::Code(ErrorCode::Conflict));
        }
        self.signed_at.push((note.room, me, self.now));
        if on {
            self.signs.push(sign);
            return Ok(vec![event("message.reacted")]);
        }
        self.signs.retain(|known| *known != sign);
        Ok(vec![event("message.unreacted")])
    }

    /// Whether somebody who reacts has reacted in the room as often as a minute allows: each time takes its share of the
    /// minute, and a whole minute of shares may be ahead.
    fn is_hasty(&self, room: RoomId, who: ParticipantId) -> bool {
        let share = 60_000 / u64::from(REACTIONS_PER_MINUTE_MAX);
        let times = self.signed_at.iter();
        let times = times.filter(|(in_room, by, _)| (*in_room, *by) == (room, who));
        let rest = times.fold(0, |rest: u64, (_, _, at)| rest.max(*at) + share);
        rest.saturating_sub(self.now) + share > 60_000
    }

    pub(super) fn pin(&mut self, actor: Actor, message: &MessageHeader, on: bool) -> Verdict {
        let room = self.known(actor, message.room)?;
        let needed = match room.sort {
            Sort::Direct => Capability::Speak,
            _ => Capability::Moderate,
        };
        let note = self.present(actor, message)?;
        let me = actor.participant();
        let may = actor == Actor::Node || me.is_some_and(|me| self.may(room, me).contains(&needed));
        if !may {
            return Err(No::Code(ErrorCode::CapabilityDenied));
        }
        if on && note.deleted {
            return Err(No::Code(ErrorCode::Gone));
        }
        if room.pins.contains(&note.seq) == on {
            return Ok(Vec::new());
        }
        if room.archived || (on && room.pins.len() >= PINS_MAX) {
            return Err(No::Code(ErrorCode::Conflict));
        }
        let pins = &mut self.room_mut(note.room).pins;
        if on {
            pins.push(note.seq);
            return Ok(vec![event("message.pinned")]);
        }
        pins.retain(|pin| *pin != note.seq);
        Ok(vec![event("message.unpinned")])
    }
}
