//! Inbox positions: what each participant has taken in.

use mesh_model::{ParticipantId, Seq};
use rusqlite::{Connection, OptionalExtension, Row};

use super::Vault;
use crate::sql::{self, int};
use crate::{Position, StoreError, TooManyRanges};

/// One acknowledgement.
#[derive(Debug, Clone, Copy)]
pub struct Ack<'a> {
    /// Whose inbox.
    pub participant: ParticipantId,
    /// Everything up to here. The caller makes sure that it is not beyond the log's head.
    pub upto: Option<Seq>,
    /// Single messages.
    pub seqs: &'a [Seq],
}

impl Vault {
    /// What a participant has taken in; nothing if it never acknowledged anything.
    pub fn position(&self, participant: ParticipantId) -> Result<Position, StoreError> {
        position(&self.read(), participant)
    }

    /// The positions of several participants, in the same order.
    pub fn positions(&self, participants: &[ParticipantId]) -> Result<Vec<Position>, StoreError> {
        let db = self.read();
        participants
            .iter()
            .map(|participant| position(&db, *participant))
            .collect()
    }

    /// Takes in one acknowledgement. It is durable when this returns.
    pub fn acknowledge(&self, ack: Ack<'_>) -> Result<Result<Position, TooManyRanges>, StoreError> {
        let mut answers = self.acknowledge_all(&[ack])?;
        answers.pop().ok_or_else(|| {
            StoreError::Unreadable("an acknowledgement without an answer".to_owned())
        })
    }

    /// Takes in several acknowledgements with one sync. Each has its own answer: one that leaves too many stretches
    /// changes nothing and does not stop the others.
    pub fn acknowledge_all(
        &self,
        acks: &[Ack<'_>],
    ) -> Result<Vec<Result<Position, TooManyRanges>>, StoreError> {
        let mut db = self.write();
        let tx = db.transaction()?;
        let mut answers = Vec::with_capacity(acks.len());
        for ack in acks {
            answers.push(take_in(&tx, ack.participant, ack.upto, ack.seqs)?);
        }
        tx.commit()?;
        Ok(answers)
    }
}

/// Moves a position within a step that the caller ends.
pub(super) fn take_in(
    db: &Connection,
    participant: ParticipantId,
    upto: Option<Seq>,
    seqs: &[Seq],
) -> Result<Result<Position, TooManyRanges>, StoreError> {
    let before = position(db, participant)?;
    let answer = before.take_in(upto, seqs);
    if let Ok(after) = &answer
        && *after != before
    {
        db.prepare_cached("INSERT OR REPLACE INTO inboxes VALUES (?1, ?2, ?3)")?
            .execute((
                participant.0.as_bytes(),
                int(after.upto.0),
                bytes(&after.above),
            ))?;
    }
    Ok(answer)
}

fn position(db: &Connection, participant: ParticipantId) -> Result<Position, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT upto, above FROM inboxes WHERE participant = ?1")?;
    Ok(statement
        .query_row([participant.0.as_bytes()], row)
        .optional()?
        .unwrap_or_default())
}

fn row(row: &Row<'_>) -> rusqlite::Result<Position> {
    let above: Vec<u8> = row.get(1)?;
    let number = |bytes: &[u8]| {
        Seq(bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let above = above
        .chunks_exact(16)
        .map(|pair| (number(&pair[..8]), number(&pair[8..])))
        .collect();
    Ok(Position {
        upto: sql::seq(row, 0)?,
        above,
    })
}

fn bytes(above: &[(Seq, Seq)]) -> Vec<u8> {
    above
        .iter()
        .flat_map(|(from, to)| [from.0.to_be_bytes(), to.0.to_be_bytes()])
        .flatten()
        .collect()
}
