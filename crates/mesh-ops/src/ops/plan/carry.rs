//! `plan.carry`

use super::{Found, trouble};
use crate::door::{Caller, Options};
use crate::prelude::*;

use mesh_model::ActHash;
use serde_json::Value;

impl Run for PlanCarry {
    async fn run(door: &Door, call: &Call, input: PlanCarryInput) -> Result<PlanCarried, Refusal> {
        let found = Found::read(door, call, input.task).await?;
        if !found.is_asked_by(call)? {
            return Err(Refusal::new(
                ErrorCode::PermissionDenied,
                "a plan is carried out by the person who asked for it",
                Effect::NothingDone,
                "ask for one of your own with plan.ask",
            ));
        }
        if found.hash != input.plan {
            return Err(refuse::conflict(
                "the plan is not the one that you have read: its task has another result now",
                "read it again with plan.get",
            ));
        }
        for (number, step) in (1..).zip(&found.made.steps) {
            if let Some(why) = trouble(call, step) {
                return Err(refuse::invalid(
                    format!("step {number} cannot be done: {why}"),
                    "ask for another plan, or do the rest of it yourself",
                )
                .so(Effect::NothingDone));
            }
        }
        let mut steps = Vec::with_capacity(found.made.steps.len());
        for (number, step) in (1..).zip(found.made.steps) {
            let refused = steps.iter().any(is_refused);
            steps.push(if refused {
                left(number, step)
            } else {
                carry(door, call, found.hash, number, step).await
            });
        }
        let last = steps.iter().filter_map(|step| step.seq).max();
        Ok(PlanCarried {
            done: steps.iter().all(|step| step.state == PlanStepState::Done),
            steps,
            seq: last.unwrap_or(call.head),
        })
    }
}

fn is_refused(step: &PlanStepCarried) -> bool {
    step.state == PlanStepState::Refused
}

fn left(number: u32, step: PlanStep) -> PlanStepCarried {
    PlanStepCarried {
        number,
        operation: step.operation,
        state: PlanStepState::Left,
        seq: None,
        problem: None,
    }
}

/// One step, as if the caller had asked for it itself. Its key is that of the plan and its number: whoever carries a plan out again
/// goes on where it was refused.
async fn carry(
    door: &Door,
    call: &Call,
    plan: ActHash,
    number: u32,
    step: PlanStep,
) -> PlanStepCarried {
    let caller = Caller {
        browser: call.browser,
        ..Caller::known(call.actor)
    };
    let options = Options {
        key: Some(format!("plan {plan} {number}")),
        session: call.options.session,
        address: call.options.address,
        ..Options::default()
    };
    let input = Value::Object(step.input);
    let answer = door.call(&caller, &step.operation, input, options).await;
    let (state, seq, problem) = match answer {
        Ok(reply) => (PlanStepState::Done, reply.seq, None),
        Err(refusal) => {
            let problem = Box::new(refusal.problem());
            (PlanStepState::Refused, None, Some(problem))
        }
    };
    PlanStepCarried {
        number,
        operation: step.operation,
        state,
        seq,
        problem,
    }
}
