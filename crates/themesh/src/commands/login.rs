//! `mesh login`: a link that signs a browser in, as a whole address or as a picture for a phone.

use clap::Args;
use mesh_model::api::NoInput;
use mesh_model::ops::LoginLinkCreate;
use serde_json::json;

use crate::context::Context;
use crate::failure::Outcome;
use crate::link;
use crate::output::{Colour, line, paint};

/// Make a link that signs you into a browser, once, within ten minutes
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh login --qr --at https://mesh.example.org")]
pub struct LoginArgs {
    /// Draw the link too, for the camera of a phone
    #[arg(long)]
    qr: bool,
    /// The node's address as the browser reaches it; without it, as this machine does
    #[arg(long, value_name = "URL")]
    at: Option<String>,
}

/// `mesh login`
pub fn login(context: &Context, args: &LoginArgs) -> Outcome<()> {
    let url = match &args.at {
        Some(url) => url.clone(),
        None => context.node()?.url,
    };
    let made = context.http()?.call::<LoginLinkCreate>(NoInput {})?;
    let whole = link::whole(&url, &made.path);
    if context.json {
        line(&json!({"login": whole, "expires": made.expires}).to_string());
        return Ok(());
    }
    line(&whole);
    line(&paint(
        Colour::Quiet,
        "It signs you in once, within ten minutes. Whoever opens it is you: show it to nobody.",
    ));
    if args.qr {
        link::draw(&url, &whole)?;
    }
    Ok(())
}
