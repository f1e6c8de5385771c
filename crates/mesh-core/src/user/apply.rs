//! What the events of users do to the state.

use mesh_model::permission::Preset;
use mesh_model::{Actor, ParticipantId};

use crate::Access;
use crate::participant::change;

/// A user whose password another set stands and falls with what that one did it by; a user who changes its
/// own password gains nothing by it.
pub fn password_set(access: &mut Access, id: ParticipantId, by: &Actor) {
    if by.participant() == Some(id) {
        return;
    }
    let maker = access.bound_by(by);
    change(access, id, |found| found.maker = maker);
}

pub fn user_set(access: &mut Access, id: ParticipantId, role: Preset) {
    if access.participants.contains_key(&id) {
        change(access, id, |found| found.user = Some(role));
        access.users.insert(id);
    }
}
