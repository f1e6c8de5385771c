//! What a room knows of things and how they are related.

mod extract;
mod note;
mod show;

use clap::{Args, Subcommand};
use mesh_model::Seq;
use mesh_model::api::{
    EntityForgetInput, EntityGetInput, EntityListInput, EntityMergeInput, EntityNearInput,
    EntityPathInput,
};
use mesh_model::ops::{EntityForget, EntityGet, EntityList, EntityMerge, EntityNear, EntityPath};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json};
use crate::times;

/// What a room knows of things and how they are related
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh entity get workshop billing")]
pub enum EntityVerb {
    Note(note::NoteArgs),
    Relate(note::RelateArgs),
    /// List what a room knows, or search it by words, the closest first
    #[command(
        after_help = "Examples: mesh entity list workshop\n          mesh entity list workshop 'who owns billing' --kind service"
    )]
    List {
        /// The room
        room: String,
        /// Words to look for
        words: Vec<String>,
        /// Only things of this kind
        #[arg(long)]
        kind: Option<String>,
        /// Only those about which claims contradict one another
        #[arg(long)]
        contradicted: bool,
        /// Only what held at a moment: a day, a time, or so long ago
        #[arg(long, value_name = "WHEN")]
        at: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Show all that a room knows of one thing: relations, sources, contradictions
    #[command(
        after_help = "Examples: mesh entity get workshop billing\n          mesh entity get workshop '#812'"
    )]
    Get(OneArgs),
    /// Show what stands around a thing
    #[command(after_help = "Example: mesh entity near workshop billing --depth 2")]
    Near {
        #[command(flatten)]
        one: OneArgs,
        /// How many relations away, 1 or 2
        #[arg(long, default_value_t = 1)]
        depth: u32,
    },
    /// Show the shortest way from one thing to another
    #[command(after_help = "Example: mesh entity path workshop billing postgres")]
    Path {
        /// The room
        room: String,
        /// Where it begins
        from: String,
        /// Where it ends
        to: String,
        /// Only by what held at a moment: a day, a time, or so long ago
        #[arg(long, value_name = "WHEN")]
        at: Option<String>,
    },
    /// Say that two names mean one thing, or take that back
    #[command(
        after_help = "Examples: mesh entity merge workshop billing charging\n          mesh entity merge workshop billing charging --undo"
    )]
    Merge {
        /// The room
        room: String,
        /// The one
        one: String,
        /// The other
        other: String,
        /// Take back that they are one
        #[arg(long)]
        undo: bool,
    },
    /// Forget a thing with all that is claimed of it, or one claim: the words are erased
    #[command(
        after_help = "Examples: mesh entity forget workshop billing\n          mesh entity forget workshop billing --claim 812"
    )]
    Forget {
        #[command(flatten)]
        one: OneArgs,
        /// Only this claim, as `mesh entity get` shows it
        #[arg(long, value_name = "PLACE")]
        claim: Option<u64>,
    },
    Extract(extract::ExtractArgs),
}

#[derive(Debug, Args)]
pub struct OneArgs {
    /// The room
    room: String,
    /// A name of it, or '#' and the place of a claim about it
    name: String,
    /// Its kind, if several things have that name
    #[arg(long)]
    kind: Option<String>,
    /// Only what held at a moment: a day, a time, or so long ago
    #[arg(long, value_name = "WHEN")]
    at: Option<String>,
}

/// `mesh entity …`
pub fn entity(context: &Context, verb: EntityVerb) -> Outcome<()> {
    let moment = |at: Option<String>| {
        at.map(|at| times::moment(&at, times::DAY_BEGINS))
            .transpose()
    };
    match verb {
        EntityVerb::Note(args) => note::note(context, args)?,
        EntityVerb::Relate(args) => note::relate(context, args)?,
        EntityVerb::Extract(args) => extract::extract(context, args)?,
        EntityVerb::List {
            room,
            words,
            kind,
            contradicted,
            at,
            limit,
        } => {
            let input = EntityListInput {
                room,
                q: (!words.is_empty()).then(|| words.join(" ")),
                kind,
                at: moment(at)?,
                contradicted,
                skip: None,
                limit: Some(limit),
            };
            let page = context.http()?.call::<EntityList>(input)?;
            if !printed_json(context, &page)? {
                show::list(&page);
            }
        }
        EntityVerb::Get(one) => {
            let input = EntityGetInput {
                room: one.room,
                entity: one.name,
                kind: one.kind,
                at: moment(one.at)?,
            };
            let found = context.http()?.call::<EntityGet>(input)?;
            if !printed_json(context, &found)? {
                show::detail(&found);
            }
        }
        EntityVerb::Near { one, depth } => {
            let input = EntityNearInput {
                room: one.room,
                entity: one.name,
                kind: one.kind,
                depth: Some(depth),
                at: moment(one.at)?,
            };
            let found = context.http()?.call::<EntityNear>(input)?;
            if !printed_json(context, &found)? {
                show::graph(&found);
            }
        }
        EntityVerb::Path { room, from, to, at } => {
            let input = EntityPathInput {
                room,
                entity: from,
                kind: None,
                to,
                to_kind: None,
                at: moment(at)?,
            };
            let found = context.http()?.call::<EntityPath>(input)?;
            if !printed_json(context, &found)? {
                show::path(&found);
            }
        }
        EntityVerb::Merge {
            room,
            one,
            other,
            undo,
        } => merge(context, room, one, other, undo)?,
        EntityVerb::Forget { one, claim } => {
            let input = EntityForgetInput {
                room: one.room,
                entity: one.name.clone(),
                kind: one.kind,
                claim: claim.map(Seq),
            };
            let done = context.http()?.call::<EntityForget>(input)?;
            if !printed_json(context, &done)? {
                line(&match claim {
                    Some(claim) => {
                        format!("the claim {claim} is forgotten: its words are erased")
                    }
                    None => format!("{} is forgotten: all words are erased", one.name),
                });
            }
        }
    }
    Ok(())
}

fn merge(context: &Context, room: String, one: String, other: String, undo: bool) -> Outcome<()> {
    let said = if undo {
        format!("{one} and {other} are what the claims make of them again")
    } else {
        format!("{one} and {other} are one; take it back with --undo")
    };
    let input = EntityMergeInput {
        room,
        entity: one,
        kind: None,
        with: other,
        with_kind: None,
        undo,
    };
    let done = context.http()?.call::<EntityMerge>(input)?;
    if !printed_json(context, &done)? {
        line(&said);
    }
    Ok(())
}
