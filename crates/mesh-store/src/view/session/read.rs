//! Sessions of clients.

use mesh_model::api::ClientInfo;
use mesh_model::events::SessionEnd;
use mesh_model::{Millis, ParticipantId, Seq, SessionId};
use rusqlite::{OptionalExtension, Row};

use crate::StoreError;
use crate::sql::{self, int};
use crate::view::{Numbers, View};

/// A session, running or ended.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRow {
    /// The session.
    pub id: SessionId,
    /// Whose.
    pub participant: ParticipantId,
    /// Where in the log it began.
    pub opened: Seq,
    /// When it began.
    pub opened_at: Millis,
    /// What the client stated about itself.
    pub client: ClientInfo,
    /// When it ended.
    pub closed_at: Option<Millis>,
    /// Why it ended.
    pub reason: Option<SessionEnd>,
}

/// Which sessions.
#[derive(Debug, Clone, Copy, Default)]
pub struct SessionFilter {
    /// Only this participant's.
    pub participant: Option<ParticipantId>,
    /// Ended ones too.
    pub ended: bool,
    /// Only those that touch the time from here on.
    pub since: Option<Millis>,
    /// Only those that touch the time up to here.
    pub until: Option<Millis>,
}

const SESSION: &str =
    "SELECT id, participant, opened, opened_at, client, closed_at, reason FROM sessions";

fn session(numbers: &Numbers, row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    let client: String = row.get(4)?;
    let reason: Option<String> = row.get(6)?;
    Ok(SessionRow {
        id: SessionId(sql::uuid(row, 0)?),
        participant: numbers.participant_id(row.get(1)?),
        opened: sql::seq(row, 2)?,
        opened_at: sql::millis(row, 3)?,
        client: serde_json::from_str(&client).unwrap_or_default(),
        closed_at: sql::millis_option(row, 5)?,
        reason: reason.and_then(|json| serde_json::from_str(&json).ok()),
    })
}

impl View {
    /// One session.
    pub fn session(&self, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!("{SESSION} WHERE id = ?1"))?;
            Ok(statement
                .query_row([id.0.as_bytes()], |row| session(numbers, row))
                .optional()?)
        })
    }

    /// Sessions, newest first, at most `limit`.
    pub fn sessions(
        &self,
        filter: SessionFilter,
        limit: usize,
    ) -> Result<Vec<SessionRow>, StoreError> {
        self.read(|db, numbers| {
            let participant = filter.participant.map(|id| numbers.participant(id).unwrap_or(0));
            // Three statements, so that each uses the index made for it.
            let narrow = match (participant, filter.ended) {
                (Some(_), _) => "participant = ?1 AND (?2 OR closed_at IS NULL)",
                (None, false) => "closed_at IS NULL AND ?1 IS NULL AND NOT ?2",
                (None, true) => "?1 IS NULL AND ?2",
            };
            let mut statement = db.prepare_cached(&format!(
                "{SESSION} WHERE {narrow} AND coalesce(closed_at, ?3) >= ?3 AND opened_at <= ?4 ORDER BY opened DESC LIMIT ?5"
            ))?;
            let (since, until) = sql::span(filter.since, filter.until);
            let rows = statement.query_map((participant, filter.ended, since, until, int(limit as u64)), |row| {
                session(numbers, row)
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
