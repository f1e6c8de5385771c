//! The worker: takes as many tasks as it has free slots, runs each as an attempt of its own, and leaves
//! nothing behind when it goes.

mod letters;
mod models;
mod upkeep;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mesh_model::api::{
    ClientInfo, Participant, RoomRefInput, StreamItem, TakenTask, TaskTakeInput, TasksTaken,
    WorkerEnrolInput, WorkerRefInput,
};
use mesh_model::events::{
    Event as _, TaskAttemptFailed, TaskCancelled, TaskFacts, TaskPaused, WorkerFacts, WorkerLeft,
    WorkerMode, WorkerModeSet,
};
use mesh_model::ops::{RoomJoin, TaskTake, WorkerEnrol, WorkerLeave};
use mesh_model::{ErrorCode, Facts, Seq, TaskId};
use mesh_sdk::{Client, Error, Filter, Items, Options, Signer};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use crate::access::AttemptRef;
use crate::attempt::{Attempt, Order, Used};
use crate::awake::Moment;
use crate::child::Keep;
use crate::outbox::Outbox;
use crate::routing::Routes;
use crate::runner::{self, Runner};
use crate::settings::{Listener, Settings, WorkerEvent};
use crate::stream::Stream;
use crate::{load, processes, worktree};

/// How long one question for work waits at the node.
const TAKE_WAIT_MS: u32 = 25_000;
/// How soon to ask again when the node has nothing and does not wait, or the machine is busy.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a worker that goes waits for the answer to its last question for work, and to its goodbye.
const LAST_TAKE: Duration = Duration::from_secs(2);
/// How long a worker that goes waits for what it hands on to be taken in; what is not is kept on disk.
const GOODBYE: Duration = Duration::from_secs(20);
/// Conversations of tasks that are remembered to go on with.
const SESSIONS_MAX: usize = 1000;

pub(crate) use letters::Unsent;

/// Why a worker could not work.
#[derive(Debug)]
pub enum Trouble {
    /// Something on this machine: what, and what to do.
    Here(String, String),
    /// The mesh.
    Mesh(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Mesh(error)
    }
}

/// How a worker is asked to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leave {
    /// It is not.
    Stay,
    /// Take nothing more, hand on what runs.
    Gracefully,
    /// At once: what runs is killed, and the node finds out when the leases end.
    AtOnce,
}

/// What all attempts of a worker share.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) client: Client,
    pub(crate) me: Participant,
    pub(crate) runner: Box<dyn Runner>,
    pub(crate) listener: Listener,
    /// Which of several models is asked.
    routes: Option<Routes>,
    outbox: Outbox,
    running: Mutex<BTreeMap<TaskId, (Seq, watch::Sender<Order>)>>,
    /// Whether anything runs.
    busy: watch::Sender<bool>,
    sessions: Mutex<BTreeMap<TaskId, String>>,
    drained: Notify,
    left: Notify,
}

/// A worker that is set up and has not begun.
pub struct Worker {
    shared: Arc<Shared>,
    items: Items,
    /// What teaches it which model to ask.
    verdicts: Option<Items>,
    /// What it gives up for others what it began by itself.
    queued: Option<Items>,
    /// Held for as long as the worker lives: one worker for one folder.
    _lock: File,
}

impl Worker {
    /// Connects, cleans up after a former run, joins rooms and enrols.
    pub async fn start(settings: Settings, listener: Listener) -> Result<Worker, Trouble> {
        let runner = runner::named(&settings.runner, settings.options.clone())
            .map_err(|why| Trouble::Here(why, "nothing was taken; see mesh work --help".into()))?;
        let lock = lock(&settings)?;
        look_at_repo(&settings, &listener).await?;
        let swept = processes::sweep(&settings.mark());
        if swept > 0 {
            let line = format!("{swept} processes that a former run had left were ended");
            listener(WorkerEvent::Worker { line });
        }
        // What was private to attempts that were cut off. It may not be there.
        for private in ["attempts", "homes"] {
            let _ = fs::remove_dir_all(settings.state.join(private));
        }
        let outbox = Outbox::open(settings.state.join("outbox")).map_err(|why| {
            Trouble::Here(format!("the outbox cannot be opened: {why}"), String::new())
        })?;
        let signer = Signer::load_or_make(&settings.key)?;
        let mut options = Options::new(&settings.url, &settings.token);
        options.node = settings.node;
        options.client = ClientInfo {
            name: Some("mesh-work".to_owned()),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            channel: Some("worker".to_owned()),
            ..ClientInfo::default()
        };
        let mut client = Client::connect(options).await?;
        client.sign_with(signer).await?;
        let types = [
            TaskCancelled::KIND,
            TaskPaused::KIND,
            TaskAttemptFailed::KIND,
            WorkerModeSet::KIND,
            WorkerLeft::KIND,
        ];
        let filter = Filter {
            types: types.map(str::to_owned).to_vec(),
            ..Filter::default()
        };
        let items = client.subscribe(filter).await?;
        for room in &settings.join {
            client
                .call::<RoomJoin>(RoomRefInput { room: room.clone() })
                .await?;
        }
        let routes = models::routes(&client, &settings).await?;
        let verdicts = match &routes {
            Some(routes) => Some(client.subscribe(routes.filter()).await?),
            None => None,
        };
        let queued = match &settings.upkeep {
            Some(_) => Some(upkeep::queued(&client).await?),
            None => None,
        };
        let shared = Arc::new(Shared {
            me: client.welcomed().participant,
            settings,
            client,
            runner,
            listener,
            routes,
            outbox,
            running: Mutex::default(),
            busy: watch::Sender::new(false),
            sessions: Mutex::default(),
            drained: Notify::new(),
            left: Notify::new(),
        });
        shared.send_kept().await;
        shared.enrol().await?;
        Ok(Worker {
            shared,
            items,
            verdicts,
            queued,
            _lock: lock,
        })
    }

    /// Works until it is asked to leave, is drained, or has done as many tasks as it was to do.
    pub async fn run(self, mut leave: watch::Receiver<Leave>) -> Result<(), Trouble> {
        let shared = self.shared.clone();
        (shared.listener)(WorkerEvent::Ready {
            handle: shared.me.handle.clone(),
            slots: shared.settings.slots,
            runner: shared.settings.runner.clone(),
        });
        if let Some(sandbox) = &shared.settings.sandbox {
            shared.say(&sandbox.holds());
        }
        let mut listening = JoinSet::new();
        listening.spawn(listen(shared.clone(), self.items));
        if let Some(verdicts) = self.verdicts {
            listening.spawn(models::learn(shared.clone(), verdicts));
        }
        if let Some((rules, queued)) = shared.settings.upkeep.clone().zip(self.queued) {
            listening.spawn(upkeep::keep(shared.clone(), rules, queued));
        }
        let (stop, stopped) = watch::channel(false);
        let mut attempts = JoinSet::new();
        let worked = {
            let work = work(&shared, &mut attempts, stopped);
            tokio::pin!(work);
            let line = tokio::select! {
                worked = &mut work => Err(worked),
                () = asked(&mut leave, Leave::Gracefully) => {
                    Ok("leaves: takes nothing more, hands on what runs")
                }
                () = shared.drained.notified() => Ok("is drained: hands on what runs and goes"),
            };
            match line {
                Err(worked) => worked,
                Ok(line) => {
                    shared.say(line);
                    stop.send_replace(true);
                    work.await
                }
            }
        };
        shared.order_all(&match &worked {
            Ok(()) => Order::HandOff("the worker leaves".to_owned()),
            Err(_) => Order::Stop("the worker cannot go on".to_owned()),
        });
        tokio::select! {
            _ = timeout(GOODBYE, goodbye(&shared, &mut attempts)) => {}
            () = asked(&mut leave, Leave::AtOnce) => {
                // Dropping the attempts lets go of their lifelines: the keepers kill what is left.
                shared.say("goes at once: what ran is killed, its leases end by themselves");
            }
        }
        listening.abort_all();
        worked
    }
}

async fn goodbye(shared: &Shared, attempts: &mut JoinSet<()>) {
    while attempts.join_next().await.is_some() {}
    let worker = shared.me.id.to_string();
    // Who cannot say goodbye is missed when the session ends.
    let leaving = shared.client.call::<WorkerLeave>(WorkerRefInput { worker });
    let _ = timeout(LAST_TAKE, leaving).await;
}

/// Waits until the worker is asked to leave in this way or a harder one.
async fn asked(leave: &mut watch::Receiver<Leave>, how: Leave) {
    if leave.wait_for(|asked| *asked >= how).await.is_err() {
        // Nobody is left who could ask.
        std::future::pending::<()>().await;
    }
}

/// Takes and runs tasks until as many were done as wanted, or until it is stopped.
async fn work(
    shared: &Arc<Shared>,
    attempts: &mut JoinSet<()>,
    mut stop: watch::Receiver<bool>,
) -> Result<(), Trouble> {
    let mut begun = 0_u64;
    loop {
        let wanted = shared
            .settings
            .tasks_max
            .map_or(u64::MAX, |max| max.saturating_sub(begun));
        let slots = usize::from(shared.settings.slots);
        while attempts.len() >= slots || wanted == 0 {
            tokio::select! {
                ended = attempts.join_next() => if ended.is_none() {
                    return Ok(());
                },
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
            }
        }
        while attempts.try_join_next().is_some() {}
        let free = u64::try_from(slots - attempts.len())
            .unwrap_or(u64::MAX)
            .min(wanted);
        tokio::select! {
            () = shared.quiet() => {}
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        }
        let asked = Moment::now();
        // A slot that comes free meanwhile is another question's.
        let taken = shared
            .take(u8::try_from(free.min(64)).unwrap_or(64), &mut stop)
            .await?;
        for task in taken {
            begun += 1;
            let (orders, ordered) = watch::channel(Order::Go);
            // Known before it begins, so that no order misses it.
            shared.running().insert(task.task.id, (task.fence, orders));
            shared.busy.send_replace(true);
            attempts.spawn(shared.clone().attempt(task, asked, ordered));
        }
        if *stop.borrow() {
            return Ok(());
        }
    }
}

/// Hears of what ends attempts from outside.
async fn listen(shared: Arc<Shared>, mut items: Items) {
    while let Some(item) = items.next().await {
        heard(&shared, &item);
    }
}

fn heard(shared: &Shared, item: &StreamItem) {
    let me = shared.me.id;
    match item.event() {
        Some(Facts::Task(TaskFacts::Cancelled(it))) => {
            shared.order(
                it.task,
                None,
                &Order::Stop("the task was cancelled".to_owned()),
            );
        }
        Some(Facts::Task(TaskFacts::Paused(it))) => {
            shared.order(
                it.task,
                None,
                &Order::Stop("the task was paused".to_owned()),
            );
        }
        Some(Facts::Task(TaskFacts::AttemptFailed(it))) => {
            let over = "the attempt was ended by the node".to_owned();
            shared.order(it.task, Some(it.fence), &Order::Stop(over));
        }
        Some(Facts::Worker(WorkerFacts::ModeSet(it)))
            if it.worker == me && it.mode == WorkerMode::Draining =>
        {
            shared.drain();
        }
        Some(Facts::Worker(WorkerFacts::Left(it))) if it.worker == me => {
            shared.left.notify_one();
        }
        _ => {}
    }
}

impl Shared {
    pub(crate) fn say(&self, line: &str) {
        (self.listener)(WorkerEvent::Worker {
            line: line.to_owned(),
        });
    }

    pub(crate) fn drain(&self) {
        self.drained.notify_one();
    }

    async fn enrol(&self) -> Result<(), Error> {
        let input = WorkerEnrolInput {
            slots: Some(self.settings.slots),
            capabilities: self.settings.capabilities.clone(),
            machine: self.settings.machine.clone(),
            runner: Some(self.settings.runner.clone()),
            rooms: self.settings.join.clone(),
        };
        self.client.call::<WorkerEnrol>(input).await.map(drop)
    }

    /// Waits until the machine is not too busy.
    async fn quiet(&self) {
        if let Some((is, max)) = self.busy() {
            self.say(&format!(
                "takes nothing: the load is {is:.1}, more than {max:.1}"
            ));
            while self.busy().is_some() {
                sleep_until(Instant::now() + AGAIN).await;
            }
        }
    }

    fn busy(&self) -> Option<(f64, f64)> {
        let max = self.settings.load_max?;
        load::average().filter(|is| *is > max).map(|is| (is, max))
    }

    /// Asks for work and waits for it.
    async fn take(
        &self,
        count: u8,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<Vec<TakenTask>, Trouble> {
        let input = TaskTakeInput {
            count: Some(count),
            lease_ms: Some(self.settings.lease_ms),
            wait_ms: Some(TAKE_WAIT_MS),
            memory_tokens: self.settings.memory_tokens,
            start: true,
        };
        let asked = Instant::now();
        let asking = self.client.call::<TaskTake>(input);
        tokio::pin!(asking);
        let answer = loop {
            tokio::select! {
                answer = &mut asking => break answer,
                _ = stop.wait_for(|stop| *stop) => return Ok(self.last_take(asking).await),
                // The question goes on: its answer may hold tasks.
                () = self.left.notified() => self.enrol().await?,
            }
        };
        match answer {
            Ok(TasksTaken { items, .. }) if !items.is_empty() => Ok(items),
            Ok(TasksTaken { again_ms, .. }) => {
                let again = again_ms.map_or(AGAIN, Duration::from_millis).min(AGAIN);
                sleep_until(asked + again).await;
                Ok(Vec::new())
            }
            Err(Error::Refused(refusal))
                if !matches!(
                    refusal.code,
                    ErrorCode::Unauthenticated | ErrorCode::PermissionDenied
                ) =>
            {
                self.say(&format!("gets no work at present: {}", refusal));
                sleep_until(asked + AGAIN).await;
                // A node that was started again may not know this worker any more.
                match self.enrol().await {
                    Err(Error::Refused(refusal)) if refusal.code.status() >= 500 => {}
                    enrolled => enrolled?,
                }
                Ok(Vec::new())
            }
            Err(why) => Err(why.into()),
        }
    }

    /// A worker that leaves gets nothing more; what the node gave out just before is handed on.
    async fn last_take(
        &self,
        asking: impl Future<Output = Result<TasksTaken, Error>>,
    ) -> Vec<TakenTask> {
        let worker = self.me.id.to_string();
        let leaving = self.client.call::<WorkerLeave>(WorkerRefInput { worker });
        let _ = timeout(LAST_TAKE, leaving).await;
        match timeout(LAST_TAKE, asking).await {
            Ok(Ok(taken)) => taken.items,
            _ => Vec::new(),
        }
    }

    /// Runs one task.
    async fn attempt(
        self: Arc<Self>,
        taken: TakenTask,
        asked: Moment,
        ordered: watch::Receiver<Order>,
    ) {
        let title = taken.task.title.as_deref().unwrap_or("untitled").to_owned();
        let task = taken.task.id;
        (self.listener)(WorkerEvent::Taken {
            task,
            title: title.clone(),
        });
        let chosen = self.model_for(&taken);
        let nonce = random_hex::<8>();
        let settings = &self.settings;
        let mut limits = settings.limits;
        // Asking to end must not take longer than what is left of a short lease.
        limits.grace_ms = limits.grace_ms.min(u64::from(settings.lease_ms) / 8);
        let itself = AttemptRef {
            room: taken.task.room,
            task,
            fence: taken.fence,
        };
        let keep = Keep::new(settings.keeper.clone(), settings.environment(), limits)
            .with_access(settings.access(self.client.welcomed().session, itself));
        let attempt = Attempt {
            stream: Stream::new(&nonce, limits.output_bytes),
            deadline: Instant::now() + settings.timeout,
            shared: self.clone(),
            taken,
            asked,
            title,
            keep: Arc::new(keep),
            nonce,
            chosen,
            used: watch::Sender::new(Used::default()),
        };
        attempt.run(ordered).await;
        let left = {
            let mut running = self.running();
            running.remove(&task);
            running.len()
        };
        self.busy.send_replace(left > 0);
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<TaskId, (Seq, watch::Sender<Order>)>> {
        // Nothing that can panic is done under the lock.
        self.running
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }

    fn order(&self, task: TaskId, fence: Option<Seq>, order: &Order) {
        if let Some((held, orders)) = self.running().get(&task)
            && fence.is_none_or(|fence| fence == *held)
        {
            orders.send_replace(order.clone());
        }
    }

    fn order_all(&self, order: &Order) {
        for (_, orders) in self.running().values() {
            orders.send_replace(order.clone());
        }
    }

    pub(crate) fn session_of(&self, task: TaskId) -> Option<String> {
        self.sessions().get(&task).cloned()
    }

    pub(crate) fn keep_session(&self, task: TaskId, id: &str) {
        let mut sessions = self.sessions();
        sessions.insert(task, id.to_owned());
        if sessions.len() > SESSIONS_MAX {
            // Ids grow with time: the first is the oldest.
            sessions.pop_first();
        }
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<TaskId, String>> {
        self.sessions
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }
}

/// Says what tasks will not see of the repository they get worktrees of. One that no task could begin
/// on is refused before any is taken.
async fn look_at_repo(settings: &Settings, listener: &Listener) -> Result<(), Trouble> {
    let Some(repo) = &settings.repo else {
        return Ok(());
    };
    let looked = worktree::look(repo, settings.environment()).await;
    let said = looked.map_err(|failed| {
        let hint = "nothing was taken; name another folder with --repo";
        Trouble::Here(failed.reason, hint.to_owned())
    })?;
    for line in said {
        listener(WorkerEvent::Worker { line });
    }
    Ok(())
}

/// Makes the worker's folder and holds it.
fn lock(settings: &Settings) -> Result<File, Trouble> {
    let state = settings.state.display();
    let trouble = |why: std::io::Error| {
        Trouble::Here(
            format!("the worker's folder {state} cannot be used: {why}; nothing was taken"),
            "check its owner and free space".to_owned(),
        )
    };
    let mut builder = fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(&settings.state)
        .map_err(trouble)?;
    let file = File::create(settings.state.join("lock")).map_err(trouble)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Trouble::Here(
            format!("another worker of this agent runs here, it holds {state}; nothing was taken"),
            "stop it, give it more --slots, or start this one --as another agent".to_owned(),
        )),
        Err(TryLockError::Error(why)) => Err(trouble(why)),
    }
}

/// Random bytes. Without them nonces could be guessed, so there is no going on.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

pub(crate) fn random_hex<const N: usize>() -> String {
    random::<N>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
