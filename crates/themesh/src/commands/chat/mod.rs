//! Lines in the language of chat commands, and spoken sentences.

pub mod voice;

use clap::Args;
use mesh_model::api::{ChatAnswer, ChatInput};
use mesh_model::ops::ChatCommand;

use crate::commands::task::short;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, clean, line, paint, printed_json};

/// Say a line in the language of chat commands
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh do workshop status\n          mesh do workshop @rex survey the parser\n          mesh do workshop auto write the release notes\n\nLines: status, tasks, pending, approve, reject, escalations, costs, summary, @context, @context name=value,\n@NAME what to do, do WHAT, auto GOAL, pause|resume|drain NAME, set NAME slots N, move NAME to SKILL only,\nstop dispatch, resume dispatch, which agent fails most?, how many tasks has NAME done this week?\nAnything else is said in the room."
)]
pub struct DoArgs {
    /// The room
    pub room: String,
    /// The line
    #[arg(required = true)]
    pub line: Vec<String>,
}

/// `mesh do`
pub fn say_line(context: &Context, args: DoArgs) -> Outcome<()> {
    say_command(context, args.room, args.line.join(" "))
}

/// A line that is a command: of `mesh do`, or of `mesh say` when it begins with a slash.
pub fn say_command(context: &Context, room: String, text: String) -> Outcome<()> {
    let answer = context
        .http()?
        .call::<ChatCommand>(ChatInput { room, text })?;
    if !printed_json(context, &answer)? {
        print(&answer);
    }
    Ok(())
}

fn print(answer: &ChatAnswer) {
    line(clean(&answer.text).trim_end());
    for task in &answer.tasks {
        line(&paint(
            Colour::Quiet,
            &format!("task {}   mesh task follow {}", short(task), short(task)),
        ));
    }
    if let Some(message) = answer.message {
        line(&paint(Colour::Quiet, &format!("message {message}")));
    }
}
