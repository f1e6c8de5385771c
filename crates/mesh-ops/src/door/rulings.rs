//! Who set what decided, and when: the core knows the place in the log, the log knows the rest.

use mesh_model::events::By;
use mesh_model::policy::Ruling;
use mesh_model::{Millis, ParticipantId, Refusal};

use crate::door::{Call, Door};

impl Door {
    /// Fills in who set a ruling and when, as far as the caller may know.
    pub(crate) async fn name_setter(&self, call: &Call, ruling: &mut Ruling) {
        let me = call.actor.participant().filter(|_| !call.anonymous);
        self.fill(ruling, |setter| {
            me.is_some_and(|me| call.access.sees_participant(me, setter))
        })
        .await;
    }

    /// The same for the ruling of a refusal.
    pub(crate) async fn name_refuser(&self, me: Option<ParticipantId>, refusal: &mut Refusal) {
        let Some(ruling) = &mut refusal.rule else {
            return;
        };
        let access = self.node().access();
        self.fill(ruling, |setter| {
            me.is_some_and(|me| access.sees_participant(me, setter))
        })
        .await;
    }

    async fn fill(&self, ruling: &mut Ruling, known: impl Fn(mesh_model::ParticipantId) -> bool) {
        let Some(seq) = ruling.set_seq.filter(|_| ruling.set_at.is_none()) else {
            return;
        };
        let reader = self.node().log_reader();
        let read = self.blocking(move || {
            reader.get(seq.0, |record| {
                let by: Option<By> = serde_json::from_str(record.by.get()).ok();
                (Millis(record.at), by.and_then(|by| by.actor.participant()))
            })
        });
        // What cannot be read is left out: the refusal holds without it.
        let Ok(Ok(Some((at, by)))) = read.await else {
            return;
        };
        ruling.set_at = Some(at);
        let setter = by.filter(|by| known(*by));
        let access = self.node().access();
        if ruling.set_by.is_none() {
            ruling.set_by = setter.and_then(|by| Some(access.participant(by)?.handle.clone()));
        }
    }
}
