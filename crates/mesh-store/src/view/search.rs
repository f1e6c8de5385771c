//! Search in the messages somebody may read, newest first.

use std::collections::HashMap;
use std::ops::ControlFlow;

use mesh_model::limits::SEARCH_WORDS_MAX;
use mesh_model::{Millis, ParticipantId, RoomId};
use rusqlite::{OptionalExtension, Transaction};

use super::index::{MESSAGES, Mark, Plan, mark, newest};
use super::message::{COLUMNS, MessageRow, complete, row};
use super::{Numbers, View, Visible};
use crate::StoreError;
use crate::sql::int;
use crate::words::{Query, found_in};

/// What to look for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Search<'a> {
    /// Words; all of them must occur, the last one at least as the beginning of a word. If very many words begin
    /// like it, not all of them count in older messages.
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

/// Messages whose terms fit and whose text, looked at, has not what was asked for. A search that met so many gives up: what
/// is older than them is not found.
const MISSED_MAX: usize = 1000;

impl View {
    /// Messages in `rooms` with all the words, newest first. Without a word nothing is found.
    ///
    /// What the reader may not see takes no part: it is left out before anything is cut or counted.
    pub fn search(
        &self,
        rooms: &[Visible],
        search: &Search<'_>,
    ) -> Result<Vec<FoundRow>, StoreError> {
        let query = Query::new(search.words, SEARCH_WORDS_MAX);
        if query.is_empty() {
            return Ok(Vec::new());
        }
        self.read(|db, numbers| {
            let asked = rooms
                .iter()
                .filter(|(id, _)| search.room.is_none_or(|room| *id == room));
            let allowed: HashMap<i64, i64> = asked
                .filter_map(|(id, first)| Some((numbers.room(*id)?, int(first.0))))
                .collect();
            let Some(first) = allowed.values().min().copied() else {
                return Ok(Vec::new());
            };
            let Some(people) = People::of(search, numbers) else {
                return Ok(Vec::new());
            };
            let after = match search.since {
                Some(since) => first_later_than(db, "messages", since)?.max(first),
                None => first,
            };
            let before = match search.until {
                Some(until) => first_later_than(db, "messages", Millis(until.0.saturating_sub(1)))?,
                None => i64::MAX,
            };
            let plan = Plan::new(&query, people.marks());
            let (mut found, mut missed) = (Vec::new(), 0);
            newest(db, MESSAGES, &plan, (after, before), |seq, room| {
                if allowed.get(&room).is_none_or(|first| seq < *first) {
                    return Ok(ControlFlow::Continue(()));
                }
                match people.message(db, numbers, &query, seq)? {
                    Some(row) => found.push(row),
                    None => missed += 1,
                }
                Ok(if found.len() >= search.limit || missed >= MISSED_MAX {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                })
            })?;
            complete(
                db,
                numbers,
                found.iter_mut().map(|found| &mut found.message),
            )?;
            Ok(found)
        })
    }
}

/// By whom a message must be and whom it must name, by numbers.
struct People {
    from: Option<i64>,
    mentions: Option<i64>,
}

impl People {
    /// `None` if somebody has said nothing and is named nowhere.
    fn of(search: &Search<'_>, numbers: &Numbers) -> Option<People> {
        let number = |id: Option<ParticipantId>| match id {
            Some(id) => numbers.participant(id).map(Some),
            None => Some(None),
        };
        Some(People {
            from: number(search.from)?,
            mentions: number(search.mentions)?,
        })
    }

    fn marks(&self) -> impl Iterator<Item = String> {
        let marked = |kind, who: Option<i64>| {
            who.map(|number| {
                let mut term = String::new();
                mark(&mut term, kind, number);
                term.truncate(term.trim_end().len());
                term
            })
        };
        let author = marked(Mark::Author, self.from);
        author
            .into_iter()
            .chain(marked(Mark::Mention, self.mentions))
    }

    /// The message at a place, if it is there, is by whom it must be and has all the words.
    fn message(
        &self,
        db: &Transaction<'_>,
        numbers: &Numbers,
        query: &Query,
        seq: i64,
    ) -> Result<Option<FoundRow>, StoreError> {
        let mut statement = db.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM messages m WHERE m.seq = ?1 AND NOT m.gone
                 AND (?2 IS NULL OR m.author = ?2)
                 AND (?3 IS NULL OR EXISTS (
                     SELECT 1 FROM mentions x WHERE x.participant = ?3 AND x.room = m.room AND x.seq = m.seq))"
        ))?;
        let found = statement
            .query_row((seq, self.from, self.mentions), |found| row(numbers, found))
            .optional()?;
        Ok(found.and_then(|message| {
            let snippet = found_in(&message.text, query)?;
            Some(FoundRow { message, snippet })
        }))
    }
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
