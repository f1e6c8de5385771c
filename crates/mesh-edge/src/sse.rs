//! `/api/stream`: the same events as over WebSocket, one by one, for whoever only listens.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use mesh_model::limits::KEEPALIVE_MS;
use mesh_model::refuse::invalid;
use mesh_model::{Effect, ErrorCode, Refusal, Seq};
use mesh_ops::{Caller, Taken, Wanted};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::caller::{self, Credentials};
use crate::edge::{Edge, stopped};
use crate::metrics::Held;
use crate::problem::Refused;
use crate::query;

/// What keeps proxies from thinking that nobody is there.
pub(crate) const KEEPALIVE: Bytes = Bytes::from_static(b": still here\n\n");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Answers with a stream of events.
pub(crate) async fn serve(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let from = caller::address(request.extensions());
    match begin(edge, request.headers(), request.uri().query(), from).await {
        Ok(feed) => {
            let events =
                stream::unfold(feed, |mut feed| async { Some((feed.next().await?, feed)) });
            answer(events.map(Ok::<_, Infallible>))
        }
        Err(refusal) => Refused(refusal).into_response(),
    }
}

/// An answer whose pieces come as they happen.
pub(crate) fn answer(
    pieces: impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static,
) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies that gather answers would hold events back.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

async fn begin(
    edge: Arc<Edge>,
    headers: &HeaderMap,
    query: Option<&str>,
    address: Option<IpAddr>,
) -> Result<Feed, Refusal> {
    edge.hosts.check_origin(headers)?;
    let caller = caller::of(&edge, &Credentials::of(headers)).await?;
    let mut wanted = Wanted {
        session: caller::session(headers)?,
        ..Wanted::default()
    };
    for (name, value) in query::pairs(query)? {
        let list = || {
            value
                .split(',')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
        };
        match name.as_str() {
            "room" => wanted.rooms.extend(list()),
            "types" => wanted.types.extend(list()),
            "after" => wanted.after = Some(place(&value)?),
            _ => {
                return Err(invalid(
                    "the query holds an unknown parameter",
                    "the parameters are room, types and after",
                ));
            }
        }
    }
    // A browser that comes back by itself sends the same query again, and this beside it.
    if let Some(last) = headers.get(LAST_EVENT_ID) {
        wanted.after = Some(place(last.to_str().unwrap_or_default())?);
    }
    let subscription = edge.door.subscribe(&caller, address, wanted).await?;
    let counted = Held::new(&edge.metrics.streams);
    Ok(Feed {
        edge,
        caller,
        subscription,
        ended: false,
        _counted: counted,
    })
}

fn place(text: &str) -> Result<Seq, Refusal> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.map(Seq).ok_or_else(|| {
        Refusal::new(
            ErrorCode::BadCursor,
            "the place to go on from is not a number",
            Effect::NothingDone,
            "send the id of the last event, or leave it out to begin now",
        )
    })
}

struct Feed {
    edge: Arc<Edge>,
    caller: Caller,
    subscription: mesh_ops::Stream,
    ended: bool,
    _counted: Held,
}

impl Feed {
    /// The next piece of the stream; nothing once it has ended.
    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        loop {
            let mut stopping = self.edge.stopping.clone();
            let taken = tokio::select! {
                taken = self.subscription.next() => taken,
                () = tokio::time::sleep(Duration::from_millis(KEEPALIVE_MS)) => return Some(KEEPALIVE),
                () = stopped(&mut stopping) => return None,
            };
            let (frames, last) = match taken {
                Ok(Taken::Frames(frames, last)) => (frames, last),
                Ok(Taken::CutOff) => return Some(self.end(&cut_off())),
                Err(refusal) => return Some(self.end(&refusal)),
            };
            let mut text = String::new();
            frames
                .iter()
                .for_each(|frame| write_events(frame, &mut text));
            if let Some(me) = self.caller.actor.and_then(mesh_model::Actor::participant) {
                self.edge.node.offer(me, last);
            }
            if !text.is_empty() {
                return Some(Bytes::from(text));
            }
        }
    }

    /// The last piece says why.
    fn end(&mut self, refusal: &Refusal) -> Bytes {
        self.ended = true;
        let problem = serde_json::to_string(&refusal.problem()).unwrap_or_default();
        Bytes::from(format!("event: problem\ndata: {problem}\n\n"))
    }
}

fn cut_off() -> Refusal {
    Refusal::new(
        ErrorCode::Overloaded,
        "events came faster than they were read",
        Effect::told("the stream ends here and nothing is lost"),
        "connect again with Last-Event-ID",
    )
}

/// A frame of the WebSocket, of which a stream of events uses two kinds.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow, default)]
    push: Vec<&'a RawValue>,
    tail: Option<Seq>,
}

#[derive(Deserialize)]
struct Item<'a> {
    seq: Seq,
    #[serde(rename = "type")]
    kind: &'a str,
}

fn write_events(frame: &Bytes, text: &mut String) {
    use std::fmt::Write as _;
    let Ok(frame) = serde_json::from_slice::<Frame<'_>>(frame) else {
        return;
    };
    for json in frame.push {
        if let Ok(item) = serde_json::from_str::<Item<'_>>(json.get()) {
            // JSON that we wrote ourselves holds no line ends.
            let _ = write!(
                text,
                "id: {}\nevent: {}\ndata: {}\n\n",
                item.seq,
                item.kind,
                json.get()
            );
        }
    }
    if let Some(tail) = frame.tail {
        let _ = write!(
            text,
            "id: {tail}\nevent: tail\ndata: {{\"tail\":{tail}}}\n\n"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_become_events() {
        let mut text = String::new();
        let push =
            r#"{"prev":1,"seq":3,"push":[{"seq":2,"type":"a"},{"seq":3,"type":"b","data":{}}]}"#;
        write_events(&Bytes::from(push), &mut text);
        write_events(
            &Bytes::from(r#"{"ephemeral":{"type":"typing"}}"#),
            &mut text,
        );
        write_events(&Bytes::from(r#"{"tail":9}"#), &mut text);
        let expected = "id: 2\nevent: a\ndata: {\"seq\":2,\"type\":\"a\"}\n\nid: 3\nevent: b\n\
            data: {\"seq\":3,\"type\":\"b\",\"data\":{}}\n\nid: 9\nevent: tail\ndata: {\"tail\":9}\n\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn places_are_plain_numbers() {
        assert_eq!(place("12").unwrap(), Seq(12));
        for bad in ["", "-1", "+1", "x", "99999999999999999999999"] {
            assert_eq!(place(bad).unwrap_err().code, ErrorCode::BadCursor);
        }
    }
}
