//! Whoever looks at the public page is told that something on it has changed, and never what: the page is asked for that, by its
//! own limits.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use mesh_model::Refusal;
use mesh_model::limits::{KEEPALIVE_MS, PUBLIC_PICTURE_MS, PUBLIC_STREAM_MS};
use tokio::sync::watch;
use tokio::time::Instant;

use super::gate::Counted;
use super::{ROBOTS, admit, from};
use crate::edge::{Edge, stopped};
use crate::metrics::Held;
use crate::problem::Refused;
use crate::sse;

/// Nothing is shown any more: nobody needs to come again.
const OVER: Bytes = Bytes::from_static(b"event: over\ndata: {}\n\n");

pub(super) async fn of_list(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    serve(edge, from(&request), None).await
}

pub(super) async fn of_room(
    State(edge): State<Arc<Edge>>,
    name: Path<String>,
    request: Request,
) -> Response {
    serve(edge, from(&request), Some(name.0)).await
}

async fn serve(edge: Arc<Edge>, from: Option<IpAddr>, name: Option<String>) -> Response {
    match begin(edge, from, name).await {
        Ok(feed) => {
            let pieces =
                stream::unfold(feed, |mut feed| async { Some((feed.next().await?, feed)) });
            let mut response = sse::answer(pieces.map(Ok::<_, Infallible>));
            let headers = response.headers_mut();
            headers.insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
            response
        }
        Err(refusal) => Refused(refusal).into_response(),
    }
}

async fn begin(
    edge: Arc<Edge>,
    from: Option<IpAddr>,
    name: Option<String>,
) -> Result<Feed, Refusal> {
    admit(&edge, from)?;
    let counted = edge.public.gate.stream(from)?;
    let rights = edge.node.rights();
    let tag = {
        let _under_way = edge.public.gate.enter()?;
        let drawn = edge.public.pictures.of(&edge.door, name.as_deref());
        drawn.await?.tag
    };
    let now = Instant::now();
    Ok(Feed {
        _held: Held::new(&edge.metrics.streams),
        _counted: counted,
        edge,
        name,
        rights,
        shown: None,
        tag,
        over: false,
        told: now,
        looks: now + Duration::from_millis(PUBLIC_PICTURE_MS),
        ends: now + Duration::from_millis(PUBLIC_STREAM_MS),
    })
}

struct Feed {
    edge: Arc<Edge>,
    name: Option<String>,
    rights: watch::Receiver<u64>,
    /// What the reader was told of.
    shown: Option<u64>,
    tag: u64,
    over: bool,
    told: Instant,
    looks: Instant,
    ends: Instant,
    _held: Held,
    _counted: Counted,
}

impl Feed {
    /// The next piece; nothing once it has ended. A browser comes again by itself, unless nothing is shown any more.
    async fn next(&mut self) -> Option<Bytes> {
        if self.over || Instant::now() >= self.ends {
            return None;
        }
        loop {
            if self.shown != Some(self.tag) {
                self.shown = Some(self.tag);
                return Some(self.tell(Bytes::from(format!(
                    "event: shown\ndata: {{\"tag\":\"{:016x}\"}}\n\n",
                    self.tag
                ))));
            }
            if self.told.elapsed() >= Duration::from_millis(KEEPALIVE_MS) {
                return Some(self.tell(sse::KEEPALIVE));
            }
            let mut stopping = self.edge.stopping.clone();
            let looks = tokio::select! {
                () = tokio::time::sleep_until(self.looks) => true,
                // The room may be taken from the page: that is told at once.
                changed = self.rights.changed() => {
                    changed.ok()?;
                    false
                }
                () = stopped(&mut stopping) => return None,
            };
            if !self.is_shown() {
                self.over = true;
                return Some(OVER);
            }
            if looks {
                self.look().await;
            }
        }
    }

    fn is_shown(&self) -> bool {
        let door = &self.edge.door;
        let public = self.name.as_deref().is_none_or(|name| door.is_public(name));
        door.public_page().is_some() && public
    }

    /// Looks whether something has changed; so often and no oftener one is told.
    async fn look(&mut self) {
        let (public, door) = (&self.edge.public, &self.edge.door);
        if let Ok(picture) = public.pictures.of(door, self.name.as_deref()).await {
            self.tag = picture.tag;
        }
        self.looks = Instant::now() + Duration::from_millis(PUBLIC_PICTURE_MS);
    }

    fn tell(&mut self, piece: Bytes) -> Bytes {
        self.told = Instant::now();
        piece
    }
}
