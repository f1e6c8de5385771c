//! What is known of deliveries since the node was started: in memory, and of each webhook the newest.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mesh_model::api::WebhookDelivery;
use mesh_model::limits::WEBHOOK_DELIVERIES_MAX;
use mesh_model::{Millis, Seq, WebhookId};
use mesh_ops::Progress;

#[derive(Debug, Default)]
struct Known {
    deliveries: VecDeque<WebhookDelivery>,
    position: Seq,
    trouble: Option<(String, Option<Millis>)>,
}

/// One page for each webhook.
#[derive(Debug, Default)]
pub(super) struct Board(Mutex<HashMap<WebhookId, Known>>);

impl Board {
    fn lock(&self) -> MutexGuard<'_, HashMap<WebhookId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn delivery(&self, webhook: WebhookId, delivery: WebhookDelivery) {
        let mut all = self.lock();
        let known = all.entry(webhook).or_default();
        known.deliveries.push_front(delivery);
        known.deliveries.truncate(WEBHOOK_DELIVERIES_MAX);
    }

    pub fn reached(&self, webhook: WebhookId, upto: Seq) {
        let mut all = self.lock();
        let known = all.entry(webhook).or_default();
        known.position = known.position.max(upto);
    }

    /// What went wrong, and when it is tried again.
    pub fn trouble(&self, webhook: WebhookId, trouble: Option<(String, Option<Millis>)>) {
        self.lock().entry(webhook).or_default().trouble = trouble;
    }

    pub fn retain(&self, is_there: impl Fn(WebhookId) -> bool) {
        self.lock().retain(|webhook, _| is_there(*webhook));
    }

    pub fn seen(&self, webhook: WebhookId) -> Progress {
        let all = self.lock();
        let Some(known) = all.get(&webhook) else {
            return Progress::default();
        };
        let (trouble, again_at) = known.trouble.clone().unzip();
        Progress {
            deliveries: known.deliveries.iter().cloned().collect(),
            position: known.position,
            trouble,
            again_at: again_at.flatten(),
        }
    }
}
