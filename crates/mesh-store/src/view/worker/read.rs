//! What workers say of themselves.

use mesh_model::ParticipantId;
use mesh_model::api::WorkerBody;
use rusqlite::OptionalExtension;

use crate::StoreError;
use crate::view::View;

impl View {
    /// What these workers say of themselves, in the order asked for.
    pub fn about_workers(&self, workers: &[ParticipantId]) -> Result<Vec<WorkerBody>, StoreError> {
        self.read(|db, numbers| {
            let mut statement =
                db.prepare_cached("SELECT machine, runner FROM workers WHERE participant = ?1")?;
            let mut found = Vec::with_capacity(workers.len());
            for worker in workers {
                let about = statement.query_row([numbers.participant(*worker)], |row| {
                    Ok(WorkerBody {
                        machine: row.get(0)?,
                        runner: row.get(1)?,
                    })
                });
                found.push(about.optional()?.unwrap_or_default());
            }
            Ok(found)
        })
    }
}
