//! The handle of a running node.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use arc_swap::ArcSwap;
use ed25519_dalek::SigningKey;
use mesh_core::{Access, Work};
use mesh_log::LogReader;
use mesh_model::api::Presence;
use mesh_model::events::CommandKey;
use mesh_model::{
    Actor, Command, Effect, ErrorCode, Facts, Millis, ParticipantId, Permission, Refusal, Seq,
    TaskId, Within,
};
use mesh_proof::{Checkpoint, Seal};
use mesh_store::{Vault, View};
use tokio::sync::{oneshot, watch};

use super::blobs::{Blobs, Pin};
use super::dispatch::Clock;
use super::ephemeral::Ephemeral;
use super::erasures::Lane;
use super::home::{self, Config, StartError};
use super::metrics::Metrics;
use super::offers::Offers;
use super::positions::{Planes, Positions};
use super::projector::Wanted;
use super::queue::{Sender, Unsent};
use super::recent::Recent;
use super::refusals::Refusals;
use super::sessions::Sessions;
use super::threads::{Job, Scrub};
use super::waiting::{Claim, Wait};
use super::words::{Fresh, FreshTask};
use crate::machine::{Envelopes, Fanout, Outcome, Submission};

/// A running node. Everything that happens durably goes through [`Node::submit`].
pub struct Node {
    pub(super) jobs: Mutex<Option<Sender<Vec<Job>>>>,
    pub(super) access: ArcSwap<Access>,
    pub(super) work: ArcSwap<Work>,
    pub(super) work_changed: watch::Sender<Seq>,
    pub(super) takes: watch::Sender<Seq>,
    pub(super) clock: Arc<Clock>,
    pub(super) rights: watch::Sender<u64>,
    pub(super) head: AtomicU64,
    pub(super) fanout: Arc<Mutex<Fanout>>,
    pub(super) view: View,
    pub(super) blobs: Arc<Blobs>,
    pub(super) view_upto: watch::Receiver<Seq>,
    pub(super) wanted: Wanted,
    pub(super) vault: Arc<Vault>,
    pub(super) reader: LogReader,
    pub(super) home: PathBuf,
    pub(super) started_at: Millis,
    pub(super) metrics: Metrics,
    pub(super) sessions: Sessions,
    pub(super) refusals: Refusals,
    pub(super) offers: Offers,
    pub(super) positions: Positions,
    pub(super) scrub: Scrub,
    pub(super) read_only: AtomicBool,
    pub(super) stopping: watch::Sender<bool>,
    pub(super) threads: Mutex<Vec<JoinHandle<()>>>,
    pub(super) envelopes: Envelopes,
    pub(super) fresh: Fresh,
    pub(super) recent: Recent,
    /// Goes with the writer: without a sender the eraser ends.
    pub(super) erasing: Mutex<Option<Lane>>,
    pub(super) eraser: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

/// What is known of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHealth {
    /// Whether the node takes commands.
    pub writable: bool,
    /// Chain and signatures were checked up to here, from the first line on, since the node started.
    pub verified: Seq,
    /// The first thing wrong with it.
    pub problem: Option<String>,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node")
            .field("home", &self.home)
            .field("head", &self.head())
            .finish_non_exhaustive()
    }
}

impl Node {
    /// Opens the folder, or makes a mesh in it, and starts the threads. Needs a tokio runtime.
    pub async fn start(config: Config) -> Result<Arc<Node>, StartError> {
        home::start(config).await
    }

    /// The node's own key: it signs the log, and proves to others that this is the mesh's node.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.vault.node_seed().0)
    }

    /// Shows who asks with a fresh challenge that this is the mesh's node; `None` if it is no challenge.
    pub fn prove(&self, challenge: &str) -> Option<String> {
        mesh_proof::node::prove(&self.signing_key(), challenge)
    }

    /// What the node signs of its log at this moment, as on the log's own commit lines.
    pub fn checkpoint(&self) -> Checkpoint {
        let tail = self.reader.tail();
        Checkpoint {
            at: self.now().0,
            tail,
            seal: Seal::sign(&self.signing_key(), tail.seq, &tail.head),
        }
    }

    /// Has a command decided and stored. It stands in the writer's queue when this returns; the answer comes when it is
    /// durable.
    pub fn submit(
        &self,
        command: Command,
        actor: Actor,
        requires: Option<Permission>,
        key: Option<CommandKey>,
    ) -> impl Future<Output = Result<Outcome, Refusal>> + Send + use<> {
        self.submit_within(command, actor, requires, key, Within::default())
    }

    /// The same for a command that comes by a context of which something is known.
    pub fn submit_within(
        &self,
        command: Command,
        actor: Actor,
        requires: Option<Permission>,
        key: Option<CommandKey>,
        within: Within,
    ) -> impl Future<Output = Result<Outcome, Refusal>> + Send + use<> {
        let submission = Submission {
            command,
            actor,
            requires,
            key,
            within,
        };
        let sent = self.send(submission, None);
        // The writer answers every job it takes, unless it broke off.
        async move { sent?.await.unwrap_or_else(|_| Err(broke_off())) }
    }

    /// Has the commands of one call decided one after the other and stored by one sync. Each is answered for itself.
    pub fn submit_all(
        &self,
        commands: Vec<(Command, Option<CommandKey>)>,
        actor: Actor,
        requires: Option<Permission>,
        within: Within,
    ) -> impl Future<Output = Result<Vec<Result<Outcome, Refusal>>, Refusal>> + Send + use<> {
        let (mut jobs, mut answers) = (Vec::new(), Vec::new());
        for (command, key) in commands {
            let (reply, answer) = oneshot::channel();
            let submission = Submission {
                command,
                actor,
                requires,
                key,
                within,
            };
            jobs.push(Job {
                submission,
                reply,
                waits: None,
            });
            answers.push(answer);
        }
        let queued = if jobs.is_empty() {
            Ok(())
        } else {
            self.queue(jobs)
        };
        async move {
            queued?;
            let mut told = Vec::with_capacity(answers.len());
            for answer in answers {
                told.push(answer.await.unwrap_or_else(|_| Err(broke_off())));
            }
            Ok(told)
        }
    }

    /// The same as [`Node::submit`] for a command that waits if there is nothing for it: it is decided again with whatever may bring
    /// something.
    pub fn submit_waiting(
        &self,
        command: Command,
        actor: Actor,
        requires: Option<Permission>,
        key: Option<CommandKey>,
        within: Within,
    ) -> Result<Wait, Refusal> {
        let submission = Submission {
            command,
            actor,
            requires,
            key,
            within,
        };
        let claim = Arc::new(Claim::default());
        let answer = self.send(submission, Some(Arc::clone(&claim)))?;
        Ok(Wait::new(claim, answer))
    }

    fn send(
        &self,
        submission: Submission,
        waits: Option<Arc<Claim>>,
    ) -> Result<oneshot::Receiver<Result<Outcome, Refusal>>, Refusal> {
        let (reply, answer) = oneshot::channel();
        let job = Job {
            submission,
            reply,
            waits,
        };
        self.queue(vec![job])?;
        Ok(answer)
    }

    /// What stands together in the queue is stored together.
    fn queue(&self, jobs: Vec<Job>) -> Result<(), Refusal> {
        let queue = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = queue.as_ref() else {
            return Err(shutting_down());
        };
        match queue.try_send(jobs, 1) {
            Ok(()) => Ok(()),
            Err(Unsent::Full) => Err(overloaded()),
            Err(Unsent::Closed) => Err(shutting_down()),
        }
    }

    /// A task as it was created, if that was just now and nothing was erased since.
    pub fn fresh_task(&self, task: TaskId) -> Option<Arc<FreshTask>> {
        self.fresh.get(task)
    }

    /// The facts of so many events from `first` on, if they were stored just now.
    pub fn recent(&self, first: Seq, count: u32) -> Option<Vec<Facts>> {
        self.recent.facts(first, count)
    }

    /// Who is who and who may what, as of the last durable batch.
    pub fn access(&self) -> Arc<Access> {
        self.access.load_full()
    }

    /// Tasks, workers and what they wait for, as of the last durable batch.
    pub fn work(&self) -> Arc<Work> {
        self.work.load_full()
    }

    /// Fires whenever [`Node::work`] has changed, or who may do what, after those were answered who led to it. Whoever
    /// waits for something subscribes first and looks then.
    pub fn work_changed(&self) -> watch::Receiver<Seq> {
        self.work_changed.subscribe()
    }

    /// Fires whenever a worker that waits has reason to look: tasks are left that nobody took, or who may take what has
    /// changed. A task that the writer gave out as it came wakes nobody else.
    pub fn takes(&self) -> watch::Receiver<Seq> {
        self.takes.subscribe()
    }

    /// Fires whenever somebody may have lost a right to act or to read: what stands on one looks again then.
    pub fn rights(&self) -> watch::Receiver<u64> {
        self.rights.subscribe()
    }

    /// Tells what stands on rights that some may have ended, outside the log too: a browser was signed out.
    pub fn rights_ended(&self) {
        self.rights.send_modify(|count| *count += 1);
    }

    /// The last durable event.
    pub fn head(&self) -> Seq {
        Seq(self.head.load(Ordering::Acquire))
    }

    /// The present moment.
    pub fn now(&self) -> Millis {
        now()
    }

    /// The view.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The bytes of shared files.
    pub fn blobs(&self) -> &Arc<Blobs> {
        &self.blobs
    }

    /// Lets go of the bytes for which a command was given, once it is known what came of it.
    pub async fn release(&self, pin: Pin, outcome: &Result<Outcome, Refusal>) {
        match outcome {
            // Whether there is an event that names them the next start finds out.
            Err(refusal) if refusal.code == ErrorCode::OutcomeUnknown => return pin.leave(),
            Err(_) => {}
            Ok(outcome) => {
                self.wait_view(outcome.last()).await;
                if self.view_upto() < outcome.last() {
                    return pin.leave();
                }
            }
        }
        // If this breaks off, the next start removes them.
        let _ = tokio::task::spawn_blocking(move || drop(pin)).await;
    }

    /// How far the view is.
    pub fn view_upto(&self) -> Seq {
        *self.view_upto.borrow()
    }

    /// Waits until the view holds everything up to `seq`.
    pub async fn wait_view(&self, seq: Seq) {
        if self.view_upto() < seq {
            self.wanted.ask(seq);
            // The sender lives as long as the projector; without it nothing more will come.
            let _ = self.view_upto.clone().wait_for(|upto| *upto >= seq).await;
        }
    }

    /// The vault.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// Makes the envelopes in which programs get words that they must not obey.
    pub fn envelopes(&self) -> &Envelopes {
        &self.envelopes
    }

    /// A reader of the log.
    pub fn log_reader(&self) -> LogReader {
        self.reader.clone()
    }

    /// The folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// When the node started.
    pub fn started_at(&self) -> Millis {
        self.started_at
    }

    /// The node's figures.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Sessions and presence.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// How present a participant is.
    pub fn presence(&self, participant: ParticipantId) -> Presence {
        self.sessions.presence(participant, self.now())
    }

    /// The lane for what is never stored.
    pub fn ephemeral(&self) -> Ephemeral<'_> {
        Ephemeral { node: self }
    }

    /// Where members stand in rooms.
    pub fn planes(&self) -> Planes<'_> {
        Planes { node: self }
    }

    /// What is known of the log.
    pub fn log_health(&self) -> LogHealth {
        let problem = self
            .scrub
            .problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        LogHealth {
            writable: !self.read_only.load(Ordering::Relaxed),
            verified: Seq(self.scrub.verified.load(Ordering::Relaxed)),
            problem,
        }
    }

    /// Counts a refusal; the counts go into the log once a minute.
    pub fn report_refused(
        &self,
        participant: Option<ParticipantId>,
        operation: &'static str,
        code: ErrorCode,
    ) {
        self.metrics.refused(code);
        self.refusals
            .count(participant, operation, code, self.now());
    }

    /// Notes that everything up to `seq` was written to one of the participant's connections.
    pub fn offer(&self, participant: ParticipantId, seq: Seq) {
        self.offers.offer(participant, seq);
    }

    /// Whether the event at `seq` was offered since the node started.
    pub fn offered(&self, participant: ParticipantId, seq: Seq) -> bool {
        self.offers.offered(participant, seq)
    }

    /// Becomes true when the node goes down: connections should end.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Takes no more commands, finishes those that wait, writes a snapshot, erases what has to be
    /// and closes the log.
    pub async fn shutdown(&self) {
        self.stopping.send_replace(true);
        self.flush_refusals().await;
        self.sessions.persist_all(&self.vault, self.now());
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        self.wanted.close();
        self.erasing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let joined = tokio::task::spawn_blocking(move || {
            threads.into_iter().for_each(|thread| drop(thread.join()))
        });
        if joined.await.is_err() {
            tracing::error!("a thread of the node broke off");
        }
        let eraser = self
            .eraser
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(eraser) = eraser
            && eraser.await.is_err()
        {
            tracing::error!("the node's eraser broke off");
        }
    }
}

/// The clock in unix milliseconds.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the shell: the one place where the node asks the clock"
)]
pub(super) fn now() -> Millis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn overloaded() -> Refusal {
    Refusal::new(
        ErrorCode::Overloaded,
        "more commands wait than the node takes",
        Effect::NothingStored,
        "repeat it in a moment with the same idempotency key",
    )
    .retry_after_ms(200)
}

fn shutting_down() -> Refusal {
    Refusal::new(
        ErrorCode::ShuttingDown,
        "the node is going down",
        Effect::NothingStored,
        "repeat it once the node is up again, with the same idempotency key",
    )
}

fn broke_off() -> Refusal {
    Refusal::new(
        ErrorCode::OutcomeUnknown,
        "the node's writer broke off",
        Effect::told("it is unknown whether the command was stored, whole or not at all"),
        "repeat it once the node is up again, with the same idempotency key",
    )
}
