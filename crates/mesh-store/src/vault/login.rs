//! The limit on failed sign-ins of an address. It survives a restart.

use mesh_model::Millis;
use mesh_model::limits::{LOGIN_FAILURES_MAX, LOGIN_WINDOW_MS};

use super::Vault;
use crate::StoreError;
use crate::sql::{int, number};

/// A sign-in that was begun and counts as failed until [`Vault::login_succeeded`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt(i64);

/// Too many failed sign-ins from this address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocked {
    /// When the next one is possible, in milliseconds from now.
    pub retry_after_ms: u64,
}

impl Vault {
    /// Begins a sign-in from `address`. It counts as failed from the first moment, so that many at once get no
    /// further than one after the other, and a crash forgives none.
    pub fn begin_login(
        &self,
        address: &str,
        now: Millis,
    ) -> Result<Result<Attempt, Blocked>, StoreError> {
        let mut db = self.write();
        let tx = db.transaction()?;
        // A clock that was set back must not block an address for longer than the window.
        tx.prepare_cached("UPDATE attempts SET at = ?1 WHERE at > ?1")?
            .execute([int(now.0)])?;
        let since = int(now.0.saturating_sub(LOGIN_WINDOW_MS));
        tx.prepare_cached("DELETE FROM attempts WHERE at <= ?1")?
            .execute([since])?;
        let (count, first): (u32, Option<i64>) = tx
            .prepare_cached(
                "SELECT count(*), min(at) FROM (SELECT at FROM attempts WHERE address = ?1 ORDER BY at DESC LIMIT ?2)",
            )?
            .query_row((address, LOGIN_FAILURES_MAX), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let begun = if count >= LOGIN_FAILURES_MAX {
            let free_at = Millis(number(first.unwrap_or(0))).plus(LOGIN_WINDOW_MS);
            Err(Blocked {
                retry_after_ms: free_at.since(now).max(1),
            })
        } else {
            tx.prepare_cached("INSERT INTO attempts (address, at) VALUES (?1, ?2)")?
                .execute((address, int(now.0)))?;
            Ok(Attempt(tx.last_insert_rowid()))
        };
        tx.commit()?;
        Ok(begun)
    }

    /// The sign-in was right: it does not count. Earlier failures of the address still do, or else somebody with
    /// one account could guess at others for ever.
    pub fn login_succeeded(&self, attempt: Attempt) -> Result<(), StoreError> {
        self.write()
            .prepare_cached("DELETE FROM attempts WHERE id = ?1")?
            .execute([attempt.0])?;
        Ok(())
    }
}
