//! What is wrong, found in what happens anyway. It is part of applying an event, so it judges nothing and cannot fail: the same log
//! gives the same alerts.

use mesh_model::events::{
    AfterFailure, AfterResult, AlertCause, AlertKind, BudgetFacts, BudgetScope, Decision, Facts,
    LinkFacts, MessageFacts, ParticipantFacts, QuarantineFacts, ScheduleFacts, ScheduleHalt,
    SessionEnd, SessionFacts, TaskAttemptFailed, TaskFacts, TaskState, Urgency, WorkerFacts,
};
use mesh_model::limits::{ALERT_EVIDENCE_MAX, ALERT_STALE_MS, ALERT_SURGE_MS, ALERTS_MAX};
use mesh_model::{ParticipantId, RoomId, Seq, TaskId};

use super::Alert;
use super::record::Surge;
use crate::budget::day_end;
use crate::{State, Stored};

/// Rooms in which marked messages are counted at a time; beyond that those whose window is over make room.
const SURGES_MAX: usize = 256;

/// What an event says of a cause.
struct Sign {
    cause: AlertCause,
    /// How often it has happened by now; absent: once more.
    count: Option<u32>,
    /// It is raised if it is so still after as many milliseconds.
    after_ms: u64,
    ends: Option<u64>,
}

impl Sign {
    fn of(cause: AlertCause) -> Sign {
        Sign {
            cause,
            count: None,
            after_ms: 0,
            ends: None,
        }
    }
}

pub(crate) fn hears(state: &mut State, event: &Stored<'_>) {
    match event.facts {
        Facts::Session(facts) => session(state, facts, event),
        Facts::Worker(WorkerFacts::Enrolled(it)) => {
            over(state, event, AlertCause::AgentDown { agent: it.worker });
        }
        Facts::Participant(ParticipantFacts::Disabled(it)) => {
            let agent = it.participant;
            over(state, event, AlertCause::AgentDown { agent });
            over(state, event, AlertCause::AgentFailing { agent });
        }
        Facts::Task(facts) => task(state, facts, event),
        Facts::Budget(facts) => budget(state, facts, event),
        Facts::Quarantine(QuarantineFacts::Waits(it)) if !it.home => {
            surge(state, it.message.room, event);
        }
        Facts::Message(MessageFacts::Posted(it))
            if it.released.is_none() && it.guard.as_ref().is_some_and(|mark| mark.marked) =>
        {
            surge(state, it.room, event);
        }
        Facts::Schedule(facts) => schedule(state, facts, event),
        Facts::Link(LinkFacts::Paused(it)) => {
            over(state, event, AlertCause::LinkDown { link: it.link });
        }
        Facts::Link(LinkFacts::Removed(it)) => {
            over(state, event, AlertCause::LinkDown { link: it.link });
        }
        _ => {}
    }
}

/// An agent that takes work is down when its last connection broke; one that said goodbye is not.
fn session(state: &mut State, facts: &SessionFacts, event: &Stored<'_>) {
    let closed = match facts {
        SessionFacts::Opened(it) => {
            let agent = it.participant;
            return over(state, event, AlertCause::AgentDown { agent });
        }
        SessionFacts::Closed(it) => it,
    };
    let agent = closed.participant;
    let lost = matches!(closed.reason, SessionEnd::Lost | SessionEnd::Restart);
    let works = || state.work.worker(agent).is_some_and(|found| found.online);
    let connected = || state.access.sessions().any(|it| it.participant == agent);
    if lost && works() && !connected() {
        let seconds = threshold(state, AlertKind::AgentDown);
        let sign = Sign {
            after_ms: seconds.saturating_mul(1000),
            ends: Some(event.at.plus(ALERT_STALE_MS).0),
            ..Sign::of(AlertCause::AgentDown { agent })
        };
        happens(state, event, sign);
    }
}

/// A schedule that stopped by itself says nothing any more, and its owner waits for what does not come. Whoever paused it knows.
fn schedule(state: &mut State, facts: &ScheduleFacts, event: &Stored<'_>) {
    let (schedule, owner) = match facts {
        ScheduleFacts::Paused(it) if it.why != ScheduleHalt::Asked => {
            let (schedule, owner) = (it.schedule, it.owner);
            let sign = Sign {
                ends: Some(event.at.plus(ALERT_STALE_MS).0),
                ..Sign::of(AlertCause::SchedulePaused { schedule, owner })
            };
            return happens(state, event, sign);
        }
        ScheduleFacts::Changed(it) => (it.schedule, it.owner),
        ScheduleFacts::Paused(it) => (it.schedule, it.owner),
        ScheduleFacts::Resumed(it) => (it.schedule, it.owner),
        ScheduleFacts::Removed(it) => (it.schedule, it.owner),
        _ => return,
    };
    over(state, event, AlertCause::SchedulePaused { schedule, owner });
}

fn task(state: &mut State, facts: &TaskFacts, event: &Stored<'_>) {
    match facts {
        TaskFacts::AttemptFailed(it) => attempt_failed(state, it, event),
        TaskFacts::HandedOff(it) => cost(state, it.worker, event),
        TaskFacts::Finished(it) => {
            let agent = it.worker;
            over(state, event, AlertCause::AgentFailing { agent });
            cost(state, agent, event);
            if it.next == AfterResult::Person {
                happens(state, event, escalated(it.task, it.room));
            }
            settle(state, event, it.task, it.room);
        }
        TaskFacts::Decided(it) => {
            if it.decision == Decision::Person {
                happens(state, event, escalated(it.task, it.room));
            }
            settle(state, event, it.task, it.room);
        }
        TaskFacts::UrgencyRaised(it) if it.urgency == Urgency::Critical => {
            let (task, room) = (it.task, it.room);
            happens(state, event, Sign::of(AlertCause::Overdue { task, room }));
        }
        TaskFacts::Skipped(it) => settle(state, event, it.task, it.room),
        TaskFacts::Cancelled(it) => settle(state, event, it.task, it.room),
        TaskFacts::Retried(it) => begins_again(state, event, it.task, it.room),
        TaskFacts::Resolved(it) => {
            begins_again(state, event, it.task, it.room);
            settle(state, event, it.task, it.room);
        }
        _ => {}
    }
}

fn escalated(task: TaskId, room: RoomId) -> Sign {
    Sign::of(AlertCause::Escalated { task, room })
}

fn attempt_failed(state: &mut State, it: &TaskAttemptFailed, event: &Stored<'_>) {
    let (task, room, agent) = (it.task, it.room, it.worker);
    let failed = state.work.task(task).map_or(0, |found| {
        found.tries.saturating_sub(u32::from(found.handoffs))
    });
    if u64::from(failed) >= threshold(state, AlertKind::TaskFailing) {
        let sign = Sign {
            count: Some(failed),
            ..Sign::of(AlertCause::TaskFailing { task, room })
        };
        happens(state, event, sign);
    }
    let failures = state.work.worker(agent).map_or(0, |found| found.failures);
    if u64::from(failures) >= threshold(state, AlertKind::AgentFailing) {
        let sign = Sign {
            count: Some(failures.into()),
            ..Sign::of(AlertCause::AgentFailing { agent })
        };
        happens(state, event, sign);
    }
    if matches!(
        it.next,
        AfterFailure::Person | AfterFailure::Escalate { .. }
    ) {
        happens(state, event, escalated(task, room));
    }
    cost(state, agent, event);
    settle(state, event, task, room);
}

/// A task that ended is late no more, and one that failed for good waits for nobody. That it kept failing is news until somebody
/// knows of it.
fn settle(state: &mut State, event: &Stored<'_>, task: TaskId, room: RoomId) {
    let Some(ended) = state
        .work
        .task(task)
        .map(|found| found.state)
        .filter(|it| it.is_ended())
    else {
        return;
    };
    over(state, event, AlertCause::Overdue { task, room });
    over(state, event, AlertCause::Escalated { task, room });
    let failing = AlertCause::TaskFailing { task, room };
    if ended != TaskState::Failed {
        over(state, event, failing);
    } else if state.work.alerts.of(failing).is_some() {
        let ends = Some(event.at.plus(ALERT_STALE_MS).0);
        let work = state.work_at(event.seq);
        work.change_alert(failing, |alert| alert.ends = ends);
    }
}

/// A person said how it goes on.
fn begins_again(state: &mut State, event: &Stored<'_>, task: TaskId, room: RoomId) {
    over(state, event, AlertCause::Escalated { task, room });
    over(state, event, AlertCause::TaskFailing { task, room });
}

fn cost(state: &mut State, agent: ParticipantId, event: &Stored<'_>) {
    let spent = state.work.spent(BudgetScope::Agent(agent), event.at).micros;
    if spent >= threshold(state, AlertKind::Cost) {
        let sign = Sign {
            ends: Some(day_end(event.at)),
            ..Sign::of(AlertCause::Cost { agent })
        };
        happens(state, event, sign);
    }
}

fn budget(state: &mut State, facts: &BudgetFacts, event: &Stored<'_>) {
    match facts {
        BudgetFacts::Warned(it) if it.percent >= 100 => {
            let sign = Sign {
                ends: Some(day_end(event.at)),
                ..Sign::of(AlertCause::Budget { scope: it.scope })
            };
            happens(state, event, sign);
        }
        BudgetFacts::Warned(_) => {}
        // What is set for each agent may free some of them.
        BudgetFacts::Set(_) => {
            for cause in state.work.alerts.causes() {
                if let AlertCause::Budget { scope } = cause
                    && !state.work.is_used_up(scope, event.at)
                {
                    over(state, event, cause);
                }
            }
        }
    }
}

/// One more message of a room that the guard marked or that was held.
fn surge(state: &mut State, room: RoomId, event: &Stored<'_>) {
    let (now, most) = (event.at.0, threshold(state, AlertKind::GuardSurge));
    let alerts = &mut state.work_at(event.seq).alerts;
    let over = |surge: &Surge| now.saturating_sub(surge.since) > ALERT_SURGE_MS;
    if alerts.surges.len() >= SURGES_MAX {
        alerts.surges = (alerts.surges.iter())
            .filter(|(_, surge)| !over(surge))
            .map(|(room, surge)| (*room, surge.clone()))
            .collect();
    }
    let known = alerts
        .surges
        .get(&room)
        .filter(|surge| !over(surge))
        .cloned();
    if known.is_none() && alerts.surges.len() >= SURGES_MAX {
        return;
    }
    let mut surge = known.unwrap_or(Surge {
        since: now,
        count: 0,
        evidence: Vec::new(),
    });
    surge.count = surge.count.saturating_add(1);
    add(&mut surge.evidence, event.seq);
    let (count, evidence) = (surge.count, surge.evidence.clone());
    alerts.surges.insert(room, surge);
    let cause = AlertCause::GuardSurge { room };
    if u64::from(count) < most && state.work.alerts.of(cause).is_none() {
        return;
    }
    let known = state.work.alerts.of(cause).is_some();
    let sign = Sign {
        count: (!known).then_some(count),
        ends: Some(now.saturating_add(ALERT_SURGE_MS)),
        ..Sign::of(cause)
    };
    happens(state, event, sign);
    if !known {
        let work = state.work_at(event.seq);
        work.change_alert(cause, |alert| alert.evidence = evidence);
    }
}

/// From what on a kind is raised.
fn threshold(state: &State, kind: AlertKind) -> u64 {
    state.work.alerts.rule(kind).threshold.unwrap_or_default()
}

fn happens(state: &mut State, event: &Stored<'_>, sign: Sign) {
    let alerts = &state.work.alerts;
    let rule = alerts.rule(sign.cause.kind());
    let known = alerts.of(sign.cause).is_some();
    if !rule.on || (!known && alerts.len() >= ALERTS_MAX) {
        return;
    }
    let (work, now) = (state.work_at(event.seq), event.at.0);
    if known {
        work.change_alert(sign.cause, |alert| {
            alert.count = sign.count.unwrap_or(alert.count.saturating_add(1));
            (alert.last, alert.gone) = (now, false);
            alert.ends = sign.ends.or(alert.ends);
            add(&mut alert.evidence, event.seq);
        });
        return;
    }
    work.put_alert(Alert {
        cause: sign.cause,
        severity: rule.severity,
        since: now,
        last: now,
        count: sign.count.unwrap_or(1),
        evidence: vec![event.seq],
        measured: None,
        due: now.saturating_add(sign.after_ms),
        raised: None,
        acknowledged: None,
        escalates: None,
        escalated: false,
        ends: sign.ends,
        gone: false,
        ended: None,
    });
}

fn add(evidence: &mut Vec<Seq>, seq: Seq) {
    if evidence.len() >= ALERT_EVIDENCE_MAX {
        evidence.remove(0);
    }
    evidence.push(seq);
}

/// The cause is gone, if there was one.
fn over(state: &mut State, event: &Stored<'_>, cause: AlertCause) {
    if state.work.alerts.of(cause).is_some() {
        state.work_at(event.seq).alert_gone(cause);
    }
}
