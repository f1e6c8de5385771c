//! Plans: an agent says by which operations a wish is done, and the person who asked carries them out.

mod ask;
mod carry;
mod get;

use crate::describe::schema::Schemas;
use crate::door::request::act_hash;
use crate::ops::task;
use crate::prelude::*;

use mesh_model::events::TaskState;
use mesh_model::limits::PLAN_STEPS_MAX;
use mesh_model::ops::{Declaration, Needs};
use mesh_model::{ActHash, TaskId};
use mesh_store::view::TaskRow;
use serde_json::{Value, json};

/// What may stand in a plan: what is seen afterwards and can be undone, or ended. No rights, rules, keys, answers to questions,
/// nothing outside of the mesh, and nothing that is gone for good. A new operation is not in it until somebody has thought about it.
const PLANNABLE: &[&str] = &[
    "alert.acknowledge",
    "alert.set",
    "attention.set",
    "budget.set",
    "clock.pause",
    "clock.rate",
    "clock.resume",
    "clock.start",
    "clock.step",
    "clock.stop",
    "context.remove",
    "context.set",
    "dispatch.resume",
    "dispatch.stop",
    "group.add",
    "group.create",
    "group.remove",
    "journal.write",
    "member.invite",
    "member.mute",
    "member.unmute",
    "memory.set",
    "message.pin",
    "message.post",
    "message.react",
    "message.send",
    "message.unpin",
    "pipeline.create",
    "presence.set",
    "room.archive",
    "room.create",
    "room.join",
    "room.leave",
    "room.primary",
    "room.restore",
    "room.slow_mode",
    "room.update",
    "schedule.change",
    "schedule.create",
    "schedule.pause",
    "schedule.remove",
    "schedule.resume",
    "schedule.run",
    "task.assign",
    "task.cancel",
    "task.confirm",
    "task.create",
    "task.pause",
    "task.resume",
    "task.retry",
    "template.dispatch",
    "worker.mode",
    "worker.set",
];

/// What may stand in a plan of this caller.
fn plannable(call: &Call) -> impl Iterator<Item = &'static Declaration> {
    let declared = PLANNABLE
        .iter()
        .filter_map(|name| mesh_model::ops::named(name));
    declared.filter(|declaration| may(call, declaration))
}

fn may(call: &Call, declaration: &Declaration) -> bool {
    match declaration.needs {
        Needs::Permission(permission) => call.has(permission),
        Needs::Credential => true,
        Needs::Nothing | Needs::Owner => false,
    }
}

/// The plan of a task, as it was made.
struct Found {
    row: TaskRow,
    made: PlanMade,
    /// What stands for exactly this plan of this task.
    hash: ActHash,
}

impl Found {
    async fn read(door: &Door, call: &Call, id: TaskId) -> Result<Found, Refusal> {
        check_person(call)?;
        let row = task::readable(door, call, id).await?;
        if row.task.state != TaskState::Done {
            return Err(refuse::conflict(
                format!("the task is {}, not done", row.task.state.name()),
                "wait until it has a result",
            ));
        }
        let output = row.result.as_ref().and_then(|it| it.output.as_ref());
        let data = output.and_then(|output| output.data.clone());
        let data = data.ok_or_else(no_plan)?;
        let made: PlanMade =
            serde_json::from_value(Value::Object(data.clone())).map_err(|_| no_plan())?;
        if made.steps.len() > PLAN_STEPS_MAX {
            return Err(refuse::invalid(
                format!(
                    "the plan has {} steps, the limit is {PLAN_STEPS_MAX}",
                    made.steps.len()
                ),
                "ask for less at a time",
            ));
        }
        let stands_for = json!({"task": id, "made": data});
        Ok(Found {
            row,
            made,
            hash: act_hash(&PlanCarry::DECLARATION, &stands_for),
        })
    }

    /// Whether the caller has asked for it.
    fn is_asked_by(&self, call: &Call) -> Result<bool, Refusal> {
        Ok(self.row.task.creator == Some(call.me()?))
    }
}

/// No program, whatever it is allowed: what programs propose is not carried out by programs unseen.
fn check_person(call: &Call) -> Result<(), Refusal> {
    if call.access.is_person(call.me()?) {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::PermissionDenied,
        "only a person reads plans and carries them out",
        Effect::NothingDone,
        "do yourself what you may do, or ask a person",
    ))
}

fn no_plan() -> Refusal {
    refuse::invalid(
        "the task's result holds no plan",
        "ask for one with plan.ask",
    )
}

/// What stands against a step before it is tried, if anything is known to.
fn trouble(call: &Call, step: &PlanStep) -> Option<String> {
    let Some(declaration) = mesh_model::ops::named(&step.operation) else {
        return Some("there is no operation of this name".to_owned());
    };
    if !PLANNABLE.contains(&declaration.name) {
        return Some("this may not stand in a plan: do it yourself".to_owned());
    }
    if !may(call, declaration) {
        return Some("you may not do this".to_owned());
    }
    let schemas = Schemas::all();
    let fields = schemas.fields(declaration);
    if step.input.keys().any(|name| !fields.contains_key(name)) {
        return Some("it names a field that the operation does not have".to_owned());
    }
    let missing = schemas
        .required(declaration)
        .find(|name| !step.input.contains_key(*name))?;
    Some(format!("the field '{missing}' is missing"))
}

/// The first sentence of what an operation does.
fn does(declaration: &Declaration) -> String {
    let doc = declaration.doc;
    let end = doc.find(". ").map_or(doc.len(), |at| at + 1);
    doc[..end].split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_model::ops::OpKind;

    #[test]
    fn a_plan_changes_things_by_operations_that_there_are() {
        for name in PLANNABLE {
            let declaration = mesh_model::ops::named(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(declaration.kind, OpKind::Command, "{name}");
            assert!(
                matches!(declaration.needs, Needs::Permission(_) | Needs::Credential),
                "{name}"
            );
            assert!(does(declaration).ends_with('.'), "{name}");
        }
        assert!(PLANNABLE.is_sorted());
    }
}
