//! The workflows and templates that the documents show are of the form that clients send, and the
//! rules take them.

use std::collections::BTreeMap;

use mesh_model::api::{TaskSpec, WhenSpec};
use mesh_model::command::{NewTask, TaskCommand, TemplateCommand};
use mesh_model::events::{Condition, TaskPlan, Variable};
use mesh_model::*;
use serde::Deserialize;
use uuid::Uuid;

use super::Run;
use super::random::{content, room};

const WORKFLOWS: [(&str, &str); 6] = [
    (
        "verify",
        include_str!("../../../../docs/workflows/verify.json"),
    ),
    (
        "challenge",
        include_str!("../../../../docs/workflows/challenge.json"),
    ),
    (
        "debate",
        include_str!("../../../../docs/workflows/debate.json"),
    ),
    ("vote", include_str!("../../../../docs/workflows/vote.json")),
    (
        "best-of",
        include_str!("../../../../docs/workflows/best-of.json"),
    ),
    (
        "map-reduce",
        include_str!("../../../../docs/workflows/map-reduce.json"),
    ),
];

const TEMPLATES: [&str; 7] = [
    include_str!("../../../../docs/templates/research.json"),
    include_str!("../../../../docs/templates/extract.json"),
    include_str!("../../../../docs/templates/improve.json"),
    include_str!("../../../../docs/templates/summarize.json"),
    include_str!("../../../../docs/templates/qa.json"),
    include_str!("../../../../docs/templates/code-review.json"),
    include_str!("../../../../docs/templates/write.json"),
];

/// What a template's file says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(
    dead_code,
    reason = "every field has to be there, not all are looked at"
)]
struct TemplateFile {
    name: String,
    capability: String,
    variables: Vec<Variable>,
    about: String,
    title: String,
    prompt: String,
}

/// Keys become ids, as the door makes them.
fn resolved(specs: Vec<TaskSpec>) -> Vec<NewTask> {
    let keys: BTreeMap<String, TaskId> = specs
        .iter()
        .enumerate()
        .map(|(at, spec)| {
            (
                spec.key.clone().expect("a key"),
                TaskId(Uuid::from_u128(500 + at as u128)),
            )
        })
        .collect();
    let id = |key: &String| keys[key];
    let plan = |spec: &TaskSpec| {
        let plain = TaskPlan::default();
        TaskPlan {
            capability: spec.capability.clone(),
            escalate: spec.escalate.unwrap_or(plain.escalate),
            verify_below: spec.verify_below.unwrap_or(plain.verify_below),
            needs: spec.needs.iter().map(id).collect(),
            apart: spec.apart.iter().map(id).collect(),
            same: spec.same.as_ref().map(id),
            when: spec.when.as_ref().map(|when| match when {
                WhenSpec::Unsure { task, below } => Condition::Unsure {
                    task: id(task),
                    below: *below,
                },
                WhenSpec::Verdict { task, was } => Condition::Verdict {
                    task: id(task),
                    was: *was,
                },
            }),
            join: spec.join,
            ..plain
        }
    };
    specs
        .iter()
        .map(|spec| NewTask {
            task: id(spec.key.as_ref().expect("a key")),
            plan: plan(spec),
            template: None,
            quotes: Vec::new(),
            gate: None,
            evidence: Default::default(),
            body: content(),
        })
        .collect()
}

#[test]
fn the_workflows_run_to_a_result() {
    for (name, json) in WORKFLOWS {
        let specs: Vec<TaskSpec> =
            serde_json::from_str(json).unwrap_or_else(|why| panic!("{name}: {why}"));
        let tasks = resolved(specs);
        let last = tasks.last().expect("a task").task;
        let mut run = Run::new();
        let create = TaskCommand::Create {
            room: room(0),
            tasks,
        };
        run.must(run.owner(), &Command::Task(create));
        for _ in 0..6 {
            // Past the half second for which better workers go first.
            run.now += 1_000;
            for number in 1..super::random::PEOPLE {
                run.work(number);
            }
        }
        let state = run.state.work.task(last).expect("the last task").state;
        assert_eq!(state, events::TaskState::Done, "{name}");
        run.check();
    }
}

#[test]
fn the_templates_are_taken() {
    let mut run = Run::new();
    for (number, json) in TEMPLATES.into_iter().enumerate() {
        let file: TemplateFile = serde_json::from_str(json).expect("a template");
        for variable in &file.variables {
            let blank = format!("{{{}}}", variable.name);
            assert!(file.prompt.contains(&blank) && file.title.contains(&blank));
        }
        let create = TemplateCommand::Create {
            template: TemplateId(Uuid::from_u128(number as u128)),
            name: file.name,
            variables: file.variables,
            body: content(),
        };
        run.must(run.owner(), &Command::Template(create));
    }
    assert_eq!(run.state.work.templates().count(), TEMPLATES.len());
}
