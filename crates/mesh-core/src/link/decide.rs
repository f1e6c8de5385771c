//! Links: whom this mesh knows and what is shared. What a peer says is in `heard.rs`.

use imbl::OrdMap;
use mesh_model::command::LinkCommand;
use mesh_model::events::{
    History, Kind, LinkAdded, LinkDropped, LinkFollowing, LinkPause, LinkPaused, LinkRemoved,
    LinkReset, LinkResumed, LinkRetried, LinkShared, LinkUnfollowed, ParticipantDisabled,
    ParticipantTrustSet, Place, RoomAccess, RoomCreated, RoomKind, RoomMemberCapabilitiesSet,
    RoomMemberJoined, RoomMemberLeft, Trust, Visibility,
};
use mesh_model::limits::{LINK_ADDRESS_BYTES_MAX, LINK_ROOMS_MAX, LINKS_MAX};
use mesh_model::{
    Capability, CapabilitySet, Effect, LinkId, NewEvent, ParticipantId, PublicKey, Refusal, RoomId,
    Seq,
};

use super::{Link, Offer, heard, lend, open};
use crate::actor::Asker;
use crate::desk::Desk;
use crate::participant::{Newcomer, newcomer};
use crate::room::{check_in_use, check_not_banned, moderated};
use crate::{Access, Decision, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &LinkCommand) -> Decision {
    let asker = desk.asker;
    let known = |id: &LinkId| asker.access.link(*id).ok_or_else(refuse::no_link);
    match command {
        LinkCommand::Add {
            link,
            peer,
            participant,
            name,
            address,
        } => {
            let wanted = Wanted {
                link: *link,
                peer: *peer,
                participant: *participant,
                name,
                address: address.as_deref(),
            };
            add(asker, &wanted)
        }
        LinkCommand::Promote { link } => promote(asker, known(link)?),
        LinkCommand::Pause { link } => pause(known(link)?, LinkPause::Asked),
        LinkCommand::Resume { link } => resume(known(link)?),
        LinkCommand::Reset { link, place } => reset(asker, known(link)?, place),
        LinkCommand::Remove { link } => remove(desk, known(link)?),
        LinkCommand::Share { link, room } => share(asker, known(link)?, *room),
        LinkCommand::Revoke { link, room } => revoke(asker, known(link)?, *room),
        LinkCommand::Follow {
            link,
            there,
            room,
            name,
            access,
            history,
        } => {
            let mirror = Mirror {
                there: *there,
                room: *room,
                name,
                access: *access,
                history: *history,
            };
            follow(asker, known(link)?, &mirror)
        }
        LinkCommand::Unfollow { link, room } => unfollow(asker, known(link)?, *room),
        LinkCommand::Retry { link, seqs } => retry(known(link)?, seqs),
        LinkCommand::Drop { link, seqs } => {
            let found = known(link)?;
            let seqs = letters(found, seqs)?;
            if seqs.is_empty() {
                return Ok(Vec::new());
            }
            Ok(vec![NewEvent::new(LinkDropped {
                link: found.id,
                participant: found.participant,
                seqs,
            })])
        }
        LinkCommand::Lend {
            link,
            room,
            capabilities,
            at_once,
        } => lend::lend(asker, known(link)?, *room, capabilities, *at_once),
        LinkCommand::Borrow {
            link,
            room,
            capabilities,
        } => lend::borrow(asker, known(link)?, *room, capabilities),
        LinkCommand::Open { room, open } => open::open(asker, *room, *open),
        LinkCommand::Publish {
            at,
            name,
            about,
            agents,
        } => open::publish(asker, at, name, about, agents),
        LinkCommand::Unpublish { at } => open::unpublish(asker, at),
        LinkCommand::Join {
            link,
            peer,
            participant,
            name,
            address,
            there,
            room,
            called,
            access,
            history,
        } => {
            let wanted = Wanted {
                link: *link,
                peer: *peer,
                participant: *participant,
                name,
                address: Some(address),
            };
            let mirror = Mirror {
                there: *there,
                room: *room,
                name: called,
                access: *access,
                history: *history,
            };
            join(asker, &wanted, &mirror)
        }
        LinkCommand::Admit {
            link,
            peer,
            participant,
            name,
            room,
        } => {
            asker.node_only()?;
            let wanted = Wanted {
                link: *link,
                peer: *peer,
                participant: *participant,
                name,
                address: None,
            };
            open::admit(asker, &wanted, *room)
        }
        LinkCommand::Forget { link } => {
            asker.node_only()?;
            let found = known(link)?;
            open::check_forgotten(asker, found)?;
            remove(desk, found)
        }
        LinkCommand::Enlist { link, here } => {
            asker.node_only()?;
            Ok(lend::enlist(desk, known(link)?, *here))
        }
        LinkCommand::Take { capabilities } => lend::take(desk, capabilities),
        LinkCommand::Work { relayed, change } => lend::work(desk, relayed, change),
        LinkCommand::Stop { link, why } => {
            asker.node_only()?;
            pause(known(link)?, *why)
        }
        LinkCommand::Heard { link, place, what } => {
            asker.node_only()?;
            heard::decide(desk, known(link)?, place, what)
        }
    }
}

pub(super) struct Wanted<'a> {
    pub link: LinkId,
    pub peer: PublicKey,
    pub participant: ParticipantId,
    pub name: &'a str,
    pub address: Option<&'a str>,
}

fn add(asker: &Asker<'_>, wanted: &Wanted<'_>) -> Decision {
    if chosen(asker.access) >= LINKS_MAX {
        return Err(too_many());
    }
    adds(asker, wanted, false)
}

/// Links that take a place of those whom the owner chose: strangers have places of their own until they are promoted.
fn chosen(access: &Access) -> usize {
    access
        .links()
        .filter(|link| !access.is_stranger(link))
        .count()
}

fn too_many() -> Refusal {
    refuse::conflict(
        format!("a mesh knows at most {LINKS_MAX} others"),
        "remove a link that is not needed any more",
    )
    .so(Effect::NothingStored)
}

/// Whoever speaks for the peer is below the owner of the mesh: a link is the mesh's, and outlives whoever added it.
pub(super) fn adds(asker: &Asker<'_>, wanted: &Wanted<'_>, stranger: bool) -> Decision {
    let access = asker.access;
    let (mesh, owner) = access
        .mesh()
        .and_then(|mesh| Some((mesh, mesh.owner?)))
        .ok_or_else(refuse::no_link)?;
    if mesh.node_key == wanted.peer {
        return Err(refuse::conflict(
            "this is the key of this very mesh",
            "ask the peer's owner for the key that `mesh link key` shows there",
        ));
    }
    if let Some(known) = access.link_to(&wanted.peer) {
        return Err(refuse::conflict(
            format!(
                "the mesh with this key is known already, as '{}'",
                known.name
            ),
            "use that link, or remove it first",
        ));
    }
    if access.link(wanted.link).is_some() {
        return Err(refuse::id_taken("link"));
    }
    if let Some(address) = wanted.address {
        check::address(address, LINK_ADDRESS_BYTES_MAX)?;
    }
    let speaker = Newcomer {
        id: wanted.participant,
        kind: Kind::Bridge,
        handle: wanted.name,
        key: None,
        trust: Trust::Untrusted,
        visibility: Visibility::Public,
    };
    let registered = newcomer(access, &speaker, owner)?;
    Ok(vec![
        NewEvent::new(registered),
        NewEvent::new(LinkAdded {
            link: wanted.link,
            peer: wanted.peer,
            participant: wanted.participant,
            name: wanted.name.to_owned(),
            address: wanted.address.map(str::to_owned),
            stranger,
        }),
    ])
}

/// The owner has compared keys with the peer's owner.
fn promote(asker: &Asker<'_>, found: &Link) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("say how far a peer is trusted"));
    }
    let speaker = asker.participant(found.participant)?;
    if speaker.trust == Trust::Federated {
        return Ok(Vec::new());
    }
    if found.stranger && chosen(asker.access) >= LINKS_MAX {
        return Err(too_many());
    }
    Ok(vec![NewEvent::new(ParticipantTrustSet {
        participant: found.participant,
        trust: Trust::Federated,
    })])
}

fn pause(found: &Link, why: LinkPause) -> Decision {
    if found.paused.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(LinkPaused {
        link: found.id,
        participant: found.participant,
        why,
    })])
}

fn resume(found: &Link) -> Decision {
    if found.paused.is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(LinkResumed {
        link: found.id,
        participant: found.participant,
    })])
}

fn reset(asker: &Asker<'_>, found: &Link, place: &Place) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("forget how far a peer's log was taken"));
    }
    if place.mesh != found.peer {
        return Err(refuse::not_yours("speak for another mesh"));
    }
    Ok(vec![NewEvent::new(LinkReset {
        link: found.id,
        participant: found.participant,
        place: *place,
    })])
}

fn remove(desk: &Desk<'_>, found: &Link) -> Decision {
    let asker = desk.asker;
    let mut events = lend::enlist(desk, found, false);
    for room in asker
        .access
        .memberships
        .get(&found.participant)
        .into_iter()
        .flatten()
    {
        events.push(NewEvent::new(RoomMemberLeft {
            room: *room,
            participant: found.participant,
        }));
    }
    events.push(NewEvent::new(LinkRemoved {
        link: found.id,
        participant: found.participant,
    }));
    let speaker = asker.access.participant(found.participant);
    if speaker.is_some_and(|speaker| speaker.is_enabled()) {
        events.push(NewEvent::new(ParticipantDisabled {
            participant: found.participant,
        }));
    }
    Ok(events)
}

/// A moderator who may take the room's words out of the mesh offers it; that the peer is known is the word of those with
/// `admin:federation`.
fn share(asker: &Asker<'_>, found: &Link, room: RoomId) -> Decision {
    let me = asker.me()?;
    let shared = moderated(asker, room)?;
    check_in_use(shared)?;
    let Some(name) = shared
        .name
        .clone()
        .filter(|_| shared.kind == RoomKind::Room)
    else {
        return Err(refuse::conflict(
            "only rooms with a name are shared, no direct, group or broadcast conversations",
            "make a room for it",
        )
        .so(Effect::NothingChanged));
    };
    if asker.access.mirrors.contains_key(&room) {
        return Err(refuse::conflict(
            format!("#{name} mirrors a room of another mesh, and its home alone shares it"),
            "ask its home's owner to share it with that mesh too",
        )
        .so(Effect::NothingChanged));
    }
    if !asker.access.may_take_out(room, me) {
        return Err(refuse::not_yours(
            "take this room's words out of the mesh: its policy's data.leave says who may",
        )
        .so(Effect::NothingChanged));
    }
    if found.shares.contains_key(&room)
        && asker.access.member_of(shared, found.participant).is_some()
    {
        return Ok(Vec::new());
    }
    if found.shares.len() >= LINK_ROOMS_MAX && !found.shares.contains_key(&room) {
        return Err(refuse::conflict(
            format!("at most {LINK_ROOMS_MAX} rooms are shared with one peer"),
            "make another room out of two",
        )
        .so(Effect::NothingChanged));
    }
    check_not_banned(shared, found.participant, false)?;
    let mut events = joins(
        asker,
        found.participant,
        room,
        found.borrows.contains_key(&room),
    );
    events.push(NewEvent::new(LinkShared {
        link: found.id,
        participant: found.participant,
        room,
        name,
    }));
    Ok(events)
}

/// Whoever speaks for the peer becomes a member that may listen, speak and bring words from elsewhere, and nothing else; but that
/// it takes tasks of the room, if the owner said so.
pub(super) fn joins(
    asker: &Asker<'_>,
    speaker: ParticipantId,
    room: RoomId,
    works: bool,
) -> Vec<NewEvent> {
    let mut events = Vec::new();
    if asker.access.member(room, speaker).is_none() {
        events.push(NewEvent::new(RoomMemberJoined {
            room,
            participant: speaker,
        }));
    }
    events.push(NewEvent::new(RoomMemberCapabilitiesSet {
        room,
        participant: speaker,
        capabilities: Some(may(works)),
    }));
    events
}

fn may(works: bool) -> CapabilitySet {
    let works = works.then_some(Capability::Execute);
    [Capability::Listen, Capability::Speak, Capability::Bridge]
        .into_iter()
        .chain(works)
        .collect()
}

fn revoke(asker: &Asker<'_>, found: &Link, room: RoomId) -> Decision {
    let shared = moderated(asker, room)?;
    if !found.shares.contains_key(&room)
        || asker.access.member_of(shared, found.participant).is_none()
    {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomMemberLeft {
        room,
        participant: found.participant,
    })])
}

struct Mirror<'a> {
    there: RoomId,
    room: RoomId,
    name: &'a str,
    access: RoomAccess,
    history: History,
}

/// The owner takes the words of a room of another mesh in, and lets words said there out.
fn follow(asker: &Asker<'_>, found: &Link, mirror: &Mirror<'_>) -> Decision {
    follows(asker, found.id, found.participant, &found.offers, mirror)
}

/// The same of a mesh that is known by this alone, if it is not yet.
fn join(asker: &Asker<'_>, wanted: &Wanted<'_>, mirror: &Mirror<'_>) -> Decision {
    if let Some(found) = asker.access.link_to(&wanted.peer) {
        return follow(asker, found, mirror);
    }
    let mut events = add(asker, wanted)?;
    let nothing = OrdMap::new();
    events.extend(follows(
        asker,
        wanted.link,
        wanted.participant,
        &nothing,
        mirror,
    )?);
    Ok(events)
}

fn follows(
    asker: &Asker<'_>,
    link: LinkId,
    participant: ParticipantId,
    offers: &OrdMap<RoomId, Offer>,
    mirror: &Mirror<'_>,
) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("follow a room of another mesh"));
    }
    let me = asker.me()?;
    let offer = offers.get(&mirror.there);
    if offer.is_some_and(|offer| offer.room.is_some()) {
        return Err(refuse::conflict(
            "this room is followed already",
            "link.get shows the room that mirrors it",
        ));
    }
    // One that the peer has not offered yet is followed from when it does.
    if offer.is_none() && offers.len() >= LINK_ROOMS_MAX {
        return Err(refuse::conflict(
            format!("at most {LINK_ROOMS_MAX} rooms of one peer are remembered"),
            "follow one that it offers",
        )
        .so(Effect::NothingChanged));
    }
    check::name("name of the room", mirror.name)?;
    if asker.access.room_named(mirror.name).is_some() {
        return Err(refuse::name_taken("room name", mirror.name));
    }
    if asker.access.room(mirror.room).is_some() {
        return Err(refuse::id_taken("room"));
    }
    let mut events = vec![NewEvent::new(RoomCreated {
        room: mirror.room,
        kind: RoomKind::Room,
        name: Some(mirror.name.to_owned()),
        group: None,
        creator: Some(me),
        access: mirror.access,
        history: mirror.history,
        defaults: CapabilitySet::member(),
        members: {
            let mut members = vec![me, participant];
            members.sort_unstable();
            members
        },
    })];
    events.push(NewEvent::new(RoomMemberCapabilitiesSet {
        room: mirror.room,
        participant,
        capabilities: Some(may(false)),
    }));
    events.push(NewEvent::new(LinkFollowing {
        link,
        participant,
        there: mirror.there,
        name: offer.map_or_else(|| mirror.name.to_owned(), |offer| offer.name.clone()),
        room: mirror.room,
    }));
    Ok(events)
}

fn unfollow(asker: &Asker<'_>, found: &Link, room: RoomId) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only(
            "say which rooms of other meshes are followed",
        ));
    }
    let Some((there, _)) = found.followed(room) else {
        return Ok(Vec::new());
    };
    Ok(vec![NewEvent::new(LinkUnfollowed {
        link: found.id,
        participant: found.participant,
        there,
    })])
}

fn retry(found: &Link, seqs: &[Seq]) -> Decision {
    let seqs = letters(found, seqs)?.into_iter();
    let retried = seqs.map(|of| {
        NewEvent::new(LinkRetried {
            link: found.id,
            participant: found.participant,
            of,
        })
    });
    Ok(retried.collect())
}

/// The dead letters that are meant: those that are named, or all.
fn letters(found: &Link, named: &[Seq]) -> Result<Vec<Seq>, Refusal> {
    if named.iter().any(|seq| !found.dead.contains_key(seq)) {
        return Err(
            refuse::not_found("dead letter", "link.refused lists those that there are")
                .so(Effect::NothingChanged),
        );
    }
    let meant = found.dead.keys().copied();
    Ok(meant
        .filter(|seq| named.is_empty() || named.contains(seq))
        .collect())
}
