//! `log.list`: the headers of the log, both ways, by type, actor, room and time

use crate::ops::present;
use crate::prelude::*;

use std::ops::ControlFlow;

use mesh_log::{LogReader, Record};
use mesh_model::events::By;
use mesh_model::limits::{EVENT_TYPES_MAX, REPLAY_EVENTS_MAX};
use mesh_node::machine::take_words;
use serde_json::Value;

impl Run for LogList {
    async fn run(door: &Door, call: &Call, input: LogListInput) -> Result<Page<LogEntry>, Refusal> {
        let limit = check::limit(input.limit)?;
        door.check_cursor(Some(input.after))?;
        let head = door.node().head();
        let walk = Walk {
            wanted: Wanted::new(call, &input)?,
            limit,
            items: Vec::new(),
            looked_at: 0,
            head,
            program: present::reader(door, call).is_program(),
        };
        let reader = door.node().log_reader();
        let read = if input.newest {
            let before = input.before.unwrap_or(head.next()).min(head.next());
            door.blocking(move || walk.back(&reader, before)).await?
        } else {
            let end = input.before.unwrap_or(head.next()).min(head.next());
            door.blocking(move || walk.on(&reader, input.after.next(), end))
                .await?
        };
        read.map_err(|why| unread(&why))
    }
}

/// The log did not answer.
pub(super) fn unread(why: &mesh_log::ReadError) -> Refusal {
    tracing::error!(%why, "the log could not be read");
    refuse::internal("the log could not be read")
}

/// What the asker wants to see.
struct Wanted {
    types: Vec<String>,
    actor: Option<ParticipantId>,
    room: Option<RoomId>,
    since: Option<Millis>,
    until: Option<Millis>,
}

impl Wanted {
    fn new(call: &Call, input: &LogListInput) -> Result<Wanted, Refusal> {
        if input.types.len() > EVENT_TYPES_MAX {
            return Err(refuse::invalid(
                format!("the field 'types' has more than {EVENT_TYPES_MAX} entries"),
                "name fewer, or none for all",
            ));
        }
        let actor = match &input.actor {
            Some(actor) => Some(call.participant(actor)?.id),
            None => None,
        };
        // Whoever reads the log reads every room's name and id in it.
        let room = match &input.room {
            Some(room) => Some(match room.parse::<RoomId>() {
                Ok(id) => id,
                Err(_) => call.access.room_named(room).ok_or_else(refuse::no_room)?.id,
            }),
            None => None,
        };
        Ok(Wanted {
            types: input.types.clone(),
            actor,
            room,
            since: input.since,
            until: input.until,
        })
    }

    fn admits(&self, record: &Record<'_>) -> bool {
        let fits = |wanted: &String| match wanted.strip_suffix('*') {
            Some(start) => record.kind.starts_with(start),
            None => record.kind == wanted,
        };
        (self.types.is_empty() || self.types.iter().any(fits))
            && self.since.is_none_or(|since| record.at >= since.0)
            && self.until.is_none_or(|until| record.at <= until.0)
            && self
                .actor
                .is_none_or(|actor| actor_of(record) == Some(actor))
            && self.room.is_none_or(|room| room_of(record) == Some(room))
    }
}

fn actor_of(record: &Record<'_>) -> Option<ParticipantId> {
    let by: By = serde_json::from_str(record.by.get()).ok()?;
    by.actor.participant()
}

/// Facts name their room in one field; a message in quarantine carries what would have been posted.
fn room_of(record: &Record<'_>) -> Option<RoomId> {
    let facts: Value = serde_json::from_str(record.facts.get()).ok()?;
    let room = facts
        .get("room")
        .or_else(|| facts.get("message")?.get("room"))?;
    room.as_str()?.parse().ok()
}

/// One call's way through the log. It looks at a bounded number of events and says where to go on.
struct Walk {
    wanted: Wanted,
    limit: usize,
    items: Vec<LogEntry>,
    looked_at: usize,
    head: Seq,
    /// Whether a program reads it.
    program: bool,
}

/// How many events are read at a time on the way back: the log is read forward only.
const CHUNK: u64 = 512;

type Read = Result<Page<LogEntry>, mesh_log::ReadError>;

impl Walk {
    fn on(mut self, reader: &LogReader, from: Seq, end: Seq) -> Read {
        let from = match self.wanted.since {
            Some(since) => from.max(first_at(reader, since, self.head)?),
            None => from,
        };
        let mut last = Seq(from.0.saturating_sub(1));
        if from < end {
            reader.read(from.0, |record| {
                let late = self.wanted.until.is_some_and(|until| record.at > until.0);
                if late || record.seq >= end.0 {
                    // Nothing later can fit.
                    last = self.head;
                    return ControlFlow::Break(());
                }
                last = Seq(record.seq);
                self.look(&record);
                if self.is_full() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
        }
        let next = Some(last).filter(|last| *last < self.head && last.next() < end);
        Ok(Page {
            items: self.items,
            next,
            prev: None,
        })
    }

    fn back(mut self, reader: &LogReader, before: Seq) -> Read {
        let mut before = match self.wanted.until {
            Some(until) => before.min(first_at(reader, until.plus(1), self.head)?),
            None => before,
        };
        let least = match self.wanted.since {
            Some(since) => first_at(reader, since, self.head)?.max(Seq(1)),
            None => Seq(1),
        };
        while before > least && !self.is_full() {
            let from = least.max(Seq(before.0.saturating_sub(CHUNK)));
            let mut chunk = Vec::new();
            reader.read(from.0, |record| {
                if record.seq >= before.0 {
                    return ControlFlow::Break(());
                }
                chunk.push(
                    self.wanted
                        .admits(&record)
                        .then(|| entry(&record, self.program)),
                );
                ControlFlow::Continue(())
            })?;
            for (at, found) in chunk.into_iter().enumerate().rev() {
                before = Seq(from.0 + at as u64);
                self.looked_at += 1;
                self.items.extend(found);
                if self.is_full() {
                    break;
                }
            }
        }
        Ok(Page {
            items: self.items,
            next: None,
            prev: Some(before).filter(|before| *before > least),
        })
    }

    fn look(&mut self, record: &Record<'_>) {
        self.looked_at += 1;
        if self.wanted.admits(record) {
            self.items.push(entry(record, self.program));
        }
    }

    fn is_full(&self) -> bool {
        self.items.len() >= self.limit || self.looked_at >= REPLAY_EVENTS_MAX
    }
}

/// The first event at `at` or later; one past the end if there is none. Times never fall.
pub(super) fn first_at(
    reader: &LogReader,
    at: Millis,
    head: Seq,
) -> Result<Seq, mesh_log::ReadError> {
    let (mut low, mut high) = (1, head.0 + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        match reader.get(middle, |record| record.at)? {
            Some(found) if found < at.0 => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok(Seq(low))
}

/// What is not told to programs besides what events declare: from where words were brought, and how their author called
/// its request.
const ASIDE: [&str; 4] = [
    "/relayed",
    "/signed/request",
    "/message/relayed",
    "/message/signed/request",
];

/// An entry as people get it. Programs get none of the words that stand among facts, whoever wrote them: this is a list
/// of what happened, and the words are in the rooms.
fn entry(record: &Record<'_>, program: bool) -> LogEntry {
    let mut facts: Value = serde_json::from_str(record.facts.get()).unwrap_or_default();
    if program {
        let declared = Facts::declared().find(|event| event.kind == record.kind);
        let free = declared.map_or(&[][..], |event| event.free);
        for places in [free, &ASIDE] {
            take_words(&mut facts, places);
        }
    }
    LogEntry {
        seq: Seq(record.seq),
        at: Millis(record.at),
        kind: record.kind.to_owned(),
        by: serde_json::from_str(record.by.get()).unwrap_or_default(),
        facts,
    }
}
