//! `mesh connect telegram`: a person's own chat, or a room in a chat.

use std::path::PathBuf;

use clap::Args;
use mesh_connect::telegram;

use super::purpose::PurposeArgs;
use super::{Service, address, print, run, stopped, token};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::clean;

/// Answer what waits for you from Telegram, or bridge a room with a chat
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh connect telegram --mine --token-file ~/telegram.token\n          mesh connect telegram --room ops --as telegram --yes --token-file ~/telegram.token\n\nThe bot's token comes from @BotFather. It is read from the file, or from MESH_TELEGRAM_TOKEN."
)]
pub struct TelegramArgs {
    #[command(flatten)]
    pub purpose: PurposeArgs,
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
    files: false,
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
    if let Some(chat) = &args.purpose.chat
        && chat.parse::<i64>().is_err()
    {
        return Err(Failure::usage(
            format!("'{}' is no chat of Telegram's", clean(chat)),
            "a chat's id is a number, of groups one below zero; without --chat a code is shown",
        )
        .so(Effect::NothingSent));
    }
    let base = address(&args.api, args.insecure_http)?;
    let settings = telegram::Settings {
        purpose: args.purpose.purpose(context, &SERVICE)?,
        base,
        token,
    };
    let json = context.json;
    let ended = telegram::run(settings, stopped(), |said| print(json, &SERVICE, &said));
    run(&SERVICE, ended)
}
