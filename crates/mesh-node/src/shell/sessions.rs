//! Sessions and presence: who is connected, how, and since when not.
//!
//! That a session was opened or closed is an event. What happens in between (connections that
//! break and come back, beats, summaries) is kept here, and how somebody left in the vault.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mesh_model::api::{Presence, PresenceState, Reachability};
use mesh_model::command::{Content, SessionCommand};
use mesh_model::events::{Facts, SessionEnd, SessionFacts};
use mesh_model::limits::{PRESENCE_STALE_MS, SESSION_GRACE_MS};
use mesh_model::{
    Actor, Command, Effect, ErrorCode, Millis, ParticipantId, Refusal, Seq, SessionId,
};
use mesh_store::Vault;
use mesh_store::vault::Known;
use tokio::sync::Notify;
use uuid::Uuid;

use super::node::Node;
use crate::machine::Batch;

/// All sessions that are open, and everybody's presence.
#[derive(Debug, Default)]
pub struct Sessions(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    sessions: HashMap<SessionId, Live>,
    people: HashMap<ParticipantId, Person>,
    next_attachment: u64,
    /// Those whose last session has ended, and whom nobody saw off yet.
    gone: Vec<ParticipantId>,
}

#[derive(Debug)]
struct Live {
    participant: ParticipantId,
    /// The connection that carries it now, and the bell that tells it to end.
    attached: Option<(u64, Arc<Notify>)>,
    /// Whether that connection is one of single requests: then each of them is a sign of life, and it is none itself.
    quiet: bool,
    /// Its last sign of life without a connection.
    seen: Millis,
    /// How long it may be silent without one.
    patience_ms: u64,
    end: SessionEnd,
}

#[derive(Debug, Default)]
struct Person {
    known: Known,
    /// Its last beat outside any session.
    beat: Option<Millis>,
    /// What others were told last.
    shown: (PresenceState, Option<Reachability>),
    /// Subscriptions by which it hears at once what is said to it.
    listening: usize,
    /// Whether something of it took messages into a session since it came.
    takes: bool,
    /// Whether it speaks for another mesh, which is spoken with now.
    linked: bool,
}

/// By this subscription a participant hears at once what is said to it. Dropping it ends that.
#[derive(Debug)]
pub(super) struct Listens {
    node: Weak<Node>,
    participant: ParticipantId,
}

impl Listens {
    pub fn begin(node: &Arc<Node>, participant: ParticipantId) -> Listens {
        let mut inner = node.sessions.lock();
        inner.people.entry(participant).or_default().listening += 1;
        Listens {
            node: Arc::downgrade(node),
            participant,
        }
    }
}

impl Drop for Listens {
    fn drop(&mut self) {
        let Some(node) = self.node.upgrade() else {
            return;
        };
        if let Some(person) = node.sessions.lock().people.get_mut(&self.participant) {
            person.listening -= 1;
        }
    }
}

/// A session was opened, or went on.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The session.
    pub session: SessionId,
    /// Whether it went on rather than began.
    pub resumed: bool,
    /// Its place in the log; the log's end if it went on.
    pub seq: Seq,
    /// How the participant was when it was last connected.
    pub left: Known,
}

/// A connection carries the session. Dropping it gives the session the grace to come back.
#[derive(Debug)]
pub struct Attached {
    node: Arc<Node>,
    session: SessionId,
    attachment: u64,
    ended: Arc<Notify>,
}

impl Attached {
    /// Waits until another connection takes the session over, or it is closed.
    pub async fn ended(&self) {
        self.ended.notified().await;
    }

    /// Notes a sign of life of a connection of single requests.
    pub fn stir(&self) {
        let now = self.node.now();
        if let Some(live) = self.node.sessions.lock().sessions.get_mut(&self.session)
            && live.is_carried_by(self.attachment)
        {
            live.seen = now;
        }
    }

    /// How long ago its last sign of life was, milliseconds; nothing once another connection carries it.
    pub fn silent_ms(&self) -> Option<u64> {
        let now = self.node.now();
        let inner = self.node.sessions.lock();
        let live = inner.sessions.get(&self.session);
        let live = live.filter(|live| live.is_carried_by(self.attachment));
        live.map(|live| now.since(live.seen))
    }
}

impl Drop for Attached {
    fn drop(&mut self) {
        let now = self.node.now();
        let mut inner = self.node.sessions.lock();
        let Some(live) = inner.sessions.get_mut(&self.session) else {
            return;
        };
        if live.is_carried_by(self.attachment) {
            live.attached = None;
            live.seen = now;
            live.patience_ms = SESSION_GRACE_MS;
            let participant = live.participant;
            inner.people.entry(participant).or_default().known.last_seen = Some(now);
        }
    }
}

impl Live {
    fn is_carried_by(&self, attachment: u64) -> bool {
        let carrier = self.attached.as_ref();
        carrier.is_some_and(|(carrier, _)| *carrier == attachment)
    }

    /// Whether its connection shows that somebody is there, as long as it stands.
    fn is_watched(&self) -> bool {
        self.attached.is_some() && !self.quiet
    }
}

impl Sessions {
    /// How everybody left, and the sessions that were open when the node stopped: they have the
    /// grace to come back.
    pub(super) fn restored(
        presences: Vec<(ParticipantId, Known)>,
        open: impl Iterator<Item = (SessionId, ParticipantId)>,
        now: Millis,
    ) -> Sessions {
        let people = presences.into_iter().map(|(id, known)| {
            (
                id,
                Person {
                    known,
                    ..Person::default()
                },
            )
        });
        let live = |participant| Live {
            participant,
            attached: None,
            quiet: false,
            seen: now,
            patience_ms: SESSION_GRACE_MS,
            end: SessionEnd::Restart,
        };
        let sessions = open.map(|(id, participant)| (id, live(participant)));
        Sessions(Mutex::new(Inner {
            sessions: sessions.collect(),
            people: people.collect(),
            next_attachment: 0,
            gone: Vec::new(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session, or goes on with one's own.
    pub async fn open(
        &self,
        node: &Arc<Node>,
        actor: Actor,
        wanted: Option<SessionId>,
        client: Content,
    ) -> Result<Opened, Refusal> {
        let participant = actor.participant().ok_or_else(no_participant)?;
        let left = self
            .lock()
            .people
            .get(&participant)
            .map(|person| person.known.clone())
            .unwrap_or_default();
        // A session that has ended cannot go on: a new one begins.
        let session = wanted
            .filter(|id| node.access().session(*id).is_some())
            .unwrap_or_else(|| SessionId(Uuid::now_v7()));
        let outcome = node
            .submit(
                Command::Session(SessionCommand::Open { session, client }),
                actor,
                None,
                None,
            )
            .await?;
        let live = Live {
            participant,
            attached: None,
            quiet: false,
            seen: node.now(),
            patience_ms: PRESENCE_STALE_MS,
            end: SessionEnd::Lost,
        };
        let mut inner = self.lock();
        let known = inner.sessions.entry(session).or_insert(live);
        (known.seen, known.end) = (node.now(), SessionEnd::Lost);
        let person = inner.people.entry(participant).or_default();
        if !chosen(person.known.state) {
            person.known.state = PresenceState::Idle;
        }
        Ok(Opened {
            session,
            resumed: outcome.count == 0,
            seq: outcome.last(),
            left,
        })
    }

    /// Lets a connection carry a session. One that carried it before is told to end.
    pub fn attach(&self, node: &Arc<Node>, session: SessionId) -> Option<Attached> {
        self.carry(node, session, false)
    }

    /// The same for a client of single requests.
    pub fn keep(&self, node: &Arc<Node>, session: SessionId) -> Option<Attached> {
        self.carry(node, session, true)
    }

    fn carry(&self, node: &Arc<Node>, session: SessionId, quiet: bool) -> Option<Attached> {
        let mut inner = self.lock();
        inner.next_attachment += 1;
        let attachment = inner.next_attachment;
        let live = inner.sessions.get_mut(&session)?;
        (live.quiet, live.patience_ms) = (quiet, PRESENCE_STALE_MS);
        let ended = Arc::new(Notify::new());
        if let Some((_, former)) = live.attached.replace((attachment, Arc::clone(&ended))) {
            former.notify_one();
        }
        Some(Attached {
            node: Arc::clone(node),
            session,
            attachment,
            ended,
        })
    }

    /// Of a participant that has at least so many sessions kept for clients of single requests, the one that was
    /// silent for longest.
    pub fn most_silent(&self, participant: ParticipantId, at_least: usize) -> Option<SessionId> {
        let inner = self.lock();
        let kept = inner.sessions.iter().filter(|(_, live)| {
            live.participant == participant && live.quiet && live.attached.is_some()
        });
        let mut kept: Vec<(Millis, SessionId)> = kept.map(|(id, live)| (live.seen, *id)).collect();
        kept.sort_unstable();
        kept.first()
            .filter(|_| kept.len() >= at_least)
            .map(|(_, session)| *session)
    }

    /// Notes a sign of life that came without a connection, and what was said with it.
    pub fn beat(
        &self,
        node: &Node,
        participant: ParticipantId,
        state: Option<PresenceState>,
        summary: Option<String>,
    ) -> Presence {
        let now = node.now();
        {
            let mut inner = self.lock();
            for live in inner
                .sessions
                .values_mut()
                .filter(|live| live.participant == participant && live.attached.is_none())
            {
                (live.seen, live.patience_ms) = (now, PRESENCE_STALE_MS);
            }
            let person = inner.people.entry(participant).or_default();
            person.beat = Some(now);
            person.known.last_seen = Some(now);
            if let Some(state) =
                state.or((!chosen(person.known.state)).then_some(PresenceState::Idle))
            {
                person.known.state = state;
            }
            if summary.is_some() {
                person.known.summary = summary.filter(|text| !text.is_empty());
            }
        }
        self.show(node, participant, now)
    }

    /// Says how present somebody is and what it does.
    pub fn set(
        &self,
        node: &Node,
        participant: ParticipantId,
        state: PresenceState,
        summary: Option<String>,
    ) -> Presence {
        let now = node.now();
        {
            let mut inner = self.lock();
            let connected = inner
                .sessions
                .values()
                .any(|live| live.participant == participant);
            let person = inner.people.entry(participant).or_default();
            person.known.state = state;
            person.known.summary = summary.filter(|text| !text.is_empty());
            // Who speaks is here, whether or not by a session.
            person.beat = if connected { person.beat } else { Some(now) };
            person.known.last_seen = Some(now);
        }
        self.show(node, participant, now)
    }

    /// Notes that messages were taken into a session of a program: there they come with each turn.
    pub fn takes(&self, participant: ParticipantId) {
        self.lock().people.entry(participant).or_default().takes = true;
    }

    /// Notes that the mesh for which somebody speaks is spoken with now, or is not any more.
    pub fn linked(&self, node: &Node, participant: ParticipantId, open: bool) {
        let now = node.now();
        {
            let mut inner = self.lock();
            let person = inner.people.entry(participant).or_default();
            if person.linked == open {
                return;
            }
            person.linked = open;
            person.known.last_seen = Some(now);
        }
        self.show(node, participant, now);
    }

    /// Tells others how somebody is now.
    fn show(&self, node: &Node, participant: ParticipantId, now: Millis) -> Presence {
        let presence = self.presence(participant, now);
        if let Some(person) = self.lock().people.get_mut(&participant) {
            person.shown = shown(&presence);
        }
        node.ephemeral().presence(participant, &presence);
        presence
    }

    /// How present somebody is.
    pub fn presence(&self, participant: ParticipantId, now: Millis) -> Presence {
        let inner = self.lock();
        let live: Vec<&Live> = inner
            .sessions
            .values()
            .filter(|live| live.participant == participant)
            .collect();
        let person = inner.people.get(&participant);
        presence_of(&live, person, now)
    }

    /// How present everybody is who was ever here.
    pub fn presences(&self, now: Millis) -> HashMap<ParticipantId, Presence> {
        let inner = self.lock();
        let mut live: HashMap<ParticipantId, Vec<&Live>> = HashMap::new();
        for session in inner.sessions.values() {
            live.entry(session.participant).or_default().push(session);
        }
        let of = |id: &ParticipantId| live.get(id).map(Vec::as_slice).unwrap_or_default();
        inner
            .people
            .iter()
            .map(|(id, person)| (*id, presence_of(of(id), Some(person), now)))
            .collect()
    }

    /// Sessions that a batch closed: whoever carries them is told to end.
    pub(super) fn closed_by(&self, batch: &Batch) {
        for event in &batch.events {
            if let Facts::Session(SessionFacts::Closed(closed)) = &event.facts {
                let mut inner = self.lock();
                if let Some(live) = inner.sessions.remove(&closed.session) {
                    inner
                        .people
                        .entry(closed.participant)
                        .or_default()
                        .known
                        .last_seen = Some(event.at);
                    if let Some((_, ended)) = live.attached {
                        ended.notify_one();
                    }
                }
                let who = closed.participant;
                let left = (inner.sessions.values()).any(|live| live.participant == who);
                if !left && let Some(person) = inner.people.get_mut(&who) {
                    person.takes = false;
                }
                let works = (batch.work.worker(who)).is_some_and(|worker| worker.online);
                if works
                    && !batch
                        .access
                        .sessions()
                        .any(|other| other.participant == who)
                {
                    inner.gone.push(who);
                }
            }
        }
    }

    /// Those whose last session has ended since this was last asked.
    pub(super) fn gone(&self) -> Vec<ParticipantId> {
        std::mem::take(&mut self.lock().gone)
    }

    /// Names one again that is to be seen off.
    pub(super) fn went(&self, who: ParticipantId) {
        self.lock().gone.push(who);
    }

    /// Sessions that were silent for longer than they may.
    pub(super) fn overdue(&self, now: Millis) -> Vec<(SessionId, SessionEnd)> {
        let inner = self.lock();
        let overdue =
            |live: &Live| live.attached.is_none() && now.since(live.seen) > live.patience_ms;
        inner
            .sessions
            .iter()
            .filter(|(_, live)| overdue(live))
            .map(|(id, live)| (*id, live.end))
            .collect()
    }

    /// Those whose presence is another than others were told; from now on they were told.
    pub(super) fn changed(&self, now: Millis) -> Vec<(ParticipantId, Presence)> {
        let presences = self.presences(now);
        let mut inner = self.lock();
        let mut changed = Vec::new();
        for (id, presence) in presences {
            if let Some(person) = inner.people.get_mut(&id)
                && person.shown != shown(&presence)
            {
                person.shown = shown(&presence);
                changed.push((id, presence));
            }
        }
        changed
    }

    /// What the vault should know of these people, or of all.
    pub(super) fn known(&self, which: Option<&[ParticipantId]>) -> Vec<(ParticipantId, Known)> {
        let inner = self.lock();
        let wanted = |id: &ParticipantId| which.is_none_or(|which| which.contains(id));
        inner
            .people
            .iter()
            .filter(|(id, _)| wanted(id))
            .map(|(id, person)| (*id, person.known.clone()))
            .collect()
    }

    pub(super) fn persist_all(&self, vault: &Vault, now: Millis) {
        let connected: Vec<_> = self
            .lock()
            .sessions
            .values()
            .map(|live| live.participant)
            .collect();
        let mut all = self.known(None);
        for (id, known) in &mut all {
            if connected.contains(id) {
                known.last_seen = Some(now);
            }
        }
        if let Err(why) = vault.set_presences(all.iter().map(|(id, known)| (*id, known))) {
            tracing::warn!(%why, "how participants left was not kept");
        }
    }
}

/// What of it others are told of as it changes.
fn shown(presence: &Presence) -> (PresenceState, Option<Reachability>) {
    (presence.state, presence.reach)
}

fn chosen(state: PresenceState) -> bool {
    matches!(
        state,
        PresenceState::Idle | PresenceState::Busy | PresenceState::Dnd
    )
}

fn presence_of(live: &[&Live], person: Option<&Person>, now: Millis) -> Presence {
    let known = person
        .map(|person| person.known.clone())
        .unwrap_or_default();
    let said = if chosen(known.state) {
        known.state
    } else {
        PresenceState::Idle
    };
    let fresh = |at: Millis| now.since(at) <= PRESENCE_STALE_MS;
    let beats = person.and_then(|person| person.beat).is_some_and(fresh);
    let linked = person.is_some_and(|person| person.linked);
    let waits = |live: &&Live| live.patience_ms == PRESENCE_STALE_MS && fresh(live.seen);
    let state =
        if linked || live.iter().any(|live| live.is_watched()) || beats || live.iter().any(waits) {
            said
        } else if live.is_empty() {
            PresenceState::Offline
        } else {
            PresenceState::Away
        };
    let reach = match (state, person) {
        (PresenceState::Offline, _) | (_, None) => None,
        (_, Some(person)) if person.listening > 0 || person.linked => Some(Reachability::AtOnce),
        (_, Some(person)) if person.takes => Some(Reachability::NextTurn),
        (_, Some(_)) => Some(Reachability::WhenAsked),
    };
    let last_seen = known
        .last_seen
        .filter(|_| matches!(state, PresenceState::Offline | PresenceState::Away));
    Presence {
        state,
        summary: known.summary,
        reach,
        last_seen,
    }
}

fn no_participant() -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        "only a participant has sessions",
        Effect::NothingStored,
        "come with a participant's token",
    )
}
