//! `plan.get`

use super::{Found, does, trouble};
use crate::ops::present;
use crate::prelude::*;

use mesh_node::machine::{Reader, Whose};

impl Run for PlanGet {
    async fn run(door: &Door, call: &Call, input: PlanRefInput) -> Result<PlanView, Refusal> {
        let found = Found::read(door, call, input.task).await?;
        let reader = present::reader(door, call);
        let (room, result) = (found.row.task.room, found.row.result.as_ref());
        let whose = result.map(|row| Whose {
            relayed: row.facts.relayed.as_deref(),
            ..Whose::of(&call.access, row.facts.worker, row.seq)
                .within(room)
                .doubted(row.facts.guard.as_ref())
        });
        let whose = whose.ok_or_else(super::no_plan)?;
        reader.note(room);
        let asked = found.is_asked_by(call)?;
        let answer = reader.tell(&call.access, &whose, found.made.answer);
        let steps = (1..).zip(found.made.steps);
        let steps: Vec<PlanStepView> = steps
            .map(|(number, it)| step(call, reader, &whose, number, it))
            .collect();
        let stands = steps.iter().all(|step| step.trouble.is_none());
        Ok(PlanView {
            task: input.task,
            plan: found.hash,
            answer,
            ready: asked && stands && !steps.is_empty(),
            steps,
        })
    }
}

fn step(
    call: &Call,
    reader: Reader<'_>,
    whose: &Whose<'_>,
    number: u32,
    step: PlanStep,
) -> PlanStepView {
    let trouble = trouble(call, &step);
    let declared = mesh_model::ops::named(&step.operation);
    let why = reader.hear(&call.access, whose, step.why, Some(step.input));
    PlanStepView {
        number,
        operation: reader.glance(whose, step.operation),
        does: declared.map(does),
        input: why.data,
        why: why.text,
        trouble,
    }
}
