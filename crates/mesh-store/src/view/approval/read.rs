//! Approvals and their answers.

use mesh_model::api::ApprovalBody;
use mesh_model::events::ApprovalRequested;
use mesh_model::{ApprovalId, Millis, ParticipantId, RoomId, Seq};
use rusqlite::{OptionalExtension, Row, Transaction};

use crate::StoreError;
use crate::sql::{self, Read, int, stored, words};
use crate::view::{Numbers, View};

pub(in crate::view) const APPROVED: i64 = 1;

pub(in crate::view) const REJECTED: i64 = 2;

pub(in crate::view) const EXPIRED: i64 = 3;

/// How an approval ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApprovalAnswer {
    /// It was given.
    Approved,
    /// It was refused.
    Rejected,
    /// Nobody answered, or nobody waited for the answer any more.
    Expired,
}

/// The end of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What came of it.
    pub answer: ApprovalAnswer,
    /// The place of the answer.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// Who answered.
    pub by: Option<ParticipantId>,
    /// Why; empty if nobody said or it was erased.
    pub reason: String,
}

/// An approval.
#[derive(Debug, Clone)]
pub struct ApprovalRow {
    /// Where it was asked for.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// Who asked whom for what.
    pub facts: ApprovalRequested,
    /// The question; absent if there is none or it was erased.
    pub body: Option<ApprovalBody>,
    /// Its end; absent while it waits.
    pub answered: Option<Answered>,
}

const APPROVAL: &str = "seq, at, facts, content, state, answered, answered_at, answered_by, reason";

impl View {
    /// An approval, answered or not.
    pub fn approval(&self, id: ApprovalId) -> Result<Option<ApprovalRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement =
                db.prepare_cached(&format!("SELECT {APPROVAL} FROM approvals WHERE id = ?1"))?;
            let found = statement.query_row([id.0.as_bytes()], |row| approval(numbers, row));
            found.optional()?.transpose()
        })
    }

    /// Approvals of these rooms that wait for an answer, in the order in which they were asked for, at most `limit`.
    pub fn approvals_waiting(
        &self,
        rooms: &[RoomId],
        limit: usize,
    ) -> Result<Vec<ApprovalRow>, StoreError> {
        self.read(|db, numbers| {
            let mut statement = db.prepare_cached(&format!(
                "SELECT {APPROVAL} FROM approvals WHERE room = ?1 AND state = 0 ORDER BY seq LIMIT ?2"
            ))?;
            let mut waiting = Vec::new();
            for room in rooms.iter().filter_map(|room| numbers.room(*room)) {
                let rows = statement
                    .query_map((room, int(limit as u64)), |row| approval(numbers, row))?;
                for row in rows {
                    waiting.push(row??);
                }
            }
            waiting.sort_by_key(|row| row.seq);
            waiting.truncate(limit);
            Ok(waiting)
        })
    }

    /// Approvals of a room that were answered or expired, later asked first, asked before `before`, at most `limit`.
    pub fn approvals_answered(
        &self,
        room: RoomId,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Vec<ApprovalRow>, StoreError> {
        self.read(|db, numbers| {
            let Some(room) = numbers.room(room) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {APPROVAL} FROM approvals WHERE room = ?1 AND seq < ?2 AND state <> 0
                 ORDER BY seq DESC LIMIT ?3"
            ))?;
            let before = before.map_or(i64::MAX, |before| int(before.0));
            let rows = statement.query_map((room, before, int(limit as u64)), |row| {
                approval(numbers, row)
            })?;
            rows.map(|row| row?).collect()
        })
    }
}

/// Approvals that waited for an answer at a place, in rooms that their reader may see, the first `limit`.
pub(in crate::view) fn waiting_then(
    db: &Transaction<'_>,
    numbers: &Numbers,
    place: i64,
    limit: usize,
) -> Result<Vec<ApprovalRow>, StoreError> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {APPROVAL} FROM temp.allowed a CROSS JOIN approvals p ON p.room = a.room
         WHERE p.seq >= a.first AND p.seq <= ?1 AND (p.answered IS NULL OR p.answered > ?1)
         ORDER BY p.seq LIMIT ?2"
    ))?;
    let rows = statement.query_map((place, int(limit as u64)), |row| approval(numbers, row))?;
    rows.map(|row| row?).collect()
}

fn approval(numbers: &Numbers, row: &Row<'_>) -> Read<ApprovalRow> {
    let answer = match row.get::<_, i64>(4)? {
        APPROVED => Some(ApprovalAnswer::Approved),
        REJECTED => Some(ApprovalAnswer::Rejected),
        EXPIRED => Some(ApprovalAnswer::Expired),
        _ => None,
    };
    let answered = match answer {
        None => None,
        Some(answer) => Some(Answered {
            answer,
            seq: sql::seq(row, 5)?,
            at: sql::millis(row, 6)?,
            by: row
                .get::<_, Option<i64>>(7)?
                .map(|number| numbers.participant_id(number)),
            reason: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        }),
    };
    let (seq, at) = (sql::seq(row, 0)?, sql::millis(row, 1)?);
    let (facts, body): (String, Option<String>) = (row.get(2)?, row.get(3)?);
    Ok(stored(&facts).map(|facts| ApprovalRow {
        seq,
        at,
        facts,
        body: words(body),
        answered,
    }))
}
