//! Sessions: what an agent's context has read, and a context for programs that come by single requests.

pub mod place;
pub mod resurrect;

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use clap::Subcommand;
use mesh_model::api::{InfluenceGetInput, InfluenceView, Session, SessionListInput};
use mesh_model::ops::{InfluenceGet, SessionList};

use crate::commands::influence::told;
use crate::commands::joined::Joined;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint, printed_json, table};
use crate::times;

/// What agents' contexts have read, and a context of its own for a program
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh --as rex session run -- claude")]
pub enum SessionVerb {
    /// List sessions
    #[command(after_help = "Example: mesh session list --of rex")]
    List {
        /// Only this participant's
        #[arg(long)]
        of: Option<String>,
        /// Ended ones too
        #[arg(long)]
        ended: bool,
    },
    /// Say what the contexts of a participant have read, and whether their acts are judged by it
    #[command(after_help = "Example: mesh session read rex")]
    Read {
        /// Whose (default: one's own)
        of: Option<String>,
    },
    /// Run a program in a session of its own: what it reads by `mesh` counts there, and nothing else does
    #[command(
        after_help = "Example: mesh --as rex session run -- claude\n\nWithout a session, an agent's commands count as having read all that it may read. The session ends with the program."
    )]
    Run {
        /// The program and its arguments
        #[arg(
            required = true,
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "COMMAND"
        )]
        command: Vec<OsString>,
    },
}

/// `mesh session …`
pub fn session(context: &Context, verb: SessionVerb) -> Outcome<ExitCode> {
    match verb {
        SessionVerb::List { of, ended } => list(context, of, ended)?,
        SessionVerb::Read { of } => read(context, of)?,
        SessionVerb::Run { command } => return run(context, &command),
    }
    Ok(ExitCode::SUCCESS)
}

fn list(context: &Context, participant: Option<String>, ended: bool) -> Outcome<()> {
    let input = SessionListInput { participant, ended };
    let sessions = context.http()?.call::<SessionList>(input)?;
    if printed_json(context, &sessions)? {
        return Ok(());
    }
    let rows = sessions.items.iter().map(|one| {
        let ended = one.closed_at.map(times::relative);
        vec![
            one.id.to_string(),
            format!("@{}", one.participant.handle),
            made_by(one),
            one.client.name.as_deref().unwrap_or_default().to_owned(),
            place(one),
            times::relative(one.opened_at),
            ended.unwrap_or_else(|| "open".to_owned()),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let heads = [
        "session", "whose", "made by", "program", "where", "began", "ended",
    ];
    table(&heads, &rows);
    Ok(())
}

fn made_by(one: &Session) -> String {
    let parent = one.parent.as_ref();
    parent.map_or_else(String::new, |parent| format!("@{}", parent.handle))
}

/// Where it runs, as far as that is told: the folder, the branch, and the machine unless it is this one.
fn place(one: &Session) -> String {
    let client = &one.client;
    let mut parts: Vec<String> = client.cwd.iter().map(ToString::to_string).collect();
    parts.extend(client.branch.iter().map(|branch| format!("({branch})")));
    let elsewhere = client.hostname.as_ref();
    let elsewhere = elsewhere.filter(|_| one.same_machine != Some(true));
    parts.extend(elsewhere.map(|host| format!("on {host}")));
    clean(&parts.join(" "))
}

fn read(context: &Context, participant: Option<String>) -> Outcome<()> {
    let http = context.http()?;
    let contexts = http.call::<InfluenceGet>(InfluenceGetInput { participant })?;
    if !printed_json(context, &contexts)? {
        contexts.items.iter().for_each(print);
    }
    Ok(())
}

fn print(one: &InfluenceView) {
    let name = match one.session {
        Some(session) => format!("session {session}"),
        None => "without a session".to_owned(),
    };
    let judged = if one.judged {
        paint(Colour::Warning, "its acts are judged by what it has read")
    } else {
        paint(Colour::Quiet, "nothing stands against its acts")
    };
    line(&format!("@{} {name}: {judged}", one.participant.handle));
    if one.everything {
        line("  counts as having read all that it may read");
    }
    if one.outside {
        line("  answers of tools from outside the mesh");
    }
    for source in &one.sources {
        line(&format!("  {}", told(source)));
    }
    if one.sources.is_empty() && !one.everything && !one.outside {
        line("  nothing that counts");
    }
}

fn run(context: &Context, command: &[OsString]) -> Outcome<ExitCode> {
    let (name, rest) = command
        .split_first()
        .ok_or_else(|| Failure::usage("there is no command", "").so(Effect::NothingRun))?;
    Joined::open(context, name)?.run(Command::new(name).args(rest))
}
