//! What the events of users do to the state.

use mesh_model::events::UserFacts;
use mesh_model::permission::Preset;
use mesh_model::{Actor, ParticipantId};

use crate::participant::change;
use crate::{Access, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &UserFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        UserFacts::Created(facts) => {
            user_set(access, facts.participant, facts.role);
            password_set(access, facts.participant, &event.by.actor);
        }
        UserFacts::RoleSet(facts) => user_set(access, facts.participant, facts.role),
        UserFacts::PasswordChanged(facts) => {
            password_set(access, facts.participant, &event.by.actor);
        }
    }
}

/// A user whose password another set stands and falls with what that one did it by; a user who changes its
/// own password gains nothing by it.
fn password_set(access: &mut Access, id: ParticipantId, by: &Actor) {
    if by.participant() == Some(id) {
        return;
    }
    let maker = access.bound_by(by);
    change(access, id, |found| found.maker = maker);
}

fn user_set(access: &mut Access, id: ParticipantId, role: Preset) {
    if access.participants.contains_key(&id) {
        change(access, id, |found| found.user = Some(role));
        access.users.insert(id);
    }
}
