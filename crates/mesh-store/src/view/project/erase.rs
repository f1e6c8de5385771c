//! What is erased for good leaves the index and the files.

use super::{Batch, Projector};
use crate::StoreError;

/// How long readers may keep the journal from being emptied before it is tried again with the next batch.
const JOURNAL_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Beginnings of words that are not longer than this tell nobody anything. In bytes, the index's zero among them.
const TELLING_BYTES: i64 = 3;

impl Batch<'_> {
    /// `gone` are words that no message says any more, in their order.
    ///
    /// The index keeps beginnings of words as signposts between its pages, also of words that it has no more.
    /// If one of them tells of a word that was erased, and no other word begins so, the index is written anew. That is
    /// rare.
    pub(super) fn forget_signposts(&mut self, gone: &[String]) -> Result<(), StoreError> {
        if !self.erased {
            return Ok(());
        }
        let mut signs = self
            .tx
            .prepare_cached("SELECT term FROM message_fts_idx WHERE length(term) > ?1")?;
        let mut alive = self.tx.prepare_cached(
            "SELECT 1 FROM words WHERE word >= ?1 AND word < ?1 || char(1114111) LIMIT 1",
        )?;
        let mut told = false;
        let mut rows = signs.query([TELLING_BYTES])?;
        while let Some(row) = rows.next()? {
            let term = row.get_ref(0)?.as_bytes().unwrap_or_default();
            // In the index's own list each word begins with a zero. A beginning may end within a letter.
            let sign = &term[1..];
            let next = gone.partition_point(|word| word.as_bytes() < sign);
            let tells = gone
                .get(next)
                .is_some_and(|word| word.as_bytes().starts_with(sign));
            told |= tells && !alive.exists([String::from_utf8_lossy(sign)])?;
        }
        drop(rows);
        if told {
            self.tx
                .execute_batch("INSERT INTO message_fts (message_fts) VALUES ('optimize')")?;
        }
        Ok(())
    }
}

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
