//! What is erased for good leaves the tables, the index and the files.

use mesh_model::events::{MessageRedacted, RoomExpired};

use super::{Batch, Projector, StoredEvent};
use crate::StoreError;
use crate::sql::int;
use crate::view::tasks::schema::{LAST_PLACE, PLACES, SPEAKS};

/// How long readers may keep the journal from being emptied before it is tried again with the next batch.
const JOURNAL_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Beginnings of words that are not longer than this tell nobody anything. In bytes, the index's zero among them.
const TELLING_BYTES: i64 = 3;

impl Batch<'_> {
    pub(super) fn redacted(&mut self, facts: &MessageRedacted) -> Result<(), StoreError> {
        self.erased = true;
        for place in &facts.erased {
            self.waits_no_more(int(place.0))?;
        }
        self.message_redacted(int(facts.message.0.0))
    }

    pub(super) fn room_expired(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &RoomExpired,
    ) -> Result<(), StoreError> {
        self.erased = true;
        let (room, upto) = (self.room(facts.room)?, int(facts.upto.0));
        let there: Vec<i64> = self
            .tx
            .prepare_cached(
                "SELECT seq FROM messages WHERE room = ?1 AND seq <= ?2 AND gone & 2 = 0 ORDER BY seq",
            )?
            .query_map((room, upto), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for seq in there {
            self.message_redacted(seq)?;
        }
        for sql in [
            "UPDATE quarantine SET waits = 0, facts = '', content = NULL WHERE room = ?1 AND seq <= ?2 AND waits",
            "UPDATE published SET payload = '{}' WHERE room = ?1 AND seq <= ?2 AND payload <> '{}'",
        ] {
            self.tx.prepare_cached(sql)?.execute((room, upto))?;
        }
        self.tasks_expired(event, room, upto)?;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO expiries VALUES (?1, ?2, ?3)")?
            .execute((int(event.seq.0), room, upto))?;
        Ok(())
    }

    /// Tasks that are over, with everything they put out at that place or before it. Which these are is kept: a task may
    /// begin again before the log is rid of its words.
    fn tasks_expired(
        &mut self,
        event: &StoredEvent<'_>,
        room: i64,
        upto: i64,
    ) -> Result<(), StoreError> {
        self.write_tasks()?;
        let over: Vec<(i64, Vec<u8>)> = self
            .tx
            .prepare_cached(&format!(
                "SELECT t.seq, t.id FROM tasks t WHERE t.room = ?1 AND t.seq <= ?2
                   AND t.ended_at IS NOT NULL AND {LAST_PLACE} <= ?2 AND {SPEAKS}"
            ))?
            .query_map((room, upto), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (task, id) in over {
            self.tx
                .prepare_cached(&format!(
                    "INSERT OR IGNORE INTO expired_tasks SELECT ?2, place FROM ({PLACES})"
                ))?
                .execute((task, int(event.seq.0)))?;
            self.forget_task(task, &id)?;
        }
        Ok(())
    }

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
