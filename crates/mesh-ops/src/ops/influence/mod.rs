//! What contexts have read, and acts that wait for a person's word.

mod get;
mod list;
mod release;

use mesh_core::Access;
use mesh_model::ParticipantId;
use mesh_model::api::SourceView;
use mesh_model::events::{Source, Trust};

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
