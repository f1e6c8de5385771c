//! `mesh connect`: carries words between the mesh and a service that people have on their phones.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use mesh_connect::{BadSecret, Said, Secret, Trouble, base, ntfy, telegram};
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
    Telegram(TelegramArgs),
    Ntfy(NtfyArgs),
}

/// Answer what waits for you from Telegram, or bridge a room with a chat
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh connect telegram --mine --token-file ~/telegram.token\n          mesh connect telegram --room ops --as telegram --yes --token-file ~/telegram.token\n\nThe bot's token comes from @BotFather. It is read from the file, or from MESH_TELEGRAM_TOKEN."
)]
pub struct TelegramArgs {
    /// What waits for you comes to a chat of yours, and what you write there is carried out as you
    #[arg(long, required_unless_present = "room")]
    pub mine: bool,
    /// Bridge this room with a chat, as the bridge that --as names
    #[arg(long, value_name = "ROOM", conflicts_with = "mine")]
    pub room: Option<String>,
    /// With --mine: where lines go that answer nothing
    #[arg(
        long = "in",
        value_name = "ROOM",
        default_value = "general",
        requires = "mine"
    )]
    pub within: String,
    /// With --mine: words of direct conversations with others go to Telegram too
    #[arg(long, requires = "mine")]
    pub direct: bool,
    /// With --mine: the page's address as your phone reaches it, for links
    #[arg(long, value_name = "URL", requires = "mine")]
    pub page: Option<String>,
    /// With --room: the chat, if its number is known; otherwise a code is shown to send there
    #[arg(
        long,
        value_name = "NUMBER",
        requires = "room",
        allow_hyphen_values = true
    )]
    pub chat: Option<i64>,
    /// With --room: let words from there call participants by @name
    #[arg(long, requires = "room")]
    pub mentions: bool,
    /// With --room, by the owner's token: register the bridge if it is not known here, and let it into the room
    #[arg(long, requires = "room")]
    pub yes: bool,
    /// Forget the chat that was chosen before, and show a new code
    #[arg(long)]
    pub pair: bool,
    /// The file with the bot's token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The Bot API: Telegram's, or a server of your own
    #[arg(long, value_name = "URL", default_value = telegram::API)]
    pub api: String,
    /// Let the token go to a server of your own that is not on this machine without encryption
    #[arg(long)]
    pub insecure_http: bool,
}

/// Tell what waits for you as notifications of ntfy
#[derive(Debug, Args)]
#[command(
    after_help = "Example: mesh connect ntfy --topic mesh-4f8c2a91 --page https://mesh.example.org\n\nOn a public server whoever knows the topic's name reads it: choose one that nobody guesses. A token, if the\nserver asks for one, is read from --token-file or from MESH_NTFY_TOKEN."
)]
pub struct NtfyArgs {
    /// The topic
    #[arg(long)]
    pub topic: String,
    /// The server
    #[arg(long, value_name = "URL", default_value = ntfy::SERVER)]
    pub server: String,
    /// The file with a token for the server
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The page's address as your phone reaches it: notifications lead there
    #[arg(long, value_name = "URL")]
    pub page: Option<String>,
    /// Tell the first words too, where rooms let them out
    #[arg(long)]
    pub words: bool,
    /// Send without encryption to a server that is not on this machine
    #[arg(long)]
    pub insecure_http: bool,
}

const TELEGRAM_TOKEN: &str = "MESH_TELEGRAM_TOKEN";
const NTFY_TOKEN: &str = "MESH_NTFY_TOKEN";

/// `mesh connect`
pub fn connect(context: &Context, verb: &ConnectVerb) -> Outcome<()> {
    match verb {
        ConnectVerb::Telegram(args) => with_telegram(context, args),
        ConnectVerb::Ntfy(args) => with_ntfy(context, args),
    }
}

fn with_telegram(context: &Context, args: &TelegramArgs) -> Outcome<()> {
    let token = token(args.token_file.as_deref(), TELEGRAM_TOKEN)?;
    let token = token.ok_or_else(|| {
        Failure::usage(
            "the bot's token is not named",
            format!("put what @BotFather told you into a file that only you can read, and name it with --token-file, or set {TELEGRAM_TOKEN}"),
        )
        .so(Effect::NothingSent)
    })?;
    let base = address(&args.api, args.insecure_http)?;
    let mode = match &args.room {
        None => telegram::Mode::Mine {
            room: args.within.trim_start_matches('#').to_owned(),
            page: args.page.as_deref().map(page).transpose()?,
            direct: args.direct,
        },
        Some(room) => {
            let room = room.trim_start_matches('#').to_owned();
            bridge(context, &room, args.yes)?;
            telegram::Mode::Room {
                room,
                chat: args.chat,
                mentions: args.mentions,
            }
        }
    };
    let settings = telegram::Settings {
        options: context.options()?,
        base,
        token,
        mode,
        pair: args.pair,
        folder: folder(context)?,
    };
    let json = context.json;
    run(telegram::run(settings, stopped(), |said| {
        print(json, "Telegram", &said);
    }))
}

fn with_ntfy(context: &Context, args: &NtfyArgs) -> Outcome<()> {
    if !ntfy::is_topic(&args.topic) {
        return Err(Failure::usage(
            format!("'{}' is no topic", clean(&args.topic)),
            "a topic is one word of letters, digits, '-' and '_', at most 64",
        )
        .so(Effect::NothingSent));
    }
    let settings = ntfy::Settings {
        options: context.options()?,
        base: address(&args.server, args.insecure_http)?,
        topic: args.topic.clone(),
        token: token(args.token_file.as_deref(), NTFY_TOKEN)?,
        page: args.page.as_deref().map(page).transpose()?,
        words: args.words,
        folder: folder(context)?,
    };
    let json = context.json;
    run(ntfy::run(settings, stopped(), |said| {
        print(json, "ntfy", &said);
    }))
}

fn run(connector: impl Future<Output = Result<(), Trouble>>) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|why| Failure::here(why.to_string(), "").so(Effect::NothingDone))?;
    let ended = runtime.block_on(connector);
    // A question that the service still holds has nobody any more who waits for the answer.
    runtime.shutdown_background();
    ended.map_err(failure)
}

/// A token from a file or the environment: on a command line others of this machine would read it.
fn token(file: Option<&Path>, variable: &str) -> Outcome<Option<Secret>> {
    let read = match file {
        Some(file) => {
            let open =
                std::fs::metadata(file).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0);
            if open {
                eprintln!(
                    "mesh: others of this machine may read the token in {}; chmod 600 closes it",
                    file.display()
                );
            }
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

/// The bridge, and its place in the room, by the owner's leave.
fn bridge(context: &Context, room: &str, yes: bool) -> Outcome<()> {
    let Some(handle) = context.identity() else {
        return Err(Failure::usage(
            "nobody is named as whom the room is bridged",
            format!("name a bridge: mesh connect telegram --room {room} --as telegram --yes"),
        )
        .so(Effect::NothingDone));
    };
    if !yes {
        return Ok(());
    }
    let handle = handle.trim_start_matches('@').to_owned();
    let newcomer = Newcomer {
        kind: Kind::Bridge,
        permissions: MAY.into_iter().collect(),
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
        capabilities: Some(CAN.into_iter().collect()),
    })?;
    Ok(())
}

fn failure(why: Trouble) -> Failure {
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
        Trouble::Token { .. } => Failure::here(
            format!("{what}. What was not carried yet waits, here and there"),
            "look at token and address, then start it again: it goes on where it was. @BotFather shows a bot's token (/token)",
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

fn print(json: bool, service: &str, said: &Said<'_>) {
    if json {
        line(&said.told().to_string());
        return;
    }
    line(&match said {
        Said::Began { there, after } => paint(
            Colour::Quiet,
            &format!(
                "{service} is connected as {}, from place {after} on. Ctrl-C ends it; it goes on from there.",
                clean(there)
            ),
        ),
        Said::Code { code, there } => format!(
            "Nobody is answered yet. Send this from the chat that is meant, once:\n\n    {}\n\nIn a chat of your own \
             https://t.me/{}?start={code} does it, in a group: /pair {code}",
            paint(Colour::Good, code),
            clean(there)
        ),
        Said::Paired { chat } => format!("chat {chat} sent the code and is the one from here on"),
        Said::Took { what, message } => match message {
            Some(message) => format!("took in: {what}, {message}"),
            None => format!("took in: {what}"),
        },
        Said::Told { what, seq } => format!("told: {what} ({seq})"),
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
