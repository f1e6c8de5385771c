//! What a mesh tells of itself at interchanges, and rooms that meshes may follow which nobody here knows.
//!
//! Nothing is told and no room is open unless somebody says so: the owner what is told, who moderates a room and may take its words
//! out of the mesh that it is open. A stranger is a link with places of its own: it takes none of those whom the owner chose.

use std::sync::Arc;

use mesh_model::events::{
    Kind, LinkOpened, LinkPublished, LinkShared, LinkUnpublished, RoomAccess, RoomKind, Trust,
    Visibility,
};
use mesh_model::limits::{
    CARD_ABOUT_CHARS_MAX, CARD_AGENTS_MAX, CARDS_MAX, LINK_ADDRESS_BYTES_MAX, OPEN_ROOMS_MAX,
    STRANGER_ROOMS_MAX, STRANGERS_BARRED_MAX, STRANGERS_MAX,
};
use mesh_model::{
    Effect, ErrorCode, NewEvent, ParticipantId, Permission, PublicKey, Refusal, RoomId, Seq,
};
use serde::{Deserialize, Serialize};

use super::Link;
use super::decide::{Wanted, adds, joins};
use crate::actor::Asker;
use crate::room::{check_in_use, check_not_banned, moderated};
use crate::{Access, Action, Decision, Room, check, refuse};

/// What a mesh tells of itself at one interchange, besides its open rooms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// What it is called there.
    pub name: String,
    /// Words about it.
    pub about: String,
    /// Agents that it tells of.
    pub agents: Vec<ParticipantId>,
}

impl Access {
    /// Whether a link is one of those places that are for strangers.
    pub fn is_stranger(&self, link: &Link) -> bool {
        let speaker = self.participant(link.participant);
        link.stranger && speaker.is_none_or(|speaker| speaker.trust < Trust::Federated)
    }

    /// Strangers that are known.
    pub fn strangers(&self) -> impl Iterator<Item = &Link> {
        self.links().filter(|link| self.is_stranger(link))
    }

    /// Whether the mesh with this key was sent away: it does not come again by itself.
    pub fn is_barred(&self, peer: &PublicKey) -> bool {
        self.barred.contains_key(peer)
    }

    /// The rooms that strangers may follow now, and those alone: whoever opened one has to be one who still may.
    pub fn open_rooms(&self) -> impl Iterator<Item = &Arc<Room>> {
        let open = self.opened.iter().filter(|(room, opener)| {
            self.may(**opener, Action::Moderate, **room).is_ok()
                && self.may_take_out(**room, **opener)
                && self.check_enabled(**opener).is_ok()
                && !self.mirrors.contains_key(*room)
        });
        open.filter_map(|(room, _)| self.room(*room))
            .filter(|room| !room.archived && room.access != RoomAccess::Private)
    }

    /// Whether strangers may follow a room now.
    pub fn is_open_room(&self, room: RoomId) -> bool {
        self.open_rooms().any(|open| open.id == room)
    }

    /// What this mesh tells of itself, by the interchange where it does.
    pub fn cards(&self) -> impl Iterator<Item = (&str, &Card)> {
        self.cards.iter().map(|(at, card)| (&**at, &**card))
    }

    /// Whether the owner may tell the world of an agent: one of the owner's own that everybody here sees.
    pub fn may_be_told_of(&self, agent: ParticipantId) -> bool {
        let owner = self.owner();
        self.participant(agent).is_some_and(|found| {
            found.kind == Kind::Agent
                && found.visibility == Visibility::Public
                && found.is_enabled()
                && found.trust >= Trust::Local
                && found.parent == owner
        })
    }
}

/// Whoever moderates a room and may take its words out of the mesh lets others follow it whom nobody here knows.
pub(super) fn open(asker: &Asker<'_>, room: RoomId, open: bool) -> Decision {
    let me = asker.me()?;
    let found = moderated(asker, room)?;
    let is = asker.access.opened.get(&room);
    if open {
        if !asker.has(Permission::AdminFederation) {
            // Strangers cost the whole mesh places, and the room's moderators are not all whom its owner trusts with that.
            return Err(
                refuse::not_yours("let strangers in: it takes admin:federation")
                    .so(Effect::NothingChanged),
            );
        }
        check_in_use(found)?;
        check_openable(asker, found, me)?;
        if asker.access.is_open_room(room) {
            return Ok(Vec::new());
        }
        if is.is_none() && asker.access.opened.len() >= OPEN_ROOMS_MAX {
            return Err(refuse::conflict(
                format!("at most {OPEN_ROOMS_MAX} rooms are open to strangers"),
                "close one of them first",
            )
            .so(Effect::NothingChanged));
        }
    } else if is.is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(LinkOpened {
        room,
        opener: me,
        open,
    })])
}

fn check_openable(asker: &Asker<'_>, room: &Room, me: ParticipantId) -> Result<(), Refusal> {
    let label = refuse::room_label(room);
    if room.kind != RoomKind::Room || room.name.is_none() {
        return Err(refuse::conflict(
            "only rooms with a name are open to strangers, no direct, group or broadcast conversations",
            "make a room for it",
        )
        .so(Effect::NothingChanged));
    }
    if room.access == RoomAccess::Private {
        return Err(refuse::conflict(
            format!("{label} is private: only those know of it who are added"),
            "make it listed first, or open another room",
        )
        .so(Effect::NothingChanged));
    }
    if asker.access.mirrors.contains_key(&room.id) {
        return Err(refuse::conflict(
            format!("{label} mirrors a room of another mesh, and its home alone opens it"),
            "ask its home's owner",
        )
        .so(Effect::NothingChanged));
    }
    if !asker.access.may_take_out(room.id, me) {
        return Err(refuse::not_yours(
            "take this room's words out of the mesh: its policy's data.leave says who may",
        )
        .so(Effect::NothingChanged));
    }
    Ok(())
}

/// The owner has the mesh tell of itself.
pub(super) fn publish(
    asker: &Asker<'_>,
    at: &str,
    name: &str,
    about: &str,
    agents: &[ParticipantId],
) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("tell others of it"));
    }
    check::address(at, LINK_ADDRESS_BYTES_MAX)?;
    check::name("name of the mesh", name)?;
    if about.chars().count() > CARD_ABOUT_CHARS_MAX || about.chars().any(char::is_control) {
        return Err(refuse::invalid(
            format!("what a mesh says of itself has at most {CARD_ABOUT_CHARS_MAX} characters, in one line"),
            "shorten it",
        )
        .within("/about"));
    }
    if agents.len() > CARD_AGENTS_MAX {
        return Err(refuse::invalid(
            format!("a mesh tells of at most {CARD_AGENTS_MAX} agents"),
            "name fewer",
        )
        .within("/agents"));
    }
    if let Some(other) = agents.iter().find(|id| !asker.access.may_be_told_of(**id)) {
        let found = asker.participant(*other)?;
        return Err(refuse::conflict(
            format!(
                "@{} is no agent of the owner's own that everybody on this mesh sees",
                found.handle
            ),
            "name agents that the owner registered, enabled and public ones",
        )
        .so(Effect::NothingChanged));
    }
    let mut agents = agents.to_vec();
    agents.sort_unstable();
    agents.dedup();
    let card = Card {
        name: name.to_owned(),
        about: about.to_owned(),
        agents,
    };
    let before = asker.access.cards.get(at);
    if before.is_some_and(|before| **before == card) {
        return Ok(Vec::new());
    }
    if before.is_none() && asker.access.cards.len() >= CARDS_MAX {
        return Err(refuse::conflict(
            format!("a mesh tells of itself at {CARDS_MAX} interchanges at most"),
            "withdraw one first",
        )
        .so(Effect::NothingChanged));
    }
    Ok(vec![NewEvent::new(LinkPublished {
        at: at.to_owned(),
        name: card.name,
        about: card.about,
        agents: card.agents,
    })])
}

pub(super) fn unpublish(asker: &Asker<'_>, at: &str) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("say where it is told of"));
    }
    if !asker.access.cards.contains_key(at) {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(LinkUnpublished { at: at.to_owned() })])
}

/// A mesh wants a room that is open to strangers. It may listen and speak there like every peer, and nothing else.
pub(super) fn admit(asker: &Asker<'_>, wanted: &Wanted<'_>, room: RoomId) -> Decision {
    let access = asker.access;
    let found = access
        .room(room)
        .filter(|_| access.is_open_room(room))
        .ok_or_else(|| refuse::not_found("room that is open to strangers", "look for it anew"))?;
    if let Some(link) = access.link_to(&wanted.peer) {
        check_not_banned(found, link.participant, false)?;
        if link.shares.contains_key(&room) && access.member(room, link.participant).is_some() {
            return Ok(Vec::new());
        }
        if link.shares.len() >= STRANGER_ROOMS_MAX && !link.shares.contains_key(&room) {
            return Err(refuse::conflict(
                format!("at most {STRANGER_ROOMS_MAX} open rooms are followed by one mesh"),
                "ask the owner there to share it",
            ));
        }
        let mut events = joins(
            asker,
            link.participant,
            room,
            link.borrows.contains_key(&room),
        );
        events.push(shared(link.id, link.participant, found));
        return Ok(events);
    }
    if access.is_barred(&wanted.peer) {
        return Err(refuse::not_yours("follow rooms here: it was sent away"));
    }
    if access.strangers().count() >= STRANGERS_MAX {
        return Err(Refusal::new(
            ErrorCode::Overloaded,
            format!("as many as {STRANGERS_MAX} strangers follow rooms here already"),
            Effect::NothingStored,
            "ask the owner to add a link",
        ));
    }
    let mut events = adds(asker, wanted, true)?;
    events.extend(joins(asker, wanted.participant, room, false));
    events.push(shared(wanted.link, wanted.participant, found));
    Ok(events)
}

fn shared(link: mesh_model::LinkId, participant: ParticipantId, room: &Room) -> NewEvent {
    NewEvent::new(LinkShared {
        link,
        participant,
        room: room.id,
        name: room.name.clone().unwrap_or_default(),
    })
}

/// Only a stranger who has said nothing makes room: what it said would be taken twice if it came again.
pub(super) fn check_forgotten(asker: &Asker<'_>, found: &Link) -> Result<(), Refusal> {
    let access = asker.access;
    if access.is_stranger(found) && !found.said {
        return Ok(());
    }
    Err(refuse::conflict(
        "only a stranger who has said nothing is forgotten",
        "remove the link",
    )
    .so(Effect::NothingChanged))
}

pub(super) fn published(access: &mut Access, facts: &LinkPublished) {
    let card = Card {
        name: facts.name.clone(),
        about: facts.about.clone(),
        agents: facts.agents.clone(),
    };
    access
        .cards
        .insert(facts.at.as_str().into(), Arc::new(card));
}

/// A stranger of whom something was taken does not come again by itself: its words would be taken twice.
pub(super) fn left(access: &mut Access, gone: &Link, at: Seq) {
    if !gone.stranger || !gone.said {
        return;
    }
    access.barred.insert(gone.peer, at);
    if access.barred.len() > STRANGERS_BARRED_MAX {
        let oldest = access.barred.iter().min_by_key(|(_, at)| **at);
        if let Some(oldest) = oldest.map(|(peer, _)| *peer) {
            access.barred.remove(&oldest);
        }
    }
}
