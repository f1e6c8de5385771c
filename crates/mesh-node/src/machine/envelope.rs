//! How programs get words that they must not obey: in an envelope with a boundary that nobody can guess.
//!
//! The boundary follows from a secret of the node and the place of the words, so one message has one, whoever asks
//! and however often. The words cannot hold it: the envelope takes it out of them.

use mesh_core::Access;
use mesh_guard::Envelope;
use mesh_model::events::{GuardMark, Relayed, Trust};
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

/// Whose words something is, and where it stands. It alone says whether programs get it in an envelope.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
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
    /// Whether it is data for programs, whoever wrote it.
    pub data: bool,
}

impl<'a> Whose<'a> {
    /// Words of a participant's, as far as it is trusted now.
    pub fn of(access: &Access, author: ParticipantId, seq: Seq) -> Whose<'static> {
        Whose {
            seq,
            room: None,
            author: Some(author),
            trust: access.trust_of(author, false),
            relayed: None,
            guard: None,
            data: false,
        }
    }

    /// What a participant says of itself, now here and now there: its words stand where it began.
    pub fn of_itself(access: &Access, author: ParticipantId) -> Whose<'static> {
        let since = access.participant(author).map(|found| found.since);
        Whose::of(access, author, since.unwrap_or_default())
    }

    /// The same in a room that the reader may know.
    pub fn within(self, room: RoomId) -> Whose<'a> {
        Whose {
            room: Some(room),
            ..self
        }
    }

    /// The same with what the guard found.
    pub fn doubted(self, guard: Option<&'a GuardMark>) -> Whose<'a> {
        Whose { guard, ..self }
    }

    /// The same for what is data, whoever wrote it.
    pub fn as_data(self) -> Whose<'a> {
        Whose { data: true, ..self }
    }

    /// Whether programs get it in an envelope: what comes from across a trust boundary, what the guard has something
    /// against, and what nobody is to obey.
    pub fn is_sealed(&self) -> bool {
        self.data || self.trust < Trust::Local || self.guard.is_some_and(|mark| mark.marked)
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
    pub(super) fn wrap(
        &self,
        access: &Access,
        words: &Whose<'_>,
        text: &str,
        payload: Option<&str>,
    ) -> String {
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
        let text = match payload {
            Some(payload) => {
                let gap = if text.is_empty() { "" } else { "\n\n" };
                whole = format!("{text}{gap}Payload: {payload}");
                &whole
            }
            None => text,
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
