//! A policy as the state remembers it.

use std::sync::Arc;

use mesh_model::events::Trust;
use mesh_model::policy::{Day, Policy, Who};
use mesh_model::{GroupId, Millis, ParticipantId, Refusal, RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::{Access, Participant, Room};

/// A policy as it holds: what was set, by whom, and what its names mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRecord {
    /// Counts from 1 up.
    pub version: u32,
    /// The rules as they were set.
    pub policy: Policy,
    /// Who set it; absent for the node.
    pub set_by: Option<ParticipantId>,
    /// When.
    pub set_at: Millis,
    /// Where in the log.
    pub seq: Seq,
    pub(crate) means: Means,
}

/// What a policy's names meant when it was set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Means {
    /// One per rule.
    pub rules: Vec<RuleMeans>,
    /// One per limit.
    pub limits: Vec<Named>,
    pub leave: ReachMeans,
    pub enter: Option<ReachMeans>,
    pub triggers: Named,
    pub peers: Vec<ParticipantId>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleMeans {
    pub to: Named,
    pub hours: Vec<Span>,
}

/// Participants and groups by id, sorted. Roles, kinds and trust need no resolving.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub participants: Vec<ParticipantId>,
    pub groups: Vec<GroupId>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReachMeans {
    pub rooms: Vec<RoomId>,
    pub carriers: Named,
}

/// A span of the day in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Span {
    /// Bit 0 is Monday.
    pub days: u8,
    pub from: u16,
    pub to: u16,
    pub offset: i16,
}

const DAY_MINUTES: i64 = 24 * 60;

impl Span {
    /// Whether the moment lies in it.
    pub fn holds(self, now: Millis) -> bool {
        let minutes = (now.0 / 60_000).cast_signed() + i64::from(self.offset);
        // 1970-01-01 was a Thursday.
        let (day, minute) = (
            (minutes.div_euclid(DAY_MINUTES) + 3).rem_euclid(7),
            minutes.rem_euclid(DAY_MINUTES),
        );
        let on = |day: i64| self.days & (1 << day.rem_euclid(7)) != 0;
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        if from < to {
            on(day) && (from..to).contains(&minute)
        } else {
            (on(day) && minute >= from) || (on(day - 1) && minute < to)
        }
    }

    pub fn mask(days: &[Day]) -> u8 {
        match days {
            [] => 0x7f,
            days => days.iter().fold(0, |mask, day| mask | 1 << *day as u8),
        }
    }
}

impl Access {
    /// A room's policy, if it was ever given one.
    pub fn policy(&self, room: RoomId) -> Option<&PolicyRecord> {
        self.room(room)?.policy.as_deref()
    }

    /// Everybody and everything as it would be if `by` gave the room this policy, to try it out.
    pub fn with_policy(
        &self,
        room: RoomId,
        policy: &Policy,
        by: Option<ParticipantId>,
    ) -> Result<Access, Refusal> {
        self.check_policy(room, policy)?;
        let mut drafted = self.clone();
        let version = self.policy(room).map_or(0, |record| record.version);
        drafted.put_policy(
            room,
            PolicyRecord {
                version: version.saturating_add(1),
                policy: policy.clone(),
                set_by: by,
                set_at: Millis(0),
                seq: self.changed,
                means: self.means_of(policy),
            },
        );
        Ok(drafted)
    }

    pub(crate) fn put_policy(&mut self, room: RoomId, record: PolicyRecord) {
        if let Some(found) = self.rooms.get_mut(&room) {
            let found = Arc::make_mut(found);
            if let Some(access) = record.policy.visibility {
                found.access = access;
            }
            found.policy = Some(Arc::new(record));
        }
    }

    /// Whether somebody is meant: it fits every field that is given.
    pub(crate) fn is_meant(
        &self,
        who: &Who,
        named: &Named,
        found: &Participant,
        trust: Trust,
    ) -> bool {
        (who.participants.is_empty() || named.participants.binary_search(&found.id).is_ok())
            && (who.kinds.is_empty() || who.kinds.contains(&self.kind_of(found)))
            && (who.trust.is_empty() || who.trust.contains(&trust))
            && (who.roles.is_empty() || who.roles.iter().any(|role| found.roles.contains(role)))
            && (who.groups.is_empty() || self.in_one_of(&named.groups, found.id))
    }

    fn in_one_of(&self, groups: &[GroupId], participant: ParticipantId) -> bool {
        let mut groups = groups.iter().filter_map(|id| self.groups.get(id));
        groups.any(|group| group.members.contains_key(&participant))
    }
}

/// Whether the room counts how often somebody speaks.
pub(crate) fn is_paced(room: &Room) -> bool {
    let limits = room.policy.iter().flat_map(|record| &record.policy.limits);
    room.slow_mode > 0 || limits.into_iter().any(|limit| limit.rate.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-21 is a Saturday.
    const SATURDAY_NOON: u64 = 1_795_262_400_000;

    fn span(days: &[Day], from: u16, to: u16, offset: i16) -> Span {
        let days = Span::mask(days);
        Span {
            days,
            from,
            to,
            offset,
        }
    }

    #[test]
    fn spans_know_days_midnight_and_offsets() {
        let noon = Millis(SATURDAY_NOON);
        assert!(span(&[], 0, 1440, 0).holds(noon));
        assert!(span(&[Day::Sat, Day::Sat], 0, 1440, 0).holds(noon));
        assert!(span(&[Day::Sat], 12 * 60, 12 * 60 + 1, 0).holds(noon));
        assert!(!span(&[Day::Fri], 12 * 60, 13 * 60, 0).holds(noon));
        assert!(!span(&[Day::Sat], 11 * 60, 12 * 60, 0).holds(noon));
        // 23:00 on Friday until 13:00 on Saturday.
        assert!(span(&[Day::Fri], 23 * 60, 13 * 60, 0).holds(noon));
        assert!(!span(&[Day::Sat], 23 * 60, 13 * 60, 0).holds(noon));
        // 14 hours ahead it is Sunday, 02:00.
        assert!(span(&[Day::Sun], 120, 121, 840).holds(noon));
        assert!(span(&[Day::Fri], 22 * 60, 24 * 60, -840).holds(noon));
        assert!(span(&[Day::Thu], 0, 1, 0).holds(Millis(0)));
    }
}
