//! Answers without what differs from run to run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Characters of a drawn secret, its prefix not counted.
const SECRET_CHARS: usize = 43;
/// How the address of an inlet begins; its id follows.
const INLETS: &str = "/api/v1/inlets/";

/// An answer without what differs from run to run: ids and secrets become `ID 1`, `ID 2`, … in the
/// order in which they appear, times and places in the log become words.
#[derive(Debug, Default)]
pub struct Normal {
    ids: BTreeMap<String, usize>,
}

/// Fields that hold places in the log or counts that depend on connections.
const PLACES: &[&str] = &[
    "seq",
    "next",
    "prev",
    "position",
    "last_seq",
    "lease",
    "offer",
    "head",
    "view",
    "verified",
    "since",
    "last_seen",
    "after",
    "set_seq",
    "revoked",
    "upto",
    "erased",
    "position",
    "fence",
    "from",
    "thing",
    "mean_ms",
    "took_ms",
    "taken",
    "alert",
    "evidence",
];

/// Whether it is a number, or one as a text with the number of a part.
fn is_place(value: &Value) -> bool {
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    value.is_number()
        || value
            .as_str()
            .is_some_and(|text| !text.is_empty() && digits(text))
}

/// Whether it is a number, or a list of some.
fn is_places(value: &Value) -> bool {
    let all = |items: &Vec<Value>| items.iter().all(is_place) && !items.is_empty();
    is_place(value) || value.as_array().is_some_and(all)
}

/// Whether it is by what a message is found in a conversation: made from the node's key.
fn is_tag(text: &str) -> bool {
    let parts = text.strip_prefix('m').and_then(|rest| rest.split_once('.'));
    parts.is_some_and(|(place, proof)| {
        place.bytes().all(|byte| byte.is_ascii_digit())
            && proof.len() == 10
            && proof.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Whether it is what two owners compare: made from their nodes' keys.
fn is_compared(text: &str) -> bool {
    let digits = |group: &str| group.len() == 5 && group.bytes().all(|b| b.is_ascii_digit());
    text.split(' ').count() == 6 && text.split(' ').all(digits)
}

/// Whether it is the same, told as words.
fn is_told_to_compare(name: &str, value: &Value) -> bool {
    let letters = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase());
    name == "words"
        && value
            .as_str()
            .is_some_and(|text| text.split(' ').count() == 12 && text.split(' ').all(letters))
}

impl Normal {
    /// The answer in its normal form. Ask for all answers of one run in order.
    pub fn form(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let form = fields.iter().map(|(name, value)| {
                    let place = is_places(value) && PLACES.contains(&name.as_str());
                    (
                        name.clone(),
                        if place {
                            json!("PLACE")
                        } else if is_told_to_compare(name, value) {
                            json!("WORDS")
                        } else {
                            self.form(value)
                        },
                    )
                });
                Value::Object(form.collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(|item| self.form(item)).collect()),
            Value::String(text) => self.text(text),
            _ => value.clone(),
        }
    }

    fn text(&mut self, text: &str) -> Value {
        let is_id = text.len() == 36 && text.matches('-').count() == 4;
        let is_message = text
            .strip_prefix('m')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        let is_key =
            matches!(text.len(), 64 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_secret =
            text.len() >= SECRET_CHARS && text.is_char_boundary(text.len() - SECRET_CHARS) && {
                let (before, secret) = text.split_at(text.len() - SECRET_CHARS);
                let drawn = secret
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
                drawn
                    && (before.is_empty()
                        || before.starts_with("mesh_")
                        || before.ends_with(['/', '=']))
            };
        let is_signing = text.starts_with("whsec_");
        if let Some(id) = text.strip_prefix(INLETS) {
            let id = self.text(id);
            return json!(format!("{INLETS}{}", id.as_str().unwrap_or_default()));
        }
        // The node's key for push services: a point of P-256, by URL's letters.
        let is_push_key = text.len() == 87
            && text.starts_with('B')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_id
            || is_push_key
            || is_message
            || is_key
            || is_secret
            || is_signing
            || is_tag(text)
            || is_compared(text)
        {
            let next = self.ids.len() + 1;
            let number = *self.ids.entry(text.to_owned()).or_insert(next);
            return json!(format!("ID {number}"));
        }
        // Times and tags of deliveries stand alone or inside a sentence.
        let words = text.split(' ').map(|word| {
            let tag = word
                .strip_prefix("[mesh:")
                .and_then(|tag| tag.strip_suffix(']'));
            if tag.is_some_and(is_tag) {
                return "[mesh:TAG]".to_owned();
            }
            let bare = word.trim_end_matches(['.', ',', ';', ')']);
            match mesh_model::Millis::parse(bare) {
                Some(_) => word.replace(bare, "TIME"),
                None => word.to_owned(),
            }
        });
        json!(words.collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_levelled() {
        let mut normal = Normal::default();
        let id = "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b";
        let form = normal.form(&json!({"id": id, "seq": 7, "again": [id, "m7"], "at": "2026-11-21T06:20:38.123Z", "text": "hi"}));
        // Fields come in their map's order, so the message may have been seen before the id.
        assert_eq!(form["id"], form["again"][0]);
        assert_ne!(form["id"], form["again"][1]);
        assert_eq!(
            (&form["seq"], &form["at"], &form["text"]),
            (&json!("PLACE"), &json!("TIME"), &json!("hi"))
        );
    }
}
