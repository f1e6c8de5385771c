//! `template.dispatch`: a task like any other, its words from a template

use crate::prelude::*;

impl Run for TemplateDispatch {
    async fn run(
        door: &Door,
        call: &Call,
        input: TemplateDispatchInput,
    ) -> Result<TasksCreated, Refusal> {
        let spec = TaskSpec {
            template: Some(TemplateUse {
                template: input.template,
                values: input.values,
            }),
            capability: input.capability,
            assigned: input.assigned,
            priority: input.priority,
            ..TaskSpec::default()
        };
        let create = TaskCreateInput {
            room: input.room,
            tasks: vec![spec],
        };
        TaskCreate::run(door, call, create).await
    }

    fn told(call: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<TasksCreated> {
        TaskCreate::told(call, outcome, facts)
    }
}
