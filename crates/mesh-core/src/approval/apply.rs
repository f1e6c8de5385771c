//! What the events of approvals do to the state.

use mesh_model::events::{ApprovalFacts, ApprovalRequested};
use mesh_model::{ApprovalId, Millis};

use crate::{Approval, State, Stored, Work};

pub(crate) fn apply(state: &mut State, facts: &ApprovalFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        ApprovalFacts::Requested(facts) => requested(work, facts),
        ApprovalFacts::Decided(facts) => answered(work, facts.approval, facts.approved, event.at),
        ApprovalFacts::Expired(facts) => answered(work, facts.approval, false, event.at),
    }
}

fn requested(work: &mut Work, facts: &ApprovalRequested) {
    work.insert_approval(Approval {
        id: facts.approval,
        room: facts.room,
        from: facts.from,
        to: facts.to,
        holds: facts.holds,
        until_ms: facts.until,
    });
    if let Some(holds) = facts.holds {
        work.update(holds.task, |task| task.ask(facts.approval));
    }
}

fn answered(work: &mut Work, approval: ApprovalId, approved: bool, at: Millis) {
    let Some(known) = work.remove_approval(approval) else {
        return;
    };
    if let Some(holds) = known.holds {
        work.update(holds.task, |task| task.answered(approval, approved, at));
    }
}
