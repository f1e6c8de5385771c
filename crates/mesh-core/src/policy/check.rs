//! What a policy may not be. Each refusal names the place, such as `rules[2].to.participants[0]`.

use std::collections::BTreeSet;

use mesh_model::events::{RoomKind, Trust};
use mesh_model::limits::{
    NAME_CHARS_MAX, POLICY_BYTES_MAX, POLICY_LIMITS_MAX, POLICY_NAMES_MAX, POLICY_RULES_MAX,
    POLICY_WHY_CHARS_MAX, RADIUS_M_MAX, RATE_COUNT_MAX, RATE_SECONDS_MAX, RETENTION_DAYS_MAX,
    SCHEMA_BYTES_MAX, SPEED_M_MAX, TURNS_MAX,
};
use mesh_model::policy::{
    Hours, Limit, MessageKind, Policy, Reach, Replies, Rule, RuleEffect, Ruling, RulingBy, Who,
};
use mesh_model::{Capability, Effect, ErrorCode, Refusal, RoomId, names};

use crate::policy::resolve::span;
use crate::{Access, Room};

type Checked = Result<(), Refusal>;

fn bad(place: impl std::fmt::Display, what: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        ErrorCode::InvalidPolicy,
        what.to_string(),
        Effect::NothingChanged,
        "correct that place and set the policy again",
    )
    .within(place)
}

impl Access {
    /// Whether a room could be given this policy, leaving aside whom it would lock out.
    pub fn check_policy(&self, room: RoomId, policy: &Policy) -> Result<(), Refusal> {
        let room = self.room(room).ok_or_else(crate::refuse::no_room)?;
        let bytes = serde_json::to_string(policy).map_or(usize::MAX, |json| json.len());
        if bytes > POLICY_BYTES_MAX {
            return Err(bad(
                "policy",
                format_args!("it has {bytes} bytes as JSON, {POLICY_BYTES_MAX} are allowed"),
            ));
        }
        self.check_rules(policy)?;
        check_messages(policy)?;
        self.check_limits(&policy.limits)?;
        self.check_reach("data.leave", &policy.data.leave)?;
        if let Some(enter) = &policy.data.enter {
            self.check_reach("data.enter", enter)?;
        }
        self.check_execution(policy)?;
        check_guard_rules(policy)?;
        check_space(policy)?;
        if policy.visibility.is_some() && room.kind != RoomKind::Room {
            return Err(bad(
                "visibility",
                "only rooms that somebody created can be listed or hidden",
            ));
        }
        match policy.retention_days {
            Some(days) if !(1..=RETENTION_DAYS_MAX).contains(&days) => Err(bad(
                "retention_days",
                format_args!("{days} is not a number from 1 to {RETENTION_DAYS_MAX}"),
            )),
            _ => Ok(()),
        }
    }

    fn check_rules(&self, policy: &Policy) -> Checked {
        if policy.rules.len() > POLICY_RULES_MAX {
            return Err(bad(
                "rules",
                format_args!("there are more than {POLICY_RULES_MAX}"),
            ));
        }
        let mut seen = BTreeSet::new();
        for (index, rule) in policy.rules.iter().enumerate() {
            let place = format!("rules[{index}]");
            check_name(&place, &rule.name)?;
            if !seen.insert(rule.name.as_str()) {
                return Err(bad(
                    format_args!("{place}.name"),
                    format_args!("another rule is called '{}' already", rule.name),
                ));
            }
            self.check_rule(&place, rule)?;
            self.check_contradiction(&place, rule, &policy.rules[..index])?;
        }
        Ok(())
    }

    fn check_rule(&self, place: &str, rule: &Rule) -> Checked {
        if rule.capabilities.is_empty() {
            return Err(bad(
                format_args!("{place}.capabilities"),
                "the rule is about nothing; name at least one capability",
            ));
        }
        let long = rule.why.chars().count() > POLICY_WHY_CHARS_MAX;
        if long || rule.why.chars().any(char::is_control) {
            return Err(bad(
                format_args!("{place}.why"),
                format_args!("a reason has at most {POLICY_WHY_CHARS_MAX} characters on one line"),
            ));
        }
        let lasting = [Capability::Listen, Capability::DataRead];
        let lasting = lasting.into_iter().find(|one| rule.capabilities.has(*one));
        if let Some(capability) = lasting.filter(|_| !rule.when.is_always()) {
            return Err(bad(
                format_args!("{place}.when"),
                format_args!(
                    "a rule about '{capability}' holds always: what was read cannot be taken back; \
                     split the rule in two"
                ),
            ));
        }
        for (at, hours) in rule.when.hours.iter().enumerate() {
            check_hours(&format!("{place}.when.hours[{at}]"), hours)?;
        }
        let speaks = rule.capabilities.has(Capability::Speak);
        if !rule.when.kinds.is_empty() && !speaks {
            return Err(bad(
                format_args!("{place}.when.kinds"),
                "kinds of messages matter to the capability 'speak' only",
            ));
        }
        self.check_who(&format!("{place}.to"), &rule.to)
    }

    /// A rule that takes exactly what another gives, from the same ones at the same times.
    fn check_contradiction(&self, place: &str, rule: &Rule, before: &[Rule]) -> Checked {
        let against = before.iter().find(|other| {
            other.effect != rule.effect
                && other.to == rule.to
                && other.when == rule.when
                && !other.capabilities.and(rule.capabilities).is_empty()
        });
        match against {
            Some(other) => {
                let (allow, deny) = match rule.effect {
                    RuleEffect::Allow => (&rule.name, &other.name),
                    RuleEffect::Deny => (&other.name, &rule.name),
                };
                Err(bad(
                    place,
                    format_args!(
                        "'{allow}' allows what '{deny}' denies to the same ones at the same times; \
                         the deny would always win, so leave one out"
                    ),
                ))
            }
            None => Ok(()),
        }
    }

    fn check_who(&self, place: &str, who: &Who) -> Checked {
        let lists = [&who.participants, &who.groups, &who.roles];
        if lists.iter().any(|list| list.len() > POLICY_NAMES_MAX) {
            return Err(bad(
                place,
                format_args!("a list has more than {POLICY_NAMES_MAX} names"),
            ));
        }
        for (index, handle) in who.participants.iter().enumerate() {
            if self.by_handle(handle).is_none() {
                return Err(unknown(
                    format_args!("{place}.participants[{index}]"),
                    "participant",
                    handle,
                ));
            }
        }
        for (index, name) in who.groups.iter().enumerate() {
            if self.group_named(name).is_none() {
                return Err(unknown(
                    format_args!("{place}.groups[{index}]"),
                    "group",
                    name,
                ));
            }
        }
        for (index, role) in who.roles.iter().enumerate() {
            if crate::check::label("role", role).is_err() {
                return Err(bad(
                    format_args!("{place}.roles[{index}]"),
                    "this cannot be a role",
                ));
            }
        }
        Ok(())
    }

    fn check_limits(&self, limits: &[Limit]) -> Checked {
        if limits.len() > POLICY_LIMITS_MAX {
            return Err(bad(
                "limits",
                format_args!("there are more than {POLICY_LIMITS_MAX}"),
            ));
        }
        let mut seen = BTreeSet::new();
        for (index, limit) in limits.iter().enumerate() {
            let place = format!("limits[{index}]");
            check_name(&place, &limit.name)?;
            if !seen.insert(limit.name.as_str()) {
                return Err(bad(
                    format_args!("{place}.name"),
                    format_args!("another limit is called '{}' already", limit.name),
                ));
            }
            self.check_who(&format!("{place}.to"), &limit.to)?;
            if limit.bytes.is_none() && limit.rate.is_none() {
                return Err(bad(place, "it limits nothing; give bytes, a rate, or both"));
            }
            if limit.bytes == Some(0) {
                return Err(bad(
                    format_args!("{place}.bytes"),
                    "0 bytes let nobody say anything; deny the capability 'speak' instead",
                ));
            }
            if let Some(rate) = limit.rate {
                let good = (1..=RATE_COUNT_MAX).contains(&rate.count)
                    && (1..=RATE_SECONDS_MAX).contains(&rate.seconds);
                if !good {
                    return Err(bad(
                        format_args!("{place}.rate"),
                        format_args!(
                            "count goes from 1 to {RATE_COUNT_MAX} and seconds from 1 to {RATE_SECONDS_MAX}"
                        ),
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_reach(&self, place: &str, reach: &Reach) -> Checked {
        if reach.rooms.len() > POLICY_NAMES_MAX || reach.meshes.len() > POLICY_NAMES_MAX {
            return Err(bad(
                place,
                format_args!("a list has more than {POLICY_NAMES_MAX} names"),
            ));
        }
        for (index, name) in reach.rooms.iter().enumerate() {
            if self.room_named(name).is_none() {
                return Err(unknown(
                    format_args!("{place}.rooms[{index}]"),
                    "room",
                    name,
                ));
            }
        }
        if reach.anywhere && !reach.rooms.is_empty() {
            return Err(bad(
                place,
                "'anywhere' and a list of rooms contradict each other",
            ));
        }
        for (index, mesh) in reach.meshes.iter().enumerate() {
            if mesh.parse::<mesh_model::MeshId>().is_err() {
                return Err(bad(
                    format_args!("{place}.meshes[{index}]"),
                    "this is not the id of a mesh",
                ));
            }
        }
        self.check_who(&format!("{place}.carriers"), &reach.carriers)
    }

    fn check_execution(&self, policy: &Policy) -> Checked {
        let rules = &policy.execution;
        self.check_who("execution.triggers", &rules.triggers)?;
        let trusted = |trust: &Trust| *trust >= Trust::Local;
        let trust = &rules.triggers.trust;
        if !trust.is_empty() && !trust.iter().any(trusted) {
            return Err(bad(
                "execution.triggers.trust",
                "federated and untrusted participants are never meant here; name single ones in execution.peers",
            ));
        }
        if rules.peers.len() > POLICY_NAMES_MAX {
            return Err(bad(
                "execution.peers",
                format_args!("there are more than {POLICY_NAMES_MAX}"),
            ));
        }
        for (index, handle) in rules.peers.iter().enumerate() {
            if self.by_handle(handle).is_none() {
                return Err(unknown(
                    format_args!("execution.peers[{index}]"),
                    "participant",
                    handle,
                ));
            }
        }
        Ok(())
    }
}

fn check_name(place: &str, name: &str) -> Checked {
    names::check(name).map_err(|why| {
        let shown: String = name.chars().take(NAME_CHARS_MAX * 2).collect();
        bad(
            format_args!("{place}.name"),
            format_args!("'{shown}' cannot be a name: {why}"),
        )
    })
}

fn unknown(place: impl std::fmt::Display, what: &str, name: &str) -> Refusal {
    let shown: String = name.chars().take(NAME_CHARS_MAX * 2).collect();
    bad(place, format_args!("there is no {what} '{shown}'"))
}

fn check_hours(place: &str, hours: &Hours) -> Checked {
    if !(-840..=840).contains(&hours.utc_offset) {
        return Err(bad(
            format_args!("{place}.utc_offset"),
            "minutes ahead of UTC go from -840 to 840",
        ));
    }
    if span(hours).is_none() {
        return Err(bad(
            place,
            format_args!(
                "'{}' to '{}' is no span of a day: two different times as HH:MM, the first below 24:00",
                shown(&hours.from),
                shown(&hours.to)
            ),
        ));
    }
    Ok(())
}

fn shown(text: &str) -> String {
    text.chars().take(16).collect()
}

fn check_space(policy: &Policy) -> Checked {
    let bounds = [
        ("space.radius", policy.space.radius, RADIUS_M_MAX),
        ("space.speed", policy.space.speed, SPEED_M_MAX),
    ];
    for (place, value, most) in bounds {
        if value.is_some_and(|value| !(1..=most).contains(&value)) {
            return Err(bad(
                place,
                format_args!("it is a whole number of metres from 1 to {most}"),
            ));
        }
    }
    Ok(())
}

fn check_messages(policy: &Policy) -> Checked {
    let rules = &policy.messages;
    if rules.types.len() > POLICY_NAMES_MAX {
        return Err(bad(
            "messages.types",
            format_args!("there are more than {POLICY_NAMES_MAX}"),
        ));
    }
    for (index, name) in rules.types.iter().enumerate() {
        if names::check(name).is_err() {
            return Err(bad(
                format_args!("messages.types[{index}]"),
                "this cannot be the name of an event type",
            ));
        }
    }
    if let Some(turns) = rules.turns.filter(|it| !(1..=TURNS_MAX).contains(it)) {
        return Err(bad(
            "messages.turns",
            format_args!("{turns} is not a number from 1 to {TURNS_MAX}"),
        ));
    }
    let structured = [
        MessageKind::Payload,
        MessageKind::Event,
        MessageKind::Command,
    ];
    let takes_payloads =
        rules.kinds.is_empty() || structured.iter().any(|kind| rules.kinds.contains(kind));
    if !takes_payloads && (!rules.types.is_empty() || rules.schema.is_some()) {
        return Err(bad(
            "messages.kinds",
            "no kind with a payload is taken, so 'types' and 'schema' contradict it",
        ));
    }
    if rules.replies == Replies::None && rules.agents_when_named {
        return Err(bad(
            "messages.replies",
            "nobody may answer, so agents that speak only in answer never speak; leave one out",
        ));
    }
    if let Some(schema) = &rules.schema {
        let bytes = serde_json::to_string(schema).map_or(usize::MAX, |json| json.len());
        if bytes > SCHEMA_BYTES_MAX {
            return Err(bad(
                "messages.schema",
                format_args!("it has {bytes} bytes, {SCHEMA_BYTES_MAX} are allowed"),
            ));
        }
    }
    Ok(())
}

fn check_guard_rules(policy: &Policy) -> Checked {
    let guard = &policy.guard;
    for (name, value) in [("quarantine", guard.quarantine), ("refuse", guard.refuse)] {
        if value > 101 {
            return Err(bad(
                format_args!("guard.{name}"),
                "scores are percent: 0 to 100, or 101 for never",
            ));
        }
    }
    if guard.mark > 100 {
        return Err(bad(
            "guard.mark",
            "what is suspicious is marked at 100 at the latest",
        ));
    }
    if guard.mark > guard.quarantine || guard.quarantine > guard.refuse {
        return Err(bad(
            "guard",
            "mark, quarantine and refuse must not fall: each is stricter than the one before",
        ));
    }
    Ok(())
}

impl Access {
    /// Whether a policy would leave nobody but those who rule the room able to speak or hear,
    /// while somebody could before.
    pub(crate) fn check_lockout(&self, room: &Room, drafted: &Access) -> Result<(), Refusal> {
        let Some(after) = drafted.room(room.id) else {
            return Ok(());
        };
        for capability in [Capability::Listen, Capability::Speak] {
            let mut others = room
                .members
                .keys()
                .filter(|id| !self.rules(room, **id))
                .peekable();
            if others.peek().is_none() {
                return Ok(());
            }
            let (mut could, mut can) = (false, false);
            for id in others {
                could |= self.capabilities_in(room, *id).has(capability);
                can |= drafted.capabilities_in(after, *id).has(capability);
            }
            if could && !can {
                return Err(Refusal::new(
                    ErrorCode::InvalidPolicy,
                    format!(
                        "nobody but those who rule {} would have '{capability}' any more",
                        crate::refuse::room_label(room)
                    ),
                    Effect::NothingChanged,
                    "set it with force if you mean it; the creator and the owner of the mesh keep every capability",
                )
                .within("rules")
                .ruled(Ruling::by(RulingBy::Lockout)));
            }
        }
        Ok(())
    }
}
