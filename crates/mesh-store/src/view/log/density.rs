//! What happened when: counts by kind, and the nearest places of each.

use mesh_model::api::PastKind;
use mesh_model::events::TaskState;
use mesh_model::{Millis, Seq};
use rusqlite::{OptionalExtension, Transaction};

use super::project::SECOND_MS;
use crate::StoreError;
use crate::sql::{int, number};
use crate::view::{Numbers, View, Visible};

/// Equal stretches of time, whole seconds each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretches {
    /// Where the first begins, in seconds since 1970.
    pub since: u64,
    /// How long each is, seconds.
    pub width: u64,
    /// How many.
    pub count: usize,
}

impl Stretches {
    /// Where the n-th begins.
    pub fn begin(&self, n: usize) -> Millis {
        Millis((self.since + self.width * n as u64) * SECOND_MS)
    }
}

/// The nearest places of a kind before and behind a place.
pub type Near = (PastKind, Option<Seq>, Option<Seq>);

/// A room in which so many messages come to a stretch is counted by looking up its boundaries instead of walking.
const WALKED_PER_STRETCH_MAX: i64 = 16;

impl View {
    /// How many of each kind happened in each stretch, in rooms that their reader may see.
    pub fn density(
        &self,
        rooms: &[Visible],
        kinds: &[PastKind],
        stretches: Stretches,
    ) -> Result<Vec<(PastKind, Vec<u64>)>, StoreError> {
        if rooms.is_empty() {
            let none = |kind: &PastKind| (*kind, vec![0; stretches.count]);
            return Ok(kinds.iter().map(none).collect());
        }
        self.read_in(rooms, |db, numbers| {
            let bounds = bounds(db, stretches)?;
            let mut found = Vec::with_capacity(kinds.len());
            for kind in kinds {
                let mut counts = vec![0; stretches.count];
                if *kind == PastKind::Message {
                    messages(db, numbers, rooms, &bounds, &mut counts)?;
                } else {
                    walk(db, *kind, &bounds, &mut counts)?;
                }
                found.push((*kind, counts));
            }
            Ok(found)
        })
    }

    /// The nearest places of these kinds before and behind a place.
    pub fn near(
        &self,
        rooms: &[Visible],
        kinds: &[PastKind],
        place: Seq,
    ) -> Result<Vec<Near>, StoreError> {
        if rooms.is_empty() {
            return Ok(kinds.iter().map(|kind| (*kind, None, None)).collect());
        }
        self.read(|db, numbers| {
            let rooms: Vec<(i64, i64)> = rooms
                .iter()
                .filter_map(|(room, first)| Some((numbers.room(*room)?, int(first.0))))
                .collect();
            let place = int(place.0);
            let mut found = Vec::with_capacity(kinds.len());
            for kind in kinds {
                let (mut prev, mut next) = (None, None);
                for table in tables(*kind) {
                    let [before, behind] = table.nearest();
                    let mut before = db.prepare_cached(&before)?;
                    let mut behind = db.prepare_cached(&behind)?;
                    for (room, first) in &rooms {
                        let values = (room, first, place);
                        let one: Option<i64> =
                            before.query_row(values, |row| row.get(0)).optional()?;
                        prev = prev.max(one);
                        let one: Option<i64> =
                            behind.query_row(values, |row| row.get(0)).optional()?;
                        next = [next, one].into_iter().flatten().min();
                    }
                }
                let place = |found: Option<i64>| found.map(|found| Seq(number(found)));
                found.push((*kind, place(prev), place(next)));
            }
            Ok(found)
        })
    }
}

/// A table that has places of a kind.
struct Table {
    /// Its name as `m`, and by which index it is walked.
    from: &'static str,
    /// The column with the place.
    place: &'static str,
    /// From which place on its row is seen.
    seen: &'static str,
    /// Which of its rows.
    only: String,
}

impl Table {
    /// The last one before a place, and the first one behind it.
    fn nearest(&self) -> [String; 2] {
        let Table {
            from,
            place,
            seen,
            only,
        } = self;
        [("<", "DESC"), (">", "ASC")].map(|(side, order)| {
            format!(
                "SELECT {place} FROM {from} WHERE m.room = ?1 AND {seen} >= ?2 AND {place} >= ?2 AND {place} {side} ?3 {only}
                 ORDER BY {place} {order} LIMIT 1"
            )
        })
    }
}

/// What has the places of a kind.
fn tables(kind: PastKind) -> Vec<Table> {
    let plain = |from, place| {
        let only = String::new();
        vec![Table {
            from,
            place,
            seen: place,
            only,
        }]
    };
    let ended = |state: TaskState| {
        let state = state as i64;
        vec![
            Table {
                from: "tasks m INDEXED BY tasks_ended",
                place: "m.since",
                seen: "m.seq",
                only: format!("AND m.ended_at IS NOT NULL AND m.state = {state}"),
            },
            Table {
                from: "task_past m INDEXED BY task_past_ended",
                place: "m.since",
                seen: "m.task",
                only: format!(
                    "AND m.state >= {} AND m.state = {state}",
                    TaskState::Done as i64
                ),
            },
        ]
    };
    match kind {
        PastKind::Message => plain("messages m INDEXED BY messages_by_room", "m.seq"),
        PastKind::Created => plain("tasks m INDEXED BY tasks_by_room", "m.seq"),
        PastKind::Done => ended(TaskState::Done),
        PastKind::Failed => ended(TaskState::Failed),
        PastKind::Asked => plain("approvals m INDEXED BY approvals_by_room", "m.seq"),
        PastKind::Joined => plain("stays m INDEXED BY stays_by_room", "m.joined"),
    }
}

/// The first place of each stretch, and of what comes after the last one.
fn bounds(db: &Transaction<'_>, stretches: Stretches) -> Result<Vec<i64>, StoreError> {
    let mut first =
        db.prepare_cached("SELECT seq FROM clock WHERE second >= ?1 ORDER BY second LIMIT 1")?;
    let mut bounds = Vec::with_capacity(stretches.count + 1);
    for n in 0..=stretches.count {
        let second = int(stretches.begin(n).0 / SECOND_MS);
        let found: Option<i64> = first.query_row([second], |row| row.get(0)).optional()?;
        bounds.push(found.unwrap_or(i64::MAX));
    }
    Ok(bounds)
}

/// Counts a place in its stretch.
fn count(bounds: &[i64], counts: &mut [u64], place: i64) {
    let after = bounds.partition_point(|bound| *bound <= place);
    if let Some(count) = after.checked_sub(1).and_then(|at| counts.get_mut(at)) {
        *count += 1;
    }
}

/// Counts row by row.
fn walk(
    db: &Transaction<'_>,
    kind: PastKind,
    bounds: &[i64],
    counts: &mut [u64],
) -> Result<(), StoreError> {
    let (Some(first), Some(end)) = (bounds.first(), bounds.last()) else {
        return Ok(());
    };
    for table in tables(kind) {
        let Table {
            from,
            place,
            seen,
            only,
        } = table;
        let mut statement = db.prepare_cached(&format!(
            "SELECT {place} FROM temp.allowed a CROSS JOIN {from} ON m.room = a.room
             WHERE {seen} >= a.first AND {place} >= a.first AND {place} >= ?1 AND {place} < ?2 {only}"
        ))?;
        let mut rows = statement.query((first, end))?;
        while let Some(row) = rows.next()? {
            count(bounds, counts, row.get(0)?);
        }
    }
    Ok(())
}

/// Messages are numbered within their room: how many lie between two places is a difference.
fn messages(
    db: &Transaction<'_>,
    numbers: &Numbers,
    rooms: &[Visible],
    bounds: &[i64],
    counts: &mut [u64],
) -> Result<(), StoreError> {
    let mut before = db.prepare_cached(
        "SELECT nth FROM messages WHERE room = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT 1",
    )?;
    let mut each = db.prepare_cached(
        "SELECT seq FROM messages WHERE room = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq",
    )?;
    for (room, from) in rooms {
        let Some(room) = numbers.room(*room) else {
            continue;
        };
        let from = int(from.0);
        let mut nth = |place: i64| -> Result<i64, StoreError> {
            let found = before.query_row((room, place.max(from)), |row| row.get(0));
            Ok(found.optional()?.unwrap_or(0))
        };
        let (Some(first), Some(end)) = (bounds.first(), bounds.last()) else {
            return Ok(());
        };
        let all = nth(*end)? - nth(*first)?;
        if all > WALKED_PER_STRETCH_MAX * counts.len() as i64 {
            let mut last = nth(*first)?;
            for (bound, count) in bounds[1..].iter().zip(counts.iter_mut()) {
                let upto = nth(*bound)?;
                *count += number(upto - last);
                last = upto;
            }
        } else if all > 0 {
            let mut rows = each.query((room, first.max(&from), end))?;
            while let Some(row) = rows.next()? {
                count(bounds, counts, row.get(0)?);
            }
        }
    }
    Ok(())
}
