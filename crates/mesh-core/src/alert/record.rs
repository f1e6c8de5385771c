//! What the state remembers of alerts: those that are watched or open, the last ones that ended, and the rules.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use mesh_model::events::{AlertCause, AlertKind, AlertRule, AlertSeverity};
use mesh_model::{ParticipantId, Permission, RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::work::Due;
use crate::{Access, Work};

/// An alert, or what will be one when its time comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// What is wrong with what.
    pub cause: AlertCause,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// Since when.
    pub since: u64,
    /// When it happened last.
    pub last: u64,
    /// How often.
    pub count: u32,
    /// The places of the last events that say so.
    pub evidence: Vec<Seq>,
    /// What was measured.
    pub measured: Option<u64>,
    /// When it is raised, unless its cause is gone by then.
    pub(crate) due: u64,
    /// Where it was raised: its id.
    pub raised: Option<Seq>,
    /// Who knows of it, and since when.
    pub acknowledged: Option<(ParticipantId, u64)>,
    /// When more people hear of it.
    pub(crate) escalates: Option<u64>,
    /// Whether they did.
    pub escalated: bool,
    /// When it ends by itself.
    pub(crate) ends: Option<u64>,
    /// Its cause is gone.
    pub(crate) gone: bool,
    /// When it ended.
    pub ended: Option<u64>,
}

impl Alert {
    /// When the node has to look at it.
    fn alarm(&self) -> Option<u64> {
        match self.raised {
            None => Some(self.due),
            Some(_) if self.gone => Some(0),
            Some(_) => [self.ends, self.escalation()].into_iter().flatten().min(),
        }
    }

    /// When more people hear of it, as long as nobody knows of it.
    pub(crate) fn escalation(&self) -> Option<u64> {
        self.escalates
            .filter(|_| self.acknowledged.is_none() && !self.escalated)
    }

    /// Whether this person is told of it now: first those behind whom it happened, later those who lead too. Nobody is once
    /// somebody has acknowledged it.
    pub fn tells(&self, access: &Access, work: &Work, who: ParticipantId) -> bool {
        if self.acknowledged.is_some() || self.ended.is_some() || !access.is_person(who) {
            return false;
        }
        match work.behind(access, self.cause) {
            Some(owner) if owner == who => true,
            Some(_) if !self.escalated => false,
            _ => access.leads(self.cause, who),
        }
    }

    /// Whether this participant may say that it knows of it.
    pub fn may_be_acknowledged(&self, access: &Access, work: &Work, who: ParticipantId) -> bool {
        access.is_person(who)
            && (work.behind(access, self.cause) == Some(who) || access.leads(self.cause, who))
    }
}

impl Work {
    /// The person whose matter it is before it is anybody else's.
    fn behind(&self, access: &Access, cause: AlertCause) -> Option<ParticipantId> {
        // Whoever tries whether alerts reach it tries it on nobody else.
        if let AlertCause::Test { by } = cause {
            return Some(by).filter(|by| access.is_person(*by));
        }
        if let AlertCause::SchedulePaused { owner, .. } = cause {
            return access.person_behind(owner);
        }
        let whose = cause.agent().or_else(|| self.task(cause.task()?)?.creator);
        access.person_behind(whose?)
    }
}

impl Access {
    /// Whether somebody leads where an alert is about: moderates the room, or leads the mesh's work.
    fn leads(&self, cause: AlertCause, who: ParticipantId) -> bool {
        match (cause, cause.room()) {
            (AlertCause::Test { by }, _) => by == who,
            (_, Some(room)) => self.moderators(room).any(|id| id == who),
            (_, None) => self.own_permissions(who).has(Permission::AgentsAdmin),
        }
    }
}

/// How alerts of a kind are raised unless somebody says otherwise.
fn rule_of(kind: AlertKind) -> AlertRule {
    use AlertSeverity::{Critical, Info, Warning};
    let (severity, threshold) = match kind {
        AlertKind::AgentDown => (Warning, Some(15)),
        AlertKind::AgentFailing | AlertKind::TaskFailing => (Warning, Some(3)),
        AlertKind::Escalated | AlertKind::Overdue | AlertKind::SchedulePaused => (Warning, None),
        AlertKind::Budget => (Critical, None),
        AlertKind::Cost => (Warning, Some(1_000_000)),
        AlertKind::LinkDown => (Warning, Some(300)),
        AlertKind::DiskLow => (Critical, Some(5)),
        AlertKind::GuardSurge => (Critical, Some(10)),
        AlertKind::Test => (Info, None),
    };
    AlertRule {
        on: true,
        severity,
        threshold,
        push: true,
        escalate_seconds: match severity {
            Info => None,
            Warning => Some(60 * 60),
            Critical => Some(15 * 60),
        },
    }
}

/// Marked or held messages of a room that came one soon after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Surge {
    pub since: u64,
    pub count: u32,
    pub evidence: Vec<Seq>,
}

/// All alerts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Listed", into = "Listed")]
pub struct Alerts {
    watched: OrdMap<AlertCause, Arc<Alert>>,
    ended: Vector<Arc<Alert>>,
    pub(crate) rules: OrdMap<AlertKind, AlertRule>,
    pub(crate) surges: OrdMap<RoomId, Surge>,
}

/// How they are written into a snapshot.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    watched: Vec<Arc<Alert>>,
    ended: Vec<Arc<Alert>>,
    rules: Vec<(AlertKind, AlertRule)>,
    surges: Vec<(RoomId, Surge)>,
}

impl From<Listed> for Alerts {
    fn from(listed: Listed) -> Alerts {
        Alerts {
            watched: listed
                .watched
                .into_iter()
                .map(|it| (it.cause, it))
                .collect(),
            ended: listed.ended.into_iter().collect(),
            rules: listed.rules.into_iter().collect(),
            surges: listed.surges.into_iter().collect(),
        }
    }
}

impl From<Alerts> for Listed {
    fn from(alerts: Alerts) -> Listed {
        Listed {
            watched: alerts.watched.values().cloned().collect(),
            ended: alerts.ended.into_iter().collect(),
            rules: alerts.rules.into_iter().collect(),
            surges: alerts.surges.into_iter().collect(),
        }
    }
}

impl Alerts {
    /// What is watched or open about a cause.
    pub(crate) fn of(&self, cause: AlertCause) -> Option<&Alert> {
        self.watched.get(&cause).map(|found| &**found)
    }

    /// An open alert.
    pub fn open(&self, alert: Seq) -> Option<&Alert> {
        self.all_open().find(|found| found.raised == Some(alert))
    }

    /// Whether an alert about this cause is open.
    pub fn is_open(&self, cause: AlertCause) -> bool {
        self.of(cause).is_some_and(|found| found.raised.is_some())
    }

    /// Whether so little of a disk is free that an alert says so.
    pub fn disk_is_low(&self, free: u64, total: u64) -> bool {
        let least = self.rule(AlertKind::DiskLow).threshold.unwrap_or_default();
        u128::from(free) * 100 < u128::from(total) * u128::from(least)
    }

    /// All that are open.
    pub fn all_open(&self) -> impl Iterator<Item = &Alert> {
        let all = self.watched.values().map(|found| &**found);
        all.filter(|found| found.raised.is_some())
    }

    /// The last ones that ended, the last one first.
    pub fn ended(&self) -> impl Iterator<Item = &Alert> {
        self.ended.iter().rev().map(|found| &**found)
    }

    /// How alerts of a kind are raised.
    pub fn rule(&self, kind: AlertKind) -> AlertRule {
        self.rules
            .get(&kind)
            .copied()
            .unwrap_or_else(|| rule_of(kind))
    }

    pub(super) fn len(&self) -> usize {
        self.watched.len()
    }

    pub(super) fn causes(&self) -> Vec<AlertCause> {
        self.watched.keys().copied().collect()
    }

    pub(super) fn remember(&mut self, alert: Alert, most: usize) {
        self.ended.push_back(Arc::new(alert));
        while self.ended.len() > most {
            self.ended.pop_front();
        }
    }
}

impl Work {
    /// The alerts.
    pub fn alerts(&self) -> &Alerts {
        &self.alerts
    }

    pub(super) fn put_alert(&mut self, alert: Alert) {
        let cause = alert.cause;
        self.take_alert(cause);
        if let Some(at) = alert.alarm() {
            self.index.due.insert((at, Due::Alert(cause)));
        }
        self.alerts.watched.insert(cause, Arc::new(alert));
    }

    pub(super) fn take_alert(&mut self, cause: AlertCause) -> Option<Alert> {
        let old = self.alerts.watched.remove(&cause)?;
        if let Some(at) = old.alarm() {
            self.index.due.remove(&(at, Due::Alert(cause)));
        }
        Some(Arc::unwrap_or_clone(old))
    }

    pub(super) fn change_alert(&mut self, cause: AlertCause, change: impl FnOnce(&mut Alert)) {
        if let Some(mut found) = self.alerts.of(cause).cloned() {
            change(&mut found);
            self.put_alert(found);
        }
    }

    /// When the node has to look at each, when a snapshot was read.
    pub(crate) fn set_alert_alarms(&mut self) {
        let watched = self.alerts.watched.values();
        let alarms = watched.filter_map(|it| Some((it.alarm()?, Due::Alert(it.cause))));
        let alarms: Vec<_> = alarms.collect();
        self.index.due.extend(alarms);
    }
}
