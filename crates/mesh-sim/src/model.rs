//! The reference: what the rules say, in plain lists. Written for being obviously right, not for
//! being fast, and without a line of the core.

mod clocks;
mod credentials;
mod journals;
mod rooms;
mod rules;
mod signs;

use std::sync::Arc;

use mesh_model::command::Content;
use mesh_model::events::{CommandKey, MessageHeader, Reacted, Trust};
use mesh_model::{
    Actor, Capability, Command, CredentialId, ErrorCode, GroupId, InviteId, MessageId,
    ParticipantId, Permission, PublicKey, RoomId, Seq, SessionId,
};

/// A command with everything that comes with it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub command: Command,
    pub actor: Actor,
    pub requires: Option<Permission>,
    pub key: Option<CommandKey>,
}

/// What the model says must be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Carried out: first event and how many.
    Done { first: u64, count: u32 },
    /// Carried out before.
    Replayed { first: u64, count: u32 },
    /// Refused; with the code where the code matters.
    Refused(Option<ErrorCode>),
}

/// Why something is refused.
pub enum No {
    /// Any code will do: several rules may be broken at once.
    Any,
    /// This one, and no other.
    Code(ErrorCode),
}

pub type Verdict = Result<Vec<Event>, No>;

/// What the model expects an event to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub kind: &'static str,
    pub content: Option<String>,
}

pub fn event(kind: &'static str) -> Event {
    Event {
        kind,
        content: None,
    }
}

pub fn with(kind: &'static str, content: &Content) -> Event {
    Event {
        kind,
        content: content.as_ref().map(|json| json.get().to_owned()),
    }
}

#[derive(Debug, Clone)]
pub struct Person {
    pub id: ParticipantId,
    pub handle: String,
    pub parent: Option<ParticipantId>,
    /// Who disabled it.
    pub disabled_by: Option<ParticipantId>,
    pub disabled: bool,
}

#[derive(Debug, Clone)]
pub struct Token {
    pub id: CredentialId,
    pub holder: ParticipantId,
    pub issuer: Option<ParticipantId>,
    /// The token by which it was made.
    pub maker: Option<CredentialId>,
    pub permissions: Vec<Permission>,
    pub expires: Option<u64>,
    pub revoked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Listed,
    Private,
    Direct,
    Group,
    Broadcast,
}

#[derive(Debug, Clone)]
pub struct Place {
    pub id: RoomId,
    pub sort: Sort,
    pub name: Option<String>,
    pub creator: Option<ParticipantId>,
    pub defaults: Vec<Capability>,
    pub defaults_by: Option<ParticipantId>,
    pub archived: bool,
    pub members: Vec<Seat>,
    /// What those had left who went with less than everybody has.
    pub went: Vec<(ParticipantId, Vec<Capability>)>,
    /// Places of the messages at its head.
    pub pins: Vec<u64>,
}

#[derive(Debug, Clone)]
pub struct Seat {
    pub who: ParticipantId,
    pub since: u64,
    pub special: Option<Vec<Capability>>,
}

#[derive(Debug, Clone)]
pub struct Note {
    pub seq: u64,
    pub room: RoomId,
    pub author: ParticipantId,
    pub thread: Option<MessageId>,
    pub deleted: bool,
}

#[derive(Debug, Clone)]
pub struct Letter {
    pub id: InviteId,
    pub creator: ParticipantId,
    /// The token by which it was made.
    pub maker: Option<CredentialId>,
    pub permissions: Vec<Permission>,
    pub uses: usize,
    pub expires: Option<u64>,
    pub room: Option<RoomId>,
    pub revoked: bool,
    pub came: Vec<(PublicKey, ParticipantId)>,
}

#[derive(Debug, Clone)]
pub struct Key {
    pub who: ParticipantId,
    pub key: CommandKey,
    pub first: u64,
    pub count: u32,
}

/// An event as it must stand in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub at: u64,
    pub actor: Actor,
    pub key: Option<CommandKey>,
    pub event: Event,
}

/// The whole world, as it must be.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Shared, because the model is copied before each command.
    pub log: Vec<Arc<Line>>,
    pub owner: Option<ParticipantId>,
    pub people: Vec<Person>,
    pub tokens: Vec<Token>,
    pub rooms: Vec<Place>,
    pub groups: Vec<(GroupId, String, RoomId, Vec<ParticipantId>)>,
    pub notes: Vec<Note>,
    /// Places of edits, and of the messages that they changed.
    pub edits: Vec<(u64, u64)>,
    /// Who reacted to which message with what.
    pub signs: Vec<(u64, ParticipantId, String)>,
    /// When who has reacted in which room.
    pub signed_at: Vec<(RoomId, ParticipantId, u64)>,
    /// Places whose content is erased.
    pub erased: Vec<u64>,
    pub sessions: Vec<(SessionId, ParticipantId, Option<CredentialId>)>,
    pub letters: Vec<Letter>,
    pub types: Vec<(String, u32)>,
    /// Lines of journals that are not erased: whose, and where.
    pub lines: Vec<(ParticipantId, u64)>,
    pub keys: Vec<Key>,
    /// The rooms' simulation clocks.
    pub faces: Vec<clocks::Face>,
    /// The present moment while a command is judged.
    pub now: u64,
}

impl Model {
    /// The last event's place.
    pub fn head(&self) -> u64 {
        self.log.len() as u64
    }

    /// The place of the next event.
    pub fn next(&self) -> u64 {
        self.head() + 1
    }

    /// What must be answered; the world is changed accordingly.
    pub fn ask(&mut self, asked: &Asked, wall: u64) -> Answer {
        if let (Some(who), Some(key)) = (asked.actor.participant(), asked.key)
            && let Some(known) = self
                .keys
                .iter()
                .find(|known| known.who == who && known.key.key == key.key)
        {
            return if known.key.request == key.request {
                Answer::Replayed {
                    first: known.first,
                    count: known.count,
                }
            } else {
                Answer::Refused(Some(ErrorCode::IdempotencyMismatch))
            };
        }
        self.now = wall.max(self.log.last().map_or(0, |line| line.at));
        let first = self.next();
        let before = self.clone();
        match self.judge(asked) {
            Ok(events) => {
                let count = events.len() as u32;
                let Asked { actor, key, .. } = *asked;
                let at = self.now;
                let line = |event| {
                    Arc::new(Line {
                        at,
                        actor,
                        key,
                        event,
                    })
                };
                self.log.extend(events.into_iter().map(line));
                if let (Some(who), Some(key), true) = (actor.participant(), key, count > 0) {
                    self.keys.push(Key {
                        who,
                        key,
                        first,
                        count,
                    });
                }
                Answer::Done {
                    first: if count == 0 { first - 1 } else { first },
                    count,
                }
            }
            Err(no) => {
                *self = before;
                Answer::Refused(match no {
                    No::Any => None,
                    No::Code(code) => Some(code),
                })
            }
        }
    }

    pub fn person(&self, id: ParticipantId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub fn room(&self, id: RoomId) -> Option<&Place> {
        self.rooms.iter().find(|room| room.id == id)
    }

    pub fn room_mut(&mut self, id: RoomId) -> &mut Place {
        self.rooms
            .iter_mut()
            .find(|room| room.id == id)
            .expect("the room was looked up before")
    }

    /// The evidence a door would attach that has read the log up to here.
    pub fn header(&self, note: &Note) -> MessageHeader {
        MessageHeader {
            message: MessageId(Seq(note.seq)),
            room: note.room,
            author: note.author,
            thread: note.thread,
            deleted: note.deleted,
            names_asker: false,
            trust: Trust::Local,
            relayed: None,
            as_of: Seq(self.head()),
        }
    }

    /// What a door read of the reactions to a message, for somebody who wants to react.
    pub fn reacted(&self, message: MessageId, who: Option<ParticipantId>) -> Reacted {
        let mut reacted = Reacted {
            as_of: Seq(self.head()),
            ..Reacted::default()
        };
        for (_, by, kind) in self.signs.iter().filter(|(of, ..)| *of == message.0.0) {
            match reacted.kinds.iter_mut().find(|(known, _)| known == kind) {
                Some((_, count)) => *count += 1,
                None => reacted.kinds.push((kind.clone(), 1)),
            }
            if who == Some(*by) {
                reacted.own.push(kind.clone());
            }
        }
        reacted
    }

    /// The places whose content belongs to a message: its own and those of its edits.
    pub fn places(&self, message: MessageId) -> Vec<Seq> {
        let edits = self.edits.iter().filter(|(_, of)| *of == message.0.0);
        let edits = edits.map(|(place, _)| Seq(*place));
        [message.0].into_iter().chain(edits).collect()
    }

    /// The participant, its parent, and so on up to the owner.
    pub fn line_of(&self, id: ParticipantId) -> Vec<ParticipantId> {
        let mut line = vec![id];
        while let Some(parent) = line
            .last()
            .and_then(|id| self.person(*id))
            .and_then(|person| person.parent)
        {
            line.push(parent);
        }
        line
    }

    /// Whether neither it nor anybody above it is disabled.
    pub fn is_up(&self, id: ParticipantId) -> bool {
        self.person(id).is_some()
            && self
                .line_of(id)
                .iter()
                .all(|id| self.person(*id).is_some_and(|person| !person.disabled))
    }

    /// A token and all those on which it depends: by one it was made, that one by another.
    pub fn roots(&self, token: CredentialId) -> Vec<&Token> {
        let mut roots: Vec<&Token> = Vec::new();
        let mut next = Some(token);
        while let Some(found) = next.and_then(|id| self.tokens.iter().find(|one| one.id == id)) {
            roots.push(found);
            next = found.maker;
        }
        roots
    }

    fn is_over(&self, token: CredentialId) -> bool {
        self.roots(token)
            .iter()
            .any(|root| root.revoked || root.expires.is_some_and(|at| at <= self.now))
    }

    /// What the actor may ask for; `None` if it may not act at all.
    pub fn permissions(&self, actor: Actor) -> Option<Vec<Permission>> {
        match actor {
            Actor::Node => Some(Permission::ALL.to_vec()),
            Actor::Owner(id) => (self.owner == Some(id)).then(|| Permission::ALL.to_vec()),
            Actor::User(_) | Actor::Link(_) => None,
            Actor::Credential(id, token) => {
                let token = self
                    .tokens
                    .iter()
                    .find(|found| found.id == token && found.holder == id)?;
                (!self.is_over(token.id) && self.is_up(id)).then(|| token.permissions.clone())
            }
            Actor::Invite(id) => {
                let letter = self.letters.iter().find(|letter| letter.id == id)?;
                let over = letter.revoked
                    || letter.expires.is_some_and(|at| at <= self.now)
                    || letter.maker.is_some_and(|maker| self.is_over(maker));
                (!over).then(Vec::new)
            }
        }
    }
}
