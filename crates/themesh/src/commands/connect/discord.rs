//! `mesh connect discord`: a person's own chat with a bot, or a room in a channel.

use std::path::PathBuf;

use clap::Args;
use mesh_connect::discord;

use super::purpose::PurposeArgs;
use super::{Service, address, needed, print, run, stopped, token};
use crate::context::Context;
use crate::failure::Outcome;

/// Answer what waits for you from Discord, or bridge a room with a channel
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh connect discord --mine --token-file ~/discord.token\n          mesh connect discord --room ops --as discord --yes --token-file ~/discord.token\n\nThe bot's token comes from discord.com/developers/applications. It is read from the file, or from\nMESH_DISCORD_TOKEN."
)]
pub struct DiscordArgs {
    #[command(flatten)]
    pub purpose: PurposeArgs,
    /// The file with the bot's token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The REST API
    #[arg(long, value_name = "URL", default_value = discord::API)]
    pub api: String,
    /// Let the token go without encryption to a server that is not on this machine
    #[arg(long)]
    pub insecure_http: bool,
}

const TOKEN: &str = "MESH_DISCORD_TOKEN";
const SERVICE: Service = Service {
    name: "Discord",
    verb: "discord",
    pair: |code, there| {
        format!(
            "In a direct message to @{there} the code alone does it, in a channel: @{there} pair {code}"
        )
    },
    token: "discord.com/developers/applications makes a new one, under Bot",
    files: false,
};

/// Runs it.
pub(super) fn connect(context: &Context, args: &DiscordArgs) -> Outcome<()> {
    let token = token(args.token_file.as_deref(), TOKEN)?;
    let settings = discord::Settings {
        token: needed(token, "bot's token", "--token-file", TOKEN)?,
        base: address(&args.api, args.insecure_http)?,
        purpose: args.purpose.purpose(context, &SERVICE)?,
        plain: args.insecure_http,
    };
    let json = context.json;
    let ended = discord::run(settings, stopped(), |said| print(json, &SERVICE, &said));
    run(&SERVICE, ended)
}
