//! What runs a task: a program or a model's API. One file per runner, one table of them all.

mod a2a;
mod acp;
mod anthropic;
mod api;
mod claude;
mod codex;
mod command;
mod gemini;
mod lines;
mod openai;
mod opencode;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use mesh_model::events::{Spend, Verdict};
use mesh_model::{Seq, TaskId};
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::child::Keep;

/// What a runner's method gives: a future that may be dropped at any point. Dropping it is how an
/// attempt is stopped, so whatever it holds has to end by being dropped; [`crate::child::Child`] does.
pub type Running<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs tasks.
pub trait Runner: Send + Sync {
    /// One turn: asks with the job's prompt and gives the whole answer.
    fn run<'a>(&'a self, job: Job, io: &'a dyn Progress) -> Running<'a, Result<Done, Failed>>;
}

/// One turn of an attempt at a task.
#[derive(Debug, Clone)]
pub struct Job {
    /// The task.
    pub task: TaskId,
    /// The attempt.
    pub fence: Seq,
    /// Everything the agent is told, one text; what came from elsewhere is in envelopes.
    pub prompt: String,
    /// The model to ask; absent: the runner's choice.
    pub model: Option<String>,
    /// The folder to work in.
    pub cwd: PathBuf,
    /// What the agent's text forms have to carry. Told in the prompt already.
    pub nonce: String,
    /// How the agent reaches the mesh.
    pub mcp: Mcp,
    /// When the attempt is stopped at the latest.
    pub deadline: Instant,
    /// The conversation to go on with, as [`Progress::session`] or [`Done::session`] named it.
    pub resume: Option<String>,
    /// A JSON Schema that the answer has to match, if one was declared.
    pub schema: Option<Map<String, Value>>,
    /// Starts child processes.
    pub keep: Arc<Keep>,
}

/// How an agent reaches the mesh as a Model Context Protocol server.
#[derive(Clone)]
pub struct Mcp {
    /// The node's MCP address.
    pub url: String,
    /// A token of the agent's own for this task.
    pub token: String,
    /// A file in the form that Claude Code and others read, `{"mcpServers":{"mesh":…}}`, readable by
    /// this user only. It holds the token and lies outside of the task's folder.
    pub file: PathBuf,
}

impl std::fmt::Debug for Mcp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token stays out of every log.
        write!(f, "mcp at {}", self.url)
    }
}

/// What a runner tells while it runs. Nothing here waits, apart from a question to a person.
pub trait Progress: Send + Sync {
    /// A piece of the answer as it comes.
    fn output(&self, text: &str);
    /// What the turn cost so far, from its beginning.
    fn spent(&self, spend: Spend);
    /// The conversation's name, to go on with it in another turn or attempt.
    fn session(&self, id: &str);
    /// A line for whoever watches the worker; not part of the answer.
    fn note(&self, line: &str);
    /// Asks a person whether something may be done. False if nobody answers in time.
    fn approve<'a>(&'a self, question: &'a str, detail: Map<String, Value>) -> Running<'a, bool>;
}

/// The answer of a turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Done {
    /// The text, whole.
    pub text: String,
    /// A structured answer, if the runner has one of its own.
    pub data: Option<Map<String, Value>>,
    /// How sure, percent; the worker reads the text form itself.
    pub confidence: Option<u8>,
    /// What it says of other work; the worker reads the text form itself.
    pub verdict: Option<Verdict>,
    /// What the turn cost. Tokens without money are priced by the worker's table.
    pub usage: Usage,
    /// The model that answered.
    pub model: Option<String>,
    /// The conversation's name, to go on with it.
    pub session: Option<String>,
}

/// What a turn used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens in.
    pub tokens_in: u64,
    /// Tokens out.
    pub tokens_out: u64,
    /// Millionths of the currency, if the runner knows.
    pub micros: Option<u64>,
}

/// A turn that failed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Failed {
    /// Why, for people: what happened and what to do.
    pub reason: String,
    /// Another attempt here would fail too.
    pub last: bool,
    /// What it cost.
    pub usage: Usage,
    /// The model that was asked.
    pub model: Option<String>,
}

impl Failed {
    /// It may work another time.
    pub fn new(reason: impl Into<String>) -> Failed {
        Failed {
            reason: reason.into(),
            ..Failed::default()
        }
    }

    /// It will not work until somebody changes something.
    pub fn last(reason: impl Into<String>) -> Failed {
        Failed {
            last: true,
            ..Failed::new(reason)
        }
    }
}

/// What runners are set up with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The program and its arguments instead of the runner's own; for `command` the program.
    pub command: Vec<String>,
    /// The model unless a task names one.
    pub model: Option<String>,
    /// The base address of an API.
    pub base_url: Option<String>,
    /// The key of an API. Read from the environment by the worker, never passed on to children.
    pub api_key: Option<String>,
}

/// The names of all runners.
pub const NAMES: &[&str] = &[
    "a2a",
    "acp",
    "anthropic",
    "claude",
    "codex",
    "command",
    "gemini",
    "openai",
    "opencode",
];

/// The hosts that a runner's program asks unless it is set up otherwise: its model, its login.
pub fn hosts(name: &str) -> &'static [&'static str] {
    match name {
        "claude" => &[
            "api.anthropic.com",
            "claude.ai",
            "console.anthropic.com",
            "platform.claude.com",
        ],
        "codex" => &["api.openai.com", "auth.openai.com", "chatgpt.com"],
        "gemini" => &[
            "accounts.google.com",
            "cloudcode-pa.googleapis.com",
            "generativelanguage.googleapis.com",
            "oauth2.googleapis.com",
        ],
        // Its user's settings say which provider it asks; these are the usual ones.
        "opencode" => &[
            "api.anthropic.com",
            "api.openai.com",
            "generativelanguage.googleapis.com",
            "models.dev",
            "opencode.ai",
            "openrouter.ai",
        ],
        _ => &[],
    }
}

/// The runner of a name.
pub fn named(name: &str, options: Options) -> Result<Box<dyn Runner>, String> {
    match name {
        "a2a" => Ok(Box::new(a2a::A2a::new(options)?)),
        "acp" => Ok(Box::new(acp::Acp::new(options)?)),
        "anthropic" => Ok(Box::new(anthropic::Anthropic::new(options))),
        "claude" => Ok(Box::new(claude::Claude::new(options))),
        "codex" => Ok(Box::new(codex::Codex::new(options))),
        "command" => Ok(Box::new(command::Command::new(options)?)),
        "gemini" => Ok(Box::new(gemini::agent(options))),
        "openai" => Ok(Box::new(openai::OpenAi::new(options))),
        "opencode" => Ok(Box::new(opencode::agent(options))),
        other => Err(format!(
            "there is no runner '{other}'; there are {}",
            NAMES.join(", ")
        )),
    }
}
