//! The projector: event by event into the tables, a batch in one transaction.

mod ahead;
mod erase;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use mesh_model::events::GuardFacts;
use mesh_model::{Facts, ParticipantId, RoomId, Seq, TaskId};
use rusqlite::{Connection, Transaction};
use serde::de::DeserializeOwned;

use ahead::Ahead;
pub(super) use erase::TABLES as ERASE_TABLES;
use words::Words;

use super::open::{close, upto};
use super::task::Kept;
use super::{
    Numbers, StoredEvent, approval, context, credential, entity, event_type, file, journal, link,
    memory, mesh, message, numbers, participant, quarantine, room, schedule, session, skill, task,
    template, worker,
};
use crate::StoreError;
use crate::sql::int;

/// Writes the view. There is one, and it sees every event of the log in order.
#[derive(Debug)]
pub struct Projector {
    db: Connection,
    upto: Seq,
    known: Known,
    /// Something was erased for good and is in the journal still.
    erased: bool,
}

/// What the projector keeps in memory, so that it need not ask for it with every message.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) numbers: Arc<RwLock<Numbers>>,
    /// Messages of each room, by number.
    rooms: HashMap<i64, Count>,
    /// Messages of each author in each room, by numbers.
    voices: HashMap<(i64, i64), Count>,
    /// Tasks of the last batches.
    pub(super) tasks: HashMap<TaskId, Kept>,
    pub(super) words: Words,
    /// The second of the last event.
    pub(super) second: Option<u64>,
}

/// Voices kept in memory: beyond it they are forgotten and read again.
const VOICES_MAX: usize = 100_000;

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    messages: i64,
    /// Not yet in its table.
    changed: bool,
}

/// One batch at work.
pub(super) struct Batch<'a> {
    pub(super) tx: &'a Transaction<'a>,
    pub(super) known: &'a mut Known,
    /// The terms of its messages, if another thread finds them.
    ahead: Option<Ahead>,
    /// Whether something was erased for good.
    pub(super) erased: bool,
}

impl Batch<'_> {
    /// The terms of the message at `seq`, each with a space after it.
    pub(super) fn terms_posted(&mut self, seq: i64, text: &str) -> String {
        let ahead = self.ahead.as_mut().and_then(|ahead| ahead.take(seq));
        ahead.unwrap_or_else(|| ahead::terms_of(text))
    }
}

impl Projector {
    pub(super) fn new(
        db: Connection,
        numbers: Arc<RwLock<Numbers>>,
    ) -> Result<Projector, StoreError> {
        let upto = upto(&db)?;
        let known = Known {
            numbers,
            rooms: HashMap::new(),
            voices: HashMap::new(),
            tasks: HashMap::new(),
            words: Words::default(),
            second: None,
        };
        Ok(Projector {
            db,
            upto,
            known,
            erased: false,
        })
    }

    /// The last event in the view: go on with the one after it.
    pub fn upto(&self) -> Seq {
        self.upto
    }

    /// Takes in a batch, whole or not at all. Events that it has already are passed over.
    ///
    /// After an error the view is as it was before; if it persists, delete the view and open it again.
    pub fn project(&mut self, events: &[StoredEvent<'_>]) -> Result<(), StoreError> {
        let Some(last) = events.last() else {
            return Ok(());
        };
        let upto = self.upto.max(last.seq);
        let done = self.batch(events, upto);
        match done {
            Ok(()) => self.upto = upto,
            Err(_) => self.forget()?,
        }
        done
    }

    /// Remembers that everything up to `seq` was seen: for events at a batch's end that are unknown to this
    /// program and may be ignored.
    pub fn skip_to(&mut self, seq: Seq) -> Result<(), StoreError> {
        let upto = self.upto.max(seq);
        self.batch(&[], upto)?;
        self.upto = upto;
        Ok(())
    }

    fn batch(&mut self, events: &[StoredEvent<'_>], upto: Seq) -> Result<(), StoreError> {
        let known = events.partition_point(|event| event.seq <= self.upto);
        let new = &events[known..];
        std::thread::scope(|scope| self.write(new, Ahead::begin(scope, new), upto))
    }

    fn write(
        &mut self,
        events: &[StoredEvent<'_>],
        ahead: Option<Ahead>,
        upto: Seq,
    ) -> Result<(), StoreError> {
        let tx = self.db.transaction()?;
        let mut batch = Batch {
            tx: &tx,
            known: &mut self.known,
            ahead,
            erased: false,
        };
        for event in events {
            batch.event(event)?;
        }
        batch.write_counts()?;
        batch.write_tasks()?;
        batch.write_words()?;
        let erased = batch.erased;
        tx.prepare_cached("UPDATE meta SET value = ?1 WHERE name = 'upto'")?
            .execute([int(upto.0)])?;
        tx.commit()?;
        self.erased |= erased;
        self.clear_journal()
    }

    /// What was kept in memory may be ahead of the tables after an error.
    fn forget(&mut self) -> Result<(), StoreError> {
        self.known.rooms.clear();
        self.known.voices.clear();
        self.known.tasks.clear();
        self.known.words = Words::default();
        self.known.second = None;
        let loaded = Numbers::load(&self.db)?;
        *self
            .known
            .numbers
            .write()
            .unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }
}

impl Drop for Projector {
    fn drop(&mut self) {
        // If this fails the view is not marked as clean, and the next start after a power cut rebuilds it.
        let _ = close(&self.db);
    }
}

impl Batch<'_> {
    fn event(&mut self, event: &StoredEvent<'_>) -> Result<(), StoreError> {
        self.note_words(event)?;
        self.note_second(event)?;
        match event.facts {
            Facts::Message(facts) => message::project(self, facts, event),
            Facts::Task(facts) => task::project(self, facts, event),
            Facts::Mesh(facts) => mesh::project(self, facts, event),
            Facts::Credential(facts) => credential::project(self, facts, event),
            Facts::Invite(facts) => credential::project_invite(self, facts, event),
            Facts::Participant(facts) => participant::project(self, facts, event),
            Facts::Session(facts) => session::project(self, facts, event),
            Facts::Group(facts) => room::project_group(self, facts, event),
            Facts::Room(facts) => room::project(self, facts, event),
            Facts::EventType(facts) => event_type::project(self, facts, event),
            Facts::Quarantine(facts) => quarantine::project(self, facts, event),
            Facts::Guard(GuardFacts::Rescanned(facts)) => self.message_rescanned(facts),
            Facts::Worker(facts) => worker::project(self, facts, event),
            Facts::Approval(facts) => approval::project(self, facts, event),
            Facts::Template(facts) => template::project(self, facts, event),
            Facts::Context(facts) => context::project(self, facts, event),
            Facts::Journal(facts) => journal::project(self, facts, event),
            Facts::Memory(facts) => memory::project(self, facts, event),
            Facts::Entity(facts) => entity::project(self, facts, event),
            Facts::File(facts) => file::project(self, facts, event),
            Facts::Skill(facts) => skill::project(self, facts, event),
            Facts::Link(facts) => link::project(self, facts, event),
            Facts::Schedule(facts) => schedule::project(self, facts, event),
            // Rules, rights, leases, sums and alerts: the core's state answers for all of these nouns.
            Facts::User(_)
            | Facts::Policy(_)
            | Facts::Identity(_)
            | Facts::Secret(_)
            | Facts::Dispatch(_)
            | Facts::Budget(_)
            | Facts::Alert(_)
            | Facts::Clock(_)
            | Facts::Lease(_)
            // What contexts have read is in the state; the words of a held act are read where they stand.
            | Facts::Influence(_)
            | Facts::Webhook(_)
            | Facts::Inlet(_)
            | Facts::Tool(_) => Ok(()),
        }
    }

    /// The room's number; a room that no event has made yet gets one all the same.
    pub(super) fn room(&mut self, id: RoomId) -> Result<i64, StoreError> {
        if let Some(number) = numbers::read(&self.known.numbers).room(id) {
            return Ok(number);
        }
        let number = self
            .known
            .numbers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .add_room(id);
        let mut insert = self
            .tx
            .prepare_cached("INSERT INTO rooms (no, id, created_at) VALUES (?1, ?2, 0)")?;
        insert.execute((number, id.0.as_bytes()))?;
        Ok(number)
    }

    /// The participant's number. What the node itself does has the participant of all zeros.
    pub(super) fn participant(&mut self, id: ParticipantId) -> Result<i64, StoreError> {
        if let Some(number) = numbers::read(&self.known.numbers).participant(id) {
            return Ok(number);
        }
        let number = self
            .known
            .numbers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .add_participant(id);
        let mut insert = self
            .tx
            .prepare_cached("INSERT INTO participants (no, id) VALUES (?1, ?2)")?;
        insert.execute((number, id.0.as_bytes()))?;
        Ok(number)
    }

    pub(super) fn actor(&mut self, event: &StoredEvent<'_>) -> Result<i64, StoreError> {
        self.participant(
            event
                .by
                .actor
                .participant()
                .unwrap_or(ParticipantId(uuid::Uuid::nil())),
        )
    }

    /// Counts one more message of `author` in `room`, and gives both counts.
    pub(super) fn count(&mut self, room: i64, author: i64) -> Result<(i64, i64), StoreError> {
        if !self.known.rooms.contains_key(&room) {
            let mut select = self
                .tx
                .prepare_cached("SELECT messages FROM rooms WHERE no = ?1")?;
            let messages = select.query_row([room], |row| row.get(0))?;
            self.known.rooms.insert(
                room,
                Count {
                    messages,
                    changed: false,
                },
            );
        }
        if !self.known.voices.contains_key(&(room, author)) {
            let mut select = self.tx.prepare_cached(
                "SELECT coalesce(max(messages), 0) FROM voices WHERE room = ?1 AND author = ?2",
            )?;
            let messages = select.query_row((room, author), |row| row.get(0))?;
            self.known.voices.insert(
                (room, author),
                Count {
                    messages,
                    changed: false,
                },
            );
        }
        let next = |count: &mut Count| {
            *count = Count {
                messages: count.messages + 1,
                changed: true,
            };
            count.messages
        };
        let nth = next(self.known.rooms.entry(room).or_default());
        let nth_own = next(self.known.voices.entry((room, author)).or_default());
        Ok((nth, nth_own))
    }

    fn write_counts(&mut self) -> Result<(), StoreError> {
        let mut update = self
            .tx
            .prepare_cached("UPDATE rooms SET messages = ?2 WHERE no = ?1")?;
        for (room, count) in self
            .known
            .rooms
            .iter_mut()
            .filter(|(_, count)| count.changed)
        {
            update.execute((room, count.messages))?;
            count.changed = false;
        }
        let mut upsert = self
            .tx
            .prepare_cached("INSERT OR REPLACE INTO voices VALUES (?1, ?2, ?3)")?;
        for ((room, author), count) in self
            .known
            .voices
            .iter_mut()
            .filter(|(_, count)| count.changed)
        {
            upsert.execute((room, author, count.messages))?;
            count.changed = false;
        }
        if self.known.voices.len() > VOICES_MAX {
            self.known.voices.clear();
        }
        Ok(())
    }
}

/// An event's content, or nothing in it if it is absent, erased or not of the shape expected.
pub(super) fn content<T: DeserializeOwned + Default>(event: &StoredEvent<'_>) -> T {
    event
        .content
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}
