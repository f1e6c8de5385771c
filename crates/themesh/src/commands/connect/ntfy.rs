//! `mesh connect ntfy`: tells what waits, and nothing else.

use std::path::PathBuf;

use clap::Args;
use mesh_connect::ntfy;

use super::{Service, address, folder, page, print, run, stopped, token};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::clean;

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

const TOKEN: &str = "MESH_NTFY_TOKEN";
const SERVICE: Service = Service {
    name: "ntfy",
    verb: "ntfy",
    pair: |_, _| String::new(),
    token: "the server's owner gives out its tokens",
    files: false,
};

/// Runs it.
pub(super) fn connect(context: &Context, args: &NtfyArgs) -> Outcome<()> {
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
        token: token(args.token_file.as_deref(), TOKEN)?,
        page: args.page.as_deref().map(page).transpose()?,
        words: args.words,
        folder: folder(context)?,
    };
    let json = context.json;
    let ended = ntfy::run(settings, stopped(), |said| print(json, &SERVICE, &said));
    run(&SERVICE, ended)
}
