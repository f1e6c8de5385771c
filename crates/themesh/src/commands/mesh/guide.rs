//! What a newcomer needs to know.

use clap::Args;
use mesh_model::api::NoInput;
use mesh_model::ops::MeshGuide;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json};

/// Say what a newcomer needs to know here: rooms, who is who, how to speak
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh --as rex guide")]
pub struct GuideArgs {}

/// `mesh guide`
pub fn guide(context: &Context, _: GuideArgs) -> Outcome<()> {
    let guide = context.http()?.call::<MeshGuide>(NoInput {})?;
    if !printed_json(context, &guide)? {
        line(guide.text.trim_end());
    }
    Ok(())
}
