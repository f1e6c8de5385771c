//! May somebody do something in a room, and what decides it? A deny goes before every allow.

use mesh_model::events::Trust;
use mesh_model::policy::{MessageKind, Rule, RuleEffect, Ruling, RulingBy};
use mesh_model::{Capability, CapabilitySet, Millis, ParticipantId, Seq};

use crate::policy::{RuleMeans, Span};
use crate::{Access, Member, Participant, PolicyRecord, Room};

/// What a rule's conditions look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub now: Millis,
    /// What is said; for deeds that say nothing, no rule about kinds fits.
    pub kind: Option<MessageKind>,
}

/// What decided about a capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decided {
    Owner,
    Creator,
    NoMember,
    Disabled,
    Muted(Seq),
    /// The rule at this place in the policy.
    Rule(usize, RuleEffect),
    Member,
    Defaults,
    NothingAllows,
    /// The room allows it, and the participant's own side has not agreed.
    NoConsent,
}

const EXECUTE: CapabilitySet = CapabilitySet::NONE.with(Capability::Execute);

impl Decided {
    pub fn allows(self) -> bool {
        match self {
            Decided::Owner | Decided::Creator | Decided::Member | Decided::Defaults => true,
            Decided::Rule(_, effect) => effect == RuleEffect::Allow,
            Decided::NoMember
            | Decided::Disabled
            | Decided::Muted(_)
            | Decided::NothingAllows
            | Decided::NoConsent => false,
        }
    }
}

impl Access {
    /// Whether the participant has the capability at that moment, and what decides it. To run commands
    /// takes more than the room: a participant's machine is its own side's.
    pub(crate) fn decided(
        &self,
        room: &Room,
        participant: ParticipantId,
        wanted: Capability,
        moment: Moment,
    ) -> Decided {
        let counts = |by| wanted != Capability::Execute || self.has_agreed(room, participant, by);
        let (found, member) = match self.standing_in(room, participant) {
            Ok(standing) => standing,
            Err(decided) if decided.allows() && !counts(decided) => return Decided::NoConsent,
            Err(decided) => return decided,
        };
        if wanted == Capability::Speak
            && let Some(mute) = room.muted.get(&participant)
            && mute.until.is_none_or(|until| moment.now < until)
        {
            return Decided::Muted(mute.seq);
        }
        let base = base(room, member, wanted);
        let mut allowing = base.filter(|by| counts(*by));
        let mut refused = base
            .filter(|_| allowing.is_none())
            .map(|_| Decided::NoConsent);
        let trust = self.trust_for_rules(room, found);
        for (index, rule, means) in rules(room) {
            let about = rule.capabilities.has(wanted)
                && (rule.effect == RuleEffect::Deny || allowing.is_none());
            if !about
                || !when(rule, &means.hours, moment)
                || !self.is_meant(&rule.to, &means.to, found, trust)
            {
                continue;
            }
            if rule.effect == RuleEffect::Deny {
                return Decided::Rule(index, RuleEffect::Deny);
            }
            match Decided::Rule(index, RuleEffect::Allow) {
                allows if counts(allows) => allowing = Some(allows),
                _ => refused = Some(Decided::NoConsent),
            }
        }
        allowing.or(refused).unwrap_or(Decided::NothingAllows)
    }

    /// Everything the participant may do in the room, at one time or another: what depends on the
    /// moment counts as allowed. [`Access::decided`] is asked before anything is done.
    pub(crate) fn capabilities_in(&self, room: &Room, participant: ParticipantId) -> CapabilitySet {
        // What counts of what somebody set who does not speak for the participant.
        let counting = |set: CapabilitySet, by| {
            if set.has(Capability::Execute) && !self.has_agreed(room, participant, by) {
                set.without(EXECUTE)
            } else {
                set
            }
        };
        let (found, member) = match self.standing_in(room, participant) {
            Ok(standing) => standing,
            Err(decided) if decided.allows() => return counting(CapabilitySet::ALL, decided),
            Err(_) => return CapabilitySet::NONE,
        };
        let mut allowed = match member.capabilities {
            Some(own) => counting(own, Decided::Member),
            None => counting(room.defaults, Decided::Defaults),
        };
        let mut denied = CapabilitySet::NONE;
        let trust = self.trust_for_rules(room, found);
        for (index, rule, means) in rules(room) {
            let capabilities = match rule.effect {
                RuleEffect::Allow => counting(rule.capabilities, Decided::Rule(index, rule.effect)),
                RuleEffect::Deny => rule.capabilities,
            };
            let widens = match rule.effect {
                RuleEffect::Allow => !capabilities.within(allowed),
                RuleEffect::Deny => rule.when.is_always() && !capabilities.within(denied),
            };
            if !widens || !self.is_meant(&rule.to, &means.to, found, trust) {
                continue;
            }
            let set = match rule.effect {
                RuleEffect::Allow => &mut allowed,
                RuleEffect::Deny => &mut denied,
            };
            *set = set.or(capabilities);
        }
        if room
            .muted
            .get(&participant)
            .is_some_and(|mute| mute.until.is_none())
        {
            denied = denied.with(Capability::Speak);
        }
        allowed.without(denied)
    }

    /// The participant and its membership, or what decides without looking at any rule.
    fn standing_in<'a>(
        &'a self,
        room: &Room,
        participant: ParticipantId,
    ) -> Result<(&'a Participant, Member), Decided> {
        let member = self.member_of(room, participant).ok_or(Decided::NoMember)?;
        let found = self
            .participants
            .get(&participant)
            .ok_or(Decided::NoMember)?;
        if !found.is_enabled() {
            return Err(Decided::Disabled);
        }
        if self.rules(room, participant) {
            return Err(if room.creator == Some(participant) {
                Decided::Creator
            } else {
                Decided::Owner
            });
        }
        Ok((found, member))
    }

    /// The participant's trust, which only rules ask for.
    fn trust_for_rules(&self, room: &Room, found: &Participant) -> Trust {
        match room.policy {
            Some(_) => self.trust_in(found),
            None => found.trust,
        }
    }

    /// What decided, as it is told to whoever may know of the room.
    pub(crate) fn ruling(&self, room: &Room, decided: Decided) -> Ruling {
        let by = match decided {
            Decided::Owner => RulingBy::Owner,
            Decided::Creator => RulingBy::Creator,
            Decided::NoMember => RulingBy::Membership,
            Decided::Disabled => RulingBy::Standing,
            Decided::Muted(seq) => return set_at(RulingBy::Mute, seq),
            Decided::Rule(index, _) => return self.rule_of(room, index),
            Decided::Member => RulingBy::Member,
            Decided::Defaults => return set_at(RulingBy::Defaults, room.defaults_seq),
            Decided::NothingAllows => RulingBy::NothingAllows,
            Decided::NoConsent => RulingBy::Consent,
        };
        Ruling::by(by)
    }

    fn rule_of(&self, room: &Room, index: usize) -> Ruling {
        let Some(record) = &room.policy else {
            return Ruling::by(RulingBy::Rule);
        };
        let mut ruling = self.in_policy(record, RulingBy::Rule);
        if let Some(rule) = record.policy.rules.get(index) {
            ruling.name = Some(rule.name.clone());
            // Whoever is refused has not asked for a stranger's words: those stand in room.policy_get.
            let trusted = |id| self.trust_of(id, false) >= Trust::Local;
            let told = !rule.why.is_empty() && record.set_by.is_none_or(trusted);
            ruling.why = told.then(|| rule.why.clone());
        }
        ruling
    }

    /// A ruling of the policy, with who set it and when.
    pub(crate) fn in_policy(&self, record: &PolicyRecord, by: RulingBy) -> Ruling {
        let setter = record.set_by.and_then(|id| self.participant(id));
        Ruling {
            version: Some(record.version),
            set_by: setter.map(|found| found.handle.clone()),
            set_seq: Some(record.seq),
            set_at: Some(record.set_at),
            ..Ruling::by(by)
        }
    }
}

/// A ruling that was set by an event of its own.
pub(crate) fn set_at(by: RulingBy, seq: Seq) -> Ruling {
    Ruling {
        set_seq: Some(seq),
        ..Ruling::by(by)
    }
}

/// What holds without any rule.
fn base(room: &Room, member: Member, wanted: Capability) -> Option<Decided> {
    match member.capabilities {
        Some(own) => own.has(wanted).then_some(Decided::Member),
        None => room.defaults.has(wanted).then_some(Decided::Defaults),
    }
}

/// The rules of a room with their places in its policy, each with what its names and times mean.
fn rules(room: &Room) -> impl Iterator<Item = (usize, &Rule, &RuleMeans)> {
    let record = room.policy.as_deref();
    let pairs = record.map(|record| record.policy.rules.iter().zip(&record.means.rules));
    pairs
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(index, (rule, means))| (index, rule, means))
}

fn when(rule: &Rule, hours: &[Span], moment: Moment) -> bool {
    let kinds = &rule.when.kinds;
    (kinds.is_empty() || moment.kind.is_some_and(|kind| kinds.contains(&kind)))
        && (rule.when.hours.is_empty() || hours.iter().any(|span| span.holds(moment.now)))
}
