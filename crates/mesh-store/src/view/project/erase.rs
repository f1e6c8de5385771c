//! What is erased for good leaves the files.

use super::Projector;
use crate::StoreError;

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
