//! The writer's thread and the one that looks over the log.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use mesh_log::{FileLog, LogReader, Trust, VerifyError};
use mesh_model::command::InfluenceCommand;
use mesh_model::events::{
    CredentialFacts, Facts, Influence, MeshFacts, ParticipantFacts, RoomFacts, TaskState, UserFacts,
};
use mesh_model::limits::BATCH_COMMANDS_MAX;
use mesh_model::{Actor, Command, Millis, Refusal, RoomId, Seq, SessionId, Within};
use tokio::sync::oneshot;

use super::erasures::{EraserJob, Held, Lane};
use super::node::{Node, now};
use super::projector;
use super::queue::{Receiver, Sender};
use super::snapshots::SnapshotThread;
use super::waiting::{Claim, Waiter, Waiters};
use crate::machine::{
    Batch, Committed, Erasure, Fanout, Outcome, Step, Submission, Waiting, Writer,
};

/// Where an answer goes.
pub(super) type Reply = oneshot::Sender<Result<Outcome, Refusal>>;

/// A submission and where its answer goes.
pub(super) struct Job {
    pub submission: Submission,
    pub reply: Reply,
    /// Whether it waits if there is nothing for it.
    pub waits: Option<Arc<Claim>>,
}

/// What the writer's thread needs of the node, without keeping it alive.
pub(super) struct WriterThread {
    pub writer: Writer<FileLog>,
    /// The commands of each call that waits.
    pub jobs: Receiver<Vec<Job>>,
    pub fanout: Arc<Mutex<Fanout>>,
    pub batches: Sender<Arc<Batch>>,
    pub missed: Arc<AtomicBool>,
    pub node: Weak<Node>,
    pub snapshots: SnapshotThread,
    pub erasing: Lane,
    pub waiters: Waiters,
}

impl WriterThread {
    /// Takes what waits, stores it, answers, fans out; until nobody can send any more.
    pub fn run(mut self) {
        while let Some(mut jobs) = self.jobs.recv() {
            while jobs.len() < BATCH_COMMANDS_MAX
                && let Some(more) = self.jobs.try_recv()
            {
                jobs.extend(more);
            }
            self.step(jobs);
        }
        self.snapshots.last(&self.writer);
    }

    fn step(&mut self, jobs: Vec<Job>) {
        let count = jobs.len();
        let (mut submissions, mut replies, mut new) =
            (Vec::with_capacity(count), Vec::new(), Vec::new());
        for Job {
            submission,
            reply,
            waits,
        } in jobs
        {
            match waits {
                None => {
                    submissions.push(submission);
                    replies.push(reply);
                }
                // Whoever is gone already gets nothing.
                Some(claim) if claim.claim() => new.push(Waiter {
                    submission,
                    reply,
                    claim,
                }),
                Some(_) => {}
            }
        }
        let mut waiters = self.waiters.turn();
        let before: Vec<&Submission> = waiters.iter().map(|it| &it.submission).collect();
        let first: Vec<&Submission> = new.iter().map(|it| &it.submission).collect();
        let waiting = Waiting {
            before: &before,
            new: &first,
        };
        let begun = Instant::now();
        let step = self.writer.step(now(), &mut salt, submissions, waiting);
        let took = begun.elapsed();
        waiters.append(&mut new);
        let Step {
            answers,
            woken,
            batch,
        } = step;
        let batch = batch.map(Arc::new);
        let erasures = self.erasures(batch.as_deref());
        let node = self.node.upgrade();
        if let Some(node) = &node {
            if let Some(batch) = &batch {
                publish(node, batch, !erasures.is_empty());
                node.metrics.batch(count, batch.events.len(), took);
            }
            if self.writer.closed().is_some() {
                node.read_only.store(true, Ordering::Relaxed);
            }
        }
        self.answer(replies.into_iter().zip(answers), erasures);
        self.wake(waiters, woken);
        let Some(batch) = batch else { return };
        let (cut_off, grown) = {
            let mut fanout = self.fanout.lock().unwrap_or_else(PoisonError::into_inner);
            fanout.publish(&batch);
            (fanout.take_cut_off(), fanout.take_grown())
        };
        if let Some(node) = &node {
            tell(node, &batch);
            node.metrics.cut_off(cut_off);
            if batch.access_changed {
                node.sessions.closed_by(&batch);
            }
        }
        let weight = projector::weight(&batch);
        if self.batches.try_send(Arc::clone(&batch), weight).is_err() {
            // A projector that is behind reads the log itself. It may have emptied the queue meanwhile: then the batch
            // makes it look once more.
            self.missed.store(true, Ordering::Relaxed);
            let _ = self.batches.try_send(batch, weight);
        }
        self.snapshots.after(&self.writer);
        if !grown.is_empty() {
            // Nobody who was just told something has been heard since: what it does comes after this.
            self.step(grown.into_iter().map(read).collect());
        }
    }

    /// Answers those that waited and got something; the others go on waiting.
    fn wake(&mut self, waiters: Vec<Waiter>, woken: Vec<(usize, Result<Outcome, Refusal>)>) {
        let nothing = Outcome {
            first: Seq(self.writer.tail().seq),
            count: 0,
            at: self.writer.state().time(),
            replayed: false,
        };
        let mut woken = woken.into_iter().peekable();
        for (at, waiter) in waiters.into_iter().enumerate() {
            match woken.next_if(|(place, _)| *place == at) {
                // Whoever asked may be gone; then what was given comes back when its lease ends.
                Some((_, answer)) => drop(waiter.reply.send(answer)),
                None => self.waiters.keep(waiter, nothing),
            }
        }
    }

    /// What the batch erases. It is counted before anybody can see the batch.
    fn erasures(&self, batch: Option<&Batch>) -> Vec<Erasure> {
        let events = batch.into_iter().flat_map(|batch| &batch.events);
        let erasures: Vec<Erasure> = events
            .filter_map(|event| Erasure::of(event.seq, &event.facts))
            .collect();
        let count = erasures.len() as u64;
        self.erasing.pending.fetch_add(count, Ordering::AcqRel);
        erasures
    }

    /// Answers at once, but for those who want something erased: they are answered when it is gone.
    fn answer(
        &self,
        answers: impl Iterator<Item = (Reply, Result<Outcome, Refusal>)>,
        mut erasures: Vec<Erasure>,
    ) {
        for (reply, answer) in answers {
            let due = match &answer {
                Ok(outcome) if outcome.replayed => {
                    // What it repeats may not be done yet.
                    (self.erasing.pending.load(Ordering::Acquire) > 0).then(Vec::new)
                }
                Ok(outcome) => {
                    let own = outcome.first..=outcome.last();
                    let due: Vec<Erasure> = erasures
                        .extract_if(.., |erasure| own.contains(&erasure.seq()))
                        .collect();
                    (!due.is_empty()).then_some(due)
                }
                Err(_) => None,
            };
            let unsent = match due {
                Some(due) => {
                    let held = Held { reply, answer };
                    let sent = self.erasing.work.send(EraserJob::Erase(due, Some(held)));
                    sent.err().map(|unsent| unsent.0)
                }
                None => {
                    // Whoever asked may be gone; what was stored stays stored.
                    let _ = reply.send(answer);
                    None
                }
            };
            // Without an eraser it is done at the next start.
            if let Some(EraserJob::Erase(_, Some(held))) = unsent {
                let _ = held.reply.send(held.answer);
            }
        }
    }
}

/// The node's own command: words of the room reached the session.
fn read((session, room): (SessionId, RoomId)) -> Job {
    let command = Command::Influence(InfluenceCommand::Read {
        session,
        rooms: vec![room],
        influence: Influence::default(),
        everything: false,
    });
    let submission = Submission {
        command,
        actor: Actor::Node,
        requires: None,
        key: None,
        within: Within::default(),
    };
    Job {
        submission,
        // Nobody waits for it.
        reply: oneshot::channel().0,
        waits: None,
    }
}

/// What the batch changed, for everybody to see, before anybody is answered.
fn publish(node: &Node, batch: &Arc<Batch>, erases: bool) {
    if batch.access_changed {
        node.access.store(Arc::clone(&batch.access));
    }
    if batch.work_changed {
        node.work.store(Arc::clone(&batch.work));
        node.fresh.take_in(batch);
    }
    node.recent.take_in(batch);
    if erases {
        node.fresh.clear();
    }
    if let Some(last) = batch.events.last() {
        node.head.store(last.seq.0, Ordering::Release);
    }
    if batch.events.iter().any(|event| takes_rights(&event.facts)) {
        node.rights_ended();
    }
}

/// Wakes who waits for a change and not for an answer: after those that do, whom it would take the processor from.
fn tell(node: &Node, batch: &Batch) {
    if !batch.work_changed && !batch.access_changed {
        return;
    }
    // Who may take what is a matter of access as well.
    node.work_changed.send_replace(batch.work.changed());
    let tasks_alone = |event: &Committed| matches!(event.facts, Facts::Task(_));
    let left = batch.work.count(TaskState::Queued) > 0;
    if left || batch.access_changed || !batch.events.iter().all(tasks_alone) {
        node.takes.send_replace(batch.work.changed());
    }
    node.clock.due(batch.work.next_due());
}

/// Sixteen random bytes in front of each content, so that its hash does not betray it once erased.
pub(super) fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    // Without randomness erased content could be guessed from its hash: better to stop here.
    getrandom::fill(&mut salt).expect("the system gives no random bytes");
    salt
}

/// Checks everything stored, from the first line to the last, and tells the node how far it is.
pub(super) fn look_over(reader: &LogReader, node: &Weak<Node>) {
    let begun = Instant::now();
    let result = reader.verify(&Trust::AnyKey, &mut |events| {
        if let Some(node) = node.upgrade() {
            node.scrub.verified.fetch_max(events, Ordering::Relaxed);
        }
    });
    let Some(node) = node.upgrade() else { return };
    match result {
        Ok(verified) => {
            node.scrub
                .verified
                .fetch_max(verified.tail.seq, Ordering::Relaxed);
        }
        Err(VerifyError::Problem(problem)) => {
            tracing::error!(%problem, "the log was changed by somebody else than this node");
            *node
                .scrub
                .problem
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(problem.to_string());
        }
        Err(why) => tracing::warn!(%why, "the log could not be looked over"),
    }
    let rest = SCRUB_REST_MIN.max(begun.elapsed() * SCRUB_REST_TIMES);
    node.scrub
        .ended(now().plus(u64::try_from(rest.as_millis()).unwrap_or(u64::MAX)));
}

/// What looking over the log has found, and when it is due again.
#[derive(Debug, Default)]
pub(super) struct Scrub {
    /// Chain and signatures hold up to here.
    pub verified: AtomicU64,
    /// The first thing wrong.
    pub problem: Mutex<Option<String>>,
    /// When to look again, in unix milliseconds; the end of time while it is being looked over.
    due: AtomicU64,
}

/// At least so long between two looks.
const SCRUB_REST_MIN: Duration = Duration::from_secs(20);
/// And so many times longer than a look takes: at most one part in a hundred of a core.
const SCRUB_REST_TIMES: u32 = 100;

impl Scrub {
    fn ended(&self, due: Millis) {
        self.due.store(due.0, Ordering::Relaxed);
    }

    /// Looks over the log on a thread of its own if that is due and something is new.
    pub fn start_if_due(&self, node: &Arc<Node>) {
        let (now, due) = (node.now().0, self.due.load(Ordering::Relaxed));
        let new = node.head().0 > self.verified.load(Ordering::Relaxed);
        let taken = new
            && now >= due
            && self
                .due
                .compare_exchange(due, u64::MAX, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if taken {
            let (reader, weak) = (node.log_reader(), Arc::downgrade(node));
            // It holds nothing open, so nobody waits for it to end.
            let thread = std::thread::Builder::new().name("mesh-scrub".to_owned());
            if let Err(why) = thread.spawn(move || look_over(&reader, &weak)) {
                tracing::warn!(%why, "no thread to look over the log");
                self.ended(Millis(now).plus(60_000));
            }
        }
    }
}

/// Whether somebody may hold less after it. What only gives, or has nothing to do with rights, is named here;
/// whatever else there is or will be counts, so that nothing that is added later is forgotten.
fn takes_rights(facts: &Facts) -> bool {
    match facts {
        Facts::Credential(facts) => !matches!(facts, CredentialFacts::Issued(_)),
        Facts::Participant(facts) => !matches!(
            facts,
            ParticipantFacts::Registered(_) | ParticipantFacts::Enabled(_)
        ),
        Facts::Room(facts) => !matches!(
            facts,
            RoomFacts::Created(_)
                | RoomFacts::MemberJoined(_)
                | RoomFacts::Expired(_)
                | RoomFacts::Published(_)
        ),
        Facts::User(facts) => !matches!(facts, UserFacts::Created(_)),
        Facts::Invite(_) | Facts::Group(_) | Facts::Policy(_) | Facts::Identity(_) => true,
        // What goes out by it, or goes on, looks again.
        Facts::Webhook(_) | Facts::Link(_) => true,
        // What it was made with says so itself.
        Facts::Inlet(_) => false,
        Facts::Mesh(facts) => !matches!(facts, MeshFacts::Refused(_)),
        Facts::Message(_)
        | Facts::Quarantine(_)
        | Facts::Guard(_)
        | Facts::Influence(_)
        | Facts::Secret(_)
        | Facts::Session(_)
        | Facts::EventType(_)
        | Facts::Task(_)
        | Facts::Worker(_)
        | Facts::Dispatch(_)
        | Facts::Budget(_)
        | Facts::Approval(_)
        | Facts::Template(_)
        | Facts::Context(_)
        | Facts::Journal(_)
        | Facts::Lease(_)
        | Facts::File(_)
        | Facts::Skill(_)
        | Facts::Schedule(_)
        | Facts::Clock(_)
        | Facts::Alert(_)
        | Facts::Memory(_)
        | Facts::Entity(_)
        | Facts::Tool(_) => false,
    }
}
