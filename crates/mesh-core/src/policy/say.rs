//! What is said, held to the room's rules of form, its limits, its data and execution rules and its
//! guard. These come after the capability and bind everybody, the creator too.

use mesh_model::command::{ContentEvidence, Quoted, Scanned};
use mesh_model::events::{GuardMark, MessageHeader, Trust};
use mesh_model::limits::{LABELS_MAX, QUOTES_MAX};
use mesh_model::policy::{GuardRules, MessageKind, Replies, Ruling, RulingBy, Scan};
use mesh_model::{Capability, Effect, ErrorCode, ParticipantId, Refusal, RoomId};

use crate::actor::Asker;
use crate::policy::Moment;
use crate::policy::pace::{Pace, Paces, SLOW_MODE};
use crate::{Access, Participant, PolicyRecord, Room, refuse};

type Checked = Result<(), Refusal>;

/// One thing that somebody says.
pub(crate) struct Saying<'a> {
    pub room: &'a Room,
    pub who: &'a Participant,
    pub kind: MessageKind,
    /// The registered type of its payload or event.
    pub type_name: Option<&'a str>,
    pub reply_to: Option<&'a MessageHeader>,
    pub evidence: &'a ContentEvidence,
}

fn denied(what: String, hint: &'static str, rule: Ruling) -> Refusal {
    Refusal::new(
        ErrorCode::CapabilityDenied,
        what,
        Effect::NothingPosted,
        hint,
    )
    .ruled(rule)
}

impl Saying<'_> {
    fn label(&self) -> String {
        refuse::room_label(self.room)
    }

    /// What kinds of messages the room takes.
    pub fn check_kind(&self, asker: &Asker<'_>) -> Checked {
        let Some(record) = self.room.policy.as_deref() else {
            return Ok(());
        };
        let rules = &record.policy.messages;
        if rules.kinds.is_empty() || rules.kinds.contains(&self.kind) {
            return Ok(());
        }
        let kinds: Vec<_> = rules.kinds.iter().map(|kind| kind.name()).collect();
        Err(denied(
            format!(
                "{} takes {} only, not {}",
                self.label(),
                kinds.join(", "),
                self.kind.name()
            ),
            "send it in a form the room takes",
            Ruling {
                name: Some("messages.kinds".to_owned()),
                ..asker.access.in_policy(record, RulingBy::Messages)
            },
        ))
    }

    /// The room's rules of form.
    pub fn check_form(&self, asker: &Asker<'_>) -> Checked {
        self.check_kind(asker)?;
        let Some(record) = self.room.policy.as_deref() else {
            return Ok(());
        };
        let rules = &record.policy.messages;
        let ruling = |what: &str| Ruling {
            name: Some(format!("messages.{what}")),
            ..asker.access.in_policy(record, RulingBy::Messages)
        };
        let typed = self.evidence.payload || self.type_name.is_some();
        let fits = self
            .type_name
            .is_some_and(|name| rules.types.iter().any(|one| one == name));
        if typed && !rules.types.is_empty() && !fits {
            return Err(denied(
                format!(
                    "{} takes payloads of the types {} only",
                    self.label(),
                    rules.types.join(", ")
                ),
                "name one of these types with the payload",
                ruling("types"),
            ));
        }
        if rules.schema.is_some()
            && self.evidence.payload
            && self.evidence.schema != Some(record.version)
        {
            return Err(stale("the schema of the room"));
        }
        self.check_replies(asker, record)
    }

    fn check_replies(&self, asker: &Asker<'_>, record: &PolicyRecord) -> Checked {
        let rules = &record.policy.messages;
        let ruling = |what: &str| Ruling {
            name: Some(format!("messages.{what}")),
            ..asker.access.in_policy(record, RulingBy::Messages)
        };
        match (rules.replies, self.reply_to) {
            (Replies::None, Some(_)) => {
                return Err(denied(
                    format!("nobody answers messages in {}", self.label()),
                    "post it without reply_to",
                    ruling("replies"),
                ));
            }
            (Replies::ThreadsOnly, None) if !self.moderates(asker) => {
                return Err(denied(
                    format!("{} is for threads that its moderators begin", self.label()),
                    "answer a message there",
                    ruling("replies"),
                ));
            }
            _ => {}
        }
        let named = self.reply_to.is_some_and(|header| header.names_asker);
        if rules.agents_when_named && asker.access.is_program(self.who) && !named {
            return Err(denied(
                format!(
                    "in {} agents speak only in answer to a message that names them",
                    self.label()
                ),
                "answer the message that names you, with reply_to",
                ruling("agents_when_named"),
            ));
        }
        Ok(())
    }

    fn moderates(&self, asker: &Asker<'_>) -> bool {
        let moment = Moment {
            now: asker.now,
            kind: None,
        };
        let decided = asker
            .access
            .decided(self.room, self.who.id, Capability::Moderate, moment);
        decided.allows()
    }

    /// The room's limits and its slow mode.
    pub fn check_limits(&self, asker: &Asker<'_>, paces: &Paces) -> Checked {
        if let Some(record) = self.room.policy.as_deref() {
            let trust = asker.access.trust_in(self.who);
            for (index, limit) in record.policy.limits.iter().enumerate() {
                let means = &record.means.limits[index];
                if !asker.access.is_meant(&limit.to, means, self.who, trust) {
                    continue;
                }
                let ruling = || Ruling {
                    name: Some(limit.name.clone()),
                    ..asker.access.in_policy(record, RulingBy::Limit)
                };
                if let Some(most) = limit.bytes.filter(|most| self.evidence.bytes > *most) {
                    return Err(Refusal::new(
                        ErrorCode::TooLarge,
                        format!(
                            "the message has {} bytes, {} takes {most} from you",
                            self.evidence.bytes,
                            self.label()
                        ),
                        Effect::NothingPosted,
                        "send less, or in several parts",
                    )
                    .ruled(ruling()));
                }
                let place = u16::try_from(index).unwrap_or(SLOW_MODE - 1);
                if let Some(rate) = limit.rate {
                    let pace = Pace::of(rate);
                    let wait = paces.wait_ms(self.room.id, self.who.id, place, pace, asker.now);
                    if let Some(wait) = wait {
                        return Err(too_often(
                            &self.label(),
                            &format!("{} messages in {} seconds", rate.count, rate.seconds),
                            wait,
                            ruling(),
                        ));
                    }
                }
            }
        }
        self.check_slow_mode(asker, paces)
    }

    fn check_slow_mode(&self, asker: &Asker<'_>, paces: &Paces) -> Checked {
        let seconds = self.room.slow_mode;
        if seconds == 0 || self.moderates(asker) {
            return Ok(());
        }
        let pace = Pace::slow(seconds);
        match paces.wait_ms(self.room.id, self.who.id, SLOW_MODE, pace, asker.now) {
            Some(wait) => Err(too_often(
                &self.label(),
                &format!("one message in {seconds} seconds"),
                wait,
                super::judge::set_at(RulingBy::SlowMode, self.room.slow_mode_seq),
            )),
            None => Ok(()),
        }
    }

    /// Who may ask others to run a command, and whether they may run it.
    pub fn check_command(
        &self,
        asker: &Asker<'_>,
        trust: Trust,
        asked: &[ParticipantId],
    ) -> Checked {
        asker.access.check_trigger(self.room, self.who, trust)?;
        let moment = Moment {
            now: asker.now,
            kind: None,
        };
        for id in asked {
            let decided = asker
                .access
                .decided(self.room, *id, Capability::Execute, moment);
            if !decided.allows() {
                let handle = asker
                    .access
                    .participant(*id)
                    .map_or("", |found| &found.handle);
                return Err(denied(
                    format!("@{handle} may not run commands in {}", self.label()),
                    "ask for it in words, or ask a moderator to give it the capability execute",
                    asker.access.ruling(self.room, decided),
                ));
            }
        }
        Ok(())
    }
}

fn too_often(room: &str, limit: &str, wait_ms: u64, ruling: Ruling) -> Refusal {
    Refusal::new(
        ErrorCode::RateLimited,
        format!("{room} takes {limit} from you and no more"),
        Effect::NothingPosted,
        "wait as long as retry_after_ms says",
    )
    .retry_after_ms(wait_ms)
    .ruled(ruling)
}

/// What the door knew is no longer so. It looks again and asks once more.
fn stale(what: &str) -> Refusal {
    refuse::conflict(
        format!("{what} changed while the message was on its way"),
        "send it again",
    )
    .so(Effect::NothingPosted)
}

impl Access {
    /// How far a participant's words are trusted: no further than those of whoever made it.
    pub(crate) fn trust_in(&self, found: &Participant) -> Trust {
        let mut trust = found.trust;
        if trust == Trust::Owner {
            return trust;
        }
        for id in self.ancestors(found.id) {
            if let Some(parent) = self.participants.get(&id) {
                trust = trust.min(parent.trust);
            }
        }
        trust
    }

    /// How far words are trusted that the participant says, or that it only relays.
    pub fn trust_of(&self, participant: ParticipantId, relayed: bool) -> Trust {
        let trust = self
            .participant(participant)
            .map_or(Trust::Untrusted, |found| self.trust_in(found));
        match (relayed, trust) {
            (false, trust) => trust,
            (true, Trust::Federated) => Trust::Federated,
            (true, _) => Trust::Untrusted,
        }
    }

    /// Whether the participant may ask others to run commands in the room. Gives what allows it.
    pub(crate) fn check_trigger(
        &self,
        room: &Room,
        who: &Participant,
        trust: Trust,
    ) -> Result<Ruling, Refusal> {
        let label = refuse::room_label(room);
        let record = room.policy.as_deref();
        let ruling = || match record {
            Some(record) => self.in_policy(record, RulingBy::Execution),
            None => Ruling::by(RulingBy::Execution),
        };
        if trust < Trust::Local {
            let peer = record.is_some_and(|record| {
                record.means.peers.binary_search(&who.id).is_ok()
                    && (self.floor.peers || self.may_loosen(record))
            });
            if peer {
                return Ok(ruling());
            }
            return Err(denied(
                format!(
                    "{} participants never ask others to run commands in {label} unless its creator names them",
                    trust.name()
                ),
                "say it without 'command', so that it is read as data",
                ruling(),
            ));
        }
        let meant = record.is_none_or(|record| {
            self.is_meant(
                &record.policy.execution.triggers,
                &record.means.triggers,
                who,
                trust,
            )
        });
        if meant {
            return Ok(ruling());
        }
        Err(denied(
            format!("the rules of {label} do not let you ask others to run commands"),
            "say it without 'command', or ask the room's creator",
            ruling(),
        ))
    }

    /// Whether what somebody says in the room has to be scanned before it is posted.
    pub fn wants_scan(&self, room: RoomId, trust: Trust) -> bool {
        self.room(room).is_some_and(|room| scan_needed(room, trust))
    }

    /// Whether whoever set a policy may make a room looser than the mesh.
    pub(crate) fn may_loosen(&self, record: &PolicyRecord) -> bool {
        record
            .set_by
            .is_none_or(|by| self.trust_of(by, false) >= Trust::Local)
    }

    /// The guard's rules in a room, never below the mesh's floor unless somebody set them who may.
    fn guard_rules(&self, room: &Room) -> GuardRules {
        let Some(record) = room.policy.as_deref() else {
            return GuardRules::default();
        };
        let mut rules = record.policy.guard;
        if !self.may_loosen(record) {
            rules.mark = rules.mark.min(self.floor.mark);
            rules.quarantine = rules.quarantine.min(self.floor.quarantine);
            rules.refuse = rules.refuse.min(self.floor.refuse);
        }
        rules
    }

    /// Whether words of these rooms may be taken to the room by the participant.
    pub fn may_carry(&self, labels: &[RoomId], room: RoomId, who: ParticipantId) -> bool {
        let (Some(target), Some(who)) = (self.room(room), self.participant(who)) else {
            return false;
        };
        let mut others = labels.iter().filter(|label| **label != room);
        others.all(|label| check_move(self, *label, target, who).is_ok())
    }

    /// Whether the room keeps back for a moderator what the guard scores like this.
    pub fn holds_back(&self, room: RoomId, scanned: &Scanned) -> bool {
        self.room(room)
            .is_some_and(|room| holds_back(self.guard_rules(room), scanned))
    }
}

/// Whether content of this trust is scanned in the room.
pub(crate) fn scan_needed(room: &Room, trust: Trust) -> bool {
    let policy = room.policy.as_deref();
    trust < Trust::Local || policy.is_some_and(|record| record.policy.guard.scan == Scan::All)
}

/// What follows from the guard's score: a mark or none, and whether it waits for a moderator.
pub(crate) fn check_guard(
    access: &Access,
    room: &Room,
    trust: Trust,
    scanned: Option<&Scanned>,
) -> Result<(Option<GuardMark>, bool), Refusal> {
    if !scan_needed(room, trust) {
        return Ok((None, false));
    }
    let scanned = scanned.ok_or_else(|| stale("what the room scans"))?;
    let rules = access.guard_rules(room);
    if scanned.score >= rules.refuse {
        let ruling = match room.policy.as_deref() {
            Some(record) => access.in_policy(record, RulingBy::Guard),
            None => Ruling::by(RulingBy::Guard),
        };
        return Err(Refusal::new(
            ErrorCode::ContentRefused,
            format!(
                "the guard of {} scores this {} of 100 as an attack on agents ({})",
                refuse::room_label(room),
                scanned.score,
                scanned.reasons.join(", ")
            ),
            Effect::NothingPosted,
            "say it without what looks like instructions to a program, or ask a moderator",
        )
        .ruled(ruling));
    }
    let mark = GuardMark {
        version: scanned.version,
        score: scanned.score,
        marked: scanned.score >= rules.mark,
        reasons: scanned.reasons.clone(),
    };
    Ok((Some(mark), holds_back(rules, scanned)))
}

fn holds_back(rules: GuardRules, scanned: &Scanned) -> bool {
    scanned.score >= rules.quarantine
}

/// What the guard says of an older message, by the room's present rules.
pub(crate) fn mark_of(access: &Access, room: &Room, scanned: &Scanned) -> GuardMark {
    GuardMark {
        version: scanned.version,
        score: scanned.score,
        marked: scanned.score >= access.guard_rules(room).mark,
        reasons: scanned.reasons.clone(),
    }
}

/// The labels that quotes bring into a room, if their rooms let them go there.
pub(crate) fn labels(
    asker: &Asker<'_>,
    target: &Room,
    who: &Participant,
    quotes: &[Quoted],
) -> Result<Vec<RoomId>, Refusal> {
    if quotes.len() > QUOTES_MAX {
        return Err(refuse::invalid(
            format!("a message quotes at most {QUOTES_MAX} others"),
            "quote fewer",
        )
        .so(Effect::NothingPosted));
    }
    let mut labels: Vec<RoomId> = Vec::new();
    for quoted in quotes {
        labels.extend(quoted.labels.iter().chain([&quoted.header.room]).copied());
    }
    check_labels(asker, target, who, labels)
}

/// The same rooms in order, each once and without the target itself, if their words may go there.
pub(crate) fn check_labels(
    asker: &Asker<'_>,
    target: &Room,
    who: &Participant,
    mut labels: Vec<RoomId>,
) -> Result<Vec<RoomId>, Refusal> {
    labels.retain(|room| *room != target.id);
    labels.sort_unstable();
    labels.dedup();
    if labels.len() > LABELS_MAX {
        return Err(refuse::invalid(
            format!("a message holds words of at most {LABELS_MAX} other rooms"),
            "quote fewer",
        )
        .so(Effect::NothingPosted));
    }
    for label in &labels {
        check_move(asker.access, *label, target, who)?;
    }
    Ok(labels)
}

fn check_move(access: &Access, source: RoomId, target: &Room, who: &Participant) -> Checked {
    let trust = access.trust_in(who);
    // A label whose room is gone goes nowhere.
    let source = access.room(source).ok_or_else(refuse::no_message)?;
    let (from, to) = (refuse::room_label(source), refuse::room_label(target));
    let leaves = access.rules(source, who.id) && access.member_of(source, who.id).is_some()
        || source.policy.as_deref().is_some_and(|record| {
            let (reach, means) = (&record.policy.data.leave, &record.means.leave);
            (reach.anywhere || means.rooms.binary_search(&target.id).is_ok())
                && access.is_meant(&reach.carriers, &means.carriers, who, trust)
        });
    if !leaves {
        let known = access.knows_room(who.id, source);
        let ruling = match source.policy.as_deref().filter(|_| known) {
            Some(record) => access.in_policy(record, RulingBy::Data),
            None => Ruling::by(RulingBy::Data),
        };
        let from = if known {
            from
        } else {
            "another room".to_owned()
        };
        return Err(denied(
            format!("what was said in {from} may not be taken to {to}"),
            "ask the creator of the room it comes from to allow it",
            ruling,
        ));
    }
    let Some(record) = target.policy.as_deref() else {
        return Ok(());
    };
    let (Some(reach), Some(means)) = (&record.policy.data.enter, &record.means.enter) else {
        return Ok(());
    };
    let enters = (reach.anywhere || means.rooms.binary_search(&source.id).is_ok())
        && access.is_meant(&reach.carriers, &means.carriers, who, trust);
    if enters {
        return Ok(());
    }
    Err(denied(
        format!("{to} does not take in what was said in {from}"),
        "say it in your own words, or ask the creator of the room",
        access.in_policy(record, RulingBy::Data),
    ))
}
