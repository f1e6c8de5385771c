//! What the events of journals do to the state.

use mesh_model::events::JournalFacts;

use crate::{State, Stored};

pub(crate) fn apply(state: &mut State, facts: &JournalFacts, event: &Stored<'_>) {
    let journals = &mut state.recent.journals;
    match facts {
        JournalFacts::Written(facts) => match facts.task {
            Some(task) => {
                let work = &state.work;
                let known = |task: &mesh_model::TaskId| work.task(*task).is_some();
                journals.written_at(task, work.tasks.len(), known);
            }
            None => journals.written(facts.author, event.seq),
        },
        JournalFacts::Erased(facts) => journals.erased(facts.author, facts.upto),
    }
}
