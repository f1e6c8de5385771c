//! Files: put, removed, erased.

use mesh_model::FileId;
use mesh_model::api::FileBody;
use mesh_model::events::{FileFacts, FilePut, FileRedacted, FileRemoved};

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &FileFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        FileFacts::Put(facts) => batch.file_put(event, facts),
        FileFacts::Removed(facts) => batch.file_removed(event, facts),
        FileFacts::Redacted(facts) => batch.file_redacted(facts),
    }
}

impl Batch<'_> {
    fn file_put(&mut self, event: &StoredEvent<'_>, facts: &FilePut) -> Result<(), StoreError> {
        let (room, author) = (self.room(facts.room)?, self.actor(event)?);
        let body: Option<FileBody> = event
            .content
            .and_then(|json| serde_json::from_str(json).ok());
        self.tx
            .prepare_cached(
                "INSERT INTO files (id, room, path, newest) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (id) DO UPDATE SET path = coalesce(excluded.path, path), newest = excluded.newest, removed = NULL",
            )?
            .execute((
                facts.file.0.as_bytes(),
                room,
                body.as_ref().map(|body| &body.path),
                facts.version,
            ))?;
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO file_versions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute((
                int(event.seq.0),
                int(event.at.0),
                room,
                facts.file.0.as_bytes(),
                facts.version,
                author,
                json(facts),
                event.content.filter(|_| body.is_some()),
                body.as_ref().map(|body| body.sha256.0),
            ))?;
        Ok(())
    }

    fn file_removed(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &FileRemoved,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("UPDATE files SET removed = ?2 WHERE id = ?1")?
            .execute((facts.file.0.as_bytes(), int(event.seq.0)))?;
        Ok(())
    }

    fn file_redacted(&mut self, facts: &FileRedacted) -> Result<(), StoreError> {
        for place in &facts.erased {
            self.version_gone(int(place.0))?;
        }
        self.forget_path(facts.file)
    }

    fn version_gone(&mut self, seq: i64) -> Result<(), StoreError> {
        self.erased = true;
        self.tx
            .prepare_cached(
                "UPDATE file_versions SET content = NULL, sha256 = NULL WHERE seq = ?1",
            )?
            .execute([seq])?;
        Ok(())
    }

    /// A file of which nothing is left has no name any more.
    fn forget_path(&mut self, file: FileId) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE files SET path = NULL WHERE id = ?1
                 AND NOT EXISTS (SELECT 1 FROM file_versions WHERE file = ?1 AND content IS NOT NULL)",
            )?
            .execute([file.0.as_bytes()])?;
        Ok(())
    }

    /// What was put into a room up to a place is over.
    pub(in crate::view) fn files_expired(
        &mut self,
        room: i64,
        upto: i64,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE file_versions SET content = NULL, sha256 = NULL
                 WHERE room = ?1 AND seq <= ?2 AND content IS NOT NULL",
            )?
            .execute((room, upto))?;
        self.tx
            .prepare_cached(
                "UPDATE files SET path = NULL WHERE room = ?1 AND path IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM file_versions v WHERE v.file = files.id AND v.content IS NOT NULL)",
            )?
            .execute([room])?;
        Ok(())
    }
}
