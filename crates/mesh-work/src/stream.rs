//! Output on its way to the mesh: live words at once, stored pieces about once a second.

use std::sync::Mutex;
use std::time::Duration;

use mesh_model::api::TaskPieceInput;
use mesh_model::limits::PROGRESS_BYTES_MAX;
use mesh_model::ops::TaskProgress;
use mesh_model::{ErrorCode, Seq, TaskId};
use mesh_sdk::{Client, Error};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use crate::text::{fitting_tail, head};

/// At most so often words are sent on live.
const LIVE_EVERY: Duration = Duration::from_millis(150);
/// How often a piece is stored.
const STORE_EVERY: Duration = Duration::from_secs(1);
/// After so many pieces they come less often, so that a long attempt does not run out of them.
const PIECES_OFTEN: u32 = 1000;
const STORE_SELDOM: Duration = Duration::from_secs(20);
/// What a stored piece may have, encoded as JSON.
const PIECE_BYTES: usize = PROGRESS_BYTES_MAX - 256;

/// The output of one attempt. The nonce never leaves in it: whoever reads along could use it.
#[derive(Debug)]
pub struct Stream {
    nonce: String,
    bytes_max: usize,
    kept: Mutex<Kept>,
    changed: Notify,
    over: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    /// Everything so far, without the nonce.
    all: String,
    /// How much of it was given on.
    given: usize,
}

/// Why a stream has come to its end before the attempt.
#[derive(Debug, PartialEq, Eq)]
pub struct Lost(pub String);

impl Stream {
    /// An empty stream that holds so many bytes.
    pub fn new(nonce: &str, bytes_max: usize) -> Stream {
        Stream {
            nonce: nonce.to_owned(),
            bytes_max,
            kept: Mutex::default(),
            changed: Notify::new(),
            over: Notify::new(),
        }
    }

    /// Takes more words. Beyond the limit nothing is kept.
    pub fn push(&self, text: &str) {
        let mut kept = self.lock();
        if kept.all.len() + text.len() > self.bytes_max {
            self.over.notify_one();
            return;
        }
        // The nonce may come in pieces: look again at what could be its beginning.
        let from = kept
            .all
            .floor_char_boundary(kept.all.len().saturating_sub(self.nonce.len()));
        let from = from.max(kept.given);
        kept.all.push_str(text);
        if kept.all[from..].contains(&self.nonce) {
            let hidden = kept.all[from..].replace(&self.nonce, "\u{2026}");
            kept.all.truncate(from);
            kept.all.push_str(&hidden);
        }
        drop(kept);
        self.changed.notify_one();
    }

    /// Waits until there was more than the limit.
    pub async fn over(&self) {
        self.over.notified().await;
    }

    /// The end of everything so far, at most so many bytes as JSON.
    pub fn partial(&self, before: &str, bytes_max: usize) -> String {
        let all = &self.lock().all;
        let joint = match (before.is_empty(), all.is_empty()) {
            (false, false) => format!("{before}\n{all}"),
            (false, true) => before.to_owned(),
            _ => all.clone(),
        };
        fitting_tail(&joint, bytes_max)
    }

    /// What is new, without an end that could be the beginning of the nonce.
    fn fresh(&self, whole: bool) -> String {
        let mut kept = self.lock();
        let rest = &kept.all[kept.given..];
        let held = (1..self.nonce.len())
            .rev()
            .find(|count| rest.ends_with(&self.nonce[..*count]))
            .filter(|_| !whole)
            .unwrap_or(0);
        let fresh = rest[..rest.len() - held].to_owned();
        kept.given += fresh.len();
        fresh
    }

    /// Sends what comes, until it is dropped or the attempt turns out to be over.
    pub async fn pump(&self, client: &Client, task: TaskId, fence: Seq) -> Lost {
        let mut rate = interval(LIVE_EVERY);
        rate.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut unstored, mut stored_at, mut pieces) = (String::new(), Instant::now(), 0);
        loop {
            let every = if pieces < PIECES_OFTEN {
                STORE_EVERY
            } else {
                STORE_SELDOM
            };
            let due = stored_at + every;
            tokio::select! {
                () = self.changed.notified() => {}
                () = sleep_until(due), if !unstored.is_empty() => {}
            }
            rate.tick().await;
            let fresh = self.fresh(false);
            unstored.push_str(&fresh);
            let mut sending = Vec::new();
            let due = Instant::now() >= due;
            while unstored.len() > PIECE_BYTES / 2 || (due && !unstored.is_empty()) {
                let piece = piece_of(&unstored).to_owned();
                unstored.drain(..piece.len());
                sending.push((piece, false));
            }
            if sending.is_empty() && !fresh.is_empty() {
                sending.push((fresh, true));
            }
            for (text, live) in sending {
                let input = TaskPieceInput {
                    task,
                    fence,
                    text,
                    live,
                    cost: Default::default(),
                };
                if !live {
                    (stored_at, pieces) = (Instant::now(), pieces + 1);
                }
                match client.call::<TaskProgress>(input).await {
                    Err(Error::Refused(refusal)) if refusal.code == ErrorCode::StaleFence => {
                        return Lost(refusal.detail());
                    }
                    // A piece that the mesh does not take is missing from the stream and not from the
                    // result.
                    Ok(_) | Err(_) => {}
                }
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // Nothing that can panic is done under the lock.
        self.kept
            .lock()
            .unwrap_or_else(|broken| broken.into_inner())
    }
}

/// As much from the beginning as fits into one piece.
fn piece_of(text: &str) -> &str {
    let mut piece = head(text, PIECE_BYTES);
    while piece.len() > 4 && crate::text::encoded(piece) > PIECE_BYTES {
        piece = head(piece, piece.len() / 2);
    }
    piece
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NONCE: &str = "3f9c1a7be0d24586";

    #[test]
    fn beyond_the_limit_nothing_is_kept() {
        let stream = Stream::new(NONCE, 10);
        stream.push("12345678");
        stream.push("90123");
        assert_eq!(stream.partial("", 1000), "12345678");
        assert_eq!(stream.partial("before", 1000), "before\n12345678");
    }

    proptest! {
        #[test]
        fn the_nonce_never_leaves(text in "(3f9c1a7be0d24586|3f9c1a7b|e0d24586|[a-f0-9é\n]){0,20}", cut in 1_usize..9) {
            let stream = Stream::new(NONCE, 1 << 20);
            let mut left = String::new();
            let chars: Vec<char> = text.chars().collect();
            for piece in chars.chunks(cut) {
                stream.push(&piece.iter().collect::<String>());
                left.push_str(&stream.fresh(false));
            }
            left.push_str(&stream.fresh(true));
            prop_assert!(!left.contains(NONCE), "{left}");
            prop_assert_eq!(left, text.replace(NONCE, "\u{2026}"));
        }

        #[test]
        fn pieces_fit_and_give_the_whole(text in "[\u{1}a\"é\n]{0,40}", times in 1_usize..800) {
            let whole = text.repeat(times);
            let (mut rest, mut joined) = (whole.as_str(), String::new());
            while !rest.is_empty() {
                let piece = piece_of(rest);
                prop_assert!(!piece.is_empty() && crate::text::encoded(piece) <= PIECE_BYTES);
                joined.push_str(piece);
                rest = &rest[piece.len()..];
            }
            prop_assert_eq!(joined, whole);
        }
    }
}
