//! Takes tasks and does them: leases held by heartbeats, results told once and signed.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{
    TakenTask, TaskBeatInput, TaskFailInput, TaskFinishInput, TaskOutput, TaskPieceInput,
    TaskTakeInput, WorkerEnrolInput,
};
use mesh_model::events::{Cost, Spend};
use mesh_model::ops::{
    Operation, TaskExtend, TaskFail, TaskFinish, TaskProgress, TaskTake, WorkerEnrol,
};
use mesh_model::{ErrorCode, Seq, TaskId};
use serde_json::Value;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;

use crate::{Error, Mesh};

/// How long one question for work waits at the node.
const TAKE_WAIT_MS: u32 = 25_000;
const LEASE_MS: u32 = 60_000;
/// Three chances to be heard within a lease.
const BEAT: Duration = Duration::from_millis(LEASE_MS as u64 / 3);
/// How many tasks one question may ask for.
const TAKE_MAX: usize = 64;

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
        let slots = usize::from(work.slots);
        let mut attempts: JoinSet<Result<(), Error>> = JoinSet::new();
        loop {
            while attempts.len() >= slots.max(1) {
                match attempts.join_next().await {
                    Some(ended) => ended.map_err(|why| Error::Protocol(why.to_string()))??,
                    None => break,
                }
            }
            let free = (slots - attempts.len()).clamp(1, TAKE_MAX);
            let ask = TaskTakeInput {
                count: u8::try_from(free).ok(),
                lease_ms: Some(LEASE_MS),
                wait_ms: Some(TAKE_WAIT_MS),
                memory_tokens: None,
                start: true,
            };
            let taken = self.client().call::<TaskTake>(ask).await?;
            for taken in taken.items {
                let task = Task {
                    mesh: self.clone(),
                    taken: Arc::new(taken),
                };
                attempts.spawn(attempt(task, Arc::clone(&handler)));
            }
            while let Some(ended) = attempts.try_join_next() {
                ended.map_err(|why| Error::Protocol(why.to_string()))??;
            }
        }
    }
}

/// Ends what a handler does when nobody waits for it any more.
struct Ends(AbortHandle);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn attempt(task: Task, handler: Handler) -> Result<(), Error> {
    let told = async {
        // On a task of its own: a handler that panics has failed, and takes nobody with it.
        let mut doing = tokio::spawn(handler(task.clone()));
        let _ends = Ends(doing.abort_handle());
        let made = tokio::select! {
            made = &mut doing => made.unwrap_or_else(|why| Err(Failed::from(why))),
            () = lost(&task) => return Ok(()),
        };
        let (name, input) = match made {
            Ok(output) => finish(&task, output)?,
            Err(failed) => fail(&task, failed)?,
        };
        hand_in(&task, name, input).await
    };
    match told.await {
        // Somebody else has the task by now, or it was cancelled.
        Err(Error::Refused(refusal))
            if matches!(
                refusal.code,
                ErrorCode::StaleFence | ErrorCode::Conflict | ErrorCode::NotFound
            ) =>
        {
            Ok(())
        }
        other => other,
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

fn finish(task: &Task, output: TaskOutput) -> Result<(&'static str, Value), Error> {
    let signed = task.mesh.client().sign_result(&task.taken, &output)?;
    let input = TaskFinishInput {
        task: task.id(),
        fence: task.fence(),
        output,
        confidence: None,
        verdict: None,
        cost: Cost::default(),
        labels: Vec::new(),
        signed,
    };
    Ok((TaskFinish::DECLARATION.name, serde_json::to_value(input)?))
}

fn fail(task: &Task, failed: Failed) -> Result<(&'static str, Value), Error> {
    let input = TaskFailInput {
        task: task.id(),
        fence: task.fence(),
        reason: failed.reason,
        last: failed.last,
        cost: Cost::default(),
    };
    Ok((TaskFail::DECLARATION.name, serde_json::to_value(input)?))
}

/// One result for each attempt, however often it is sent.
async fn hand_in(task: &Task, name: &'static str, input: Value) -> Result<(), Error> {
    let Value::Object(mut fields) = input else {
        return Ok(());
    };
    let key = format!("{name}:{}", task.fence());
    fields.insert("idempotency_key".to_owned(), Value::String(key));
    let told = task.mesh.client().call_raw(name, Value::Object(fields));
    told.await.map(drop)
}
