//! Approvals as their readers get them, and who may answer them.

mod ask;
mod decide;
mod get;
mod list;

use std::sync::Arc;

use mesh_core::Access;
use mesh_model::api::{ApprovalOutcome, ApprovalState, ApprovalView};
use mesh_model::{ApprovalId, Millis, ParticipantId, Refusal, Told, refuse};
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::{ApprovalAnswer, ApprovalRow};

use crate::door::{Call, Door};
use crate::ops::present;

pub(crate) fn no_approval() -> Refusal {
    refuse::not_found("approval", "list those that wait with approval.list")
}

/// An approval whose room the caller may read; whoever asks and whoever may answer may always.
pub(crate) async fn readable(
    door: &Door,
    call: &Call,
    id: ApprovalId,
) -> Result<ApprovalRow, Refusal> {
    let row = door.view(call, move |view| view.approval(id)).await?;
    let row = row.ok_or_else(no_approval)?;
    let me = call.me()?;
    let concerned = [Some(row.facts.from), row.facts.to].contains(&Some(me));
    if !concerned && !may_answer(door, call, id) {
        let (_, first) = call.readable(row.facts.room).map_err(|_| no_approval())?;
        if row.seq < first {
            return Err(no_approval());
        }
    }
    Ok(row)
}

/// Whether the caller may answer, as the core will say.
pub(crate) fn may_answer(door: &Door, call: &Call, id: ApprovalId) -> bool {
    let (work, access) = (door.node().work(), &call.access);
    let (Ok(me), Some(question)) = (call.me(), work.approval(id)) else {
        return false;
    };
    mesh_core::check_may_answer(access, &work, question, me, call.now).is_ok()
}

/// An approval as its reader gets it: programs get the words of untrusted participants in an envelope.
pub(crate) fn view(access: &Access, reader: Reader<'_>, row: &ApprovalRow) -> ApprovalView {
    let facts = &row.facts;
    reader.note(facts.room);
    let whose = Whose::of(access, facts.from, row.seq).within(facts.room);
    let whose = whose.doubted(facts.guard.as_ref());
    let (question, detail, enveloped) = match row.body.clone() {
        Some(body) => {
            let heard = reader.hear(access, &whose, body.question, body.detail);
            (Some(heard.text), heard.data, heard.enveloped)
        }
        None if facts.exchange.is_empty() => (None, None, false),
        None => {
            let question = may_go_on(access, &facts.exchange);
            (Some(Told::composed(question)), None, false)
        }
    };
    ApprovalView {
        id: facts.approval,
        room: facts.room,
        from: present::participant(access, facts.from),
        to: facts.to.map(|to| present::participant(access, to)),
        question,
        detail,
        enveloped,
        task: facts.holds.map(|holds| holds.task),
        until: Millis(facts.until),
    }
}

/// What the rules ask when programs answer one another without end. Handles only: no words of theirs.
fn may_go_on(access: &Access, programs: &[ParticipantId]) -> String {
    let handles = programs.iter().filter_map(|id| access.participant(*id));
    let handles: Vec<_> = handles.map(|found| format!("@{}", found.handle)).collect();
    format!(
        "{} answer one another and no person has spoken between them. They rest now. May they go on?",
        handles.join(" and ")
    )
}

/// The same with its answer.
pub(crate) fn outcome(door: &Door, call: &Call, row: &ApprovalRow) -> ApprovalOutcome {
    let access: Arc<Access> = door.node().access();
    let reader = present::reader(door, call);
    let answered = row.answered.as_ref();
    let by = answered.and_then(|it| it.by).filter(|by| !by.0.is_nil());
    let reason = answered.map(|it| it.reason.clone()).unwrap_or_default();
    let place = answered.map_or(row.seq, |it| it.seq);
    let reason = match by {
        Some(author) => {
            let whose = Whose::of(&access, author, place).within(row.facts.room);
            reader.tell(&access, &whose, reason)
        }
        // Nobody answered, so nobody said anything.
        None => Told::default(),
    };
    ApprovalOutcome {
        approval: view(&access, reader, row),
        state: match answered.map(|it| it.answer) {
            None => ApprovalState::Waiting,
            Some(ApprovalAnswer::Approved) => ApprovalState::Approved,
            Some(ApprovalAnswer::Rejected) => ApprovalState::Rejected,
            Some(ApprovalAnswer::Expired) => ApprovalState::Expired,
        },
        by: by.map(|by| present::participant(&access, by)),
        reason,
    }
}
