//! One seed from beginning to end.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use mesh_log::{Fault, SimDisk};
use mesh_model::{ErrorCode, Millis};
use mesh_node::machine::Step;

use crate::chance::Chance;
use crate::model::{Answer, Asked, Model};
use crate::node::Node;
use crate::{check, schedule};

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Everything that happened, line by line: the same for the same seed.
    pub transcript: Vec<String>,
    /// Events stored.
    pub events: u64,
    /// Commands carried out, replayed and refused.
    pub answers: [u64; 3],
    /// Starts after the first.
    pub restarts: u64,
    /// Batches of which it was unknown whether they were stored, and which were.
    pub unknown_but_stored: u64,
    /// Batches that were lost before anybody was told.
    pub lost: u64,
    /// Faults of the disk that happened.
    pub faults: u64,
}

/// Commands in a batch, at most.
const BATCH_MAX: u64 = 8;
/// Commands that may be asked again.
const ASKED_MAX: usize = 40;

struct Sim {
    chance: Chance,
    disk: SimDisk,
    node: Option<Node>,
    model: Model,
    wall: u64,
    /// Signing costs more than all the rest, so only some seeds do.
    signs: bool,
    /// What was asked last, to ask it again.
    asked: VecDeque<Asked>,
    report: Report,
}

/// Plays a seed for so many batches. Panics where the machine and the model differ.
pub fn run(seed: u64, batches: u64) -> Report {
    let mut sim = Sim {
        chance: Chance::new(seed),
        disk: SimDisk::new(seed),
        node: None,
        model: Model::default(),
        wall: 1_000_000,
        signs: (seed / 4).is_multiple_of(4),
        asked: VecDeque::new(),
        report: Report {
            transcript: Vec::new(),
            events: 0,
            answers: [0; 3],
            restarts: 0,
            unknown_but_stored: 0,
            lost: 0,
            faults: 0,
        },
    };
    let played = catch_unwind(AssertUnwindSafe(|| sim.play(batches)));
    if let Err(panic) = played {
        let tail = sim.report.transcript.len().saturating_sub(12);
        eprintln!(
            "seed {seed}, the last lines:\n{}",
            sim.report.transcript[tail..].join("\n")
        );
        resume_unwind(panic);
    }
    sim.report
}

impl Sim {
    fn say(&mut self, line: String) {
        self.report.transcript.push(line);
    }

    fn play(&mut self, batches: u64) {
        self.start();
        self.batch(vec![schedule::create_mesh()]);
        self.batch(schedule::beginning());
        for _ in 0..batches {
            self.pass_time();
            self.trouble();
            let batch = self.gather();
            self.batch(batch);
        }
        self.restart(false);
        self.report.events = self.model.head();
        self.report.faults = self.disk.faults_hit();
        let transcript = self.report.transcript.join("\n");
        self.say(format!(
            "transcript {}",
            mesh_log::Digest::of(transcript.as_bytes())
        ));
    }

    /// Clocks jump, also backwards.
    fn pass_time(&mut self) {
        self.wall += self.chance.below(20);
        if self.chance.once_in(30) {
            self.wall = self.wall.saturating_sub(self.chance.below(500));
        }
    }

    /// Snapshots, deaths of the process, and plans for the disk to fail soon.
    fn trouble(&mut self) {
        match self.chance.below(30) {
            0 | 1 => {
                let kept = self.node.as_ref().is_some_and(Node::snapshot);
                let head = self.model.head();
                self.say(format!("snapshot at {head}: {kept}"));
                if self.disk.is_off() {
                    self.restart(true);
                }
            }
            2 => self.restart(false),
            3 => self.restart(true),
            4..=8 => {
                let faults = [
                    Fault::PowerCut,
                    Fault::PowerCut,
                    Fault::Error,
                    Fault::ShortWrite,
                    Fault::FailedSync,
                    Fault::DiskFull,
                ];
                let fault = *self.chance.pick(&faults).expect("there are some");
                let point = self.disk.io_points() + 1 + self.chance.below(6);
                self.disk.fail_at(point, fault);
                self.say(format!("{fault:?} at IO point {point}"));
            }
            9 => self.disk.make_space(),
            _ => {}
        }
    }

    /// New commands, and now and then one again, with the same key, as clients do that heard nothing.
    fn gather(&mut self) -> Vec<Asked> {
        let count = 1 + self.chance.below(BATCH_MAX);
        let mut batch = Vec::new();
        for _ in 0..count {
            let again = self.chance.below(ASKED_MAX as u64 * 8) as usize;
            let asked = match self.asked.get(again) {
                Some(asked) => asked.clone(),
                None => schedule::ask(&mut self.chance, &self.model),
            };
            self.asked.push_front(asked.clone());
            self.asked.truncate(ASKED_MAX);
            batch.push(asked);
        }
        batch
    }

    /// Gives a batch to the machine and to the model.
    fn batch(&mut self, batch: Vec<Asked>) {
        let before = self.model.clone();
        let expected: Vec<Answer> = batch
            .iter()
            .map(|asked| self.model.ask(asked, self.wall))
            .collect();
        let node = self.node.as_mut().expect("the node runs");
        let step = node.step(Millis(self.wall), &mut self.chance, &batch);
        let failed = step.answers.iter().find_map(|answer| match answer {
            Err(refusal) => failure(refusal.code),
            Ok(_) => None,
        });
        match failed {
            None => self.answered(&batch, &step, &expected),
            Some(code) => self.failed(&batch, code, before),
        }
    }

    fn answered(&mut self, batch: &[Asked], step: &Step, expected: &[Answer]) {
        for ((asked, got), expected) in batch.iter().zip(&step.answers).zip(expected) {
            check::answer(asked, got, expected);
            self.report.answers[match expected {
                Answer::Done { .. } => 0,
                Answer::Replayed { .. } => 1,
                Answer::Refused(_) => 2,
            }] += 1;
            let line = match got {
                Ok(outcome) => format!("{} +{} at {}", outcome.first, outcome.count, outcome.at.0),
                Err(refusal) => format!("{}: {}", refusal.code, refusal),
            };
            self.say(line);
        }
        let node = self.node.as_mut().expect("the node runs");
        let pushed = node.pushed();
        let stored = step
            .batch
            .as_ref()
            .map(|batch| &batch.events[..])
            .unwrap_or_default();
        stored
            .iter()
            .for_each(|event| check::line(event, &self.model));
        check::pushed(&pushed, stored, &self.model);
        assert_eq!(node.writer.tail().seq, self.model.head(), "the log's end");
        let tail = node.writer.tail();
        self.say(format!("tail {} {}", tail.seq, tail.head));
    }

    /// The batch was not acknowledged. It is there whole or not at all, and if the machine said
    /// that it is not stored, it is not.
    fn failed(&mut self, batch: &[Asked], code: ErrorCode, before: Model) {
        self.say(format!("{code}"));
        let node = self.node.as_mut().expect("the node runs");
        assert!(
            node.pushed().values().all(Vec::is_empty),
            "nothing is pushed that is not durable"
        );
        let after = std::mem::replace(&mut self.model, before);
        let goes_on = node.writer.closed().is_none() && !self.disk.is_off();
        if goes_on {
            assert_eq!(
                code,
                ErrorCode::NotStored,
                "a machine that goes on knows what is stored"
            );
            assert_eq!(node.writer.tail().seq, self.model.head());
            check::state(&node.writer.state().access, &self.model);
            self.report.lost += 1;
        } else {
            self.revive(code, after);
        }
        // A client that heard nothing asks again with the same key.
        if self.chance.once_in(2) {
            self.disk.make_space();
            self.batch(batch.to_vec());
        }
    }

    /// Starts again after a failure and finds out what is true.
    fn revive(&mut self, code: ErrorCode, after: Model) {
        self.stop();
        self.start();
        let node = self.node.as_ref().expect("the node runs");
        let stored = node.writer.tail().seq != self.model.head();
        if stored {
            assert_ne!(
                code,
                ErrorCode::NotStored,
                "what is not stored does not come back"
            );
            self.model = after;
            self.report.unknown_but_stored += 1;
        } else {
            self.report.lost += 1;
        }
        self.restarted();
    }

    fn restart(&mut self, power: bool) {
        if power {
            self.disk.power_off();
        }
        self.stop();
        self.start();
        self.restarted();
    }

    /// The process ends, by itself or with the power.
    fn stop(&mut self) {
        let off = self.disk.is_off();
        self.node = None;
        if off {
            self.disk.power_on();
        } else {
            self.disk.kill_process();
        }
        self.say(format!("stopped, power {}", if off { "cut" } else { "on" }));
    }

    /// Starts on the disk; the power may fail again while it does.
    fn start(&mut self) {
        if self.chance.once_in(6) {
            let point = self.disk.io_points() + 1 + self.chance.below(4);
            self.disk.fail_at(point, Fault::PowerCut);
        }
        let mut started = Node::start(&self.disk, self.signs);
        if self.disk.is_off() {
            drop(started);
            self.disk.power_on();
            self.say("power cut during the start".to_owned());
            started = Node::start(&self.disk, self.signs);
        }
        self.node =
            Some(started.unwrap_or_else(|error| panic!("the node does not start: {error}")));
        self.report.restarts += 1;
    }

    fn restarted(&mut self) {
        let node = self.node.as_ref().expect("the node runs");
        check::restarted(node, &self.model);
        let tail = node.writer.tail();
        self.say(format!("started at {} {}", tail.seq, tail.head));
    }
}

/// Codes that say that the disk failed, not that a rule forbids.
fn failure(code: ErrorCode) -> Option<ErrorCode> {
    matches!(
        code,
        ErrorCode::NotStored | ErrorCode::OutcomeUnknown | ErrorCode::ReadOnly
    )
    .then_some(code)
}
