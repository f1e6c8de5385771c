//! `room.list`: rooms with what is unread

use crate::ops::present;
use crate::prelude::*;

use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_core::Room as Record;
use mesh_model::limits::ROOMS_LISTED_MAX;
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::{HomeWaits, Inbox as Waiting, RoomRow, Unread};

use super::shared;

impl Run for RoomList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Room>, Refusal> {
        let me = call.me()?;
        let seen = |room: &&Arc<Record>| call.access.may(me, Action::See, room.id).is_ok();
        let rooms: Vec<_> = call
            .access
            .rooms()
            .filter(seen)
            .take(ROOMS_LISTED_MAX)
            .cloned()
            .collect();
        Ok(List {
            items: describe_all(door, call, rooms).await?,
        })
    }
}

/// Rooms that the caller may know of, as it sees them, in the same order.
pub(super) async fn describe_all(
    door: &Door,
    call: &Call,
    rooms: Vec<Arc<Record>>,
) -> Result<Vec<Room>, Refusal> {
    let me = call.me()?;
    let readable = call.rooms()?;
    let inbox = call.access.inbox_rooms(me);
    let ids: Vec<_> = rooms.iter().map(|room| room.id).collect();
    let position = door.position(me).await?;
    let mirrors = rooms
        .iter()
        .any(|room| call.access.home_of(room.id).is_some());
    let (rows, unread, last, waits) = door
        .view(call, move |view| {
            let rows = view.rooms(&ids)?;
            let shown = |rooms: Vec<(RoomId, Seq)>| -> Vec<_> {
                rooms
                    .into_iter()
                    .filter(|(room, _)| ids.contains(room))
                    .collect()
            };
            let (readable, inbox) = (shown(readable), shown(inbox));
            let waiting = Waiting {
                participant: me,
                rooms: &inbox,
                position: &position,
            };
            let unread = view.unread(waiting)?;
            let waits = if mirrors {
                view.home_waits(Some(me))?
            } else {
                HomeWaits::new()
            };
            Ok((rows, unread, view.last_messages(&readable)?, waits))
        })
        .await?;
    let rows: BTreeMap<RoomId, RoomRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let unread: BTreeMap<RoomId, Unread> = unread.into_iter().map(|row| (row.room, row)).collect();
    let last: BTreeMap<RoomId, Seq> = last
        .into_iter()
        .map(|row| (row.facts.room, row.seq))
        .collect();
    let reader = present::reader(door, call);
    let described = rooms.iter().filter_map(|room| {
        let row = rows.get(&room.id)?;
        let seq = last.get(&room.id).copied().unwrap_or_default();
        let unread = unread.get(&room.id);
        let mut described = describe(call, reader, me, room, row, unread, seq);
        described.home = shared::home(door, call, room.id, waits.get(&room.id).copied());
        described.followers = shared::followers(call, room.id);
        described.open = call.access.is_open_room(room.id);
        Some(described)
    });
    Ok(described.collect())
}

fn describe(
    call: &Call,
    reader: Reader<'_>,
    me: ParticipantId,
    room: &Record,
    row: &RoomRow,
    unread: Option<&Unread>,
    last: Seq,
) -> Room {
    let access = &call.access;
    let about = Whose::of(access, row.topic_by, row.topic_seq).within(room.id);
    let members = access.members(room.id);
    let other = match room.kind {
        RoomKind::Direct => {
            let others = members.iter().map(|(id, _)| *id).find(|id| *id != me);
            // A conversation with oneself is with oneself.
            Some(others.unwrap_or(me))
        }
        _ => None,
    };
    Room {
        id: room.id,
        name: room.name.clone(),
        kind: room.kind,
        topic: reader.tell(access, &about, row.topic.clone()),
        access: room.access,
        history: room.history,
        creator: room.creator.map(|id| present::participant(access, id)),
        created_at: row.created_at,
        archived: room.archived,
        members: u32::try_from(members.len()).unwrap_or(u32::MAX),
        member: access.member(room.id, me).is_some(),
        capabilities: access.capabilities(room.id, me),
        primary: (room.primary)
            .filter(|id| access.member(room.id, *id).is_some() && call.sees(*id))
            .map(|id| present::participant(access, id)),
        with: other.map(|id| present::participant(access, id)),
        unread: unread.map_or(0, |unread| unread.messages),
        unread_mentions: unread.map_or(0, |unread| unread.mentions),
        last_seq: last,
        pinned: access
            .pins(room, me)
            .into_iter()
            .map(|(id, _)| id)
            .collect(),
        home: None,
        followers: Vec::new(),
        public: access.check_shown(room).is_ok(),
        open: false,
    }
}
