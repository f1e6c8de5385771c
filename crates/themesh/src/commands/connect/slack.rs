//! `mesh connect slack`: a person's own chat with an app's bot, or a room in a channel.

use std::path::PathBuf;

use clap::Args;
use mesh_connect::slack;

use super::purpose::PurposeArgs;
use super::{Service, address, needed, print, run, stopped, token};
use crate::context::Context;
use crate::failure::Outcome;

/// Answer what waits for you from Slack, or bridge a room with a channel
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh connect slack --mine --token-file ~/slack.bot --app-token-file ~/slack.app\n          mesh connect slack --room ops --as slack --yes --token-file ~/slack.bot --app-token-file ~/slack.app\n\nBoth tokens come from api.slack.com/apps. They are read from the files, or from MESH_SLACK_TOKEN and\nMESH_SLACK_APP_TOKEN."
)]
pub struct SlackArgs {
    #[command(flatten)]
    pub purpose: PurposeArgs,
    /// The file with the bot's token, xoxb-…
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The file with the app's token for Socket Mode, xapp-…
    #[arg(long, value_name = "FILE")]
    pub app_token_file: Option<PathBuf>,
    /// The Web API
    #[arg(long, value_name = "URL", default_value = slack::API)]
    pub api: String,
    /// Let the tokens go without encryption to a server that is not on this machine
    #[arg(long)]
    pub insecure_http: bool,
}

const BOT: &str = "MESH_SLACK_TOKEN";
const APP: &str = "MESH_SLACK_APP_TOKEN";
const SERVICE: Service = Service {
    name: "Slack",
    verb: "slack",
    pair: |code, there| {
        format!(
            "In a direct message to @{there} the code alone does it, in a channel: @{there} pair {code}"
        )
    },
    token: "Both tokens are shown at api.slack.com/apps: the bot's under OAuth & Permissions, the app's under Basic Information",
    files: false,
};

/// Runs it.
pub(super) fn connect(context: &Context, args: &SlackArgs) -> Outcome<()> {
    let bot = token(args.token_file.as_deref(), BOT)?;
    let bot = needed(bot, "bot's token (xoxb-…)", "--token-file", BOT)?;
    let app = token(args.app_token_file.as_deref(), APP)?;
    let app = needed(app, "app's token (xapp-…)", "--app-token-file", APP)?;
    let settings = slack::Settings {
        base: address(&args.api, args.insecure_http)?,
        purpose: args.purpose.purpose(context, &SERVICE)?,
        bot,
        app,
        plain: args.insecure_http,
    };
    let json = context.json;
    let ended = slack::run(settings, stopped(), |said| print(json, &SERVICE, &said));
    run(&SERVICE, ended)
}
