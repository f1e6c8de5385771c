//! The verbs of stories about schedules.

use mesh_model::command::{MessageCommand, PostMessage, ScheduleCommand, TaskCommand};
use mesh_model::events::{Missed, Priority, SchedulePlan, ScheduleTo, Timing};
use mesh_model::{Command, ErrorCode, Millis, ScheduleId};

use super::script::{Args, content, enum_of, person, room};
use super::work::new_task;
use super::world::{World, uuid};

fn schedule(name: &str) -> ScheduleId {
    ScheduleId(uuid(name))
}

fn plan(world: &World, args: &Args<'_>) -> SchedulePlan {
    let cron = || args.named("cron").unwrap_or("0_9_*_*_*").replace('_', " ");
    SchedulePlan {
        name: args.named("name").unwrap_or(args.word(0)).to_owned(),
        when: match (args.number("in"), args.number("every")) {
            (Some(ms), _) => Timing::Once {
                at: world.now.plus(ms).0,
            },
            (None, Some(seconds)) => Timing::Every {
                seconds: u32::try_from(seconds).unwrap(),
                from: world.now.0,
            },
            (None, None) => Timing::Cron { cron: cron() },
        },
        zone: args.named("zone").unwrap_or("UTC").to_owned(),
        to: match args.named("to") {
            Some(who) => ScheduleTo::Participant(person(who)),
            None => ScheduleTo::Room(room(args.named("room").unwrap_or("general"))),
        },
        tasks: args.has("tasks"),
        missed: args.named("missed").map_or(Missed::Once, enum_of),
        clock: args.named("clock").map(room),
        read: None,
    }
}

/// What the door makes of the schedule's words.
fn act(world: &World, args: &Args<'_>) -> Command {
    let place = room(args.named("room").unwrap_or("general"));
    if args.has("tasks") {
        return Command::Task(TaskCommand::Create {
            room: place,
            tasks: vec![new_task(world, args.named("task").unwrap_or("t"), args)],
        });
    }
    Command::Message(MessageCommand::Post(PostMessage {
        room: place,
        mentions: args.people("mention"),
        priority: Priority::Next,
        reply_to: None,
        payload_type: None,
        command: false,
        quotes: Vec::new(),
        files: Vec::new(),
        signed: None,
        relayed: None,
        closing: false,
        evidence: super::governance::evidence(world, args),
        body: content(20),
    }))
}

/// `schedule NAME to=WHO|room=ROOM in=MS|every=SECONDS|cron=M_H_D_M_W zone=ZONE missed=skip clock=ROOM`, and by its name `reschedule`, `run NAME
/// now`, `run NAME` for the time that has come, `refuse NAME`, `idle`, `wake-up`, `unschedule`; `zones` by the node.
pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let schedules = world.state.work.schedules();
    let named = || schedule(args.word(0));
    let due = || {
        let found = schedules.get(named()).and_then(|found| found.due);
        Millis(args.number("due").or(found).unwrap_or(1))
    };
    let command = match verb {
        "schedule" => ScheduleCommand::Create {
            schedule: named(),
            plan: plan(world, args),
            body: content(20),
        },
        "reschedule" => ScheduleCommand::Change {
            schedule: named(),
            plan: plan(world, args),
            body: content(20),
        },
        "run" => ScheduleCommand::Run {
            schedule: named(),
            due: (!args.has("now")).then(due),
            act: Box::new(act(world, args)),
        },
        "refuse" => ScheduleCommand::Refuse {
            schedule: named(),
            due: due(),
            code: ErrorCode::CapabilityDenied,
            why: "the room does not let you".to_owned(),
        },
        "idle" => ScheduleCommand::Pause { schedule: named() },
        "wake-up" => ScheduleCommand::Resume { schedule: named() },
        "unschedule" => ScheduleCommand::Remove { schedule: named() },
        "zones" => ScheduleCommand::Move,
        _ => return None,
    };
    Some(Command::Schedule(command))
}

/// `scheduled NAME`: how it stands, and in how many seconds it is due.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    if verb != "scheduled" {
        return None;
    }
    let schedules = world.state.work.schedules();
    let Some(found) = schedules.get(schedule(args.word(0))) else {
        return Some("none".to_owned());
    };
    let pending = schedules.due().any(|other| other.id == found.id);
    assert_eq!(
        pending,
        found.due.is_some(),
        "what is due is looked up by it"
    );
    let now = world.state.work.time_of(&found.plan, world.now);
    let seconds = found
        .next()
        .map(|at| at.since(now.unwrap_or_default()) / 1000);
    let next = seconds.map_or("never".to_owned(), |seconds| seconds.to_string());
    Some(match (found.paused, found.due) {
        (Some(why), _) => format!("{why:?}").to_lowercase(),
        (None, Some(_)) => "due".to_owned(),
        (None, None) if found.refused > 0 => format!("{next} refused:{}", found.refused),
        (None, None) => next,
    })
}
