//! `mesh connect telegram`: a person's own chat, or a room in a chat.

use std::path::PathBuf;

use clap::Args;
use mesh_connect::telegram;

use super::{Service, address, bridge, folder, page, print, run, stopped, token};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};

/// Answer what waits for you from Telegram, or bridge a room with a chat
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh connect telegram --mine --token-file ~/telegram.token\n          mesh connect telegram --room ops --as telegram --yes --token-file ~/telegram.token\n\nThe bot's token comes from @BotFather. It is read from the file, or from MESH_TOKEN."
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

const TOKEN: &str = "MESH_TELEGRAM_TOKEN";
const SERVICE: Service = Service {
    name: "Telegram",
    verb: "telegram",
    pair: |code, there| {
        format!(
            "In a chat of your own https://t.me/{there}?start={code} does it, in a group: /pair {code}"
        )
    },
    token: "@BotFather shows a bot's token (/token)",
};

/// Runs it.
pub(super) fn connect(context: &Context, args: &TelegramArgs) -> Outcome<()> {
    let token = token(args.token_file.as_deref(), TOKEN)?;
    let token = token.ok_or_else(|| {
        Failure::usage(
            "the bot's token is not named",
            format!("put what @BotFather told you into a file that only you can read, and name it with --token-file, or set {TOKEN}"),
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
            bridge(context, &SERVICE, &room, args.yes)?;
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
    let ended = telegram::run(settings, stopped(), |said| print(json, &SERVICE, &said));
    run(&SERVICE, ended)
}
