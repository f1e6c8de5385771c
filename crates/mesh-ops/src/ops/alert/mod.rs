//! Alerts: what is wrong, in a sentence, and for whom.

mod acknowledge;
mod list;
pub(crate) mod routes;
mod routes_get;
mod routes_set;
mod set;
mod test;

use mesh_core::Work;
use mesh_model::command::AlertCommand;
use mesh_model::events::{AlertCause, AlertKind, AlertResolved, BudgetScope};
use mesh_model::{LinkId, Seq};

use crate::ops::present;
use crate::prelude::*;

impl Door {
    /// What is wrong, in a sentence.
    pub fn alert_title(&self, cause: AlertCause) -> String {
        title(&self.node().access(), cause)
    }

    /// Whether this person is told of an alert now.
    pub fn alert_tells(&self, who: ParticipantId, alert: Seq) -> bool {
        let (access, work) = (self.node().access(), self.node().work());
        let found = work.alerts().open(alert);
        found.is_some_and(|found| sees(&access, who, found) && found.tells(&access, &work, who))
    }

    /// A peer is spoken with, or was not reached for so many seconds. Alerts are made and ended by it.
    pub async fn note_link(&self, link: LinkId, down_seconds: Option<u64>) -> Result<(), Refusal> {
        let work = self.node().work();
        let open = work.alerts().is_open(AlertCause::LinkDown { link });
        let least = work.alerts().rule(AlertKind::LinkDown).threshold;
        let bad = down_seconds.is_some_and(|seconds| seconds >= least.unwrap_or_default());
        if open != down_seconds.is_none() && (open || !bad) {
            return Ok(());
        }
        let command = Command::Alert(AlertCommand::Link { link, down_seconds });
        let noted = self.node().submit(command, Actor::Node, None, None);
        noted.await.map(drop)
    }
}

/// By the one rule for events: an alert is seen by those who see what the log says of it.
fn sees(access: &Access, who: ParticipantId, found: &mesh_core::Alert) -> bool {
    let alert = found.raised.unwrap_or_default();
    let facts = Facts::from(AlertResolved {
        alert,
        cause: found.cause,
        count: found.count,
    });
    access.sees(who, &facts, alert)
}

/// What is wrong, in a sentence. Names of rooms and agents stand in it; who may not see them does not see the alert.
fn title(access: &Access, cause: AlertCause) -> String {
    let agent = |id| format!("@{}", present::participant(access, id).handle);
    let room = |id: RoomId| {
        let found = access.room(id).and_then(|found| found.name.clone());
        found.map_or_else(|| "a conversation".to_owned(), |name| format!("#{name}"))
    };
    match cause {
        AlertCause::AgentDown { agent: it } => format!("{} is down", agent(it)),
        AlertCause::AgentFailing { agent: it } => format!("{} keeps failing", agent(it)),
        AlertCause::TaskFailing { room: it, .. } => format!("A task in {} keeps failing", room(it)),
        AlertCause::Escalated { room: it, .. } => format!("A task in {} was escalated", room(it)),
        AlertCause::Overdue { room: it, .. } => format!("A task in {} is overdue", room(it)),
        AlertCause::Budget { scope } => format!(
            "Today's budget {} is used up",
            match scope {
                BudgetScope::Mesh => "of the mesh".to_owned(),
                BudgetScope::EachAgent => "of each agent".to_owned(),
                BudgetScope::Agent(it) => format!("of {}", agent(it)),
                BudgetScope::Room(it) => format!("of {}", room(it)),
            }
        ),
        AlertCause::Cost { agent: it } => format!("{} has cost a lot today", agent(it)),
        AlertCause::LinkDown { link } => match access.link(link) {
            Some(found) => format!("The mesh {} is not reached", found.name),
            None => "A mesh is not reached".to_owned(),
        },
        AlertCause::DiskLow => "The disk of the node is nearly full".to_owned(),
        AlertCause::GuardSurge { room: it } => {
            format!("Many messages in {} look like attacks", room(it))
        }
        AlertCause::SchedulePaused { owner, .. } => {
            format!("A schedule of {} stopped by itself", agent(owner))
        }
        AlertCause::Test { .. } => "This is a test".to_owned(),
    }
}

/// An alert as it is shown.
fn describe(call: &Call, work: &Work, me: ParticipantId, found: &mesh_core::Alert) -> Alert {
    let access = &call.access;
    Alert {
        alert: found.raised.unwrap_or_default(),
        cause: found.cause,
        severity: found.severity,
        title: title(access, found.cause),
        since: Millis(found.since),
        last: Millis(found.last),
        count: found.count,
        evidence: found.evidence.clone(),
        measured: found.measured,
        yours: found.ended.is_none()
            && found.acknowledged.is_none()
            && found.may_be_acknowledged(access, work, me),
        acknowledged: found.acknowledged.map(|(by, at)| AlertKnown {
            by: present::participant(access, by),
            at: Millis(at),
        }),
        escalated: found.escalated,
        ended: found.ended.map(Millis),
    }
}
