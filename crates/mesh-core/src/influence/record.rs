//! What the state remembers of influence.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use mesh_model::events::{History, Influence, RoomKind, Source, Trust};
use mesh_model::{ActHash, Capability, ParticipantId, RoomId, Seq, SessionId};
use serde::{Deserialize, Serialize};

use crate::{Access, Action};

/// What is known of who has read what, and of acts that wait for a person's word.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Influences {
    /// Since when it matters: what was read before was not counted.
    pub since: Option<Seq>,
    /// Rooms with words of those who are trusted less than `local`.
    pub mixed: OrdMap<RoomId, Arc<Mixed>>,
    /// Rooms in which something has waited for a moderator.
    pub waited: OrdSet<RoomId>,
    /// Rooms whose policy judges everything.
    pub strict: OrdSet<RoomId>,
    /// What open sessions have read.
    pub read: OrdMap<SessionId, Arc<Reads>>,
    /// Rooms that programs might read before they left them.
    pub left: OrdMap<ParticipantId, OrdMap<RoomId, Seq>>,
    /// Programs that a tool has answered from outside the mesh.
    pub outside: OrdSet<ParticipantId>,
    /// Acts that wait for a person's word, or have it.
    pub acts: OrdMap<ParticipantId, OrdMap<ActHash, Arc<Act>>>,
}

/// That strangers' words are in a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixed {
    /// How far the least trusted words are trusted.
    pub trust: Trust,
    /// Where that was so first.
    pub seq: Seq,
    /// Other rooms whose words had influenced what was said here, each with the first place.
    pub sources: OrdMap<RoomId, Seq>,
}

/// What a session has read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reads {
    /// Rooms whose words reached it.
    pub rooms: OrdMap<RoomId, Read>,
    /// Whether a tool's answer from outside the mesh reached it.
    pub outside: bool,
    /// Whether it counts as having read all that its participant may read.
    pub everything: bool,
}

/// A room whose words reached a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// Words from this place on.
    pub from: Seq,
    /// Where it was noted.
    pub seq: Seq,
}

/// An act that waits for a person's word, or has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// Where it was held; its words stand there.
    pub seq: Seq,
    /// Where it would happen.
    pub room: Option<RoomId>,
    /// What stands against it.
    pub sources: Vec<Source>,
    /// Who released it.
    pub released_by: Option<ParticipantId>,
    /// Who does not want it, unless somebody released it since.
    pub declined_by: Option<ParticipantId>,
}

/// What the context of a call has read, with what had influenced that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The rooms, sorted.
    pub sources: Vec<Source>,
    /// Whether it counts as having read all that its participant may read.
    pub everything: bool,
    /// Whether answers of tools from outside the mesh are among it.
    pub outside: bool,
    /// How far the least trusted of these words are trusted, if that is less than `local`.
    pub trust: Option<Trust>,
}

/// What words were written under that are said later.
pub(crate) struct Carried {
    /// What their writer had read; absent: all that it may read.
    pub read: Option<Influence>,
    /// Whether somebody says them by a context of today.
    pub asked: bool,
}

impl Context {
    /// Whether strangers' words are among it.
    pub fn is_mixed(&self) -> bool {
        self.trust.is_some()
    }
}

impl Access {
    /// Since when what programs read is counted: when somebody who is trusted less than `local` had first spoken, or a
    /// room had become strict.
    pub fn influence_since(&self) -> Option<Seq> {
        self.influence.since
    }

    /// What is known of influence.
    pub fn influences(&self) -> &Influences {
        &self.influence
    }

    /// Whether the session need not be told again that it has read words of this room.
    pub fn has_read(&self, session: SessionId, room: RoomId) -> bool {
        let reads = self.influence.read.get(&session);
        reads.is_some_and(|reads| reads.everything || reads.rooms.contains_key(&room))
    }

    /// The same of a source.
    pub fn has_read_from(&self, session: SessionId, source: Source) -> bool {
        let reads = self.influence.read.get(&session);
        reads.is_some_and(|reads| {
            let known = reads.rooms.get(&source.room);
            reads.everything || known.is_some_and(|known| known.from <= source.from)
        })
    }

    /// The session that counts for a call of this participant.
    pub fn counting_session(
        &self,
        session: Option<SessionId>,
        who: ParticipantId,
    ) -> Option<SessionId> {
        let open = self.session(session?)?;
        (open.participant == who).then_some(open.id)
    }

    /// What the context has read by which the participant comes.
    pub fn context_of(&self, session: Option<SessionId>, who: ParticipantId) -> Context {
        let known = self.counting_session(session, who).filter(|id| {
            // What was read before anything was counted is not known.
            let began = self.session(*id).map(|session| session.since);
            began >= self.influence.since
        });
        let reads = known.map(|id| self.influence.read.get(&id));
        let own: Vec<Source> = match &reads {
            Some(Some(reads)) if !reads.everything => {
                let sources = reads.rooms.iter().map(|(room, read)| Source {
                    room: *room,
                    from: read.from,
                });
                sources.collect()
            }
            Some(None) => Vec::new(),
            Some(Some(_)) | None => self.all_of(who),
        };
        let everything = match reads {
            Some(reads) => reads.is_some_and(|reads| reads.everything),
            None => true,
        };
        let outside = match reads {
            Some(Some(reads)) if !reads.everything => reads.outside,
            Some(None) => false,
            Some(Some(_)) | None => self.influence.outside.contains(&who) || self.has_reviewed(who),
        };
        let mut context = Context {
            sources: own,
            everything,
            outside,
            trust: outside.then_some(Trust::Untrusted),
        };
        self.widen(&mut context);
        context
    }

    /// The context of words that were written before, by one that had read this; together with that of the session, if
    /// somebody says them now.
    pub(crate) fn carried_context(
        &self,
        carried: &Carried,
        session: Option<SessionId>,
        who: ParticipantId,
    ) -> Context {
        let Some(read) = &carried.read else {
            return self.context_of(None, who);
        };
        let mut context = if carried.asked {
            self.context_of(session, who)
        } else {
            Context::default()
        };
        context.sources.extend(&read.sources);
        if read.outside {
            context.outside = true;
            context.trust = context.trust.into_iter().chain([Trust::Untrusted]).min();
        }
        self.widen(&mut context);
        context
    }

    /// Whether the participant may have read what waited for a moderator.
    fn has_reviewed(&self, who: ParticipantId) -> bool {
        let mut waited = self.influence.waited.iter();
        waited.any(|room| self.capabilities(*room, who).has(Capability::Moderate))
    }

    /// All that the participant may read, and what it might have read before it left.
    fn all_of(&self, who: ParticipantId) -> Vec<Source> {
        let now = self.readable_rooms(who).into_iter();
        let left = self.influence.left.get(&who).into_iter().flatten();
        let left = left.map(|(room, from)| (*room, *from));
        let all = now.chain(left);
        all.map(|(room, from)| Source { room, from }).collect()
    }

    /// Adds what had influenced the words of the rooms, and how far all that is trusted.
    fn widen(&self, context: &mut Context) {
        for at in 0..context.sources.len() {
            let Some(mixed) = self.influence.mixed.get(&context.sources[at].room) else {
                continue;
            };
            context.trust = context.trust.into_iter().chain([mixed.trust]).min();
            let further = mixed.sources.iter().map(|(room, from)| Source {
                room: *room,
                from: *from,
            });
            context.sources.extend(further);
        }
        context.sources.sort_unstable();
        context.sources.dedup();
    }

    /// Whether somebody may read all the words of a source that reached a context of `reader`: it may read them where
    /// they stand, or is the reader or above it and may read whatever it may.
    pub fn may_read_source(
        &self,
        who: ParticipantId,
        source: Source,
        reader: ParticipantId,
    ) -> bool {
        self.reads(who, source.room, source.from)
            || who == reader
            || self.descends(reader, who)
            || self.may_come_and_read(who, source.room)
    }

    /// Whether somebody may come into the room by itself and then read all of it.
    fn may_come_and_read(&self, who: ParticipantId, room: RoomId) -> bool {
        self.is_open(room) && self.may(who, Action::Join, room).is_ok()
    }

    /// Whether everybody may come into the room, unless it was sent away, and read all of it.
    pub(crate) fn is_open(&self, room: RoomId) -> bool {
        let found = self.rooms.get(&room);
        found.is_some_and(|room| {
            let everybodys = room.is_listed() || room.kind == RoomKind::Broadcast;
            everybodys && room.history == History::All
        })
    }

    /// Whether a person has released an act of the participant that is not done yet, or declined one.
    pub fn has_answered(&self, who: ParticipantId) -> bool {
        let acts = self.influence.acts.get(&who).into_iter().flatten();
        acts.into_iter()
            .any(|(_, act)| act.released_by.is_some() || act.declined_by.is_some())
    }
}
