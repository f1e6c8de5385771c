//! What of a room stands on the public page: who puts it there, what keeps it from there, and whose name is shown.

use std::sync::Arc;

use mesh_model::events::{
    PublicPage, RoomAccess, RoomKind, RoomPublished, RoomUnpublished, Trust, Visibility,
};
use mesh_model::limits::PUBLIC_ROOMS_MAX;
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId, Seq};

use crate::actor::Asker;
use crate::room::check_in_use;
use crate::room::rules::ruled;
use crate::{Access, Decision, Published, Room, Stored, refuse};

/// By a person who sets the room's rules: a program that was talked into it would show everybody in the world what it likes. And
/// by no stranger: the name of a guest's room would stand on somebody else's page.
pub(super) fn publish(asker: &Asker<'_>, room: RoomId) -> Decision {
    let found = ruled(asker, room)?;
    check_in_use(found)?;
    let (me, access) = (asker.me()?, asker.access);
    if !access.is_person(me) || access.trust_of(me, false) < Trust::Local {
        return Err(Refusal::new(
            ErrorCode::PermissionDenied,
            "only a person of this mesh puts a room on the public page",
            Effect::NothingChanged,
            "ask the person who sets the room's rules, or the owner of the mesh",
        ));
    }
    if !access.public.on {
        return Err(off());
    }
    check_may_stand(access, found, Some(me))?;
    if found.published.is_some() {
        return Ok(Vec::new());
    }
    if access.published.len() >= PUBLIC_ROOMS_MAX {
        return Err(refuse::conflict(
            format!("{PUBLIC_ROOMS_MAX} rooms are published already, and no more can be"),
            "take another one from the public page first",
        )
        .so(Effect::NothingChanged));
    }
    Ok(vec![NewEvent::new(RoomPublished { room })])
}

/// By whoever sets the room's rules, in whatever state it is.
pub(super) fn unpublish(asker: &Asker<'_>, room: RoomId) -> Decision {
    let found = ruled(asker, room)?;
    Ok(match found.published {
        Some(_) => vec![NewEvent::new(RoomUnpublished { room })],
        None => Vec::new(),
    })
}

pub(super) fn published(access: &mut Access, room: RoomId, event: &Stored<'_>) {
    let made = Published {
        by: event.participant(),
        seq: event.seq,
    };
    if let Some(found) = access.rooms.get_mut(&room) {
        Arc::make_mut(found).published.get_or_insert(made);
        access.published.insert(room);
    }
}

pub(super) fn unpublished(access: &mut Access, room: RoomId) {
    if let Some(found) = access.rooms.get_mut(&room) {
        Arc::make_mut(found).published = None;
    }
    access.published.remove(&room);
}

/// Whether what is said in the room may stand on the public page: by what it is and by its rules, whoever rules it.
fn check_may_stand(
    access: &Access,
    found: &Room,
    by: Option<ParticipantId>,
) -> Result<(), Refusal> {
    let label = refuse::room_label(found);
    if found.kind != RoomKind::Room {
        return Err(refuse::conflict(
            format!("{label} cannot be published"),
            "only rooms that somebody created can be",
        )
        .so(Effect::NothingChanged));
    }
    if found.access == RoomAccess::Private {
        return Err(refuse::conflict(
            format!("{label} is private"),
            "set its visibility to listed in its rules, or make a room for it",
        )
        .so(Effect::NothingChanged));
    }
    if access.mirrors.contains_key(&found.id) {
        return Err(refuse::conflict(
            format!("{label} is at home in another mesh"),
            "only there it can be published",
        )
        .so(Effect::NothingChanged));
    }
    if leaves(access, found, by) {
        return Ok(());
    }
    let ruling = match found.policy.as_deref() {
        Some(record) => access.in_policy(record, RulingBy::Data),
        None => Ruling::by(RulingBy::Data),
    };
    Err(Refusal::new(
        ErrorCode::CapabilityDenied,
        format!("the rules of {label} do not let words out of the mesh"),
        Effect::NothingChanged,
        "set data.leave.outside in its rules, so that everybody in it can read that",
    )
    .ruled(ruling))
}

/// Whether a room's rules let words out of the mesh by this participant. That somebody rules the room is not enough: those who
/// speak there go by what they can read.
fn leaves(access: &Access, room: &Room, by: Option<ParticipantId>) -> bool {
    let record = room.policy.as_deref();
    let who = by.and_then(|by| access.participant(by));
    let (Some(record), Some(who)) = (record, who) else {
        return false;
    };
    let (reach, means) = (&record.policy.data.leave, &record.means.leave);
    reach.outside && access.is_meant(&reach.carriers, &means.carriers, who, access.trust_in(who))
}

fn off() -> Refusal {
    refuse::conflict(
        "the public page is off",
        "ask the owner of the mesh to switch it on",
    )
    .so(Effect::NothingChanged)
}

impl Access {
    /// Whether there is a public page, and how it is.
    pub fn public_page(&self) -> PublicPage {
        self.public
    }

    /// The rooms that were published, whether or not they are shown now.
    pub fn published(&self) -> impl Iterator<Item = &Arc<Room>> {
        self.published.iter().filter_map(|id| self.rooms.get(id))
    }

    /// From where on what is said in a room is shown now on the public page. It is asked anew each time: rules change.
    pub fn check_shown(&self, room: &Room) -> Result<Seq, Refusal> {
        let Some(published) = room.published else {
            return Err(refuse::no_room());
        };
        if !self.public.on {
            return Err(off());
        }
        check_may_stand(self, room, published.by)?;
        Ok(published.seq)
    }

    /// Whether words of other rooms that were taken into this one may be shown with it.
    pub fn may_show(&self, labels: &[RoomId], room: &Room) -> bool {
        let by = room.published.and_then(|published| published.by);
        let mut others = labels.iter().filter(|label| **label != room.id);
        others.all(|label| self.room(*label).is_some_and(|it| leaves(self, it, by)))
    }

    /// Whether the public page names a participant: one who is public to the mesh, and no stranger. Of others nothing is told.
    pub fn is_named_in_public(&self, id: ParticipantId) -> bool {
        self.participants.get(&id).is_some_and(|found| {
            found.visibility == Visibility::Public && self.trust_in(found) >= Trust::Local
        })
    }
}
