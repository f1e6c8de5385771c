//! What is erased for good leaves the files, and where in the log it is.

use mesh_model::MessageId;
use mesh_model::events::Erased;
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::{Batch, Projector};
use crate::StoreError;
use crate::sql::{self, int};
use crate::view::StoredEvent;

/// The places in the log of words that are erased with a task or a memory: what those events declare.
pub(in crate::view) const TABLES: &str = "
CREATE TABLE word_places (owner BLOB, seq INTEGER, PRIMARY KEY (owner, seq)) WITHOUT ROWID;
";

/// How long readers may keep the journal from being emptied before it is tried again with the next batch.
const JOURNAL_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

impl Projector {
    /// After something was erased, empties the journal, which still holds the pages as they were before.
    /// Readers may be in the way for a moment; then it is done with a later batch.
    pub(super) fn clear_journal(&mut self) -> Result<(), StoreError> {
        if !self.erased {
            return Ok(());
        }
        self.db.busy_timeout(JOURNAL_WAIT)?;
        let busy: i64 = self
            .db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        self.erased = busy != 0;
        Ok(())
    }
}

impl Batch<'_> {
    /// Notes where the event's words are, if they go with something that is not in the event's own row.
    pub(super) fn note_words(&mut self, event: &StoredEvent<'_>) -> Result<(), StoreError> {
        match event.facts.erased() {
            Erased::Never | Erased::WithRoom | Erased::WithMessage(None) | Erased::WithJournal => {
                Ok(())
            }
            Erased::WithMessage(Some(message)) => self.note_edit(event, message),
            Erased::WithTask(task) => self.note_place(event, task.0),
            Erased::WithMemory(memory) => self.note_place(event, memory.0),
            Erased::WithApproval(approval) => {
                let mut select = self.tx.prepare_cached(
                    "SELECT task FROM approvals WHERE id = ?1 AND task IS NOT NULL",
                )?;
                let held = select.query_row([approval.0.as_bytes()], |row| sql::uuid(row, 0));
                match held.optional()? {
                    Some(task) => self.note_place(event, task),
                    None => Ok(()),
                }
            }
        }
    }

    fn note_place(&mut self, event: &StoredEvent<'_>, owner: Uuid) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO word_places VALUES (?1, ?2)")?
            .execute((owner.as_bytes(), int(event.seq.0)))?;
        Ok(())
    }

    fn note_edit(&mut self, event: &StoredEvent<'_>, message: MessageId) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("INSERT INTO edits VALUES (?1, ?2, ?3)")?
            .execute((int(event.seq.0), int(message.0.0), int(event.at.0)))?;
        Ok(())
    }
}
