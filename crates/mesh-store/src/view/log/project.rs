//! When the log was where.

use crate::StoreError;
use crate::sql::int;
use crate::view::StoredEvent;
use crate::view::project::Batch;

/// Milliseconds of a second.
pub(super) const SECOND_MS: u64 = 1000;

impl Batch<'_> {
    /// Notes the event's place if it is the first of its second.
    pub(in crate::view) fn note_second(
        &mut self,
        event: &StoredEvent<'_>,
    ) -> Result<(), StoreError> {
        let second = event.at.0 / SECOND_MS;
        if self.known.second == Some(second) {
            return Ok(());
        }
        self.known.second = Some(second);
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO clock VALUES (?1, ?2)")?
            .execute((int(second), int(event.seq.0)))?;
        Ok(())
    }
}
