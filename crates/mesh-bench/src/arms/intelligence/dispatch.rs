//! What dispatch loses while it finds out who works well, and whether two that praise each other fool it.

use mesh_core::Record;
use mesh_model::ops::{
    AgentRegister, MemberAdd, MemberCapabilities, MemberExecution, Operation, TaskCreate,
    TaskFinish, TaskTake, TokenCreate, UserCreate, WorkerEnrol,
};
use mesh_sdk::Error;
use mesh_sdk::http::Http;
use serde_json::{Value, json};

use super::page::Page;
use super::week::Dice;
use crate::cluster::Mesh;
use crate::report::{Line, Report, Target};
use crate::{Args, BenchError, Outcome, said};

/// How often each of five agents does well, percent. The one that is surest of itself is the faulty one.
const SKILLS: [usize; 5] = [90, 75, 60, 50, 30];
const SUREST: usize = 4;
const TASKS: usize = 300;
const SEEDS: u64 = 200;

/// Everything about dispatch.
pub fn run(args: &Args, report: &mut Report, page: &mut Page) -> Outcome<()> {
    regret(report, page);
    colluders(args, report, page)
}

/// How one chooses among the agents.
type Choice = fn(&mut Dice, &[Record; 5], usize) -> usize;

const CHOICES: [(&str, Choice); 4] = [
    ("the mesh's score", |_, records, done| {
        let verified = u32::try_from(done).unwrap_or(u32::MAX);
        let best = (0..5).max_by_key(|agent| (records[*agent].score(verified).score, 5 - agent));
        best.unwrap_or_default()
    }),
    ("best so far", |_, records, _| {
        let mean = |agent: &usize| records[*agent].score(0).mean;
        (0..5)
            .max_by_key(|agent| (mean(agent), 5 - agent))
            .unwrap_or_default()
    }),
    ("random", |dice, _, _| dice.below(5)),
    ("who is surest of itself", |_, _, _| SUREST),
];

/// One run: tasks done well, and the share of tasks 31 to 60 that the best agent got.
fn play(seed: u64, choice: Choice) -> (usize, f64) {
    let mut dice = Dice::new(seed);
    // Which agent stands where is drawn, so that no choice wins by the order of the list.
    let mut places = [0, 1, 2, 3];
    for at in (1..4).rev() {
        places.swap(at, dice.below(at + 1));
    }
    let skill = |agent: usize| {
        if agent == SUREST {
            SKILLS[SUREST]
        } else {
            SKILLS[places[agent]]
        }
    };
    let mut records = [Record::default(); 5];
    let (mut good, mut best) = (0, 0);
    for task in 0..TASKS {
        let agent = choice(&mut dice, &records, task);
        best += usize::from((30..60).contains(&task) && skill(agent) == SKILLS[0]);
        let well = dice.chance(skill(agent));
        good += usize::from(well);
        records[agent].good += u32::from(well);
        records[agent].bad += u32::from(!well);
    }
    (good, best as f64 / 30.0)
}

fn regret(report: &mut Report, page: &mut Page) {
    page.part(
        "Dispatch",
        &format!(
            "Five agents that do {SKILLS:?} % of their tasks well, {TASKS} tasks, each verified, {SEEDS} seeds. The agents are chosen by the \
             core's own score. Regret is what the best agent alone would have done better, in tasks of {TASKS}."
        ),
    );
    let ideal = (TASKS * SKILLS[0]) as f64 / 100.0;
    let mut rows = Vec::new();
    for (name, choice) in CHOICES {
        let runs: Vec<(usize, f64)> = (0..SEEDS).map(|seed| play(seed, choice)).collect();
        let mean =
            |of: &dyn Fn(&(usize, f64)) -> f64| runs.iter().map(of).sum::<f64>() / SEEDS as f64;
        let good = mean(&|run| run.0 as f64);
        let found = mean(&|run| run.1);
        rows.push(vec![
            name.to_owned(),
            format!("{good:.1}"),
            format!("{:.1}", ideal - good),
            format!("{:.1} %", 100.0 * (ideal - good) / ideal),
            format!("{:.0} %", 100.0 * found),
        ]);
        if name == CHOICES[0].0 {
            report.add(&Line {
                name: "dispatch regret".to_owned(),
                unit: "share of the best",
                pairs: vec![((ideal - good) / ideal, None)],
                target: Target::AtMost(0.1),
                peer: String::new(),
            });
        }
    }
    page.table(
        &[
            "chosen by",
            "done well",
            "regret",
            "of the best",
            "best agent's share of tasks 31 to 60",
        ],
        &rows,
    );
}

/// Somebody at the node.
struct Seat(Http);

impl Seat {
    fn new(mesh: &Mesh, token: &str) -> Seat {
        Seat(Http::new(
            &format!("http://{}", mesh.server.address),
            Some(token.to_owned()),
        ))
    }

    fn call<O: Operation>(&self, input: Value) -> Outcome<O::Output> {
        let answer = self.0.call::<O>(serde_json::from_value(input)?);
        answer.map_err(|why: Error| BenchError::Said(format!("{}: {why}", O::DECLARATION.name)))
    }
}

/// An agent that takes tasks and does a share of them well.
struct Hand {
    handle: String,
    seat: Seat,
    skill: usize,
}

/// Results that the pair gives each other before anybody else asks them for anything.
const PRAISE: usize = 20;
const ASKED: usize = 90;

/// A real node: three honest agents, and two of one person who check each other's work and find all of it good.
fn colluders(args: &Args, report: &mut Report, page: &mut Page) -> Outcome<()> {
    let mesh = Mesh::start(&args.mesh, 0)?;
    let owner = Seat::new(&mesh, &mesh.owner);
    let user = json!({"username": "mallory", "password": "a long enough password", "role": "user"});
    owner.call::<UserCreate>(user)?;
    let token = owner.call::<TokenCreate>(
        json!({"participant": "mallory", "preset": "commander", "label": "bench"}),
    )?;
    let mallory = Seat::new(&mesh, &token.token.unwrap_or_default());
    let mut hands = Vec::new();
    for (handle, skill, whose) in [
        ("honest-1", 85, &owner),
        ("honest-2", 65, &owner),
        ("honest-3", 50, &owner),
        ("puff-1", 20, &mallory),
        ("puff-2", 20, &mallory),
    ] {
        let made = whose.call::<AgentRegister>(json!({"agent": handle, "preset": "worker"}))?;
        let seat = Seat::new(&mesh, &made.token.unwrap_or_default());
        let added = owner.call::<MemberAdd>(json!({"room": "bench", "participant": handle}));
        if let Err(why) = added
            && handle.starts_with("honest")
        {
            return Err(why);
        }
        hands.push(Hand {
            handle: handle.to_owned(),
            seat,
            skill,
        });
    }
    for hand in &hands {
        if hand.handle.starts_with("puff") {
            hand.seat
                .call::<mesh_model::ops::RoomJoin>(json!({"room": "bench"}))?;
        }
        let may = ["speak", "listen", "execute", "data-read", "data-write"];
        owner.call::<MemberCapabilities>(
            json!({"room": "bench", "participant": hand.handle, "capabilities": may}),
        )?;
        hand.seat
            .call::<MemberExecution>(json!({"room": "bench", "agreed": true}))?;
        hand.seat
            .call::<WorkerEnrol>(json!({"slots": 1, "capabilities": ["sums"]}))?;
    }
    // The pair first: each asks the other, and its own check finds all of it good.
    let mut dice = Dice::new(7);
    for round in 0..PRAISE {
        let (asks, does) = (&hands[3 + round % 2], &hands[4 - round % 2]);
        ask(&asks.seat, Some(&does.handle))?;
        finish(does, true)?
            .ok_or_else(|| BenchError::Said("the pair's task was not given to it".to_owned()))?;
    }
    let mut got = [0_usize; 5];
    let mut late = [0_usize; 5];
    let mut good = 0;
    for number in 0..ASKED {
        ask(&owner, None)?;
        let (who, well) = somebody_does(&hands, &mut dice)?;
        got[who] += 1;
        late[who] += usize::from(number >= 30);
        good += usize::from(well);
    }
    let pair = (late[3] + late[4]) as f64 / (ASKED - 30) as f64;
    page.part(
        "A colluding pair",
        &format!(
            "A real node. Two agents of one person first give each other {PRAISE} tasks whose checks all pass; then the owner asks {ASKED} times, \
             with a check of its own. {good} were done well."
        ),
    );
    let rows = hands.iter().enumerate().map(|(at, hand)| {
        vec![
            hand.handle.clone(),
            format!("{} %", hand.skill),
            got[at].to_string(),
            late[at].to_string(),
        ]
    });
    page.table(
        &["agent", "does well", "tasks", "after the first 30"],
        &rows.collect::<Vec<_>>(),
    );
    report.add(&Line {
        name: "tasks to a colluding pair".to_owned(),
        unit: "share after 30",
        pairs: vec![(pair, None)],
        target: Target::AtMost(0.15),
        peer: String::new(),
    });
    Ok(())
}

/// Asks for a task whose output is checked by a schema.
fn ask(seat: &Seat, assigned: Option<&str>) -> Outcome<()> {
    let check = json!({"type": "object", "required": ["sum"], "properties": {"sum": {"const": 4}}});
    let mut task = json!({
        "title": "Add", "prompt": "Add 2 and 2.", "capability": "sums", "check": check, "attempts": 1, "escalate": false,
        "verify_below": 0,
    });
    if let Some(assigned) = assigned {
        task["assigned"] = json!(assigned);
    }
    seat.call::<TaskCreate>(json!({"room": "bench", "tasks": [task]}))
        .map(drop)
}

/// Each asks for the task, in any order; whoever is given it does it. A worse worker is told to wait while a better one is free.
fn somebody_does(hands: &[Hand], dice: &mut Dice) -> Outcome<(usize, bool)> {
    let first = dice.below(hands.len());
    // Twice round: whoever is waited for by the others may have asked before the task was theirs to take.
    for step in 0..2 * hands.len() {
        let at = (first + step) % hands.len();
        let well = dice.chance(hands[at].skill);
        if let Some(well) = finish(&hands[at], well)? {
            return Ok((at, well));
        }
    }
    said("nobody was given the task")
}

/// Takes a task if there is one for this agent, and does it well or not.
fn finish(hand: &Hand, well: bool) -> Outcome<Option<bool>> {
    let taken = hand
        .seat
        .call::<TaskTake>(json!({"count": 1, "start": true}))?;
    let Some(taken) = taken.items.first() else {
        return Ok(None);
    };
    let sum = if well { 4 } else { 5 };
    let output = json!({"text": "Done.", "data": {"sum": sum}});
    let input =
        json!({"task": taken.task.id, "fence": taken.fence, "output": output, "confidence": 99});
    hand.seat.call::<TaskFinish>(input)?;
    Ok(Some(well))
}
