//! `mesh claude`: Claude Code, already joined. Tools, skill, hooks and what wakes it are a plugin of this run, so that no file of the
//! user is touched.

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

use clap::Args;

use super::install::{self, Program};
use super::joined::Joined;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};

/// Start Claude Code as an agent of the mesh: with its tools, in a session of its own, reached by messages while it runs
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh claude\n          mesh --as rex claude --resume\n          mesh claude -p 'look at the build'\n\nAll arguments go to Claude Code; options of mesh stand before `claude`. Without --as the agent is called claude-code, and is registered if nobody is called so. Where `mesh install claude-code` was done its files are used, and its agent."
)]
pub struct ClaudeArgs {
    /// What Claude Code is given
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENTS"
    )]
    args: Vec<OsString>,
}

/// `mesh claude`
pub fn claude(context: &Context, args: &ClaudeArgs) -> Outcome<ExitCode> {
    let is_installed = install::is_installed(context, Program::ClaudeCode)?;
    if is_installed && context.identity().is_some() {
        // Its hooks would hand the messages of both into one conversation.
        return Err(Failure::usage(
            "the mesh is installed in Claude Code here, with an agent of its own",
            "leave out --as, or take it out with `mesh uninstall claude-code`",
        )
        .so(Effect::NothingRun));
    }
    let context = install::agent(context, Program::ClaudeCode)?;
    let joined = Joined::open(&context, OsStr::new("claude"))?;
    let mut command = Command::new("claude");
    command.envs(install::environment(&context));
    if !is_installed {
        command
            .arg("--plugin-dir")
            .arg(install::plugin_of_run(&context)?);
    }
    joined.run(command.args(&args.args))
}
