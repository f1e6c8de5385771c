//! `journal.write`

use crate::evidence::scan;
use crate::prelude::*;

use mesh_model::command::{ContentEvidence, JournalCommand, NewLine};
use mesh_model::limits::{JOURNAL_DATA_BYTES_MAX, JOURNAL_ENTRIES_MAX, JOURNAL_TEXT_BYTES_MAX};

impl Run for JournalWrite {
    async fn run(door: &Door, call: &Call, input: JournalWriteInput) -> Result<Done, Refusal> {
        let me = call.me()?;
        let count = input.entries.len();
        if !(1..=JOURNAL_ENTRIES_MAX).contains(&count) {
            return Err(refuse::invalid(
                format!("one call writes 1 to {JOURNAL_ENTRIES_MAX} lines, not {count}"),
                "write the others by another call",
            )
            .so(Effect::NothingKept));
        }
        for (at, entry) in input.entries.iter().enumerate() {
            well_formed(entry).map_err(|refusal| refusal.within(format_args!("entries[{at}]")))?;
        }
        door.limit_journal(me, count)?;
        let mut lines = Vec::with_capacity(count);
        for (at, entry) in input.entries.into_iter().enumerate() {
            let line = line(door, call, me, entry).await;
            lines.push(line.map_err(|refusal| refusal.within(format_args!("entries[{at}]")))?);
        }
        let command = Command::Journal(JournalCommand::Write { lines });
        call.done(door, command).await
    }
}

/// What can be said against a line before anything is looked up.
fn well_formed(entry: &JournalEntry) -> Result<(), Refusal> {
    let refused = |what: &str| {
        refuse::invalid(what.to_owned(), "say in a few words what happened").so(Effect::NothingKept)
    };
    if entry.text.trim().is_empty() {
        return Err(refused("the line says nothing"));
    }
    // What programs print is full of colours and bells: on a screen they would do what no line is to do.
    let control = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if entry.text.contains(control) {
        return Err(refused("the line holds control characters"));
    }
    within("text of the line", entry.text.len(), JOURNAL_TEXT_BYTES_MAX)?;
    let data = entry.data.as_ref().map(serde_json::to_string);
    let data = data.and_then(Result::ok);
    let bytes = data.map_or(0, |json| json.len());
    within("data of the line as JSON", bytes, JOURNAL_DATA_BYTES_MAX)
}

fn within(what: &str, bytes: usize, most: usize) -> Result<(), Refusal> {
    if bytes <= most {
        return Ok(());
    }
    let refusal = refuse::too_large(
        format_args!("the {what}"),
        bytes,
        most,
        "write what matters, and put the rest into a file",
    );
    Err(refusal.so(Effect::NothingKept))
}

async fn line(
    door: &Door,
    call: &Call,
    me: ParticipantId,
    entry: JournalEntry,
) -> Result<NewLine, Refusal> {
    let room = entry.room.as_deref();
    let room = room.map(|room| call.room(room)).transpose()?;
    let origin = scan::Origin::said(&call.access, me, call.access.trust_of(me, false));
    let scanned = scan::scan(door, &entry.text, entry.data.as_ref(), origin).await?;
    let body = JournalBody {
        text: entry.text,
        data: entry.data,
    };
    let body = content(&body)?;
    Ok(NewLine {
        level: entry.level,
        room: room.map(|room| room.id),
        task: entry.task,
        evidence: ContentEvidence {
            bytes: body.as_ref().map_or(0, |json| {
                u32::try_from(json.get().len()).unwrap_or(u32::MAX)
            }),
            guard: Some(scanned),
            ..ContentEvidence::default()
        },
        body,
    })
}
