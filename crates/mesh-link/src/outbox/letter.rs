//! What a delivery says: a pointer, with which whoever is woken reads by a token of its own; or the event as the participant
//! sees it, where its rooms let words out.

use mesh_model::api::StreamItem;
use mesh_model::events::{RoomKind, WebhookBody};
use mesh_model::webhook::TEST_KIND;
use mesh_model::{Millis, RoomId, WebhookId};
use mesh_ops::{Access, HookRecord};
use serde_json::{Value, json};

/// Whether the webhook is told of it at all.
pub(super) fn is_wanted(access: &Access, hook: &HookRecord, item: &StreamItem) -> bool {
    if item.seq <= hook.since || item.kind.starts_with("webhook.") {
        return false;
    }
    if !hook.addressed {
        return true;
    }
    let own = item
        .from
        .as_ref()
        .is_some_and(|from| from.id == hook.participant);
    let direct = || {
        let room = item.room.and_then(|room| access.room(room));
        room.is_some_and(|room| room.kind == RoomKind::Direct)
    };
    let named = || {
        let message = item.message();
        message.is_some_and(|message| message.mentions.contains(&hook.participant))
    };
    !own && (direct() || named())
}

/// The body of a delivery.
pub(super) fn letter(access: &Access, hook: &HookRecord, item: &StreamItem) -> String {
    let whole = serde_json::to_value(item).unwrap_or_default();
    let mut data = json!({
        "mesh": access.mesh().map(|mesh| mesh.id),
        "webhook": hook.id,
        "participant": hook.participant,
        "seq": item.seq,
        "room": item.room,
    });
    let message = item.message().map(|message| message.id);
    if let Some(message) = message {
        data["message"] = json!(message);
    }
    if may_leave(access, hook, item) {
        data["event"] = whole;
    } else {
        data["read"] = match message {
            Some(message) => json!({"operation": "message.get", "input": {"message": message}}),
            None => {
                json!({"operation": "event.list", "input": {"after": item.seq.0 - 1, "limit": 1}})
            }
        };
    }
    json!({"type": item.kind, "timestamp": item.at, "data": data}).to_string()
}

/// Whether all words of an event may leave the mesh whole.
pub(super) fn may_leave(access: &Access, hook: &HookRecord, item: &StreamItem) -> bool {
    let whole = serde_json::to_value(item).unwrap_or_default();
    hook.body == WebhookBody::Full
        && rooms(item, &whole)
            .iter()
            .all(|room| access.may_take_out(*room, hook.participant))
}

/// The room of an event, and those whose words it holds.
fn rooms(item: &StreamItem, whole: &Value) -> Vec<RoomId> {
    let labels = whole["data"]["labels"].as_array().into_iter().flatten();
    let labels = labels.filter_map(|label| label.as_str()?.parse().ok());
    item.room.into_iter().chain(labels).collect()
}

/// The body of a test.
pub(super) fn test(access: &Access, webhook: WebhookId, now: Millis) -> String {
    let mesh = access.mesh().map(|mesh| mesh.id);
    json!({"type": TEST_KIND, "timestamp": now, "data": {"mesh": mesh, "webhook": webhook}})
        .to_string()
}
