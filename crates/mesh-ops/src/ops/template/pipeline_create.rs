//! `pipeline.create`: tasks each of which needs the one before

use crate::prelude::*;

use crate::ops::task::create::{create, note_keys, told_created};

impl Run for PipelineCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: PipelineCreateInput,
    ) -> Result<TasksCreated, Refusal> {
        let mut steps = input.steps;
        note_keys(call, &steps);
        let mut before: Option<String> = None;
        for (number, step) in steps.iter_mut().enumerate() {
            // A step without a key gets one that no id and no sensible key looks like.
            let key = step
                .key
                .get_or_insert_with(|| format!("step {}", number + 1));
            if let Some(need) = before.replace(key.clone())
                && !step.needs.contains(&need)
            {
                step.needs.insert(0, need);
            }
        }
        create(door, call, &input.room, steps).await
    }

    fn told(call: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<TasksCreated> {
        told_created(call, outcome, facts)
    }
}
