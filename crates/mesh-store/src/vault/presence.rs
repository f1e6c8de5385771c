//! How participants left: last seen, state and summary. What is true at this moment is the node's own.

use mesh_model::api::PresenceState;
use mesh_model::{Millis, ParticipantId};
use rusqlite::{OptionalExtension, Row};

use super::Vault;
use crate::StoreError;
use crate::sql::{self, int};

/// What is known of a participant's presence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// What it said last: `idle`, `busy` or `dnd`.
    pub state: PresenceState,
    /// What it was doing, in its own words.
    pub summary: Option<String>,
    /// When it was last connected.
    pub last_seen: Option<Millis>,
}

const STATES: [(PresenceState, &str); 5] = [
    (PresenceState::Idle, "idle"),
    (PresenceState::Busy, "busy"),
    (PresenceState::Dnd, "dnd"),
    (PresenceState::Away, "away"),
    (PresenceState::Offline, "offline"),
];

fn name(state: PresenceState) -> &'static str {
    STATES
        .iter()
        .find(|(known, _)| *known == state)
        .map_or("offline", |(_, name)| name)
}

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    let state: String = row.get(0)?;
    let state = STATES
        .iter()
        .find(|(_, name)| *name == state)
        .map(|(state, _)| *state);
    Ok(Known {
        state: state.unwrap_or_default(),
        summary: row.get(1)?,
        last_seen: sql::millis_option(row, 2)?,
    })
}

impl Vault {
    /// How a participant left; nothing special if it never came.
    pub fn presence(&self, participant: ParticipantId) -> Result<Known, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached(
            "SELECT state, summary, last_seen FROM presence WHERE participant = ?1",
        )?;
        Ok(statement
            .query_row([participant.0.as_bytes()], known)
            .optional()?
            .unwrap_or_default())
    }

    /// How everybody left.
    pub fn presences(&self) -> Result<Vec<(ParticipantId, Known)>, StoreError> {
        let db = self.read();
        let mut statement = db.prepare_cached(
            "SELECT state, summary, last_seen, participant FROM presence ORDER BY participant",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((ParticipantId(sql::uuid(row, 3)?), known(row)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Notes how participants are, all in one sync.
    pub fn set_presences<'a>(
        &self,
        all: impl IntoIterator<Item = (ParticipantId, &'a Known)>,
    ) -> Result<(), StoreError> {
        let mut db = self.write();
        let tx = db.transaction()?;
        {
            let mut upsert =
                tx.prepare_cached("INSERT OR REPLACE INTO presence VALUES (?1, ?2, ?3, ?4)")?;
            for (participant, known) in all {
                let last_seen = known.last_seen.map(|at| int(at.0));
                upsert.execute((
                    participant.0.as_bytes(),
                    name(known.state),
                    &known.summary,
                    last_seen,
                ))?;
            }
        }
        tx.commit()?;
        Ok(())
    }
}
