//! The writer's thread and the one that looks over the log.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use mesh_core::FINGERPRINT;
use mesh_log::{FileLog, Log, LogReader, Trust, VerifyError};
use mesh_model::limits::BATCH_COMMANDS_MAX;
use mesh_model::{Refusal, Seq};
use tokio::sync::oneshot;

use super::node::{Node, now};
use crate::machine::{Batch, Fanout, Outcome, Submission, Writer};

/// A submission and where its answer goes.
pub(super) struct Job {
    pub submission: Submission,
    pub reply: oneshot::Sender<Result<Outcome, Refusal>>,
}

/// Events between two snapshots: replaying so many takes well under a second.
const SNAPSHOT_EVENTS: u64 = 100_000;

/// What the writer's thread needs of the node, without keeping it alive.
pub(super) struct WriterThread {
    pub writer: Writer<FileLog>,
    pub jobs: Receiver<Job>,
    pub fanout: Arc<Mutex<Fanout>>,
    pub batches: SyncSender<Arc<Batch>>,
    pub node: Weak<Node>,
    pub snapshot_at: u64,
}

impl WriterThread {
    /// Takes what waits, stores it, answers, fans out; until nobody can send any more.
    pub fn run(mut self) {
        while let Ok(first) = self.jobs.recv() {
            let mut jobs = vec![first];
            jobs.extend(self.jobs.try_iter().take(BATCH_COMMANDS_MAX - 1));
            self.step(jobs);
        }
        self.snapshot();
    }

    fn step(&mut self, jobs: Vec<Job>) {
        let count = jobs.len();
        let (submissions, replies): (Vec<_>, Vec<_>) = jobs
            .into_iter()
            .map(|job| (job.submission, job.reply))
            .unzip();
        let begun = Instant::now();
        let step = self.writer.step(now(), &mut salt, submissions);
        let took = begun.elapsed();
        let node = self.node.upgrade();
        if let (Some(node), Some(batch)) = (&node, &step.batch) {
            if batch.access_changed {
                node.access.store(Arc::clone(&batch.access));
            }
            if let Some(last) = batch.events.last() {
                node.head.store(last.seq.0, Ordering::Release);
            }
            node.metrics.batch(count, batch.events.len(), took);
        }
        if let (Some(node), Some(_)) = (&node, self.writer.closed()) {
            node.read_only.store(true, Ordering::Relaxed);
        }
        for (reply, answer) in replies.into_iter().zip(step.answers) {
            // Whoever asked may be gone; what was stored stays stored.
            let _ = reply.send(answer);
        }
        let Some(batch) = step.batch else { return };
        let cut_off = {
            let mut fanout = self.fanout.lock().unwrap_or_else(PoisonError::into_inner);
            fanout.publish(&batch);
            fanout.take_cut_off()
        };
        if let Some(node) = &node {
            node.metrics.cut_off(cut_off);
            if batch.access_changed {
                node.sessions.closed_by(&batch);
            }
        }
        match self.batches.try_send(Arc::new(batch)) {
            // A projector that is behind reads the log itself.
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        }
        if self.writer.tail().seq >= self.snapshot_at + SNAPSHOT_EVENTS {
            self.snapshot();
        }
    }

    /// Writes the state down, so that the next start does not replay everything. The state is
    /// bounded by what is open or present, so this takes milliseconds.
    fn snapshot(&mut self) {
        let tail = self.writer.tail();
        if tail.seq == self.snapshot_at {
            return;
        }
        self.snapshot_at = tail.seq;
        let saved = self
            .writer
            .snapshot()
            .map_err(|why| why.to_string())
            .and_then(|bytes| {
                let snapshots = self.writer.log().snapshots();
                snapshots
                    .save(tail, FINGERPRINT, &bytes)
                    .map_err(|why| why.to_string())
            });
        if let Err(why) = saved {
            tracing::warn!(
                why,
                "no snapshot was written; the next start replays more of the log"
            );
        }
    }
}

/// Sixteen random bytes in front of each content, so that its hash does not betray it once erased.
pub(super) fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    // Without randomness erased content could be guessed from its hash: better to stop here.
    getrandom::fill(&mut salt).expect("the system gives no random bytes");
    salt
}

/// Checks everything stored when the node started, once, and tells the node how far it is.
pub(super) fn look_over(reader: &LogReader, trust: &Trust, node: &Weak<Node>) {
    let result = reader.verify(trust, &mut |events| {
        if let Some(node) = node.upgrade() {
            node.verified.store(events, Ordering::Relaxed);
        }
    });
    let Some(node) = node.upgrade() else { return };
    match result {
        Ok(verified) => node.verified.store(verified.tail.seq, Ordering::Relaxed),
        Err(VerifyError::Problem(problem)) => {
            tracing::error!(%problem, "the log was changed by somebody else than this node");
            *node
                .log_problem
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(problem.to_string());
        }
        Err(why) => tracing::warn!(%why, "the log could not be looked over"),
    }
}

/// The place after which the newest snapshot was taken.
pub(super) fn snapshot_seq(log: &FileLog) -> Seq {
    let newest = log.snapshots().load(FINGERPRINT).ok().flatten();
    Seq(newest.map_or(0, |snapshot| snapshot.tail.seq))
}
