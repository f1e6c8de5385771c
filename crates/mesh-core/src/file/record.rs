//! What the state remembers of shared files: their versions, and how much there is of them.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::events::Trust;
use mesh_model::{FileId, Millis, ParticipantId, PathKey, RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::Work;

/// A file of a room. One of which no version is left is forgotten, and its path is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Where in the room it stands.
    pub key: PathKey,
    /// The newest version that there ever was.
    pub newest: u32,
    /// Who put that, and when, unix milliseconds.
    pub newest_by: Option<ParticipantId>,
    /// See `newest_by`.
    pub newest_ms: u64,
    /// Who removed it and when, if it is not there.
    pub removed: Option<(Option<ParticipantId>, u64)>,
    /// The versions that are kept.
    pub versions: OrdMap<u32, Version>,
}

/// A version of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Where it was put.
    pub seq: Seq,
    /// By whom.
    pub by: Option<ParticipantId>,
    /// How many bytes it has.
    pub bytes: u64,
    /// How far it is trusted.
    pub trust: Trust,
    /// The version whose content it has; its own number if it brought something new.
    pub content: u32,
}

impl File {
    /// When the newest version was put.
    pub fn newest_at(&self) -> Millis {
        Millis(self.newest_ms)
    }
}

/// The files of a room and their sums.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct OfRoom {
    pub files: OrdMap<FileId, Arc<File>>,
    pub keys: OrdMap<PathKey, FileId>,
    pub versions: usize,
    pub bytes: u64,
}

/// All files, with what their sums are. In a snapshot are the files alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Kept>", into = "Vec<Kept>")]
pub(crate) struct Files {
    pub rooms: OrdMap<RoomId, OfRoom>,
    pub of_participants: OrdMap<ParticipantId, u64>,
    pub bytes: u64,
}

/// A file as a snapshot has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    room: RoomId,
    file: FileId,
    record: Arc<File>,
}

impl From<Files> for Vec<Kept> {
    fn from(all: Files) -> Vec<Kept> {
        let rooms = all.rooms.into_iter();
        let kept = rooms.flat_map(|(room, of)| {
            let files = of.files.into_iter();
            files.map(move |(file, record)| Kept { room, file, record })
        });
        kept.collect()
    }
}

impl From<Vec<Kept>> for Files {
    fn from(kept: Vec<Kept>) -> Files {
        let mut all = Files::default();
        for Kept { room, file, record } in kept {
            for version in record.versions.values() {
                all.count(room, version);
            }
            let of = all.rooms.entry(room).or_default();
            of.keys.insert(record.key, file);
            of.files.insert(file, record);
        }
        all
    }
}

impl Files {
    fn count(&mut self, room: RoomId, version: &Version) {
        let of = self.rooms.entry(room).or_default();
        of.versions += 1;
        of.bytes += version.bytes;
        self.bytes += version.bytes;
        if let Some(by) = version.by {
            *self.of_participants.entry(by).or_default() += version.bytes;
        }
    }

    fn uncount(&mut self, room: RoomId, version: &Version) {
        if let Some(of) = self.rooms.get_mut(&room) {
            of.versions = of.versions.saturating_sub(1);
            of.bytes = of.bytes.saturating_sub(version.bytes);
        }
        self.bytes = self.bytes.saturating_sub(version.bytes);
        if let Some(by) = version.by
            && let Some(bytes) = self.of_participants.get_mut(&by)
        {
            *bytes = bytes.saturating_sub(version.bytes);
            if *bytes == 0 {
                self.of_participants.remove(&by);
            }
        }
    }

    /// A file has this version from here on; a new file is made of `fresh`.
    pub fn put(
        &mut self,
        room: RoomId,
        file: FileId,
        number: u32,
        version: Version,
        fresh: impl FnOnce() -> File,
    ) {
        let of = self.rooms.entry(room).or_default();
        let record = of.files.entry(file).or_insert_with(|| Arc::new(fresh()));
        let record = Arc::make_mut(record);
        record.newest = record.newest.max(number);
        record.removed = None;
        let before = record.versions.insert(number, version);
        of.keys.insert(record.key, file);
        if let Some(before) = before {
            self.uncount(room, &before);
        }
        self.count(room, &version);
    }

    /// Changes what is known of a file.
    pub fn change(&mut self, room: RoomId, file: FileId, change: impl FnOnce(&mut File)) {
        let of = self.rooms.get_mut(&room);
        if let Some(record) = of.and_then(|of| of.files.get_mut(&file)) {
            change(Arc::make_mut(record));
        }
    }

    /// Those versions of a file are gone for which `keep` is not true.
    pub fn retain(&mut self, room: RoomId, file: FileId, keep: impl Fn(&Version) -> bool) {
        let Some(record) = self.rooms.get(&room).and_then(|of| of.files.get(&file)) else {
            return;
        };
        let gone: Vec<(u32, Version)> = (record.versions.iter())
            .filter(|(_, version)| !keep(version))
            .map(|(number, version)| (*number, *version))
            .collect();
        for (_, version) in &gone {
            self.uncount(room, version);
        }
        let Some(of) = self.rooms.get_mut(&room) else {
            return;
        };
        let Some(record) = of.files.get_mut(&file) else {
            return;
        };
        let record = Arc::make_mut(record);
        for (number, _) in &gone {
            record.versions.remove(number);
        }
        if record.versions.is_empty() {
            let key = record.key;
            of.files.remove(&file);
            if of.keys.get(&key) == Some(&file) {
                of.keys.remove(&key);
            }
        }
        if of.files.is_empty() {
            self.rooms.remove(&room);
        }
    }
}

impl Work {
    /// A file of a room, of which a version is left.
    pub fn file(&self, room: RoomId, file: FileId) -> Option<&File> {
        let found = self.files.rooms.get(&room)?.files.get(&file)?;
        Some(found)
    }

    /// The file at a path of a room, removed or not, or at one that looks the same.
    pub fn file_at(&self, room: RoomId, key: PathKey) -> Option<FileId> {
        self.files.rooms.get(&room)?.keys.get(&key).copied()
    }

    /// How many bytes of files a room keeps.
    pub fn file_bytes(&self, room: RoomId) -> u64 {
        self.files.rooms.get(&room).map_or(0, |of| of.bytes)
    }
}
