//! How it stands with each peer, for those who ask. Only since the node was started: what counts stands in the logs.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use mesh_model::events::Place;
use mesh_model::{LinkId, Millis, Seq};
use mesh_ops::{Free, PeerSeen};

#[derive(Debug, Default)]
pub(super) struct Board(Mutex<HashMap<LinkId, PeerSeen>>);

impl Board {
    pub fn seen(&self, link: LinkId) -> PeerSeen {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&link).cloned().unwrap_or_default()
    }

    fn change(&self, link: LinkId, change: impl FnOnce(&mut PeerSeen)) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(seen.entry(link).or_default());
    }

    pub fn met(&self, link: LinkId, head: Place) {
        self.change(link, |seen| {
            seen.open = true;
            seen.head = Some(head);
            seen.trouble = None;
            seen.again_at = None;
        });
    }

    pub fn closed(&self, link: LinkId) {
        self.change(link, |seen| {
            seen.open = false;
            seen.free.clear();
            seen.under_way = 0;
        });
    }

    pub fn free(&self, link: LinkId, free: Free) {
        self.change(link, |seen| seen.free = free);
    }

    pub fn trouble(&self, link: LinkId, why: String) {
        tracing::debug!(%link, %why, "a link broke");
        self.change(link, |seen| seen.trouble = Some(why));
    }

    pub fn again(&self, link: LinkId, at: Option<Millis>) {
        self.change(link, |seen| seen.again_at = at);
    }

    pub fn acknowledged(&self, link: LinkId, upto: Seq) {
        self.change(link, |seen| {
            seen.acknowledged = seen
                .acknowledged
                .max(Some(upto).filter(|seq| *seq > Seq::ZERO));
        });
    }

    pub fn under_way(&self, link: LinkId, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.change(link, |seen| seen.under_way = count);
    }

    pub fn retain(&self, is: impl Fn(LinkId) -> bool) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|link, _| is(*link));
    }
}
