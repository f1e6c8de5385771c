//! How programs get words that they must not obey: in an envelope with a boundary that nobody can guess.
//!
//! The boundary follows from a secret of the node and the place of the words, so one message has one, whoever asks
//! and however often. The words cannot hold it: the envelope takes it out of them.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mesh_core::Access;
use mesh_guard::Envelope;
use mesh_model::events::{GuardMark, Influence, Kind, Relayed, Source, Trust};
use mesh_model::{ParticipantId, RoomId, Seq};
use sha2::{Digest, Sha256};

/// Makes envelopes.
#[derive(Clone)]
pub struct Envelopes {
    secret: [u8; 32],
}

impl std::fmt::Debug for Envelopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Envelopes(…)")
    }
}

/// Words from across a trust boundary, or that the guard has something against.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// Where they stand in the log.
    pub seq: Seq,
    /// The room, if the reader may know it.
    pub room: Option<RoomId>,
    /// Who wrote or brought them.
    pub author: Option<ParticipantId>,
    /// How far they are trusted.
    pub trust: Trust,
    /// From where they were brought.
    pub relayed: Option<&'a Relayed>,
    /// What the guard found.
    pub guard: Option<&'a GuardMark>,
    /// The text.
    pub text: &'a str,
    /// The payload's JSON.
    pub payload: Option<&'a str>,
}

/// For whom something is written down.
#[derive(Debug, Clone, Copy)]
pub enum Reader<'a> {
    /// Somebody who sees the marks and judges.
    Person,
    /// A program that might obey what it reads, and what notes what it reads.
    Program(&'a Envelopes, Option<&'a Seen>),
    /// A program that gets words as they are, since it carries them on: a bridge.
    Carrier(&'a Seen),
}

/// What a call gives its reader to read.
#[derive(Debug, Default)]
pub struct Seen(Mutex<Noted>);

/// The rooms whose words somebody was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noted {
    /// The rooms.
    pub rooms: BTreeSet<RoomId>,
    /// What had influenced memories among it.
    pub sources: BTreeSet<Source>,
    /// Whether an answer from outside the mesh is among it.
    pub outside: bool,
    /// Whether there was something of which it is not known what had influenced it.
    pub everything: bool,
}

impl Seen {
    /// What was noted so far.
    pub fn noted(&self) -> Noted {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Reader<'a> {
    /// How this participant reads. Whoever is unknown is taken for a program.
    pub fn of(access: &Access, viewer: ParticipantId, envelopes: &'a Envelopes) -> Reader<'a> {
        match access.participant(viewer).map(|found| found.kind) {
            Some(Kind::Human | Kind::Bridge) => Reader::Person,
            Some(Kind::Agent | Kind::Bot) | None => Reader::Program(envelopes, None),
        }
    }

    /// The same, noting what programs read.
    pub fn noting(
        access: &Access,
        viewer: ParticipantId,
        envelopes: &'a Envelopes,
        seen: &'a Seen,
    ) -> Reader<'a> {
        match Reader::of(access, viewer, envelopes) {
            Reader::Person if access.is_person(viewer) => Reader::Person,
            Reader::Person | Reader::Carrier(_) => Reader::Carrier(seen),
            Reader::Program(envelopes, _) => Reader::Program(envelopes, Some(seen)),
        }
    }

    /// Notes that words of a room are read.
    pub fn note(self, room: RoomId) {
        if let Some(seen) = self.seen() {
            seen.lock().rooms.insert(room);
        }
    }

    /// Notes that an answer from outside the mesh is read.
    pub fn note_outside(self) {
        if let Some(seen) = self.seen() {
            seen.lock().outside = true;
        }
    }

    /// Notes that something is read which this had influenced.
    pub fn note_influence(self, influence: &Influence) {
        if let Some(seen) = self.seen() {
            let mut noted = seen.lock();
            noted.sources.extend(&influence.sources);
            noted.outside |= influence.outside;
        }
    }

    /// Notes that words are read of which it is not known what had influenced them.
    pub fn note_everything(self) {
        if let Some(seen) = self.seen() {
            seen.lock().everything = true;
        }
    }

    fn seen(self) -> Option<&'a Seen> {
        match self {
            Reader::Person => None,
            Reader::Program(_, seen) => seen,
            Reader::Carrier(seen) => Some(seen),
        }
    }
}

impl Envelopes {
    /// From a secret that only this node has, and that stays.
    pub fn new(secret: &[u8; 32]) -> Envelopes {
        let mut hash = Sha256::new();
        hash.update(b"mesh-envelope/1\n");
        hash.update(secret);
        Envelopes {
            secret: hash.finalize().into(),
        }
    }

    /// The boundary of what stands at this place in the log: 128 bits in hexadecimal.
    pub fn boundary(&self, seq: Seq) -> String {
        let mut hash = Sha256::new();
        hash.update(self.secret);
        hash.update(seq.0.to_be_bytes());
        let bytes: [u8; 32] = hash.finalize().into();
        bytes[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The words in their envelope; the payload stands in it too, below the text.
    pub fn wrap(&self, access: &Access, words: &Sealed<'_>) -> String {
        let author = words.author.and_then(|id| access.participant(id));
        let handle = author.map_or("unknown", |found| found.handle.as_str());
        let room = words.room.and_then(|id| access.room(id));
        let place = match room {
            Some(room) => match &room.name {
                Some(name) => format!("room {name}"),
                None => format!("a {} conversation", room.kind.name()),
            },
            None => "elsewhere on this mesh".to_owned(),
        };
        let (sender, origin) = match words.relayed {
            Some(relayed) => {
                let mut path = relayed.path.clone();
                path.push(format!("@{handle}"));
                let sender = format!("{}, as @{handle} says", relayed.sender);
                let origin = format!(
                    "{}, brought by {}, in {place}",
                    relayed.origin,
                    path.join(", ")
                );
                (sender, origin)
            }
            None => (format!("@{handle}"), place),
        };
        let reasons = words.guard.map(|mark| mark.reasons.join(", "));
        let whole;
        let text = match words.payload {
            Some(payload) => {
                let gap = if words.text.is_empty() { "" } else { "\n\n" };
                whole = format!("{}{gap}Payload: {payload}", words.text);
                &whole
            }
            None => words.text,
        };
        Envelope {
            sender: &sender,
            origin: &origin,
            trust: words.trust.name(),
            reasons: reasons.as_deref().unwrap_or_default(),
            text,
        }
        .wrap(&self.boundary(words.seq))
    }
}
