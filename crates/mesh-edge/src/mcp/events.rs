//! MCP Events (SEP-3415, extension `io.modelcontextprotocol/events`): a client lists what can happen, and asks for it again and again
//! or listens. A cursor is a place in the log, so nothing is kept for a client between two requests, and nothing is missed.
//!
//! The SDK knows nothing of this extension: its requests are answered before it sees them. Callbacks are not among it: what the
//! node tells addresses outside are webhooks, which `webhook.create` makes.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use mesh_model::api::{EventListInput, Page, StreamFrame, StreamItem};
use mesh_model::limits::KEEPALIVE_MS;
use mesh_model::ops::{EventList, Operation};
use mesh_model::{Actor, ErrorCode, Millis, ParticipantId, Refusal, Seq, refuse};
use mesh_ops::{Caller, Options, Stream, Taken, Wanted};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::caller;
use crate::edge::{Edge, stopped};
use crate::sse;

/// The extension's name.
pub(super) const EXTENSION: &str = "io.modelcontextprotocol/events";
/// Events in one answer, unless fewer are wanted.
const EVENTS_MAX: u32 = 50;
/// How soon it is worth while to ask again.
const POLL_MS: u64 = 10_000;
const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

/// What can be asked for: the type of the event, and what it says.
const TYPES: [(&str, &str); 6] = [
    (MESSAGE, "Somebody posted a message where the caller reads"),
    ("approval.requested", "Somebody asks for an approval"),
    ("task.created", "A task was created"),
    ("task.finished", "A worker has given a task's result"),
    (
        "task.attempt_failed",
        "An attempt at a task failed; what follows is told with it",
    ),
    ("task.cancelled", "A task was cancelled"),
];
const MESSAGE: &str = "message.posted";

/// One request of this extension.
pub(super) struct Asked {
    id: Value,
    method: String,
    params: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    name: String,
    #[serde(default)]
    arguments: Option<Arguments>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    max_age_ms: Option<u64>,
    #[serde(default)]
    max_events: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Arguments {
    /// Only in this room: id or name.
    room: Option<String>,
    /// Only messages that name the caller.
    #[serde(default)]
    names_me: bool,
}

/// What went wrong, as JSON-RPC tells it.
struct Wrong(i64, String, Value);

impl From<Refusal> for Wrong {
    fn from(why: Refusal) -> Wrong {
        let code = match why.code {
            ErrorCode::InvalidInput | ErrorCode::BadCursor => -32602,
            ErrorCode::NotFound => -32011,
            ErrorCode::RateLimited | ErrorCode::Overloaded => -32013,
            ErrorCode::Internal => -32603,
            _ => -32012,
        };
        let data = json!({"reason": why.code.code(), "retryAfterMs": why.retry_after_ms});
        Wrong(code, why.detail(), data)
    }
}

fn invalid(what: impl Into<String>) -> Wrong {
    Wrong(-32602, what.into(), Value::Null)
}

/// The request in a body, if it is one of this extension.
pub(super) fn asked(body: &[u8]) -> Option<Asked> {
    // Nearly all requests are others.
    body.windows(8)
        .any(|part| part == b"\"events/")
        .then_some(())?;
    let Value::Object(mut fields) = mesh_ops::parse_json(body).ok()? else {
        return None;
    };
    let id = fields.remove("id")?;
    let method = fields.remove("method")?.as_str()?.to_owned();
    let known = method.starts_with("events/") && (id.is_string() || id.is_number());
    known.then(|| Asked {
        id,
        method,
        params: fields.remove("params").unwrap_or_else(|| json!({})),
    })
}

/// Who asks.
pub(super) struct Asks<'a> {
    pub edge: &'a Arc<Edge>,
    pub caller: &'a Caller,
    pub headers: &'a HeaderMap,
    pub from: Option<std::net::IpAddr>,
}

impl Asks<'_> {
    /// Answers.
    pub async fn answer(&self, asked: Asked) -> Response {
        let Asked { id, method, params } = asked;
        let done = match method.as_str() {
            "events/list" => Ok(listed()),
            "events/poll" => self.poll(params).await,
            "events/stream" => match self.begin(params, id.clone()).await {
                Ok(feed) => return feed.answer(),
                Err(wrong) => Err(wrong),
            },
            "events/subscribe" | "events/unsubscribe" => Err(Wrong(
                -32014,
                "callbacks are not made here; webhook.create has the node tell an address"
                    .to_owned(),
                json!({"feature": "deliveryMode", "value": "webhook"}),
            )),
            _ => Err(Wrong(
                -32601,
                format!("there is no method '{method}'"),
                Value::Null,
            )),
        };
        let body = match done {
            Ok(mut result) => {
                result["resultType"] = "complete".into();
                json!({"jsonrpc": "2.0", "id": id, "result": result})
            }
            Err(Wrong(code, message, data)) => {
                let error = json!({"code": code, "message": message, "data": data});
                json!({"jsonrpc": "2.0", "id": id, "error": error})
            }
        };
        ([(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
    }

    /// What happened before this is too old.
    fn oldest(&self, max_age_ms: Option<u64>) -> Option<Millis> {
        let now = self.edge.door.node().now();
        max_age_ms.map(|ms| Millis(now.0.saturating_sub(ms)))
    }

    fn options(&self) -> Result<Options, Refusal> {
        Ok(Options {
            address: self.from,
            session: caller::session(self.headers)?,
            ..Options::default()
        })
    }

    async fn poll(&self, params: Value) -> Result<Value, Wrong> {
        let (params, sought) = self.read(params)?;
        let Some(after) = cursor(params.cursor.as_deref())? else {
            let stream = self.listen(&sought, None).await?;
            return Ok(polled(Vec::new(), stream.position(), false, false));
        };
        let input = EventListInput {
            after,
            limit: Some(params.max_events.unwrap_or(EVENTS_MAX).clamp(1, EVENTS_MAX)),
            room: sought.room.clone(),
            types: vec![sought.name.to_owned()],
        };
        let input = serde_json::to_value(input).unwrap_or_default();
        let name = EventList::DECLARATION.name;
        let options = self.options()?;
        let reply = caller::call(self.edge, "mcp", self.caller, name, input, options).await?;
        let page: Page<StreamItem> = serde_json::from_slice(&reply.body)
            .map_err(|_| refuse::internal("the node's own answer could not be read"))?;
        let last = page.items.last().map_or(after, |item| item.seq);
        let oldest = self.oldest(params.max_age_ms);
        let young = |item: &&StreamItem| oldest.is_none_or(|oldest| item.at >= oldest);
        let truncated = !page.items.iter().all(|item| young(&item));
        let items = page.items.iter().filter(young);
        let events = items
            .filter(|item| sought.wants(item))
            .map(|item| sought.occurrence(item));
        let cursor = page.next.unwrap_or(last);
        Ok(polled(
            events.collect(),
            cursor,
            truncated,
            page.next.is_some(),
        ))
    }

    async fn begin(&self, params: Value, id: Value) -> Result<Feed, Wrong> {
        let (params, sought) = self.read(params)?;
        let after = cursor(params.cursor.as_deref())?;
        let stream = self.listen(&sought, after).await?;
        let oldest = self.oldest(params.max_age_ms);
        let mut feed = Feed {
            edge: Arc::clone(self.edge),
            stream,
            sought,
            id,
            oldest,
            ready: VecDeque::new(),
            over: false,
        };
        let begun = json!({"cursor": feed.stream.position().to_string(), "truncated": false});
        feed.push("active", begun);
        Ok(feed)
    }

    async fn listen(&self, sought: &Sought, after: Option<Seq>) -> Result<Stream, Refusal> {
        let wanted = Wanted {
            after,
            rooms: sought.room.clone().into_iter().collect(),
            types: vec![sought.name.to_owned()],
            session: caller::session(self.headers)?,
        };
        let door = &self.edge.door;
        door.subscribe(self.caller, self.from, wanted).await
    }

    fn read(&self, params: Value) -> Result<(Params, Sought), Wrong> {
        let mut params: Params = serde_json::from_value(params).map_err(|why| {
            invalid(format!(
                "the parameters are not in the extension's form: {why}"
            ))
        })?;
        let known = TYPES.iter().find(|(name, _)| *name == params.name);
        let Some((name, _)) = known else {
            let what = "there is no such event; events/list has those that there are";
            return Err(Wrong(-32011, what.to_owned(), json!({"kind": "event"})));
        };
        let arguments = params.arguments.take().unwrap_or_default();
        if arguments.names_me && *name != MESSAGE {
            return Err(invalid("only messages name somebody"));
        }
        let me = self.caller.actor.and_then(Actor::participant);
        let sought = Sought {
            name,
            room: arguments.room,
            named: me.filter(|_| arguments.names_me),
        };
        Ok((params, sought))
    }
}

/// What is asked for.
struct Sought {
    name: &'static str,
    room: Option<String>,
    /// Only messages that name this one.
    named: Option<ParticipantId>,
}

impl Sought {
    fn wants(&self, item: &StreamItem) -> bool {
        self.named.is_none_or(|me| {
            let message = item.message();
            message.is_some_and(|message| message.mentions.contains(&me))
        })
    }

    /// The event as the extension tells it. Its id stands under both names that clients look for.
    fn occurrence(&self, item: &StreamItem) -> Value {
        let id = format!("evt_{}", item.seq);
        json!({
            "eventId": id,
            "id": id,
            "name": self.name,
            "timestamp": item.at,
            "data": item,
            "cursor": item.seq.to_string(),
        })
    }
}

fn cursor(text: Option<&str>) -> Result<Option<Seq>, Wrong> {
    let read = |text: &str| text.parse::<u64>().map(Seq);
    text.map(read)
        .transpose()
        .map_err(|_| invalid("the cursor is none that was given here; begin anew with null"))
}

fn polled(events: Vec<Value>, cursor: Seq, truncated: bool, more: bool) -> Value {
    json!({
        "events": events,
        "cursor": cursor.to_string(),
        "truncated": truncated,
        "hasMore": more,
        "nextPollMs": POLL_MS,
    })
}

fn listed() -> Value {
    let events = TYPES.map(|(name, about)| {
        let mut arguments = json!({
            "room": {"type": "string", "description": "Only in this room: id or name"},
        });
        if name == MESSAGE {
            arguments["namesMe"] = json!({
                "type": "boolean", "default": false, "description": "Only messages that name the caller",
            });
        }
        json!({
            "name": name,
            "description": about,
            "delivery": ["poll", "push"],
            "inputSchema": {"type": "object", "properties": arguments, "additionalProperties": false},
            "payloadSchema": {
                "type": "object",
                "description": "the event as GET /api/events gives it; words of strangers stand in an envelope",
                "properties": {"seq": {"type": "integer"}, "type": {"type": "string"}, "data": {"type": "object"}},
            },
        })
    });
    json!({ "events": events })
}

/// Events as they happen.
struct Feed {
    edge: Arc<Edge>,
    stream: Stream,
    sought: Sought,
    id: Value,
    /// What is older is not told.
    oldest: Option<Millis>,
    ready: VecDeque<Bytes>,
    over: bool,
}

impl Feed {
    fn answer(self) -> Response {
        let pieces = stream::unfold(self, |mut feed| async { Some((feed.next().await?, feed)) });
        sse::answer(pieces.map(Ok::<_, Infallible>))
    }

    fn push(&mut self, what: &str, mut params: Value) {
        params["_meta"] =
            Value::Object(Map::from_iter([(SUBSCRIPTION.to_owned(), self.id.clone())]));
        let method = format!("notifications/events/{what}");
        let said = json!({"jsonrpc": "2.0", "method": method, "params": params});
        self.ready
            .push_back(Bytes::from(format!("data: {said}\n\n")));
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(piece);
            }
            if self.over {
                return None;
            }
            let mut stopping = self.edge.stopping.clone();
            let taken = tokio::select! {
                taken = self.stream.next() => taken,
                () = tokio::time::sleep(Duration::from_millis(KEEPALIVE_MS)) => {
                    self.push("heartbeat", json!({"cursor": self.stream.position().to_string()}));
                    continue;
                }
                () = stopped(&mut stopping) => {
                    self.end();
                    continue;
                }
            };
            match taken {
                Ok(Taken::Frames(frames, _)) => frames.iter().for_each(|frame| self.take(frame)),
                // Whoever reads too slowly comes again with its cursor.
                Ok(Taken::CutOff) => self.end(),
                Err(why) => {
                    let Wrong(code, message, data) = why.into();
                    let error = json!({"code": code, "message": message, "data": data});
                    self.push("terminated", json!({ "error": error }));
                    self.end();
                }
            }
        }
    }

    fn take(&mut self, frame: &[u8]) {
        let Ok(StreamFrame::Push { push, .. }) = serde_json::from_slice(frame) else {
            return;
        };
        for item in push {
            let young = self.oldest.is_none_or(|oldest| item.at >= oldest);
            if young && self.sought.wants(&item) {
                let told = self.sought.occurrence(&item);
                self.push("event", told);
            }
        }
    }

    fn end(&mut self) {
        self.over = true;
        let last = json!({"jsonrpc": "2.0", "id": self.id, "result": {"_meta": {}, "resultType": "complete"}});
        self.ready
            .push_back(Bytes::from(format!("data: {last}\n\n")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_of_the_extension_are_taken_from_the_sdk() {
        let method = |method: &str| {
            let body =
                json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"x": "\"events/"}});
            asked(body.to_string().as_bytes()).map(|asked| asked.method)
        };
        assert_eq!(method("events/list").as_deref(), Some("events/list"));
        assert_eq!(method("tools/list"), None);
        // A notification has no answer.
        assert!(asked(br#"{"jsonrpc":"2.0","method":"events/list"}"#).is_none());
        assert!(asked(b"\"events/").is_none());
    }

    #[test]
    fn a_cursor_is_one_that_was_given() {
        assert!(matches!(cursor(None), Ok(None)));
        assert!(matches!(cursor(Some("12")), Ok(Some(Seq(12)))));
        for bad in ["", "-1", "x", "1.5"] {
            assert!(cursor(Some(bad)).is_err(), "{bad}");
        }
    }
}
