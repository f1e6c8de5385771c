//! What workers say of themselves.

use mesh_model::ParticipantId;
use rusqlite::OptionalExtension;

use crate::StoreError;
use crate::view::View;

/// What a worker says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerAbout {
    /// The machine it runs on.
    pub machine: Option<String>,
    /// What runs its tasks.
    pub runner: Option<String>,
}

impl View {
    /// What these workers say of themselves, in the order asked for.
    pub fn about_workers(&self, workers: &[ParticipantId]) -> Result<Vec<WorkerAbout>, StoreError> {
        self.read(|db, numbers| {
            let mut statement =
                db.prepare_cached("SELECT machine, runner FROM workers WHERE participant = ?1")?;
            let mut found = Vec::with_capacity(workers.len());
            for worker in workers {
                let about = statement.query_row([numbers.participant(*worker)], |row| {
                    Ok(WorkerAbout {
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
