//! What `mesh chat` knows, and how that changes.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use mesh_model::api::{
    ChatAnswer, Ephemeral, List, Message, MessageRefInput, NoInput, Participant,
    ParticipantListInput, ParticipantRef, Posted, Room, SearchHit, StreamItem,
};
use mesh_model::events::Facts;
use mesh_model::ops::{MessageThread, ParticipantList, RoomList};
use mesh_model::{MessageId, Millis, ParticipantId, RoomId, Seq};
use ratatui::buffer::Buffer;
use serde_json::Value;

use super::complete::Completion;
use super::composer::Composer;
use super::reading::Reading;
use super::say::Outgoing;
use super::timeline::{Place, Timeline};
use crate::screen::{Arrived, Ask, Gather, Screen, Standing, Trouble, read};

/// How long somebody is thought to type who does not say that it stopped.
const TYPING_MS: u64 = 8_000;
/// How long what came of an act is shown.
const NOTICE_MS: u64 = 12_000;

/// By what `mesh chat` knows its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tag {
    /// The rooms.
    Rooms,
    /// Everybody, for completion.
    People,
    /// A room's newest messages, or those before what is at hand.
    Piece(RoomId),
    /// A thread.
    Thread(MessageId),
    /// A search.
    Found,
    /// Something that was said: by the number that this screen gave it.
    Said(u64),
    /// A line for the node.
    Command(RoomId, String),
    /// A message was changed to these words.
    Edited(MessageId, String),
    /// Messages were read.
    Read(u64),
    /// A room was entered: open it.
    Joined(String),
    /// Something small; only a refusal is told.
    Small,
    /// That somebody types: nobody needs to hear what came of it.
    Typed,
}

/// What the middle of the screen shows.
#[derive(Debug, Clone)]
pub(super) enum View {
    /// The room.
    Room,
    /// A thread of it.
    Thread(MessageId, Box<Timeline>),
    /// What a search found, and which of it is chosen.
    Found {
        /// The words.
        words: String,
        /// What was found; `None` until the node has answered.
        hits: Option<Vec<SearchHit>>,
        /// The one that is chosen.
        chosen: usize,
    },
    /// The keys.
    Help,
}

/// What the node said to a line of its own language.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// The line.
    pub asked: String,
    /// The answer.
    pub words: String,
}

/// `mesh chat`.
pub struct Chat {
    pub(super) me: Participant,
    pub(super) zone: TimeZone,
    pub(super) colours: bool,
    pub(super) size: (u16, u16),
    pub(super) standing: Standing,
    pub(super) looked: bool,
    pub(super) rooms: BTreeMap<RoomId, Room>,
    pub(super) loaded: bool,
    pub(super) people: BTreeMap<ParticipantId, ParticipantRef>,
    pub(super) wanted: Option<String>,
    pub(super) open: Option<RoomId>,
    pub(super) timelines: BTreeMap<RoomId, Timeline>,
    pub(super) notes: BTreeMap<RoomId, Vec<Note>>,
    pub(super) view: View,
    pub(super) composer: Composer,
    pub(super) drafts: BTreeMap<RoomId, String>,
    pub(super) completion: Option<Completion>,
    pub(super) editing: Option<MessageId>,
    pub(super) reply_to: Option<MessageId>,
    pub(super) choosing: bool,
    pub(super) outgoing: Vec<Outgoing>,
    pub(super) next_outgoing: u64,
    pub(super) typing: Vec<(RoomId, ParticipantRef, Millis)>,
    pub(super) typed_at: Option<Millis>,
    pub(super) reading: Reading,
    pub(super) notice: Option<(String, bool, Millis)>,
    pub(super) ending: bool,
    pub(super) over: bool,
    pub(super) head: Seq,
    room_list: Gather,
}

impl Chat {
    /// Nothing is known yet. `room` is opened once it is: by its name or id, `@handle` for a conversation.
    pub fn new(me: Participant, room: Option<String>, zone: TimeZone, colours: bool) -> Chat {
        Chat {
            me,
            zone,
            colours,
            size: (80, 24),
            standing: Standing::Live,
            looked: true,
            rooms: BTreeMap::new(),
            loaded: false,
            people: BTreeMap::new(),
            wanted: room,
            open: None,
            timelines: BTreeMap::new(),
            notes: BTreeMap::new(),
            view: View::Room,
            composer: Composer::default(),
            drafts: BTreeMap::new(),
            completion: None,
            editing: None,
            reply_to: None,
            choosing: false,
            outgoing: Vec::new(),
            next_outgoing: 0,
            typing: Vec::new(),
            typed_at: None,
            reading: Reading::default(),
            notice: None,
            ending: false,
            over: false,
            head: Seq(0),
            room_list: Gather::default(),
        }
    }

    /// Rooms in the order in which they are listed: those one is in, named ones before conversations; the others last.
    pub(super) fn listed(&self) -> Vec<&Room> {
        let open = self
            .rooms
            .values()
            .filter(|room| !room.archived || room.member);
        let mut rooms: Vec<&Room> = open.collect();
        rooms.sort_by_key(|room| {
            let with = room.with.as_ref().map(|with| with.handle.clone());
            (
                !room.member,
                room.with.is_some(),
                room.name.clone().or(with),
            )
        });
        rooms
    }

    /// A room by what people call it.
    pub(super) fn room_called(&self, name: &str) -> Option<RoomId> {
        let bare = name.trim_start_matches('#');
        let found = self
            .rooms
            .values()
            .find(|room| match name.strip_prefix('@') {
                Some(handle) => room.with.as_ref().is_some_and(|with| with.handle == handle),
                None => room.name.as_deref() == Some(bare) || room.id.to_string() == bare,
            });
        found.map(|room| room.id)
    }

    /// What is on the screen: the thread, or the room.
    pub(super) fn timeline(&self) -> Option<&Timeline> {
        match &self.view {
            View::Thread(_, timeline) => Some(timeline),
            _ => self.timelines.get(&self.open?),
        }
    }

    pub(super) fn timeline_mut(&mut self) -> Option<&mut Timeline> {
        match &mut self.view {
            View::Thread(_, timeline) => Some(timeline),
            _ => self.timelines.get_mut(&self.open?),
        }
    }

    pub(super) fn tell(&mut self, words: impl Into<String>, bad: bool, now: Millis) {
        self.notice = Some((words.into(), bad, now.plus(NOTICE_MS)));
    }

    /// Opens a room: what was written stays with the room it was written in.
    pub(super) fn enter(&mut self, room: RoomId) -> Vec<Ask<Tag>> {
        let mut asks = self.stop_typing();
        if let Some(before) = self.open.filter(|before| *before != room) {
            self.editing = None;
            self.reply_to = None;
            let draft = self.composer.text().to_owned();
            self.drafts.insert(before, draft);
            let draft = self.drafts.remove(&room).unwrap_or_default();
            self.composer.set(&draft);
        }
        self.open = Some(room);
        self.view = View::Room;
        self.choosing = false;
        self.completion = None;
        let (rows, columns, me) = (self.rows(), self.columns(), self.me.id);
        let timeline = self.timelines.entry(room).or_default();
        if timeline.ready {
            // What came since the reader was here last.
            let first = timeline
                .unread_after(timeline.told, me)
                .next()
                .map(|one| one.id.0);
            timeline.first_unread = first;
            let style = super::draw::style(columns, &self.zone, first, false);
            if let Some(first) = first {
                timeline.top(first, rows, |all, one| {
                    super::message::lines(all, one, &style).len()
                });
            }
        } else if !timeline.loading {
            asks.extend(self.load(room));
        }
        asks
    }

    pub(super) fn refresh_rooms(&mut self, now: Millis) {
        self.room_list.at_once(now);
    }

    /// Opens a message's thread.
    pub(super) fn enter_thread(&mut self, message: &Message) -> Vec<Ask<Tag>> {
        let root = message.thread.unwrap_or(message.id);
        self.view = View::Thread(root, Box::new(Timeline::asked()));
        self.choosing = false;
        self.reply_to = None;
        vec![Ask::of::<MessageThread>(
            MessageRefInput { message: root },
            Tag::Thread(root),
        )]
    }

    /// Everything anew: the stream has begun again.
    fn subscribed(&mut self, now: Millis) -> Vec<Ask<Tag>> {
        self.room_list.at_once(now);
        for timeline in self.timelines.values_mut() {
            *timeline = Timeline::default();
        }
        let people = ParticipantListInput::default();
        let mut asks = vec![Ask::of::<ParticipantList>(people, Tag::People)];
        if let Some(room) = self.open {
            asks.extend(self.load(room));
        }
        asks
    }

    fn item(&mut self, item: &StreamItem, now: Millis) {
        self.head = item.seq;
        if let Some(from) = &item.from {
            self.people.insert(from.id, from.clone());
        }
        if let Some(message) = item.message() {
            self.message(message, item.kind == "message.quarantined", now);
            return;
        }
        match item.event() {
            Some(Facts::Message(_)) => {
                let me = self.me.id;
                if let View::Thread(_, timeline) = &mut self.view {
                    timeline.change(item, me);
                }
                let timeline = item.room.and_then(|room| self.timelines.get_mut(&room));
                if let Some(timeline) = timeline {
                    timeline.change(item, me);
                }
            }
            Some(Facts::Room(_)) => self.room_list.soon(now),
            _ => {}
        }
    }

    fn message(&mut self, message: Message, held: bool, now: Millis) {
        let (me, room) = (self.me.id, message.room);
        let mine = message.from.id == me;
        self.typing
            .retain(|(at, who, _)| *at != room || who.id != message.from.id);
        if mine {
            self.landed(&message);
        }
        if let View::Thread(root, timeline) = &mut self.view
            && message.thread == Some(*root)
        {
            timeline.post(message.clone(), held);
        }
        match self.rooms.get_mut(&room) {
            Some(known) if message.seq > known.last_seq => {
                known.last_seq = message.seq;
                if !mine && !held && known.member {
                    known.unread += 1;
                    known.unread_mentions += u32::from(message.mentions.contains(&me));
                }
            }
            Some(_) => {}
            None => self.room_list.soon(now),
        }
        if let Some(timeline) = self.timelines.get_mut(&room) {
            if let Some(thread) = message.thread {
                timeline.replied(thread);
            }
            timeline.post(message, held);
        }
    }

    fn passing(&mut self, event: Ephemeral, now: Millis) {
        let Ephemeral::Typing {
            room,
            participant,
            typing,
        } = event
        else {
            return;
        };
        self.typing
            .retain(|(at, who, _)| *at != room || who.id != participant.id);
        if typing && participant.id != self.me.id {
            self.typing.push((room, participant, now.plus(TYPING_MS)));
        }
    }

    fn answer(&mut self, tag: Tag, answer: Result<Value, Trouble>, now: Millis) -> Vec<Ask<Tag>> {
        match tag {
            Tag::Rooms => return self.rooms_came(read(answer), now),
            Tag::People => {
                if let Ok(list) = read::<List<Participant>>(answer) {
                    for one in list.items.into_iter().filter(|one| !one.disabled) {
                        let (id, handle) = (one.id, one.handle);
                        let who = ParticipantRef {
                            id,
                            handle,
                            kind: one.kind,
                            trust: one.trust,
                        };
                        self.people.insert(id, who);
                    }
                }
            }
            Tag::Piece(room) => return self.piece(room, read(answer)),
            Tag::Thread(root) => self.thread(root, read(answer), now),
            Tag::Found => match read::<List<SearchHit>>(answer) {
                Ok(list) => {
                    if let View::Found { hits, .. } = &mut self.view {
                        *hits = Some(list.items);
                    }
                }
                Err(why) => {
                    self.view = View::Room;
                    self.tell(why.words, true, now);
                }
            },
            Tag::Said(number) => return self.said(number, read::<Posted>(answer), now),
            Tag::Command(room, asked) => {
                self.commanded(room, asked, read::<ChatAnswer>(answer), now)
            }
            Tag::Edited(message, words) => {
                if let Err(why) = answer {
                    if self.composer.is_empty() {
                        self.composer.set(&words);
                        self.editing = Some(message);
                    }
                    self.tell(format!("Not changed: {}", why.words), true, now);
                }
            }
            Tag::Read(piece) => self.reading.answered(piece, answer.is_ok(), now),
            Tag::Joined(name) => match answer {
                Ok(_) => {
                    self.wanted = Some(name);
                    self.room_list.at_once(now);
                }
                Err(why) => self.tell(why.words, true, now),
            },
            Tag::Typed => {}
            Tag::Small => {
                if let Err(why) = answer {
                    self.tell(why.words, true, now);
                }
            }
        }
        Vec::new()
    }

    fn rooms_came(&mut self, list: Result<List<Room>, Trouble>, now: Millis) -> Vec<Ask<Tag>> {
        self.room_list.ended();
        let list = match list {
            Ok(list) => list,
            Err(why) => {
                self.tell(why.words, true, now);
                return Vec::new();
            }
        };
        let before = std::mem::take(&mut self.rooms);
        for mut room in list.items {
            // What the stream has counted since the node looked is newer.
            if let Some(known) = before
                .get(&room.id)
                .filter(|known| known.last_seq > room.last_seq)
            {
                room.last_seq = known.last_seq;
                room.unread = known.unread;
                room.unread_mentions = known.unread_mentions;
            }
            // What was in sight here may be on its way to the node, and what was read elsewhere is known there.
            let here = self.timelines.get(&room.id).filter(|here| here.ready);
            if let Some(here) = here {
                let left = here.unread_after(here.told, self.me.id).count() as u32;
                room.unread = room.unread.min(left);
                room.unread_mentions = room.unread_mentions.min(left);
            }
            self.rooms.insert(room.id, room);
        }
        self.loaded = true;
        if let Some(name) = self.wanted.take() {
            if let Some(room) = self.room_called(&name) {
                return self.enter(room);
            }
            if name.parse::<RoomId>().is_ok() {
                // A conversation that was opened just now: the next list has it.
                self.wanted = Some(name);
            } else {
                let words = format!("There is no {name} here that you may know of.");
                self.tell(words, true, now);
            }
        }
        if self.open.is_none_or(|room| !self.rooms.contains_key(&room)) {
            let rooms = self.listed();
            let first = rooms.iter().find(|room| room.unread > 0).or(rooms.first());
            if let Some(room) = first.map(|room| room.id) {
                return self.enter(room);
            }
        }
        Vec::new()
    }

    fn thread(&mut self, root: MessageId, list: Result<List<Message>, Trouble>, now: Millis) {
        let me = self.me.id;
        let View::Thread(shown, timeline) = &mut self.view else {
            return;
        };
        if *shown != root {
            return;
        }
        match list {
            Ok(list) => {
                timeline.piece(list.items, me);
                timeline.ready = true;
                timeline.told = Seq(u64::MAX);
            }
            Err(why) => {
                self.view = View::Room;
                self.tell(why.words, true, now);
            }
        }
    }

    fn link(&mut self, standing: Standing, now: Millis) {
        match (&self.standing, &standing) {
            (Standing::Lost(_), Standing::Lost(_)) => return,
            (Standing::Lost(_), Standing::Live) => self.room_list.at_once(now),
            _ => {}
        }
        self.standing = standing;
    }

    /// What is on the screen was read, if somebody looks at it.
    fn read_what_is_seen(&mut self, now: Millis) {
        if !self.looked || !matches!(self.view, View::Room) {
            return;
        }
        let Some(open) = self.open else { return };
        if let (Some(room), Some(timeline)) =
            (self.rooms.get_mut(&open), self.timelines.get_mut(&open))
            && timeline.ready
        {
            self.reading.up_to_sight(room, timeline, self.me.id, now);
        }
    }
}

impl Screen for Chat {
    type Tag = Tag;

    fn arrived(&mut self, what: Arrived<Tag>, now: Millis) -> Vec<Ask<Tag>> {
        let mut asks = Vec::new();
        match what {
            Arrived::Subscribed => asks = self.subscribed(now),
            Arrived::Item(item) => self.item(&item, now),
            Arrived::Passing(event) => self.passing(event, now),
            Arrived::Link(standing) => self.link(standing, now),
            Arrived::Key(key) => asks = self.key(&key, now),
            Arrived::Pasted(words) => asks = self.pasted(&words, now),
            Arrived::Size(width, height) => self.size = (width, height),
            Arrived::Looked(looked) => self.looked = looked,
            Arrived::Answer(tag, answer) => asks = self.answer(tag, answer, now),
            Arrived::Due => {}
        }
        if self
            .notice
            .as_ref()
            .is_some_and(|(_, _, until)| *until <= now)
        {
            self.notice = None;
        }
        self.typing.retain(|(_, _, until)| *until > now);
        self.read_what_is_seen(now);
        if self.standing.is_live() {
            asks.extend(self.reading.asks(now, self.over));
            if self.room_list.begin(now) {
                asks.push(Ask::of::<RoomList>(NoInput {}, Tag::Rooms));
            }
        }
        asks
    }

    fn due(&self, _: Millis) -> Option<Millis> {
        let live = self.standing.is_live();
        let asks = [self.reading.due(), self.room_list.due()];
        let asks = asks.into_iter().flatten().filter(|_| live);
        let notice = self.notice.as_ref().map(|(_, _, until)| *until);
        let typing = self.typing.iter().map(|(_, _, until)| *until);
        asks.chain(notice).chain(typing).min()
    }

    fn draw(&self, cells: &mut Buffer, _: Millis) -> Option<(u16, u16)> {
        self.paint(cells)
    }

    fn is_over(&self) -> bool {
        self.over
    }

    fn last_words(&self) -> Option<String> {
        self.unsent()
    }
}

/// Where the reader is in a room that was left and comes back: at its end, unless something is unread.
pub(super) fn at_end(timeline: &mut Timeline) {
    timeline.place = Place::End;
    timeline.chosen = None;
}
