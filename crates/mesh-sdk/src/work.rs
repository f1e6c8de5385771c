//! Takes tasks and does them: leases held by heartbeats, results told once and signed.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{
    PartAnswer, TakenTask, TaskBeatInput, TaskFailInput, TaskFinishInput, TaskFinishManyInput,
    TaskOutput, TaskPieceInput, TaskTakeInput, WorkerEnrolInput,
};
use mesh_model::events::{Cost, Spend};
use mesh_model::limits::TASK_PARTS_MAX;
use mesh_model::ops::{TaskExtend, TaskFail, TaskFinishMany, TaskProgress, TaskTake, WorkerEnrol};
use mesh_model::{ErrorCode, Refusal, Seq, TaskId};
use tokio::task::{AbortHandle, JoinError, JoinSet};
use tokio::time::sleep;

use crate::{Error, Mesh};

/// How long one question for work waits at the node.
const TAKE_WAIT_MS: u32 = 25_000;
const LEASE_MS: u32 = 60_000;
/// Three chances to be heard within a lease.
const BEAT: Duration = Duration::from_millis(LEASE_MS as u64 / 3);

/// What a worker offers.
#[derive(Debug, Clone)]
pub struct Work {
    /// What it can do.
    pub capabilities: Vec<String>,
    /// Tasks at the same time.
    pub slots: u16,
}

impl Work {
    /// One task at a time, of those that ask for one of these capabilities.
    pub fn new<C: Into<String>>(capabilities: impl IntoIterator<Item = C>) -> Work {
        Work {
            capabilities: capabilities.into_iter().map(Into::into).collect(),
            slots: 1,
        }
    }
}

/// A task that this worker holds.
#[derive(Debug, Clone)]
pub struct Task {
    mesh: Mesh,
    /// All that came with it. With `enveloped` the prompt came from across a trust boundary: it asks, and orders nothing.
    pub taken: Arc<TakenTask>,
}

impl Task {
    /// The task.
    pub fn id(&self) -> TaskId {
        self.taken.task.id
    }

    /// The attempt.
    pub fn fence(&self) -> Seq {
        self.taken.fence
    }

    /// What is to be done.
    pub fn prompt(&self) -> &str {
        &self.taken.prompt
    }

    /// Stores a piece of the output.
    pub async fn progress(&self, text: impl Into<String>) -> Result<(), Error> {
        self.piece(text.into(), false).await
    }

    /// Shows a piece of the output to whoever looks, and stores nothing.
    pub async fn show(&self, text: impl Into<String>) -> Result<(), Error> {
        self.piece(text.into(), true).await
    }

    async fn piece(&self, text: String, live: bool) -> Result<(), Error> {
        let input = TaskPieceInput {
            task: self.id(),
            fence: self.fence(),
            text,
            live,
            cost: Cost::default(),
        };
        let told = self.mesh.client().call::<TaskProgress>(input);
        told.await.map(drop)
    }

    fn beat(&self) -> TaskBeatInput {
        TaskBeatInput {
            task: self.id(),
            fence: self.fence(),
            spent: Spend::default(),
        }
    }
}

/// The attempt failed. Any error becomes one by `?`; whether another attempt may go better is `last`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Why, for people.
    pub reason: String,
    /// Another attempt would fail too.
    pub last: bool,
}

impl Failed {
    /// Another attempt would fail too.
    pub fn for_good(reason: impl Into<String>) -> Failed {
        Failed {
            reason: reason.into(),
            last: true,
        }
    }
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(why: E) -> Failed {
        Failed {
            reason: why.to_string(),
            last: false,
        }
    }
}

type Doing = Pin<Box<dyn Future<Output = Result<TaskOutput, Failed>> + Send>>;
type Handler = Arc<dyn Fn(Task) -> Doing + Send + Sync>;

impl Mesh {
    /// Enrols as a worker, takes tasks and hands in what the handler gives: a text, or a [`TaskOutput`] with data. Goes on
    /// until it is dropped, or until the node refuses it. A handler whose lease was lost is dropped.
    pub async fn work<F, O>(
        &self,
        work: Work,
        handler: impl Fn(Task) -> F + Send + Sync + 'static,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<O, Failed>> + Send + 'static,
        O: Into<TaskOutput> + 'static,
    {
        let enrol = WorkerEnrolInput {
            slots: Some(work.slots),
            capabilities: work.capabilities,
            machine: None,
            runner: Some("mesh-sdk".to_owned()),
            rooms: Vec::new(),
        };
        self.client().call::<WorkerEnrol>(enrol).await?;
        let handler: Handler = Arc::new(move |task| {
            let doing = handler(task);
            Box::pin(async move { doing.await.map(Into::into) })
        });
        Working {
            mesh: self.clone(),
            handler,
            slots: usize::from(work.slots).max(1),
            attempts: JoinSet::new(),
        }
        .run()
        .await
    }
}

/// What came of an attempt.
enum End {
    Made(Box<TaskFinishInput>),
    Failed(TaskFailInput),
    /// Its lease was lost: somebody else has the task by now, or it was cancelled.
    Lost,
}

/// A question that may wait at the node; who asked nothing waits for ever.
async fn answered<F: Future + Unpin>(asking: &mut Option<F>) -> F::Output {
    match asking.as_mut() {
        Some(asking) => asking.await,
        None => std::future::pending().await,
    }
}

/// A worker's loop.
struct Working {
    mesh: Mesh,
    handler: Handler,
    slots: usize,
    attempts: JoinSet<Result<End, Error>>,
}

impl Working {
    async fn run(mut self) -> Result<(), Error> {
        let mesh = self.mesh.clone();
        // At most one question waits at the node; a slot that comes free meanwhile asks behind its result.
        let mut asking = None;
        loop {
            let free = self.slots - self.attempts.len().min(self.slots);
            if asking.is_none() && free > 0 {
                asking = Some(Box::pin(mesh.client().call::<TaskTake>(ask(free, true))));
            }
            tokio::select! {
                taken = answered(&mut asking) => {
                    asking = None;
                    self.begin(taken?.items);
                }
                Some(first) = self.attempts.join_next() => {
                    let taken = self.hand_in(first).await?;
                    self.begin(taken);
                }
            }
        }
    }

    fn begin(&mut self, taken: Vec<TakenTask>) {
        for taken in taken {
            let task = Task {
                mesh: self.mesh.clone(),
                taken: Arc::new(taken),
            };
            self.attempts
                .spawn(attempt(task, Arc::clone(&self.handler)));
        }
    }

    /// Hands in what has ended by now in one call, and brings as many tasks as there were results.
    async fn hand_in(
        &mut self,
        first: Result<Result<End, Error>, JoinError>,
    ) -> Result<Vec<TakenTask>, Error> {
        let (mut results, mut next) = (Vec::new(), Some(first));
        while let Some(ended) = next {
            match ended.map_err(|why| Error::Protocol(why.to_string()))?? {
                End::Made(result) => results.push(*result),
                End::Failed(failed) => {
                    let told = self.mesh.client().call::<TaskFail>(failed).await;
                    told.map(drop).or_else(unless_over)?;
                }
                End::Lost => {}
            }
            next = match results.len() {
                TASK_PARTS_MAX.. => None,
                _ => self.attempts.try_join_next(),
            };
        }
        if results.is_empty() {
            return Ok(Vec::new());
        }
        let take = Some(ask(results.len(), false));
        let input = TaskFinishManyInput { results, take };
        let told = self.mesh.client().call::<TaskFinishMany>(input).await?;
        for answer in told.results {
            part(answer).map(drop).or_else(unless_over)?;
        }
        let taken = told.taken.map(part).transpose()?;
        Ok(taken.map_or_else(Vec::new, |taken| taken.items))
    }
}

fn ask(count: usize, wait: bool) -> TaskTakeInput {
    TaskTakeInput {
        count: u8::try_from(count.min(TASK_PARTS_MAX)).ok(),
        lease_ms: Some(LEASE_MS),
        wait_ms: wait.then_some(TAKE_WAIT_MS),
        memory_tokens: None,
        start: true,
    }
}

fn part<T>(answer: PartAnswer<T>) -> Result<T, Error> {
    match answer {
        PartAnswer::Ok(done) => Ok(done),
        PartAnswer::Problem(problem) => Err(Error::Refused(Refusal::from(*problem))),
    }
}

/// Somebody else has the task by now, or it is over: nobody waits for this result.
fn unless_over(why: Error) -> Result<(), Error> {
    match why {
        Error::Refused(refusal)
            if matches!(
                refusal.code,
                ErrorCode::StaleFence | ErrorCode::Conflict | ErrorCode::NotFound
            ) =>
        {
            Ok(())
        }
        why => Err(why),
    }
}

/// Ends what a handler does when nobody waits for it any more.
struct Ends(AbortHandle);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn attempt(task: Task, handler: Handler) -> Result<End, Error> {
    // On a task of its own: a handler that panics has failed, and takes nobody with it.
    let mut doing = tokio::spawn(handler(task.clone()));
    let _ends = Ends(doing.abort_handle());
    let made = tokio::select! {
        made = &mut doing => made.unwrap_or_else(|why| Err(Failed::from(why))),
        () = lost(&task) => return Ok(End::Lost),
    };
    match made {
        Ok(output) => finish(&task, output),
        Err(failed) => Ok(End::Failed(fail(&task, failed))),
    }
}

/// Heartbeats; comes back when the lease is lost.
async fn lost(task: &Task) {
    loop {
        sleep(BEAT).await;
        if task
            .mesh
            .client()
            .call::<TaskExtend>(task.beat())
            .await
            .is_err()
        {
            return;
        }
    }
}

fn finish(task: &Task, output: TaskOutput) -> Result<End, Error> {
    let signed = task.mesh.client().sign_result(&task.taken, &output)?;
    Ok(End::Made(Box::new(TaskFinishInput {
        task: task.id(),
        fence: task.fence(),
        output,
        confidence: None,
        verdict: None,
        cost: Cost::default(),
        labels: Vec::new(),
        signed,
    })))
}

fn fail(task: &Task, failed: Failed) -> TaskFailInput {
    TaskFailInput {
        task: task.id(),
        fence: task.fence(),
        reason: failed.reason,
        last: failed.last,
        cost: Cost::default(),
    }
}
