//! What the events of policies do to the state.

use mesh_model::events::{PolicyFacts, RoomPolicySet};

use crate::room::note_pace;
use crate::{Access, PolicyRecord, State, Stored, influence};

pub(crate) fn apply(state: &mut State, facts: &PolicyFacts, event: &Stored<'_>) {
    let PolicyFacts::Set(RoomPolicySet { room, .. }) = facts;
    state.recent.paces.forget(*room);
    let access = state.access_at(event.seq);
    match facts {
        PolicyFacts::Set(facts) => policy_set(access, facts, event),
    }
}

fn policy_set(access: &mut Access, facts: &RoomPolicySet, event: &Stored<'_>) {
    let record = PolicyRecord {
        version: facts.version,
        policy: facts.policy.clone(),
        set_by: event.participant(),
        set_at: event.at,
        seq: event.seq,
        means: access.means_of(&facts.policy),
    };
    influence::policy_set(access, facts.room, facts.policy.influence.strict, event.seq);
    access.put_policy(facts.room, record);
    note_pace(access, facts.room);
}
