//! Approvals: a question, somebody who may answer it, and an end in any case.

use mesh_model::command::{ApprovalCommand, Content, RequestApproval};
use mesh_model::events::{ApprovalDecided, ApprovalRequested, CancelCause, Holds, Trust};
use mesh_model::limits::{APPROVAL_MS_DEFAULT, APPROVAL_MS_MAX, APPROVALS_ALL_MAX, APPROVALS_MAX};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{
    ApprovalId, Capability, Effect, ErrorCode, Millis, NewEvent, ParticipantId, Refusal,
};

use crate::desk::Desk;
use crate::policy::{Form, Moment};
use crate::room::check_in_use;
use crate::task::cancelled;
use crate::{Access, Approval, Decision, Room, Work, check, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &ApprovalCommand) -> Decision {
    match command {
        ApprovalCommand::Request(wanted) => request(desk, wanted),
        ApprovalCommand::Decide {
            approval,
            approve,
            reason,
        } => answer(desk, *approval, *approve, reason),
    }
}

/// When a new approval ends without an answer, if it may be asked for at all.
pub(crate) fn approval_until(
    desk: &Desk<'_>,
    room: &Room,
    id: ApprovalId,
    to: Option<ParticipantId>,
    holds: Option<Holds>,
    ttl_ms: Option<u64>,
) -> Result<Millis, Refusal> {
    let me = desk.asker.me()?;
    if desk.work.approvals.contains_key(&id) {
        return Err(refuse::id_taken("approval"));
    }
    let ttl = ttl_ms.unwrap_or(APPROVAL_MS_DEFAULT);
    if !(1..=APPROVAL_MS_MAX).contains(&ttl) {
        return Err(refuse::invalid(
            "an approval waits for at most a week, and not for no time at all",
            "name another end",
        ));
    }
    if let Some(to) = to {
        desk.asker.participant(to)?;
        if desk.asker.access.member_of(room, to).is_none() || to == me {
            return Err(refuse::conflict(
                "whoever is to approve is another member of the room",
                "name somebody else, or nobody",
            ));
        }
        // Whoever asks chooses among those who may answer, and nobody else.
        let question = Approval {
            id,
            room: room.id,
            from: me,
            to: Some(to),
            holds,
            exchange: Vec::new(),
            until_ms: 0,
        };
        let access = desk.asker.access;
        check_may_answer(access, desk.work, &question, to, desk.now()).map_err(|why| Refusal {
            what: "whoever is named may not answer this question".into(),
            effect: Effect::told("nobody was asked"),
            hint: "name one who may, or nobody: then all who may answer are asked".into(),
            ..why
        })?;
    }
    let own = desk.work.approvals().filter(|it| it.from == me).count();
    if own >= APPROVALS_MAX || desk.work.approvals.len() >= APPROVALS_ALL_MAX {
        return Err(Refusal::new(
            ErrorCode::Overloaded,
            "too many approvals wait for an answer already",
            Effect::told("this one was not asked for"),
            "wait until somebody has answered the others",
        ));
    }
    Ok(desk.now().plus(ttl))
}

fn request(desk: &Desk<'_>, wanted: &RequestApproval) -> Decision {
    let RequestApproval {
        approval,
        room,
        to,
        holds,
        until,
        evidence,
        body,
    } = wanted;
    let me = desk.asker.me()?;
    let found = desk.asker.room(*room)?;
    check_in_use(found)?;
    check::some_content("question", body)?;
    let form = match holds {
        Some(Holds {
            task,
            fence: Some(fence),
        }) => {
            let (task, _, _) = desk.held(*task, *fence)?;
            if task.room != *room {
                return Err(crate::task::graph::other_room());
            }
            if task.hold.is_some() {
                return Err(refuse::conflict(
                    "the attempt waits for another answer already",
                    "ask again when that one is answered",
                ));
            }
            Form::Given
        }
        Some(Holds { fence: None, .. }) => {
            return Err(refuse::invalid(
                "a task waits for an approval from its beginning or not at all",
                "name the attempt that asks",
            ));
        }
        None => {
            desk.asker.check_capability(found, Capability::Speak)?;
            Form::Told
        }
    };
    let ttl = until.map(|until| until.since(desk.now()));
    let until = approval_until(desk, found, *approval, *to, *holds, ttl)?;
    let verdict = desk.judged(found, form, evidence);
    let verdict = verdict.map_err(|refusal| refusal.so(Effect::told("nobody was asked")))?;
    let guard = verdict.now_or(|_| {
        Refusal::new(
            ErrorCode::ContentRefused,
            "the guard takes this question for an attack",
            Effect::told("nobody was asked"),
            "ask in plain words",
        )
        .ruled(Ruling::by(RulingBy::Guard))
    })?;
    let requested = ApprovalRequested {
        approval: *approval,
        room: *room,
        from: me,
        to: *to,
        holds: *holds,
        until: until.0,
        guard,
        exchange: Vec::new(),
    };
    Ok(vec![NewEvent::with(requested, body.clone())])
}

/// Whether somebody may answer a question: what a worker's attempt asks is about its machine, anything
/// else is the room's. Never whoever asks.
pub fn check_may_answer(
    access: &Access,
    work: &Work,
    question: &Approval,
    me: ParticipantId,
    now: Millis,
) -> Result<(), Refusal> {
    let room = access.room(question.room).ok_or_else(no_approval)?;
    if access.member_of(room, me).is_none() && !access.descends(question.from, me) {
        return Err(no_approval());
    }
    check_in_use(room)?;
    if me == question.from {
        return Err(refuse::not_yours("answer your own question"));
    }
    match question.holds {
        Some(Holds {
            task,
            fence: Some(_),
        }) => {
            let author = work.task(task).and_then(|task| task.creator);
            check_answers_for_machine(access, room, question.from, author, me)
        }
        None if !question.exchange.is_empty() => {
            check_answers_for_exchange(access, room, question, me, now)
        }
        _ => check_answers_for_room(access, room, question, me, now),
    }
}

/// People above the worker, and whom they named for the room; but nobody of those on whose behalf the
/// work is done, unless the machine is theirs.
fn check_answers_for_machine(
    access: &Access,
    room: &Room,
    worker: ParticipantId,
    author: Option<ParticipantId>,
    me: ParticipantId,
) -> Result<(), Refusal> {
    let owns = |who| access.is_person(who) && access.descends(worker, who);
    if owns(me) {
        return Ok(());
    }
    let favoured = author.is_some_and(|author| !owns(author) && access.kindred(me, author));
    if access.answers_for(room, worker, me) && !favoured {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::PermissionDenied,
        "people above the worker answer what its programs ask, and whom they named for this room",
        Effect::NothingDone,
        "ask one of them; they name others with member.execution",
    )
    .ruled(Ruling::by(RulingBy::Consent)))
}

/// Going on costs those to whom the programs belong: a person above all of them, or one of this mesh who moderates
/// the room.
fn check_answers_for_exchange(
    access: &Access,
    room: &Room,
    question: &Approval,
    me: ParticipantId,
    now: Millis,
) -> Result<(), Refusal> {
    let above = |program: &ParticipantId| access.descends(*program, me);
    if access.is_person(me) && question.exchange.iter().all(above) {
        return Ok(());
    }
    if !access.is_person(me) || access.trust_of(me, false) < Trust::Local {
        return Err(refuse::not_yours("let these programs go on"));
    }
    let moment = Moment { now, kind: None };
    access
        .check_capability_at(room, me, Capability::Moderate, moment)
        .map(drop)
}

/// The people who moderate the room; and a program that moderates it, if it was asked by name and another
/// person stands behind it than behind whoever asks.
fn check_answers_for_room(
    access: &Access,
    room: &Room,
    question: &Approval,
    me: ParticipantId,
    now: Millis,
) -> Result<(), Refusal> {
    let named = question.to == Some(me) && !access.kindred(me, question.from);
    if !access.is_person(me) && !named {
        return Err(refuse::not_yours("answer this question"));
    }
    let moment = Moment { now, kind: None };
    access
        .check_capability_at(room, me, Capability::Moderate, moment)
        .map(drop)
}

fn no_approval() -> Refusal {
    refuse::not_found(
        "approval that waits for an answer",
        "it may have been answered or have expired",
    )
}

fn answer(desk: &Desk<'_>, id: ApprovalId, approve: bool, reason: &Content) -> Decision {
    let approval = desk.work.approval(id).ok_or_else(no_approval)?;
    let (me, access) = (desk.asker.me()?, desk.asker.access);
    check_may_answer(access, desk.work, approval, me, desk.now())?;
    check::content("reason", reason)?;
    if approval.until() <= desk.now() {
        return Err(refuse::gone(
            "the approval has expired",
            "whoever needs it asks again",
        ));
    }
    let decided = ApprovalDecided {
        approval: id,
        room: approval.room,
        approved: approve,
    };
    let mut events = vec![NewEvent::with(decided, reason.clone())];
    let gated = approval.holds.filter(|holds| holds.fence.is_none());
    if let Some(task) = gated.and_then(|holds| desk.work.task(holds.task))
        && !approve
    {
        // The approval is answered, so it does not have to end as well.
        events.extend(cancelled(desk, task, CancelCause::Rejected).pop());
    }
    Ok(events)
}
