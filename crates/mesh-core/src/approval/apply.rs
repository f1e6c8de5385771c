//! What the events of approvals do to the state.

use mesh_model::events::{ApprovalFacts, ApprovalRequested};
use mesh_model::{ApprovalId, Millis};

use crate::message::paced;
use crate::{Approval, State, Stored, Work};

pub(crate) fn apply(state: &mut State, facts: &ApprovalFacts, event: &Stored<'_>) {
    match facts {
        ApprovalFacts::Requested(facts) => {
            // What a program asks about its machine and what the node asks is nobody's choice of when; a gate was
            // counted with its task.
            if facts.holds.is_none() && facts.exchange.is_empty() {
                paced(&state.access, &mut state.recent, facts.room, event);
            }
            let question = requested(facts);
            state.recent.exchanges.asked(&question);
            let work = state.work_at(event.seq);
            work.insert_approval(question);
            if let Some(holds) = facts.holds {
                work.update(holds.task, |task| task.ask(facts.approval));
            }
        }
        ApprovalFacts::Decided(facts) => {
            let known = answered(
                state.work_at(event.seq),
                facts.approval,
                facts.approved,
                event.at,
            );
            if let Some(known) = known {
                state
                    .recent
                    .exchanges
                    .answered(&known, facts.approved, event.at);
            }
        }
        // Whoever rested has rested as long as the question waited.
        ApprovalFacts::Expired(facts) => {
            answered(state.work_at(event.seq), facts.approval, false, event.at);
        }
    }
}

fn requested(facts: &ApprovalRequested) -> Approval {
    Approval {
        id: facts.approval,
        room: facts.room,
        from: facts.from,
        to: facts.to,
        holds: facts.holds,
        exchange: facts.exchange.clone(),
        until_ms: facts.until,
    }
}

fn answered(work: &mut Work, approval: ApprovalId, approved: bool, at: Millis) -> Option<Approval> {
    let known = work.remove_approval(approval)?;
    if let Some(holds) = known.holds {
        work.update(holds.task, |task| task.answered(approval, approved, at));
    }
    Some(known)
}
