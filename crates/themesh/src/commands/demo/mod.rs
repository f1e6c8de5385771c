//! `mesh demo`: what the program does, shown on this machine with real processes in a folder that goes when they do.

mod federation;
mod observers;
mod shop;
mod stage;

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Outcome;

/// Show on this machine what meshes do, in a folder that goes when the demo ends
#[derive(Debug, Subcommand)]
#[command(
    after_help = "Examples: mesh demo federation --stay\n          mesh demo observers\n          mesh demo shop"
)]
pub enum DemoVerb {
    Federation(federation::FederationArgs),
    Observers(observers::ObserversArgs),
    Shop(shop::ShopArgs),
}

/// `mesh demo …`
pub fn demo(context: &Context, verb: &DemoVerb) -> Outcome<()> {
    match verb {
        DemoVerb::Federation(args) => federation::federation(context, args),
        DemoVerb::Observers(args) => observers::observers(context, args),
        DemoVerb::Shop(args) => shop::shop(context, args),
    }
}
