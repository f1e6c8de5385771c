//! Lists of tasks, page by page.

use std::collections::HashSet;
use std::ops::ControlFlow;

use mesh_model::api::TaskBody;
use mesh_model::events::TaskState;
use mesh_model::limits::SEARCH_WORDS_MAX;
use mesh_model::{ParticipantId, Seq, TaskId};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, params_from_iter};

use super::read::{COLUMNS, TaskRow, row};
use crate::StoreError;
use crate::sql::{int, json, words as stored_words};
use crate::view::index::{Plan, TASKS, newest};
use crate::view::{Numbers, View, Visible};
use crate::words::{Query, found_in};

/// Which tasks.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Only in these rooms, and in each only what its reader may see.
    pub rooms: Vec<Visible>,
    /// Who asks: what it created or worked on it sees, however old.
    pub viewer: Option<ParticipantId>,
    /// Only in these states; empty: in any.
    pub states: Vec<TaskState>,
    /// Only with this capability.
    pub capability: Option<String>,
    /// Only those that this worker has or had last.
    pub worker: Option<ParticipantId>,
    /// Only those that this participant created.
    pub creator: Option<ParticipantId>,
    /// Only the graph that this task is part of.
    pub graph: Option<TaskId>,
    /// Only those with all of these words in title or prompt, the last one at least as the beginning of a word.
    pub words: Option<String>,
    /// Created later than this place: then the oldest come first.
    pub after: Option<Seq>,
    /// Created earlier than this place.
    pub before: Option<Seq>,
    /// At most so many.
    pub limit: usize,
}

/// A page of tasks, ascending.
#[derive(Debug, Clone, Default)]
pub struct TaskPage {
    /// The tasks, without prompts and outputs.
    pub items: Vec<TaskRow>,
    /// There are later ones: ask with `after`.
    pub next: Option<Seq>,
    /// There are earlier ones: ask with `before`.
    pub prev: Option<Seq>,
}

/// Tasks with the words of a search that are looked at, the newest.
const LOOKED_AT_MAX: usize = 10_000;

/// Everything that a task's links reach, in either direction.
const GRAPH: &str = "WITH RECURSIVE part(id) AS (VALUES (?)
     UNION SELECT l.other FROM part CROSS JOIN task_links l ON l.task = part.id
     UNION SELECT l.task FROM part CROSS JOIN task_links l ON l.other = part.id) ";

/// A statement without its bounds.
struct Wanted {
    with: &'static str,
    from: String,
    values: Vec<Value>,
}

impl Wanted {
    fn of(
        db: &Transaction<'_>,
        filter: &TaskFilter,
        numbers: &Numbers,
    ) -> Result<Wanted, StoreError> {
        let mut values = Vec::new();
        let with = match filter.graph {
            Some(task) => {
                values.push(Value::Blob(task.0.as_bytes().to_vec()));
                GRAPH
            }
            None => "",
        };
        let person = |id: ParticipantId| Value::Integer(numbers.participant(id).unwrap_or(0));
        let viewer = filter.viewer.map_or(Value::Null, person);
        let mine = "OR t.creator = ? OR t.worker = ?";
        let mut from = match filter.rooms[..] {
            [(room, first)] => {
                values.push(Value::Integer(numbers.room(room).unwrap_or(0)));
                values.push(Value::Integer(int(first.0)));
                format!("tasks t WHERE t.room = ? AND (t.seq >= ? {mine})")
            }
            _ => format!(
                "tasks t CROSS JOIN temp.allowed a ON a.room = t.room WHERE (t.seq >= a.first {mine})"
            ),
        };
        values.extend([viewer.clone(), viewer]);
        if filter.graph.is_some() {
            from.push_str(" AND t.id IN part");
        }
        if !filter.states.is_empty() {
            let states = filter
                .states
                .iter()
                .map(|state| (*state as i64).to_string());
            from.push_str(&format!(
                " AND t.state IN ({})",
                states.collect::<Vec<_>>().join(", ")
            ));
        }
        if let Some(capability) = &filter.capability {
            from.push_str(" AND t.capability = ?");
            values.push(Value::Text(capability.clone()));
        }
        if let Some(worker) = filter.worker {
            from.push_str(" AND t.worker = ?");
            values.push(person(worker));
        }
        if let Some(creator) = filter.creator {
            from.push_str(" AND t.creator = ?");
            values.push(person(creator));
        }
        if let Some(words) = &filter.words {
            from.push_str(" AND t.seq IN (SELECT value FROM json_each(?))");
            values.push(Value::Text(json(&with_words(
                db,
                numbers,
                &filter.rooms,
                words,
            )?)));
        }
        Ok(Wanted { with, from, values })
    }

    fn values(&self, from: i64, to: i64, limit: i64) -> impl Iterator<Item = Value> + '_ {
        let bounds = [from, to, limit].map(Value::Integer);
        self.values.iter().cloned().chain(bounds)
    }

    fn items(
        &self,
        db: &Transaction<'_>,
        numbers: &Numbers,
        filter: &TaskFilter,
    ) -> Result<Vec<TaskRow>, StoreError> {
        let ascending = filter.after.is_some();
        let order = if ascending { "ASC" } else { "DESC" };
        let mut statement = db.prepare_cached(&format!(
            "{}SELECT {COLUMNS}, NULL FROM {} AND t.seq >= ? AND t.seq < ? ORDER BY t.seq {order} LIMIT ?",
            self.with, self.from
        ))?;
        let from = filter.after.map_or(0, |after| int(after.next().0));
        let to = filter.before.map_or(i64::MAX, |before| int(before.0));
        let values = self.values(from, to, int(filter.limit as u64));
        let rows = statement.query_map(params_from_iter(values), |found| row(numbers, found))?;
        let found: Vec<Option<TaskRow>> = rows.collect::<Result<_, _>>()?;
        let mut items: Vec<TaskRow> = found.into_iter().flatten().collect();
        if !ascending {
            items.reverse();
        }
        Ok(items)
    }

    /// Whether there is one at `from` or later and before `to`.
    fn exists(&self, db: &Transaction<'_>, from: i64, to: i64) -> Result<bool, StoreError> {
        let mut statement = db.prepare_cached(&format!(
            "{}SELECT 1 FROM {} AND t.seq >= ? AND t.seq < ? LIMIT ?",
            self.with, self.from
        ))?;
        let values = self.values(from, to, 1);
        Ok(statement
            .query_row(params_from_iter(values), |_| Ok(()))
            .optional()?
            .is_some())
    }
}

/// Places of the newest tasks of some rooms with all of the words.
fn with_words(
    db: &Transaction<'_>,
    numbers: &Numbers,
    rooms: &[Visible],
    words: &str,
) -> Result<Vec<i64>, StoreError> {
    let query = Query::new(words, SEARCH_WORDS_MAX);
    let mut places = Vec::new();
    if query.is_empty() {
        return Ok(places);
    }
    let rooms: HashSet<i64> = rooms
        .iter()
        .filter_map(|(room, _)| numbers.room(*room))
        .collect();
    let mut select = db.prepare_cached("SELECT body FROM tasks WHERE seq = ?1")?;
    let mut looked_at = 0;
    newest(
        db,
        TASKS,
        &Plan::new(&query, []),
        (0, i64::MAX),
        |seq, room| {
            if !rooms.contains(&room) {
                return Ok(ControlFlow::Continue(()));
            }
            let body: Option<Option<String>> =
                select.query_row([seq], |row| row.get(0)).optional()?;
            let body = stored_words::<TaskBody>(body.flatten());
            if body.is_some_and(|body| found_in(&text_of(&body), &query).is_some()) {
                places.push(seq);
            }
            looked_at += 1;
            Ok(if looked_at < LOOKED_AT_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        },
    )?;
    Ok(places)
}

/// What a task is found by.
pub(super) fn text_of(body: &TaskBody) -> String {
    format!("{}\n{}", body.title, body.prompt)
}

impl View {
    /// Tasks in the order in which they were created: the newest page unless the bounds say otherwise.
    pub fn task_list(&self, filter: &TaskFilter) -> Result<TaskPage, StoreError> {
        if filter.rooms.is_empty() {
            return Ok(TaskPage::default());
        }
        self.read_in(&filter.rooms, |db, numbers| {
            let wanted = Wanted::of(db, filter, numbers)?;
            let items = wanted.items(db, numbers, filter)?;
            let newest = items.last().map(|row| row.task.created);
            let oldest = items.first().map(|row| row.task.created);
            // An empty page still has neighbours: what lies on the other side of its bound.
            let next = newest.or(filter.before.map(|before| Seq(before.0.saturating_sub(1))));
            let prev = oldest.or(filter.after.map(Seq::next));
            let next = match next {
                Some(seq) if wanted.exists(db, int(seq.next().0), i64::MAX)? => Some(seq),
                _ => None,
            };
            let prev = match prev {
                Some(seq) if wanted.exists(db, 0, int(seq.0))? => Some(seq),
                _ => None,
            };
            Ok(TaskPage { items, next, prev })
        })
    }
}
