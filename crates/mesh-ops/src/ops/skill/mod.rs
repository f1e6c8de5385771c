//! Skills of a room. What is held is shown to nobody but whoever published it and those who may accept it.

mod accept;
mod get;
mod list;
mod offered;
mod publish;
mod readable;
mod search;
mod withdraw;

pub use offered::SkillOffered;

use std::io::Read;
use std::sync::Arc;

use mesh_core::Access;
use mesh_model::api::SkillView;
use mesh_model::limits::SKILL_BYTES_MAX;
use mesh_model::{BlobHash, ParticipantId, Refusal, RoomId, Seq, refuse};
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::SkillRow;
use sha2::{Digest, Sha256};

use crate::door::{Call, Door};
use crate::ops::file::damaged;
use crate::ops::present;

/// A room whose skills the caller may read, and the first place there that it may see.
fn readable(call: &Call, room: &str) -> Result<(RoomId, Seq), Refusal> {
    call.readable(call.data_room(room)?)
}

/// Whether the caller may look at a version: at what is held, whoever published it and those who may accept it.
fn may_look(access: &Access, me: ParticipantId, row: &SkillRow) -> bool {
    let by = row.facts.by;
    row.open || by == me || access.may_accept_skill(me, row.facts.room, by)
}

/// The version of a skill that is asked for.
async fn version(
    door: &Door,
    call: &Call,
    room: (RoomId, Seq),
    name: &str,
    version: Option<u32>,
) -> Result<SkillRow, Refusal> {
    let (me, asked) = (call.me()?, name.to_owned());
    let found = door
        .view(call, move |view| view.skill_version(room, &asked, version))
        .await?;
    let found = found.filter(|row| may_look(&call.access, me, row));
    found.ok_or_else(no_skill)
}

/// The bundle of a version, if it is the one that was published.
async fn bundle(door: &Door, hash: BlobHash) -> Result<Vec<u8>, Refusal> {
    let blobs = Arc::clone(door.node().blobs());
    let read = door.blocking(move || {
        let mut bytes = Vec::new();
        blobs
            .read(hash)?
            .take(SKILL_BYTES_MAX + 1)
            .read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    });
    let bytes = read.await?.map_err(|why| {
        tracing::error!(%why, %hash, "the bundle of a skill cannot be read");
        damaged()
    })?;
    if BlobHash(Sha256::digest(&bytes).into()) != hash {
        tracing::error!(%hash, "the bundle of a skill is altered");
        return Err(damaged());
    }
    Ok(bytes)
}

/// Whose words a version is. Those of one that nobody has looked at are data, whoever wrote them.
fn whose(row: &SkillRow) -> Whose<'_> {
    Whose {
        seq: row.seq,
        room: Some(row.facts.room),
        author: Some(row.facts.by),
        trust: row.facts.trust,
        relayed: None,
        guard: Some(&row.facts.guard),
        data: !row.open,
    }
}

/// A version as its reader gets it.
fn shown(access: &Access, reader: Reader<'_>, row: &SkillRow) -> SkillView {
    reader.note(row.facts.room);
    let facts = &row.facts;
    SkillView {
        room: facts.room,
        name: facts.name.clone(),
        version: facts.version,
        description: reader.tell(access, &whose(row), row.body.front.description.as_str()),
        bytes: facts.bytes,
        files: facts.file_count,
        sha256: Some(row.body.sha256),
        by: present::participant(access, facts.by),
        at: row.at,
        seq: row.seq,
        trust: facts.trust,
        labels: facts.labels.clone(),
        guard: facts.guard.clone(),
        held: !row.open,
        accepted_by: row.accepted_by.map(|by| present::participant(access, by)),
    }
}

fn no_skill() -> Refusal {
    refuse::not_found(
        "skill, or version of it",
        "list the room's skills with skill.list; a version that nobody has accepted yet is not among them",
    )
}
