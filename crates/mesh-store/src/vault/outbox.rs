//! How far what goes out of the node has come: one position in the log for each destination. What is owed to one is everything
//! after it, so nothing waits here. A position that was not written yet before a crash leads to a repetition, never to a gap.

use mesh_model::Seq;
use rusqlite::OptionalExtension;

use super::Vault;
use crate::StoreError;
use crate::sql::{int, seq};

impl Vault {
    /// How far a destination has come; nothing if it never got anything.
    pub fn outbox_position(&self, destination: &str) -> Result<Option<Seq>, StoreError> {
        let position = self
            .read()
            .prepare_cached("SELECT seq FROM outbox WHERE destination = ?1")?
            .query_row([destination], |row| seq(row, 0))
            .optional()?;
        Ok(position)
    }

    /// A destination has everything up to here. It is durable when this returns.
    pub fn move_outbox(&self, destination: &str, upto: Seq) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("INSERT OR REPLACE INTO outbox VALUES (?1, ?2)")?
            .execute((destination, int(upto.0)))?;
        Ok(())
    }

    /// Forgets a destination that is no more.
    pub fn forget_outbox(&self, destination: &str) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("DELETE FROM outbox WHERE destination = ?1")?
            .execute([destination])?;
        Ok(())
    }
}
