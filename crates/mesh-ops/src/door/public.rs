//! What everybody in the world may see of rooms that were published, and nothing else: no ids, no places in the log, nobody's
//! presence beyond that somebody is there.
//!
//! It is no operation: there is nobody who asks. What is shown is judged by what the rooms' rules say now, each time.

use std::collections::HashMap;
use std::net::IpAddr;

use mesh_core::{Access, Room};
use mesh_model::api::{Presence, PresenceState};
use mesh_model::events::{Kind, PublicPage, TaskState, Trust};
use mesh_model::limits::{
    PUBLIC_MESSAGES_MAX, PUBLIC_PRESENT_MAX, PUBLIC_ROOMS_MAX, PUBLIC_TASKS_MAX,
};
use mesh_model::{Millis, ParticipantId, Refusal, RoomId, Seq, names, refuse};
use mesh_store::view::{MessageRow, RoomRow, TaskFilter, TaskRow};
use serde::Serialize;

use crate::door::{Door, store_failed};

/// Facts since a picture was drawn that are looked through; after more it is drawn anew.
const LOOKED_AT_MAX: u64 = 64;
/// Messages that are read for each that may be shown: between them may stand some that are not.
const READ_FOR_ONE: usize = 4;
/// What stands in the place of a name that is not shown.
const SOMEBODY: &str = "somebody";

/// The public page: the rooms on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicMesh {
    /// The mesh's name.
    pub mesh: String,
    /// The rooms that are shown, by name.
    pub rooms: Vec<PublicLine>,
}

/// A room in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicLine {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// How many of its members are there.
    pub present: usize,
}

/// A room as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicRoom {
    /// The mesh's name.
    pub mesh: String,
    /// Its name.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// Members that are there now, by handle.
    pub present: Vec<PublicWho>,
    /// How many more are there, who are not named.
    pub others: usize,
    /// Its newest messages, the oldest first.
    pub messages: Vec<PublicMessage>,
    /// Its open tasks, the oldest first.
    pub tasks: Vec<PublicTask>,
}

/// Somebody, as far as it is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicWho {
    /// Its handle.
    pub handle: String,
    /// What it is.
    pub kind: Kind,
}

/// A message as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicMessage {
    /// When it was said.
    pub at: Millis,
    /// Who said it; absent: somebody who is not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<PublicWho>,
    /// What was said, as it stands now.
    pub text: String,
    /// Whether it was changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

/// A task as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicTask {
    /// What is to be done.
    pub title: String,
    /// How far it is.
    pub state: TaskState,
}

/// What a picture shows, so that it is known when it shows it no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    room: RoomId,
    access: Seq,
    upto: Seq,
}

impl Door {
    /// Counts a request of the public page by its network, by limits of its own: what is used up here is missing nowhere else.
    pub fn admit_public(&self, address: Option<IpAddr>) -> Result<(), Refusal> {
        self.limit_public(address.unwrap_or(IpAddr::from([0; 4])))
    }

    /// How the public page is, if there is one.
    pub fn public_page(&self) -> Option<PublicPage> {
        let page = self.node().access().public_page();
        page.on.then_some(page)
    }

    /// Whether the room of this name is shown now.
    pub fn is_public(&self, name: &str) -> bool {
        let access = self.node().access();
        access
            .room_named(name)
            .is_some_and(|room| access.check_shown(room).is_ok())
    }

    /// Whether a picture still shows what there is to be shown, apart from who is there.
    pub fn is_as_drawn(&self, drawn: Drawn) -> bool {
        let node = self.node();
        let (head, first) = (node.head(), drawn.upto.next());
        if node.access().changed() != drawn.access {
            return false;
        }
        let count = head.0.saturating_sub(drawn.upto.0);
        match u32::try_from(count.min(LOOKED_AT_MAX + 1)) {
            Ok(0) => true,
            Ok(count) if u64::from(count) <= LOOKED_AT_MAX => node
                .recent(first, count)
                .is_some_and(|facts| facts.iter().all(|it| it.room() != Some(drawn.room))),
            _ => false,
        }
    }

    /// The rooms on the public page.
    pub async fn public_mesh(&self) -> Result<PublicMesh, Refusal> {
        let access = self.node().access();
        let mut rooms: Vec<_> = access
            .published()
            .filter(|room| access.check_shown(room).is_ok())
            .take(PUBLIC_ROOMS_MAX)
            .cloned()
            .collect();
        rooms.sort_by(|a, b| a.name.cmp(&b.name));
        let ids: Vec<_> = rooms.iter().map(|room| room.id).collect();
        let view = self.node().view().clone();
        let rows = self.blocking(move || view.rooms(&ids)).await?;
        let rows = rows.map_err(store_failed)?;
        let presences = self.node().sessions().presences(self.node().now());
        let lines = rooms.iter().map(|room| {
            let row = rows.iter().find(|row| row.id == room.id);
            PublicLine {
                name: room.name.clone().unwrap_or_default(),
                topic: row.map(|row| topic(&access, row)).unwrap_or_default(),
                present: there(&access, room, &presences).count(),
            }
        });
        Ok(PublicMesh {
            mesh: mesh_name(&access),
            rooms: lines.collect(),
        })
    }

    /// A room as everybody may see it; refused like one that does not exist if it is not shown.
    pub async fn public_room(&self, name: &str) -> Result<(PublicRoom, Drawn), Refusal> {
        let node = self.node();
        self.wait_view(node.head(), None).await?;
        let (upto, access) = (node.view_upto(), node.access());
        let room = access.room_named(name).ok_or_else(refuse::no_room)?;
        let since = access.check_shown(room).map_err(|_| refuse::no_room())?;
        let id = room.id;
        let filter = TaskFilter {
            rooms: vec![(id, since)],
            states: (TaskState::ALL.into_iter())
                .filter(|state| !state.is_ended())
                .collect(),
            limit: PUBLIC_TASKS_MAX * READ_FOR_ONE,
            ..TaskFilter::default()
        };
        let view = node.view().clone();
        let read = move || {
            let said = view.history(id, since, None, None, PUBLIC_MESSAGES_MAX * READ_FOR_ONE)?;
            let tasks = view.task_list(&filter)?;
            Ok((view.rooms(&[id])?, said.items, tasks.items))
        };
        let (rows, said, tasks) = self.blocking(read).await?.map_err(store_failed)?;
        let presences = node.sessions().presences(node.now());
        let (present, others) = present(&access, room, &presences);
        let messages = said.iter().filter_map(|row| message(&access, room, row));
        let tasks = tasks.iter().filter_map(|row| task(&access, room, row));
        let shown = PublicRoom {
            mesh: mesh_name(&access),
            name: room.name.clone().unwrap_or_default(),
            topic: (rows.first().map(|row| topic(&access, row))).unwrap_or_default(),
            present,
            others,
            messages: last(messages.collect(), PUBLIC_MESSAGES_MAX),
            tasks: last(tasks.collect(), PUBLIC_TASKS_MAX),
        };
        let drawn = Drawn {
            room: id,
            access: access.changed(),
            upto,
        };
        Ok((shown, drawn))
    }
}

fn mesh_name(access: &Access) -> String {
    access
        .mesh()
        .map(|mesh| mesh.name.clone())
        .unwrap_or_default()
}

fn last<T>(mut all: Vec<T>, most: usize) -> Vec<T> {
    all.split_off(all.len().saturating_sub(most))
}

/// What a room is about, unless a stranger says so.
fn topic(access: &Access, row: &RoomRow) -> String {
    if access.trust_of(row.topic_by, false) < Trust::Local {
        return String::new();
    }
    unnamed(access, &row.topic)
}

fn who(access: &Access, id: ParticipantId) -> Option<PublicWho> {
    let found = access.participant(id)?;
    access.is_named_in_public(id).then(|| PublicWho {
        handle: found.handle.clone(),
        kind: found.kind,
    })
}

fn there<'a>(
    access: &Access,
    room: &Room,
    presences: &'a HashMap<ParticipantId, Presence>,
) -> impl Iterator<Item = ParticipantId> + use<'a> {
    let members = access.members(room.id).into_iter().map(|(id, _)| id);
    members.filter(|id| {
        let presence = presences.get(id);
        presence.is_some_and(|it| it.state != PresenceState::Offline)
    })
}

/// Who is there, and how many more who are not named.
fn present(
    access: &Access,
    room: &Room,
    presences: &HashMap<ParticipantId, Presence>,
) -> (Vec<PublicWho>, usize) {
    let (mut named, mut others) = (Vec::new(), 0);
    for id in there(access, room, presences) {
        match who(access, id) {
            Some(who) if named.len() < PUBLIC_PRESENT_MAX => named.push(who),
            _ => others += 1,
        }
    }
    named.sort_by(|a, b| a.handle.cmp(&b.handle));
    (named, others)
}

/// A message, if it may be shown: nothing that is gone, was found suspicious or comes from strangers, nothing that a relay brought
/// from people who were not asked, and no words of rooms that do not let them out.
fn message(access: &Access, room: &Room, row: &MessageRow) -> Option<PublicMessage> {
    let hidden = row.is_gone() || row.is_marked() || row.facts.released.is_some();
    let foreign = row.facts.relayed.is_some() || !access.may_show(&row.facts.labels, room);
    if hidden || foreign || row.text.trim().is_empty() {
        return None;
    }
    Some(PublicMessage {
        at: row.at,
        from: who(access, row.author),
        text: unnamed(access, &row.text),
        edited: row.edited_at.is_some(),
    })
}

/// A task, if it may be shown, by the same rules.
fn task(access: &Access, room: &Room, row: &TaskRow) -> Option<PublicTask> {
    let foreign = row.facts.relayed.is_some() || !access.may_show(&row.facts.labels, room);
    if row.is_marked() || foreign {
        return None;
    }
    let title = row
        .title
        .as_ref()
        .filter(|title| !title.trim().is_empty())?;
    Some(PublicTask {
        title: unnamed(access, title),
        state: row.task.state,
    })
}

/// A text without the handles of those who are not named.
fn unnamed(access: &Access, text: &str) -> String {
    let mut shown = text.to_owned();
    for handle in names::mentions(text) {
        let found = access.by_handle(handle);
        if found.is_some_and(|found| !access.is_named_in_public(found.id)) {
            shown = without(&shown, handle);
        }
    }
    shown
}

/// Only where the whole name stands: a longer one that begins so is another's.
fn without(text: &str, handle: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let name = format!("@{handle}");
    while let Some(at) = rest.find(&name) {
        let end = at + name.len();
        let goes_on = rest[end..]
            .trim_start_matches('-')
            .starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        out.push_str(&rest[..at]);
        if goes_on {
            out.push_str(&name);
        } else {
            out.push('@');
            out.push_str(SOMEBODY);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_taken_out() {
        assert_eq!(
            without("@rex, @rex-2 and @rexy ask @rex- (@rex)", "rex"),
            "@somebody, @rex-2 and @rexy ask @somebody- (@somebody)"
        );
    }
}
