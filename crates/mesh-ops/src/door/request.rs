//! A request before it is understood: its JSON, its idempotency key, what it hashes to.

use mesh_model::api::ToolDescription;
use mesh_model::events::CommandKey;
use mesh_model::limits::{IDEMPOTENCY_KEY_CHARS_MAX, JSON_DEPTH_MAX, REQUEST_BYTES_MAX};
use mesh_model::ops::{Declaration, OpKind};
use mesh_model::{ActHash, Effect, ErrorCode, Refusal, Seq, ToolHash, refuse};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Reads a body. An empty one is an object without fields.
pub fn parse_json(bytes: &[u8]) -> Result<Value, Refusal> {
    if bytes.len() > REQUEST_BYTES_MAX {
        return Err(Refusal::new(
            ErrorCode::TooLarge,
            format!(
                "the request has {} bytes, the limit is {REQUEST_BYTES_MAX}",
                bytes.len()
            ),
            Effect::NothingDone,
            "send less at a time",
        ));
    }
    if bytes.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(bytes).map_err(|why| {
        refuse::invalid(
            format!("the body is not JSON: {why}"),
            "send one JSON object in UTF-8",
        )
    })
}

/// Operations whose input holds what people keep to themselves.
pub(crate) const SECRETIVE: &[&str] = &[
    "inlet.create",
    "inlet.rotate",
    "password.change",
    "secret.set",
    "user.create",
    "user.update",
];

/// What a request holds besides the operation's input.
pub(crate) struct Request {
    /// The operation's input: an object.
    pub input: Value,
    /// The idempotency key, as sent.
    pub key: Option<String>,
    /// The place that a query waits for.
    pub min_seq: Option<Seq>,
}

impl Request {
    /// Takes apart what was sent. `key` is the key that came beside the body, if one did.
    pub fn new(
        declaration: &Declaration,
        input: Value,
        key: Option<String>,
        min_seq: Option<Seq>,
    ) -> Result<Request, Refusal> {
        let mut fields = match input {
            Value::Object(fields) => fields,
            Value::Null => Map::new(),
            _ => {
                return Err(refuse::invalid(
                    "the input is not a JSON object",
                    "send an object, {} if there is nothing to say",
                ));
            }
        };
        for value in fields.values() {
            check_depth(value, JSON_DEPTH_MAX - 1)?;
        }
        let mut request = Request {
            input: Value::Null,
            key,
            min_seq,
        };
        match declaration.kind {
            OpKind::Command => {
                if let Some(given) = fields.remove("idempotency_key") {
                    request.add_key(given)?;
                }
                if let Some(key) = &request.key {
                    check_key(key)?;
                }
            }
            OpKind::Query => {
                // A read is the same however often it is asked.
                request.key = None;
                if let Some(given) = fields.remove("min_seq").filter(|given| !given.is_null()) {
                    let place = given.as_u64().ok_or_else(|| {
                        refuse::invalid(
                            "the field 'min_seq' is not a place in the log",
                            "send the `seq` of an answer",
                        )
                    })?;
                    request.min_seq = request.min_seq.max(Some(Seq(place)));
                }
            }
        }
        request.input = Value::Object(fields);
        Ok(request)
    }

    fn add_key(&mut self, given: Value) -> Result<(), Refusal> {
        let Value::String(given) = given else {
            return Err(refuse::invalid(
                "the field 'idempotency_key' is not text",
                "send a text of your own making, such as a UUID",
            ));
        };
        match &self.key {
            Some(known) if *known != given => Err(refuse::invalid(
                "the header Idempotency-Key and the field 'idempotency_key' differ",
                "send one of them",
            )),
            _ => {
                self.key = Some(given);
                Ok(())
            }
        }
    }

    /// What the writer remembers of a keyed command.
    ///
    /// It is in the log for good. The hash of an input that holds a secret is mixed with `pepper`, so
    /// that nobody finds out the secret by trying.
    pub fn command_key(&self, declaration: &Declaration, pepper: &[u8]) -> Option<CommandKey> {
        let key = self.key.as_ref()?;
        let mut request = Sha256::new();
        if SECRETIVE.contains(&declaration.name) {
            request.update(
                Sha256::new()
                    .chain_update(b"mesh-request/1")
                    .chain_update(pepper)
                    .finalize(),
            );
        }
        request.update(declaration.name.as_bytes());
        hash_value(&mut request, &self.input);
        Some(CommandKey {
            key: first_half(Sha256::new().chain_update(key.as_bytes())),
            request: first_half(request),
        })
    }
}

/// The key of the `part`th command of an operation that needs several.
pub(crate) fn part_of(key: CommandKey, part: u32) -> CommandKey {
    let hash = Sha256::new()
        .chain_update(key.key.to_be_bytes())
        .chain_update(part.to_be_bytes());
    CommandKey {
        key: first_half(hash),
        request: key.request,
    }
}

/// The hash of an act: the operation and what is asked of it, whatever key it comes with. Who signs its words again says
/// the same words, by another salt.
pub(crate) fn act_hash(declaration: &Declaration, input: &Value) -> ActHash {
    let mut act = Sha256::new_with_prefix(b"mesh-act/1\n");
    hash_text(&mut act, b"o", declaration.name);
    match input.get("signed").and_then(|signed| signed.get("content")) {
        Some(content) => {
            let mut unsigned = input.clone();
            unsigned["signed"] = content.clone();
            hash_value(&mut act, &unsigned);
        }
        None => hash_value(&mut act, input),
    }
    ActHash(act.finalize().into())
}

/// The hash of all that is said of a tool.
pub(crate) fn tool_hash(tool: &ToolDescription) -> ToolHash {
    let mut hash = Sha256::new_with_prefix(b"mesh-tool/1\n");
    hash_text(&mut hash, b"n", &tool.name);
    hash_text(&mut hash, b"a", &tool.about);
    hash_value(&mut hash, &Value::Object(tool.input.clone()));
    ToolHash(hash.finalize().into())
}

fn first_half(hash: Sha256) -> u128 {
    let digest = hash.finalize();
    digest
        .iter()
        .take(16)
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}

fn check_key(key: &str) -> Result<(), Refusal> {
    let fits = !key.is_empty() && key.chars().count() <= IDEMPOTENCY_KEY_CHARS_MAX;
    if fits && key.chars().all(|found| (' '..='~').contains(&found)) {
        return Ok(());
    }
    Err(refuse::invalid(
        format!(
            "an idempotency key has 1 to {IDEMPOTENCY_KEY_CHARS_MAX} printable ASCII characters"
        ),
        "use a UUID",
    ))
}

pub(crate) fn check_depth(value: &Value, left: usize) -> Result<(), Refusal> {
    let Some(left) = left.checked_sub(1) else {
        return Err(refuse::invalid(
            format!("the JSON is nested deeper than {JSON_DEPTH_MAX}"),
            "send flatter JSON",
        ));
    };
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| check_depth(item, left)),
        Value::Object(fields) => fields
            .values()
            .try_for_each(|field| check_depth(field, left)),
        _ => Ok(()),
    }
}

/// Hashes a value so that the order of fields and the spelling of numbers do not matter. Each
/// piece says what it is and how long, so that no two values run together.
fn hash_value(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Bool(truth) => hash.update(if *truth { b"t" } else { b"f" }),
        Value::Number(number) => hash_text(hash, b"#", &number.to_string()),
        Value::String(text) => hash_text(hash, b"s", text),
        Value::Array(items) => {
            hash.update(b"a");
            hash.update((items.len() as u64).to_be_bytes());
            items.iter().for_each(|item| hash_value(hash, item));
        }
        Value::Object(fields) => {
            hash.update(b"o");
            hash.update((fields.len() as u64).to_be_bytes());
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            for (name, value) in sorted {
                hash_text(hash, b"k", name);
                hash_value(hash, value);
            }
        }
    }
}

fn hash_text(hash: &mut Sha256, what: &[u8], text: &str) {
    hash.update(what);
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text.as_bytes());
}

/// Reads an operation's input, and names the field that is wrong.
pub(crate) fn typed<T: DeserializeOwned>(input: &Value) -> Result<T, Refusal> {
    T::deserialize(input).map_err(|_| match serde_path_to_error::deserialize::<_, T>(input) {
        Err(why) => {
            let place = why.path().to_string();
            let what = why.into_inner().to_string();
            if let Some(place) = policy_place(&place) {
                return Refusal::new(
                    ErrorCode::InvalidPolicy,
                    what,
                    Effect::NothingChanged,
                    "correct that place and send the policy again",
                )
                .within(place);
            }
            let refusal = refuse::invalid(
                what,
                "see the operation's page or /openapi.json for what it takes",
            );
            if place == "." {
                refusal
            } else {
                refusal.within(format_args!("the field '{place}'"))
            }
        }
        Ok(_) => refuse::invalid(
            "the input cannot be read",
            "see /openapi.json for what the operation takes",
        ),
    })
}

/// The place inside a policy, if it is one.
fn policy_place(place: &str) -> Option<&str> {
    place
        .strip_prefix("policy.")
        .or(Some(place).filter(|place| *place == "policy"))
}

#[cfg(test)]
mod tests {
    use mesh_model::api::MessagePostInput;
    use mesh_model::ops::{MessageList, MessagePost, Operation};
    use serde_json::json;

    use super::*;

    fn request(input: Value) -> Result<Request, Refusal> {
        Request::new(&MessagePost::DECLARATION, input, None, None)
    }

    fn deep(levels: usize) -> Value {
        (0..levels).fold(json!(1), |inner, _| json!({ "in": inner }))
    }

    #[test]
    fn bodies_that_are_no_json_are_refused() {
        assert_eq!(parse_json(b"").unwrap(), json!({}));
        for bad in [
            &b"{"[..],
            b" \n",
            b"\xff\xfe",
            b"{\"a\":\"\xc3\"}",
            b"{} x",
            &[b'['; 5000],
        ] {
            assert_eq!(parse_json(bad).unwrap_err().code, ErrorCode::InvalidInput);
        }
        assert_eq!(
            parse_json(&vec![b' '; REQUEST_BYTES_MAX + 1])
                .unwrap_err()
                .code,
            ErrorCode::TooLarge
        );
    }

    #[test]
    fn depth_has_a_limit() {
        assert!(request(deep(JSON_DEPTH_MAX - 1)).is_ok());
        assert_eq!(
            request(deep(JSON_DEPTH_MAX)).err().unwrap().code,
            ErrorCode::InvalidInput
        );
        assert!(request(json!([1])).is_err());
        assert!(request(Value::Null).is_ok());
    }

    #[test]
    fn keys_come_in_the_header_or_the_body() {
        let found = request(json!({"room": "a", "text": "b", "idempotency_key": "k"})).unwrap();
        assert_eq!(found.key.as_deref(), Some("k"));
        assert_eq!(found.input, json!({"room": "a", "text": "b"}));
        let both = |key: &str| {
            Request::new(
                &MessagePost::DECLARATION,
                json!({"idempotency_key": "k"}),
                Some(key.to_owned()),
                None,
            )
        };
        assert!(both("k").is_ok());
        assert!(both("other").is_err());
        for bad in [
            json!(""),
            json!(7),
            json!("k".repeat(129)),
            json!("a\nb"),
            json!("é"),
        ] {
            assert!(request(json!({ "idempotency_key": bad })).is_err());
        }
        let query = Request::new(
            &MessageList::DECLARATION,
            json!({"room": "a", "min_seq": 4}),
            None,
            Some(Seq(2)),
        )
        .unwrap();
        assert_eq!(query.min_seq, Some(Seq(4)));
        assert!(
            Request::new(
                &MessageList::DECLARATION,
                json!({"min_seq": "4"}),
                None,
                None
            )
            .is_err()
        );
    }

    #[test]
    fn the_same_request_hashes_the_same() {
        let key = |text: &str| {
            let input = serde_json::from_str(text).unwrap();
            request(input)
                .unwrap()
                .command_key(&MessagePost::DECLARATION, b"")
                .unwrap()
        };
        let first = key(r#"{"room":"a","text":"b","idempotency_key":"k"}"#);
        assert_eq!(
            first,
            key(r#"{"idempotency_key":"k", "text":"b", "room":"a"}"#)
        );
        let other = key(r#"{"room":"a","text":"c","idempotency_key":"k"}"#);
        assert_eq!(first.key, other.key);
        assert_ne!(first.request, other.request);
        assert_ne!(part_of(first, 1).key, part_of(first, 2).key);
    }

    #[test]
    fn a_wrong_field_is_named() {
        let wrong = |input: Value| typed::<MessagePostInput>(&input).unwrap_err().detail();
        assert!(wrong(json!({"text": "b"})).contains("room"));
        assert!(wrong(json!({"room": "a", "text": 7})).contains("'text'"));
        assert!(wrong(json!({"room": "a", "text": "b", "colour": 1})).contains("colour"));
        assert!(wrong(json!({"room": "a", "text": "b", "reply_to": "12"})).contains("'reply_to'"));
    }
}
