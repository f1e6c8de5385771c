//! One subscriber's stream: first what it missed, from the log, then what comes, without gap or
//! repetition between the two.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use mesh_log::LogReader;
use mesh_model::command::InfluenceCommand;
use mesh_model::events::Influence;
use mesh_model::{Actor, Command, ParticipantId, RoomId, Seq, SessionId};
use tokio::task::JoinHandle;

use super::node::Node;
use super::sessions::Listens;
use crate::machine::{
    Committed, Filter, Reader, Sink, SubscriberId, Taken, encode_item, push_frame,
};

/// Events looked at for one frame of catching up.
const LOOKED_AT_MAX: u64 = 20_000;
/// Items in one frame of catching up.
const ITEMS_MAX: usize = 256;
/// So near to the end the rest is read while the writer waits: a moment's work.
const NEAR_EVENTS: u64 = 64;

/// Subscribing to a node. Nothing here asks whether the participant may: the door does, so surfaces, which do not
/// know this crate, have no other way.
pub trait Subscribe {
    /// Subscribes to what the participant may see. `after` is what it has already; `None` begins now. What a program's
    /// session reads by it is noted.
    fn subscribe_within(
        &self,
        participant: ParticipantId,
        session: Option<SessionId>,
        filter: Filter,
        after: Option<Seq>,
    ) -> Subscription;

    /// Listens with a participant's eyes for what goes out of the node. By that nobody counts as reached at once.
    fn overhear(&self, participant: ParticipantId, filter: Filter, after: Seq) -> Subscription;

    /// The same for somebody who has no session.
    fn subscribe(
        &self,
        participant: ParticipantId,
        filter: Filter,
        after: Option<Seq>,
    ) -> Subscription {
        self.subscribe_within(participant, None, filter, after)
    }
}

impl Subscribe for Arc<Node> {
    fn subscribe_within(
        &self,
        participant: ParticipantId,
        session: Option<SessionId>,
        filter: Filter,
        after: Option<Seq>,
    ) -> Subscription {
        let person = self.access().is_person(participant);
        let session = session.filter(|_| !person);
        let listens = filter.admits_all_messages();
        let listens = listens.then(|| Listens::begin(self, participant));
        Subscription::new(
            Arc::clone(self),
            participant,
            session,
            filter,
            after,
            listens,
        )
    }

    fn overhear(&self, participant: ParticipantId, filter: Filter, after: Seq) -> Subscription {
        Subscription::new(
            Arc::clone(self),
            participant,
            None,
            filter,
            Some(after),
            None,
        )
    }
}

/// A stream of frames. Dropping it ends it.
#[derive(Debug)]
pub struct Subscription {
    node: Arc<Node>,
    participant: ParticipantId,
    /// Others are told that it is reached at once.
    _listens: Option<Listens>,
    /// The session whose context it reaches, if what that reads is to be noted.
    session: Option<SessionId>,
    /// Rooms whose words are in the frames to come of catching up, and are not noted yet.
    unnoted: BTreeSet<RoomId>,
    filter: Arc<Filter>,
    phase: Phase,
    /// Everything up to here was looked at.
    position: Seq,
    /// The last event that was given.
    prev: Seq,
    /// A frame that was made while joining the live stream.
    first: Option<(Bytes, Seq)>,
    /// Whether to say where the catching up ended.
    tell: bool,
}

#[derive(Debug)]
enum Phase {
    CatchUp(Option<JoinHandle<Chunk>>),
    Live(SubscriberId, Arc<Sink>),
}

/// A part of the log as one reader sees it.
#[derive(Debug)]
struct Chunk {
    items: Vec<String>,
    last: Option<Seq>,
    looked_at: Seq,
    /// The rooms whose words are among the items.
    rooms: BTreeSet<RoomId>,
}

impl Subscription {
    fn new(
        node: Arc<Node>,
        participant: ParticipantId,
        session: Option<SessionId>,
        filter: Filter,
        after: Option<Seq>,
        listens: Option<Listens>,
    ) -> Subscription {
        let position = after.unwrap_or(Seq::ZERO);
        let mut subscription = Subscription {
            _listens: listens,
            node,
            participant,
            session,
            unnoted: BTreeSet::new(),
            filter: Arc::new(filter),
            phase: Phase::CatchUp(None),
            position,
            prev: position,
            first: None,
            tell: after.is_some(),
        };
        if after.is_none() {
            subscription.join_at_end();
        }
        subscription
    }

    /// Where it began, or the last event up to which it told everything.
    pub fn position(&self) -> Seq {
        self.position
    }

    /// The next frames. Safe to drop while it waits.
    pub async fn next(&mut self) -> Taken {
        loop {
            self.note().await;
            if let Some((frame, last)) = self.first.take() {
                return Taken::Frames(vec![frame], last);
            }
            if let Phase::Live(_, sink) = &self.phase {
                let taken = sink.take().await;
                if let Taken::Frames(_, last) = &taken {
                    self.position = self.position.max(*last);
                }
                return taken;
            }
            if self.try_join() {
                continue;
            }
            let chunk = self.read().await;
            self.position = chunk.looked_at;
            self.unnoted.extend(&chunk.rooms);
            self.first = self.frame(&chunk).map(|frame| (frame, self.prev));
        }
    }

    /// Notes what the session is about to read. Without that it gets nothing: the node is going down.
    async fn note(&mut self) {
        let Some(session) = self.session.filter(|_| !self.unnoted.is_empty()) else {
            return;
        };
        let access = self.node.access();
        let news = |room: &&RoomId| !access.has_read(session, **room);
        let rooms: Vec<RoomId> = self.unnoted.iter().filter(news).copied().collect();
        if access.influence_since().is_some() && !rooms.is_empty() {
            let command = Command::Influence(InfluenceCommand::Read {
                session,
                rooms,
                influence: Influence::default(),
                everything: false,
            });
            let noted = self.node.submit(command, Actor::Node, None, None).await;
            if let Err(why) = noted {
                tracing::warn!(%why, "what a session reads could not be noted");
                self.first = None;
            }
        }
        self.unnoted.clear();
    }

    /// Reads the next part of the log, away from the sockets' threads.
    async fn read(&mut self) -> Chunk {
        let Phase::CatchUp(reading) = &mut self.phase else {
            return Chunk {
                items: Vec::new(),
                last: None,
                looked_at: self.position,
                rooms: BTreeSet::new(),
            };
        };
        let handle = reading.get_or_insert_with(|| {
            let (node, filter) = (Arc::clone(&self.node), Arc::clone(&self.filter));
            let (participant, position) = (self.participant, self.position);
            tokio::task::spawn_blocking(move || {
                let to = Seq(position.0 + LOOKED_AT_MAX);
                read_part(
                    &node,
                    &node.log_reader(),
                    participant,
                    &filter,
                    position,
                    to,
                    ITEMS_MAX,
                )
            })
        });
        let chunk = handle.await;
        *reading = None;
        chunk.unwrap_or_else(|why| {
            tracing::error!(%why, "reading the log for a subscriber broke off");
            Chunk {
                items: Vec::new(),
                last: None,
                looked_at: self.position,
                rooms: BTreeSet::new(),
            }
        })
    }

    fn frame(&mut self, chunk: &Chunk) -> Option<Bytes> {
        let last = chunk.last?;
        let items: Vec<&str> = chunk.items.iter().map(String::as_str).collect();
        let frame = push_frame(self.prev, last, &items);
        self.prev = last;
        Some(frame)
    }

    /// Joins the live stream if little is left to read: the fan-out stands still meanwhile, so
    /// nothing falls between.
    fn try_join(&mut self) -> bool {
        let node = Arc::clone(&self.node);
        let mut fanout = node.fanout.lock().unwrap_or_else(PoisonError::into_inner);
        let head = fanout.head();
        if self.position.0 + NEAR_EVENTS < head.0 {
            return false;
        }
        let rest = read_part(
            &node,
            &node.log_reader(),
            self.participant,
            &self.filter,
            self.position,
            head,
            usize::MAX,
        );
        self.unnoted.extend(&rest.rooms);
        let frame = self.frame(&rest);
        let (id, sink) = fanout.subscribe(self.participant, Arc::clone(&self.filter), self.prev);
        if let Some(session) = self.session {
            fanout.note(id, session);
        }
        drop(fanout);
        self.position = self.position.max(head);
        self.first = frame.map(|frame| (frame, self.prev));
        if self.tell && self.prev < head {
            sink.push(Bytes::from(format!("{{\"tail\":{head}}}")), 0, head);
        }
        self.phase = Phase::Live(id, sink);
        true
    }

    fn join_at_end(&mut self) {
        let node = Arc::clone(&self.node);
        let mut fanout = node.fanout.lock().unwrap_or_else(PoisonError::into_inner);
        let head = fanout.head();
        let (id, sink) = fanout.subscribe(self.participant, Arc::clone(&self.filter), head);
        if let Some(session) = self.session {
            fanout.note(id, session);
        }
        drop(fanout);
        (self.position, self.prev) = (head, head);
        self.phase = Phase::Live(id, sink);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Phase::Live(id, _) = self.phase {
            self.node
                .fanout
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .unsubscribe(id);
        }
    }
}

/// What the participant may see of the log after `after` up to `to`, as things stand now.
fn read_part(
    node: &Node,
    reader: &LogReader,
    participant: ParticipantId,
    filter: &Filter,
    after: Seq,
    to: Seq,
    items_max: usize,
) -> Chunk {
    let access = node.access();
    let mut chunk = Chunk {
        items: Vec::new(),
        last: None,
        looked_at: after,
        rooms: BTreeSet::new(),
    };
    let read = reader.read(after.0 + 1, |record| {
        if record.seq > to.0 || chunk.items.len() >= items_max {
            return ControlFlow::Break(());
        }
        chunk.looked_at = Seq(record.seq);
        if let Ok(event) = Committed::read_for_show(&record, reader)
            && filter.admits(&event.facts)
            && access.sees(participant, &event.facts, event.seq)
        {
            let mut item = String::new();
            let shown = Reader::of(&access, participant, &node.envelopes);
            encode_item(&access, &event, shown, &mut item);
            if event.content.is_some() {
                chunk.rooms.extend(event.facts.room());
            }
            chunk.items.push(item);
            chunk.last = Some(event.seq);
        }
        ControlFlow::Continue(())
    });
    if let Err(why) = read {
        tracing::error!(%why, "a subscriber's part of the log could not be read");
        chunk.looked_at = chunk.looked_at.max(to.min(Seq(reader.tail().seq)));
    }
    chunk
}
