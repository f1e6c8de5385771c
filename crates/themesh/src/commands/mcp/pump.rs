//! Carries messages to the node, and takes the session up again when the node was started anew.

use std::io::BufReader;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use mesh_model::SessionId;
use mesh_model::session::api::{SESSION_HEADER, SESSION_META};
use mesh_sdk::http;
use serde_json::{Value, json};
use ureq::http::request::Builder;
use ureq::http::{Request, Response};
use ureq::{Agent, AsSendBody, Body};

use super::answer::{HttpAnswer, each_event};
use super::keyed::keyed;
use super::{failure, say};
use crate::context::{Context, NodeAt};
use crate::failure::{Failure, Outcome};

/// How long a call waits for a node that is away: a restart takes seconds, and clients give up at
/// a minute.
const AWAY_MAX: Duration = Duration::from_secs(30);
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_LAST: Duration = Duration::from_secs(2);
/// The node ends sessions that were silent for hours. A program that is there and thinks is none of them.
const SIGN_OF_LIFE_EVERY: Duration = Duration::from_secs(60 * 60);

/// The way to the node.
pub struct Pump {
    context: Context,
    token: String,
    /// The session by whose context all of it comes.
    within: Option<SessionId>,
    agent: Agent,
    session: Mutex<Session>,
    closed: Mutex<bool>,
    closing: Condvar,
}

/// What was agreed at `initialize`; it goes along with every later request.
#[derive(Debug, Default, Clone)]
struct Session {
    /// How often one was begun.
    number: u64,
    id: Option<String>,
    version: Option<String>,
    /// What the client said to begin it.
    hello: Option<Value>,
    /// The session of the mesh that came with the first: what the program has read stays read when another begins.
    carried: Option<Value>,
}

impl Session {
    /// Takes over what the node answered to `initialize`.
    fn agree(&mut self, answer: &HttpAnswer, said: &Value) {
        self.number += 1;
        self.id.clone_from(&answer.session);
        let version = said["result"]["protocolVersion"].as_str();
        self.version = version.map(str::to_owned);
    }
}

/// What came of taking a session up again.
enum Renewal {
    Done,
    /// Nobody answered.
    Away(String),
    /// The node does not want it.
    Refused(String),
}

/// What became of one try.
enum Tried {
    Answered(HttpAnswer),
    /// Nobody answered, so it may have been done or not.
    Away(String),
}

impl Pump {
    pub fn new(context: Context) -> Outcome<Pump> {
        let agent = http::agent(&context.node()?.url, None);
        Ok(Pump {
            token: context.token()?,
            within: context.session()?,
            context,
            agent,
            session: Mutex::default(),
            closed: Mutex::default(),
            closing: Condvar::new(),
        })
    }

    /// Nothing more is asked: what waits for a node that is away waits no longer.
    pub fn close(&self) {
        *lock(&self.closed) = true;
        self.closing.notify_all();
    }

    /// Sends one message and says what comes back.
    pub fn carry(self: &Arc<Pump>, message: Value) {
        let message = keyed(message);
        let begins = message["method"] == "initialize";
        let Some(id) = message.get("id").cloned() else {
            return self.tell(&message);
        };
        let (mut wait, mut away) = (BACKOFF_FIRST, None);
        loop {
            let session = lock(&self.session).clone();
            let why = match self.attempt(&session, &message) {
                Tried::Answered(mut answer) => {
                    if let Some(text) = answer.message.take() {
                        if begins {
                            self.begin(&message, &answer, &text);
                        }
                        return say(&text);
                    }
                    match answer.status {
                        // The node was started anew and knows nothing of the session.
                        404 if session.id.is_some() && !begins => match self.renew(&session) {
                            Renewal::Done => continue,
                            Renewal::Away(why) | Renewal::Refused(why) => why,
                        },
                        200..=299 => "the node went away before it answered".to_owned(),
                        503 => answer.why(),
                        _ => return say(&failure(&id, -32000, answer.why())),
                    }
                }
                Tried::Away(why) => why,
            };
            let since = *away.get_or_insert_with(Instant::now);
            if begins || since.elapsed() >= AWAY_MAX || self.closes_within(wait) {
                return say(&failure(&id, -32000, why));
            }
            wait = (wait * 2).min(BACKOFF_LAST);
        }
    }

    /// Sends what asks for no answer.
    fn tell(self: &Arc<Pump>, message: &Value) {
        let session = lock(&self.session).clone();
        if let Tried::Away(why) = self.attempt(&session, message) {
            eprintln!("mesh mcp: {why}");
        }
        if message["method"] == "notifications/initialized" {
            self.listen(session);
        }
    }

    /// Waits for the node a little; true if the client wants nothing more meanwhile.
    fn closes_within(&self, wait: Duration) -> bool {
        let closed = lock(&self.closed);
        let waited = self
            .closing
            .wait_timeout_while(closed, wait, |closed| !*closed);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn begin(self: &Arc<Pump>, hello: &Value, answer: &HttpAnswer, said: &Value) {
        let mut session = lock(&self.session);
        let former = session.clone();
        session.agree(answer, said);
        session.hello = Some(hello.clone());
        let carried = said["result"]["_meta"].get(SESSION_META);
        session.carried = carried.cloned();
        drop(session);
        match former.id {
            // Whoever says hello twice means another session.
            Some(_) => drop(self.ask(&former, Request::delete)),
            None => self.stay_alive(),
        }
    }

    /// Begins a session like the one that is gone, with what the client said then. Of calls that find it
    /// gone at the same time, one does it.
    fn renew(self: &Arc<Pump>, gone: &Session) -> Renewal {
        let mut session = lock(&self.session);
        let (Some(mut hello), true) = (session.hello.clone(), session.number == gone.number) else {
            return Renewal::Done;
        };
        if let Some(carried) = &session.carried {
            hello["params"]["_meta"][SESSION_META] = carried.clone();
        }
        let nothing = Session::default();
        let answer = match self.attempt(&nothing, &hello) {
            Tried::Answered(answer) => answer,
            Tried::Away(why) => return Renewal::Away(why),
        };
        let Some(said) = &answer.message else {
            return match answer.status {
                200..=299 | 503 => Renewal::Away(answer.why()),
                _ => Renewal::Refused(answer.why()),
            };
        };
        session.agree(&answer, said);
        let again = session.clone();
        drop(session);
        let told = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        if let Tried::Away(why) = self.attempt(&again, &told) {
            return Renewal::Away(why);
        }
        self.listen(again);
        Renewal::Done
    }

    /// The node was started anew: it keeps the session of the mesh open for a moment only, so it is taken up at once.
    fn come_back(self: &Arc<Pump>, gone: &Session) {
        let (began, mut wait) = (Instant::now(), BACKOFF_FIRST);
        while began.elapsed() < AWAY_MAX && !self.closes_within(wait) {
            match self.renew(gone) {
                Renewal::Away(_) => wait = (wait * 2).min(BACKOFF_LAST),
                Renewal::Done | Renewal::Refused(_) => return,
            }
        }
    }

    /// Says from time to time that the program is still there.
    fn stay_alive(self: &Arc<Pump>) {
        let pump = Arc::clone(self);
        // Ends with the process, or with what the client wants.
        thread::spawn(move || {
            let alive = json!({"jsonrpc": "2.0", "id": "still-here", "method": "ping"});
            while !pump.closes_within(SIGN_OF_LIFE_EVERY) {
                let session = lock(&pump.session).clone();
                // What is away or gone is found so by the next call.
                let _ = pump.attempt(&session, &alive);
            }
        });
    }

    fn attempt(&self, session: &Session, message: &Value) -> Tried {
        let sent = self.node().and_then(|node| {
            let request = self.headers(session, Request::post(address(&node)), message);
            let request = request
                .header("content-type", "application/json")
                .body(message.to_string());
            self.send(&node, request.map_err(|why| why.to_string())?)
        });
        match sent {
            Ok(response) => Tried::Answered(HttpAnswer::read(response, message.get("id"), say)),
            Err(why) => Tried::Away(why),
        }
    }

    /// Where the node is now: it may have come back elsewhere.
    fn node(&self) -> Result<NodeAt, String> {
        self.context.node().map_err(|why| match why {
            Failure::Unreachable(reason) | Failure::Here(reason) => {
                format!("{reason}; {}", reason.hint)
            }
            other => format!("{other:?}"),
        })
    }

    /// Sends a request with the token, once whoever listens there has proved to be the node.
    fn send(
        &self,
        node: &NodeAt,
        request: Request<impl AsSendBody>,
    ) -> Result<Response<Body>, String> {
        let away = |why: &dyn std::fmt::Display| {
            format!(
                "cannot reach the node at {}: {why}. Start it with `mesh up`.",
                node.url
            )
        };
        if let Some(key) = node.key {
            http::prove(&self.agent, &node.url, key).map_err(|why| away(&why))?;
        }
        self.agent.run(request).map_err(|why| away(&why))
    }

    fn headers(&self, session: &Session, request: Builder, message: &Value) -> Builder {
        let mut request = request
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "application/json, text/event-stream");
        if let Some(context) = self.within {
            request = request.header(SESSION_HEADER, context.to_string());
        }
        // A client of the stateless protocol states its version in each request.
        let stated = message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str();
        if let Some(version) = stated {
            request = request.header("mcp-method", message["method"].as_str().unwrap_or_default());
            let name = message["params"]["name"]
                .as_str()
                .or(message["params"]["uri"].as_str());
            if let Some(name) = name {
                request = request.header("mcp-name", name);
            }
            request = request.header("mcp-protocol-version", version);
        } else if let Some(version) = &session.version {
            request = request.header("mcp-protocol-version", version);
        }
        if let Some(id) = &session.id {
            request = request.header("mcp-session-id", id);
        }
        request
    }

    /// Says what the node says unasked, for as long as the session lives.
    fn listen(self: &Arc<Pump>, session: Session) {
        let pump = Arc::clone(self);
        // Ends with the process or with the session.
        thread::spawn(move || {
            let Ok(response) = pump.ask(&session, Request::get) else {
                return;
            };
            if response.status().is_success() {
                let mut body = BufReader::new(response.into_body().into_reader());
                each_event(&mut body, &mut |text| {
                    if let Ok(message) = serde_json::from_str::<Value>(text) {
                        say(&message);
                    }
                });
                pump.come_back(&session);
            }
        });
    }

    /// Ends the session at the node. If that fails, the node ends it itself in time.
    pub fn goodbye(&self) {
        self.close();
        let session = lock(&self.session).clone();
        if session.id.is_some() {
            let _ = self.ask(&session, Request::delete);
        }
    }

    fn ask(
        &self,
        session: &Session,
        method: fn(String) -> Builder,
    ) -> Result<Response<Body>, String> {
        let node = self.node()?;
        let request = self
            .headers(session, method(address(&node)), &Value::Null)
            .body(());
        self.send(&node, request.map_err(|why| why.to_string())?)
    }
}

fn address(node: &NodeAt) -> String {
    format!("{}/mcp", node.url)
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept is whole at any moment.
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
