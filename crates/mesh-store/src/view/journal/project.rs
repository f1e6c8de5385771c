//! Journals: lines written, and their words erased.

use mesh_model::events::{JournalErased, JournalFacts, JournalWritten};

use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::Batch;

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &JournalFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        JournalFacts::Written(facts) => batch.line_written(event, facts),
        JournalFacts::Erased(facts) => batch.lines_erased(event, facts),
    }
}

impl Batch<'_> {
    fn line_written(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &JournalWritten,
    ) -> Result<(), StoreError> {
        let author = self.participant(facts.author)?;
        let room = facts.room.map(|room| self.room(room)).transpose()?;
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO journal (seq, author, level, room, task, at, facts, content)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((
                int(event.seq.0),
                author,
                facts.level as i64,
                room,
                facts.task.as_ref().map(|task| task.0.as_bytes()),
                int(event.at.0),
                json(facts),
                event.content,
            ))?;
        Ok(())
    }

    fn lines_erased(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &JournalErased,
    ) -> Result<(), StoreError> {
        self.erased = true;
        let author = self.participant(facts.author)?;
        let upto = facts.upto.min(event.seq);
        self.tx
            .prepare_cached(
                "UPDATE journal SET content = NULL WHERE author = ?1 AND task IS NULL AND seq BETWEEN ?2 AND ?3",
            )?
            .execute((author, int(facts.from.0), int(upto.0)))?;
        Ok(())
    }

    /// The words of all lines about a task leave with the task's.
    pub(in crate::view) fn forget_lines_about(&mut self, task: &[u8]) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("UPDATE journal SET content = NULL WHERE task = ?1")?
            .execute([task])?;
        Ok(())
    }
}
