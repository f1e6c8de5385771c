//! What participants say of themselves.

use mesh_model::api::Profile;
use mesh_model::{Millis, ParticipantId};
use rusqlite::{OptionalExtension, Row};

use crate::StoreError;
use crate::sql;
use crate::view::View;

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
