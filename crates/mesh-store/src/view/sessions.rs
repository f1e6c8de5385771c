//! Who was where when: sessions of clients, and stays in rooms.

use mesh_model::api::{ClientInfo, Stay};
use mesh_model::events::SessionEnd;
use mesh_model::{Millis, ParticipantId, RoomId, Seq, SessionId};
use rusqlite::{OptionalExtension, Row};

use super::{Numbers, View};
use crate::StoreError;
use crate::sql::{self, int};

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

/// Which stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct StayFilter {
    /// Only in this room.
    pub room: Option<RoomId>,
    /// Only this participant's.
    pub participant: Option<ParticipantId>,
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
            let (since, until) = span(filter.since, filter.until);
            let rows = statement.query_map((participant, filter.ended, since, until, int(limit as u64)), |row| {
                session(numbers, row)
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Stays in the rooms that `sees` lets through, newest first, at most `limit`.
    pub fn stays(
        &self,
        filter: StayFilter,
        sees: impl Fn(RoomId) -> bool,
        limit: usize,
    ) -> Result<Vec<Stay>, StoreError> {
        self.read(|db, numbers| {
            let room = filter.room.map(|id| numbers.room(id).unwrap_or(0));
            let participant = filter
                .participant
                .map(|id| numbers.participant(id).unwrap_or(0));
            let narrow = match (room, participant) {
                (Some(_), _) => "room = ?1 AND (?2 IS NULL OR participant = ?2)",
                (None, Some(_)) => "?1 IS NULL AND participant = ?2",
                (None, None) => "?1 IS NULL AND ?2 IS NULL",
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT participant, room, joined_at, left_at FROM stays
                 WHERE {narrow} AND coalesce(left_at, ?3) >= ?3 AND joined_at <= ?4
                 ORDER BY joined DESC, room, participant"
            ))?;
            let (since, until) = span(filter.since, filter.until);
            let mut rows = statement.query((room, participant, since, until))?;
            let mut stays = Vec::new();
            while stays.len() < limit
                && let Some(row) = rows.next()?
            {
                let room = numbers.room_id(row.get(1)?);
                if sees(room) {
                    stays.push(Stay {
                        participant: numbers.participant_id(row.get(0)?),
                        room,
                        joined_at: sql::millis(row, 2)?,
                        left_at: sql::millis_option(row, 3)?,
                    });
                }
            }
            Ok(stays)
        })
    }
}

fn span(since: Option<Millis>, until: Option<Millis>) -> (i64, i64) {
    (
        since.map_or(0, |at| int(at.0)),
        until.map_or(i64::MAX, |at| int(at.0)),
    )
}
