//! The machine under test: the writer and the fan-out of the node, over a file log on a simulated
//! disk, and one subscriber for each participant.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use mesh_core::FINGERPRINT;
use mesh_log::{EraseError, Eraser, FileLog, FileOptions, Log, LogReader, SimDisk, Trust};
use mesh_model::events::JournalFacts;
use mesh_model::{Facts, Millis, ParticipantId, Seq};
use mesh_node::Submission;
use mesh_node::machine::{
    Envelopes, Erasure, Fanout, Filter, Sink, Step, Taken, Waiting, Writer, erasures,
};
use serde_json::Value;

use crate::chance::Chance;
use crate::model::Asked;
use crate::schedule::people;

const DIR: &str = "/mesh/log";

/// The node while its process lives.
pub struct Node {
    pub writer: Writer<FileLog>,
    fanout: Fanout,
    subscribers: BTreeMap<ParticipantId, Subscriber>,
}

/// A client that keeps its place.
struct Subscriber {
    sink: Arc<Sink>,
    last: Seq,
}

impl Node {
    /// Starts a process on the disk. Small segments, so that runs cross many.
    pub fn start(disk: &SimDisk, signs: bool) -> Result<Node, String> {
        let key = signs.then(|| SigningKey::from_bytes(&[42; 32]));
        let options = FileOptions {
            trust: match &key {
                Some(key) => Trust::Keys(vec![key.verifying_key().to_bytes()]),
                None => Trust::AnyKey,
            },
            key,
            segment_bytes_max: 48 << 10,
            chunk_bytes_min: 1 << 10,
            chunk_bytes_max: 8 << 10,
        };
        let (log, _) = FileLog::open(Arc::new(disk.clone()), DIR, options)
            .map_err(|error| error.to_string())?;
        let writer = Writer::open(log, &mut |_| {}).map_err(|error| error.to_string())?;
        let head = Seq(writer.tail().seq);
        // What an earlier process left is erased before anything else, as the shell does.
        let reader = writer.log().reader();
        for erasure in erasures(&reader, Seq::ZERO).map_err(|error| error.to_string())? {
            erase(&reader, &writer.log().eraser(), &erasure).map_err(|error| error.to_string())?;
        }
        let mut fanout = Fanout::new(head, Envelopes::new(&[7; 32]));
        let mut subscribers = BTreeMap::new();
        for id in people() {
            let (_, sink) = fanout.subscribe(id, Arc::new(Filter::default()), head);
            subscribers.insert(id, Subscriber { sink, last: head });
        }
        Ok(Node {
            writer,
            fanout,
            subscribers,
        })
    }

    /// One batch; what was stored is pushed.
    pub fn step(&mut self, wall: Millis, chance: &mut Chance, batch: &[Asked]) -> Step {
        self.step_waiting(wall, chance, batch, [&[], &[]])
    }

    /// One batch, with those that waited before and those that begin to.
    pub fn step_waiting(
        &mut self,
        wall: Millis,
        chance: &mut Chance,
        batch: &[Asked],
        waiting: [&[Asked]; 2],
    ) -> Step {
        let submission = |asked: &Asked| Submission {
            command: asked.command.clone(),
            actor: asked.actor,
            requires: asked.requires,
            key: asked.key,
            within: Default::default(),
        };
        let [before, new] = waiting.map(|list| list.iter().map(submission).collect::<Vec<_>>());
        let (before, new): (Vec<_>, Vec<_>) = (before.iter().collect(), new.iter().collect());
        let waiting = Waiting {
            before: &before,
            new: &new,
        };
        let batch = batch.iter().map(submission).collect();
        let step = self
            .writer
            .step(wall, &mut || chance.salt(), batch, waiting);
        if let Some(batch) = &step.batch {
            self.fanout.publish(batch);
            for event in &batch.events {
                if let Some(erasure) = Erasure::of(event.seq, &event.facts) {
                    // What fails now is done when the node starts again.
                    let log = self.writer.log();
                    let _ = erase(&log.reader(), &log.eraser(), &erasure);
                }
            }
        }
        step
    }

    /// Keeps a snapshot, as the shell does now and then. A disk that fails loses only the cache.
    pub fn snapshot(&self) -> bool {
        let snapshots = self.writer.log().snapshots();
        snapshots
            .save(self.writer.tail(), FINGERPRINT, &mut |to| {
                Ok(serde_json::to_writer(to, self.writer.state())?)
            })
            .is_ok()
    }

    /// The events each participant was pushed since this was last asked, with their types.
    pub fn pushed(&mut self) -> BTreeMap<ParticipantId, Vec<(u64, String)>> {
        let mut pushed = BTreeMap::new();
        for (id, subscriber) in &mut self.subscribers {
            match subscriber.sink.try_take() {
                Some(Taken::Frames(frames, _)) => {
                    let mut events = Vec::new();
                    for frame in frames {
                        read_frame(&frame, &mut subscriber.last, &mut events);
                    }
                    pushed.insert(*id, events);
                }
                Some(Taken::CutOff) => panic!("{id} was cut off though it keeps up"),
                None => drop(pushed.insert(*id, Vec::new())),
            }
        }
        pushed
    }
}

/// Where somebody wrote into its journal between two places. What cannot be read now is erased when the node starts again.
fn lines_of(reader: &LogReader, author: ParticipantId, from: Seq, upto: Seq) -> Vec<u64> {
    let mut places = Vec::new();
    let _ = reader.read(from.0, |record| {
        if record.seq > upto.0 {
            return ControlFlow::Break(());
        }
        let facts = Facts::decode(record.kind, record.v, record.facts.get());
        if let Ok(Facts::Journal(JournalFacts::Written(line))) = facts
            && line.author == author
            && line.task.is_none()
        {
            places.push(record.seq);
        }
        ControlFlow::Continue(())
    });
    places
}

fn erase(reader: &LogReader, eraser: &Eraser, erasure: &Erasure) -> Result<(), EraseError> {
    match erasure {
        Erasure::Places { places, .. } => {
            let places: Vec<u64> = places.iter().map(|place| place.0).collect();
            eraser.erase(&places)
        }
        // Where lines stand the view knows; here it is looked for in the log.
        Erasure::Journal {
            author, from, upto, ..
        } => eraser.erase(&lines_of(reader, *author, *from, *upto)),
        // No schedule lets a room expire, redacts a task or a file or forgets a memory.
        Erasure::Room { .. }
        | Erasure::Task { .. }
        | Erasure::Versions { .. }
        | Erasure::Memories { .. } => Ok(()),
    }
}

/// Each frame begins where the last one ended, and its events rise.
fn read_frame(frame: &[u8], last: &mut Seq, events: &mut Vec<(u64, String)>) {
    let frame: Value = serde_json::from_slice(frame).expect("a frame is JSON");
    assert_eq!(frame["prev"], last.0, "a frame is missing before {frame}");
    for item in frame["push"].as_array().expect("a frame of events") {
        let seq = item["seq"].as_u64().expect("an event has a place");
        assert!(seq > last.0, "{item} was pushed twice or out of order");
        *last = Seq(seq);
        events.push((
            seq,
            item["type"]
                .as_str()
                .expect("an event has a type")
                .to_owned(),
        ));
    }
    assert_eq!(frame["seq"], last.0, "a frame ends at its last event");
}
