//! The Model Context Protocol over Streamable HTTP, as its client: a POST for each message, answered by JSON or by a stream of
//! events, and a stream beside it on which the server says what else happens.

use std::io::{BufRead, BufReader, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mesh_model::limits::{TOOL_ANSWER_BYTES_MAX, TOOL_MS_MAX};
use serde_json::{Value, json};
use tokio::sync::watch;
use ureq::Agent;
use ureq::Body;
use ureq::http::{Request, Response};

use crate::mcp::{CallResult, News, VERSION, outcome};

/// What is read of one message: an answer with room for its JSON around and escapes in it.
const MESSAGE_BYTES_MAX: u64 = 4 * TOOL_ANSWER_BYTES_MAX as u64;
/// What is read of one answer to a POST, other messages before it included.
const STREAM_BYTES_MAX: u64 = 16 * MESSAGE_BYTES_MAX;

/// A server at an address.
pub(crate) struct Peer {
    url: String,
    agent: Agent,
    /// As the server named it.
    session: Mutex<Option<String>>,
    next: AtomicU64,
    news: watch::Sender<News>,
}

impl Peer {
    pub fn new(url: String, news: watch::Sender<News>) -> Peer {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("mesh/", env!("CARGO_PKG_VERSION")));
        Peer {
            url,
            agent: config.build().into(),
            session: Mutex::default(),
            next: AtomicU64::new(0),
            news,
        }
    }

    /// Asks, on a thread that may wait. Dropped, it tells the server that nobody waits any more.
    pub async fn ask(self: &Arc<Self>, method: &str, params: Value) -> CallResult {
        let id = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        let mut given_up = GivenUp {
            peer: Arc::clone(self),
            id: (method == "tools/call").then_some(id),
        };
        let peer = Arc::clone(self);
        let asked = tokio::task::spawn_blocking(move || peer.post(&message, Some(id))).await;
        given_up.id = None;
        asked.unwrap_or_else(|_| Err("the question broke off".to_owned()))
    }

    /// Tells something that has no answer.
    pub async fn tell(self: &Arc<Self>, message: Value) -> Result<(), String> {
        let peer = Arc::clone(self);
        let told = tokio::task::spawn_blocking(move || peer.post(&message, None)).await;
        told.unwrap_or_else(|_| Err("the message broke off".to_owned()))
            .map(drop)
    }

    fn post(&self, message: &Value, id: Option<u64>) -> CallResult {
        let request = self
            .request("POST")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(message.to_string())
            .map_err(|why| why.to_string())?;
        let limit = Some(Duration::from_millis(TOOL_MS_MAX));
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(limit)
            .build();
        let answer = self.agent.run(request).map_err(|why| self.lost(&why))?;
        let session = answer.headers().get("mcp-session-id");
        if let Some(session) = session.and_then(|session| session.to_str().ok()) {
            *self.session() = Some(session.to_owned());
        }
        match (answer.status().as_u16(), id) {
            (200..300, None) => Ok(Value::Null),
            (200..300, Some(id)) => self.answered(answer, id),
            (404, _) if self.session().is_some() => {
                self.news.send_modify(|news| news.over = true);
                Err("the server has forgotten the session".to_owned())
            }
            (status, _) => Err(format!("the server answered with status {status}")),
        }
    }

    fn answered(&self, answer: Response<Body>, id: u64) -> CallResult {
        let kind = answer.headers().get("content-type");
        let stream = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        let body = answer.into_body().into_reader();
        if !stream {
            let mut text = Vec::new();
            body.take(MESSAGE_BYTES_MAX + 1)
                .read_to_end(&mut text)
                .map_err(|why| format!("the answer broke off: {}", why.kind()))?;
            if text.len() as u64 > MESSAGE_BYTES_MAX {
                return Err("the answer is too long".to_owned());
            }
            let message = serde_json::from_slice(&text);
            return outcome(&message.map_err(|_| "the answer is no JSON".to_owned())?);
        }
        let mut found = None;
        self.events(BufReader::new(body.take(STREAM_BYTES_MAX)), |message| {
            let is_answer = message.get("method").is_none() && message["id"] == id;
            if is_answer {
                found = Some(outcome(&message));
            }
            !is_answer
        });
        found.unwrap_or_else(|| Err("the stream ended without the answer".to_owned()))
    }

    /// Reads messages of a stream of events until one is enough, the stream ends, or a message is too long.
    fn events(&self, mut lines: impl BufRead, mut more: impl FnMut(Value) -> bool) {
        let mut data = String::new();
        loop {
            let mut line = Vec::new();
            let read = (&mut lines)
                .take(MESSAGE_BYTES_MAX)
                .read_until(b'\n', &mut line);
            if !matches!(read, Ok(1..)) || line.last() != Some(&b'\n') {
                return;
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            if let Some(part) = line.strip_prefix("data:") {
                data.push_str(part.strip_prefix(' ').unwrap_or(part));
                if data.len() as u64 > MESSAGE_BYTES_MAX {
                    return;
                }
            }
            if !line.is_empty() {
                continue;
            }
            let message = serde_json::from_str::<Value>(&std::mem::take(&mut data));
            let Ok(message) = message else {
                continue;
            };
            if message["method"] == "notifications/tools/list_changed" {
                self.news.send_modify(|news| news.changed += 1);
            }
            if !more(message) {
                return;
            }
        }
    }

    /// Listens, on a thread of its own, to what the server says by itself. One that says nothing so has no such stream.
    pub fn listen(self: &Arc<Self>) {
        let request = self
            .request("GET")
            .header("accept", "text/event-stream")
            .body(());
        let Ok(request) = request else {
            return;
        };
        let peer = Arc::clone(self);
        std::thread::spawn(move || {
            if let Ok(answer) = peer.agent.run(request)
                && answer.status().is_success()
            {
                // It ends when the server does.
                peer.events(BufReader::new(answer.into_body().into_reader()), |_| true);
            }
        });
    }

    fn request(&self, method: &str) -> ureq::http::request::Builder {
        let mut request = Request::builder()
            .method(method)
            .uri(&self.url)
            .header("mcp-protocol-version", VERSION);
        if let Some(session) = &*self.session() {
            request = request.header("mcp-session-id", session);
        }
        request
    }

    fn session(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A server that cannot be reached is over: it is said hello to again.
    fn lost(&self, why: &ureq::Error) -> String {
        if !matches!(why, ureq::Error::Timeout(_)) {
            self.news.send_modify(|news| news.over = true);
        }
        crate::web::reason(why)
    }
}

/// Whoever gives up waiting tells the server so.
struct GivenUp {
    peer: Arc<Peer>,
    id: Option<u64>,
}

impl Drop for GivenUp {
    fn drop(&mut self) {
        let Some(id) = self.id else {
            return;
        };
        let peer = Arc::clone(&self.peer);
        let cancelled = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}});
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // It may be what is gone.
                let _ = peer.tell(cancelled).await;
            });
        }
    }
}
