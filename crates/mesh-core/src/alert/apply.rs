//! What the events of alerts do to the state.

use mesh_model::events::{AlertFacts, AlertRaised};
use mesh_model::limits::ALERTS_ENDED_KEPT;

use super::Alert;
use crate::{State, Stored, Work};

pub(crate) fn apply(state: &mut State, facts: &AlertFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        AlertFacts::Raised(it) => work.put_alert(raised(work, it, event)),
        AlertFacts::Acknowledged(it) => work.change_alert(it.cause, |alert| {
            alert.acknowledged = Some((it.by, event.at.0));
        }),
        AlertFacts::Escalated(it) => work.change_alert(it.cause, |alert| alert.escalated = true),
        AlertFacts::Resolved(it) => {
            if let Some(mut alert) = work.take_alert(it.cause) {
                alert.ended = Some(event.at.0);
                work.alerts.remember(alert, ALERTS_ENDED_KEPT);
            }
        }
        AlertFacts::RuleSet(it) => {
            work.alerts.rules.insert(it.kind, it.rule);
            if !it.rule.on {
                let causes = work.alerts.causes().into_iter();
                causes
                    .filter(|cause| cause.kind() == it.kind)
                    .for_each(|cause| work.alert_gone(cause));
            }
        }
    }
}

fn raised(work: &Work, facts: &AlertRaised, event: &Stored<'_>) -> Alert {
    let watched = work.alerts.of(facts.cause);
    Alert {
        cause: facts.cause,
        severity: facts.severity,
        since: facts.since,
        last: watched.map_or(facts.since, |found| found.last),
        count: facts.count,
        evidence: facts.evidence.clone(),
        measured: facts.measured,
        due: event.at.0,
        raised: Some(event.seq),
        acknowledged: None,
        escalates: facts.escalates,
        escalated: false,
        ends: facts.ends,
        gone: false,
        ended: None,
    }
}

impl Work {
    /// The cause is gone: what was not raised yet never is, an open alert ends with the next tick.
    pub(super) fn alert_gone(&mut self, cause: mesh_model::events::AlertCause) {
        let raised = self.alerts.of(cause).map(|found| found.raised.is_some());
        match raised {
            Some(true) => self.change_alert(cause, |alert| alert.gone = true),
            Some(false) => drop(self.take_alert(cause)),
            None => {}
        }
    }
}
