//! Schedules: when, for whom and what, from what people write.

pub(crate) mod act;
mod change;
mod create;
mod get;
mod list;
mod pause;
mod preview;
mod remove;
mod resume;
mod run;

use mesh_core::Schedule as Record;
use mesh_core::schedule::calendar::{self, Zone};
use mesh_model::events::{ScheduleFacts, ScheduleRan, ScheduleTo, Timing};
use mesh_model::limits::{SCHEDULE_LATE_MS, SCHEDULE_TASKS_MAX};
use mesh_model::{Permission, ScheduleId};
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::{RunRow, ScheduleRow};

use crate::ops::message::Draft;
use crate::ops::{present, template};
use crate::prelude::*;

/// When, as people write it.
struct When<'a> {
    in_seconds: Option<u64>,
    at: Option<&'a str>,
    every_seconds: Option<u32>,
    cron: Option<&'a str>,
    zone: Option<&'a str>,
}

macro_rules! when {
    ($input:expr) => {
        $crate::ops::schedule::When {
            in_seconds: $input.in_seconds,
            at: $input.at.as_deref(),
            every_seconds: $input.every_seconds,
            cron: $input.cron.as_deref(),
            zone: $input.zone.as_deref(),
        }
    };
}
use when;

impl When<'_> {
    /// Whether it says a time at all.
    fn is_said(&self) -> bool {
        self.in_seconds.is_some()
            || self.at.is_some()
            || self.every_seconds.is_some()
            || self.cron.is_some()
    }

    /// The times and the name of their zone.
    fn read(&self, now: Millis) -> Result<(Timing, String), Refusal> {
        let (at, behind) = self.at.map_or((None, None), split_zone);
        let zone = Zone::named(behind.or(self.zone).unwrap_or("UTC"))?;
        let when = match (self.in_seconds, at, self.every_seconds, self.cron) {
            (Some(seconds), None, None, None) => Timing::Once {
                at: now.plus(seconds.saturating_mul(1000)).0,
            },
            (None, Some(at), None, None) => Timing::Once {
                at: zone.moment(at)?.0,
            },
            (None, None, Some(seconds), None) => Timing::Every {
                seconds,
                from: now.0,
            },
            (None, None, None, Some(cron)) => Timing::Cron {
                cron: cron.trim().to_owned(),
            },
            _ => {
                return Err(refuse::invalid(
                    "it takes exactly one of 'in_seconds', 'at', 'every_seconds' and 'cron'",
                    "name one, such as \"in_seconds\": 1200 or \"cron\": \"0 9 * * MON-FRI\"",
                )
                .so(Effect::NothingCreated));
            }
        };
        Ok((when, zone.name().to_owned()))
    }
}

/// `2026-12-24 18:00 Europe/Berlin`: the zone may stand behind the time.
fn split_zone(text: &str) -> (Option<&str>, Option<&str>) {
    match text.trim().rsplit_once(' ') {
        Some((at, zone)) if zone.starts_with(|first: char| first.is_ascii_alphabetic()) => {
            (Some(at), Some(zone))
        }
        _ => (Some(text.trim()), None),
    }
}

/// What the clock that a schedule follows shows: the node's, or its room's.
fn clock_now(door: &Door, call: &Call, clock: Option<RoomId>) -> Result<Millis, Refusal> {
    let Some(room) = clock else {
        return Ok(call.now);
    };
    let work = door.node().work();
    let found = work.clock(room).ok_or_else(refuse::no_clock)?;
    Ok(found.shows(call.now))
}

impl Call {
    /// Whom a schedule is for.
    fn schedule_to(&self, to: &str) -> Result<ScheduleTo, Refusal> {
        let to = to.trim();
        match to.strip_prefix('@') {
            _ if to == "me" => Ok(ScheduleTo::Participant(self.me()?)),
            Some(handle) => Ok(ScheduleTo::Participant(self.participant(handle)?.id)),
            None => Ok(ScheduleTo::Room(self.room(to)?.id)),
        }
    }

    /// The schedule that is meant: by its id, or one of the caller's by its name.
    fn schedule_id(&self, door: &Door, text: &str) -> Result<ScheduleId, Refusal> {
        let me = self.me()?;
        if let Ok(id) = text.parse() {
            return Ok(id);
        }
        let work = door.node().work();
        let mut own = work.schedules().of(me);
        let found = own.find(|found| found.plan.name == text).map(|it| it.id);
        found.ok_or_else(refuse::no_schedule)
    }

    /// Whether the caller may look at it.
    fn knows_schedule(&self, found: &Record) -> bool {
        let me = self.actor.participant();
        me.is_some_and(|me| me == found.owner || self.access.descends(found.owner, me))
            || self.has(Permission::AgentsAdmin)
    }
}

/// What can be said against the words before anything is made.
fn check_body(door: &Door, call: &Call, body: &ScheduleBody, repeats: bool) -> Result<(), Refusal> {
    let bad = |what: String, hint: &'static str| {
        Err(refuse::invalid(what, hint).so(Effect::NothingCreated))
    };
    if body.tasks.is_empty() {
        let said = Draft {
            text: body.text.clone(),
            ..Draft::default()
        };
        return said.check(call);
    }
    if !body.text.is_empty() {
        return bad(
            "the field 'text' stands there beside 'tasks'".to_owned(),
            "say something or create tasks: make two schedules for both",
        );
    }
    if body.tasks.len() > SCHEDULE_TASKS_MAX {
        return bad(
            format!("a schedule creates at most {SCHEDULE_TASKS_MAX} tasks at a time"),
            "make fewer, or a task that creates them",
        );
    }
    for task in &body.tasks {
        if repeats && task.deadline.is_some() {
            return bad(
                "a deadline is one moment, and this comes again and again".to_owned(),
                "leave the deadline out",
            );
        }
        match &task.template {
            Some(wanted) => drop(template::named(door, &wanted.template)?),
            None if task.prompt.trim().is_empty() && task.join.is_none() => {
                return bad(
                    "the field 'prompt' of a task is empty".to_owned(),
                    "say what is to be done, or name a template",
                );
            }
            None => {}
        }
    }
    Ok(())
}

/// The words of a schedule.
async fn body(door: &Door, call: &Call, id: ScheduleId) -> Result<ScheduleBody, Refusal> {
    let rows = door
        .view(call, move |view| view.schedules(&[id], 0))
        .await?;
    let body = rows.into_iter().next().and_then(|row| row.body);
    body.ok_or_else(|| refuse::internal("the words of a schedule are not in the view yet"))
}

fn made(outcome: &Outcome, facts: Vec<Facts>) -> Option<ScheduleMade> {
    let (id, plan, next) = match facts.into_iter().next()? {
        Facts::Schedule(ScheduleFacts::Created(it)) => (it.schedule, it.plan, it.next),
        Facts::Schedule(ScheduleFacts::Changed(it)) => (it.schedule, it.plan, it.next),
        _ => return None,
    };
    Some(ScheduleMade {
        id,
        name: plan.name,
        clock: plan.clock,
        next: Millis(next),
        seq: outcome.first,
    })
}

/// A moment with what a clock shows then where the schedule is.
fn moment(zone: &str, at: Millis) -> ScheduleMoment {
    let local = Zone::named(zone).map(|zone| zone.local(at));
    ScheduleMoment {
        at,
        local: local.unwrap_or_else(|_| at.to_string()),
    }
}

/// A schedule as it is shown.
fn describe(door: &Door, call: &Call, found: &Record, row: ScheduleRow) -> Schedule {
    let reader = present::reader(door, call);
    note_read(call, reader, found);
    let whose = Whose::of(&call.access, found.owner, found.words);
    let tell = |text: String| reader.tell(&call.access, &whose, text);
    let body = row.body.unwrap_or_default();
    let tasks = body.tasks.into_iter().map(|task| {
        let named = task.template.map(|it| it.template);
        let words = [task.title, task.prompt, named.unwrap_or_default()];
        tell(
            words
                .into_iter()
                .find(|it| !it.is_empty())
                .unwrap_or_default(),
        )
    });
    Schedule {
        id: found.id,
        name: found.plan.name.clone(),
        owner: present::participant(&call.access, found.owner),
        to: found.plan.to,
        tasks: tasks.collect(),
        text: tell(body.text),
        priority: body.priority,
        when: match &found.plan.when {
            Timing::Once { at } => ScheduleWhen::Once { at: Millis(*at) },
            Timing::Every { seconds, from } => ScheduleWhen::Every {
                seconds: *seconds,
                from: Millis(*from),
            },
            Timing::Cron { cron } => ScheduleWhen::Cron { cron: cron.clone() },
        },
        zone: found.plan.zone.clone(),
        missed: found.plan.missed,
        clock: found.plan.clock,
        state: match () {
            () if found.paused.is_some() => ScheduleState::Paused,
            () if found.due.is_some() => ScheduleState::Due,
            () => ScheduleState::Active,
        },
        paused: found.paused,
        next: found.next().map(|at| moment(&found.plan.zone, at)),
        upcoming: Vec::new(),
        refused: found.refused,
        runs: row
            .runs
            .into_iter()
            .filter_map(|run| done(call, reader, &whose, run))
            .map(|run| ScheduleDone {
                // Of a simulated time nobody can tell.
                late: run.late && found.plan.clock.is_none(),
                ..run
            })
            .collect(),
    }
}

/// The next ten times, the one that is stored first.
fn upcoming(found: &Record) -> Vec<ScheduleMoment> {
    let Some(first) = found.next() else {
        return Vec::new();
    };
    let later = calendar::upcoming(&found.plan.when, &found.plan.zone, first);
    let times = std::iter::once(first).chain(later.unwrap_or_default());
    let zone = Zone::named(&found.plan.zone);
    let local = |at| {
        zone.as_ref()
            .map_or_else(|_| String::new(), |zone| zone.local(at))
    };
    times
        .take(mesh_model::limits::SCHEDULE_TIMES_TOLD)
        .map(|at| ScheduleMoment {
            at,
            local: local(at),
        })
        .collect()
}

/// Whoever reads a program's words reads what that one had read.
fn note_read(call: &Call, reader: Reader<'_>, found: &Record) {
    if call.access.is_person(found.owner) {
        return;
    }
    match &found.plan.read {
        Some(read) => reader.note_influence(read),
        None => reader.note_everything(),
    }
}

fn done(call: &Call, reader: Reader<'_>, whose: &Whose<'_>, row: RunRow) -> Option<ScheduleDone> {
    let (seq, at) = (row.seq, row.at);
    Some(match row.facts {
        ScheduleFacts::Ran(ran) => as_run(seq, at, ran),
        ScheduleFacts::Refused(refused) => ScheduleDone {
            code: Some(refused.code),
            why: Some(reader.tell(&call.access, whose, refused.why)),
            ..outcome(seq, at, refused.due, ScheduleOutcome::Refused)
        },
        ScheduleFacts::Missed(missed) => outcome(seq, at, missed.due, ScheduleOutcome::Missed),
        _ => return None,
    })
}

fn as_run(seq: Seq, at: Millis, ran: ScheduleRan) -> ScheduleDone {
    let waits = if ran.waits {
        ScheduleOutcome::Waits
    } else {
        ScheduleOutcome::Done
    };
    ScheduleDone {
        asked: ran.asked,
        // It stands behind the event that says that it ran.
        message: ran.tasks.is_empty().then_some(MessageId(seq.next())),
        tasks: ran.tasks,
        ..outcome(seq, at, ran.due, waits)
    }
}

fn outcome(seq: Seq, at: Millis, due: u64, outcome: ScheduleOutcome) -> ScheduleDone {
    ScheduleDone {
        due: Millis(due),
        at,
        late: at.since(Millis(due)) > SCHEDULE_LATE_MS,
        asked: false,
        outcome,
        message: None,
        tasks: Vec::new(),
        code: None,
        why: None,
        seq,
    }
}
