//! When the right to act ends, so does all that stands on it: streams, sockets, calls under way.
//!
//! Whatever stays open makes a [`Watch`] before it is let in and waits for [`Watch::over`] beside its own
//! work. Nobody asks again and again: the node tells when rights were taken, and ends that are known
//! beforehand are waited for.

use std::time::Duration;

use mesh_core::Action;
use mesh_model::ops::Needs;
use mesh_model::{Actor, LinkId, Millis, Refusal, RoomId, WebhookId, refuse};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::door::{Caller, Door};

/// For so long a call that was under way may still answer: it may be the very one that ended the right, such as
/// signing out.
pub const LAST_WORDS: Duration = Duration::from_millis(500);
/// No timer is set for longer than this; then it is set again.
const TIMER_MAX_MS: u64 = 24 * 60 * 60 * 1000;

/// What hears of rights that end, from the moment it was made.
pub struct Watch {
    door: Door,
    changed: watch::Receiver<u64>,
}

impl Door {
    /// Begins to listen for rights that end. Whoever is let in afterwards misses nothing.
    pub fn watch(&self) -> Watch {
        Watch {
            door: self.clone(),
            changed: self.node().rights(),
        }
    }
}

impl Watch {
    /// Waits until the caller may no longer act, lacks what is needed, or can read none of the rooms, if any
    /// are named. Says why.
    pub async fn over(mut self, caller: Caller, needs: Needs, rooms: Vec<RoomId>) -> Refusal {
        loop {
            let ends = self.door.ends(&caller);
            tokio::select! {
                // Without its sender the node is gone, and everything ends anyway.
                more = self.changed.changed() => if more.is_err() { std::future::pending().await },
                () = self.door.moment(ends) => {}
            }
            if let Err(refusal) = self.door.check_still(&caller, needs, &rooms) {
                return refusal;
            }
        }
    }
}

impl Watch {
    /// Waits until a webhook may be told nothing any more, or waits for somebody. Says why.
    pub(crate) async fn webhook_over(mut self, webhook: WebhookId) -> Refusal {
        loop {
            let access = self.door.node().access();
            let ends = access
                .webhook(webhook)
                .and_then(|found| access.webhook_ends(found));
            drop(access);
            tokio::select! {
                more = self.changed.changed() => if more.is_err() { std::future::pending().await },
                () = self.door.moment(ends) => {}
            }
            let access = self.door.node().access();
            let Some(found) = access.webhook(webhook) else {
                return refuse::no_webhook();
            };
            if found.paused.is_some() {
                return refuse::conflict("the webhook waits", "let it go on with webhook.resume");
            }
            if let Err(refusal) = access.check_webhook(found, self.door.node().now()) {
                return refusal;
            }
        }
    }
}

impl Watch {
    /// Waits until a link is gone or waits for somebody. Says why.
    pub(crate) async fn link_over(mut self, link: LinkId) -> Refusal {
        loop {
            if self.changed.changed().await.is_err() {
                std::future::pending().await
            }
            if let Err(refusal) = self.door.open_link(link) {
                return refusal;
            }
        }
    }
}

impl Door {
    fn check_still(&self, caller: &Caller, needs: Needs, rooms: &[RoomId]) -> Result<(), Refusal> {
        self.check_alive(caller)?;
        self.check_permitted(caller, needs)?;
        let Some(me) = caller.actor.and_then(Actor::participant) else {
            return Ok(());
        };
        let access = self.node().access();
        let mut reads = rooms.iter().map(|room| access.may(me, Action::Read, *room));
        match reads.next() {
            Some(Err(refusal)) if reads.all(|room| room.is_err()) => Err(refusal),
            _ => Ok(()),
        }
    }

    /// When the caller's time is over by itself.
    fn ends(&self, caller: &Caller) -> Option<Millis> {
        let access = self.node().access();
        let actor = caller.actor.and_then(|actor| access.ends(&actor));
        actor.into_iter().chain(caller.until).min()
    }

    async fn moment(&self, at: Option<Millis>) {
        match at {
            Some(at) => {
                let left = at.since(self.node().now()).clamp(1, TIMER_MAX_MS);
                sleep(Duration::from_millis(left)).await;
            }
            None => std::future::pending().await,
        }
    }

    /// Whether the caller holds what is needed.
    pub(crate) fn check_permitted(&self, caller: &Caller, needs: Needs) -> Result<(), Refusal> {
        let actor = caller.actor.ok_or_else(refuse::unauthenticated)?;
        match needs {
            Needs::Permission(permission) => {
                let (access, now) = (self.node().access(), self.node().now());
                access.check_permission(&actor, permission, now)
            }
            Needs::Owner if !matches!(actor, Actor::Owner(_)) => Err(refuse::owner_only("do that")),
            Needs::Owner | Needs::Credential | Needs::Nothing => Ok(()),
        }
    }
}
