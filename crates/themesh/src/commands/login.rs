//! `mesh login`: a link that signs a browser in, as a whole address or as a picture for a phone.

use clap::Args;
use mesh_model::api::NoInput;
use mesh_model::ops::LoginLinkCreate;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
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
    let link = context.http()?.call::<LoginLinkCreate>(NoInput {})?;
    let whole = format!("{}{}", url.trim_end_matches('/'), link.path);
    if context.json {
        line(&json!({"login": whole, "expires": link.expires}).to_string());
        return Ok(());
    }
    line(&whole);
    if args.qr {
        line(&drawn(&whole)?);
    }
    line(&paint(
        Colour::Quiet,
        "It signs you in once, within ten minutes. Whoever opens it is you: show it to nobody.",
    ));
    if args.qr && here_only(&url) {
        line(&paint(
            Colour::Warning,
            "That address is this machine's own, and a phone does not reach it: name the node's with --at.",
        ));
    }
    Ok(())
}

/// Two rows of squares a line, with the quiet zone that cameras look for, dark on light on any terminal.
fn drawn(link: &str) -> Outcome<String> {
    let code = QrCode::new(link).map_err(|why| {
        Failure::here(
            format!("the link cannot be drawn: {why}; it works as it is printed"),
            "leave out --qr",
        )
    })?;
    // Terminals are mostly dark: what is light in the picture is what the terminal paints.
    Ok(code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .build())
}

fn here_only(url: &str) -> bool {
    ["://127.", "://localhost", "://[::1]"]
        .iter()
        .any(|local| url.contains(local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_square_and_bounded() {
        let picture = drawn("http://127.0.0.1:7770/login?link=abcdefghijklmnopqrstuvwxyz").unwrap();
        let lines: Vec<_> = picture.lines().collect();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(width <= 60, "it fits a terminal of 80 columns: {width}");
    }

    #[test]
    fn what_a_phone_does_not_reach_is_known() {
        assert!(here_only("http://127.0.0.1:7770") && here_only("http://[::1]:7770"));
        assert!(!here_only("https://mesh.example.org") && !here_only("http://192.168.1.7:7770"));
    }
}
