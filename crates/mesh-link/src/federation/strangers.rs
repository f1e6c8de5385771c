//! Strangers: meshes that nobody here knows and that want a room which is open to them. Until one has said which, it is somebody
//! who holds a key and nothing else; what such cost is bounded in number and in time, and so is how many are let in.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mesh_model::limits::{
    LINK_MESSAGE_BYTES_MAX, STRANGER_EVERY_MS, STRANGER_IDLE_MS, STRANGER_KNOCK_WAIT_MS,
    STRANGERS_BURST, STRANGERS_KNOCKING_MAX, STRANGERS_MAX, STRANGERS_TURN_BYTES,
    STRANGERS_TURN_MS, STRANGERS_TURNS_BURST,
};
use mesh_model::{Effect, ErrorCode, LinkId, Millis, PublicKey, Refusal, RoomId};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::wire::Frame;
use super::{Channel, Desk};

/// A stranger who was told no has so long to read it.
const FAREWELL_WAIT: Duration = Duration::from_secs(2);

/// How many strangers are on their way in, and how many may still come.
pub(super) struct Threshold {
    knocking: Semaphore,
    turns: Mutex<Turns>,
    /// When the next thing that a stranger says is taken; they wait in the order in which they came.
    says: tokio::sync::Mutex<Instant>,
    since: Instant,
}

/// Strangers that may still be let in, and when that was counted.
struct Turns {
    left: f64,
    at: Instant,
}

impl Turns {
    fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_millis() as f64;
        self.left = (self.left + passed / STRANGER_EVERY_MS as f64).min(f64::from(STRANGERS_BURST));
        self.at = now;
        let may = self.left >= 1.0;
        self.left -= f64::from(u8::from(may));
        may
    }
}

impl Threshold {
    pub fn new() -> Threshold {
        let now = Instant::now();
        Threshold {
            knocking: Semaphore::new(STRANGERS_KNOCKING_MAX),
            turns: Mutex::new(Turns {
                left: f64::from(STRANGERS_BURST),
                at: now,
            }),
            says: tokio::sync::Mutex::new(now),
            since: now,
        }
    }

    /// Waits until one more thing is taken that a stranger says, of so many bytes.
    pub async fn hears(&self, bytes: usize) {
        let mut next = self.says.lock().await;
        let now = Instant::now();
        let (at, then) = turn_at(*next, now, bytes);
        *next = then;
        tokio::time::sleep_until(at.into()).await;
    }

    fn turn(&self) -> bool {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.take(Instant::now())
    }
}

/// When something of so many bytes has its turn, and when what comes after it has.
fn turn_at(next: Instant, now: Instant, bytes: usize) -> (Instant, Instant) {
    let every = Duration::from_millis(STRANGERS_TURN_MS);
    let turns = u32::try_from(bytes.div_ceil(STRANGERS_TURN_BYTES)).unwrap_or(u32::MAX);
    // What was not used is kept, as far as the burst goes.
    let earliest = now.checked_sub(every * STRANGERS_TURNS_BURST);
    let next = earliest.map_or(next, |earliest| next.max(earliest));
    (next.max(now), next + every * turns.max(1))
}

impl Desk {
    /// Whether a mesh that nobody here knows may say which room it wants.
    pub(super) fn hears_strangers(&self, peer: &PublicKey) -> bool {
        let access = self.door.node().access();
        access.open_rooms().next().is_some() && !access.is_barred(peer)
    }

    /// Hears which room a stranger wants, and lets it in or says why not.
    pub(super) async fn receive(self: Arc<Desk>, peer: PublicKey, mut way: Box<dyn Channel>) {
        let Ok(_seat) = self.threshold.knocking.try_acquire() else {
            tracing::debug!(%peer, "as many strangers knock as are heard at a time");
            return;
        };
        let wait = Duration::from_millis(STRANGER_KNOCK_WAIT_MS);
        let Ok(Ok(said)) = timeout(wait, way.receive()).await else {
            return;
        };
        if said.len() > LINK_MESSAGE_BYTES_MAX {
            return;
        }
        let Ok(Frame::Knock { room }) = serde_json::from_slice(&said) else {
            tracing::debug!(%peer, "a stranger does not say which room it wants");
            return;
        };
        match self.admit(peer, room).await {
            Ok(()) => self.hand(&peer, way),
            Err(why) => {
                tracing::debug!(%peer, %why, "a stranger was not let in");
                let code = why.code.code().to_owned();
                let Ok(no) = serde_json::to_vec(&Frame::NotOpen { room, code }) else {
                    return;
                };
                // It hangs up once it has read that.
                let _ = timeout(FAREWELL_WAIT, async {
                    if way.send(no).await.is_ok() {
                        while way.receive().await.is_ok() {}
                    }
                })
                .await;
            }
        }
    }

    async fn admit(&self, peer: PublicKey, room: RoomId) -> Result<(), Refusal> {
        let access = self.door.node().access();
        if !access.is_open_room(room) {
            return Err(mesh_model::refuse::not_found(
                "room that is open to strangers",
                "look for it anew",
            ));
        }
        if !self.threshold.turn() {
            return Err(Refusal::new(
                ErrorCode::RateLimited,
                "as many strangers were let in as are at a time",
                Effect::NothingDone,
                "try again later",
            ));
        }
        if access.strangers().count() >= STRANGERS_MAX
            && let Some(idle) = self.idle()
        {
            self.door.link_forget(idle).await?;
        }
        self.door.link_admit(peer, room).await
    }

    /// The stranger that is away for longest, if that is long enough and nothing it said would come twice.
    fn idle(&self) -> Option<LinkId> {
        let access = self.door.node().access();
        let now = self.door.node().now();
        let began = u64::try_from(self.threshold.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let began = Millis(now.0.saturating_sub(began));
        let away = access
            .strangers()
            .filter(|link| !link.said && link.is_open() && !self.board.seen(link.id).open);
        let away = away.map(|link| {
            let seen = self.door.node().presence(link.participant).last_seen;
            (seen.unwrap_or(began), link.id)
        });
        let (seen, link) = away.min()?;
        (now.0.saturating_sub(seen.0) >= STRANGER_IDLE_MS).then_some(link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_strangers_is_let_in_one_by_one() {
        let began = Instant::now();
        let mut turns = Turns {
            left: f64::from(STRANGERS_BURST),
            at: began,
        };
        let let_in = |turns: &mut Turns, now| (0..1000).filter(|_| turns.take(now)).count();
        assert_eq!(let_in(&mut turns, began), STRANGERS_BURST as usize);
        let later = began + Duration::from_millis(3 * STRANGER_EVERY_MS);
        assert_eq!(let_in(&mut turns, later), 3);
        let much_later = later + Duration::from_millis(1000 * STRANGER_EVERY_MS);
        assert_eq!(let_in(&mut turns, much_later), STRANGERS_BURST as usize);
    }

    #[test]
    fn what_strangers_say_is_taken_slowly_however_many_say_it() {
        let began = Instant::now() + Duration::from_secs(3600);
        let every = Duration::from_millis(STRANGERS_TURN_MS);
        let mut next = began;
        let mut at = began;
        for _ in 0..10 {
            (at, next) = turn_at(next, began, 10);
        }
        assert_eq!(at, began + every * 9);
        // Of much at a time there is less, and after a pause there is some at once.
        (at, next) = turn_at(next, began, 10 * STRANGERS_TURN_BYTES);
        assert_eq!((at, next), (began + every * 10, began + every * 20));
        let later = began + every * 1000;
        for _ in 0..=STRANGERS_TURNS_BURST {
            (at, next) = turn_at(next, later, 10);
        }
        assert_eq!(at, later);
        (at, _) = turn_at(next, later, 10);
        assert_eq!(at, later + every);
    }
}
