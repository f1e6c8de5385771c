//! Fetching what is new: the long poll, what it left out, who may read in a room, and what people are called there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::events::{Event, Timeline, What};
use super::server::Server;
use crate::fault::Fault;

/// Rooms to which the account comes while it waits for the code: whoever asks it into more is not followed.
const JOINS_MAX: usize = 10;
/// Names that are known at a time.
const NAMES_MAX: usize = 1000;

/// For whom it fetches.
#[derive(Debug, Clone)]
pub(super) struct Eye {
    pub server: Server,
    /// The account itself.
    pub me: String,
    /// Whether it is for a person, in a room of two.
    pub mine: bool,
    /// The room it speaks in; without one it comes where it is asked to.
    pub chat: Option<String>,
    /// The person whose room that is.
    pub user: Option<String>,
}

/// What is known of rooms and people, so that it is not asked each time.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Rooms it came to while it waited for the code.
    pub joined: BTreeSet<String>,
    /// How many those were in all.
    joins: usize,
    /// Who is in a room besides the account, if that is one.
    others: BTreeMap<String, Option<String>>,
    names: BTreeMap<String, String>,
}

/// Something that happened in a room, with what has to be asked about it.
#[derive(Debug)]
pub(super) struct Came {
    pub room: String,
    pub event: Event,
    /// Whether nobody else reads there.
    pub private: bool,
    /// What the sender is called there.
    pub name: String,
    /// Whether it was looked up whose words an edit changes, and they are the sender's own.
    pub proved: bool,
}

/// What is new.
#[derive(Debug)]
pub(super) struct Fetched {
    /// From where on the next is asked for.
    pub next: String,
    pub came: Vec<Came>,
    pub known: Known,
    /// What whoever runs the connector has to know.
    pub notes: Vec<String>,
    /// The account is no more in the room it speaks in.
    pub left: bool,
    /// Somebody else reads in the person's own room by now.
    pub shared: bool,
}

impl Eye {
    /// What is new since a place, as soon as there is something. Without a place nothing that was said before counts.
    pub async fn fetch(&self, since: Option<&str>, mut known: Known) -> Result<Fetched, Fault> {
        let batch = self.server.sync(since).await?;
        let mut notes = Vec::new();
        if self.chat.is_none() {
            for room in batch.rooms.invite.keys() {
                self.come(room, &mut known, &mut notes).await?;
            }
        }
        let mut came = Vec::new();
        let mut shared = false;
        for (room, joined) in batch.rooms.join {
            let own = self.chat.as_deref().is_none_or(|chat| chat == room);
            let Some(since) = since else {
                continue;
            };
            let events = self
                .events(&room, joined.timeline, since, own, &mut notes)
                .await?;
            if !own {
                // Whoever wrote elsewhere is counted and not looked at.
                came.extend(events.into_iter().map(|event| Came {
                    room: room.clone(),
                    event,
                    private: false,
                    name: String::new(),
                    proved: false,
                }));
                continue;
            }
            let moved = events
                .iter()
                .any(|event| matches!(event.what, What::Member { .. }));
            let other = if self.mine {
                self.other(&room, moved, &mut known).await?
            } else {
                None
            };
            shared |= self.mine && self.chat.is_some() && other != self.user;
            for event in events {
                let private = other.as_ref() == Some(&event.sender);
                if let Some(one) = self.complete(&room, event, private, &mut known).await? {
                    came.push(one);
                }
            }
        }
        let left = self
            .chat
            .as_ref()
            .is_some_and(|chat| batch.rooms.leave.contains_key(chat));
        Ok(Fetched {
            next: batch.next_batch,
            came,
            known,
            notes,
            left,
            shared,
        })
    }

    /// Somebody wants the account in a room: the code may come from there.
    async fn come(
        &self,
        room: &str,
        known: &mut Known,
        notes: &mut Vec<String>,
    ) -> Result<(), Fault> {
        if known.joins >= JOINS_MAX {
            return Ok(());
        }
        known.joins += 1;
        match self.server.join(room).await {
            Ok(_) => {}
            Err(Fault::Token) => return Err(Fault::Token),
            // Its server may be away or may have changed its mind.
            Err(_) => return Ok(()),
        }
        known.joined.insert(room.to_owned());
        if self.server.is_encrypted(room).await.unwrap_or(false) {
            notes.push(format!("{}: {ENCRYPTED}", crate::text::name(room, 255)));
        }
        Ok(())
    }

    /// A room's events, those that the answer left out too if they are to be carried.
    async fn events(
        &self,
        room: &str,
        timeline: Timeline,
        since: &str,
        own: bool,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Event>, Fault> {
        let events = timeline.events.into_iter().filter_map(Event::read);
        let events: Vec<Event> = events.collect();
        let before = match timeline.prev_batch {
            Some(before) if own && timeline.limited && self.chat.is_some() => before,
            _ => return Ok(events),
        };
        let (mut gap, whole) = self.server.gap(room, &before, since).await?;
        if !whole {
            notes.push("more was written while nobody fetched it than is taken: the oldest of it is passed over".to_owned());
        }
        gap.extend(events);
        Ok(gap)
    }

    /// The one who is there besides the account. While any room may become the one, trouble with it is nobody.
    async fn other(
        &self,
        room: &str,
        moved: bool,
        known: &mut Known,
    ) -> Result<Option<String>, Fault> {
        if let Some(other) = known.others.get(room).filter(|_| !moved) {
            return Ok(other.clone());
        }
        let other = match self.server.only_other(room, &self.me).await {
            Ok(other) => other,
            Err(Fault::Token) => return Err(Fault::Token),
            Err(_) if self.chat.is_none() => return Ok(None),
            Err(why) => return Err(why),
        };
        known.others.insert(room.to_owned(), other.clone());
        Ok(other)
    }

    /// An event with what has to be known of it; nothing if it is the account's own.
    async fn complete(
        &self,
        room: &str,
        event: Event,
        private: bool,
        known: &mut Known,
    ) -> Result<Option<Came>, Fault> {
        match &event.what {
            // The code is words.
            What::Words(_) if event.sender != self.me => {}
            _ if self.chat.is_none() => return Ok(None),
            What::Encryption | What::Encrypted | What::Tombstone { .. } => {}
            What::Member { user, .. } => {
                known.names.remove(user);
                return Ok(None);
            }
            _ if event.sender == self.me => return Ok(None),
            _ => {}
        }
        let words = matches!(event.what, What::Words(_));
        let name = if self.mine || !words || self.chat.is_none() {
            String::new()
        } else {
            self.name(room, &event.sender, known).await?
        };
        Ok(Some(Came {
            room: room.to_owned(),
            event,
            private,
            name,
            proved: false,
        }))
    }

    async fn name(&self, room: &str, user: &str, known: &mut Known) -> Result<String, Fault> {
        if let Some(name) = known.names.get(user) {
            return Ok(name.clone());
        }
        let member = match self.server.state(room, "m.room.member", user).await {
            Ok(member) => member.unwrap_or_default(),
            // A name is nothing to end for.
            Err(Fault::Shut(_)) => Value::Null,
            Err(why) => return Err(why),
        };
        let name = member["displayname"].as_str().unwrap_or_default();
        let name = crate::text::name(name, 80);
        if known.names.len() >= NAMES_MAX {
            known.names.clear();
        }
        known.names.insert(user.to_owned(), name.clone());
        Ok(name)
    }
}

/// What is said of a room whose words are not readable here.
const ENCRYPTED: &str = "this room is encrypted, and what is written there cannot be read here; make a room with encryption \
switched off, and ask the account into that one";
