//! Rooms: list, join, leave, set up, close; coming in by an invite.

mod consent;
mod moderation;

use clap::{Args, Subcommand};
use mesh_model::api::{
    MemberRefInput, ModerateInput, NoInput, Room, RoomCreateInput, RoomRefInput,
};
use mesh_model::events::{RoomAccess, RoomKind};
use mesh_model::home::Identity;
use mesh_model::ops::{
    MemberAdd, MemberList, MemberRemove, Operation, RoomArchive, RoomCreate, RoomJoin, RoomLeave,
    RoomList, RoomRestore,
};
use mesh_sdk::http::Http;

use crate::commands::link::discover;
use crate::commands::policy;
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::{line, printed_json, table};

/// Join a room, or come in by an invite
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh join general\n          mesh join http://127.0.0.1:7778/i/CODE --as rex\n          mesh join mesh://8a88e3dd…@interchange.example.org/0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b --name found"
)]
pub struct JoinArgs {
    /// A room's name, an invite's address, or that of an open room of another mesh
    pub target: String,
    /// What a room of another mesh is called here
    #[arg(long)]
    pub name: Option<String>,
    /// What the other mesh is called here, unless it is known
    #[arg(long)]
    pub mesh: Option<String>,
}

/// Leave a room
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh leave general")]
pub struct LeaveArgs {
    /// The room
    pub room: String,
}

/// List rooms with what is unread
#[derive(Debug, Args)]
#[command(after_help = "Example: mesh rooms")]
pub struct RoomsArgs {}

/// Set up, change or close a room
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh room create war-room --topic 'the outage'")]
pub enum RoomVerb {
    /// Set up a room
    #[command(after_help = "Example: mesh room create war-room --topic 'the outage' --private")]
    Create {
        /// Its name: a-z, 0-9 and '-'
        name: String,
        /// What it is about
        #[arg(long, default_value = "")]
        topic: String,
        /// Only members see it
        #[arg(long)]
        private: bool,
    },
    /// List a room's members and what they may do
    #[command(after_help = "Example: mesh room members general")]
    Members {
        /// The room
        room: String,
    },
    /// Add a participant
    #[command(after_help = "Example: mesh room add war-room rex")]
    Add {
        /// The room
        room: String,
        /// The participant
        handle: String,
    },
    /// Remove a member
    #[command(after_help = "Example: mesh room remove war-room rex")]
    Remove {
        /// The room
        room: String,
        /// The member
        handle: String,
    },
    /// Close a room for new messages
    #[command(
        after_help = "Example: mesh room archive war-room   (undo: mesh room restore war-room)"
    )]
    Archive {
        /// The room
        room: String,
    },
    /// Open an archived room again
    #[command(after_help = "Example: mesh room restore war-room")]
    Restore {
        /// The room
        room: String,
    },
    #[command(flatten)]
    Consent(consent::ConsentVerb),
    #[command(flatten)]
    Policy(policy::PolicyVerb),
    #[command(flatten)]
    Moderation(moderation::ModerationVerb),
}

/// `mesh rooms`
pub fn list(context: &Context, _: RoomsArgs) -> Outcome<()> {
    let rooms = context.http()?.call::<RoomList>(NoInput {})?;
    if printed_json(context, &rooms)? {
        return Ok(());
    }
    if rooms.items.is_empty() {
        line("No rooms yet. Set one up: mesh room create NAME");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = rooms.items.iter().map(row).collect();
    table(&["room", "unread", "members", "topic"], &rows);
    Ok(())
}

fn row(room: &Room) -> Vec<String> {
    let name = match (&room.with, &room.name) {
        (Some(other), _) => format!("@{}", other.handle),
        (None, Some(name)) if room.kind == RoomKind::Group => format!("group:{name}"),
        (None, Some(name)) => name.clone(),
        (None, None) => room.id.to_string(),
    };
    let unread = match (room.unread, room.unread_mentions) {
        (0, _) => String::new(),
        (unread, 0) => unread.to_string(),
        (unread, mentions) => format!("{unread} (@{mentions})"),
    };
    let mut about = room.topic.to_string();
    if !room.member {
        about = format!("(not a member) {about}");
    }
    if room.archived {
        about = format!("(archived) {about}");
    }
    vec![name, unread, room.members.to_string(), about]
}

/// `mesh join ROOM|INVITE`
pub fn join(context: &Context, args: JoinArgs) -> Outcome<()> {
    if args.target.starts_with("mesh://") || args.target.starts_with("mesh+http://") {
        return discover::join(context, args.target, args.name, args.mesh);
    }
    match args.target.split_once("/i/") {
        Some((node, code)) => redeem(context, node, code),
        None => simple::<RoomJoin>(context, args.target, "joined"),
    }
}

/// `mesh leave ROOM`
pub fn leave(context: &Context, args: LeaveArgs) -> Outcome<()> {
    simple::<RoomLeave>(context, args.room, "left")
}

fn simple<O: Operation<Input = RoomRefInput>>(
    context: &Context,
    room: String,
    done: &str,
) -> Outcome<()> {
    let answer = context
        .http()?
        .call::<O>(RoomRefInput { room: room.clone() })?;
    if !printed_json(context, &answer)? {
        line(&format!("{done} {room}"));
    }
    Ok(())
}

/// Brings a participant in by an invite. Its key is kept before the node is asked: a retry
/// after a lost answer is then the same participant.
fn redeem(context: &Context, node: &str, code: &str) -> Outcome<()> {
    let handle = context.identity().ok_or_else(|| {
        Failure::usage(
            "who comes in? The invite needs a handle",
            format!("mesh join {node}/i/{code} --as rex"),
        )
        .so(Effect::NothingSent)
    })?;
    let pinned = match context.load_identity(handle) {
        // A try whose answer never came: the kept key makes this one the same participant.
        Ok(known) if known.token.is_empty() => known.node_key,
        Ok(_) => {
            return Err(Failure::here(
                format!("'{handle}' is known here already"),
                format!("act as it with --as {handle}, or choose another handle"),
            )
            .so(Effect::NothingSent));
        }
        Err(_) => None,
    };
    let there = Http::new(node, None);
    let node_key = match pinned {
        Some(key) => key,
        // Whoever answers the invite's address now is the node that the token is for, from here on.
        None => there.identify()?,
    };
    let signer = context.signer_for(handle)?;
    let mut identity = Identity {
        handle: handle.to_owned(),
        url: node.to_owned(),
        node_key: Some(node_key),
        token: String::new(),
    };
    context.save_identity(&identity)?;
    let registered = there.only(node_key).redeem(&signer, code, handle)?;
    context.rename_key(handle, &registered.handle)?;
    identity.handle = registered.handle.clone();
    identity.token = registered.token.clone().unwrap_or_default();
    context.save_identity(&identity)?;
    if !printed_json(context, &registered)? {
        line(&format!(
            "you are @{} at {node}; use --as {}",
            registered.handle, registered.handle
        ));
    }
    Ok(())
}

/// `mesh room …`
pub fn room(context: &Context, verb: RoomVerb) -> Outcome<()> {
    match verb {
        RoomVerb::Create {
            name,
            topic,
            private,
        } => {
            let access = if private {
                RoomAccess::Private
            } else {
                RoomAccess::Listed
            };
            let input = RoomCreateInput {
                name,
                topic,
                access,
                history: None,
                members: Vec::new(),
                defaults: None,
            };
            let made = context.http()?.call::<RoomCreate>(input)?;
            if !printed_json(context, &made)? {
                line(&format!(
                    "{} is ready; add members with `mesh room add`",
                    made.name.unwrap_or_default()
                ));
            }
            Ok(())
        }
        RoomVerb::Members { room } => {
            let members = context.http()?.call::<MemberList>(RoomRefInput { room })?;
            if printed_json(context, &members)? {
                return Ok(());
            }
            let rows: Vec<_> = members.items.iter().map(member_row).collect();
            table(&["member", "kind", "may"], &rows);
            Ok(())
        }
        RoomVerb::Add { room, handle } => member::<MemberAdd>(context, room, handle, "added"),
        RoomVerb::Remove { room, handle } => {
            let answer = context.http()?.call::<MemberRemove>(ModerateInput {
                room: room.clone(),
                participant: handle.clone(),
                reason: String::new(),
            })?;
            if !printed_json(context, &answer)? {
                line(&format!("removed {handle} ({room})"));
            }
            Ok(())
        }
        RoomVerb::Archive { room } => simple::<RoomArchive>(context, room, "archived"),
        RoomVerb::Restore { room } => simple::<RoomRestore>(context, room, "restored"),
        RoomVerb::Consent(verb) => consent::consent(context, verb),
        RoomVerb::Policy(verb) => policy::policy(context, verb),
        RoomVerb::Moderation(verb) => moderation::moderate(context, verb),
    }
}

fn member_row(member: &mesh_model::api::Member) -> Vec<String> {
    let may: Vec<&str> = member
        .capabilities
        .iter()
        .map(|capability| capability.name())
        .collect();
    vec![
        format!("@{}", member.participant.handle),
        member.participant.kind.name().to_owned(),
        may.join(" "),
    ]
}

fn member<O: Operation<Input = MemberRefInput>>(
    context: &Context,
    room: String,
    handle: String,
    done: &str,
) -> Outcome<()> {
    let answer = context.http()?.call::<O>(MemberRefInput {
        room: room.clone(),
        participant: handle.clone(),
    })?;
    if !printed_json(context, &answer)? {
        line(&format!("{done} {handle} ({room})"));
    }
    Ok(())
}
