//! Names into ids, as of the moment a policy is set. Total: a name that means nothing means nobody.

use mesh_model::policy::{Hours, Policy, Reach, Who};

use crate::Access;
use crate::policy::{Means, Named, ReachMeans, RuleMeans, Span};

impl Access {
    pub(crate) fn means_of(&self, policy: &Policy) -> Means {
        let rule = |rule: &mesh_model::policy::Rule| RuleMeans {
            to: self.named(&rule.to),
            hours: rule.when.hours.iter().filter_map(span).collect(),
        };
        let mut peers: Vec<_> = policy
            .execution
            .peers
            .iter()
            .filter_map(|handle| Some(self.by_handle(handle)?.id))
            .collect();
        peers.sort_unstable();
        Means {
            rules: policy.rules.iter().map(rule).collect(),
            limits: policy
                .limits
                .iter()
                .map(|limit| self.named(&limit.to))
                .collect(),
            leave: self.reach(&policy.data.leave),
            enter: policy.data.enter.as_ref().map(|reach| self.reach(reach)),
            triggers: self.named(&policy.execution.triggers),
            peers,
        }
    }

    fn named(&self, who: &Who) -> Named {
        let mut participants: Vec<_> = who
            .participants
            .iter()
            .filter_map(|handle| Some(self.by_handle(handle)?.id))
            .collect();
        participants.sort_unstable();
        let groups = who.groups.iter();
        let groups = groups
            .filter_map(|name| Some(self.group_named(name)?.id))
            .collect();
        Named {
            participants,
            groups,
        }
    }

    fn reach(&self, reach: &Reach) -> ReachMeans {
        let rooms = reach.rooms.iter();
        let mut rooms: Vec<_> = rooms
            .filter_map(|name| Some(self.room_named(name)?.id))
            .collect();
        rooms.sort_unstable();
        ReachMeans {
            rooms,
            carriers: self.named(&reach.carriers),
        }
    }
}

/// A span that is well formed.
pub(super) fn span(hours: &Hours) -> Option<Span> {
    Some(Span {
        days: Span::mask(&hours.days),
        from: minute(&hours.from).filter(|from| *from < 24 * 60)?,
        to: minute(&hours.to)?,
        offset: hours.utc_offset,
    })
    .filter(|span| span.from != span.to)
}

/// `HH:MM`, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 24 * 60).then_some(all)
}
