//! What contexts have read, and acts that wait for a person's word.

mod decline;
mod get;
mod list;
mod release;

use mesh_core::Access;
use mesh_model::api::{InfluenceView, SourceView};
use mesh_model::events::{Source, Trust};
use mesh_model::{ParticipantId, SessionId};

use crate::ops::present;

/// What each context of a participant has read: its open sessions, and calls without one.
pub(crate) fn contexts(
    access: &Access,
    viewer: ParticipantId,
    whose: ParticipantId,
) -> Vec<InfluenceView> {
    let sessions = access.sessions();
    let own = sessions.filter(|session| session.participant == whose);
    let all = own.map(|session| Some(session.id)).chain([None]);
    all.map(|session| context(access, viewer, whose, session))
        .collect()
}

fn context(
    access: &Access,
    viewer: ParticipantId,
    whose: ParticipantId,
    session: Option<SessionId>,
) -> InfluenceView {
    let context = access.context_of(session, whose);
    let reads = session.and_then(|session| access.influences().read.get(&session));
    let judged = context.is_mixed() && !access.is_person(whose);
    let sources = context.sources.into_iter().map(|found| {
        let mut view = source(access, viewer, found);
        view.since = reads.and_then(|reads| Some(reads.rooms.get(&found.room)?.seq));
        view
    });
    InfluenceView {
        participant: present::participant(access, whose),
        session,
        everything: context.everything,
        outside: context.outside,
        judged,
        sources: sources.collect(),
    }
}

/// A source as its reader may know it.
pub(crate) fn source(access: &Access, viewer: ParticipantId, source: Source) -> SourceView {
    let known = access.may(viewer, mesh_core::Action::See, source.room);
    let room = access.room(source.room).filter(|_| known.is_ok());
    let mixed = access.influences().mixed.get(&source.room);
    SourceView {
        room: source.room,
        name: room.and_then(|room| room.name.clone()),
        trust: mixed.map_or(Trust::Local, |mixed| mixed.trust),
        since: None,
    }
}
