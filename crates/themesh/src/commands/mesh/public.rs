//! The public page: whether it is there, and what stands on it.

use clap::{Args, Subcommand};
use mesh_model::api::{NoInput, PublicView};
use mesh_model::events::PublicPage;
use mesh_model::ops::{PublicGet, PublicSet};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json, table};

/// The page on which everybody in the world may read published rooms
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples: mesh public on\n          mesh room publish square   (then it is at ADDRESS/public)"
)]
pub struct PublicArgs {
    #[command(subcommand)]
    pub verb: Option<PublicVerb>,
}

#[derive(Debug, Subcommand)]
pub enum PublicVerb {
    /// Show whether there is a public page, and which rooms stand on it
    #[command(after_help = "Example: mesh public show")]
    Show,
    /// Switch it on; rooms are published one by one with `mesh room publish`
    #[command(
        after_help = "Examples: mesh public on\n          mesh public on --indexed --cache 10   (search engines list it, caches keep it for ten seconds)"
    )]
    On {
        /// Search engines may list it
        #[arg(long)]
        indexed: bool,
        /// Seconds for which caches may keep an answer, at most 60; for so long they may still show what was taken back
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        cache: u32,
    },
    /// Switch it off: nothing is shown from then on
    #[command(after_help = "Example: mesh public off")]
    Off,
}

/// `mesh public …`
pub fn public(context: &Context, args: PublicArgs) -> Outcome<()> {
    let http = context.http()?;
    let (page, said) = match args.verb.unwrap_or(PublicVerb::Show) {
        PublicVerb::Show => {
            let view = http.call::<PublicGet>(NoInput {})?;
            if !printed_json(context, &view)? {
                show(&view);
            }
            return Ok(());
        }
        PublicVerb::On { indexed, cache } => {
            let page = PublicPage {
                on: true,
                indexed,
                cache_seconds: cache,
            };
            (
                page,
                "the public page is on, at /public; publish rooms with mesh room publish",
            )
        }
        PublicVerb::Off => {
            let page = PublicPage {
                on: false,
                ..http.call::<PublicGet>(NoInput {})?.page
            };
            (page, "the public page is off: nothing is shown")
        }
    };
    let done = http.call::<PublicSet>(page)?;
    if !printed_json(context, &done)? {
        line(said);
    }
    Ok(())
}

fn show(view: &PublicView) {
    let page = view.page;
    line(match (page.on, page.indexed) {
        (false, _) => "The public page is off.",
        (true, false) => {
            "The public page is on, at /public. Search engines are asked to leave it out."
        }
        (true, true) => "The public page is on, at /public. Search engines may list it.",
    });
    if page.on && page.cache_seconds > 0 {
        line(&format!(
            "Caches may keep its answers for {} s.",
            page.cache_seconds
        ));
    }
    if view.rooms.is_empty() {
        line("No room is published.");
        return;
    }
    let rows: Vec<_> = (view.rooms.iter())
        .map(|room| {
            let name = room.name.as_deref().unwrap_or_default();
            let state = if room.shown { "shown" } else { "not shown" };
            vec![
                format!("#{name}"),
                state.to_owned(),
                room.since.to_string(),
                room.why.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(&["room", "is", "since", "why"], &rows);
}
