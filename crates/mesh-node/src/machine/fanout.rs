//! Who gets which events of a batch. Each event is encoded once, each frame built once for all
//! subscribers that see the same.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use mesh_core::{Access, Audience};
use mesh_model::events::{Event as _, EventTypeFacts, Facts, MessagePosted};
use mesh_model::{ParticipantId, RoomId, Seq, SessionId};

use super::{Batch, Committed, Envelopes, Reader, Sink, encode_item, is_sealed};

/// What a subscriber wants to hear. By default everything it may see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Filter {
    /// Only these rooms, sorted; empty means all, and what is in no room too.
    pub rooms: Vec<RoomId>,
    /// Only these types, or names of published events; empty means all.
    pub types: Vec<String>,
}

impl Filter {
    /// Whether an event passes.
    pub fn admits(&self, facts: &Facts) -> bool {
        let room = || facts.room().is_some_and(|room| self.rooms.contains(&room));
        (self.rooms.is_empty() || room()) && (self.types.is_empty() || self.admits_type(facts))
    }

    fn admits_type(&self, facts: &Facts) -> bool {
        let name = match facts {
            Facts::EventType(EventTypeFacts::Published(published)) => published.name.as_str(),
            _ => "",
        };
        self.types
            .iter()
            .any(|wanted| wanted == facts.kind() || wanted == name)
    }

    /// Whether whatever is said to its subscriber passes, wherever that is.
    pub fn admits_all_messages(&self) -> bool {
        let kind = |wanted: &String| wanted == MessagePosted::KIND;
        self.rooms.is_empty() && (self.types.is_empty() || self.types.iter().any(kind))
    }

    /// Whether typing and presence are wanted.
    pub fn admits_ephemeral(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|wanted| wanted == kind)
    }
}

/// Names a subscriber.
pub type SubscriberId = u64;

#[derive(Debug)]
struct Subscriber {
    participant: ParticipantId,
    filter: Arc<Filter>,
    /// The last event it was given, or the place where it began.
    prev: Seq,
    /// Up to where it was told that nothing is missing.
    told: Seq,
    sink: Arc<Sink>,
    /// The session whose context it reaches, and the rooms that were noted as read by it.
    context: Option<(SessionId, Vec<RoomId>)>,
}

impl Subscriber {
    /// Notes which rooms' words are among the items.
    fn read(&mut self, batch: &Batch, items: &[usize], grown: &mut Vec<(SessionId, RoomId)>) {
        let Some((session, noted)) = &mut self.context else {
            return;
        };
        for index in items {
            let event = &batch.events[*index];
            let room = event.facts.room().filter(|_| event.content.is_some());
            let Some(room) = room.filter(|room| !noted.contains(room)) else {
                continue;
            };
            noted.push(room);
            if !batch.access.has_read(*session, room) {
                grown.push((*session, room));
            }
        }
    }
}

/// All subscribers and how far they are.
#[derive(Debug)]
pub struct Fanout {
    subscribers: BTreeMap<SubscriberId, Subscriber>,
    of_participant: HashMap<ParticipantId, Vec<SubscriberId>>,
    next: SubscriberId,
    head: Seq,
    /// Up to where all quiet subscribers were told that nothing is missing.
    told: Seq,
    /// Subscribers cut off since the count was last asked for.
    cut_off: u64,
    envelopes: Envelopes,
    /// Rooms whose words reached sessions that had read none of them.
    grown: Vec<(SessionId, RoomId)>,
}

/// Events of a batch with the same audience.
struct Group {
    audience: Audience,
    items: Vec<usize>,
}

/// The items of one batch, and the frames built of them so far.
struct Frames<'a> {
    events: &'a [Committed],
    items: Vec<String>,
    /// What programs get in place of some items.
    sealed: BTreeMap<usize, String>,
    groups: Vec<Group>,
    /// By group and filter: which items pass.
    passing: HashMap<(usize, *const Filter), Rc<[usize]>>,
    /// By previous place, items and whether it is for programs: the frame.
    built: HashMap<(Seq, Vec<usize>, bool), Bytes>,
}

impl Fanout {
    /// Begins at the log's end.
    pub fn new(head: Seq, envelopes: Envelopes) -> Fanout {
        Fanout {
            subscribers: BTreeMap::new(),
            of_participant: HashMap::new(),
            next: 0,
            head,
            told: head,
            cut_off: 0,
            envelopes,
            grown: Vec::new(),
        }
    }

    /// The last event that was fanned out.
    pub fn head(&self) -> Seq {
        self.head
    }

    /// How many subscribers there are.
    pub fn len(&self) -> usize {
        self.subscribers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.subscribers.is_empty()
    }

    /// How many were cut off since this was last asked.
    pub fn take_cut_off(&mut self) -> u64 {
        std::mem::take(&mut self.cut_off)
    }

    /// Adds a subscriber that has everything up to [`Fanout::head`], `prev` being the last event
    /// of it that it saw.
    pub fn subscribe(
        &mut self,
        participant: ParticipantId,
        filter: Arc<Filter>,
        prev: Seq,
    ) -> (SubscriberId, Arc<Sink>) {
        self.next += 1;
        let sink = Arc::new(Sink::default());
        // Subscribers with equal filters share one, so that it is evaluated once a batch.
        let known = self
            .subscribers
            .values()
            .find(|other| other.filter == filter)
            .map(|other| Arc::clone(&other.filter));
        let subscriber = Subscriber {
            participant,
            filter: known.unwrap_or(filter),
            prev,
            told: Seq::ZERO,
            sink: Arc::clone(&sink),
            context: None,
        };
        if prev < self.head {
            // It waits to hear that what it did not get is nothing for it.
            self.told = Seq::ZERO;
        }
        self.subscribers.insert(self.next, subscriber);
        self.of_participant
            .entry(participant)
            .or_default()
            .push(self.next);
        (self.next, sink)
    }

    /// From now on it is noted what the subscriber's session reads.
    pub fn note(&mut self, id: SubscriberId, session: SessionId) {
        if let Some(subscriber) = self.subscribers.get_mut(&id) {
            subscriber.context = Some((session, Vec::new()));
        }
    }

    /// What reached sessions since this was last asked, of rooms that had not before. It is to be decided before any
    /// command that may follow from it.
    pub fn take_grown(&mut self) -> Vec<(SessionId, RoomId)> {
        std::mem::take(&mut self.grown)
    }

    /// Removes a subscriber.
    pub fn unsubscribe(&mut self, id: SubscriberId) {
        let Some(gone) = self.subscribers.remove(&id) else {
            return;
        };
        if let Some(ids) = self.of_participant.get_mut(&gone.participant) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.of_participant.remove(&gone.participant);
            }
        }
    }

    /// Hands a batch to everybody who may see some of it, as things stand after it.
    pub fn publish(&mut self, batch: &Batch) {
        let Some(last) = batch.events.last() else {
            return;
        };
        self.head = last.seq;
        if self.subscribers.is_empty() {
            return;
        }
        let mut frames = Frames::new(batch, &self.envelopes);
        for (id, mut items) in self.receivers(&batch.access, &mut frames) {
            let Some(subscriber) = self.subscribers.get_mut(&id) else {
                continue;
            };
            items.sort_unstable();
            if batch.access_changed {
                // Somebody may have come or gone in the middle of the batch.
                let who = subscriber.participant;
                items.retain(|index| {
                    let event = &batch.events[*index];
                    batch.access.sees(who, &event.facts, event.seq)
                });
            }
            let Some(index) = items.last() else { continue };
            let (last, count) = (batch.events[*index].seq, items.len());
            // Mostly all get the same, and who is a program need not be known.
            let reader = if frames.sealed.is_empty() {
                Reader::Person
            } else {
                Reader::of(&batch.access, subscriber.participant, &self.envelopes)
            };
            if batch.access.influence_since().is_some() {
                subscriber.read(batch, &items, &mut self.grown);
            }
            let frame = frames.frame(subscriber.prev, items, reader);
            subscriber.prev = last;
            if !subscriber.sink.push(frame, count, last) {
                self.cut_off += 1;
                self.unsubscribe(id);
            }
        }
    }

    /// Which items each subscriber may get.
    fn receivers(
        &self,
        access: &Access,
        frames: &mut Frames<'_>,
    ) -> BTreeMap<SubscriberId, Vec<usize>> {
        let mut receivers: BTreeMap<SubscriberId, Vec<usize>> = BTreeMap::new();
        for group in 0..frames.groups.len() {
            let ids: Vec<SubscriberId> = match &frames.groups[group].audience {
                Audience::Everyone => self.subscribers.keys().copied().collect(),
                Audience::Room(room) => self.of(access.room_listeners(*room)),
                Audience::Participants(list) => self.of(list.iter().copied()),
                Audience::Admins => self.of(access.admins()),
                Audience::Nobody => Vec::new(),
            };
            for id in ids {
                let Some(subscriber) = self.subscribers.get(&id) else {
                    continue;
                };
                let passing = frames.passing(group, &subscriber.filter);
                if !passing.is_empty() {
                    receivers.entry(id).or_default().extend_from_slice(&passing);
                }
            }
        }
        receivers
    }

    fn of(&self, participants: impl Iterator<Item = ParticipantId>) -> Vec<SubscriberId> {
        participants
            .filter_map(|id| self.of_participant.get(&id))
            .flatten()
            .copied()
            .collect()
    }

    /// Tells subscribers that saw nothing of the newest events how far they are. Called at most
    /// once a second.
    pub fn tell_tail(&mut self) {
        if self.told == self.head {
            return;
        }
        self.told = self.head;
        let frame = Bytes::from(format!("{{\"tail\":{}}}", self.head));
        for subscriber in self.subscribers.values_mut() {
            let upto = subscriber.prev.max(subscriber.told);
            if upto < self.head && subscriber.sink.is_empty() {
                subscriber.sink.push(frame.clone(), 0, self.head);
                subscriber.told = self.head;
            }
        }
    }

    /// Hands something that is never stored to those whom `sees` names.
    pub fn publish_ephemeral(
        &self,
        kind: &str,
        frame: &Bytes,
        sees: impl Fn(ParticipantId) -> bool,
    ) {
        for subscriber in self.subscribers.values() {
            if subscriber.filter.admits_ephemeral(kind) && sees(subscriber.participant) {
                subscriber.sink.push_ephemeral(frame.clone());
            }
        }
    }
}

impl<'a> Frames<'a> {
    fn new(batch: &'a Batch, envelopes: &Envelopes) -> Frames<'a> {
        let mut groups: Vec<Group> = Vec::new();
        let mut sealed = BTreeMap::new();
        let mut items = Vec::with_capacity(batch.events.len());
        for (index, event) in batch.events.iter().enumerate() {
            let mut item = String::with_capacity(
                event.content.as_ref().map_or(0, |json| json.get().len()) + 384,
            );
            encode_item(&batch.access, event, Reader::Person, &mut item);
            items.push(item);
            if is_sealed(&batch.access, event) {
                let mut item = String::new();
                encode_item(
                    &batch.access,
                    event,
                    Reader::Program(envelopes, None),
                    &mut item,
                );
                sealed.insert(index, item);
            }
            let audience = batch.access.audience(&event.facts);
            match groups.iter_mut().find(|group| group.audience == audience) {
                Some(group) => group.items.push(index),
                None => groups.push(Group {
                    audience,
                    items: vec![index],
                }),
            }
        }
        Frames {
            events: &batch.events,
            items,
            sealed,
            groups,
            passing: HashMap::new(),
            built: HashMap::new(),
        }
    }

    fn passing(&mut self, group: usize, filter: &Arc<Filter>) -> Rc<[usize]> {
        let (events, items) = (self.events, &self.groups[group].items);
        let entry = self.passing.entry((group, Arc::as_ptr(filter)));
        Rc::clone(entry.or_insert_with(|| {
            items
                .iter()
                .copied()
                .filter(|index| filter.admits(&events[*index].facts))
                .collect()
        }))
    }

    fn frame(&mut self, prev: Seq, items: Vec<usize>, reader: Reader<'_>) -> Bytes {
        let program = matches!(reader, Reader::Program(..))
            && items.iter().any(|index| self.sealed.contains_key(index));
        let key = (prev, items, program);
        if let Some(frame) = self.built.get(&key) {
            return frame.clone();
        }
        let items = &key.1;
        let text = |index: &usize| match self.sealed.get(index) {
            Some(sealed) if program => sealed.as_str(),
            _ => self.items[*index].as_str(),
        };
        let parts: Vec<&str> = items.iter().map(text).collect();
        let last = items.last().map_or(prev, |index| self.events[*index].seq);
        let frame = push_frame(prev, last, &parts);
        self.built.insert(key, frame.clone());
        frame
    }
}

/// A frame of encoded items: `{"prev","seq","push":[…]}`.
pub(crate) fn push_frame(prev: Seq, last: Seq, items: &[&str]) -> Bytes {
    let size: usize = items.iter().map(|item| item.len() + 1).sum();
    let mut frame = String::with_capacity(size + 64);
    // Writing into a string cannot fail.
    let _ = write!(frame, "{{\"prev\":{prev},\"seq\":{last},\"push\":[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            frame.push(',');
        }
        frame.push_str(item);
    }
    frame.push_str("]}");
    Bytes::from(frame)
}
