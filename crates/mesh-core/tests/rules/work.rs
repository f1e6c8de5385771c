//! The verbs of tasks, workers, budgets, approvals, templates, leases on paths and shared context.

use mesh_core::Pattern;
use mesh_model::api::{BreakerState, TaskWhy};
use mesh_model::command::{
    ApprovalCommand, BudgetCommand, ContextCommand, DispatchCommand, Gate, LeaseCommand, NewTask,
    RequestApproval, TakeTasks, TaskCommand, TaskResult, TemplateCommand, WorkerCommand,
};
use mesh_model::events::{
    BudgetScope, Condition, Cost, Holds, Join, LeaseMode, Provenance, Resolution, Spend, TaskFacts,
    TaskPlan, TaskState, Variable, VariableKind, Verdict, WorkerMode,
};
use mesh_model::*;

use crate::script::{Args, content, enum_of, person, room};
use crate::world::{World, uuid};
use crate::{
    alarms, clocks, entities, files, governance, hooks, knocks, lends, minds, notes, skills, times,
    tools,
};

pub fn task(name: &str) -> TaskId {
    TaskId(uuid(name))
}

fn approval(name: &str) -> ApprovalId {
    ApprovalId(uuid(name))
}

fn tasks(list: Option<&str>) -> Vec<TaskId> {
    list.into_iter()
        .flat_map(|list| list.split(','))
        .map(task)
        .collect()
}

/// `TOKENS` or `TOKENS/MICROS`.
fn spend(text: Option<&str>) -> Spend {
    let Some(text) = text else {
        return Spend::default();
    };
    let (tokens, micros) = text.split_once('/').unwrap_or((text, "0"));
    Spend {
        tokens: tokens.parse().unwrap(),
        micros: micros.parse().unwrap(),
    }
}

fn cost(args: &Args<'_>) -> Cost {
    Cost {
        spend: spend(args.named("cost")),
        model: args.named("model").map(str::to_owned),
    }
}

/// `unsure:TASK:PERCENT`, `accept:TASK`, `reject:TASK`.
fn condition(text: &str) -> Condition {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        ["unsure", of, below] => Condition::Unsure {
            task: task(of),
            below: below.parse().unwrap(),
        },
        [was, of] => Condition::Verdict {
            task: task(of),
            was: enum_of::<Verdict>(was),
        },
        _ => panic!("no condition {text}"),
    }
}

/// `best`, `first`, `majority` or `majority:QUORUM`.
fn join(text: &str) -> Join {
    match text.split_once(':').unwrap_or((text, "3")) {
        ("best", _) => Join::Best,
        ("first", _) => Join::First,
        (_, quorum) => Join::Majority {
            quorum: quorum.parse().unwrap(),
        },
    }
}

fn plan(world: &World, args: &Args<'_>) -> TaskPlan {
    let plain = TaskPlan::default();
    TaskPlan {
        priority: args.number("prio").map_or(plain.priority, |it| it as u8),
        capability: args.named("can").map(str::to_owned),
        assigned: args.named("for").map(person),
        deadline: args
            .named("deadline")
            .map(|ms| Millis(world.now.0.saturating_add_signed(ms.parse().unwrap()))),
        attempts: args
            .number("attempts")
            .map_or(plain.attempts, |it| it as u8),
        backoff_ms: args
            .number("backoff")
            .map_or(plain.backoff_ms, |it| it as u32),
        escalate: !args.has("once"),
        needs: tasks(args.named("needs")),
        apart: tasks(args.named("apart")),
        same: args.named("same").map(task),
        when: args.named("when").map(condition),
        join: args.named("join").map(join),
        about: args.named("about").map(task),
        verify_below: args
            .number("verify")
            .map_or(plain.verify_below, |it| it as u8),
        checked: args.has("checked"),
        reserve: spend(args.named("reserve")),
    }
}

fn kind_of(text: &str) -> VariableKind {
    enum_of::<VariableKind>(text)
}

pub fn new_task(world: &World, name: &str, args: &Args<'_>) -> NewTask {
    let given = |list: &str| {
        let pairs = list.split(',').filter(|pair| !pair.is_empty());
        let pair = |it: &str| {
            let (name, kind) = it.split_once(':').unwrap();
            (name.to_owned(), kind_of(kind))
        };
        pairs.map(pair).collect()
    };
    NewTask {
        task: task(name),
        plan: plan(world, args),
        template: args.named("template").map(|name| {
            let id = TemplateId(uuid(name));
            (id, given(args.named("given").unwrap_or_default()))
        }),
        quotes: governance::quotes(world, args),
        gate: args.named("gate").map(|name| Gate {
            approval: approval(name),
            to: args.named("to").map(person),
            ttl_ms: args.number("ttl"),
        }),
        evidence: governance::evidence(world, args),
        body: if args.has("empty") {
            None
        } else {
            content(args.number("size").unwrap_or(20))
        },
    }
}

/// The fence of the last attempt, or of the first one (`old`), or a number.
pub fn fence(world: &World, args: &Args<'_>) -> Seq {
    if let Some(number) = args.number("fence") {
        return Seq(number);
    }
    let known = world.fences.get(&task(args.word(0)));
    let known = known.map(Vec::as_slice).unwrap_or_default();
    let found = if args.has("old") {
        known.first()
    } else {
        known.last()
    };
    found.copied().unwrap_or_default()
}

fn scope(text: &str) -> BudgetScope {
    match text.split_once(':') {
        Some(("agent", handle)) => BudgetScope::Agent(person(handle)),
        Some((_, name)) => BudgetScope::Room(room(name)),
        None if text == "mesh" => BudgetScope::Mesh,
        None => BudgetScope::EachAgent,
    }
}

fn list(text: &str) -> Vec<String> {
    let names = text
        .split(',')
        .filter(|name| !name.is_empty() && *name != "nothing");
    names.map(str::to_owned).collect()
}

fn result(args: &Args<'_>) -> TaskResult {
    TaskResult {
        confidence: args.number("sure").map(|it| it as u8),
        verdict: args.named("says").map(enum_of::<Verdict>),
        cost: cost(args),
        check: args.named("check").map(|it| it == "good"),
        provenance: args.number("signed").map(|number| {
            (
                Provenance {
                    previous: args
                        .named("after")
                        .unwrap_or("0")
                        .split(',')
                        .map(|it| OutputHash([it.parse().unwrap(); 32]))
                        .collect(),
                    at: 1,
                    output: OutputHash([5; 32]),
                    key: governance::key(number),
                    sig: SignatureBytes([1; 64]),
                    link: OutputHash([args.number("link").unwrap_or(9) as u8; 32]),
                },
                [2; 16],
            )
        }),
        labels: args
            .named("labels")
            .into_iter()
            .flat_map(|list| list.split(','))
            .map(room)
            .collect(),
    }
}

fn task_command(world: &World, verb: &str, args: &Args<'_>) -> Option<TaskCommand> {
    let id = || task(args.word(0));
    let evidence = || governance::evidence(world, args);
    let body = || {
        if args.has("empty") {
            None
        } else {
            content(args.number("size").unwrap_or(20))
        }
    };
    Some(match verb {
        "task" => TaskCommand::Create {
            room: room(args.word(0)),
            tasks: vec![new_task(world, args.word(1), args)],
        },
        // `graph ROOM a b:a c:a+b`
        "graph" => TaskCommand::Create {
            room: room(args.word(0)),
            tasks: args.words[1..]
                .iter()
                .filter(|word| **word != "once")
                .map(|word| {
                    let (name, needs) = word.split_once(':').unwrap_or((word, ""));
                    let mut new = new_task(world, name, args);
                    new.plan.needs = needs
                        .split('+')
                        .filter(|it| !it.is_empty())
                        .map(task)
                        .collect();
                    new
                })
                .collect(),
        },
        "crowd-task" => TaskCommand::Create {
            room: room(args.word(0)),
            tasks: (0..args.number("crowd").unwrap())
                .map(|number| new_task(world, &format!("t{number}"), args))
                .collect(),
        },
        "link" => TaskCommand::Link {
            task: id(),
            needs: task(args.word(1)),
        },
        "take" => TaskCommand::Take(TakeTasks {
            count: args.number("count").unwrap_or(1) as u8,
            lease_ms: args.number("lease").map(|it| it as u32),
            start: args.has("begins"),
        }),
        "extend" => TaskCommand::Extend {
            task: id(),
            fence: fence(world, args),
            spent: spend(args.named("spent")),
        },
        "start" => TaskCommand::Start {
            task: id(),
            fence: fence(world, args),
        },
        "progress" => TaskCommand::Progress {
            task: id(),
            fence: fence(world, args),
            evidence: evidence(),
            body: body(),
        },
        "hand-off" => TaskCommand::HandOff {
            task: id(),
            fence: fence(world, args),
            cost: cost(args),
            evidence: evidence(),
            body: body(),
        },
        "fail" => TaskCommand::Fail {
            task: id(),
            fence: fence(world, args),
            last: args.has("last"),
            cost: cost(args),
            reason: content(10),
        },
        "finish" => TaskCommand::Finish {
            task: id(),
            fence: fence(world, args),
            result: Box::new(result(args)),
            spare: task(args.named("spare").unwrap_or("spare")),
            evidence: evidence(),
            body: body(),
        },
        "cancel" => TaskCommand::Cancel {
            task: id(),
            reason: content(10),
        },
        "pause" => TaskCommand::Pause { task: id() },
        "resume" => TaskCommand::Resume { task: id() },
        "retry" => TaskCommand::Retry { task: id() },
        "assign" => TaskCommand::Assign {
            task: id(),
            to: (args.word(1) != "nobody").then(|| person(args.word(1))),
        },
        "resolve" => TaskCommand::Resolve {
            task: id(),
            resolution: enum_of::<Resolution>(args.word(1)),
            reason: None,
        },
        "confirm" => TaskCommand::Confirm {
            task: id(),
            good: args.word(1) == "good",
        },
        _ => return None,
    })
}

fn worker_command(verb: &str, args: &Args<'_>) -> Option<Command> {
    Some(match verb {
        "enrol" => WorkerCommand::Enrol {
            worker: person(args.word(0)),
            slots: args.number("slots").unwrap_or(1) as u16,
            capabilities: list(args.named("can").unwrap_or_default()),
            rooms: args
                .named("rooms")
                .into_iter()
                .flat_map(|list| list.split(','))
                .map(room)
                .collect(),
            about: None,
        }
        .into(),
        "gone" => WorkerCommand::Leave {
            worker: person(args.word(0)),
        }
        .into(),
        "mode" => WorkerCommand::SetMode {
            worker: person(args.word(0)),
            mode: enum_of::<WorkerMode>(args.word(1)),
        }
        .into(),
        "limit" => WorkerCommand::SetLimits {
            worker: person(args.word(0)),
            slots: args.number("slots").map(|it| it as u16),
            capabilities: args.named("can").map(list),
        }
        .into(),
        "stop-all" => DispatchCommand::Stop.into(),
        "resume-all" => DispatchCommand::Resume.into(),
        "budget" => BudgetCommand::Set {
            scope: scope(args.word(0)),
            tokens: args.number("tokens"),
            micros: args.number("micros"),
        }
        .into(),
        _ => return None,
    })
}

fn flow_command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    Some(match verb {
        "ask" => ApprovalCommand::Request(RequestApproval {
            approval: approval(args.word(0)),
            room: room(args.word(1)),
            to: args.named("to").map(person),
            holds: args.named("task").map(|name| Holds {
                task: task(name),
                fence: (!args.has("unfenced")).then(|| {
                    let known = world.fences.get(&task(name));
                    known
                        .and_then(|all| all.last())
                        .copied()
                        .unwrap_or_default()
                }),
            }),
            until: args.number("ttl").map(|ms| world.now.plus(ms)),
            evidence: governance::evidence(world, args),
            body: content(20),
        })
        .into(),
        // `answer NAME yes`; `answer ? yes` answers the only question that waits.
        "answer" => ApprovalCommand::Decide {
            approval: match args.word(0) {
                "?" => {
                    let waiting: Vec<_> = world.state.work.approvals().collect();
                    assert_eq!(waiting.len(), 1, "one question waits");
                    waiting[0].id
                }
                name => approval(name),
            },
            approve: args.word(1) == "yes",
            reason: None,
        }
        .into(),
        // `template NAME topic:text count:number?`
        "template" => TemplateCommand::Create {
            template: TemplateId(uuid(args.word(0))),
            name: args.named("name").unwrap_or(args.word(0)).to_owned(),
            variables: args.words[1..]
                .iter()
                .map(|word| {
                    let (name, kind) = word.split_once(':').unwrap();
                    Variable {
                        name: name.to_owned(),
                        kind: kind_of(kind.trim_end_matches('?')),
                        optional: kind.ends_with('?'),
                    }
                })
                .collect(),
            body: content(20),
        }
        .into(),
        "untemplate" => TemplateCommand::Delete {
            template: TemplateId(uuid(args.word(0))),
        }
        .into(),
        _ => return None,
    })
}

pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    if let Some(command) = task_command(world, verb, args) {
        return Some(Command::Task(command));
    }
    if let Some(command) = worker_command(verb, args) {
        return Some(command);
    }
    if let Some(command) = flow_command(world, verb, args) {
        return Some(command);
    }
    let others = minds::command(world, verb, args)
        .or_else(|| notes::command(world, verb, args))
        .or_else(|| files::command(world, verb, args))
        .or_else(|| entities::command(world, verb, args))
        .or_else(|| tools::command(world, verb, args))
        .or_else(|| skills::command(world, verb, args))
        .or_else(|| hooks::command(world, verb, args))
        .or_else(|| times::command(world, verb, args))
        .or_else(|| clocks::command(verb, args))
        .or_else(|| alarms::command(world, verb, args))
        .or_else(|| knocks::command(world, verb, args))
        .or_else(|| lends::command(world, verb, args));
    if others.is_some() {
        return others;
    }
    let key = || args.word(1).to_owned();
    let expected = match args.named("at") {
        Some("last") => world.last.last().map(|(seq, _)| *seq),
        Some(number) => Some(Seq(number.parse().unwrap())),
        None => None,
    };
    Some(match verb {
        "set" => Command::Context(ContextCommand::Set {
            room: room(args.word(0)),
            key: key(),
            expected,
            evidence: governance::evidence(world, args),
            body: content(args.number("size").unwrap_or(20)),
        }),
        "unset" => Command::Context(ContextCommand::Remove {
            room: room(args.word(0)),
            key: key(),
            expected,
        }),
        // lease ROOM PATH,PATH mode=shared minutes=5
        "lease" => Command::Lease(LeaseCommand::Take {
            room: room(args.word(0)),
            paths: args.word(1).split(',').map(str::to_owned).collect(),
            mode: args
                .named("mode")
                .map_or_else(LeaseMode::default, enum_of::<LeaseMode>),
            minutes: args.number("minutes").map(|it| u32::try_from(it).unwrap()),
        }),
        // release ROOM, the lease of the last event; release ROOM NUMBER
        "release" => Command::Lease(LeaseCommand::Release {
            room: room(args.word(0)),
            lease: match args.words.get(1) {
                Some(number) => Seq(number.parse().unwrap()),
                None => world.last.last().unwrap().0,
            },
        }),
        "tick" => Command::Tick,
        _ => return None,
    })
}

fn handle(world: &World, id: ParticipantId) -> String {
    world
        .state
        .access
        .participant(id)
        .map_or_else(|| "nobody".to_owned(), |found| found.handle.clone())
}

fn told(spend: Spend) -> String {
    format!("{}/{}", spend.tokens, spend.micros)
}

fn why(world: &World, why: &TaskWhy) -> String {
    let mut workers: Vec<String> = why
        .workers
        .iter()
        .map(|it| {
            let not = it.not.map(|not| serde_json::to_value(not).unwrap());
            let not = not.as_ref().and_then(|it| it.as_str()).unwrap_or("free");
            format!("{}:{not}", handle(world, it.worker))
        })
        .collect();
    workers.sort();
    workers.join(" ")
}

/// Questions about work.
pub fn question(world: &mut World, verb: &str, args: &Args<'_>) -> Option<String> {
    let others = minds::question(world, verb, args)
        .or_else(|| files::question(world, verb, args))
        .or_else(|| entities::question(world, verb, args))
        .or_else(|| tools::question(world, verb, args))
        .or_else(|| skills::question(world, verb, args))
        .or_else(|| hooks::question(world, verb, args))
        .or_else(|| times::question(world, verb, args))
        .or_else(|| clocks::question(world, verb, args))
        .or_else(|| alarms::question(world, verb, args))
        .or_else(|| knocks::question(world, verb, args))
        .or_else(|| lends::question(world, verb, args));
    if others.is_some() {
        return others;
    }
    let work = &world.state.work;
    let found = || work.task(task(args.word(0)));
    Some(match verb {
        "state" => found().map_or("gone", |it| it.state.name()).to_owned(),
        "urgency" => found().unwrap().urgency.name().to_owned(),
        "prio" => found().unwrap().standing().to_string(),
        "holder" => match found().unwrap().attempt.as_ref() {
            Some(attempt) => handle(world, attempt.worker),
            None => "nobody".to_owned(),
        },
        "meant-for" => match found().unwrap().assigned {
            Some(id) => handle(world, id),
            None => "anybody".to_owned(),
        },
        // WORKER CONFIDENCE VERIFIED
        "result" => match found().unwrap().result.as_ref() {
            None => "none".to_owned(),
            Some(result) => format!(
                "{} {} {}",
                handle(world, result.worker),
                result
                    .confidence
                    .map_or("?".to_owned(), |it| it.to_string()),
                result
                    .verified
                    .map_or("unverified", |good| if good { "good" } else { "bad" })
            ),
        },
        "lasts" => {
            let attempt = found().unwrap().attempt.as_ref().unwrap();
            attempt.until().since(world.now).to_string()
        }
        "counts" => {
            let some = TaskState::ALL
                .into_iter()
                .filter(|state| work.count(*state) > 0);
            let told: Vec<_> = some
                .map(|state| format!("{}:{}", state.name(), work.count(state)))
                .collect();
            if told.is_empty() {
                "none".to_owned()
            } else {
                told.join(" ")
            }
        }
        "spent" => {
            let scope = scope(args.word(0));
            let (spent, held) = (work.spent(scope, world.now), work.reserved(scope));
            format!("{} reserved {}", told(spent), told(held))
        }
        "breaker" => {
            let breaker = work
                .worker(person(args.word(0)))
                .unwrap()
                .breaker(world.now);
            match breaker {
                BreakerState::Closed => "closed",
                BreakerState::Open => "open",
                BreakerState::HalfOpen => "half-open",
            }
            .to_owned()
        }
        "record" => {
            let worker = work.worker(person(args.word(0))).unwrap();
            let record = worker.record(args.words.get(1).copied().unwrap_or_default());
            format!("{} good {} bad", record.good, record.bad)
        }
        "due" => match work.next_due() {
            None => "never".to_owned(),
            Some(at) => at.since(world.now).to_string(),
        },
        "why" => {
            let told = world
                .state
                .why(task(args.word(0)), world.now)
                .expect("a task");
            why(world, &told)
        }
        "because" => {
            world
                .state
                .why(task(args.word(0)), world.now)
                .unwrap()
                .because
        }
        "ahead" => {
            let told = world.state.why(task(args.word(0)), world.now).unwrap();
            told.ahead.to_string()
        }
        "gave" => {
            let mut given: Vec<String> = Vec::new();
            for (_, facts) in &world.last {
                if let Facts::Task(TaskFacts::Taken(facts)) = facts {
                    given.push(world.task_names[&facts.task].clone());
                }
            }
            given.join(",")
        }
        "leases" => {
            let leases = work.leases(&world.state.access, room(args.word(0)), world.now);
            let told = leases
                .map(|(_, it)| format!("{}:{}", handle(world, it.holder), it.paths.join("+")));
            let told: Vec<String> = told.collect();
            if told.is_empty() {
                "none".to_owned()
            } else {
                told.join(",")
            }
        }
        // against ROOM WHO PATH
        "against" => {
            let pattern = Pattern::parse(args.word(2)).unwrap();
            let (room, who) = (room(args.word(0)), person(args.word(1)));
            let access = &world.state.access;
            work.lease_against(access, room, who, &pattern, world.now)
                .map_or_else(|| "nobody".to_owned(), |(_, it)| handle(world, it.holder))
        }
        "version" => work
            .context(room(args.word(0)), args.word(1))
            .map_or("none".to_owned(), |_| "some".to_owned()),
        _ => return None,
    })
}
