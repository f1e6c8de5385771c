//! A room's history, page by page in both directions.

use mesh_model::{RoomId, Seq};
use rusqlite::{OptionalExtension, Transaction};

use super::read::{COLUMNS, MessageRow, completed, row};
use crate::StoreError;
use crate::sql::int;
use crate::view::{Numbers, View};

/// A page of messages, ascending.
#[derive(Debug, Clone)]
pub struct Page {
    /// The messages.
    pub items: Vec<MessageRow>,
    /// Where the page that follows begins: put it into `after`. Absent at the end.
    pub next: Option<Seq>,
    /// Where the page that precedes ends: put it into `before`. Absent at the beginning.
    pub prev: Option<Seq>,
}

impl View {
    /// Messages of a room from `first` on, between `after` and `before` (both exclusive), at most `limit`: those
    /// next to `after` if it is given, else the newest ones. Deleted messages are there, without text.
    pub fn history(
        &self,
        room: RoomId,
        first: Seq,
        after: Option<Seq>,
        before: Option<Seq>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.read(|db, numbers| {
            let Some(room) = numbers.room(room) else {
                return Ok(Page {
                    items: Vec::new(),
                    next: None,
                    prev: None,
                });
            };
            let items = items(db, numbers, room, first, after, before, limit)?;
            let newest = items.last().map(|m| m.seq);
            let oldest = items.first().map(|m| m.seq);
            // An empty page still has neighbours: what lies on the other side of its bound.
            let next = newest.or(before.map(|b| Seq(b.0.saturating_sub(1))));
            let prev = oldest.or(after.map(Seq::next));
            let next = match next {
                Some(seq) if exists(db, room, seq.next().max(first), Seq(i64::MAX as u64))? => {
                    Some(seq)
                }
                _ => None,
            };
            let prev = match prev {
                Some(seq) if exists(db, room, first, seq)? => Some(seq),
                _ => None,
            };
            Ok(Page { items, next, prev })
        })
    }
}

fn items(
    db: &Transaction<'_>,
    numbers: &Numbers,
    room: i64,
    first: Seq,
    after: Option<Seq>,
    before: Option<Seq>,
    limit: usize,
) -> Result<Vec<MessageRow>, StoreError> {
    let from = after.map_or(first, |after| after.next().max(first));
    let to = before.map_or(i64::MAX, |before| int(before.0));
    let order = if after.is_some() { "ASC" } else { "DESC" };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM messages m WHERE m.room = ?1 AND m.seq >= ?2 AND m.seq < ?3 ORDER BY m.seq {order} LIMIT ?4"
    ))?;
    let rows = statement.query_map((room, int(from.0), to, int(limit as u64)), |found| {
        row(numbers, found)
    })?;
    let mut items: Vec<MessageRow> = rows.collect::<Result<_, _>>()?;
    if after.is_none() {
        items.reverse();
    }
    completed(db, numbers, items)
}

/// Whether the room has a message at `from` or later and before `to`.
fn exists(db: &Transaction<'_>, room: i64, from: Seq, to: Seq) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT 1 FROM messages WHERE room = ?1 AND seq >= ?2 AND seq < ?3 LIMIT 1",
    )?;
    Ok(statement
        .query_row((room, int(from.0), int(to.0)), |_| Ok(()))
        .optional()?
        .is_some())
}
