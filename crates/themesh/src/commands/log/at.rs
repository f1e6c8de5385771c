//! How things stood: rooms, who was there, tasks by state, and what was said last.

use std::collections::HashMap;

use clap::Args;
use mesh_model::api::{LogMomentInput, Moment, TaskThen};
use mesh_model::ops::LogMoment;
use mesh_model::{Millis, ParticipantId, RoomId, Seq, Told};

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Colour, line, paint, printed_json, table};
use crate::times;

/// Say how things stood: rooms, who was there, tasks, what was said last
#[derive(Debug, Args)]
pub struct AtArgs {
    /// A place of the log, a day such as 2026-11-01, RFC 3339, or so long ago: 90m, 12h, 7d
    #[arg(value_name = "TIME|PLACE")]
    pub when: String,
    /// Only this room
    #[arg(long)]
    pub room: Option<String>,
    /// So many of the room's last messages
    #[arg(long, requires = "room")]
    pub messages: Option<u32>,
}

/// `mesh log at`
pub fn at(context: &Context, args: AtArgs) -> Outcome<()> {
    let place = args.when.parse().ok().map(Seq);
    let at = match place {
        Some(_) => None,
        None => Some(times::moment(&args.when, times::DAY_BEGINS)?),
    };
    let input = LogMomentInput {
        place,
        at,
        room: args.room,
        messages: args.messages,
    };
    let moment = context.http()?.call::<LogMoment>(input)?;
    if !printed_json(context, &moment)? {
        show(&moment);
    }
    Ok(())
}

fn show(moment: &Moment) {
    let people: HashMap<ParticipantId, &str> = moment
        .people
        .iter()
        .map(|one| (one.id, one.handle.as_str()))
        .collect();
    let called = |id: &ParticipantId| (*people.get(id).unwrap_or(&"somebody")).to_owned();
    let names: HashMap<RoomId, &str> = moment
        .rooms
        .iter()
        .map(|room| {
            (
                room.id,
                room.name.as_deref().unwrap_or("a direct conversation"),
            )
        })
        .collect();
    line(&format!(
        "At place {}, {} (UTC)",
        moment.seq,
        second(moment.at)
    ));
    let mut here: Vec<String> = moment.here.iter().map(called).collect();
    here.sort_unstable();
    let counted: Vec<String> = moment
        .states
        .iter()
        .map(|one| format!("{} {}", one.count, one.state.name()))
        .collect();
    let waits = moment.approvals.len();
    let facts = [
        ("connected", here.join(", ")),
        ("tasks", counted.join(", ")),
        ("approvals", format!("{waits} waited for an answer")),
    ];
    for (name, text) in facts {
        let text = if text.is_empty() { "none" } else { &text };
        line(&format!(
            "{}  {text}",
            paint(Colour::Quiet, &format!("{name:>9}"))
        ));
    }
    let rows = moment.rooms.iter().map(|room| {
        let mut members: Vec<String> = room.members.iter().map(called).collect();
        members.sort_unstable();
        vec![names[&room.id].to_owned(), members.join(", ")]
    });
    section(
        "Rooms",
        &["room", "who was in it"],
        &rows.collect::<Vec<_>>(),
    );
    let rows = moment.tasks.iter().map(|one| task(one, &names, called));
    let heading = ["task", "room", "state", "worker", "title"];
    section("Tasks", &heading, &rows.collect::<Vec<_>>());
    let rows = moment.messages.iter().map(|one| {
        let text = if one.deleted || one.redacted {
            "(taken back or erased since)".to_owned()
        } else {
            one_line(&one.text)
        };
        vec![second(one.at), one.from.handle.clone(), text]
    });
    section(
        "Last messages",
        &["when", "who", "what"],
        &rows.collect::<Vec<_>>(),
    );
    for (cut, what) in [
        (moment.cut.tasks, "older open tasks"),
        (moment.cut.members, "members"),
    ] {
        if cut > 0 {
            line(&format!(
                "{cut} {what} are not shown; name a room to see those of it"
            ));
        }
    }
}

fn task(
    one: &TaskThen,
    names: &HashMap<RoomId, &str>,
    called: impl Fn(&ParticipantId) -> String,
) -> Vec<String> {
    vec![
        one.id.to_string(),
        (*names.get(&one.room).unwrap_or(&"")).to_owned(),
        one.state.name().to_owned(),
        one.worker.as_ref().map(called).unwrap_or_default(),
        one.title.as_ref().map(one_line).unwrap_or_default(),
    ]
}

/// A heading, and a table unless there is nothing to show.
fn section(title: &str, heading: &[&str], rows: &[Vec<String>]) {
    if !rows.is_empty() {
        line("");
        line(title);
        table(heading, rows);
    }
}

/// A moment to the second.
fn second(at: Millis) -> String {
    let text = at.to_string();
    text.get(..19).unwrap_or(&text).replace('T', " ")
}

fn one_line(told: &Told) -> String {
    told.as_ref()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
