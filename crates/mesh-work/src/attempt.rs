//! One attempt at a task: from the lease to the letter that ends it.

mod ending;
mod folder;
mod lease;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{LeaseView, TakenTask, TaskBeatInput, TaskOutput};
use mesh_model::events::{Cost, Spend, Verdict, WorkerMode};
use mesh_model::ops::TaskExtend;
use mesh_model::{ErrorCode, Seq, TaskId};
use mesh_sdk::{Client, Error};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until};

use crate::awake::Moment;
use crate::child::{Keep, too_much};
use crate::outbox::Letter;
use crate::runner::{Failed, Usage};
use crate::settings::{AttemptEnd, WorkerEvent};
use crate::stream::Stream;
use crate::worker::{Shared, Unsent};

use folder::Folder;
use lease::Lease;
use turns::Turns;

/// What a finished attempt has made.
#[derive(Debug, Default)]
pub(crate) struct Made {
    output: TaskOutput,
    confidence: Option<u8>,
    verdict: Option<Verdict>,
}

/// How an attempt came to its end.
#[derive(Debug)]
pub(crate) enum End {
    /// With a result.
    Made(Made),
    /// Without one: why, and whether another attempt would fail too.
    Failed(String, bool),
    /// It is given back: why.
    HandedOff(String),
    /// Nobody wants it any more: why.
    Lost(String),
}

/// What happens to an attempt from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Order {
    /// Nothing: go on.
    Go,
    /// Give it back.
    HandOff(String),
    /// Stop at once: nobody wants it any more.
    Stop(String),
}

/// An attempt under way.
pub(crate) struct Attempt {
    pub(crate) shared: Arc<Shared>,
    pub(crate) taken: TakenTask,
    /// Before the task was asked for.
    pub(crate) asked: Moment,
    pub(crate) title: String,
    pub(crate) keep: Arc<Keep>,
    pub(crate) stream: Stream,
    pub(crate) nonce: String,
    /// The model that was chosen for it, where there are several.
    pub(crate) chosen: Option<String>,
    /// Used by the turns that are over, and what the present one says of itself.
    pub(crate) used: watch::Sender<Used>,
    /// When the attempt is stopped at the latest.
    pub(crate) deadline: Instant,
}

/// What an attempt has used.
#[derive(Debug, Clone, Default)]
pub(crate) struct Used {
    pub(crate) over: Spend,
    pub(crate) now: Spend,
    pub(crate) model: Option<String>,
}

impl Used {
    pub(crate) fn cost(&self) -> Cost {
        Cost {
            spend: self.over.plus(self.now),
            model: self.model.clone(),
        }
    }
}

impl Attempt {
    pub(crate) fn task(&self) -> TaskId {
        self.taken.task.id
    }

    pub(crate) fn fence(&self) -> Seq {
        self.taken.fence
    }

    pub(crate) fn note(&self, line: impl Into<String>) {
        (self.shared.listener)(WorkerEvent::Note {
            task: self.task(),
            line: line.into(),
        });
    }

    /// Runs it to its end and tells the mesh. When this returns, no process of it is left.
    pub(crate) async fn run(self, orders: watch::Receiver<Order>) {
        let began = Instant::now();
        let mut tree = None;
        let mut end = match self.begin(&orders).await {
            Err(end) => end,
            Ok(lease) => match Folder::open(&self).await {
                Err(failed) => failed.into(),
                Ok(folder) => {
                    let end = match self.confine(&folder).await {
                        Ok(()) => self.guarded(&folder, lease, orders).await,
                        Err(failed) => failed.into(),
                    };
                    tree = Some(folder);
                    end
                }
            },
        };
        self.keep.settled().await;
        if let Some(folder) = tree {
            end = folder.close(&self, end).await;
        }
        let (how, detail) = self.tell(end).await;
        (self.shared.listener)(WorkerEvent::Ended {
            task: self.task(),
            title: self.title.clone(),
            how,
            seconds: began.elapsed().as_secs_f64(),
            cost: self.used.borrow().cost(),
            detail,
        });
    }

    /// Confines what will be started, if the worker does.
    async fn confine(&self, folder: &Folder) -> Result<(), Failed> {
        let Some(sandbox) = &self.shared.settings.sandbox else {
            return Ok(());
        };
        let spot = folder.spot(self).await;
        let (listener, task) = (self.shared.listener.clone(), self.task());
        let refusals = Arc::new(move |line| listener(WorkerEvent::Note { task, line }));
        let confined = sandbox.confine(&spot, refusals).map_err(|why| {
            Failed::new(format!(
                "its sandbox could not be made on the worker's machine, so nothing was done: {why}"
            ))
        })?;
        self.keep.confine(confined);
        Ok(())
    }

    async fn begin(&self, orders: &watch::Receiver<Order>) -> Result<Lease, End> {
        match orders.borrow().clone() {
            Order::Go => {}
            Order::HandOff(why) => return Err(End::HandedOff(why)),
            Order::Stop(why) => return Err(End::Lost(why)),
        }
        let length = Duration::from_millis(u64::from(self.shared.settings.lease_ms));
        let mut lease = Lease::new(self.asked, length, self.taken.until);
        // The question for it may have waited long, and so may this process since.
        if lease.is_short() {
            let sent = Moment::now();
            let answer = self.heard(self.client().call::<TaskExtend>(self.beat()).await)?;
            lease.beaten(sent, &answer);
        }
        self.keep.until(lease.ends());
        Ok(lease)
    }

    fn client(&self) -> &Client {
        &self.shared.client
    }

    /// What a heartbeat says that is not refused.
    fn heard(&self, answer: Result<LeaseView, Error>) -> Result<LeaseView, End> {
        match answer {
            Ok(answer) if answer.mode == WorkerMode::Draining => Err(self.drained()),
            answer => answer.map_err(refused),
        }
    }

    /// A drained worker hands on what it has and goes.
    fn drained(&self) -> End {
        self.shared.drain();
        End::HandedOff("the worker is drained".to_owned())
    }

    fn beat(&self) -> TaskBeatInput {
        TaskBeatInput {
            task: self.task(),
            fence: self.fence(),
            spent: self.used.borrow().cost().spend,
        }
    }

    /// Runs the turns and stops them as soon as they must not go on. Whatever they have started ends
    /// with them.
    async fn guarded(
        &self,
        folder: &Folder,
        mut lease: Lease,
        mut orders: watch::Receiver<Order>,
    ) -> End {
        // What was ordered since the beginning counts too.
        orders.mark_changed();
        let shared = &*self.shared;
        let turns = Turns::new(self, folder).run();
        let pump = self.stream.pump(&shared.client, self.task(), self.fence());
        tokio::pin!(turns, pump);
        let grace = Duration::from_millis(self.keep.limits().grace_ms);
        let mut beats = interval_at(Instant::now() + lease.length / 6, lease.length / 4);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sizes = interval_at(Instant::now() + folder::EVERY, folder::EVERY);
        sizes.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // One heartbeat at a time: a node that is away gets it when it is back.
        let mut beating = None;
        loop {
            let stop_at = lease.stop_at(grace);
            tokio::select! {
                made = &mut turns => return match made {
                    Ok(made) => End::Made(made),
                    Err(_) if stop_at.left().is_zero() => too_late(),
                    Err(failed) => failed.into(),
                },
                lost = &mut pump => return End::Lost(lost.0),
                () = self.stream.over() => {
                    return End::Failed(too_much(shared.settings.limits.output_bytes), false);
                }
                () = sleep(stop_at.left()) => return too_late(),
                () = sleep_until(self.deadline) => {
                    let limit = shared.settings.timeout.as_secs();
                    return End::Failed(format!("it ran for more than {limit} s and was stopped; raise the worker's --timeout if it needs that long"), false);
                }
                _ = sizes.tick() => if let Some(why) = folder.too_large().await {
                    return End::Failed(why, false);
                },
                _ = beats.tick(), if beating.is_none() => {
                    let (client, beat) = (shared.client.clone(), self.beat());
                    beating = Some(Box::pin(async move {
                        let sent = Moment::now();
                        (sent, client.call::<TaskExtend>(beat).await)
                    }));
                }
                (sent, answer) = async { beating.as_mut().expect("it is there").await }, if beating.is_some() => {
                    beating = None;
                    match answer {
                        Ok(answer) if answer.mode == WorkerMode::Draining => return self.drained(),
                        Ok(answer) => {
                            lease.beaten(sent, &answer);
                            self.keep.until(lease.ends());
                        }
                        Err(Error::Refused(refusal)) if passing(refusal.code) => {}
                        Err(why) => return refused(why),
                    }
                }
                Ok(()) = orders.changed() => match orders.borrow_and_update().clone() {
                    Order::Go => {}
                    Order::HandOff(why) => return End::HandedOff(why),
                    Order::Stop(why) => return End::Lost(why),
                },
            }
        }
    }

    /// Adds what a turn used, priced.
    pub(crate) fn turn_over(&self, usage: Usage, model: Option<String>) {
        let model = model.or_else(|| self.model());
        let spend = self.shared.settings.prices.spend(usage, model.as_deref());
        self.used.send_modify(|used| {
            // A runner that tells on the way and not at the end has still used it.
            let turn = if spend.is_zero() { used.now } else { spend };
            used.over = used.over.plus(turn);
            used.now = Spend::default();
            used.model = model.or(used.model.take());
        });
    }

    pub(crate) fn model(&self) -> Option<String> {
        let own = &self.shared.settings.options.model;
        let asked = self.taken.model.clone().map(String::from);
        asked
            .or_else(|| self.chosen.clone())
            .or_else(|| own.clone())
    }

    /// Keeps the letter, sends it, and says how the attempt ended. What the node does not take in as it is
    /// becomes a failure with the reason: nobody should wait for the lease to end.
    async fn tell(&self, end: End) -> (AttemptEnd, String) {
        let (letter, how, detail) = match self.letter(end).await {
            Ok(told) => told,
            Err(lost) => return (AttemptEnd::Lost, lost),
        };
        match self.shared.post(&letter).await {
            Ok(state) => (how, if detail.is_empty() { state } else { detail }),
            Err(Unsent::Refused(why)) if how != AttemptEnd::Failed => {
                let (letter, how, detail) =
                    self.failure(format!("the node refused it: {why}"), false);
                match self.shared.post(&letter).await {
                    Ok(_) => (how, detail),
                    Err(unsent) => (AttemptEnd::Lost, unsent.why()),
                }
            }
            Err(unsent) => (AttemptEnd::Lost, unsent.why()),
        }
    }
}

/// The lease is all but over and nothing has extended it. Another worker gets the task, perhaps already.
fn too_late() -> End {
    End::HandedOff(
        "the node was not reached before the lease ended, or this worker was stopped".to_owned(),
    )
}

/// Whether a refusal says nothing about the attempt.
fn passing(code: ErrorCode) -> bool {
    code.status() >= 500 || code == ErrorCode::RateLimited
}

/// What a refused heartbeat means.
fn refused(why: Error) -> End {
    match &why {
        Error::Refused(refusal) if refusal.code == ErrorCode::BudgetExceeded => {
            End::Failed(refusal.detail(), false)
        }
        _ => End::Lost(why.to_string()),
    }
}

/// A letter, how the attempt ended, and words for people.
type Told = (Letter, AttemptEnd, String);

impl From<Failed> for End {
    fn from(failed: Failed) -> End {
        End::Failed(failed.reason, failed.last)
    }
}
