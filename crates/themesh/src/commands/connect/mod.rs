//! `mesh connect`: carries words between the mesh and a service that people have on their phones.

mod discord;
mod mail;
mod matrix;
mod ntfy;
mod purpose;
mod slack;
mod telegram;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use mesh_connect::{BadSecret, Said, Secret, Trouble, base};
use mesh_model::api::{MemberCapabilitiesInput, MemberRefInput};
use mesh_model::events::Kind;
use mesh_model::home::Entry;
use mesh_model::ops::{MemberAdd, MemberCapabilities};
use mesh_model::permission::Permission;
use mesh_model::{Capability, ErrorCode};
use mesh_sdk::Error;

use super::observe::{Newcomer, register, stopped};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{Colour, clean, line, paint};

/// Carry words between the mesh and a service on people's phones
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh connect telegram --mine --token-file ~/telegram.token")]
pub enum ConnectVerb {
    Telegram(telegram::TelegramArgs),
    Slack(slack::SlackArgs),
    Discord(discord::DiscordArgs),
    Matrix(matrix::MatrixArgs),
    Mail(mail::MailArgs),
    Ntfy(ntfy::NtfyArgs),
}

/// What is told of a service in words of its own.
struct Service {
    /// Its name.
    name: &'static str,
    /// Its verb below `mesh connect`.
    verb: &'static str,
    /// How a code is sent to the connector, which is called so there.
    pair: fn(code: &str, there: &str) -> String,
    /// Where a token is found again.
    token: &'static str,
    /// Whether its bridge may put files into its room.
    files: bool,
}

/// `mesh connect`
pub fn connect(context: &Context, verb: &ConnectVerb) -> Outcome<()> {
    match verb {
        ConnectVerb::Telegram(args) => telegram::connect(context, args),
        ConnectVerb::Slack(args) => slack::connect(context, args),
        ConnectVerb::Discord(args) => discord::connect(context, args),
        ConnectVerb::Matrix(args) => matrix::connect(context, args),
        ConnectVerb::Mail(args) => mail::connect(context, args),
        ConnectVerb::Ntfy(args) => ntfy::connect(context, args),
    }
}

fn run(service: &Service, connector: impl Future<Output = Result<(), Trouble>>) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingDone))?;
    let ended = runtime.block_on(connector);
    // A question that the service still holds has nobody any more who waits for the answer.
    runtime.shutdown_background();
    ended.map_err(|why| failure(service, why))
}

/// A token from a file or the environment: on a command line others of this machine would read it.
fn token(file: Option<&Path>, variable: &str) -> Outcome<Option<Secret>> {
    let read = match file {
        Some(file) => {
            is_open(file, "token");
            Secret::read(file).map(Some)
        }
        None => match std::env::var(variable) {
            Ok(text) => Secret::new(&text).map(Some),
            Err(_) => Ok(None),
        },
    };
    read.map_err(|why: BadSecret| {
        let whence = file.map_or(variable.to_owned(), |file| file.display().to_string());
        Failure::usage(why.to_string(), format!("look at {whence}")).so(Effect::NothingSent)
    })
}

/// Says so if a secret lies where others read it.
fn is_open(file: &Path, what: &str) {
    let open = std::fs::metadata(file).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0);
    if open {
        eprintln!(
            "mesh: others of this machine may read the {what} in {}; chmod 600 closes it",
            file.display()
        );
    }
}

/// A token without which nothing can be said.
fn needed(token: Option<Secret>, what: &str, option: &str, variable: &str) -> Outcome<Secret> {
    token.ok_or_else(|| {
        Failure::usage(
            format!("the {what} is not named"),
            format!("put it into a file that only you can read, and name it with {option}, or set {variable}"),
        )
        .so(Effect::NothingSent)
    })
}

fn address(text: &str, plain: bool) -> Outcome<String> {
    base(text, plain).map_err(|why| {
        Failure::usage(
            why.to_string(),
            "name it by https://; in a network that is yours alone --insecure-http allows http://",
        )
        .so(Effect::NothingSent)
    })
}

/// A link leads to the page by http too: what is read there is behind its sign-in.
fn page(text: &str) -> Outcome<String> {
    base(text, true).map_err(|why| {
        Failure::usage(
            why.to_string(),
            "for example --page https://mesh.example.org",
        )
        .so(Effect::NothingSent)
    })
}

/// Where its place is kept.
fn folder(context: &Context) -> Outcome<PathBuf> {
    let handle = context.acting(&context.http()?)?;
    Ok(Entry::Work.of(&context.home).join(handle).join("connect"))
}

/// What a bridge may: read its room and speak there.
const MAY: [Permission; 3] = [
    Permission::MessagesRead,
    Permission::MessagesWrite,
    Permission::AgentsRead,
];
/// What it needs in its room, and nothing else: nobody there gives work through it.
const CAN: [Capability; 3] = [Capability::Listen, Capability::Speak, Capability::Bridge];
/// The same for one that brings files along.
const MAY_FILES: [Permission; 2] = [Permission::MemoryRead, Permission::MemoryWrite];
const CAN_FILES: [Capability; 2] = [Capability::DataRead, Capability::DataWrite];

/// The bridge, and its place in the room, by the owner's leave.
fn bridge(context: &Context, service: &Service, room: &str, yes: bool) -> Outcome<()> {
    let Some(handle) = context.identity() else {
        return Err(Failure::usage(
            "nobody is named as whom the room is bridged",
            format!(
                "name a bridge: mesh connect {verb} --room {room} --as {verb} --yes",
                verb = service.verb
            ),
        )
        .so(Effect::NothingDone));
    };
    if !yes {
        return Ok(());
    }
    let handle = handle.trim_start_matches('@').to_owned();
    let files = |more: bool| if more { usize::MAX } else { 0 };
    let newcomer = Newcomer {
        kind: Kind::Bridge,
        permissions: MAY
            .into_iter()
            .chain(MAY_FILES.into_iter().take(files(service.files)))
            .collect(),
        label: "mesh connect",
    };
    register(context, &handle, &newcomer)?;
    let http = context.owner().http()?;
    let member = MemberRefInput {
        room: room.to_owned(),
        participant: handle.clone(),
    };
    match http.call::<MemberAdd>(member) {
        Err(Error::Refused(refusal)) if refusal.code == ErrorCode::Conflict => {}
        added => {
            added?;
        }
    }
    http.call::<MemberCapabilities>(MemberCapabilitiesInput {
        room: room.to_owned(),
        participant: handle,
        capabilities: Some(
            CAN.into_iter()
                .chain(CAN_FILES.into_iter().take(files(service.files)))
                .collect(),
        ),
    })?;
    Ok(())
}

fn failure(service: &Service, why: Trouble) -> Failure {
    let what = why.to_string();
    match why {
        Trouble::Sdk(why) => why.into(),
        Trouble::Keep { path, .. } => Failure::here(
            what,
            format!(
                "check the folder's owner and free space; without {} it begins anew, and asks for the code again",
                path.display()
            ),
        ),
        Trouble::Twice => Failure::here(
            what,
            "end that one first; `mesh doctor` lists those that run",
        )
        .so(Effect::NothingDone),
        Trouble::Password => Failure::here(
            format!("{what}. What was not carried yet waits, here and there"),
            format!(
                "look at both, then start it again: it goes on where it was. {}",
                service.token
            ),
        ),
        Trouble::Token { .. } => Failure::here(
            format!("{what}. What was not carried yet waits, here and there"),
            format!(
                "look at token and address, then start it again: it goes on where it was. {}",
                service.token
            ),
        ),
        Trouble::Webhook => Failure::here(
            what,
            "take another bot, or have the other program give its webhook up (deleteWebhook)",
        )
        .so(Effect::NothingTaken),
        Trouble::Shut { .. } => Failure::here(
            format!("{what}. What was not carried yet waits"),
            "unblock the bot or bring it into the group again, then start it again; --pair chooses another chat",
        ),
        Trouble::Service { .. } => Failure::here(
            format!("{what}. What was not carried yet waits"),
            "start it again: it goes on where it was",
        ),
        Trouble::Unfit { todo, .. } => Failure::usage(what, todo).so(Effect::NothingDone),
        Trouble::Chance(_) => Failure::here(what, "start it again").so(Effect::NothingDone),
    }
}

fn print(json: bool, about: &Service, said: &Said<'_>) {
    if json {
        line(&said.told().to_string());
        return;
    }
    let service = about.name;
    line(&match said {
        Said::Began { there, after } => paint(
            Colour::Quiet,
            &format!(
                "{service} is connected as {}, from place {after} on. Ctrl-C ends it; it goes on from there.",
                clean(there)
            ),
        ),
        Said::Code { code, there } => format!(
            "Nobody is answered yet. Send this from the chat that is meant, once:\n\n    {}\n\n{}",
            paint(Colour::Good, code),
            (about.pair)(code, &clean(there))
        ),
        Said::Paired { chat } => {
            format!(
                "chat {} sent the code and is the one from here on",
                clean(chat)
            )
        }
        Said::Took { what, message } => match message {
            Some(message) => format!("took in: {what}, {message}"),
            None => format!("took in: {what}"),
        },
        Said::Told { what, seq } => format!("told: {what} ({seq})"),
        Said::Held { seq } => paint(
            Colour::Quiet,
            &format!("held until it may disturb again ({seq})"),
        ),
        Said::Stays { seq, .. } => paint(
            Colour::Quiet,
            &format!("words stay in the mesh ({seq}): the room's rules do not let them out"),
        ),
        Said::Ignored { total } => paint(
            Colour::Warning,
            &format!("ignored so far: {total} from chats or people that are not meant"),
        ),
        Said::Refused { why } => {
            format!("{}: {}", paint(Colour::Bad, "the mesh says no"), clean(why))
        }
        Said::Dropped { why } => format!(
            "{}: {}",
            paint(
                Colour::Bad,
                &format!("{service} does not take this, so it is passed over")
            ),
            clean(why)
        ),
        Said::Away { why, wait } => paint(
            Colour::Warning,
            &format!(
                "{service} is asked again in {} s: {}",
                wait.as_secs().max(1),
                clean(why)
            ),
        ),
        Said::Back => paint(Colour::Good, &format!("{service} answers again")),
        Said::Note { what } => paint(Colour::Warning, what),
    });
}
