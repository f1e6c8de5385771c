//! What is said, held to the room's rules of form, its limits, its execution rules and its guard, by one function whatever
//! the form. These come after the capability and bind everybody, the creator too.

use mesh_model::command::{ContentEvidence, Scanned};
use mesh_model::events::{GuardMark, MessageHeader, Trust};
use mesh_model::policy::{GuardRules, MessageKind, Replies, Ruling, RulingBy, Scan};
use mesh_model::{Capability, Effect, ErrorCode, ParticipantId, Refusal, RoomId};

use crate::actor::Asker;
use crate::policy::Moment;
use crate::policy::pace::{Pace, Paces, REACTIONS, SLOW_MODE};
use crate::recent::Recent;
use crate::{Access, Participant, PolicyRecord, Room, refuse};

type Checked = Result<(), Refusal>;

/// In what form something is said: which of the room's rules bind it.
#[derive(Clone, Copy)]
pub(crate) enum Form<'a> {
    /// A message, with the registered type of its payload and what it answers.
    Message {
        kind: MessageKind,
        type_name: Option<&'a str>,
        reply_to: Option<&'a MessageHeader>,
    },
    /// Another text for a message. To what it answers stays.
    Edit(MessageKind),
    /// A reaction to a message.
    Reaction(&'a MessageHeader),
    /// An event of a registered type.
    Event(&'a str),
    /// A task, which asks others to run something; how many stand before it in the same request.
    Task(u32),
    /// A question to those who decide, or a value that the room shares.
    Told,
    /// What somebody was asked for, or may put down beside the talk: the result of a task, what its program wants to
    /// do, a file. When and how long is not its own choice, or bounded elsewhere.
    Given,
}

/// One thing that somebody says.
pub(crate) struct Saying<'a> {
    pub room: &'a Room,
    pub who: &'a Participant,
    pub form: Form<'a>,
    /// How far the words are trusted.
    pub trust: Trust,
    /// Who is asked to run it, if it is a command.
    pub asked: &'a [ParticipantId],
    pub evidence: &'a ContentEvidence,
}

/// What follows for words that the room takes.
#[derive(Default)]
#[must_use]
pub(crate) struct Judged {
    /// What the guard says, if it was asked.
    pub guard: Option<GuardMark>,
    /// Whether a moderator has to look first.
    pub waits: bool,
}

impl Judged {
    /// For what cannot wait for a moderator.
    pub fn now_or(
        self,
        refusal: impl FnOnce(GuardMark) -> Refusal,
    ) -> Result<Option<GuardMark>, Refusal> {
        match self.guard {
            Some(mark) if self.waits => Err(refusal(mark)),
            guard => Ok(guard),
        }
    }
}

pub(super) fn denied(what: String, hint: &'static str, rule: Ruling) -> Refusal {
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

    /// All rules about what is said, in their order: the form, the limits, who may ask others to run something, the
    /// guard.
    pub fn judged(&self, asker: &Asker<'_>, recent: &Recent) -> Result<Judged, Refusal> {
        match self.form {
            Form::Reaction(_) => {
                self.check_reaction(asker, &recent.paces)?;
                return Ok(Judged::default());
            }
            Form::Message { .. } | Form::Event(_) | Form::Task(_) => self.check_form(asker)?,
            Form::Edit(_) => self.check_kind(asker)?,
            Form::Told | Form::Given => {}
        }
        if !matches!(self.form, Form::Given) {
            self.check_limits(asker, &recent.paces)?;
        }
        if self.kind() == Some(MessageKind::Command) {
            self.check_command(asker)?;
        }
        let scanned = self.evidence.guard.as_ref();
        // What was scanned of an older message is held to its verdict: the words may have been relayed.
        let trust = match self.form {
            Form::Edit(_) if scanned.is_some() => Trust::Untrusted,
            _ => self.trust,
        };
        check_guard(asker.access, self.room, trust, scanned)
    }

    fn kind(&self) -> Option<MessageKind> {
        match self.form {
            Form::Message { kind, .. } | Form::Edit(kind) => Some(kind),
            Form::Reaction(_) => Some(MessageKind::Reaction),
            Form::Event(_) => Some(MessageKind::Event),
            Form::Task(_) => Some(MessageKind::Command),
            Form::Told | Form::Given => None,
        }
    }

    fn type_name(&self) -> Option<&str> {
        match self.form {
            Form::Message { type_name, .. } => type_name,
            Form::Event(name) => Some(name),
            _ => None,
        }
    }

    fn reply_to(&self) -> Option<&MessageHeader> {
        match self.form {
            Form::Message { reply_to, .. } => reply_to,
            Form::Reaction(message) => Some(message),
            _ => None,
        }
    }

    /// What kinds of messages the room takes.
    pub(super) fn check_kind(&self, asker: &Asker<'_>) -> Checked {
        let Some(record) = self.room.policy.as_deref() else {
            return Ok(());
        };
        let rules = &record.policy.messages;
        let Some(kind) = self.kind() else {
            return Ok(());
        };
        if rules.kinds.is_empty() || rules.kinds.contains(&kind) {
            return Ok(());
        }
        let kinds: Vec<_> = rules.kinds.iter().map(|kind| kind.name()).collect();
        Err(denied(
            format!(
                "{} takes {} only, not {}",
                self.label(),
                kinds.join(", "),
                kind.name()
            ),
            "send it in a form the room takes",
            Ruling {
                name: Some("messages.kinds".to_owned()),
                ..asker.access.in_policy(record, RulingBy::Messages)
            },
        ))
    }

    /// The room's rules of form.
    fn check_form(&self, asker: &Asker<'_>) -> Checked {
        self.check_kind(asker)?;
        let Some(record) = self.room.policy.as_deref() else {
            return Ok(());
        };
        let rules = &record.policy.messages;
        let ruling = |what: &str| Ruling {
            name: Some(format!("messages.{what}")),
            ..asker.access.in_policy(record, RulingBy::Messages)
        };
        let typed = self.evidence.payload || self.type_name().is_some();
        let fits = self
            .type_name()
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
        match (rules.replies, self.reply_to()) {
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
        self.check_named(asker)
    }

    /// Whether an agent may say it unasked.
    pub(super) fn check_named(&self, asker: &Asker<'_>) -> Checked {
        let record = self.room.policy.as_deref();
        let Some(record) = record.filter(|it| it.policy.messages.agents_when_named) else {
            return Ok(());
        };
        let named = self.reply_to().is_some_and(|header| header.names_asker);
        if named || !asker.access.is_program(self.who) {
            return Ok(());
        }
        Err(denied(
            format!(
                "in {} agents speak only in answer to a message that names them",
                self.label()
            ),
            "answer the message that names you, with reply_to",
            Ruling {
                name: Some("messages.agents_when_named".to_owned()),
                ..asker.access.in_policy(record, RulingBy::Messages)
            },
        ))
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
    fn check_limits(&self, asker: &Asker<'_>, paces: &Paces) -> Checked {
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
                let place = u16::try_from(index).unwrap_or(REACTIONS - 1);
                if let Some(rate) = limit.rate {
                    let pace = Pace::of(rate);
                    let wait = paces.wait_ms(
                        self.room.id,
                        self.who.id,
                        place,
                        pace,
                        self.before(),
                        asker.now,
                    );
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

    /// What the same request says before it.
    fn before(&self) -> u32 {
        match self.form {
            Form::Task(before) => before,
            _ => 0,
        }
    }

    fn check_slow_mode(&self, asker: &Asker<'_>, paces: &Paces) -> Checked {
        let seconds = self.room.slow_mode;
        if seconds == 0 || self.moderates(asker) {
            return Ok(());
        }
        let pace = Pace::slow(seconds);
        let wait = paces.wait_ms(
            self.room.id,
            self.who.id,
            SLOW_MODE,
            pace,
            self.before(),
            asker.now,
        );
        match wait {
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
    pub fn check_command(&self, asker: &Asker<'_>) -> Checked {
        asker
            .access
            .check_trigger(self.room, self.who, self.trust)?;
        let moment = Moment {
            now: asker.now,
            kind: None,
        };
        for id in self.asked {
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

pub(super) fn too_often(room: &str, limit: &str, wait_ms: u64, ruling: Ruling) -> Refusal {
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
        if self.may_loosen(record) {
            record.policy.guard
        } else {
            self.floored(record.policy.guard)
        }
    }

    fn floored(&self, mut rules: GuardRules) -> GuardRules {
        rules.mark = rules.mark.min(self.floor.mark);
        rules.quarantine = rules.quarantine.min(self.floor.quarantine);
        rules.refuse = rules.refuse.min(self.floor.refuse);
        rules
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
fn check_guard(
    access: &Access,
    room: &Room,
    trust: Trust,
    scanned: Option<&Scanned>,
) -> Result<Judged, Refusal> {
    if !scan_needed(room, trust) {
        return Ok(Judged::default());
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
    Ok(Judged {
        guard: Some(marked(rules, scanned)),
        waits: holds_back(rules, scanned),
    })
}

fn holds_back(rules: GuardRules, scanned: &Scanned) -> bool {
    scanned.score >= rules.quarantine
}

/// What the guard says of an older message, by the room's present rules.
pub(crate) fn mark_of(access: &Access, room: &Room, scanned: &Scanned) -> GuardMark {
    marked(access.guard_rules(room), scanned)
}

/// The verdict on words that belong to no room and are read again and again, such as a memory: the mesh's own rules hold, and
/// nobody looks later at what would wait elsewhere.
pub(crate) fn outside_rooms(
    access: &Access,
    scanned: Option<&Scanned>,
) -> Result<GuardMark, Refusal> {
    let scanned = scanned.ok_or_else(|| stale("what the mesh scans"))?;
    let rules = access.floored(GuardRules::default());
    if holds_back(rules, scanned) {
        return Err(refuse::attack(scanned.score, &scanned.reasons));
    }
    Ok(marked(rules, scanned))
}

/// The mark of words that belong to no room and that nobody is given unasked: they are kept whatever they are, and whoever asks for
/// them gets those with a mark in an envelope.
pub(crate) fn marked_outside_rooms(
    access: &Access,
    scanned: Option<&Scanned>,
) -> Result<GuardMark, Refusal> {
    let scanned = scanned.ok_or_else(|| stale("what the mesh scans"))?;
    Ok(marked(access.floored(GuardRules::default()), scanned))
}

fn marked(rules: GuardRules, scanned: &Scanned) -> GuardMark {
    GuardMark {
        version: scanned.version,
        score: scanned.score,
        marked: scanned.score >= rules.mark,
        reasons: scanned.reasons.clone(),
    }
}
