//! Shared files and their versions.

use mesh_model::api::{FileBody, FileRef};
use mesh_model::events::FilePut;
use mesh_model::{BlobHash, FileId, Millis, ParticipantId, RoomId, Seq};
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::StoreError;
use crate::sql::{self, Read, int, stored};
use crate::view::{Numbers, View, Visible};

/// A version of a file.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Its place.
    pub seq: Seq,
    /// When it was put.
    pub at: Millis,
    /// By whom.
    pub author: ParticipantId,
    /// What is for good.
    pub facts: FilePut,
    /// Name, hash, kind and note; absent if they were erased.
    pub body: Option<FileBody>,
    /// The file's path as far as it is known.
    pub path: Option<String>,
    /// Whether the file was removed since.
    pub removed: bool,
}

/// Which files of a room.
#[derive(Debug, Clone)]
pub struct FileSearch {
    /// The room, and the first place that may be seen.
    pub room: Visible,
    /// How their paths begin.
    pub prefix: String,
    /// Whether those are meant that were removed.
    pub removed: bool,
    /// Behind this one.
    pub after: Option<FileId>,
    /// At most so many.
    pub limit: usize,
}

const COLUMNS: &str = "v.seq, v.at, v.author, v.facts, v.content, f.path, f.removed";

impl View {
    /// The file at a path of a room, removed or not.
    pub fn file_at(&self, room: RoomId, path: &str) -> Result<Option<FileId>, StoreError> {
        self.read(|db, numbers| {
            let Some(room) = numbers.room(room) else {
                return Ok(None);
            };
            let mut statement = db.prepare_cached(
                "SELECT id FROM files WHERE room = ?1 AND path = ?2 ORDER BY removed IS NOT NULL, id DESC LIMIT 1",
            )?;
            let found = statement.query_row((room, path), |row| Ok(FileId(sql::uuid(row, 0)?)));
            Ok(found.optional()?)
        })
    }

    /// The path of a file, if a version of it is left.
    pub fn file_path(&self, file: FileId) -> Result<Option<String>, StoreError> {
        self.read(|db, _| path_of(db, file))
    }

    /// A version of a file, its newest if none is named, from the first place on that may be seen.
    pub fn file_version(
        &self,
        room: Visible,
        file: FileId,
        version: Option<u32>,
    ) -> Result<Option<FileRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(no) = numbers.room(room.0) else {
                return Ok(None);
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM file_versions v JOIN files f ON f.id = v.file
                 WHERE v.file = ?1 AND v.room = ?2 AND v.version = coalesce(?3, f.newest) AND v.seq >= ?4"
            ))?;
            let found = statement.query_row(
                (file.0.as_bytes(), no, version, int(room.1.0)),
                |row| version_of(numbers, row),
            );
            found.optional()?.transpose()
        })
    }

    /// The versions of a file before one, the newest first.
    pub fn file_versions(
        &self,
        room: Visible,
        file: FileId,
        before: Option<u32>,
        limit: usize,
    ) -> Result<Vec<FileRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(no) = numbers.room(room.0) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM file_versions v JOIN files f ON f.id = v.file
                 WHERE v.file = ?1 AND v.room = ?2 AND v.version < ?3 AND v.seq >= ?4 ORDER BY v.version DESC LIMIT ?5"
            ))?;
            let before = before.map_or(i64::MAX, i64::from);
            let asked = (file.0.as_bytes(), no, before, int(room.1.0), int(limit as u64));
            let rows = statement.query_map(asked, |row| version_of(numbers, row))?;
            rows.map(|row| row?).collect()
        })
    }

    /// The files of a room by path, each with its newest version.
    pub fn files(&self, search: &FileSearch) -> Result<Vec<FileRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(no) = numbers.room(search.room.0) else {
                return Ok(Vec::new());
            };
            let after = match search.after {
                Some(file) => path_of(db, file)?.unwrap_or_default(),
                None => String::new(),
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM files f JOIN file_versions v ON v.file = f.id AND v.version = f.newest
                 WHERE f.room = ?1 AND f.path > ?2 AND f.path >= ?3 AND substr(f.path, 1, length(?3)) = ?3
                   AND (f.removed IS NOT NULL) = ?4 AND v.seq >= ?5
                 ORDER BY f.path LIMIT ?6"
            ))?;
            let asked = (
                no,
                after,
                &search.prefix,
                search.removed,
                int(search.room.1.0),
                int(search.limit as u64),
            );
            let rows = statement.query_map(asked, |row| version_of(numbers, row))?;
            rows.map(|row| row?).collect()
        })
    }

    /// Whether a version of a file, or of a skill, has these bytes.
    pub fn has_blob(&self, hash: BlobHash) -> Result<bool, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached(
                "SELECT 1 FROM file_versions WHERE sha256 = ?1
                 UNION ALL SELECT 1 FROM skill_versions WHERE sha256 = ?1 LIMIT 1",
            )?;
            Ok(statement.exists([hash.0])?)
        })
    }

    /// The hashes of all bytes that versions of files and skills have, behind one, in their order, with how many there are of each.
    pub fn blobs(
        &self,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<(BlobHash, u64)>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached(
                "SELECT sha256, min(facts ->> '$.bytes') FROM (
                     SELECT sha256, facts FROM file_versions WHERE sha256 > ?1
                     UNION ALL SELECT sha256, facts FROM skill_versions WHERE sha256 > ?1)
                 GROUP BY sha256 ORDER BY sha256 LIMIT ?2",
            )?;
            let after = after.map_or(Vec::new(), |hash| hash.0.to_vec());
            let rows = statement.query_map((after, int(limit as u64)), |row| {
                Ok((BlobHash(row.get(0)?), sql::number(row.get(1)?)))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// A version of a file of a room, wherever the asker's sight begins.
pub(in crate::view) fn attached(
    db: &Transaction<'_>,
    numbers: &Numbers,
    room: RoomId,
    named: FileRef,
) -> Result<Option<FileRow>, StoreError> {
    let Some(room) = numbers.room(room) else {
        return Ok(None);
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM file_versions v JOIN files f ON f.id = v.file
         WHERE v.file = ?1 AND v.version = ?2 AND v.room = ?3"
    ))?;
    let found = statement.query_row((named.file.0.as_bytes(), named.version, room), |row| {
        version_of(numbers, row)
    });
    found.optional()?.transpose()
}

fn path_of(db: &Transaction<'_>, file: FileId) -> Result<Option<String>, StoreError> {
    let mut statement = db.prepare_cached("SELECT path FROM files WHERE id = ?1")?;
    let found = statement.query_row([file.0.as_bytes()], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

fn version_of(numbers: &Numbers, row: &Row<'_>) -> Read<FileRow> {
    let (seq, at) = (sql::seq(row, 0)?, sql::millis(row, 1)?);
    let author = numbers.participant_id(row.get(2)?);
    let facts: String = row.get(3)?;
    let (body, path) = (sql::words(row.get(4)?), row.get(5)?);
    let removed = row.get::<_, Option<i64>>(6)?.is_some();
    Ok(stored(&facts).map(|facts| FileRow {
        seq,
        at,
        author,
        facts,
        body,
        path,
        removed,
    }))
}
