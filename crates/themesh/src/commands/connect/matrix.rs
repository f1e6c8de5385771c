//! `mesh connect matrix`: a person's own room, or a room in a room there.

use std::path::PathBuf;

use clap::Args;
use mesh_connect::matrix;

use super::purpose::PurposeArgs;
use super::{Service, address, print, run, stopped, token};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::clean;

/// Answer what waits for you from Matrix, or bridge a room with one there
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh connect matrix --mine --server https://matrix.example.org --token-file ~/matrix.token\n          mesh connect matrix --room ops --as matrix --yes --server https://matrix.example.org --token-file ~/matrix.token\n\nThe token is the access token of an account that is the connector's alone. It is read from the file, or from\nMESH_MATRIX_TOKEN. Rooms with end-to-end encryption are not read."
)]
pub struct MatrixArgs {
    #[command(flatten)]
    pub purpose: PurposeArgs,
    /// The file with the account's access token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The homeserver
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// Let the token go to a server that is not on this machine without encryption
    #[arg(long)]
    pub insecure_http: bool,
}

const TOKEN: &str = "MESH_MATRIX_TOKEN";
const SERVICE: Service = Service {
    name: "Matrix",
    verb: "matrix",
    pair: |_, there| {
        format!(
            "Ask {there} into a room without encryption and send it there: for --mine a room of you two alone."
        )
    },
    token: "A login at the homeserver gives a new access token",
    files: false,
};

/// Runs it.
pub(super) fn connect(context: &Context, args: &MatrixArgs) -> Outcome<()> {
    let token = token(args.token_file.as_deref(), TOKEN)?;
    let token = token.ok_or_else(|| {
        Failure::usage(
            "the account's access token is not named",
            format!("put it into a file that only you can read, and name it with --token-file, or set {TOKEN}"),
        )
        .so(Effect::NothingSent)
    })?;
    let base = address(&args.server, args.insecure_http)?;
    if let Some(chat) = &args.purpose.chat {
        is_room(chat)?;
    }
    let settings = matrix::Settings {
        purpose: args.purpose.purpose(context, &SERVICE)?,
        base,
        token,
    };
    let json = context.json;
    let ended = matrix::run(settings, stopped(), |said| print(json, &SERVICE, &said));
    run(&SERVICE, ended)
}

/// A room there, by its id or its name.
fn is_room(text: &str) -> Outcome<()> {
    if text.starts_with(['!', '#']) {
        return Ok(());
    }
    Err(Failure::usage(
        format!("'{}' is no room of Matrix", clean(text)),
        "an id begins with '!', a name with '#', for example #ops:example.org; without --chat a code is shown",
    )
    .so(Effect::NothingSent))
}
