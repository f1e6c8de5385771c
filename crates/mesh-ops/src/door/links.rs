//! What the speaker with a peer mesh asks of a node, and what a node asks of it. What a peer says comes in here as from whoever
//! speaks for it, by the same rules as what everybody says.

use std::sync::Arc;
use std::time::Duration;

use mesh_core::Link;
use mesh_model::command::{LinkCommand, LinkHeard};
use mesh_model::events::{
    LinkFacts, LinkPause, MessageFacts, Place, QuarantineFacts, Relayed, TaskFacts,
};
use mesh_model::limits::LINK_MENTIONS_MAX;
use mesh_model::ops::{Declaration, MessagePost, Operation as _};
use mesh_model::{
    Actor, Command, EventHash, Facts, LinkId, MessageId, Millis, ParticipantId, PublicKey, Refusal,
    RoomId, Seq, refuse,
};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::door::call::content;
use crate::door::{Asked, Call, Caller, Came, Door, Found, Free, Options};
use crate::evidence::{self, Stored};
use crate::ops::message::post::{Draft, post};

/// A peer that says too much waits for so long where nobody says for how long.
const TURN_MS: u64 = 1000;

/// What speaks with other meshes. A node that has none knows them all the same; they are owed what happens.
pub trait Peers: Send + Sync {
    /// How it stands with a peer since the node was started.
    fn seen(&self, link: LinkId) -> PeerSeen;

    /// Calls a peer at once that it would have called later.
    fn call(&self, link: LinkId);

    /// Who tells of itself at an interchange, with all of these words.
    fn find(&self, at: String, words: String) -> Asked<'_, Result<Found, String>>;

    /// Has an interchange forget what this mesh told of itself there.
    fn withdraw(&self, at: String) -> Asked<'_, Result<(), String>>;

    /// Whether what this mesh tells of itself stands at an interchange, and why not; nothing while that is not known.
    fn shown(&self, at: &str) -> Option<Result<(), String>>;
}

/// How it stands with a peer.
#[derive(Debug, Clone, Default)]
pub struct PeerSeen {
    /// Whether both speak now.
    pub open: bool,
    /// What is meant for the peer is in its log, up to this place.
    pub acknowledged: Option<Seq>,
    /// What it is told at this moment and has not confirmed.
    pub under_way: u32,
    /// Where the peer's log ended when both met last.
    pub head: Option<Place>,
    /// What went wrong last.
    pub trouble: Option<String>,
    /// When the peer is called again.
    pub again_at: Option<Millis>,
    /// Who is free there, as the peer says.
    pub free: Free,
}

/// What a peer brings into a room here.
#[derive(Debug, Clone)]
pub struct Brought {
    /// Where.
    pub room: RoomId,
    /// The mesh where it was said, as it is called here or by the peer.
    pub origin: String,
    /// Who said it there.
    pub sender: String,
    /// By which meshes it came.
    pub path: Vec<String>,
    /// The words.
    pub text: String,
    /// The data.
    pub payload: Option<Map<String, Value>>,
    /// What it answers, by its id here.
    pub reply_to: Option<MessageId>,
    /// Handles of this mesh that it names.
    pub names: Vec<String>,
}

/// An event as the log has it.
pub struct Logged {
    /// What happened.
    pub facts: Facts,
    /// Who did it.
    pub by: Option<ParticipantId>,
    /// What was said, if it is not erased.
    pub content: Option<Box<RawValue>>,
}

impl Door {
    /// From now on this speaks with other meshes. The first counts.
    pub fn attach_peers(&self, peers: Arc<dyn Peers>) {
        // A second one would speak twice.
        let _ = self.inner.peers.set(peers);
    }

    pub(crate) fn peers(&self) -> Option<&dyn Peers> {
        self.inner.peers.get().map(|peers| &**peers)
    }

    /// A link by which something may go either way.
    pub fn open_link(&self, link: LinkId) -> Result<Link, Refusal> {
        let access = self.node().access();
        let found = access.link(link).ok_or_else(refuse::no_link)?;
        if !found.is_open() {
            return Err(refuse::conflict(
                "the link waits",
                "let it go on with link.resume",
            ));
        }
        access.check_enabled(found.participant)?;
        Ok(found.clone())
    }

    /// Waits until one more thing is taken from a peer: as often as whoever is trusted as it is may ask for something. What it
    /// says is not lost by that, it is only heard later.
    pub async fn link_turn(&self, link: LinkId) -> Result<(), Refusal> {
        loop {
            let caller = Caller::known(Actor::Link(self.open_link(link)?.participant));
            let Err(refusal) = self.limit(&caller, None) else {
                return Ok(());
            };
            let wait = refusal.retry_after_ms.unwrap_or(TURN_MS).max(1);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    /// The hash of the header at a place of this log; nothing if the log does not reach so far.
    pub async fn header_hash(&self, seq: Seq) -> Result<Option<EventHash>, Refusal> {
        let reader = self.node().log_reader();
        let read = self.blocking(move || reader.head_at(seq.0)).await?;
        let found = read.map_err(|why| {
            tracing::error!(%why, %seq, "the log could not be read for a peer");
            refuse::internal("the log could not be read")
        })?;
        Ok(found.map(|digest| EventHash(digest.0)))
    }

    /// An event of this log.
    pub async fn logged(&self, seq: Seq) -> Result<Option<Logged>, Refusal> {
        let found = evidence::stored(self, MessageId(seq)).await?;
        Ok(found.map(|Stored { facts, by, content }| Logged { facts, by, content }))
    }

    /// The message here that stands at `there` in another mesh.
    pub async fn mirrored(
        &self,
        room: RoomId,
        mesh: PublicKey,
        there: MessageId,
    ) -> Result<Option<MessageId>, Refusal> {
        self.wait_view(self.node().head(), None).await?;
        let view = self.node().view().clone();
        let found = self
            .blocking(move || view.mirrored(room, mesh, there))
            .await?;
        found.map_err(crate::door::store_failed)
    }

    /// Where a message stands in its room's home, if it is known there.
    pub async fn place_of(&self, message: MessageId) -> Result<Option<Place>, Refusal> {
        let stored = self.logged(message.0).await?;
        Ok(stored.and_then(|stored| match stored.facts {
            Facts::Message(MessageFacts::Posted(posted)) => posted.place(),
            _ => None,
        }))
    }

    /// Takes what a peer brings into a room, as whoever speaks for it here. It is in the log when this returns.
    pub async fn link_brought(
        &self,
        link: LinkId,
        place: Place,
        brought: Brought,
    ) -> Result<(), Refusal> {
        let found = self.open_link(link)?;
        let actor = Actor::Link(found.participant);
        let call = self.speaking(actor);
        let named = named(&call, brought.room, &brought.names);
        let reply_to = match brought.reply_to {
            // What it answers may be older than what the peer may read.
            Some(message) => evidence::header(self, &call, message)
                .await
                .ok()
                .map(|_| message),
            None => None,
        };
        let said = Draft {
            text: brought.text,
            payload: brought.payload,
            reply_to,
            names: Some(named),
            relayed: Some(Relayed {
                origin: brought.origin,
                sender: brought.sender,
                path: brought.path,
                place: Some(place),
            }),
            ..Draft::default()
        };
        said.check(&call)?;
        post(self, &call, brought.room, said).await.map(drop)
    }

    /// Takes what a peer says that is no message. It is in the log when this returns.
    pub async fn link_heard(
        &self,
        link: LinkId,
        place: Place,
        what: LinkHeard,
    ) -> Result<(), Refusal> {
        self.open_link(link)?;
        self.as_node(LinkCommand::Heard { link, place, what }).await
    }

    /// The peer took what waits here as `message`: it is posted now, or is the message's text.
    pub async fn link_accepted(
        &self,
        link: LinkId,
        place: Place,
        message: MessageId,
    ) -> Result<(), Refusal> {
        let stored = evidence::stored(self, message).await?;
        let what = match stored.map(|stored| (stored.facts, stored.content)) {
            Some((Facts::Quarantine(QuarantineFacts::Waits(waits)), body)) => LinkHeard::Accepted {
                message,
                author: waits.author,
                waiting: Box::new(waits.message),
                body,
            },
            Some((Facts::Link(LinkFacts::EditWaits(waits)), body)) => LinkHeard::EditAccepted {
                of: message,
                author: waits.author,
                edit: Box::new(waits.edit),
                body,
            },
            _ => return Err(refuse::no_message()),
        };
        self.link_heard(link, place, what).await
    }

    /// The peer did not take what stands at `of` here.
    pub async fn link_refused(
        &self,
        link: LinkId,
        place: Place,
        of: Seq,
        code: String,
        rule: Option<String>,
    ) -> Result<(), Refusal> {
        let stored = evidence::stored(self, MessageId(of)).await?;
        let waiting = match stored.map(|stored| (stored.facts, stored.by)) {
            Some((Facts::Quarantine(QuarantineFacts::Waits(waits)), _)) => {
                Some((waits.message.room, waits.author))
            }
            Some((Facts::Link(LinkFacts::EditWaits(waits)), _)) => {
                Some((waits.edit.room, waits.author))
            }
            Some((Facts::Message(MessageFacts::Reacted(reaction)), Some(who))) => {
                let what = LinkHeard::Unwanted { reaction, who };
                return self.link_heard(link, place, what).await;
            }
            Some((Facts::Task(TaskFacts::Taken(_)), _)) => {
                let came = Came::Over { code, rule };
                return self.link_came(link, place, of, came).await;
            }
            _ => None,
        };
        let by = rule
            .as_deref()
            .map(|rule| format!(", by a rule of the kind '{rule}'"));
        let reason = mesh_model::api::Reason {
            reason: format!("its home did not take it: {code}{}", by.unwrap_or_default()),
        };
        let what = LinkHeard::Refused {
            of,
            code,
            rule,
            waiting,
            reason: content(&reason)?,
        };
        self.link_heard(link, place, what).await
    }

    /// The peer is spoken with now, or is not any more: whoever speaks for it here is present as it is.
    pub fn link_present(&self, speaker: ParticipantId, open: bool) {
        let node = self.node();
        node.sessions().linked(node, speaker, open);
    }

    /// The link waits for somebody.
    pub async fn stop_link(&self, link: LinkId, why: LinkPause) -> Result<(), Refusal> {
        self.as_node(LinkCommand::Stop { link, why }).await
    }

    pub(super) async fn as_node(&self, command: LinkCommand) -> Result<(), Refusal> {
        let command = Command::Link(command);
        let done = self.node().submit(command, Actor::Node, None, None);
        done.await.map(drop)
    }

    /// A call by whoever speaks for a peer.
    pub(super) fn speaking(&self, actor: Actor) -> Call {
        const POST: &Declaration = &MessagePost::DECLARATION;
        let head = self.node().head();
        let mut call = self.begin(&Caller::known(actor), POST, Options::default(), None, head);
        call.anonymous = false;
        call
    }
}

/// Members of a room whom a peer names.
pub(super) fn named(call: &Call, room: RoomId, names: &[String]) -> Vec<ParticipantId> {
    let named = names.iter().take(LINK_MENTIONS_MAX);
    let named = named.filter_map(|handle| {
        let named = call.access.by_handle(handle)?.id;
        call.access.member(room, named).map(|_| named)
    });
    named.collect()
}
