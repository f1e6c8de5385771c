//! May what a program wants happen, given what its context has read? Asked of the events that it leads to, so that no
//! operation is forgotten: whoever an event is shown to is whom the act reaches.

use mesh_model::events::{
    ActDone, AlertFacts, ApprovalFacts, ClockFacts, ContextFacts, EntityFacts, Facts, FileFacts,
    Influence, InletFacts, JournalFacts, LeaseFacts, LinkFacts, MemoryFacts, MessageFacts,
    ParticipantFacts, RoomAccess, RoomFacts, RoomInfluenced, RoomKind, ScheduleFacts, SkillFacts,
    Source, TaskFacts, ToolFacts, Trust, WebhookFacts, Words,
};
use mesh_model::limits::INFLUENCES_MAX;
use mesh_model::policy::{Doing, InfluenceRules, Ruling, RulingBy, Then};
use mesh_model::{Ctx, Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId, SessionId};

use crate::actor::Asker;
use crate::influence::{Carried, Context};
use crate::{Access, Audience, Decision, refuse};

/// What stands against an act.
struct Against<'a> {
    doing: Doing,
    room: Option<RoomId>,
    sources: Vec<Source>,
    context: &'a Context,
}

/// The events, if the context may lead to them; with what has to be remembered of it.
pub(crate) fn judge(
    asker: &Asker<'_>,
    ctx: &Ctx,
    carried: Option<&Carried>,
    mut events: Vec<NewEvent>,
) -> Decision {
    let access = asker.access;
    let Some(me) = access
        .influence
        .since
        .and(asker.actor.participant())
        .filter(|me| !access.is_person(*me))
    else {
        return Ok(events);
    };
    let context = match carried {
        None => access.context_of(ctx.within.session, me),
        Some(carried) => access.carried_context(carried, ctx.within.session, me),
    };
    remember(&context, &mut events);
    let strict = !access.influence.strict.is_empty();
    if !context.is_mixed() && !strict {
        return Ok(events);
    }
    if let Some(against) = events
        .iter()
        .filter(|event| !comes_back(&events, event, me))
        .find_map(|event| access.against(event, me, &context))
    {
        events.extend(access.release_or(&against, ctx, me)?);
        return Ok(events);
    }
    let carried = access.carried(&events, me, &context);
    events.extend(carried);
    Ok(events)
}

/// Whether the context may use a tool that reaches out of the mesh: what it says there is heard by nobody knows whom.
pub(crate) fn reach(asker: &Asker<'_>, ctx: &Ctx) -> Decision {
    let access = asker.access;
    let me = asker.me()?;
    let context = access.context_of(ctx.within.session, me);
    let counts = access.influence.since.is_some() && !access.is_person(me);
    if !counts || !context.is_mixed() || context.sources.is_empty() {
        return Ok(Vec::new());
    }
    let against = Against {
        doing: Doing::Execute,
        room: None,
        sources: context.sources.clone(),
        context: &context,
    };
    access.release_or(&against, ctx, me)
}

/// A memory keeps what the context had read that kept it, and a schedule what the one had that made it.
fn remember(context: &Context, events: &mut [NewEvent]) {
    let all = || Influence {
        sources: context.sources.clone(),
        outside: context.outside,
    };
    let few = |read: &Influence| read.sources.len() <= INFLUENCES_MAX;
    for event in events {
        match &mut event.facts {
            Facts::Memory(MemoryFacts::Kept(kept)) => kept.read = Some(all()).filter(few),
            Facts::Journal(JournalFacts::Written(line)) => line.read = Some(all()).filter(few),
            Facts::Schedule(ScheduleFacts::Created(made)) => {
                made.plan.read = Some(all()).filter(few);
            }
            // Words of before may be left in it.
            Facts::Schedule(ScheduleFacts::Changed(made)) => {
                let before = made.plan.read.take();
                made.plan.read = before.map(|before| both(before, all())).filter(few);
            }
            _ => {}
        }
    }
}

fn both(mut one: Influence, other: Influence) -> Influence {
    one.sources.extend(other.sources);
    one.sources.sort_unstable();
    one.sources.dedup();
    one.outside |= other.outside;
    one
}

/// What an event is, as far as influence matters; `None`: it carries nothing that was read.
fn doing(event: &NewEvent, me: ParticipantId) -> Option<Doing> {
    let words = event.content.is_some();
    let said = |doing| words.then_some(doing);
    match &event.facts {
        Facts::Message(MessageFacts::Posted(facts)) if facts.command => Some(Doing::Execute),
        Facts::Message(MessageFacts::Posted(facts)) if facts.relayed.is_some() => {
            Some(Doing::Bridge)
        }
        Facts::Message(_) | Facts::EventType(_) | Facts::Worker(_) => said(Doing::Speak),
        Facts::Quarantine(_) => Some(Doing::Speak),
        // What a peer brings was not written by whoever speaks for it here.
        Facts::Task(TaskFacts::Created(facts)) if facts.relayed.is_some() => Some(Doing::Bridge),
        Facts::Task(TaskFacts::Finished(facts)) if facts.relayed.is_some() => Some(Doing::Bridge),
        Facts::Task(_) => said(Doing::Tasks),
        Facts::Approval(ApprovalFacts::Decided(_)) => Some(Doing::Execute),
        Facts::Approval(_) => said(Doing::Approvals),
        Facts::Context(ContextFacts::Set(_)) => Some(Doing::DataWrite),
        Facts::Context(ContextFacts::Removed(_)) => None,
        Facts::Entity(EntityFacts::Noted(_)) => Some(Doing::DataWrite),
        Facts::Entity(EntityFacts::Forgotten(_)) => None,
        Facts::Lease(LeaseFacts::Taken(_)) => Some(Doing::DataWrite),
        Facts::Lease(LeaseFacts::Released(_)) => None,
        Facts::File(FileFacts::Put(_)) => Some(Doing::DataWrite),
        Facts::File(FileFacts::Removed(_) | FileFacts::Redacted(_)) => None,
        Facts::Skill(SkillFacts::Published(_)) => Some(Doing::DataWrite),
        // With the words of a version it says only that they are open; by itself somebody lets others read it as instructions.
        Facts::Skill(SkillFacts::Opened(opened)) => opened.accepted_by.map(|_| Doing::Rule),
        Facts::Skill(SkillFacts::Withdrawn(_)) => None,
        // One's own mind is reached by nobody else; the memory keeps what influenced it.
        Facts::Memory(MemoryFacts::Kept(kept)) => (kept.owner != me).then_some(Doing::Speak),
        // Only those above hear it, who may read what it reads, unless it stands at a task.
        Facts::Journal(JournalFacts::Written(line)) => line.told_in().and(said(Doing::Tasks)),
        Facts::Journal(JournalFacts::Erased(_)) => None,
        // What a client says of itself, and keys: whoever signs says no more by that.
        Facts::Session(_) | Facts::Identity(_) => None,
        Facts::Memory(MemoryFacts::Forgotten(_)) | Facts::Influence(_) => None,
        Facts::Tool(ToolFacts::Called(_)) => None,
        Facts::Tool(ToolFacts::AudienceSet(_) | ToolFacts::Accepted(_)) => Some(Doing::Rule),
        // What is said of a tool is said to whoever may use it.
        Facts::Tool(ToolFacts::Shown(_)) => Some(Doing::Speak),
        Facts::Tool(ToolFacts::Offered(_)) => said(Doing::Speak),
        Facts::Tool(ToolFacts::Withdrawn(_)) => None,
        // A way out of the mesh is a rule; less of one is none.
        Facts::Webhook(WebhookFacts::Paused(_) | WebhookFacts::Deleted(_)) => None,
        Facts::Webhook(WebhookFacts::GaveUp(_) | WebhookFacts::Settled(_)) => None,
        Facts::Webhook(_) => Some(Doing::Rule),
        // It reaches nobody before it runs; what it does then is judged by what had been read by whoever made it.
        Facts::Schedule(_) => None,
        // A way into a room is a rule; less of one is none.
        Facts::Inlet(InletFacts::Paused(_) | InletFacts::Deleted(_)) => None,
        Facts::Inlet(_) => Some(Doing::Rule),
        Facts::Link(LinkFacts::EditWaits(_)) => Some(Doing::Speak),
        // So is another mesh that is known, and what it may follow.
        Facts::Link(LinkFacts::Paused(_) | LinkFacts::Removed(_) | LinkFacts::Dropped(_)) => None,
        Facts::Link(_) => Some(Doing::Rule),
        Facts::Participant(ParticipantFacts::Updated(facts)) if facts.participant == me => {
            said(Doing::Speak)
        }
        Facts::Room(facts) => of_room(facts, me).or_else(|| said(Doing::Speak)),
        Facts::Template(_) => said(Doing::Speak),
        // Everybody who follows it goes by what it shows. That it ticks or is gone says nothing of whoever touched it.
        Facts::Clock(ClockFacts::Started(_) | ClockFacts::Changed(_)) => Some(Doing::DataWrite),
        Facts::Clock(ClockFacts::Ticked(_) | ClockFacts::Stopped(_)) => None,
        // The node says what is wrong; how it is raised is a rule.
        Facts::Alert(AlertFacts::RuleSet(_)) => Some(Doing::Rule),
        Facts::Alert(_) => None,
        Facts::Participant(_)
        | Facts::Mesh(_)
        | Facts::User(_)
        | Facts::Credential(_)
        | Facts::Invite(_)
        | Facts::Group(_)
        | Facts::Policy(_)
        | Facts::Guard(_)
        | Facts::Secret(_)
        | Facts::Dispatch(_)
        | Facts::Budget(_) => Some(Doing::Rule),
    }
}

/// Whether it is what comes with one's own coming into a room again: what was taken there before stays taken.
fn comes_back(events: &[NewEvent], event: &NewEvent, me: ParticipantId) -> bool {
    let Facts::Room(RoomFacts::MemberCapabilitiesSet(set)) = &event.facts else {
        return false;
    };
    set.participant == me
        && events.iter().any(|other| match &other.facts {
            Facts::Room(RoomFacts::MemberJoined(came)) => came.participant == me,
            _ => false,
        })
}

fn of_room(facts: &RoomFacts, me: ParticipantId) -> Option<Doing> {
    let own = match facts {
        // Nothing is said by making a place or by coming and going oneself.
        RoomFacts::Created(facts) => {
            let others = facts.members.iter().any(|member| *member != me);
            facts.kind == RoomKind::Direct || !others
        }
        RoomFacts::MemberJoined(facts) => facts.participant == me,
        RoomFacts::MemberLeft(facts) => facts.participant == me,
        RoomFacts::InvitationDeclined(facts) => facts.participant == me,
        RoomFacts::Updated(_) => true,
        // Less is let out by it.
        RoomFacts::Unpublished(_) => true,
        _ => false,
    };
    (!own).then_some(Doing::Rule)
}

impl Access {
    /// What stands against an event of a context of the participant's.
    fn against<'a>(
        &self,
        event: &NewEvent,
        me: ParticipantId,
        context: &'a Context,
    ) -> Option<Against<'a>> {
        let doing = doing(event, me)?;
        let room = event.facts.room();
        self.against_kind(doing, room, me, context, || self.reached(&event.facts))
    }

    /// What stands against an act of this kind that reaches these.
    fn against_kind<'a>(
        &self,
        doing: Doing,
        room: Option<RoomId>,
        me: ParticipantId,
        context: &'a Context,
        reached: impl FnOnce() -> Vec<ParticipantId>,
    ) -> Option<Against<'a>> {
        let rules = self.influence_rules(room);
        if !context.is_mixed() && !rules.strict {
            return None;
        }
        // Who is trusted no further than these words acts for nobody else by them.
        let misled = matches!(doing, Doing::Rule | Doing::Execute)
            && context
                .trust
                .is_some_and(|trust| trust < self.trust_of(me, false));
        let mut outside = misled && context.outside;
        let mut sources = if misled {
            self.mixed_among(context)
        } else {
            Vec::new()
        };
        let elsewhere: Vec<Source> = context
            .sources
            .iter()
            .filter(|source| Some(source.room) != room)
            .copied()
            .collect();
        if !elsewhere.is_empty() && doing != Doing::Rule {
            let reached = reached();
            let closed = elsewhere.into_iter().filter(|source| {
                let mut reached = reached.iter();
                !reached.all(|who| self.may_read_source(*who, *source, me))
            });
            sources.extend(closed);
        }
        if rules.then(doing) == Then::Allow {
            let setter = self.influence_setter(room);
            outside &= setter.is_none();
            sources.retain(|source| {
                setter.is_none_or(|setter| !self.may_read_source(setter, *source, me))
            });
        }
        sources.sort_unstable();
        sources.dedup();
        (outside || !sources.is_empty()).then_some(Against {
            doing,
            room,
            sources,
            context,
        })
    }

    /// What a context does not do in the room by itself: each kind of act with the refusal that it meets.
    pub fn withheld(
        &self,
        room: RoomId,
        me: ParticipantId,
        session: Option<SessionId>,
    ) -> Vec<Refusal> {
        if self.influence.since.is_none() || self.is_person(me) {
            return Vec::new();
        }
        let context = self.context_of(session, me);
        let kinds = Doing::ALL.into_iter().filter_map(|doing| {
            let reached = || self.room_listeners(room).collect();
            let against = self.against_kind(doing, Some(room), me, &context, reached)?;
            Some(self.influenced(&against))
        });
        kinds.collect()
    }

    /// The sources that strangers' words are in.
    fn mixed_among(&self, context: &Context) -> Vec<Source> {
        let sources = context.sources.iter();
        sources
            .filter(|source| self.influence.mixed.contains_key(&source.room))
            .copied()
            .collect()
    }

    /// Whom an event reaches, as things stand before it.
    fn reached(&self, facts: &Facts) -> Vec<ParticipantId> {
        if let Facts::Memory(MemoryFacts::Kept(kept)) = facts {
            return vec![kept.owner];
        }
        if let Facts::Journal(JournalFacts::Written(line)) = facts {
            let room = line.told_in().into_iter();
            return room.flat_map(|room| self.room_listeners(room)).collect();
        }
        if let Facts::Room(RoomFacts::Created(made)) = facts {
            // It is not there yet.
            return match made.access {
                RoomAccess::Private => made.members.clone(),
                RoomAccess::Listed | RoomAccess::Federated => {
                    self.participants.keys().copied().collect()
                }
            };
        }
        match self.audience(facts) {
            Audience::Everyone => self.participants.keys().copied().collect(),
            Audience::Room(room) => self.room_listeners(room).collect(),
            Audience::Participants(list) => list,
            Audience::Admins => self.admins().collect(),
            Audience::Nobody => Vec::new(),
        }
    }

    /// The rules of a room about influence. Those who are trusted less than `local` allow nothing by them.
    pub(crate) fn influence_rules(&self, room: Option<RoomId>) -> InfluenceRules {
        let record = room.and_then(|room| self.rooms.get(&room)?.policy.as_deref());
        let Some(record) = record else {
            return InfluenceRules::default();
        };
        let mut rules = record.policy.influence;
        if !self.may_loosen(record) {
            let all = [
                &mut rules.speak,
                &mut rules.bridge,
                &mut rules.execute,
                &mut rules.data_write,
                &mut rules.tasks,
                &mut rules.approvals,
            ];
            for then in all {
                *then = (*then).max(Then::Ask);
            }
        }
        rules
    }

    /// The person who set the room's policy: what it allows is as if that person had released it.
    fn influence_setter(&self, room: Option<RoomId>) -> Option<ParticipantId> {
        let record = self.rooms.get(&room?)?.policy.as_deref()?;
        record.set_by.filter(|setter| self.is_person(*setter))
    }

    /// What says that a person's release is used up, or the refusal.
    fn release_or(&self, against: &Against<'_>, ctx: &Ctx, me: ParticipantId) -> Decision {
        let asked = ctx.within.act;
        let held = asked.and_then(|act| Some((act, self.held_act(me, act)?)));
        match held {
            Some((act, held)) if held.released_by.is_some() => Ok(vec![NewEvent::new(ActDone {
                act,
                participant: me,
            })]),
            Some((_, held)) if held.declined_by.is_some() => {
                Err(self.declined(held.declined_by, against))
            }
            _ => Err(self.influenced(against)),
        }
    }

    /// The refusal of what a person has looked at and does not want.
    fn declined(&self, by: Option<ParticipantId>, against: &Against<'_>) -> Refusal {
        let by = by.and_then(|by| self.participants.get(&by));
        let by = by.map_or("a person".to_owned(), |by| format!("@{}", by.handle));
        let refusal = self.influenced(against);
        let rule = refusal.rule.map(|rule| Ruling {
            asks: false,
            ..*rule
        });
        let mut declined = Refusal::new(
            ErrorCode::Influenced,
            format!("{by} has declined exactly this act, because of what this context has read"),
            Effect::NothingDone,
            "do not ask for it again: do without it, or ask that person in words what to do instead",
        );
        declined.rule = rule.map(Box::new);
        declined
    }

    /// What the rooms have to remember in which influenced words are said.
    fn carried(&self, events: &[NewEvent], me: ParticipantId, context: &Context) -> Vec<NewEvent> {
        let mut carried: Vec<NewEvent> = Vec::new();
        let Some(trust) = context.trust else {
            return carried;
        };
        for event in events {
            let words = (event.content.is_some() && event.facts.words() != Words::None)
                || matches!(event.facts, Facts::Tool(ToolFacts::Shown(_)));
            let Some(room) = event.facts.room().filter(|_| words) else {
                continue;
            };
            let known = self.influence.mixed.get(&room);
            let new = |source: &&Source| {
                source.room != room
                    && !self.is_open(source.room)
                    && known
                        .and_then(|known| known.sources.get(&source.room))
                        .is_none_or(|from| *from > source.from)
            };
            let sources: Vec<Source> = context.sources.iter().filter(new).copied().collect();
            // Its own words are trusted no further than it is anyway.
            let known_trust = known.map_or(Trust::Local, |known| known.trust);
            let own = event.facts.trust().unwrap_or(Trust::Local);
            let known_trust = known_trust.min(self.trust_of(me, false)).min(own);
            let facts = RoomInfluenced {
                room,
                trust: trust.min(known_trust),
                sources,
            };
            let news = !facts.sources.is_empty() || trust < known_trust;
            if news && !carried.iter().any(|event| event.facts.room() == Some(room)) {
                carried.push(NewEvent::new(facts));
            }
        }
        carried
    }

    /// The refusal of what stands against it.
    fn influenced(&self, against: &Against<'_>) -> Refusal {
        let Against {
            doing,
            room,
            sources,
            context,
        } = against;
        let named = |source: &Source| {
            let found = self.rooms.get(&source.room);
            found.map_or("a room".to_owned(), |room| refuse::room_label(room))
        };
        let mut rooms: Vec<String> = sources.iter().take(3).map(named).collect();
        if context.outside {
            rooms.push("answers from outside the mesh".to_owned());
        }
        let more = match sources.len().saturating_sub(3) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let how = if context.everything {
            "comes by no session and so counts as having read all that it may read"
        } else {
            "has read"
        };
        let mixed = if context.is_mixed() {
            ", words of strangers among it"
        } else {
            ""
        };
        let what = match doing {
            Doing::Rule => "does not change rules or rights by itself",
            Doing::Execute => "does not have anything run by itself",
            _ => "does not reach those who may not read that",
        };
        let record = room.and_then(|room| self.rooms.get(&room)?.policy.as_deref());
        let asks = self.influence_rules(*room).then(*doing) != Then::Refuse;
        let rule = Ruling {
            name: Some(doing.name().to_owned()),
            room: *room,
            asks,
            read: sources.clone(),
            ..match record {
                Some(record) => self.in_policy(record, RulingBy::Influence),
                None => Ruling::by(RulingBy::Influence),
            }
        };
        Refusal::new(
            ErrorCode::Influenced,
            format!(
                "this context {how}: {}{more}{mixed}; what it does {what}",
                rooms.join(", ")
            ),
            Effect::NothingDone,
            if asks {
                "ask a person to release exactly this act with act.release and try it again, or begin a fresh session"
            } else {
                "the room lets nobody release it: begin a fresh session"
            },
        )
        .ruled(rule)
    }
}
