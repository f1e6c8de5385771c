//! The door: the one way into a node, whichever surface a call comes by.
//!
//! It says who the caller is, takes the request apart, checks what the declaration needs, and
//! carries the operation out. What the core decides it checks early and leaves to the core again.

pub(crate) mod call;
pub(crate) mod caller;
mod cards;
pub(crate) mod coerce;
mod discovery;
pub(crate) mod flood;
pub(crate) mod influence;
mod lent;
mod link_changes;
pub(crate) mod links;
pub(crate) mod outbox;
pub(crate) mod over;
mod public;
pub(crate) mod rates;
pub(crate) mod registry;
pub(crate) mod replay;
pub(crate) mod request;
pub(crate) mod resolve;
pub(crate) mod rulings;
pub(crate) mod schedules;
pub(crate) mod short;
mod streams;
pub(crate) mod subscribe;
pub(crate) mod turns;

pub use call::{Call, Cookie, Options};
pub use caller::{Caller, PageCookie};
pub use cards::CardSignature;
pub use discovery::{Asked, Found, FoundMesh, OwnCard, Words};
pub use lent::{Came, Free, Handed};
pub use link_changes::Became;
pub use links::{Brought, Logged, PeerSeen, Peers};
pub use outbox::{Outbox, Progress, Sending, SentAlong};
pub use over::{LAST_WORDS, Watch};
pub use public::{Drawn, PublicLine, PublicMesh, PublicMessage, PublicRoom, PublicTask, PublicWho};
pub use registry::Run;
pub(crate) use registry::told;
pub use short::Names;
pub use subscribe::{Stream, Wanted};
pub use turns::{Turn, Turns};

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use mesh_model::events::CommandKey;
use mesh_model::limits::{GUARD_CHECKS_MAX, PASSWORD_HASHES_MAX};
use mesh_model::ops::{Declaration, Needs, OpKind};
use mesh_model::{Actor, Effect, ErrorCode, Facts, ParticipantId, Refusal, Seq, refuse};
use mesh_node::machine::Seen;
use mesh_node::{Node, Outcome};
use mesh_store::{Position, StoreError, Vault, View};
use serde_json::Value;
use tokio::sync::{MutexGuard, Semaphore};

use crate::describe::tools;
use crate::door::call::Notes;
use crate::door::flood::Flood;
use crate::door::rates::Rates;
use crate::door::registry::Entry;
use crate::door::request::Request;
use crate::door::streams::Streams;
use crate::evidence::payload::Compiled;
use crate::ops::chat::voice::Yeses;
use crate::ops::file::Uploads;
use crate::ops::inlet::book::Book;
use crate::ops::memory::Memories;
use crate::ops::tool::{NoTools, Seats, Tools};

/// How long a read waits for the view to reach the log's end.
const VIEW_WAIT: Duration = Duration::from_secs(1);

/// A call's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status of the operation's success in REST.
    pub status: u16,
    /// The output: JSON.
    pub body: Vec<u8>,
    /// The place of a command's last event.
    pub seq: Option<Seq>,
    /// Whether the command was carried out before and this is its answer again.
    pub replayed: bool,
    /// What happens to the browser's cookie.
    pub cookie: Option<Cookie>,
}

/// The way into a node. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    inner: Arc<Inner>,
}

struct Inner {
    node: Arc<Node>,
    compiled: Compiled,
    policies: Compiled,
    rates: Rates,
    flood: Flood,
    /// Of the public page alone.
    public: Flood,
    hashing: Semaphore,
    checking: Semaphore,
    secrets: tokio::sync::Mutex<()>,
    wishes: tokio::sync::Mutex<()>,
    verifying: tokio::sync::Mutex<()>,
    /// Workers that wait for a task.
    waiting: AtomicUsize,
    streams: Arc<Streams>,
    memories: Memories,
    uploads: Uploads,
    tools: Arc<dyn Tools>,
    outbox: OnceLock<Arc<dyn Outbox>>,
    peers: OnceLock<Arc<dyn Peers>>,
    seats: Seats,
    inlets: Book,
    yeses: Yeses,
}

impl Door {
    /// The door of a node.
    pub fn new(node: Arc<Node>) -> Door {
        Door::with_tools(node, Arc::new(NoTools))
    }

    /// The door of a node that offers tools besides its operations.
    pub fn with_tools(node: Arc<Node>, tools: Arc<dyn Tools>) -> Door {
        let inner = Inner {
            node,
            compiled: Compiled::default(),
            policies: Compiled::default(),
            rates: Rates::default(),
            flood: Flood::default(),
            public: Flood::default(),
            hashing: Semaphore::new(PASSWORD_HASHES_MAX),
            checking: Semaphore::new(GUARD_CHECKS_MAX),
            secrets: tokio::sync::Mutex::default(),
            wishes: tokio::sync::Mutex::default(),
            verifying: tokio::sync::Mutex::default(),
            waiting: AtomicUsize::new(0),
            streams: Arc::default(),
            memories: Memories::default(),
            uploads: Uploads::default(),
            tools,
            outbox: OnceLock::new(),
            peers: OnceLock::new(),
            seats: Seats::default(),
            inlets: Book::default(),
            yeses: Yeses::default(),
        };
        Door {
            inner: Arc::new(inner),
        }
    }

    /// The node behind it.
    pub fn node(&self) -> &Arc<Node> {
        &self.inner.node
    }

    pub(crate) fn compiled(&self) -> &Compiled {
        &self.inner.compiled
    }

    /// The schemas of rooms, by the room's id and its policy's version.
    pub(crate) fn policies(&self) -> &Compiled {
        &self.inner.policies
    }

    pub(crate) fn memories(&self) -> &Memories {
        &self.inner.memories
    }

    /// Bytes that are on their way in.
    pub(crate) fn uploads(&self) -> &Uploads {
        &self.inner.uploads
    }

    pub(crate) fn public_flood(&self) -> &Flood {
        &self.inner.public
    }

    pub(crate) fn flood(&self) -> &Flood {
        &self.inner.flood
    }

    /// Changes of what somebody wants to hear happen one after the other.
    pub(crate) async fn wishes_turn(&self) -> MutexGuard<'_, ()> {
        self.inner.wishes.lock().await
    }

    /// Changes of secrets happen one after the other.
    pub(crate) async fn secrets_turn(&self) -> MutexGuard<'_, ()> {
        self.inner.secrets.lock().await
    }

    /// The whole log is read by one caller at a time.
    pub(crate) async fn verify_turn(&self) -> MutexGuard<'_, ()> {
        self.inner.verifying.lock().await
    }

    pub(crate) fn tools(&self) -> &dyn Tools {
        self.inner.tools.as_ref()
    }

    /// The servers of tools that participants run.
    pub(crate) fn seats(&self) -> &Seats {
        &self.inner.seats
    }

    /// What is known of the last deliveries of inlets.
    pub(crate) fn inlets(&self) -> &Book {
        &self.inner.inlets
    }

    /// What was asked by voice and waits for a yes.
    pub(crate) fn yeses(&self) -> &Yeses {
        &self.inner.yeses
    }

    fn streams(&self) -> &Arc<Streams> {
        &self.inner.streams
    }

    /// How many workers wait for a task.
    pub(crate) fn waiting_workers(&self) -> &AtomicUsize {
        &self.inner.waiting
    }

    pub(crate) fn rates(&self) -> &Rates {
        &self.inner.rates
    }

    /// One opinion of the guard after the other.
    pub(crate) fn checking(&self) -> &Semaphore {
        &self.inner.checking
    }

    pub(crate) fn hashing(&self) -> &Semaphore {
        &self.inner.hashing
    }

    /// Calls an operation.
    pub async fn call(
        &self,
        caller: &Caller,
        name: &str,
        input: Value,
        options: Options,
    ) -> Result<Reply, Refusal> {
        let entry = registry::named(name).ok_or_else(|| tools::unknown_operation(name))?;
        let (session, address) = (options.session, options.address);
        let mut answer = self.while_allowed(caller, entry, input, options).await;
        if let Err(refusal) = &mut answer {
            tracing::debug!(operation = name, code = %refusal.code, ?session, ?address, "refused");
            let me = caller.actor.and_then(Actor::participant);
            self.refused(me, entry.declaration.name, refusal).await;
        }
        answer
    }

    /// Answers as long as the caller may act; soon after, a call that is still under way ends without an answer.
    async fn while_allowed(
        &self,
        caller: &Caller,
        entry: &Entry,
        input: Value,
        options: Options,
    ) -> Result<Reply, Refusal> {
        let needs = entry.declaration.needs;
        if needs == Needs::Nothing || caller.actor.is_none() {
            return self.answer(caller, entry, input, options).await;
        }
        let watch = self.watch();
        let mut answer = std::pin::pin!(self.answer(caller, entry, input, options));
        let why = tokio::select! {
            biased;
            answer = &mut answer => return answer,
            why = watch.over(caller.clone(), needs, Vec::new()) => why,
        };
        let last = tokio::time::timeout(over::LAST_WORDS, answer).await;
        last.unwrap_or_else(|_| Err(refuse::over_meanwhile(&why)))
    }

    async fn answer(
        &self,
        caller: &Caller,
        entry: &Entry,
        input: Value,
        options: Options,
    ) -> Result<Reply, Refusal> {
        let declaration = entry.declaration;
        if let Some(turn) = &options.turn {
            turn.come().await;
        }
        self.limit(caller, options.address)?;
        self.check_needs(caller, declaration.needs)?;
        let request = Request::new(declaration, input, options.key.clone(), options.min_seq)?;
        let head = self.node().head();
        // Every `seq` that was ever answered is in the log by now: a later one is not of this mesh.
        self.check_cursor(request.min_seq)?;
        if declaration.kind == OpKind::Query && declaration.needs != Needs::Nothing {
            self.wait_view(head, request.min_seq).await?;
        }
        let pepper = &self.node().vault().node_seed().0;
        let key = request.command_key(declaration, pepper);
        let mut call = self.begin(caller, declaration, options, key, head);
        call.sent_key = request.key.clone().filter(|_| !call.anonymous);
        call.act = self.answered_act(&call, &request);
        let body = match (entry.run)(self, &call, &request.input).await {
            Ok(body) => body,
            Err(refusal) => return Err(self.held(&call, &request, refusal).await),
        };
        // Before the answer leaves: what its reader does next is judged by what it has read.
        self.note_read(&call).await?;
        let notes: Notes = std::mem::take(&mut *call.notes());
        Ok(Reply {
            status: declaration.status,
            body,
            seq: notes.seq,
            replayed: notes.replayed,
            cookie: notes.cookie,
        })
    }

    /// The fast refusals. The core checks the same again when it decides.
    pub(crate) fn check_needs(&self, caller: &Caller, needs: Needs) -> Result<(), Refusal> {
        if needs == Needs::Nothing {
            return Ok(());
        }
        self.check_alive(caller)?;
        let actor = caller.actor.ok_or_else(refuse::unauthenticated)?;
        self.check_permitted(caller, needs)?;
        self.count(&actor)
    }

    pub(crate) fn begin(
        &self,
        caller: &Caller,
        declaration: &'static Declaration,
        options: Options,
        key: Option<CommandKey>,
        head: Seq,
    ) -> Call {
        let anonymous = caller.actor.is_none() || declaration.needs == Needs::Nothing;
        Call {
            access: self.node().access(),
            actor: caller.actor.unwrap_or(Actor::Node),
            anonymous,
            browser: caller.browser,
            declaration,
            options,
            sent_key: None,
            key: key.filter(|_| !anonymous),
            now: self.node().now(),
            head,
            notes: Mutex::default(),
            seen: Seen::default(),
            act: None,
            schedule: None,
        }
    }

    /// Waits until the view holds everything up to `head`, or up to `min_seq` if that was asked for.
    pub(crate) async fn wait_view(&self, head: Seq, min_seq: Option<Seq>) -> Result<(), Refusal> {
        let wanted = min_seq.unwrap_or_default().max(head);
        let reached = tokio::time::timeout(VIEW_WAIT, self.node().wait_view(wanted))
            .await
            .is_ok();
        match min_seq {
            Some(min_seq) if !reached && self.node().view_upto() < min_seq => Err(Refusal::new(
                ErrorCode::NotYet,
                format!("the node's views are not at {min_seq} yet"),
                Effect::NothingChanged,
                "ask again in a moment, or without min_seq",
            )
            .retry_after_ms(1000)),
            // A view that lags answers with what is there rather than not at all.
            _ => Ok(()),
        }
    }

    /// Asks the view, once it has reached the log's end as it was when the call came.
    pub(crate) async fn view<T: Send + 'static>(
        &self,
        call: &Call,
        ask: impl FnOnce(&View) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.wait_view(call.head, None).await?;
        let view = self.node().view().clone();
        self.blocking(move || ask(&view))
            .await?
            .map_err(store_failed)
    }

    /// Asks or changes the vault.
    pub(crate) async fn vault<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Vault) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let node = Arc::clone(self.node());
        let ask = move || {
            let before = node.vault().sign_outs();
            let answer = ask(node.vault());
            // Here and not where somebody waits for the answer, who may have left.
            if node.vault().sign_outs() != before {
                node.rights_ended();
            }
            answer
        };
        self.blocking(ask).await?.map_err(store_failed)
    }

    /// Does work that would keep a socket waiting.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|_| refuse::internal("a part of the work broke off"))
    }

    /// The facts of a command's events, as the log has them: the same for its first answer and for a
    /// repeated one.
    pub(crate) async fn facts(&self, outcome: &Outcome) -> Result<Vec<Facts>, Refusal> {
        if let Some(facts) = self.node().recent(outcome.first, outcome.count) {
            return Ok(facts);
        }
        let reader = self.node().log_reader();
        let (first, count) = (outcome.first, outcome.count);
        self.blocking(move || crate::door::replay::facts(&reader, first, count))
            .await?
    }

    /// What a participant has taken in.
    pub(crate) async fn position(&self, participant: ParticipantId) -> Result<Position, Refusal> {
        self.vault(move |vault| vault.position(participant)).await
    }

    /// A cursor that the log cannot have given out.
    pub(crate) fn check_cursor(&self, after: Option<Seq>) -> Result<(), Refusal> {
        let head = self.node().head();
        match after {
            Some(after) if after > head => Err(Refusal::new(
                ErrorCode::BadCursor,
                format!("the place {after} lies beyond the log's end, which is at {head}"),
                Effect::NothingDone,
                "use what this mesh answered, or leave it out; this may be another mesh",
            )),
            _ => Ok(()),
        }
    }

    /// What is done with every refusal before it leaves: it names who set its rule, and is counted.
    pub(crate) async fn refused(
        &self,
        me: Option<ParticipantId>,
        doing: &'static str,
        refusal: &mut Refusal,
    ) {
        self.name_refuser(me, refusal).await;
        self.report(me, doing, refusal);
    }

    /// Refusals of people and credentials are counted and go into the log once a minute.
    pub(crate) fn report(&self, me: Option<ParticipantId>, doing: &'static str, refusal: &Refusal) {
        let counts = matches!(
            refusal.code,
            ErrorCode::Unauthenticated
                | ErrorCode::LoginFailed
                | ErrorCode::PermissionDenied
                | ErrorCode::CapabilityDenied
                | ErrorCode::ContentRefused
                | ErrorCode::Influenced
                | ErrorCode::BadSignature
                | ErrorCode::RateLimited
        );
        if counts {
            self.node().report_refused(me, doing, refusal.code);
        }
    }
}

pub(crate) fn store_failed(why: StoreError) -> Refusal {
    tracing::error!(%why, "the store failed");
    refuse::internal("the node's store could not be read or written")
}
