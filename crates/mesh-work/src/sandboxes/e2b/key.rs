//! Keys: a token of the mesh is shown at the node, by whoever holds it, for the one purpose of using these sandboxes. So
//! the node decides who that is and whether it may, and the log says that it did.

use std::time::Duration;

use hyper::StatusCode;
use mesh_model::api::{NoInput, ToolCallInput};
use mesh_model::ops::{MeGet, Operation, ToolCall, ToolList};
use mesh_model::sandbox::OPEN_TOOL;
use mesh_model::tool::full_name;
use mesh_model::{ErrorCode, ParticipantId};
use mesh_sdk::Error;
use mesh_sdk::http::Http;
use serde_json::{Map, Value};

use super::{E2b, Node, Refused};
use crate::sandboxes::Guest;
use crate::worker::random_hex;

/// How long the node's word is waited for.
const WORD_WAIT: Duration = Duration::from_secs(10);

fn refused(error: &Error) -> Refused {
    match error {
        Error::Refused(refusal) if refusal.code == ErrorCode::Unauthenticated => Refused::new(
            StatusCode::UNAUTHORIZED,
            "the key is no token of this mesh, or is one no more",
        ),
        Error::Refused(refusal) => {
            let status = StatusCode::from_u16(refusal.code.status());
            // That there is no such tool for somebody means that the sandboxes are not for it.
            let status = match status.unwrap_or(StatusCode::BAD_GATEWAY) {
                StatusCode::NOT_FOUND => StatusCode::FORBIDDEN,
                status => status,
            };
            Refused::new(status, refusal.detail())
        }
        other => Refused::new(StatusCode::SERVICE_UNAVAILABLE, other.to_string()),
    }
}

impl Node {
    async fn ask<O>(&self, token: &str, input: O::Input) -> Result<O::Output, Error>
    where
        O: Operation + 'static,
        O::Input: Send + 'static,
        O::Output: Send + 'static,
    {
        let mut http = Http::new(&self.url, Some(token.to_owned()));
        if let Some(key) = self.key {
            http = http.only(key);
        }
        let asked = tokio::task::spawn_blocking(move || http.call::<O>(input));
        match asked.await {
            Ok(answer) => answer,
            // It panics never, and is cut off only with all.
            Err(_) => std::future::pending().await,
        }
    }

    /// Who holds a token, if these sandboxes are for it.
    pub(super) async fn holder(&self, token: &str) -> Result<ParticipantId, Refused> {
        let me = self.ask::<MeGet>(token, NoInput {}).await;
        me.map(|me| me.participant.id).map_err(|why| refused(&why))
    }

    /// Whether the holder of a token may still use these sandboxes. A node that is away has said nothing else.
    pub(super) async fn still(&self, token: &str) -> bool {
        let name = full_name(&self.server, OPEN_TOOL);
        match self.ask::<ToolList>(token, NoInput {}).await {
            Ok(tools) => tools.items.iter().any(|tool| tool.name == name),
            Err(Error::Refused(refusal)) => refusal.code.status() >= 500,
            Err(_) => true,
        }
    }
}

impl E2b {
    /// Lets the holder of a token show itself at the node: it uses the tool for that with a word that only this process
    /// knows, and the node tells this process who did.
    pub(super) async fn shown(&self, token: &str) -> Result<Guest, Refused> {
        let word = random_hex::<16>();
        let said = self.showing.wait_for(word.clone()).ok_or_else(|| {
            Refused::new(StatusCode::TOO_MANY_REQUESTS, "too many keys are shown now")
        })?;
        let mut input = Map::new();
        input.insert("word".to_owned(), Value::String(word));
        let call = ToolCallInput {
            tool: full_name(&self.node.server, OPEN_TOOL),
            input,
            task: None,
        };
        let asked = self.node.ask::<ToolCall>(token, call).await;
        asked.map_err(|why| refused(&why))?;
        match tokio::time::timeout(WORD_WAIT, said).await {
            Ok(Ok(Ok(who))) => Ok(who),
            Ok(Ok(Err(why))) => Err(Refused::new(StatusCode::FORBIDDEN, why)),
            _ => Err(Refused::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the node did not say who it is",
            )),
        }
    }
}
