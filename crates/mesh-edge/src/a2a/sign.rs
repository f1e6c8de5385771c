//! Signed cards (A2A 1.0, 8.4): a JWS of the node's key over the card in its canonical form. Whoever keeps the key, or takes it
//! from where the signature says, knows that this node said what the card says, and nobody on the way.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};
use std::sync::Arc;

use crate::edge::Edge;

/// Where the key lies that verifies cards.
pub(crate) const KEYS: &str = "/.well-known/jwks.json";

/// The key that verifies cards.
pub(crate) async fn keys(State(edge): State<Arc<Edge>>) -> Response {
    super::json_answer("application/json", &edge.door.card_keys())
}

/// The card with its signature.
pub(super) fn signed(edge: &Edge, address: &str, mut card: Value) -> Value {
    let canonical = canonical(&card);
    let signature = edge.door.sign_card(&canonical, &format!("{address}{KEYS}"));
    card["signatures"] = json!([{
        "protected": signature.protected,
        "signature": signature.signature,
    }]);
    card
}

/// The card's canonical form: without signatures and whatever is empty, its names sorted (RFC 8785). A card holds texts and
/// truths and no numbers, and names of ASCII alone: what is left of that form is what `serde_json` writes.
fn canonical(card: &Value) -> String {
    let mut card = card.clone();
    if let Some(fields) = card.as_object_mut() {
        fields.remove("signatures");
    }
    cleaned(card).unwrap_or_default().to_string()
}

fn cleaned(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.is_empty()).then_some(Value::String(text)),
        Value::Array(items) => {
            let items: Vec<_> = items.into_iter().filter_map(cleaned).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by(|one, two| one.0.cmp(&two.0));
            let kept = fields
                .into_iter()
                .filter_map(|(name, value)| Some((name, cleaned(value)?)));
            let kept: Map<_, _> = kept.collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_sorted_and_holds_nothing_empty() {
        let card = json!({
            "name": "Köln \"a\"\n\u{1f}\u{2028}",
            "capabilities": {"streaming": true, "pushNotifications": false},
            "securityRequirements": [{"schemes": {"bearer": {"list": []}}}],
            "description": "",
            "signatures": [{"protected": "x"}],
        });
        assert_eq!(
            canonical(&card),
            "{\"capabilities\":{\"pushNotifications\":false,\"streaming\":true},\
             \"name\":\"Köln \\\"a\\\"\\n\\u001f\u{2028}\"}"
        );
    }
}
