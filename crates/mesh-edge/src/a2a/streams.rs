//! A followed task as Server-Sent Events.

use std::collections::VecDeque;
use std::convert::Infallible;

use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use super::fault::Fault;
use super::follow::{Follow, Next};
use super::wire::Update;
use crate::sse;

/// Answers with its updates, each in the form that the binding has for it. A fault is the last of them.
pub(super) fn answer(
    follow: Follow,
    form: impl Fn(Result<Update, Fault>) -> Bytes + Send + 'static,
) -> Response {
    let begun = Feed {
        follow,
        form,
        ready: VecDeque::new(),
        over: false,
    };
    let pieces = stream::unfold(begun, |mut feed| async { Some((feed.next().await?, feed)) });
    sse::answer(pieces.map(Ok::<_, Infallible>))
}

struct Feed<F> {
    follow: Follow,
    form: F,
    ready: VecDeque<Bytes>,
    over: bool,
}

impl<F: Fn(Result<Update, Fault>) -> Bytes> Feed<F> {
    /// The next piece; nothing once it has ended.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(piece) = self.ready.pop_front() {
            return Some(piece);
        }
        if self.over {
            return None;
        }
        match self.follow.next().await {
            Next::Still => Some(sse::KEEPALIVE),
            Next::Updates(updates) => {
                let pieces = updates.into_iter().map(|update| (self.form)(Ok(update)));
                self.ready.extend(pieces);
                self.ready.pop_front()
            }
            Next::Over(why) => {
                self.over = true;
                why.map(|fault| (self.form)(Err(fault)))
            }
        }
    }
}
