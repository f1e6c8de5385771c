//! The arguments of `mesh work`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Work {
    /// What it can do, with commas between
    #[arg(long, value_name = "CAPABILITIES", value_delimiter = ',')]
    pub can: Vec<String>,
    /// Tasks at the same time
    #[arg(long, default_value_t = 1)]
    pub slots: u16,
    /// What runs the tasks: command, claude, codex, gemini, opencode, acp, anthropic or openai
    #[arg(long, default_value = "command")]
    pub runner: String,
    /// The runner's program with its arguments; for 'command' the program that gets the prompt
    #[arg(long, value_name = "'PROGRAM ARGS'")]
    pub command: Option<String>,
    /// Tell the command what agents are told: who it is, how to remember, call tools and say how sure it is
    #[arg(long)]
    pub forms: bool,
    /// The model unless a task names one
    #[arg(long)]
    pub model: Option<String>,
    /// The address of a model's API instead of the runner's usual one (not for command, acp and opencode)
    #[arg(long, value_name = "URL")]
    pub api: Option<String>,
    /// What others see of this machine (default: its host name)
    #[arg(long)]
    pub machine: Option<String>,
    /// Join a room first; with --yes the owner lets it execute there, without which it gets no tasks
    #[arg(long, value_name = "ROOM")]
    pub join: Vec<String>,
    /// Run all tasks in this folder instead of each in one of its own
    #[arg(long)]
    pub dir: Option<PathBuf>,
    /// Give each task a git worktree of this repository; the diff goes with the result
    #[arg(long, conflicts_with = "dir")]
    pub repo: Option<PathBuf>,
    /// Pass this variable of the environment on to what runs the tasks
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Prices of models (default: prices.toml in the mesh's folder, if it is there)
    #[arg(long, value_name = "FILE")]
    pub prices: Option<PathBuf>,
    /// Write a table of prices to edit, and do nothing else
    #[arg(long)]
    pub write_prices: bool,
    /// Seconds of a lease: how long a task waits if this machine dies
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..=600))]
    pub lease: u32,
    /// Seconds that one attempt may take
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub timeout: u64,
    /// Take nothing while the load average is higher
    #[arg(long, value_name = "LOAD")]
    pub max_load: Option<f64>,
    /// KiB that a task may put out
    #[arg(long, value_name = "KIB", default_value_t = 4096)]
    pub max_output: usize,
    /// MiB of one file that a task may write
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    pub max_file: u64,
    /// MiB that a task's folder may grow
    #[arg(long, value_name = "MIB", default_value_t = 8192)]
    pub max_disk: u64,
    /// End after so many tasks
    #[arg(long, value_name = "N")]
    pub tasks: Option<u64>,
    /// End after one task
    #[arg(long, conflicts_with = "tasks")]
    pub once: bool,
    /// Tokens of memories that go with each task
    #[arg(long, value_name = "N")]
    pub memory_tokens: Option<u32>,
    /// By the owner's token: register the agent if it is not known here, let it execute in the rooms it joins
    #[arg(long)]
    pub yes: bool,
    /// Leave when standard input ends: how the demo keeps its workers
    #[arg(long, hide = true)]
    pub until_input_ends: bool,
}
