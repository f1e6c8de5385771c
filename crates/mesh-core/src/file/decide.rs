//! Shared files: a new version goes onto the one that was read, and never over one that its author has not seen.

use mesh_model::command::{ContentEvidence, FileCommand, PutFile};
use mesh_model::events::{FilePut, FileRedacted, FileRemoved};
use mesh_model::limits::{
    FILE_BYTES_MAX, FILE_VERSIONS_MAX, FILE_VERSIONS_ROOM_MAX, FILES_ALL_BYTES_MAX, FILES_MAX,
    FILES_PARTICIPANT_BYTES_MAX, FILES_ROOM_BYTES_MAX,
};
use mesh_model::{
    Capability, Effect, FileId, Millis, NewEvent, ParticipantId, Refusal, RoomId, Seq,
};

use super::{File, check_path};
use crate::desk::Desk;
use crate::lease::Pattern;
use crate::policy::{Form, Saying, check_labels};
use crate::room::check_in_use;
use crate::{Access, Decision, Room, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &FileCommand) -> Decision {
    match command {
        FileCommand::Put(wanted) => put(desk, wanted),
        FileCommand::Remove {
            room,
            file,
            path,
            base,
        } => remove(desk, *room, *file, path, *base),
        FileCommand::Redact {
            room,
            file,
            version,
        } => redact(desk, *room, *file, *version),
    }
}

/// A room whose files the asker may change.
fn writable<'a>(desk: &Desk<'a>, room: RoomId) -> Result<&'a Room, Refusal> {
    let found = desk.asker.room(room)?;
    desk.asker.check_capability(found, Capability::DataWrite)?;
    check_in_use(found)?;
    Ok(found)
}

fn put(desk: &Desk<'_>, wanted: &PutFile) -> Decision {
    let me = desk.asker.me()?;
    let access = desk.asker.access;
    let room = writable(desk, wanted.room)?;
    check_path(&wanted.path)?;
    check::some_content("file", &wanted.body)?;
    let known = wanted
        .file
        .filter(|id| desk.work.file(wanted.room, *id).is_some());
    let known = known.or_else(|| desk.work.file_at(wanted.room, wanted.key));
    let record = known.and_then(|id| desk.work.file(wanted.room, id));
    if wanted.force {
        desk.asker.check_capability(room, Capability::Moderate)?;
    } else {
        check_base(access, record, wanted)?;
    }
    check_free(desk, wanted.room, me, &wanted.path)?;
    check_space(desk, wanted, me, record)?;
    let who = access.participant(me).ok_or_else(refuse::no_participant)?;
    let labels = check_labels(desk.asker, room, who, wanted.labels.clone());
    let mut trust = access.trust_of(me, false);
    if let Some(of) = wanted.of {
        let kept = record.and_then(|record| record.versions.get(&of));
        trust = trust.min(kept.ok_or_else(refuse::no_version)?.trust);
    }
    let evidence = ContentEvidence {
        guard: wanted.guard.clone(),
        ..ContentEvidence::default()
    };
    let saying = Saying {
        room,
        who,
        form: Form::Given,
        trust,
        asked: &[],
        evidence: &evidence,
    };
    // What is shared is read again and again: what would wait for a moderator elsewhere is not taken.
    let guard = (saying.judged(desk.asker, desk.recent))
        .and_then(|it| it.now_or(|mark| refuse::attack(mark.score, &mark.reasons)))
        .map_err(|refusal| refusal.so(Effect::NothingStored))?;
    let file = match (known, record) {
        (Some(known), Some(_)) => known,
        _ => wanted.fresh,
    };
    let put = FilePut {
        room: wanted.room,
        file,
        key: record.map_or(wanted.key, |record| record.key),
        version: record.map_or(0, |record| record.newest) + 1,
        bytes: wanted.bytes,
        of: wanted.of,
        trust,
        labels: labels.map_err(|refusal| refusal.so(Effect::NothingStored))?,
        guard,
    };
    Ok(vec![NewEvent::with(put, wanted.body.clone())])
}

/// The stale read rule: who goes on from a version has read the newest one, and who makes a file finds none.
fn check_base(access: &Access, record: Option<&File>, wanted: &PutFile) -> Result<(), Refusal> {
    let there = record.filter(|record| record.removed.is_none());
    let newest = record.map(|record| record.newest);
    match (wanted.base, there) {
        // An earlier version, or a file that is not there, is brought back for what is there now.
        (None, _) if wanted.of.is_some() => Ok(()),
        (None, None) => Ok(()),
        (None, Some(record)) => Err(refuse::conflict(
            format!(
                "there is a file at this path, or one whose name looks the same: version {} by {}",
                record.newest,
                newest_told(access, record)
            ),
            format!(
                "read it, and put yours onto it with base {}, or take another path",
                record.newest
            ),
        )
        .so(Effect::NothingStored)),
        (Some(base), Some(_)) if newest == Some(base) => Ok(()),
        (Some(base), Some(record)) => Err(refuse::conflict(
            format!(
                "you read version {base}, and version {} was put by {} meanwhile",
                record.newest,
                newest_told(access, record)
            ),
            format!(
                "read version {}, work yours into it and put that with base {}",
                record.newest, record.newest
            ),
        )
        .so(Effect::NothingStored)),
        (Some(_), None) => Err(gone(access, record)),
    }
}

fn gone(access: &Access, record: Option<&File>) -> Refusal {
    match record.and_then(|record| record.removed) {
        Some((by, at)) => refuse::conflict(
            format!("{} removed the file at {}", named(access, by), Millis(at)),
            "put it without base to make it anew, or restore it",
        )
        .so(Effect::NothingStored),
        None => refuse::no_file().so(Effect::NothingStored),
    }
}

fn newest_told(access: &Access, record: &File) -> String {
    format!(
        "{} at {}",
        named(access, record.newest_by),
        record.newest_at()
    )
}

fn named(access: &Access, who: Option<ParticipantId>) -> String {
    let found = who.and_then(|who| access.participant(who));
    found.map_or("somebody".to_owned(), |found| format!("@{}", found.handle))
}

/// Nobody else has leased the path.
fn check_free(desk: &Desk<'_>, room: RoomId, me: ParticipantId, path: &str) -> Result<(), Refusal> {
    let pattern = Pattern::parse(path)?;
    let access = desk.asker.access;
    let against = desk
        .work
        .lease_against(access, room, me, &pattern, desk.now());
    let Some((seq, lease)) = against else {
        return Ok(());
    };
    let left = Millis(lease.until_ms).since(desk.now()).div_ceil(60_000);
    let holder = named(access, Some(lease.holder));
    Err(refuse::conflict(
        format!("{holder} edits there by the lease {seq}, which ends in {left} min at the latest"),
        format!("put something else meanwhile, or ask {holder} to release it"),
    )
    .so(Effect::NothingStored))
}

fn check_space(
    desk: &Desk<'_>,
    wanted: &PutFile,
    me: ParticipantId,
    record: Option<&File>,
) -> Result<(), Refusal> {
    if wanted.bytes > FILE_BYTES_MAX {
        return Err(refuse::file_too_large(wanted.bytes));
    }
    let full = |what: String, hint: &'static str| {
        Err(refuse::conflict(what, hint).so(Effect::NothingStored))
    };
    let files = &desk.work.files;
    let of = files.rooms.get(&wanted.room);
    let free = "redact versions that nobody needs: file.redact";
    if record.is_none() && of.is_some_and(|of| of.files.len() >= FILES_MAX) {
        return full(format!("a room keeps at most {FILES_MAX} files"), free);
    }
    if record.is_some_and(|record| record.versions.len() >= FILE_VERSIONS_MAX) {
        return full(
            format!("a file keeps at most {FILE_VERSIONS_MAX} versions"),
            free,
        );
    }
    if of.is_some_and(|of| of.versions >= FILE_VERSIONS_ROOM_MAX) {
        return full(
            format!("a room keeps at most {FILE_VERSIONS_ROOM_MAX} versions of files"),
            free,
        );
    }
    let held = files.of_participants.get(&me).copied().unwrap_or_default();
    for (has, most, whose) in [
        (
            of.map_or(0, |of| of.bytes),
            FILES_ROOM_BYTES_MAX,
            "a room keeps",
        ),
        (
            held,
            FILES_PARTICIPANT_BYTES_MAX,
            "of one participant a mesh keeps",
        ),
        (files.bytes, FILES_ALL_BYTES_MAX, "a mesh keeps"),
    ] {
        if has.saturating_add(wanted.bytes) > most {
            let most = most >> 20;
            return full(
                format!("{whose} at most {most} MiB of files, all versions counted"),
                free,
            );
        }
    }
    Ok(())
}

fn remove(desk: &Desk<'_>, room: RoomId, file: FileId, path: &str, base: Option<u32>) -> Decision {
    let me = desk.asker.me()?;
    writable(desk, room)?;
    let Some(record) = desk.work.file(room, file) else {
        return Err(refuse::no_file());
    };
    if record.removed.is_some() {
        return Ok(Vec::new());
    }
    if let Some(base) = base.filter(|base| *base != record.newest) {
        return Err(refuse::conflict(
            format!(
                "you read version {base}, and version {} was put by {} meanwhile",
                record.newest,
                newest_told(desk.asker.access, record)
            ),
            "read it again and decide with what you find",
        )
        .so(Effect::NothingChanged));
    }
    check_free(desk, room, me, path).map_err(|refusal| refusal.so(Effect::NothingChanged))?;
    Ok(vec![NewEvent::new(FileRemoved { room, file })])
}

/// By whoever put the versions, and moderators.
fn redact(desk: &Desk<'_>, room: RoomId, file: FileId, version: Option<Seq>) -> Decision {
    let found = desk.asker.room(room)?;
    let me = desk.asker.me()?;
    let Some(record) = desk.work.file(room, file) else {
        return Err(refuse::no_file());
    };
    let content = match version {
        None => None,
        Some(place) => {
            let mut versions = record.versions.values();
            let meant = versions.find(|version| version.seq == place);
            Some(meant.ok_or_else(refuse::no_version)?.content)
        }
    };
    let gone: Vec<_> = (record.versions.values())
        .filter(|version| content.is_none_or(|content| version.content == content))
        .collect();
    // Whoever brought the content may take it back, also where others have brought it back.
    let own = gone.iter().all(|version| {
        let brought = record.versions.get(&version.content).unwrap_or(version);
        brought.by == Some(me)
    });
    if !own {
        desk.asker.check_capability(found, Capability::Moderate)?;
    }
    refuse::check_not_held(found)?;
    let mut erased: Vec<Seq> = gone.iter().map(|version| version.seq).collect();
    erased.sort_unstable();
    Ok(vec![NewEvent::new(FileRedacted { room, file, erased })])
}
