//! What the node says about itself.

use clap::Args;
use mesh_model::api::NoInput;
use mesh_model::ops::StatusGet;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, line, paint, printed_json};

/// Say what the node is and how it is doing
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh status")]
pub struct StatusArgs {}

/// `mesh status`
pub fn status(context: &Context, _: StatusArgs) -> Outcome<()> {
    let status = context.http()?.call::<StatusGet>(NoInput {})?;
    if printed_json(context, &status)? {
        return Ok(());
    }
    let log = match (&status.log.problem, status.log.writable) {
        (Some(problem), _) => paint(Colour::Bad, problem),
        (None, false) => paint(Colour::Bad, "read-only"),
        (None, true) => paint(
            Colour::Good,
            &format!("verified up to {}", status.log.verified),
        ),
    };
    line(&format!("mesh      {} ({})", status.name, status.mesh));
    line(&format!("address   {}", context.url()?));
    line(&format!(
        "version   {}, up since {}",
        status.version, status.started_at
    ));
    line(&format!("log       {} events, {log}", status.head));
    line(&format!(
        "views     {}",
        if status.view == status.head {
            "up to date".to_owned()
        } else {
            format!("at {}", status.view)
        }
    ));
    line(&format!(
        "here      {} of {} participants, {} of them agents",
        status.present, status.participants, status.agents_present
    ));
    line(&format!("rooms     {}", status.rooms));
    Ok(())
}
