//! Journals: who reads which lines, and how they are shown.

mod erase;
mod list;
mod write;

use crate::ops::present;
use crate::prelude::*;

use mesh_model::events::JournalLevel;
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::{ErrorRow, JournalAsk, JournalRow, JournalSums};

/// All lines that the caller may read: of journals that it reads whole, and about tasks in these rooms.
pub(crate) fn ask(call: &Call, rooms: Vec<(RoomId, Seq)>) -> JournalAsk {
    let access = &call.access;
    let whole = match call.actor.participant() {
        Some(me) if access.is_owner(me) => None,
        Some(me) => {
            let below = access.participants().map(|found| found.id);
            Some(below.filter(|id| access.reads_journal(me, *id)).collect())
        }
        None => Some(Vec::new()),
    };
    JournalAsk {
        whole,
        rooms,
        ..JournalAsk::default()
    }
}

/// Whose words a line holds, and what reading it adds to its reader's context.
fn whose<'a>(call: &Call, reader: Reader<'_>, row: &'a JournalRow) -> Whose<'a> {
    let access = &call.access;
    match &row.facts.read {
        Some(read) => reader.note_influence(read),
        // People bring nothing along that nobody knows of.
        None if access.is_person(row.facts.author) => {}
        None => reader.note_everything(),
    }
    let whose = Whose::of(access, row.facts.author, row.seq).doubted(row.facts.guard.as_ref());
    match row.facts.told_in() {
        Some(room) => {
            reader.note(room);
            whose.within(room)
        }
        None => whose,
    }
}

/// A line as its reader gets it.
fn describe(call: &Call, reader: Reader<'_>, row: JournalRow) -> JournalLine {
    let access = &call.access;
    let body = row.body.clone();
    let heard = reader.hear(access, &whose(call, reader, &row), body.text, body.data);
    JournalLine {
        seq: row.seq,
        at: row.at,
        from: present::participant(access, row.facts.author),
        level: row.facts.level,
        room: row.facts.room,
        task: row.facts.task,
        text: heard.text,
        data: heard.data,
        guard: row.facts.guard,
        enveloped: heard.enveloped,
    }
}

/// Sums of lines as a report has them.
pub(crate) fn reported(call: &Call, reader: Reader<'_>, sums: JournalSums) -> JournalReported {
    let of = |level: JournalLevel| {
        let at = JournalLevel::ALL.iter().position(|known| *known == level);
        at.map_or(0, |at| sums.levels[at])
    };
    JournalReported {
        debug: of(JournalLevel::Debug),
        info: of(JournalLevel::Info),
        warn: of(JournalLevel::Warn),
        error: of(JournalLevel::Error),
        errors: sums
            .errors
            .iter()
            .map(|row| error(call, reader, row))
            .collect(),
    }
}

fn error(call: &Call, reader: Reader<'_>, row: &ErrorRow) -> ErrorReported {
    let last = &row.last;
    let whose = whose(call, reader, last);
    ErrorReported {
        from: present::participant(&call.access, last.facts.author),
        count: row.count,
        text: reader.tell(&call.access, &whose, last.body.text.clone()),
        last: last.seq,
        at: last.at,
        task: last.facts.task,
    }
}
