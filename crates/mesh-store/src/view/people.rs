//! What participants say of themselves.

use mesh_model::api::Profile;
use mesh_model::{Millis, ParticipantId};
use rusqlite::{OptionalExtension, Row};

use super::View;
use crate::StoreError;
use crate::sql;

/// A participant's erasable side. The rest (key, roles, trust, …) is in the core's state.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileRow {
    /// The participant.
    pub id: ParticipantId,
    /// Its handle.
    pub handle: String,
    /// What it says of itself.
    pub profile: Profile,
    /// When it was registered.
    pub registered_at: Millis,
}

/// What a worker says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerAbout {
    /// The machine it runs on.
    pub machine: Option<String>,
    /// What runs its tasks.
    pub runner: Option<String>,
}

const COLUMNS: &str = "id, handle, profile, registered_at";

fn row(row: &Row<'_>) -> rusqlite::Result<ProfileRow> {
    let profile: String = row.get(2)?;
    Ok(ProfileRow {
        id: ParticipantId(sql::uuid(row, 0)?),
        handle: row.get(1)?,
        profile: serde_json::from_str(&profile).unwrap_or_default(),
        registered_at: sql::millis(row, 3)?,
    })
}

impl View {
    /// One participant's profile.
    pub fn profile(&self, participant: ParticipantId) -> Result<Option<ProfileRow>, StoreError> {
        self.read(|db, _| {
            let mut statement =
                db.prepare_cached(&format!("SELECT {COLUMNS} FROM participants WHERE id = ?1"))?;
            Ok(statement
                .query_row([participant.0.as_bytes()], row)
                .optional()?)
        })
    }

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

    /// All registered participants, in the order of their registration.
    pub fn profiles(&self) -> Result<Vec<ProfileRow>, StoreError> {
        self.find_profiles("")
    }

    /// Participants in whose handle, name or profile each word of `words` occurs, in the order of their
    /// registration. The caller leaves out whom the asker may not see, and adds what is found by words
    /// that are not here: roles, groups, the present summary.
    pub fn find_profiles(&self, words: &str) -> Result<Vec<ProfileRow>, StoreError> {
        self.read(|db, _| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM participants WHERE handle <> '' ORDER BY no"
            ))?;
            let mut rows = statement.query([])?;
            let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
            let mut found = Vec::new();
            while let Some(next) = rows.next()? {
                let profile = row(next)?;
                if words.iter().all(|word| profile.says(word)) {
                    found.push(profile);
                }
            }
            Ok(found)
        })
    }
}

impl ProfileRow {
    /// Whether `word`, in small letters, occurs in it.
    pub fn says(&self, word: &str) -> bool {
        let has = |text: &str| text.to_lowercase().contains(word);
        let Profile {
            display_name,
            about,
            skills,
        } = &self.profile;
        has(&self.handle)
            || has(display_name)
            || has(about)
            || skills.iter().any(|skill| has(skill))
    }
}
