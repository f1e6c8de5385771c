//! Alerts: what the node raises, escalates and ends when its time comes, what it measured, and what people say of alerts.

use mesh_model::command::AlertCommand;
use mesh_model::events::{
    AlertAcknowledged, AlertCause, AlertEscalated, AlertKind, AlertRaised, AlertResolved,
    AlertRule, AlertRuleSet, AlertSeverity,
};
use mesh_model::limits::{ALERT_ESCALATE_SECONDS_MAX, ALERT_TEST_MS};
use mesh_model::{Effect, Facts, NewEvent, Refusal, Seq};

use super::Alert;
use crate::desk::Desk;
use crate::{Decision, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &AlertCommand) -> Decision {
    match command {
        AlertCommand::Acknowledge { alert } => acknowledge(desk, *alert),
        AlertCommand::Set { kind, rule } => set(desk, *kind, *rule),
        AlertCommand::Test { severity } => test(desk, *severity),
        AlertCommand::Disk {
            free_bytes,
            total_bytes,
        } => {
            desk.asker.node_only()?;
            Ok(disk(desk, *free_bytes, *total_bytes))
        }
        AlertCommand::Link { link, down_seconds } => {
            desk.asker.node_only()?;
            let cause = AlertCause::LinkDown { link: *link };
            let least = desk.work.alerts().rule(AlertKind::LinkDown).threshold;
            let down = down_seconds.filter(|seconds| *seconds >= least.unwrap_or_default());
            let up = down_seconds.is_none();
            Ok(measured(desk, cause, down, up))
        }
    }
}

/// Its time has come: it is raised, it is over, or more people hear of it.
pub(crate) fn due(desk: &Desk<'_>, cause: AlertCause) -> Vec<NewEvent> {
    let Some(found) = desk.work.alerts().of(cause) else {
        return Vec::new();
    };
    let Some(alert) = found.raised else {
        return vec![raised(desk, found)];
    };
    let now = desk.now().0;
    if found.gone || found.ends.is_some_and(|ends| ends <= now) {
        return vec![resolved(found, alert)];
    }
    vec![NewEvent::new(AlertEscalated {
        alert,
        cause,
        severity: found.severity,
        push: tells_browsers(desk, found),
    })]
}

fn tells_browsers(desk: &Desk<'_>, found: &Alert) -> bool {
    let rule = desk.work.alerts().rule(found.cause.kind());
    rule.push && found.severity > AlertSeverity::Info
}

fn raised(desk: &Desk<'_>, found: &Alert) -> NewEvent {
    let rule = desk.work.alerts().rule(found.cause.kind());
    let later = |seconds: u32| desk.now().plus(u64::from(seconds) * 1000).0;
    NewEvent::new(AlertRaised {
        cause: found.cause,
        severity: found.severity,
        since: found.since,
        count: found.count,
        evidence: found.evidence.clone(),
        measured: found.measured,
        push: tells_browsers(desk, found),
        escalates: rule.escalate_seconds.map(later),
        ends: found.ends,
    })
}

fn resolved(found: &Alert, alert: Seq) -> NewEvent {
    NewEvent::new(AlertResolved {
        alert,
        cause: found.cause,
        count: found.count,
    })
}

/// What no event says, as of now.
fn now_wrong(desk: &Desk<'_>, cause: AlertCause, severity: AlertSeverity) -> Alert {
    let now = desk.now().0;
    Alert {
        cause,
        severity,
        since: now,
        last: now,
        count: 1,
        evidence: Vec::new(),
        measured: None,
        due: now,
        raised: None,
        acknowledged: None,
        escalates: None,
        escalated: false,
        ends: None,
        gone: false,
        ended: None,
    }
}

/// Raised once while it is so, and ended when it is clearly so no more.
fn measured(desk: &Desk<'_>, cause: AlertCause, bad: Option<u64>, good: bool) -> Vec<NewEvent> {
    let alerts = desk.work.alerts();
    let rule = alerts.rule(cause.kind());
    match (alerts.of(cause), bad) {
        (None, Some(_)) if rule.on => {
            let wrong = Alert {
                measured: bad,
                ..now_wrong(desk, cause, rule.severity)
            };
            vec![raised(desk, &wrong)]
        }
        (Some(found), None) if good => found
            .raised
            .map(|alert| resolved(found, alert))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

fn disk(desk: &Desk<'_>, free: u64, total: u64) -> Vec<NewEvent> {
    let alerts = desk.work.alerts();
    let low = alerts.disk_is_low(free, total);
    // One percent more than what counts as low, so that a disk at the mark does not raise an alert a minute.
    let good = !alerts.disk_is_low(free.saturating_sub(total / 100), total);
    measured(desk, AlertCause::DiskLow, low.then_some(free), good)
}

fn acknowledge(desk: &Desk<'_>, alert: Seq) -> Decision {
    let (me, access) = (desk.asker.me()?, desk.asker.access);
    let found = desk.work.alerts().open(alert);
    let found = found.filter(|found| {
        let facts: Facts = Facts::from(AlertResolved {
            alert,
            cause: found.cause,
            count: found.count,
        });
        access.sees(me, &facts, alert)
    });
    let found = found.ok_or_else(refuse::no_alert)?;
    if !found.may_be_acknowledged(access, desk.work, me) {
        return Err(refuse::not_yours(
            "acknowledge this alert: that is for the person behind it and for people who lead where it is about",
        ));
    }
    if found.acknowledged.is_some() {
        return Ok(Vec::new());
    }
    let cause = found.cause;
    let mut events = vec![NewEvent::new(AlertAcknowledged {
        alert,
        cause,
        by: me,
    })];
    if cannot_end(desk, cause) {
        events.push(resolved(found, alert));
    }
    Ok(events)
}

/// Whether nothing will happen any more that ends it.
fn cannot_end(desk: &Desk<'_>, cause: AlertCause) -> bool {
    let over = |task| {
        let found = desk.work.task(task);
        found.is_none_or(|found| found.state.is_ended())
    };
    matches!(cause, AlertCause::Test { .. }) || cause.task().is_some_and(over)
}

fn test(desk: &Desk<'_>, severity: AlertSeverity) -> Decision {
    let cause = AlertCause::Test {
        by: desk.asker.me()?,
    };
    let alerts = desk.work.alerts();
    let mut events = Vec::new();
    if let Some(found) = alerts.of(cause) {
        events.extend(found.raised.map(|alert| resolved(found, alert)));
    }
    let wrong = Alert {
        ends: Some(desk.now().plus(ALERT_TEST_MS).0),
        ..now_wrong(desk, cause, severity)
    };
    events.push(raised(desk, &wrong));
    Ok(events)
}

/// The bounds of a kind's threshold, if it has one.
fn bounds(kind: AlertKind) -> Option<(u64, u64)> {
    match kind {
        AlertKind::AgentDown => Some((0, 86_400)),
        AlertKind::LinkDown => Some((30, 86_400)),
        AlertKind::AgentFailing | AlertKind::TaskFailing => Some((1, 100)),
        AlertKind::Cost => Some((1, mesh_model::limits::SPEND_MAX)),
        AlertKind::DiskLow => Some((1, 50)),
        AlertKind::GuardSurge => Some((2, 10_000)),
        AlertKind::Escalated
        | AlertKind::Overdue
        | AlertKind::Budget
        | AlertKind::SchedulePaused
        | AlertKind::Test => None,
    }
}

fn set(desk: &Desk<'_>, kind: AlertKind, rule: AlertRule) -> Decision {
    desk.check_operator("set how alerts are raised")?;
    check(kind, &rule).map_err(|why| why.so(Effect::NothingChanged))?;
    if desk.work.alerts().rule(kind) == rule {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(AlertRuleSet { kind, rule })])
}

fn check(kind: AlertKind, rule: &AlertRule) -> Result<(), Refusal> {
    let name = kind.name();
    match (bounds(kind), rule.threshold) {
        (None, Some(_)) => {
            return Err(refuse::invalid(
                format!("alerts of the kind '{name}' have no threshold"),
                "leave it out",
            ));
        }
        (Some((least, most)), Some(wanted)) if !(least..=most).contains(&wanted) => {
            return Err(refuse::invalid(
                format!("the threshold of '{name}' is {least} to {most}"),
                "name one in between",
            ));
        }
        (Some(_), None) => {
            return Err(refuse::invalid(
                format!("alerts of the kind '{name}' need a threshold"),
                "name one",
            ));
        }
        _ => {}
    }
    if rule.escalate_seconds > Some(ALERT_ESCALATE_SECONDS_MAX) {
        return Err(refuse::invalid(
            "an alert escalates after a week at the latest",
            "name fewer minutes, or 0 for never",
        ));
    }
    Ok(())
}
