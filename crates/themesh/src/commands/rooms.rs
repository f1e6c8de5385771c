//! Rooms: list, join, leave, set up, close; coming in by an invite.

use mesh_model::api::{
    InviteRedeemInput, MemberRefInput, ModerateInput, NoInput, Profile, Room as RoomView,
    RoomCreateInput, RoomRefInput,
};
use mesh_model::events::{RoomAccess, RoomKind};
use mesh_model::ops::{
    InviteRedeem, MemberAdd, MemberList, MemberRemove, Operation, RoomArchive, RoomCreate,
    RoomJoin, RoomLeave, RoomList, RoomRestore,
};
use mesh_sdk::http::Http;

use crate::cli::Room;
use crate::commands::{printed_json, room_rules};
use crate::context::{Context, Identity};
use crate::failure::{Failure, Outcome};
use crate::output::{line, table};

/// `mesh rooms`
pub fn list(context: &Context) -> Outcome<()> {
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

fn row(room: &RoomView) -> Vec<String> {
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
    let mut about = room.topic.clone();
    if !room.member {
        about = format!("(not a member) {about}");
    }
    if room.archived {
        about = format!("(archived) {about}");
    }
    vec![name, unread, room.members.to_string(), about]
}

/// `mesh join ROOM|INVITE`
pub fn join(context: &Context, target: &str) -> Outcome<()> {
    match target.split_once("/i/") {
        Some((node, code)) => redeem(context, node, code),
        None => simple::<RoomJoin>(context, target.to_owned(), "joined"),
    }
}

/// `mesh leave ROOM`
pub fn leave(context: &Context, room: String) -> Outcome<()> {
    simple::<RoomLeave>(context, room, "left")
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
    })?;
    match context.load_identity(handle) {
        // A try whose answer never came: the kept key makes this one the same participant.
        Ok(Identity { token, .. }) if token.is_empty() => {}
        Ok(_) => {
            return Err(Failure::here(
                format!("'{handle}' is known here already"),
                format!("act as it with --as {handle}, or choose another handle"),
            ));
        }
        Err(_) => {}
    }
    let (key, _) = context.key_for(handle)?;
    let mut identity = Identity {
        handle: handle.to_owned(),
        url: node.to_owned(),
        token: String::new(),
    };
    context.save_identity(&identity)?;
    let input = InviteRedeemInput {
        code: code.to_owned(),
        handle: handle.to_owned(),
        key,
        profile: Profile::default(),
    };
    let registered = Http::new(node, None).call::<InviteRedeem>(input)?;
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
pub fn room(context: &Context, verb: Room) -> Outcome<()> {
    match verb {
        Room::Create {
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
        Room::Members { room } => {
            let members = context.http()?.call::<MemberList>(RoomRefInput { room })?;
            if printed_json(context, &members)? {
                return Ok(());
            }
            let rows: Vec<_> = members.items.iter().map(member_row).collect();
            table(&["member", "kind", "may"], &rows);
            Ok(())
        }
        Room::Add { room, handle } => member::<MemberAdd>(context, room, handle, "added"),
        Room::Remove { room, handle } => {
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
        Room::Archive { room } => simple::<RoomArchive>(context, room, "archived"),
        Room::Restore { room } => simple::<RoomRestore>(context, room, "restored"),
        Room::Rules(verb) => room_rules::room(context, verb),
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
