//! Who starts, sets and stops a room's clock: whoever governs the room, if it is trusted like those of this mesh. And when a
//! clock ticks, or stands still by itself.

use mesh_model::command::ClockCommand;
use mesh_model::events::{
    ClockCause, ClockChanged, ClockStarted, ClockStopped, ClockTicked, RoomKind, Trust,
};
use mesh_model::limits::{
    CLOCK_ALONE_MS_MAX, CLOCK_RATE_MAX, CLOCK_STEP_S_MAX, CLOCK_TICK_S_MAX, CLOCK_TICKS_MAX,
    CLOCKS_MAX,
};
use mesh_model::{Capability, Effect, ErrorCode, Millis, NewEvent, Refusal, RoomId};

use super::Clock;
use crate::desk::Desk;
use crate::room::check_in_use;
use crate::{Access, Decision, Room, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &ClockCommand) -> Decision {
    match *command {
        ClockCommand::Start {
            room,
            at,
            rate,
            tick_s,
            paused,
        } => start(
            desk,
            ClockStarted {
                room,
                at: at.unwrap_or(desk.now()).0,
                rate,
                tick_s,
                paused,
            },
        ),
        ClockCommand::Set { room, at } => {
            let clock = governed(desk, room)?;
            let paused = clock.paused.is_some();
            Ok(vec![changed(
                room,
                ClockCause::Set,
                at.0,
                clock.rate,
                paused,
            )])
        }
        ClockCommand::Rate { room, rate } => {
            check_rate(rate)?;
            let clock = governed(desk, room)?;
            let now = clock.shows(desk.now()).0;
            let event = changed(room, ClockCause::Rate, now, rate, clock.paused.is_some());
            Ok(unless(rate == clock.rate, event))
        }
        ClockCommand::Pause { room } => {
            let clock = governed(desk, room)?;
            let now = clock.shows(desk.now()).0;
            let event = changed(room, ClockCause::Paused, now, clock.rate, true);
            Ok(unless(clock.paused.is_some(), event))
        }
        ClockCommand::Resume { room } => {
            let clock = governed(desk, room)?;
            let event = changed(room, ClockCause::Resumed, clock.at, clock.rate, false);
            Ok(unless(clock.paused.is_none(), event))
        }
        ClockCommand::Step { room, seconds } => step(room, governed(desk, room)?, seconds),
        ClockCommand::Stop { room } => {
            let at = governed(desk, room)?.shows(desk.now()).0;
            Ok(vec![NewEvent::new(ClockStopped { room, at })])
        }
    }
}

fn start(desk: &Desk<'_>, wanted: ClockStarted) -> Decision {
    let found = governing(desk, wanted.room)?;
    check_in_use(found)?;
    if found.kind == RoomKind::Direct {
        return Err(refuse::invalid(
            "a direct conversation has no clock of its own",
            "make a room for the simulation with room.create",
        )
        .so(Effect::NothingCreated));
    }
    check_rate(wanted.rate)?;
    if wanted
        .tick_s
        .is_some_and(|seconds| !(1..=CLOCK_TICK_S_MAX).contains(&seconds))
    {
        return Err(refuse::invalid(
            format!("a clock ticks every 1 to {CLOCK_TICK_S_MAX} simulated seconds"),
            "name another interval, or leave it out: then the clock runs without ticks",
        )
        .so(Effect::NothingCreated));
    }
    if desk.work.clock(wanted.room).is_some() {
        return Err(refuse::conflict(
            "this room has a simulation clock already",
            "set it with clock.set and clock.rate, or take it away with clock.stop first",
        )
        .so(Effect::NothingCreated));
    }
    if desk.work.clocks.len() >= CLOCKS_MAX {
        return Err(refuse::conflict(
            format!("a node has at most {CLOCKS_MAX} simulation clocks"),
            "stop one that is not needed any more: clock.stop",
        )
        .so(Effect::NothingCreated));
    }
    Ok(vec![NewEvent::new(wanted)])
}

fn step(room: RoomId, clock: &Clock, seconds: u32) -> Decision {
    if !(1..=CLOCK_STEP_S_MAX).contains(&seconds) {
        return Err(refuse::invalid(
            format!("a step is 1 to {CLOCK_STEP_S_MAX} simulated seconds long"),
            "take several steps, or set the clock with clock.set",
        )
        .so(Effect::NothingChanged));
    }
    if clock.paused.is_none() {
        return Err(refuse::conflict(
            "the clock runs, and only one that stands still is moved by steps",
            "pause it first with clock.pause, or set it with clock.set",
        )
        .so(Effect::NothingChanged));
    }
    let at = Millis(clock.at).plus(u64::from(seconds) * 1000).0;
    let mut events = vec![changed(room, ClockCause::Stepped, at, clock.rate, true)];
    // Whoever moves it by hand waits for its ticks.
    events.extend(clock.tick_at(at).map(|(at, passed)| {
        NewEvent::new(ClockTicked {
            room,
            at,
            passed,
            alone: false,
        })
    }));
    Ok(events)
}

/// Its tick is due: it ticks, or stands still because nobody wants to know.
pub(crate) fn due(desk: &Desk<'_>, room: RoomId) -> Vec<NewEvent> {
    let Some(clock) = desk.work.clock(room) else {
        return Vec::new();
    };
    let (access, now) = (desk.asker.access, desk.now());
    let simulated = clock.shows(now).0;
    let alone = !is_heard(access, room);
    let long_alone = clock
        .alone
        .is_some_and(|since| now.since(Millis(since)) >= CLOCK_ALONE_MS_MAX);
    let archived = access.room(room).is_none_or(|found| found.archived);
    let stands = match () {
        () if archived => Some(ClockCause::Archived),
        () if alone && long_alone => Some(ClockCause::Alone),
        () if clock.ticks >= CLOCK_TICKS_MAX => Some(ClockCause::Forgotten),
        () => None,
    };
    if let Some(cause) = stands {
        return vec![changed(room, cause, simulated, clock.rate, true)];
    }
    let tick = clock.tick_at(simulated).map(|(at, passed)| {
        NewEvent::new(ClockTicked {
            room,
            at,
            passed,
            alone,
        })
    });
    tick.into_iter().collect()
}

/// Whether a session is open of somebody who listens in the room.
fn is_heard(access: &Access, room: RoomId) -> bool {
    access.sessions().any(|session| {
        access
            .capabilities(room, session.participant)
            .has(Capability::Listen)
    })
}

fn changed(room: RoomId, cause: ClockCause, at: u64, rate: u8, paused: bool) -> NewEvent {
    NewEvent::new(ClockChanged {
        room,
        cause,
        at,
        rate,
        paused,
    })
}

fn unless(so_already: bool, event: NewEvent) -> Vec<NewEvent> {
    (!so_already).then_some(event).into_iter().collect()
}

fn check_rate(rate: u8) -> Result<(), Refusal> {
    if (1..=CLOCK_RATE_MAX).contains(&rate) {
        return Ok(());
    }
    Err(refuse::invalid(
        format!("a simulation clock runs 1 to {CLOCK_RATE_MAX} times as fast as the node's"),
        "name another rate; clock.pause lets it stand still",
    )
    .so(Effect::NothingChanged))
}

/// The clock of a room that the asker governs.
fn governed<'a>(desk: &Desk<'a>, room: RoomId) -> Result<&'a Clock, Refusal> {
    check_in_use(governing(desk, room)?)?;
    desk.work.clock(room).ok_or_else(refuse::no_clock)
}

/// A room that the asker governs, as one of this mesh: everybody in it goes by what it shows.
fn governing<'a>(desk: &Desk<'a>, room: RoomId) -> Result<&'a Room, Refusal> {
    let me = desk.asker.me()?;
    let found = desk.asker.room(room)?;
    desk.asker.check_capability(found, Capability::Moderate)?;
    if desk.asker.access.trust_of(me, false) < Trust::Local {
        return Err(Refusal::new(
            ErrorCode::CapabilityDenied,
            "simulation clocks are moved by participants whose trust is local or above",
            Effect::NothingChanged,
            "ask somebody of this mesh who moderates the room",
        ));
    }
    Ok(found)
}
