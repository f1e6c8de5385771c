//! Rooms that keep what was said only for so many days.

use mesh_model::command::RoomCommand;
use std::sync::{Arc, PoisonError};

use mesh_model::{Actor, Command, Effect, Millis, Refusal, RoomId, Seq};
use mesh_store::StoreError;

use super::erasures::EraserJob;
use super::node::Node;

const DAY_MS: u64 = 86_400_000;

/// Looks through the rooms, beside everything else.
pub(super) fn start(node: &Arc<Node>) {
    let node = Arc::clone(node);
    tokio::spawn(async move {
        let now = node.now();
        if let Err(why) = node.expire_rooms(now).await {
            tracing::warn!(%why, "what rooms keep no longer was not erased; it is tried again within the hour");
        }
        let lane = node.erasing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lane.as_ref() {
            // The eraser lives as long as the node.
            let _ = lane.work.send(EraserJob::Note);
        }
    });
}

/// A room, up to where it is expired, and the moment before which nothing is kept.
type Keeping = (RoomId, Seq, Millis);

impl Node {
    /// Erases what rooms keep no longer at the moment `now`: the node does so every hour. Answers with the rooms
    /// where something was erased.
    pub async fn expire_rooms(&self, now: Millis) -> Result<Vec<RoomId>, Refusal> {
        let access = self.access();
        let keeping: Vec<Keeping> = access
            .rooms()
            .filter(|room| !room.hold)
            .filter_map(|room| {
                let days = room.policy.as_ref()?.policy.retention_days?;
                let ends = now.0.saturating_sub(u64::from(days) * DAY_MS);
                Some((room.id, room.expired, Millis(ends)))
            })
            .collect();
        if keeping.is_empty() {
            return Ok(Vec::new());
        }
        self.wait_view(self.head()).await;
        let view = self.view().clone();
        let look = move || -> Result<Vec<(RoomId, Seq)>, StoreError> {
            let mut over = Vec::new();
            for (room, expired, ends) in keeping {
                let upto = view.last_said_before(room, expired, ends)?;
                over.extend(upto.map(|upto| (room, upto)));
            }
            Ok(over)
        };
        let over = match tokio::task::spawn_blocking(look).await {
            Ok(Ok(over)) => over,
            Ok(Err(why)) => return Err(not_read(&why.to_string())),
            Err(why) => return Err(not_read(&why.to_string())),
        };
        let mut expired = Vec::new();
        for (room, upto) in over {
            let command = Command::Room(RoomCommand::Expire { room, upto });
            if self.submit(command, Actor::Node, None, None).await?.count > 0 {
                expired.push(room);
            }
        }
        Ok(expired)
    }
}

fn not_read(why: &str) -> Refusal {
    Refusal::new(
        mesh_model::ErrorCode::Internal,
        format!("the view could not be read: {why}"),
        Effect::NothingErased,
        "restart the node; if it happens again, delete the folder `view` before",
    )
}
