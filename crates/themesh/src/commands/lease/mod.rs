//! Leases on paths: who edits what of a room's project.

mod guard;
mod tree;

use clap::Subcommand;
use mesh_model::Seq;
use mesh_model::api::{
    LeaseCheckInput, LeaseReleaseInput, LeaseTakeInput, PathConflict, PathLease, RoomRefInput,
};
use mesh_model::events::LeaseMode;
use mesh_model::limits::LEASE_CHECK_MAX;
use mesh_model::ops::{LeaseCheck, LeaseList, LeaseRelease, LeaseTake};
use mesh_sdk::http::Http;

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::{clean, line, printed_json, table};
use crate::times;

/// Leases on paths, so that two agents do not edit the same file
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh lease take workshop 'src/parser/**' --minutes 45")]
pub enum LeaseVerb {
    /// Lease paths of the project that a room is about
    #[command(
        after_help = "Examples: mesh lease take workshop src/main.rs 'docs/**'\n          mesh lease take workshop 'docs/**' --shared"
    )]
    Take {
        /// The room
        room: String,
        /// Paths from the project's root; `*` and `?` stand for letters of a name, `**` for any names
        #[arg(required = true)]
        paths: Vec<String>,
        /// Others may edit there too, if they share
        #[arg(long)]
        shared: bool,
        /// For how long, 1 to 480; 30 unless told. The same paths once more make it longer
        #[arg(long, value_name = "N")]
        minutes: Option<u32>,
    },
    /// List the leases that hold in a room
    #[command(after_help = "Example: mesh lease list workshop")]
    List {
        /// The room
        room: String,
    },
    /// End a lease before its time
    #[command(after_help = "Example: mesh lease release workshop 812")]
    Release {
        /// The room
        room: String,
        /// The lease, as `mesh lease list` shows it
        lease: u64,
    },
    /// Say which of these paths others have leased; exit code 1 if any
    #[command(after_help = "Example: mesh lease check workshop src/main.rs docs/a.md")]
    Check {
        /// The room
        room: String,
        /// Paths or patterns from the project's root
        #[arg(required = true)]
        paths: Vec<String>,
    },
    Guard(guard::GuardArgs),
}

/// `mesh lease …`
pub fn lease(context: &Context, verb: LeaseVerb) -> Outcome<()> {
    match verb {
        LeaseVerb::Take {
            room,
            paths,
            shared,
            minutes,
        } => {
            let mode = if shared {
                LeaseMode::Shared
            } else {
                LeaseMode::Exclusive
            };
            let input = LeaseTakeInput {
                room,
                paths: paths.clone(),
                mode,
                minutes,
            };
            let done = context.http()?.call::<LeaseTake>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("{} leased, lease {}", paths.join(", "), done.seq));
            }
            Ok(())
        }
        LeaseVerb::List { room } => list(context, room),
        LeaseVerb::Release { room, lease } => {
            let input = LeaseReleaseInput {
                room,
                lease: Seq(lease),
            };
            let done = context.http()?.call::<LeaseRelease>(input)?;
            if !printed_json(context, &done)? {
                line(&format!("lease {lease} is released"));
            }
            Ok(())
        }
        LeaseVerb::Check { room, paths } => {
            let found = against(&context.http()?, &room, paths)?;
            if !printed_json(context, &found)? {
                if found.is_empty() {
                    line("Nobody else has leased any of it.")
                } else {
                    found.iter().for_each(|it| line(&told(it)))
                }
            }
            match found.first() {
                None => Ok(()),
                Some(first) => Err(held(first)),
            }
        }
        LeaseVerb::Guard(args) => guard::guard(context, args),
    }
}

fn list(context: &Context, room: String) -> Outcome<()> {
    let found = context
        .http()?
        .call::<LeaseList>(RoomRefInput { room })?
        .items;
    if printed_json(context, &found)? {
        return Ok(());
    }
    if found.is_empty() {
        line("Nobody has leased anything here.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    table(&["lease", "holder", "mode", "ends", "paths"], &rows);
    Ok(())
}

/// The leases of others that stand against edits of these paths, in as many questions as it takes.
fn against(http: &Http, room: &str, paths: Vec<String>) -> Outcome<Vec<PathConflict>> {
    let mut found = Vec::new();
    for paths in paths.chunks(LEASE_CHECK_MAX) {
        let input = LeaseCheckInput {
            room: room.to_owned(),
            paths: paths.to_vec(),
        };
        found.extend(http.call::<LeaseCheck>(input)?.items);
    }
    Ok(found)
}

/// One conflict in words: who, since when, until when.
fn told(conflict: &PathConflict) -> String {
    let PathConflict { path, lease } = conflict;
    // Of a pattern that was asked about, what it met says more.
    let path = if path.contains('*') {
        paths(lease)
    } else {
        path.to_string()
    };
    format!(
        "{} is leased by @{} ({}, taken {}, ends {}; lease {})",
        clean(&path),
        lease.holder.handle,
        mode(lease),
        times::relative(lease.since),
        times::relative(lease.until),
        lease.lease
    )
}

fn held(first: &PathConflict) -> Failure {
    Failure::here(
        format!("others edit there: {}", told(first)),
        format!(
            "edit something else meanwhile, or ask @{} to release it",
            first.lease.holder.handle
        ),
    )
}

fn mode(lease: &PathLease) -> &'static str {
    match lease.mode {
        LeaseMode::Exclusive => "exclusive",
        LeaseMode::Shared => "shared",
    }
}

fn paths(lease: &PathLease) -> String {
    let paths: Vec<&str> = lease.paths.iter().map(|path| &**path).collect();
    paths.join(" ")
}

fn row(lease: &PathLease) -> Vec<String> {
    vec![
        lease.lease.to_string(),
        format!("@{}", lease.holder.handle),
        mode(lease).to_owned(),
        times::relative(lease.until),
        clean(&paths(lease)),
    ]
}
