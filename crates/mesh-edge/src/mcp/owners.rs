//! Whose an MCP session is: the credential's that opened it, and nobody else's.
//!
//! The SDK hands a session to whoever names it. Its id is no secret, so one that is shown with another credential is
//! answered like one that there is not: who asks neither acts by it nor ends it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use mesh_model::Actor;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;

/// The id that the SDK gives a session at `initialize`.
const ID: HeaderName = HeaderName::from_static("mcp-session-id");
/// From how many on those that are over are looked for.
const SWEPT_FROM: usize = 64;

/// The open MCP sessions by their ids.
#[derive(Clone)]
pub(crate) struct Owners {
    sessions: Arc<LocalSessionManager>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    by: HashMap<String, Actor>,
    /// How many there were after those that are over had been looked for.
    swept: usize,
}

impl Owners {
    /// Of the sessions that the SDK keeps.
    pub fn new(sessions: Arc<LocalSessionManager>) -> Owners {
        Owners {
            sessions,
            known: Arc::default(),
        }
    }

    /// Whether the request may go on: it names no session, or one of the asker's.
    pub fn lets(&self, headers: &HeaderMap, asker: Option<Actor>) -> bool {
        let mut named = headers.get_all(ID).iter();
        let Some(id) = named.next() else {
            return true;
        };
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let owner = id.to_str().ok().and_then(|id| known.by.get(id));
        named.next().is_none() && owner.is_some() && owner.copied() == asker
    }

    /// Remembers a session that was opened by this answer.
    pub async fn opened(&self, answer: &HeaderMap, by: Option<Actor>) {
        let id = answer.get(ID).and_then(|id| id.to_str().ok());
        let (Some(id), Some(by)) = (id, by) else {
            return;
        };
        let open = self.sessions.sessions.read().await;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.by.entry(id.to_owned()).or_insert(by);
        if known.by.len() >= SWEPT_FROM.max(known.swept * 2) {
            known.by.retain(|id, _| open.contains_key(id.as_str()));
            known.swept = known.by.len();
        }
    }
}

/// What is answered to somebody who names a session that it does not have. A client begins a new one.
pub(crate) fn no_session() -> Response {
    let why = "Not Found: this credential has no such session; begin one with initialize";
    (StatusCode::NOT_FOUND, why).into_response()
}
