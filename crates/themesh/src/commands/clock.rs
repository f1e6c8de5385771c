//! Simulation clocks: a time of its own for a room.

use clap::Subcommand;
use mesh_model::api::{
    Clock, ClockRateInput, ClockSetInput, ClockStartInput, ClockStepInput, List, NoInput, Room,
    RoomRefInput,
};
use mesh_model::events::ClockCause;
use mesh_model::ops::{
    ClockGet, ClockList, ClockPause, ClockRate, ClockResume, ClockSet, ClockStart, ClockStep,
    ClockStop, RoomList,
};
use mesh_sdk::http::Http;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{line, printed_json, table};
use crate::times;

/// Simulation clocks: a room's own time, which runs faster, waits, or is set
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh clock start shop --at '2026-12-24 08:00' --rate 60")]
pub enum ClockVerb {
    /// Give a room a clock of its own; whoever moderates the room may
    #[command(
        after_help = "Examples: mesh clock start shop --at '2026-12-24 08:00' --rate 60\n          mesh clock start lab --paused --tick 15m"
    )]
    Start {
        /// The room
        room: String,
        /// What it shows first: '2026-12-24 08:00' in UTC, or RFC 3339 (default: the present moment)
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// How many times as fast as the node's clock it runs, 1 to 100
        #[arg(long, value_name = "N", default_value_t = 1)]
        rate: u8,
        /// Tell each time that so much simulated time is over: 15m, 1h, 1d
        #[arg(long, value_name = "SPAN")]
        tick: Option<String>,
        /// It stands still until it is resumed or stepped
        #[arg(long)]
        paused: bool,
    },
    /// Show a room's clock
    #[command(after_help = "Example: mesh clock show shop")]
    Show(ClockRoom),
    /// List the clocks of the rooms that you read
    #[command(after_help = "Example: mesh clock list")]
    List,
    /// Set it, ahead or back
    #[command(after_help = "Example: mesh clock set shop '2026-12-24 17:59'")]
    Set {
        #[command(flatten)]
        room: ClockRoom,
        /// What it shows from now on: '2026-12-24 18:00' in UTC, or RFC 3339
        at: String,
    },
    /// Let it run 1 to 100 times as fast as the node's clock
    #[command(after_help = "Example: mesh clock rate shop 100")]
    Rate {
        #[command(flatten)]
        room: ClockRoom,
        /// How many times as fast
        rate: u8,
    },
    /// Let it stand still
    #[command(after_help = "Example: mesh clock pause shop")]
    Pause(ClockRoom),
    /// Let it go on from where it stands
    #[command(after_help = "Example: mesh clock resume shop")]
    Resume(ClockRoom),
    /// Move it while it stands still
    #[command(after_help = "Example: mesh clock step shop 15m")]
    Step {
        #[command(flatten)]
        room: ClockRoom,
        /// By how much simulated time: 30s, 15m, 2h, 1d
        by: String,
    },
    /// Take it away; what follows it waits until there is one again
    #[command(after_help = "Example: mesh clock stop shop")]
    Stop(ClockRoom),
}

#[derive(Debug, Clone, clap::Args)]
pub struct ClockRoom {
    /// The room
    pub room: String,
}

/// `mesh clock …`
pub fn clock(context: &Context, verb: ClockVerb) -> Outcome<()> {
    let http = context.http()?;
    let clock = match verb {
        ClockVerb::Start {
            room,
            at,
            rate,
            tick,
            paused,
        } => http.call::<ClockStart>(ClockStartInput {
            room: named(&room),
            at,
            rate: Some(rate),
            tick_seconds: tick.as_deref().map(times::seconds).transpose()?,
            paused,
        })?,
        ClockVerb::Show(room) => http.call::<ClockGet>(room.into_input())?,
        ClockVerb::List => return list(context, &http),
        ClockVerb::Set { room, at } => http.call::<ClockSet>(ClockSetInput {
            room: named(&room.room),
            at,
        })?,
        ClockVerb::Rate { room, rate } => http.call::<ClockRate>(ClockRateInput {
            room: named(&room.room),
            rate,
        })?,
        ClockVerb::Pause(room) => http.call::<ClockPause>(room.into_input())?,
        ClockVerb::Resume(room) => http.call::<ClockResume>(room.into_input())?,
        ClockVerb::Step { room, by } => http.call::<ClockStep>(ClockStepInput {
            room: named(&room.room),
            seconds: times::seconds(&by)?,
        })?,
        ClockVerb::Stop(room) => {
            let done = http.call::<ClockStop>(room.into_input())?;
            if !printed_json(context, &done)? {
                line("the room has no clock of its own any more; what follows it waits");
            }
            return Ok(());
        }
    };
    if !printed_json(context, &clock)? {
        line(&told(&clock));
    }
    Ok(())
}

impl ClockRoom {
    fn into_input(self) -> RoomRefInput {
        RoomRefInput {
            room: named(&self.room),
        }
    }
}

/// A shell takes `#shop` for a comment, and people write rooms with it all the same.
fn named(room: &str) -> String {
    room.strip_prefix('#').unwrap_or(room).to_owned()
}

fn list(context: &Context, http: &Http) -> Outcome<()> {
    let list: List<Clock> = http.call::<ClockList>(NoInput {})?;
    if printed_json(context, &list)? {
        return Ok(());
    }
    if list.items.is_empty() {
        line("No room that you read has a clock of its own. Start one: mesh clock start ROOM");
        return Ok(());
    }
    let rooms = http.call::<RoomList>(NoInput {})?.items;
    let name = |clock: &Clock| {
        let found = rooms.iter().find(|room: &&Room| room.id == clock.room);
        let name = found.and_then(|room| room.name.clone());
        name.map_or_else(|| clock.room.to_string(), |name| format!("#{name}"))
    };
    let rows = list.items.iter().map(|clock| {
        vec![
            name(clock),
            clock.now.to_string(),
            format!("×{}", clock.rate),
            clock.paused.map_or("runs", why).to_owned(),
        ]
    });
    table(
        &["room", "simulated time", "rate", "state"],
        &rows.collect::<Vec<_>>(),
    );
    Ok(())
}

fn told(clock: &Clock) -> String {
    let state = clock.paused.map_or("runs", why);
    let ticks = clock.tick_seconds.map(|seconds| {
        let span = times::span(u64::from(seconds) * 1000);
        format!(", ticks every {span}")
    });
    format!(
        "{} ×{}, {state}{}",
        clock.now,
        clock.rate,
        ticks.unwrap_or_default()
    )
}

/// Why it stands still.
fn why(cause: ClockCause) -> &'static str {
    match cause {
        ClockCause::Alone => "stands still: nobody who hears it was connected",
        ClockCause::Forgotten => "stands still: it ticked long enough and nobody touched it",
        ClockCause::Archived => "stands still: the room is closed",
        ClockCause::Set
        | ClockCause::Rate
        | ClockCause::Paused
        | ClockCause::Resumed
        | ClockCause::Stepped => "stands still",
    }
}
