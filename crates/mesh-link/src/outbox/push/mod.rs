//! Web Push: browsers are told of what waits, by the push services that their makers run. It is one more thing on the outbox's
//! destinations, with their breakers and their judgement of addresses.
//!
//! * `teller.rs` tells one browser; `note.rs` says what; `seal.rs` seals it (RFC 8291), `vapid.rs` shows who sends (RFC 8292).
//!
//! There are no positions: a browser is told from the moment on when it asked for it, or the node was started. What waits is in the
//! inbox, whether anybody was told or not.

mod note;
mod seal;
mod teller;
mod vapid;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mesh_model::api::PushSent;
use mesh_model::limits::PUSH_LOOK_MS;
use mesh_model::webhook::Address;
use mesh_model::{Millis, ParticipantId, Seq};
use mesh_ops::PushTo;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::destination::Destination;
use super::{Desk, LOOK_EVERY};
use crate::settings::Push;

/// Where the makers of browsers have their push services. Elsewhere nobody has the node connect by asking to be told.
const SERVICES: [&str; 4] = [
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
];
/// Whom a service may ask about what the node sends, unless `plugins.toml` says it: a name that leads nowhere.
const CONTACT: &str = "mailto:owner@mesh.example";

/// Tells one browser.
struct Teller {
    desk: Arc<Desk>,
    to: PushTo,
    origin: String,
    destination: Arc<Destination>,
    /// What is later than this is told.
    after: Seq,
}

/// What is known of the browsers that are told.
pub(super) struct Pushes {
    settings: Push,
    changed: watch::Sender<u64>,
    /// Somebody wants to hear something else.
    attention: watch::Sender<u64>,
    /// Pages that somebody looks at, and until when that is believed.
    looking: Mutex<HashMap<(ParticipantId, u64), Instant>>,
    /// What came of telling a browser the last time.
    board: Mutex<HashMap<u64, PushSent>>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pushes {
    pub fn new(settings: Push) -> Pushes {
        Pushes {
            settings,
            changed: watch::Sender::default(),
            attention: watch::Sender::default(),
            looking: Mutex::default(),
            board: Mutex::default(),
        }
    }

    /// Whether a push service may be there; why not.
    pub fn check(&self, address: &Address) -> Result<(), String> {
        let named = self.settings.services.iter().map(String::as_str);
        let mut known = SERVICES.into_iter().chain(named);
        let is = |service: &str| {
            let before = address.host.strip_suffix(service);
            before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        if known.any(is) {
            return Ok(());
        }
        Err(format!(
            "is no push service that is known here: {}",
            address.host
        ))
    }

    pub fn change(&self) {
        self.changed.send_modify(|changes| *changes += 1);
    }

    pub fn attention(&self) {
        self.attention.send_modify(|changes| *changes += 1);
    }

    fn contact(&self) -> &str {
        self.settings.contact.as_deref().unwrap_or(CONTACT)
    }

    pub fn looks(&self, who: ParticipantId, browser: u64, looking: bool) {
        let (mut pages, now) = (lock(&self.looking), Instant::now());
        pages.retain(|_, until| *until > now);
        if looking {
            pages.insert((who, browser), now + Duration::from_millis(PUSH_LOOK_MS));
        } else {
            pages.remove(&(who, browser));
        }
    }

    fn is_looking(&self, who: ParticipantId, now: Instant) -> bool {
        let pages = lock(&self.looking);
        pages
            .iter()
            .any(|((whose, _), until)| *whose == who && *until > now)
    }

    fn note(&self, browser: u64, sent: PushSent) {
        lock(&self.board).insert(browser, sent);
    }

    pub fn seen(&self, browser: u64) -> Option<PushSent> {
        lock(&self.board).get(&browser).cloned()
    }
}

/// A teller under way. It ends when this is dropped.
struct Busy(JoinHandle<()>, PushTo);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Keeps one teller for each browser that is told.
pub(super) async fn keep(desk: Arc<Desk>) {
    let mut rights = desk.door.node().rights();
    let mut changed = desk.pushes.changed.subscribe();
    let mut busy: BTreeMap<u64, Busy> = BTreeMap::new();
    loop {
        rights.borrow_and_update();
        changed.borrow_and_update();
        // Whatever happens from here on is told to those who asked for it before.
        let head = desk.door.node().head();
        match desk.door.pushes(None).await {
            Ok(all) => look(&desk, &mut busy, all, head),
            Err(why) => tracing::warn!(%why, "who is told of what waits cannot be read"),
        }
        tokio::select! {
            changed = rights.changed() => if changed.is_err() { return },
            changed = changed.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

fn look(desk: &Arc<Desk>, busy: &mut BTreeMap<u64, Busy>, all: Vec<PushTo>, head: Seq) {
    busy.retain(|_, teller| all.contains(&teller.1) && !teller.0.is_finished());
    lock(&desk.pushes.board).retain(|browser, _| all.iter().any(|to| to.browser == *browser));
    for to in all {
        busy.entry(to.browser).or_insert_with(|| {
            let teller = Teller::new(desk, to.clone(), head);
            Busy(tokio::spawn(teller.run()), to)
        });
    }
}

/// Tells a browser something now.
pub(super) async fn test(desk: &Arc<Desk>, to: PushTo) -> PushSent {
    let head = desk.door.node().head();
    Teller::new(desk, to, head).test().await
}

/// What came of it when nothing was sent.
fn unsent(at: Millis, why: String) -> PushSent {
    PushSent {
        at,
        ok: false,
        trouble: Some(why),
    }
}

impl Teller {
    fn new(desk: &Arc<Desk>, to: PushTo, after: Seq) -> Teller {
        let origin = Address::parse(&to.address.endpoint).map(|address| address.to_string());
        let origin = origin.unwrap_or_default();
        Teller {
            desk: Arc::clone(desk),
            destination: desk.destinations.of(&origin),
            to,
            origin,
            after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_says_nothing_any_more_is_not_looked_at() {
        let pushes = Pushes::new(Push::default());
        let [ana, bea] = ["1", "2"].map(|last| {
            let id = format!("00000000-0000-7000-8000-00000000000{last}");
            id.parse::<ParticipantId>().unwrap()
        });
        let now = Instant::now();
        pushes.looks(ana, 1, true);
        pushes.looks(ana, 2, true);
        pushes.looks(ana, 1, false);
        assert!(pushes.is_looking(ana, now));
        assert!(!pushes.is_looking(bea, now));
        let later = now + Duration::from_millis(PUSH_LOOK_MS + 1000);
        assert!(!pushes.is_looking(ana, later));
    }
}
