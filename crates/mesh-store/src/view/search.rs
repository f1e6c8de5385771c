//! Search in the messages somebody may read, newest first.

use mesh_model::limits::SEARCH_WORDS_MAX;
use mesh_model::{Millis, ParticipantId, RoomId};
use rusqlite::{OptionalExtension, Transaction};

use super::message::{COLUMNS, COLUMNS_COUNT, MessageRow, quoted, row};
use super::words::{Mark, of_query, plain_word, tag};
use super::{Numbers, View, Visible};
use crate::StoreError;
use crate::sql::int;

/// What to look for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search<'a> {
    /// Words; all of them must occur, the last one at least as the beginning of a word. If very many words begin
    /// like it, the 64 that were said first count.
    pub words: &'a str,
    /// Only in this room.
    pub room: Option<RoomId>,
    /// Only by this participant.
    pub from: Option<ParticipantId>,
    /// Only what names this participant.
    pub mentions: Option<ParticipantId>,
    /// Only later than this moment.
    pub since: Option<Millis>,
    /// Only earlier than this moment.
    pub until: Option<Millis>,
    /// At most so many.
    pub limit: usize,
}

/// A message that was found.
#[derive(Debug, Clone)]
pub struct FoundRow {
    /// The message.
    pub message: MessageRow,
    /// The place that matched, with the words between `⟦` and `⟧`.
    pub snippet: String,
}

/// Up to so many rooms the index itself looks for the rooms' marks; with more it is quicker to
/// look at each match's room.
const MARKED_ROOMS_MAX: usize = 16;

/// Words that a beginning stands for. Somebody who typed two letters does not look for the rarest word with them;
/// those said first are mostly the common ones.
const BEGINNINGS_MAX: u32 = 64;

impl View {
    /// Messages in `rooms` with all the words, newest first. Without a word nothing is found.
    ///
    /// What the reader may not see takes no part: it is left out before anything is cut or counted.
    pub fn search(
        &self,
        rooms: &[Visible],
        search: &Search<'_>,
    ) -> Result<Vec<FoundRow>, StoreError> {
        let only;
        let rooms = match search.room {
            Some(room) => {
                only = rooms
                    .iter()
                    .copied()
                    .filter(|(id, _)| *id == room)
                    .collect::<Vec<_>>();
                &only
            }
            None => rooms,
        };
        if rooms.is_empty() {
            return Ok(Vec::new());
        }
        self.read_in(rooms, |db, numbers| {
            let Some(query) = query(db, numbers, rooms, search)? else {
                return Ok(Vec::new());
            };
            let first = rooms.iter().map(|(_, first)| first.0).min().unwrap_or(0);
            let after = match search.since {
                Some(since) => first_later_than(db, "messages", since)?.max(int(first)),
                None => int(first),
            };
            let before = match search.until {
                Some(until) => first_later_than(db, "messages", Millis(until.0.saturating_sub(1)))?,
                None => i64::MAX,
            };
            found(db, numbers, search, &query, after, before)
        })
    }
}

fn found(
    db: &Transaction<'_>,
    numbers: &Numbers,
    search: &Search<'_>,
    query: &str,
    from: i64,
    to: i64,
) -> Result<Vec<FoundRow>, StoreError> {
    let participant = |id: Option<ParticipantId>| id.map(|id| numbers.participant(id).unwrap_or(0));
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, snippet(message_fts, 0, '⟦', '⟧', '…', 24)
         FROM message_fts f CROSS JOIN messages m ON m.seq = f.rowid CROSS JOIN temp.allowed a ON a.room = m.room
         WHERE message_fts MATCH ?1 AND f.rowid >= ?2 AND f.rowid < ?3 AND m.seq >= a.first AND NOT m.gone
             AND (?4 IS NULL OR m.author = ?4)
             AND (?5 IS NULL OR EXISTS (
                 SELECT 1 FROM mentions x WHERE x.participant = ?5 AND x.room = m.room AND x.seq = m.seq))
         ORDER BY f.rowid DESC LIMIT ?6"
    ))?;
    let wanted = (
        query,
        from,
        to,
        participant(search.from),
        participant(search.mentions),
        int(search.limit as u64),
    );
    let rows = statement.query_map(wanted, |found| {
        Ok(FoundRow {
            message: row(numbers, found)?,
            snippet: found.get(COLUMNS_COUNT)?,
        })
    })?;
    let mut found: Vec<FoundRow> = rows.collect::<Result<_, _>>()?;
    quoted(
        db,
        numbers,
        found.iter_mut().map(|found| &mut found.message),
    )?;
    Ok(found)
}

/// The query in the index's own language; `None` if it can find nothing.
fn query(
    db: &Transaction<'_>,
    numbers: &Numbers,
    rooms: &[Visible],
    search: &Search<'_>,
) -> Result<Option<String>, StoreError> {
    let words = of_query(search.words, SEARCH_WORDS_MAX);
    let Some((last, whole)) = words.split_last() else {
        return Ok(None);
    };
    let mut parts: Vec<String> = whole.iter().map(|word| format!("\"{word}\"")).collect();
    parts.push(any_of(
        std::iter::once((*last).to_owned()).chain(beginning_with(db, last)?),
    ));
    for (mark, id) in [
        (Mark::Author, search.from),
        (Mark::Mention, search.mentions),
    ] {
        if let Some(id) = id {
            let Some(number) = numbers.participant(id) else {
                return Ok(None);
            };
            parts.push(any_of(std::iter::once(hidden(mark, number))));
        }
    }
    if rooms.len() <= MARKED_ROOMS_MAX {
        let known: Vec<i64> = rooms
            .iter()
            .filter_map(|(room, _)| numbers.room(*room))
            .collect();
        if known.is_empty() {
            return Ok(None);
        }
        parts.push(any_of(
            known.into_iter().map(|number| hidden(Mark::Room, number)),
        ));
    }
    Ok(Some(parts.join(" AND ")))
}

fn any_of(words: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    format!("({})", quoted.join(" OR "))
}

fn hidden(mark: Mark, number: i64) -> String {
    let mut word = String::new();
    tag(&mut word, mark, number);
    word.trim_end().to_owned()
}

/// Words that begin with `beginning`: at most [`BEGINNINGS_MAX`], those that were said first.
fn beginning_with(db: &Transaction<'_>, beginning: &str) -> Result<Vec<String>, StoreError> {
    let from = plain_word(beginning);
    let to = format!("{from}{}", char::MAX);
    let mut statement = db.prepare_cached(
        "SELECT word FROM words WHERE word > ?1 AND word < ?2 ORDER BY no LIMIT ?3",
    )?;
    let rows = statement.query_map((from, to, BEGINNINGS_MAX), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The place of the first row of a table with `seq` and `at` that is later than `at`: times never go back along the
/// log.
pub(super) fn first_later_than(
    db: &Transaction<'_>,
    table: &str,
    at: Millis,
) -> Result<i64, StoreError> {
    let mut last = db.prepare_cached(&format!("SELECT coalesce(max(seq), 0) FROM {table}"))?;
    let (mut low, mut high) = (0, last.query_row([], |row| row.get::<_, i64>(0))? + 1);
    let mut probe = db.prepare_cached(&format!(
        "SELECT seq, at FROM {table} WHERE seq >= ?1 ORDER BY seq LIMIT 1"
    ))?;
    while low < high {
        let middle = low + (high - low) / 2;
        match probe
            .query_row([middle], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })
            .optional()?
        {
            Some((seq, then)) if then <= int(at.0) => low = seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
