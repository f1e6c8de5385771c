//! Who reads, and the one function that turns somebody's words into what a reader gets.
//!
//! People get words as they are, and so do bridges, which carry them on. Programs get in an envelope what they must not
//! obey: whether that is so [`Whose`] says, and nobody else asks.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mesh_core::Access;
use mesh_guard::Envelope;
use mesh_model::events::{Influence, Kind, Source};
use mesh_model::{ParticipantId, RoomId, Seq, Told, ToldData, ToldValue};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{Envelopes, Whose};

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

    /// Notes what another call of the same caller was given, on its behalf.
    pub fn take_in(&self, other: Noted) {
        let mut noted = self.lock();
        noted.rooms.extend(other.rooms);
        noted.sources.extend(other.sources);
        noted.outside |= other.outside;
        noted.everything |= other.everything;
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Reader<'a> {
    /// How this participant reads. Whoever is unknown is taken for a program.
    pub fn of(access: &Access, viewer: ParticipantId, envelopes: &'a Envelopes) -> Reader<'a> {
        match access.participant(viewer).map(|found| found.kind) {
            Some(Kind::Human) if access.is_person(viewer) => Reader::Person,
            Some(Kind::Bridge) => Reader::Person,
            Some(Kind::Human | Kind::Agent | Kind::Bot) | None => Reader::Program(envelopes, None),
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

/// What a reader gets of words with data beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The words, or all of it in an envelope.
    pub text: Told,
    /// The data, unless they are in the envelope.
    pub data: Option<ToldData>,
    /// Whether there is an envelope.
    pub enveloped: bool,
}

/// Data as they go with words: what was stored, or an object at hand.
pub trait Data {
    /// As JSON.
    fn json(&self) -> Cow<'_, str>;
    /// As an object.
    fn object(self) -> Map<String, Value>;
}

/// Words without data.
pub const NO_DATA: Option<Map<String, Value>> = None;

impl Data for Map<String, Value> {
    fn json(&self) -> Cow<'_, str> {
        serde_json::to_string(self).unwrap_or_default().into()
    }

    fn object(self) -> Map<String, Value> {
        self
    }
}

impl Data for Box<RawValue> {
    fn json(&self) -> Cow<'_, str> {
        self.get().into()
    }

    fn object(self) -> Map<String, Value> {
        serde_json::from_str(self.get()).unwrap_or_default()
    }
}

impl Reader<'_> {
    /// Whether it might obey what it reads.
    pub fn is_program(self) -> bool {
        matches!(self, Reader::Program(..))
    }

    /// Whether words come to this reader in an envelope.
    pub fn seals(self, whose: &Whose<'_>) -> bool {
        self.is_program() && whose.is_sealed()
    }

    /// Somebody's words with the data beside them, as this reader gets them.
    pub fn hear(
        self,
        access: &Access,
        whose: &Whose<'_>,
        text: String,
        data: Option<impl Data>,
    ) -> Heard {
        let nothing = text.is_empty() && data.is_none();
        match self {
            Reader::Program(envelopes, _) if whose.is_sealed() && !nothing => {
                let json = data.as_ref().map(Data::json);
                let text = envelopes.wrap(access, whose, &text, json.as_deref());
                Heard {
                    text: Told::plain(text),
                    data: None,
                    enveloped: true,
                }
            }
            _ => Heard {
                text: Told::plain(text),
                data: data.map(|data| ToldData::plain(data.object())),
                enveloped: false,
            },
        }
    }

    /// Somebody's words by themselves.
    pub fn tell(self, access: &Access, whose: &Whose<'_>, text: impl Into<String>) -> Told {
        self.hear(access, whose, text.into(), NO_DATA).text
    }

    /// Somebody's words that are cut short or stand within a line, where an envelope cannot: nothing, if they need one.
    pub fn glance(self, whose: &Whose<'_>, text: impl Into<String>) -> Told {
        if self.seals(whose) {
            Told::default()
        } else {
            Told::plain(text.into())
        }
    }

    /// A value of whatever form; in an envelope it is a text.
    pub fn tell_value(self, access: &Access, whose: &Whose<'_>, value: Value) -> ToldValue {
        if !self.seals(whose) || value.is_null() {
            return ToldValue::plain(value);
        }
        let text = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        ToldValue::plain(self.tell(access, whose, text).into_inner().into())
    }

    /// The answer of a tool, which comes from outside the mesh: data for every program.
    pub fn hear_tool(
        self,
        tool: &str,
        seq: Seq,
        reasons: &str,
        text: String,
        data: Option<Map<String, Value>>,
    ) -> Heard {
        let Reader::Program(envelopes, _) = self else {
            return Heard {
                text: Told::plain(text),
                data: data.map(ToldData::plain),
                enveloped: false,
            };
        };
        let whole = match &data {
            Some(data) => format!("{text}\n\nData: {}", data.json()),
            None => text,
        };
        let envelope = Envelope {
            sender: &format!("the tool {tool}"),
            origin: "outside this mesh",
            trust: "untrusted",
            reasons,
            text: &whole,
        };
        Heard {
            text: Told::plain(envelope.wrap(&envelopes.boundary(seq))),
            data: None,
            enveloped: true,
        }
    }
}
