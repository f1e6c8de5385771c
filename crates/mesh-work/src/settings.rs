//! What a worker is set up with, and what it says while it works.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::events::Cost;
use mesh_model::{PublicKey, SessionId, TaskId};
use serde::Serialize;

use crate::access::{Access, AttemptRef};
use crate::child::{CLEAN, Limits};
use crate::prices::Prices;
use crate::runner;
use crate::sandbox::{Sandbox, Spot};
use crate::upkeep::Upkeep;

/// What a worker is set up with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The node's address.
    pub url: String,
    /// The key that the node has to prove before it is shown a token.
    pub node: Option<PublicKey>,
    /// The agent's own token.
    pub token: String,
    /// The token that runners get to reach the mesh as the agent.
    pub tools_token: String,
    /// The file of the agent's signing key.
    pub key: PathBuf,
    /// The worker's own folder: outbox, tasks' folders. One worker at a time.
    pub state: PathBuf,
    /// Tasks at the same time.
    pub slots: u16,
    /// What it can do.
    pub capabilities: Vec<String>,
    /// What others see of the machine.
    pub machine: Option<String>,
    /// The runner's name.
    pub runner: String,
    /// Whether the runner is told the task alone, not what an agent is told besides.
    pub plain: bool,
    /// What the runner is set up with.
    pub options: runner::Options,
    /// The models to choose from for each task, if there are several; the first is that of `options`.
    pub models: Vec<String>,
    /// How much worse than the dearest a model may be that costs nothing, 0 to 1.
    pub give_up: f64,
    /// Rooms to join first, whose commands it runs by its own word.
    pub join: Vec<String>,
    /// The folder that tasks run in; absent: each in one of its own.
    pub dir: Option<PathBuf>,
    /// The repository that each task gets a worktree of.
    pub repo: Option<PathBuf>,
    /// How long a lease is, milliseconds.
    pub lease_ms: u32,
    /// How long one attempt may run.
    pub timeout: Duration,
    /// The load average above which nothing is taken.
    pub load_max: Option<f64>,
    /// What it may give itself to do when it has nothing else; absent: nothing.
    pub upkeep: Option<Upkeep>,
    /// End after so many tasks.
    pub tasks_max: Option<u64>,
    /// Tokens of memories that go with a task.
    pub memory_tokens: Option<u32>,
    /// Variables that children get besides the usual ones.
    pub env: Vec<String>,
    /// What a child may use.
    pub limits: Limits,
    /// How much a task's folder may grow, bytes.
    pub folder_bytes: u64,
    /// What tokens cost.
    pub prices: Prices,
    /// What programs are confined by; absent: not at all.
    pub sandbox: Option<Sandbox>,
    /// The keeper: a program and its first arguments.
    pub keeper: Vec<OsString>,
}

/// The variable by which a worker's processes are found again.
pub const MARK: &str = "MESH_WORKER";

impl Settings {
    /// The environment of children: nothing but what is named.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let named = CLEAN.iter().map(|name| OsString::from(*name));
        let wanted = self.env.iter().map(OsString::from);
        let mut env: Vec<(OsString, OsString)> = named
            .chain(wanted)
            .filter_map(|name| std::env::var_os(&name).map(|value| (name, value)))
            .collect();
        env.push((MARK.into(), self.state.clone().into()));
        env
    }

    /// How children reach the mesh: as the agent, by the token that is for its tasks.
    pub(crate) fn access(&self, session: SessionId, attempt: AttemptRef) -> Access {
        Access {
            url: self.url.clone(),
            node_key: self.node,
            token: self.tools_token.clone(),
            session: Some(session),
            attempt: Some(attempt),
        }
    }

    /// Where a task's program is, confined.
    pub(crate) fn spot(&self, task: TaskId, cwd: PathBuf, private: PathBuf) -> Spot {
        let api = self.options.base_url.iter().cloned();
        Spot {
            cwd,
            home: self.home_of(task),
            scratch: None,
            private,
            runner: self.runner.clone(),
            write: Vec::new(),
            read: Vec::new(),
            urls: api.chain([self.url.clone()]).collect(),
        }
    }

    /// The home of a task's programs. Another attempt at the task goes on in it.
    pub(crate) fn home_of(&self, task: TaskId) -> PathBuf {
        self.state.join("homes").join(task.to_string())
    }

    /// The entry of [`MARK`] in a child's environment.
    pub fn mark(&self) -> String {
        format!("{MARK}={}", self.state.display())
    }
}

/// Something that the worker says about what it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum WorkerEvent {
    /// It takes work from here on.
    Ready {
        /// The agent.
        handle: String,
        /// Tasks at the same time.
        slots: u16,
        /// The runner.
        runner: String,
    },
    /// It has a task.
    Taken {
        /// The task.
        task: TaskId,
        /// Its title.
        title: String,
    },
    /// Something about a task.
    Note {
        /// The task.
        task: TaskId,
        /// For people.
        line: String,
    },
    /// An attempt is over.
    Ended {
        /// The task.
        task: TaskId,
        /// Its title.
        title: String,
        /// What the worker told: done, failed, handed off, lost.
        how: AttemptEnd,
        /// How long it took.
        seconds: f64,
        /// What it cost.
        cost: Cost,
        /// For people.
        detail: String,
    },
    /// Something that needs no task to be said.
    Worker {
        /// For people.
        line: String,
    },
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// With a result.
    Done,
    /// Without one.
    Failed,
    /// Given back with what there is.
    HandedOff,
    /// Somebody else has it, or nobody wants it any more.
    Lost,
}

/// Who listens to what a worker says.
pub type Listener = Arc<dyn Fn(WorkerEvent) + Send + Sync>;
