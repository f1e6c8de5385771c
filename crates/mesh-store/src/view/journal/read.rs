//! Reading journals, as far as the asker may.

use mesh_model::api::JournalBody;
use mesh_model::events::{JournalLevel, JournalWritten};
use mesh_model::{Millis, ParticipantId, RoomId, Seq, TaskId};
use rusqlite::{Row, Transaction};

use crate::StoreError;
use crate::sql::{self, Read, int, stored};
use crate::view::search::first_later_than;
use crate::view::{Numbers, View, Visible};

/// Lines that one question looks at when it seeks words: a second's work at most. The next page goes on from there.
const SOUGHT_LINES_MAX: usize = 20_000;

/// A line of a journal.
#[derive(Debug, Clone)]
pub struct JournalRow {
    /// Its place.
    pub seq: Seq,
    /// When it was written.
    pub at: Millis,
    /// What is for good.
    pub facts: JournalWritten,
    /// Its words.
    pub body: JournalBody,
}

/// Which lines are asked for, and by whose eyes.
#[derive(Debug, Clone, Default)]
pub struct JournalAsk {
    /// Whose journals the asker reads whole, in any order; absent: all.
    pub whole: Option<Vec<ParticipantId>>,
    /// The rooms whose tasks it reads.
    pub rooms: Vec<Visible>,
    /// Only of this author.
    pub author: Option<ParticipantId>,
    /// Only what matters as much.
    pub level: Option<JournalLevel>,
    /// Only what concerns this room.
    pub room: Option<RoomId>,
    /// Only about this task.
    pub task: Option<TaskId>,
    /// All of these stand in it, in lower case.
    pub words: Vec<String>,
    /// Written at this moment or later.
    pub since: Option<Millis>,
    /// Written before this moment.
    pub until: Option<Millis>,
    /// Later than this place: then the oldest of them.
    pub after: Option<Seq>,
    /// Earlier than this place.
    pub before: Option<Seq>,
    /// At most so many.
    pub limit: usize,
}

/// A page of lines.
#[derive(Debug, Clone, Default)]
pub struct JournalPage {
    /// The lines, in the order of the log.
    pub items: Vec<JournalRow>,
    /// There may be more later than this place.
    pub next: Option<Seq>,
    /// There may be more earlier than this place.
    pub prev: Option<Seq>,
}

impl View {
    /// The newest lines, or those after a place.
    pub fn journal(&self, ask: &JournalAsk) -> Result<JournalPage, StoreError> {
        self.read_in(&ask.rooms, |db, numbers| {
            let Some(asked) = Asked::of(db, numbers, ask)? else {
                return Ok(JournalPage::default());
            };
            let forwards = ask.after.is_some();
            let (mut items, mut more) = (Vec::new(), None);
            let order = if forwards { "" } else { "DESC" };
            let sql = format!(
                "SELECT j.seq, j.at, j.facts, j.content FROM journal j WHERE j.content IS NOT NULL AND {} ORDER BY j.seq {order}",
                asked.conditions
            );
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query((asked.first, asked.end))?;
            let mut looked_at = 0;
            let mut last = None;
            while let Some(row) = rows.next()? {
                if items.len() >= ask.limit || looked_at >= SOUGHT_LINES_MAX {
                    more = last;
                    break;
                }
                let line = line(row)??;
                looked_at += 1;
                last = Some(line.seq);
                if line.says(&ask.words) {
                    items.push(line);
                }
            }
            if !forwards {
                items.reverse();
            }
            let (first, last) = (items.first(), items.last());
            let (next, prev) = if forwards {
                (more, first.map(|line| line.seq))
            } else {
                (ask.before.and(last.map(|line| line.seq)), more)
            };
            Ok(JournalPage { items, next, prev })
        })
    }

    /// The places whose content goes with a part of somebody's journal, ascending.
    pub fn places_of_journal(
        &self,
        author: ParticipantId,
        from: Seq,
        upto: Seq,
    ) -> Result<Vec<Seq>, StoreError> {
        self.read(|db, numbers| {
            let Some(author) = numbers.participant(author) else {
                return Ok(Vec::new());
            };
            let mut statement = db.prepare_cached(
                "SELECT seq FROM journal WHERE author = ?1 AND task IS NULL AND seq BETWEEN ?2 AND ?3 ORDER BY seq",
            )?;
            let rows = statement.query_map((author, int(from.0), int(upto.0)), |row| {
                sql::seq(row, 0)
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// A question as SQL asks it: `?1` is the first place and `?2` the one behind the last.
pub(super) struct Asked {
    pub conditions: String,
    pub first: i64,
    pub end: i64,
}

impl Asked {
    /// Nothing if there can be no answer. Whoever asks sees of journals what it reads whole, and of the rooms in
    /// `temp.allowed` what is about tasks.
    pub fn of(
        db: &Transaction<'_>,
        numbers: &Numbers,
        ask: &JournalAsk,
    ) -> Result<Option<Asked>, StoreError> {
        let mut conditions = vec!["j.seq >= ?1 AND j.seq < ?2".to_owned()];
        if let Some(level) = ask.level {
            conditions.push(format!("j.level >= {}", level as i64));
        }
        if let Some(author) = ask.author {
            let Some(author) = numbers.participant(author) else {
                return Ok(None);
            };
            conditions.push(format!("j.author = {author}"));
        }
        if let Some(room) = ask.room {
            let Some(room) = numbers.room(room) else {
                return Ok(None);
            };
            conditions.push(format!("j.room = {room}"));
        }
        if let Some(task) = ask.task {
            conditions.push(format!("j.task = x'{}'", task.0.simple()));
        }
        conditions.extend(seen(numbers, ask));
        let early = |at: Millis| first_later_than(db, "journal", Millis(at.0.saturating_sub(1)));
        let mut first = ask.after.map_or(0, |after| int(after.0) + 1);
        if let Some(since) = ask.since {
            first = first.max(early(since)?);
        }
        let mut end = ask.before.map_or(i64::MAX, |before| int(before.0));
        if let Some(until) = ask.until {
            end = end.min(early(until)?);
        }
        Ok(Some(Asked {
            conditions: conditions.join(" AND "),
            first,
            end,
        }))
    }
}

/// The condition that leaves what the asker may see; none if that is everything.
fn seen(numbers: &Numbers, ask: &JournalAsk) -> Option<String> {
    let whole = ask.whole.as_ref()?;
    let authors: Vec<String> = whole
        .iter()
        .filter_map(|id| numbers.participant(*id))
        .map(|number| number.to_string())
        .collect();
    let own = format!("j.author IN ({})", authors.join(","));
    if ask.rooms.is_empty() {
        return Some(own);
    }
    Some(format!(
        "({own} OR (j.task IS NOT NULL AND EXISTS
            (SELECT 1 FROM temp.allowed a WHERE a.room = j.room AND j.seq >= a.first)))"
    ))
}

impl JournalRow {
    fn says(&self, words: &[String]) -> bool {
        if words.is_empty() {
            return true;
        }
        let text = self.body.text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    }
}

pub(super) fn line(row: &Row<'_>) -> Read<JournalRow> {
    let (seq, at) = (sql::seq(row, 0)?, sql::millis(row, 1)?);
    let (facts, content): (String, Option<String>) = (row.get(2)?, row.get(3)?);
    Ok(stored(&facts).map(|facts| JournalRow {
        seq,
        at,
        facts,
        body: sql::words(content).unwrap_or_default(),
    }))
}
