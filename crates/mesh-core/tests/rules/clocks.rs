//! The verbs of stories about simulation clocks.

use mesh_model::command::ClockCommand;
use mesh_model::{Command, Millis};

use super::script::{Args, room};
use super::world::World;

/// `clock ROOM at=MS rate=N tick=SECONDS still`, and of a room that has one `clock-set ROOM MS`, `clock-rate ROOM N`,
/// `clock-pause ROOM`, `clock-resume ROOM`, `clock-step ROOM SECONDS`, `clock-stop ROOM`.
pub fn command(verb: &str, args: &Args<'_>) -> Option<Command> {
    let place = || room(args.word(0));
    let number = || args.word(1).parse().expect("a number");
    let command = match verb {
        "clock" => ClockCommand::Start {
            room: place(),
            at: args.number("at").map(Millis),
            rate: args
                .number("rate")
                .map_or(1, |rate| u8::try_from(rate).unwrap()),
            tick_s: args
                .number("tick")
                .map(|seconds| u32::try_from(seconds).unwrap()),
            paused: args.has("still"),
        },
        "clock-set" => ClockCommand::Set {
            room: place(),
            at: Millis(number()),
        },
        "clock-rate" => ClockCommand::Rate {
            room: place(),
            rate: u8::try_from(number()).unwrap(),
        },
        "clock-pause" => ClockCommand::Pause { room: place() },
        "clock-resume" => ClockCommand::Resume { room: place() },
        "clock-step" => ClockCommand::Step {
            room: place(),
            seconds: u32::try_from(number()).unwrap(),
        },
        "clock-stop" => ClockCommand::Stop { room: place() },
        _ => return None,
    };
    Some(Command::Clock(command))
}

/// `shows ROOM`: the simulated time in milliseconds, and why it stands still.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    if verb != "shows" {
        return None;
    }
    let Some(clock) = world.state.work.clock(room(args.word(0))) else {
        return Some("none".to_owned());
    };
    let shows = clock.shows(world.now).0;
    Some(match clock.paused {
        Some(why) => format!("{shows} {}", format!("{why:?}").to_lowercase()),
        None => shows.to_string(),
    })
}

#[cfg(test)]
mod properties {
    use std::fmt::Write as _;

    use mesh_model::Millis;
    use proptest::prelude::*;

    use crate::script::{room, run, world_after};

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u32),
        Rate(u8),
        Pause,
        Resume,
        Move(u32),
        Tick,
        Run,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..200_000u32).prop_map(Step::Wait),
            2 => (1..=100u8).prop_map(Step::Rate),
            1 => Just(Step::Pause),
            2 => Just(Step::Resume),
            1 => (1..4_000u32).prop_map(Step::Move),
            3 => Just(Step::Tick),
            2 => Just(Step::Run),
        ]
    }

    fn line(step: &Step) -> String {
        match step {
            Step::Wait(ms) => format!("owner wait {ms} -> later"),
            Step::Rate(rate) => format!("owner clock-rate general {rate}"),
            Step::Pause => "owner clock-pause general".to_owned(),
            Step::Resume => "owner clock-resume general".to_owned(),
            Step::Move(seconds) => format!("owner clock-step general {seconds}"),
            Step::Tick => "node tick".to_owned(),
            Step::Run => "owner run s".to_owned(),
        }
    }

    const BEGIN: &str = "owner clock general at=5000000 rate=60 tick=60\n\
        owner schedule s room=general every=900 clock=general";

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        /// A clock that nobody sets goes on, never back; and the log alone, or a snapshot, says the same as the state that went
        /// through it.
        #[test]
        fn a_clock_that_nobody_sets_never_goes_back(steps in proptest::collection::vec(step(), 1..40)) {
            let mut lines = BEGIN.to_owned();
            let mut before = Millis(0);
            for step in &steps {
                let still = world_after(&lines).state.work.clock(room("general")).unwrap().paused.is_some();
                // Only what stands is moved by steps.
                if matches!(step, Step::Move(_)) && !still {
                    continue;
                }
                write!(lines, "\n{}", line(step)).unwrap();
                let world = world_after(&lines);
                let now = world.state.work.clock(room("general")).unwrap().shows(world.now);
                prop_assert!(now >= before, "{lines}");
                before = now;
                prop_assert_eq!(world.replayed(), world.state.clone());
            }
            run(&format!("Clocks.\n\n== random\n{lines}\n"));
        }
    }
}
