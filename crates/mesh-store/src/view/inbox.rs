//! What waits for a participant, and how much of it in each room.

use std::collections::BTreeSet;

use mesh_model::{ParticipantId, RoomId, Seq};
use rusqlite::{OptionalExtension, Transaction};

use super::message::{COLUMNS, MessageRow, completed, row};
use super::{Numbers, View, Visible};
use crate::sql::{int, number};
use crate::{Position, StoreError};

/// What a participant has not taken in of one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// The room.
    pub room: RoomId,
    /// Messages by others.
    pub messages: u32,
    /// Those among them that name the participant.
    pub mentions: u32,
}

/// The inbox of one participant.
#[derive(Debug, Clone, Copy)]
pub struct Inbox<'a> {
    /// Whose.
    pub participant: ParticipantId,
    /// Where it listens, and from where on.
    pub rooms: &'a [Visible],
    /// What it has taken in.
    pub position: &'a Position,
}

/// One room of an inbox, by numbers.
struct Place<'a> {
    me: i64,
    room: i64,
    /// Only what is later than this place waits.
    after: Seq,
    position: &'a Position,
}

/// Which messages of a room.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    All,
    Urgent,
    Mentions,
}

impl View {
    /// Unread messages of each room that has some. Own messages and those that are gone do not count.
    pub fn unread(&self, inbox: Inbox<'_>) -> Result<Vec<Unread>, StoreError> {
        self.read(|db, numbers| unread(db, numbers, inbox))
    }

    /// The messages that wait, `now` first, then by age, at most `limit`. With `direct` only those that name
    /// the participant or stand in one of these rooms.
    pub fn waiting(
        &self,
        inbox: Inbox<'_>,
        direct: Option<&[RoomId]>,
        limit: usize,
    ) -> Result<Vec<MessageRow>, StoreError> {
        self.read(|db, numbers| {
            let urgent = oldest(db, numbers, inbox, direct, true, limit)?;
            let by_age = oldest(db, numbers, inbox, direct, false, limit)?;
            let rest = by_age.iter().filter(|seq| !urgent.contains(seq));
            let mut statement = db.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM messages m WHERE m.seq = ?1"
            ))?;
            let chosen = urgent.iter().chain(rest).take(limit);
            let rows =
                chosen.map(|seq| statement.query_row([int(seq.0)], |found| row(numbers, found)));
            completed(db, numbers, rows.collect::<Result<_, _>>()?)
        })
    }

    /// The oldest message that waits. Everything before it can be counted as taken in, which
    /// clears the stretches that single acknowledgements left.
    pub fn first_waiting(&self, inbox: Inbox<'_>) -> Result<Option<Seq>, StoreError> {
        self.read(|db, numbers| Ok(oldest(db, numbers, inbox, None, false, 1)?.first().copied()))
    }
}

fn places<'a>(numbers: &Numbers, inbox: Inbox<'a>) -> impl Iterator<Item = (RoomId, Place<'a>)> {
    // A participant that no event names has no number and no message either.
    let me = numbers.participant(inbox.participant).unwrap_or(0);
    inbox.rooms.iter().filter_map(move |(id, first)| {
        let after = inbox.position.upto.max(Seq(first.0.saturating_sub(1)));
        Some((
            *id,
            Place {
                me,
                room: numbers.room(*id)?,
                after,
                position: inbox.position,
            },
        ))
    })
}

fn unread(
    db: &Transaction<'_>,
    numbers: &Numbers,
    inbox: Inbox<'_>,
) -> Result<Vec<Unread>, StoreError> {
    let acked = acked(db, inbox.position)?;
    let mut found = Vec::new();
    for (id, place) in places(numbers, inbox) {
        let taken_in = |(room, seq, own): &&(i64, Seq, i64)| {
            *room == place.room && *own != place.me && *seq > place.after
        };
        let singly = acked.iter().filter(taken_in).count() as u64;
        let messages = place.others(db)?.saturating_sub(singly);
        if messages > 0 {
            let mentions = place.seqs(db, Which::Mentions, usize::MAX, None)?.len();
            found.push(Unread {
                room: id,
                messages: messages as u32,
                mentions: mentions as u32,
            });
        }
    }
    Ok(found)
}

/// Messages that were taken in one by one: room, place and whose own it is.
fn acked(db: &Transaction<'_>, position: &Position) -> Result<Vec<(i64, Seq, i64)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT room, seq, own FROM messages WHERE seq BETWEEN ?1 AND ?2 AND NOT gone",
    )?;
    let mut acked = Vec::new();
    for (from, to) in &position.above {
        let rows = statement.query_map((int(from.0), int(to.0)), |row| {
            Ok((row.get(0)?, crate::sql::seq(row, 1)?, row.get(2)?))
        })?;
        for row in rows {
            acked.push(row?);
        }
    }
    Ok(acked)
}

/// The oldest places that wait, ascending, at most `limit`.
fn oldest(
    db: &Transaction<'_>,
    numbers: &Numbers,
    inbox: Inbox<'_>,
    direct: Option<&[RoomId]>,
    urgent: bool,
    limit: usize,
) -> Result<Vec<Seq>, StoreError> {
    let mut oldest = BTreeSet::new();
    for (id, place) in places(numbers, inbox) {
        let mentions_only = direct.is_some_and(|direct| !direct.contains(&id));
        let which = match (urgent, mentions_only) {
            (true, _) => Which::Urgent,
            (false, true) => Which::Mentions,
            (false, false) => Which::All,
        };
        // A room's messages later than the worst of a full list cannot get into it.
        let worst = (oldest.len() >= limit)
            .then(|| oldest.last().copied())
            .flatten();
        let most = if urgent && mentions_only {
            usize::MAX
        } else {
            limit
        };
        let mut seqs = place.seqs(db, which, most, worst)?;
        if urgent && mentions_only {
            let named: BTreeSet<Seq> = place
                .seqs(db, Which::Mentions, usize::MAX, worst)?
                .into_iter()
                .collect();
            seqs.retain(|seq| named.contains(seq));
        }
        oldest.extend(seqs);
        while oldest.len() > limit {
            oldest.pop_last();
        }
    }
    Ok(oldest.into_iter().collect())
}

impl Place<'_> {
    /// Messages by others that are later than `after` and not gone, whether taken in singly or not.
    fn others(&self, db: &Transaction<'_>) -> Result<u64, StoreError> {
        let after = int(self.after.0);
        let all: i64 = db
            .prepare_cached(
                "SELECT messages - coalesce((SELECT nth FROM messages WHERE room = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1), 0)
                 FROM rooms WHERE no = ?1",
            )?
            .query_row((self.room, after), |row| row.get(0))?;
        if all == 0 {
            return Ok(0);
        }
        let own: Option<i64> = db
            .prepare_cached(
                "SELECT messages - coalesce((SELECT nth_own FROM messages
                     WHERE room = ?1 AND own = ?3 AND seq <= ?2 ORDER BY seq DESC LIMIT 1), 0)
                 FROM voices WHERE room = ?1 AND author = ?3",
            )?
            .query_row((self.room, after, self.me), |row| row.get(0))
            .optional()?;
        let gone: i64 = db
            .prepare_cached(
                "SELECT count(*) FROM messages WHERE gone AND room = ?1 AND seq > ?2 AND own <> ?3",
            )?
            .query_row((self.room, after, self.me), |row| row.get(0))?;
        Ok(number(all - own.unwrap_or(0) - gone))
    }

    /// Places of messages that wait, ascending, at most `limit`, before `worst`.
    fn seqs(
        &self,
        db: &Transaction<'_>,
        which: Which,
        limit: usize,
        worst: Option<Seq>,
    ) -> Result<Vec<Seq>, StoreError> {
        let sql = match which {
            Which::All => {
                "SELECT seq FROM messages WHERE room = ?1 AND seq > ?2 AND own <> ?3 AND NOT gone ORDER BY seq"
            }
            Which::Urgent => {
                "SELECT seq FROM messages WHERE priority = 0 AND room = ?1 AND seq > ?2 AND own <> ?3 AND NOT gone
                 ORDER BY seq"
            }
            Which::Mentions => {
                "SELECT x.seq FROM mentions x CROSS JOIN messages m ON m.seq = x.seq
                 WHERE x.participant = ?3 AND x.room = ?1 AND x.seq > ?2 AND m.own <> ?3 ORDER BY x.seq"
            }
        };
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query((self.room, int(self.after.0), self.me))?;
        let mut seqs = Vec::new();
        while seqs.len() < limit
            && let Some(row) = rows.next()?
        {
            let seq = crate::sql::seq(row, 0)?;
            if worst.is_some_and(|worst| seq > worst) {
                break;
            }
            if !self.position.has(seq) {
                seqs.push(seq);
            }
        }
        Ok(seqs)
    }
}
