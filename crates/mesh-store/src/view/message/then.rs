//! The messages of a room as they stood at a place of the log.

use mesh_model::{Millis, RoomId, Seq};
use rusqlite::Transaction;

use super::read::{COLUMNS, MessageRow, complete, row};
use crate::StoreError;
use crate::sql::{int, millis, seq};
use crate::view::{Numbers, View};

/// A message at a place.
#[derive(Debug, Clone)]
pub struct MessageThen {
    /// As it stands today, with the answers and reactions of then that are still there.
    pub row: MessageRow,
    /// If its words have changed since: where those of then may be read, the newest first. The log alone has them.
    pub said: Option<Vec<(Seq, Millis)>>,
}

impl View {
    /// The last messages of a room at a place and before it, from `first` on, ascending.
    pub fn messages_then(
        &self,
        (room, first): (RoomId, Seq),
        place: Seq,
        limit: usize,
    ) -> Result<Vec<MessageThen>, StoreError> {
        self.read(|db, numbers| {
            let Some(number) = numbers.room(room) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM messages m WHERE m.room = ?1 AND m.seq >= ?2 AND m.seq <= ?3
                 ORDER BY m.seq DESC LIMIT ?4"
            ))?;
            let values = (number, int(first.0), int(place.0), int(limit as u64));
            let rows = statement.query_map(values, |found| row(numbers, found))?;
            let mut rows: Vec<MessageRow> = rows.collect::<Result<_, _>>()?;
            rows.reverse();
            complete(db, numbers, &mut rows)?;
            rows.into_iter()
                .map(|row| {
                    Ok(MessageThen {
                        said: said(db, &row, place)?,
                        row: then(db, numbers, row, place)?,
                    })
                })
                .collect()
        })
    }
}

/// Without the answers and reactions that came later.
fn then(
    db: &Transaction<'_>,
    numbers: &Numbers,
    mut row: MessageRow,
    place: Seq,
) -> Result<MessageRow, StoreError> {
    if row.replies > 0 {
        let mut replies = db.prepare_cached(
            "SELECT count(*) FROM messages WHERE thread = ?1 AND seq <= ?2 AND NOT gone",
        )?;
        row.replies = replies.query_row((int(row.seq.0), int(place.0)), |row| row.get(0))?;
    }
    if !row.reactions.is_empty() {
        row.reactions = super::react::of_then(db, numbers, row.seq, place)?;
    }
    Ok(row)
}

/// Where its words of then stand, if they have changed since.
fn said(
    db: &Transaction<'_>,
    row: &MessageRow,
    place: Seq,
) -> Result<Option<Vec<(Seq, Millis)>>, StoreError> {
    if row.edited_at.is_none() || row.is_gone() {
        return Ok(None);
    }
    let mut edits =
        db.prepare_cached("SELECT seq, at FROM edits WHERE message = ?1 ORDER BY seq DESC")?;
    let rows = edits.query_map([int(row.seq.0)], |row| Ok((seq(row, 0)?, millis(row, 1)?)))?;
    let mut all: Vec<(Seq, Millis)> = rows.collect::<Result<_, _>>()?;
    let before = all.len();
    all.retain(|(seq, _)| *seq <= place);
    Ok((all.len() < before).then(|| {
        all.push((row.seq, row.at));
        all
    }))
}
