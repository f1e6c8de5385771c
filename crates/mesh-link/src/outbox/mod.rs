//! The outbox: whatever leaves the node for an address outside. What is owed to a destination is everything in the log after
//! its position, so there is no second queue: one that is dead for days costs a number in the vault.
//!
//! * `courier.rs` delivers for one webhook, `letter.rs` says what; `task.rs` says it of one task, in A2A's words.
//! * `destination.rs` leaves alone who does not answer; `post.rs` judges where the node connects, and sends.
//! * `push/` tells browsers by their push services.
//! * `board.rs` remembers the last attempts, for those who ask.

mod board;
mod courier;
mod destination;
mod letter;
mod post;
mod push;
mod task;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::address::Network;
use mesh_model::api::{PushSent, WebhookDelivery};
use mesh_model::webhook::Address;
use mesh_model::{Millis, ParticipantId, WebhookId};
use mesh_ops::{Access, Door, Progress, PushTo, Using};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use board::Board;
pub use mesh_ops::signing as sign;

use courier::{Courier, Going};
use destination::Destinations;
pub use destination::Pace;
use post::{Post, Sender};
use push::Pushes;

use crate::settings::Push;

/// Rights that were given are told by nobody; after so long they are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The outbox at work. It ends when this is dropped.
pub struct Outbox(Vec<JoinHandle<()>>);

impl Outbox {
    /// Delivers for the webhooks of a node, and answers its door about that. Addresses in `private` may be connected to though
    /// they are not of the open network; `push` names push services besides those of the makers of browsers.
    pub fn start(door: &Door, private: Vec<Network>, push: Push, pace: Pace) -> Outbox {
        let desk = Outbox::attach(door, private, push, pace, false);
        Outbox(vec![
            tokio::spawn(Arc::clone(&desk).keep()),
            tokio::spawn(push::keep(desk)),
        ])
    }

    /// Sends nothing, and says so to whoever asks. What is owed to webhooks waits in the log.
    pub fn rest(door: &Door, private: Vec<Network>, push: Push) -> Outbox {
        Outbox::attach(door, private, push, Pace::default(), true);
        Outbox(Vec::new())
    }

    fn attach(
        door: &Door,
        private: Vec<Network>,
        push: Push,
        pace: Pace,
        air_gapped: bool,
    ) -> Arc<Desk> {
        let desk = Arc::new(Desk {
            door: door.clone(),
            sender: Sender::new(private, pace.answer, air_gapped),
            destinations: Arc::new(Destinations::new(pace)),
            board: Arc::default(),
            pushes: Pushes::new(push),
            pace,
        });
        // The door holds what holds the door; both live as long as the program.
        door.attach_outbox(Arc::new(Handle(Arc::clone(&desk))));
        desk
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

/// What the door is given.
struct Handle(Arc<Desk>);

struct Desk {
    door: Door,
    sender: Sender,
    destinations: Arc<Destinations>,
    board: Arc<Board>,
    pushes: Pushes,
    pace: Pace,
}

/// A courier under way. It ends when this is dropped.
struct Busy(JoinHandle<()>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Desk {
    /// Keeps one courier for each webhook that may be told something.
    async fn keep(self: Arc<Desk>) {
        let mut stopping = self.door.node().stopping();
        let mut rights = self.door.node().rights();
        let mut busy: BTreeMap<WebhookId, Busy> = BTreeMap::new();
        loop {
            rights.borrow_and_update();
            self.look(&mut busy);
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => return,
                changed = rights.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    fn look(&self, busy: &mut BTreeMap<WebhookId, Busy>) {
        let (access, now) = (self.door.node().access(), self.door.node().now());
        self.board
            .retain(|webhook| access.webhook(webhook).is_some());
        let due = |webhook: &WebhookId| {
            let found = access.webhook(*webhook);
            found.is_some_and(|found| {
                found.paused.is_none() && access.check_webhook(found, now).is_ok()
            })
        };
        busy.retain(|webhook, courier| due(webhook) && !courier.0.is_finished());
        self.sweep(&access, now);
        for found in access.webhooks().filter(|found| due(&found.id)) {
            busy.entry(found.id).or_insert_with(|| {
                let courier = Courier {
                    door: self.door.clone(),
                    webhook: found.id,
                    sender: self.sender.clone(),
                    destination: self.destinations.of(&found.origin),
                    board: Arc::clone(&self.board),
                    pace: self.pace,
                    going: Going::default(),
                };
                Busy(tokio::spawn(courier.run()))
            });
        }
    }

    /// Ends the webhooks of tasks that may be told nothing any more: whoever made one does not come back to it.
    fn sweep(&self, access: &Access, now: Millis) {
        let over = access
            .webhooks()
            .filter(|found| found.task.is_some() && access.check_webhook(found, now).is_err());
        for found in over {
            let (door, webhook) = (self.door.clone(), found.id);
            tokio::spawn(async move {
                // Another look may have ended it meanwhile.
                if let Err(why) = door.end_webhook(webhook).await {
                    tracing::debug!(%webhook, %why, "a webhook was ended before");
                }
            });
        }
    }

    async fn tested(&self, webhook: WebhookId) -> WebhookDelivery {
        let now = self.door.node().now();
        let id = format!("test_{}_{}", webhook.0.simple(), now.0);
        let access = self.door.node().access();
        let origin = access.webhook(webhook).map(|found| found.origin.clone());
        let body = letter::test(&access, webhook, now);
        drop(access);
        let began = Instant::now();
        let answer = match self.door.sending(webhook).await {
            Ok(Some(sending)) => {
                let at = now.0 / 1000;
                let post = Post::signed(sending, &id, at, body);
                self.sender.send(post).await
            }
            Ok(None) => post::Answer::None("its address or secret is not in this vault".to_owned()),
            Err(why) => post::Answer::None(why.to_string()),
        };
        let trouble = courier::trouble(&answer);
        if let (None, Some(origin)) = (&trouble, origin) {
            // Whoever waits for it need not wait any longer.
            self.destinations.of(&origin).answered();
        }
        let delivery = WebhookDelivery {
            id,
            seq: None,
            at: now,
            attempt: 1,
            ok: trouble.is_none(),
            status: courier::status(&answer),
            trouble,
            took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        };
        self.board.delivery(webhook, delivery.clone());
        delivery
    }
}

impl mesh_ops::Outbox for Handle {
    fn check(&self, address: &Address) -> Result<(), String> {
        self.0.sender.check(address)
    }

    fn test(&self, webhook: WebhookId) -> Using<'_, WebhookDelivery> {
        Box::pin(self.0.tested(webhook))
    }

    fn seen(&self, webhook: WebhookId) -> Progress {
        let mut seen = self.0.board.seen(webhook);
        if let Some(why) = self.0.sender.rests() {
            seen.trouble = Some(why.to_owned());
        }
        seen
    }

    fn check_push(&self, address: &Address) -> Result<(), String> {
        self.0.pushes.check(address)?;
        self.0.sender.check(address)
    }

    fn pushes_changed(&self) {
        self.0.pushes.change();
    }

    fn attention_changed(&self) {
        self.0.pushes.attention();
    }

    fn push_test(&self, to: PushTo) -> Using<'_, PushSent> {
        Box::pin(push::test(&self.0, to))
    }

    fn push_seen(&self, browser: u64) -> Option<PushSent> {
        self.0.pushes.seen(browser)
    }

    fn looks(&self, who: ParticipantId, browser: u64, looking: bool) {
        self.0.pushes.looks(who, browser, looking);
    }
}
