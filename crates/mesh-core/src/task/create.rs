//! Creating tasks, one or a whole graph at once. Whoever creates one asks others to run something:
//! the rules of the room about that apply, and its guard looks at the words.

use std::borrow::Cow;

use std::collections::BTreeSet;

use mesh_model::command::NewTask;
use mesh_model::events::{ApprovalRequested, Holds, TaskCreated, TaskLinked, TaskPlan, TaskState};
use mesh_model::limits::{
    APPROVALS_MAX, SPEND_MAX, TASK_ATTEMPTS_MAX, TASK_BACKOFF_MS_MAX, TASK_NEEDS_MAX,
    TASK_PRIORITY_MAX, TASKS_CREATED_MAX, TASKS_OPEN_MAX,
};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Capability, Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId, TaskId};

use crate::approval::approval_until;
use crate::desk::Desk;
use crate::message::{check_present, check_visible};
use crate::policy::{Form, Saying, check_labels, labels};
use crate::task::graph;
use crate::template::check_template;
use crate::{Decision, Participant, Room, check, refuse};

pub fn create(desk: &Desk<'_>, room: RoomId, tasks: &[NewTask]) -> Decision {
    let (found, who) = desk.asking(room)?;
    let (asker, access) = (desk.asker, desk.asker.access);
    if tasks.is_empty() || tasks.len() > TASKS_CREATED_MAX {
        return Err(refuse::invalid(
            format!("one request creates 1 to {TASKS_CREATED_MAX} tasks"),
            "send them in several requests",
        )
        .so(Effect::NothingCreated));
    }
    if desk.work.open() + tasks.len() > TASKS_OPEN_MAX {
        return Err(Refusal::new(
            ErrorCode::Overloaded,
            format!("{TASKS_OPEN_MAX} tasks are open already"),
            Effect::NothingCreated,
            "wait until some of them have ended, or cancel those that nobody needs",
        ));
    }
    check_gates(desk, tasks)?;
    let trust = access.trust_of(who.id, false);
    let order = graph::order(desk.work, room, tasks)?;
    let mut events = Vec::with_capacity(tasks.len());
    let mut known: Vec<(TaskId, Vec<RoomId>)> = Vec::new();
    let mut gates = BTreeSet::new();
    for (before, new) in (0..).zip(order) {
        let saying = Saying {
            room: found,
            who,
            form: Form::Task(before),
            trust,
            asked: &[],
            evidence: &new.evidence,
        };
        let guard = saying.judged(asker, desk.recent)?;
        let guard = guard.now_or(|_| suspicious())?;
        check_plan(desk, found, who, &new.plan)?;
        check::some_content("task", &new.body)?;
        if let Some((template, given)) = &new.template {
            check_template(desk.work, *template, given)?;
        }
        let labels = labels_of(desk, found, who, new, &known)?;
        if !labels.is_empty() {
            known.push((new.task, labels.clone()));
        }
        let created = TaskCreated {
            task: new.task,
            room,
            plan: new.plan.clone(),
            trust,
            template: new.template.as_ref().map(|(id, _)| *id),
            quotes: new.quotes.iter().map(|it| it.header.message).collect(),
            labels,
            guard,
            gate: new.gate.map(|gate| gate.approval),
            relayed: None,
        };
        events.push(NewEvent::with(created, new.body.clone()));
        if let Some(gate) = new.gate {
            if !gates.insert(gate.approval) {
                return Err(refuse::id_taken("approval"));
            }
            let until = approval_until(desk, found, gate.approval, gate.to, None, gate.ttl_ms)?;
            events.push(NewEvent::new(ApprovalRequested {
                approval: gate.approval,
                room,
                from: who.id,
                to: gate.to,
                holds: Some(Holds {
                    task: new.task,
                    fence: None,
                }),
                until: until.0,
                guard: None,
                exchange: Vec::new(),
            }));
        }
    }
    Ok(events)
}

/// All gates of one request together stay below what one participant may ask for.
fn check_gates(desk: &Desk<'_>, tasks: &[NewTask]) -> Result<(), Refusal> {
    let me = desk.asker.me()?;
    let wanted = tasks.iter().filter(|task| task.gate.is_some()).count();
    if wanted == 0 {
        return Ok(());
    }
    let open = desk.work.approvals().filter(|it| it.from == me).count();
    if open + wanted <= APPROVALS_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::Overloaded,
        format!("at most {APPROVALS_MAX} approvals of yours may wait for an answer"),
        Effect::NothingCreated,
        "put one task with an approval before the others, or wait for answers",
    ))
}

/// What looks like an attack is given to no agent to do.
fn suspicious() -> Refusal {
    Refusal::new(
        ErrorCode::ContentRefused,
        "the guard takes this task for an attack on agents",
        Effect::NothingCreated,
        "say what you want without what looks like instructions to break rules",
    )
    .ruled(Ruling::by(RulingBy::Guard))
}

/// The words of other rooms that are in a task: those it quotes, and those of what it builds on.
fn labels_of(
    desk: &Desk<'_>,
    room: &Room,
    who: &Participant,
    new: &NewTask,
    known: &[(TaskId, Vec<RoomId>)],
) -> Result<Vec<RoomId>, Refusal> {
    let asker = desk.asker;
    for quoted in &new.quotes {
        let source = asker
            .room(quoted.header.room)
            .map_err(|_| refuse::no_message())?;
        check_visible(asker, source, &quoted.header).map_err(|_| refuse::no_message())?;
        asker
            .check_capability(source, Capability::Listen)
            .map_err(|_| refuse::no_message())?;
        check_present(asker, &desk.recent.deleted, source, &quoted.header)?;
    }
    let mut all = labels(asker, room, who, &new.quotes)?;
    for need in &new.plan.needs {
        let own = known.iter().find(|(id, _)| id == need).map(|(_, it)| it);
        let other = desk.work.task(*need).map(|task| &task.labels);
        all.extend(own.or(other).into_iter().flatten());
    }
    if new.plan.needs.is_empty() {
        return Ok(all);
    }
    check_labels(asker, room, who, all)
}

fn check_plan(
    desk: &Desk<'_>,
    room: &Room,
    who: &Participant,
    plan: &TaskPlan,
) -> Result<(), Refusal> {
    let bad = |what: String| Err(malformed(what));
    if plan.priority > TASK_PRIORITY_MAX {
        return bad(format!("a priority goes from 0 to {TASK_PRIORITY_MAX}"));
    }
    if let Some(capability) = &plan.capability {
        check::name("capability", capability)?;
    }
    if !(1..=TASK_ATTEMPTS_MAX).contains(&plan.attempts) {
        return bad(format!("a task has 1 to {TASK_ATTEMPTS_MAX} attempts"));
    }
    if u64::from(plan.backoff_ms) > TASK_BACKOFF_MS_MAX {
        return bad(format!(
            "the pause between attempts is at most {TASK_BACKOFF_MS_MAX} ms"
        ));
    }
    if plan.verify_below > 100 {
        return bad("confidence is in percent, 0 to 100".into());
    }
    if plan.reserve.tokens > SPEND_MAX || plan.reserve.micros > SPEND_MAX {
        return bad("what is reserved is larger than any budget".into());
    }
    if plan.about.is_some() {
        return bad("'about' is for second opinions that the node asks for".into());
    }
    check::expiry(plan.deadline, desk.now())?;
    check_shape(plan)?;
    match plan.assigned {
        Some(to) => check_assignable(desk, room, who, to),
        None => Ok(()),
    }
}

fn malformed(what: impl Into<Cow<'static, str>>) -> Refusal {
    refuse::invalid(what, "correct the task and send it again").so(Effect::NothingCreated)
}

/// A task without a worker has others to decide from, and conditions look at what it waits for.
fn check_shape(plan: &TaskPlan) -> Result<(), Refusal> {
    use mesh_model::events::Condition;
    let bad = |what: &'static str| Err(malformed(what));
    if plan.needs.len() > TASK_NEEDS_MAX || plan.apart.len() > TASK_NEEDS_MAX {
        return Err(refuse::invalid(
            format!("a task waits for at most {TASK_NEEDS_MAX} others"),
            "join the others in between",
        )
        .so(Effect::NothingCreated));
    }
    if plan.join.is_some() && plan.needs.is_empty() {
        return bad("a task that joins others needs some");
    }
    if plan.join.is_some() && (plan.assigned.is_some() || plan.same.is_some()) {
        return bad("a task that joins others has no worker");
    }
    let looked_at = plan.when.map(|when| match when {
        Condition::Unsure { task, .. } | Condition::Verdict { task, .. } => task,
    });
    let known = |id: TaskId| plan.needs.contains(&id);
    if !looked_at.into_iter().chain(plan.same).all(known) {
        return bad("'when' and 'same' name tasks that are among 'needs'");
    }
    Ok(())
}

/// Somebody the asker may see and who may execute in the room.
pub(super) fn check_assignable(
    desk: &Desk<'_>,
    room: &Room,
    who: &Participant,
    to: ParticipantId,
) -> Result<(), Refusal> {
    desk.asker.participant(to)?;
    let saying = Saying {
        room,
        who,
        form: Form::Task(0),
        trust: desk.asker.access.trust_of(who.id, false),
        asked: &[to],
        evidence: &Default::default(),
    };
    saying.check_command(desk.asker)
}

/// One more task to wait for. Work that is under way is not stopped for it.
pub fn link(desk: &Desk<'_>, id: TaskId, needs: TaskId) -> Decision {
    let (task, room) = desk.task(id)?;
    super::steer::check_steers(desk, task, room)?;
    let (need, _) = desk.task(needs)?;
    if need.room != task.room {
        return Err(graph::other_room());
    }
    if task.plan.needs.contains(&needs) {
        return Ok(Vec::new());
    }
    let early = matches!(
        task.state,
        TaskState::Waiting
            | TaskState::Queued
            | TaskState::Retrying
            | TaskState::Paused
            | TaskState::Blocked
    );
    if !early || task.attempt.is_some() || task.hold == Some(super::Hold::Person) {
        return Err(refuse::conflict(
            format!(
                "the task is {}: it waits for nothing more",
                task.state.name()
            ),
            "cancel it and create it anew with what it needs",
        )
        .so(Effect::NothingChanged));
    }
    if task.plan.needs.len() >= TASK_NEEDS_MAX {
        return Err(refuse::invalid(
            format!("a task waits for at most {TASK_NEEDS_MAX} others"),
            "join the others in between",
        )
        .so(Effect::NothingChanged));
    }
    graph::check_link(desk.work, id, needs)?;
    Ok(vec![NewEvent::new(TaskLinked {
        task: id,
        room: task.room,
        needs,
    })])
}
