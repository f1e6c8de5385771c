//! What the events of templates do to the state.

use mesh_model::events::TemplateFacts;

use crate::{State, Stored, Template};

pub(crate) fn apply(state: &mut State, facts: &TemplateFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        TemplateFacts::Created(facts) => {
            let template = Template {
                id: facts.template,
                name: facts.name.clone(),
                variables: facts.variables.clone(),
                creator: event.participant(),
            };
            work.templates.insert(facts.template, template.into());
        }
        TemplateFacts::Deleted(facts) => {
            work.templates.remove(&facts.template);
        }
    }
}
