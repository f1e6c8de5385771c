//! Giving out work, or none.

use clap::Subcommand;
use mesh_model::api::NoInput;
use mesh_model::ops::{DispatchResume, DispatchStop};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json};

/// Give out no work at all, or work again
#[derive(Debug, Clone, Copy, Subcommand)]
#[command(after_help = "Example: mesh dispatch stop   (undo: mesh dispatch resume)")]
pub enum DispatchVerb {
    /// Give out no work at all; what is under way goes on
    #[command(after_help = "Example: mesh dispatch stop")]
    Stop,
    /// Give out work again
    #[command(after_help = "Example: mesh dispatch resume")]
    Resume,
}

/// `mesh dispatch …`
pub fn dispatch(context: &Context, verb: DispatchVerb) -> Outcome<()> {
    let http = context.http()?;
    let (done, said) = match verb {
        DispatchVerb::Stop => (
            http.call::<DispatchStop>(NoInput {})?,
            "no work is given out until `mesh dispatch resume`; what is under way goes on",
        ),
        DispatchVerb::Resume => (
            http.call::<DispatchResume>(NoInput {})?,
            "work is given out again",
        ),
    };
    if !printed_json(context, &done)? {
        line(said);
    }
    Ok(())
}
