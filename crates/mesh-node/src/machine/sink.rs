//! What waits for one subscriber. The fan-out puts frames in, the subscriber's task takes them out.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use mesh_model::Seq;
use mesh_model::limits::{SUBSCRIBER_BYTES_MAX, SUBSCRIBER_EVENTS_MAX};
use tokio::sync::Notify;

/// A queue of frames with a bell. A reader that is too slow is cut off, never waited for.
#[derive(Debug, Default)]
pub struct Sink {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    frames: VecDeque<Bytes>,
    events: usize,
    bytes: usize,
    /// The last event among the frames taken or waiting.
    last: Seq,
    cut: bool,
}

/// What a subscriber finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Frames, in order, and the last event up to which they tell everything.
    Frames(Vec<Bytes>, Seq),
    /// It was too slow: it has to subscribe again from where it was.
    CutOff,
}

impl Sink {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a frame with `events` events, the last at `last`. Says whether it fitted.
    pub fn push(&self, frame: Bytes, events: usize, last: Seq) -> bool {
        let mut waiting = self.lock();
        if waiting.cut {
            return false;
        }
        waiting.events += events;
        waiting.bytes += frame.len();
        // One frame always fits: a batch may be larger than a queue.
        let full = waiting.events > SUBSCRIBER_EVENTS_MAX || waiting.bytes > SUBSCRIBER_BYTES_MAX;
        if full && !waiting.frames.is_empty() {
            waiting.cut = true;
            waiting.frames = VecDeque::new();
        } else {
            waiting.last = waiting.last.max(last);
            waiting.frames.push_back(frame);
        }
        let fitted = !waiting.cut;
        drop(waiting);
        self.bell.notify_one();
        fitted
    }

    /// Adds a frame that is not stored anywhere; dropped when anything waits already.
    pub fn push_ephemeral(&self, frame: Bytes) {
        let mut waiting = self.lock();
        if waiting.cut || waiting.frames.len() >= EPHEMERAL_WAITING_MAX {
            return;
        }
        waiting.bytes += frame.len();
        waiting.frames.push_back(frame);
        drop(waiting);
        self.bell.notify_one();
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.lock().frames.is_empty()
    }

    /// Takes all frames that wait, if there are any or the reader was cut off.
    pub fn try_take(&self) -> Option<Taken> {
        let mut waiting = self.lock();
        if waiting.cut {
            return Some(Taken::CutOff);
        }
        if waiting.frames.is_empty() {
            return None;
        }
        waiting.events = 0;
        waiting.bytes = 0;
        let frames = std::mem::take(&mut waiting.frames).into();
        Some(Taken::Frames(frames, waiting.last))
    }

    /// Waits for frames. Safe to drop at any moment: nothing is taken before it returns.
    pub async fn take(&self) -> Taken {
        loop {
            if let Some(taken) = self.try_take() {
                return taken;
            }
            self.bell.notified().await;
        }
    }
}

/// Typing and presence are worth nothing to somebody who is this far behind.
const EPHEMERAL_WAITING_MAX: usize = 64;
