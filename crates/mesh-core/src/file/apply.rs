//! What the events of files do to the state.

use imbl::OrdMap;
use mesh_model::events::{FileFacts, FilePut, FileRedacted, FileRemoved};
use mesh_model::{RoomId, Seq};

use super::{File, Version};
use crate::{State, Stored};

pub(crate) fn apply(state: &mut State, facts: &FileFacts, event: &Stored<'_>) {
    match facts {
        FileFacts::Put(facts) => put(state, facts, event),
        FileFacts::Removed(facts) => removed(state, facts, event),
        FileFacts::Redacted(facts) => redacted(state, facts, event.seq),
    }
}

fn put(state: &mut State, facts: &FilePut, event: &Stored<'_>) {
    let files = &mut state.work_at(event.seq).files;
    let of_content = |number: u32| {
        let record = files.rooms.get(&facts.room)?.files.get(&facts.file)?;
        record.versions.get(&number).map(|version| version.content)
    };
    let version = Version {
        seq: event.seq,
        by: event.participant(),
        bytes: facts.bytes,
        trust: facts.trust,
        content: facts.of.and_then(of_content).unwrap_or(facts.version),
    };
    let fresh = || File {
        key: facts.key,
        newest: 0,
        newest_by: None,
        newest_ms: 0,
        removed: None,
        versions: OrdMap::new(),
    };
    files.put(facts.room, facts.file, facts.version, version, fresh);
    files.change(facts.room, facts.file, |record| {
        record.newest_by = event.participant();
        record.newest_ms = event.at.0;
    });
}

fn removed(state: &mut State, facts: &FileRemoved, event: &Stored<'_>) {
    let files = &mut state.work_at(event.seq).files;
    files.change(facts.room, facts.file, |record| {
        record.removed = Some((event.participant(), event.at.0));
    });
}

fn redacted(state: &mut State, facts: &FileRedacted, seq: Seq) {
    let files = &mut state.work_at(seq).files;
    files.retain(facts.room, facts.file, |version| {
        !facts.erased.contains(&version.seq)
    });
}

/// What was put up to a place goes with everything else that was said in the room.
pub(crate) fn expired(state: &mut State, room: RoomId, upto: Seq, seq: Seq) {
    let Some(of) = state.work.files.rooms.get(&room) else {
        return;
    };
    let all: Vec<_> = of.files.keys().copied().collect();
    let files = &mut state.work_at(seq).files;
    for file in all {
        files.retain(room, file, |version| version.seq > upto);
    }
}
