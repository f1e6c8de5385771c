//! The state is written down now and then, so that a start does not replay everything.

use std::thread::{self, JoinHandle};

use mesh_core::{FINGERPRINT, State};
use mesh_log::{FileLog, Log, Snapshots};
use mesh_model::Seq;
use mesh_proof::Tail;

use crate::machine::Writer;

/// Events between two snapshots: replaying so many takes well under a second.
const EVENTS: u64 = 100_000;

/// Writes snapshots beside the writer, which would have everybody wait meanwhile: a state with many open tasks takes
/// a good part of a second.
pub(super) struct SnapshotThread {
    /// After which event the last one was taken.
    at: Seq,
    writing: Option<JoinHandle<()>>,
}

impl SnapshotThread {
    /// After a start from the snapshot of this event.
    pub fn new(at: Seq) -> SnapshotThread {
        SnapshotThread { at, writing: None }
    }

    /// Begins one if it is time and the one before is done.
    pub fn after(&mut self, writer: &Writer<FileLog>) {
        if writer.tail().seq < self.at.0 + EVENTS {
            return;
        }
        if self.writing.as_ref().is_some_and(|one| !one.is_finished()) {
            return;
        }
        let (tail, snapshots) = self.begin(writer);
        // Shares everything with the writer's but what changes from now on.
        let state = writer.state().clone();
        let name = "mesh-snapshot".to_owned();
        let written = thread::Builder::new()
            .name(name)
            .spawn(move || write(&snapshots, tail, &state));
        match written {
            Ok(writing) => self.writing = Some(writing),
            Err(why) => {
                tracing::warn!(%why, "no snapshot was written; the next start replays more of the log")
            }
        }
    }

    /// Writes the last one before the node goes.
    pub fn last(&mut self, writer: &Writer<FileLog>) {
        if let Some(writing) = self.writing.take() {
            // Had it panicked, there would be one snapshot less.
            let _ = writing.join();
        }
        if writer.tail().seq != self.at.0 {
            let (tail, snapshots) = self.begin(writer);
            write(&snapshots, tail, writer.state());
        }
    }

    fn begin(&mut self, writer: &Writer<FileLog>) -> (Tail, Snapshots) {
        self.at = Seq(writer.tail().seq);
        (writer.tail(), writer.log().snapshots())
    }
}

fn write(snapshots: &Snapshots, tail: Tail, state: &State) {
    let saved = snapshots.save(tail, FINGERPRINT, &mut |to| {
        Ok(serde_json::to_writer(to, state)?)
    });
    if let Err(why) = saved {
        tracing::warn!(%why, "no snapshot was written; the next start replays more of the log");
    }
}
