//! A worker with several models: which one a task is asked of.

use std::sync::Arc;

use mesh_model::api::{NoInput, TakenTask};
use mesh_model::ops::StatusGet;
use mesh_sdk::{Client, Error, Items};

use super::Shared;
use crate::routing::{Kind, Length, Routes};
use crate::settings::{Settings, WorkerEvent};

/// What chooses among several models.
pub(super) async fn routes(client: &Client, settings: &Settings) -> Result<Option<Routes>, Error> {
    if settings.models.len() < 2 {
        return Ok(None);
    }
    let welcomed = client.welcomed();
    let mesh = client.call::<StatusGet>(NoInput {}).await?.mesh;
    Ok(Some(Routes::open(
        settings.state.join(Routes::FILE),
        (mesh, welcomed.head),
        welcomed.participant.id,
        settings.models.clone(),
        settings.give_up,
    )))
}

/// Hears what was found of what the models did.
pub(super) async fn learn(shared: Arc<Shared>, mut verdicts: Items) {
    while let Some(item) = verdicts.next().await {
        if let Some(routes) = &shared.routes {
            shared.kept(routes.learn(&item));
        }
    }
}

impl Shared {
    /// The model to ask, where there are several to choose from.
    pub(super) fn model_for(&self, taken: &TakenTask) -> Option<String> {
        let routes = self.routes.as_ref()?;
        let kind = Kind {
            capability: taken.task.capability.clone().unwrap_or_default(),
            length: Length::of(taken.prompt.len()),
        };
        let (task, named) = (taken.task.id, taken.model.as_deref());
        let choice = if taken.enveloped {
            routes.choose_untaught(task, &kind, named)
        } else {
            let (choice, kept) = routes.choose(task, taken.fence, kind, named);
            self.kept(kept);
            choice
        };
        (self.listener)(WorkerEvent::Note {
            task,
            line: choice.why,
        });
        Some(choice.model)
    }

    /// Tasks are done without it too: the next run of this worker knows less.
    fn kept(&self, kept: std::io::Result<()>) {
        if let Err(why) = kept {
            self.say(&format!(
                "what was learned of the models could not be kept: {why}"
            ));
        }
    }
}
