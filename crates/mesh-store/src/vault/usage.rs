//! Requests a day of API keys. The node counts in memory and hands over sums now and then.

use mesh_model::CredentialId;

use super::Vault;
use crate::StoreError;
use crate::sql::{self, int, number};

/// Days kept, the present one included: only today's count limits anything.
const DAYS_KEPT: u64 = 2;

impl Vault {
    /// Requests of each credential on a day (days since 1970, UTC).
    pub fn usage(&self, day: u64) -> Result<Vec<(CredentialId, u64)>, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached(
            "SELECT credential, count FROM usage WHERE day = ?1 ORDER BY credential",
        )?;
        let rows = statement.query_map([int(day)], |row| {
            Ok((CredentialId(sql::uuid(row, 0)?), number(row.get(1)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds requests to a day's counts, all in one sync, and forgets days gone by.
    pub fn add_usage(&self, day: u64, counts: &[(CredentialId, u64)]) -> Result<(), StoreError> {
        let mut db = self.write();
        let tx = db.transaction()?;
        tx.prepare_cached("DELETE FROM usage WHERE day <= ?1")?
            .execute([int(day) - DAYS_KEPT as i64])?;
        {
            let mut upsert = tx.prepare_cached(
                "INSERT INTO usage VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET count = count + excluded.count",
            )?;
            for (credential, count) in counts {
                upsert.execute((int(day), credential.0.as_bytes(), int(*count)))?;
            }
        }
        tx.commit()?;
        Ok(())
    }
}
