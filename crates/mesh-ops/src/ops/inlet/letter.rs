//! A delivery that was proved, taken apart: what its sender calls it, which event it is, and its payload.

use std::collections::BTreeMap;

use mesh_model::events::{CommandKey, InletKind};
use mesh_model::{InletId, Refusal, refuse};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::read::{at, line, said};

/// The names of events and deliveries, characters.
const NAME_CHARS_MAX: usize = 80;

/// The headers that mean something to an inlet.
pub const HEADERS: [&str; 19] = [
    "authorization",
    "content-type",
    "idempotency-key",
    "request-id",
    "sentry-hook-resource",
    "sentry-hook-signature",
    "stripe-signature",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
    "x-github-delivery",
    "x-github-event",
    "x-gitlab-event",
    "x-gitlab-event-uuid",
    "x-gitlab-token",
    "x-hub-signature-256",
    "x-request-id",
    "x-webhook-event",
    "x-webhook-secret",
];

/// A delivery as it came.
#[derive(Debug)]
pub struct Knock {
    /// Those of [`HEADERS`] that it has, each once.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Box<[u8]>,
}

/// The header in which senders of this kind say which event it is.
fn event_header(kind: InletKind) -> &'static str {
    match kind {
        InletKind::Github => "x-github-event",
        InletKind::Gitlab => "x-gitlab-event",
        InletKind::Sentry => "sentry-hook-resource",
        InletKind::Generic | InletKind::UptimeKuma | InletKind::Stripe | InletKind::Standard => {
            "x-webhook-event"
        }
    }
}

impl Knock {
    /// A delivery that nobody sent.
    pub(crate) fn sample(kind: InletKind, event: &str, payload: &Value) -> Knock {
        let headers = [
            (event_header(kind), event),
            ("content-type", "application/json"),
        ];
        Knock {
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            body: payload.to_string().into_bytes().into(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// A delivery that was proved.
pub(crate) struct Letter {
    /// What its sender calls it; nothing if it calls it nothing.
    pub id: String,
    /// Which event: `push`, `issues.opened`.
    pub event: String,
    pub payload: Value,
}

impl Letter {
    /// Reads the body by its media type.
    pub fn open(kind: InletKind, knock: &Knock) -> Result<Letter, Refusal> {
        let payload = payload(kind, knock)?;
        let named = knock.header(event_header(kind));
        let mut letter = Letter::of(kind, named.unwrap_or_default(), payload);
        let id = match kind {
            InletKind::Github => knock.header("x-github-delivery"),
            InletKind::Gitlab => knock
                .header("idempotency-key")
                .or_else(|| knock.header("webhook-id"))
                .or_else(|| knock.header("x-gitlab-event-uuid")),
            InletKind::Sentry => knock.header("request-id"),
            InletKind::Stripe => said(&letter.payload, "id"),
            InletKind::Standard => knock.header("webhook-id"),
            InletKind::Generic | InletKind::UptimeKuma => knock
                .header("idempotency-key")
                .or_else(|| knock.header("webhook-id"))
                .or_else(|| knock.header("x-request-id")),
        };
        letter.id = line(id.unwrap_or_default(), NAME_CHARS_MAX);
        Ok(letter)
    }

    /// A payload, with the event as the sender's header says it.
    pub fn of(kind: InletKind, named: &str, payload: Value) -> Letter {
        let (event, action) = match kind {
            InletKind::Github | InletKind::Sentry => (Some(named), said(&payload, "action")),
            InletKind::Gitlab => {
                let own = said(&payload, "object_kind").or_else(|| said(&payload, "event_name"));
                (
                    own.or(Some(named)),
                    said(&payload, "object_attributes.action"),
                )
            }
            InletKind::UptimeKuma => {
                let status = at(&payload, "heartbeat.status").and_then(Value::as_u64);
                let word = match status {
                    Some(0) => "down",
                    Some(1) => "up",
                    Some(2) => "pending",
                    Some(3) => "maintenance",
                    _ => "notice",
                };
                (Some(word), None)
            }
            InletKind::Stripe | InletKind::Standard | InletKind::Generic => {
                let own = said(&payload, "type").or_else(|| said(&payload, "event"));
                let named = Some(named).filter(|named| !named.is_empty());
                (named.or(own), None)
            }
        };
        let event = event
            .filter(|event| !event.is_empty())
            .unwrap_or("delivery");
        let whole = match action.filter(|action| !action.is_empty()) {
            Some(action) => format!("{event}.{action}"),
            None => event.to_owned(),
        };
        Letter {
            id: String::new(),
            event: line(&whole, NAME_CHARS_MAX),
            payload,
        }
    }

    /// Whether it is one of the events that are wanted: by its name, or by what stands before the action.
    pub fn is_wanted(&self, events: &[String]) -> bool {
        let family = self.event.split('.').next().unwrap_or_default();
        events.is_empty()
            || events
                .iter()
                .any(|wanted| *wanted == self.event || wanted == family)
    }

    /// What makes it the same delivery when it comes again. Where the sender signs the body but not what it calls the delivery,
    /// the body: whoever saw one could give it another name. Nothing, if two that look alike may both be meant.
    pub fn key(&self, kind: InletKind, inlet: InletId, knock: &Knock) -> Option<CommandKey> {
        let mut hash = Sha256::new_with_prefix(b"mesh-inlet/1\n");
        hash.update(inlet.to_string());
        match kind {
            InletKind::Github | InletKind::Sentry => {
                hash.update(b"\nbody\n");
                hash.update(&knock.body);
            }
            InletKind::Stripe if self.id.is_empty() => {
                hash.update(b"\nbody\n");
                hash.update(&knock.body);
            }
            _ if self.id.is_empty() => return None,
            _ => {
                hash.update(b"\nid\n");
                hash.update(&self.id);
            }
        }
        let digest = hash.finalize();
        let half = digest.iter().take(16);
        let key = half.fold(0, |number: u128, byte| number << 8 | u128::from(*byte));
        // Whatever it says the second time, it is the same delivery.
        Some(CommandKey { key, request: key })
    }
}

fn payload(kind: InletKind, knock: &Knock) -> Result<Value, Refusal> {
    let media = knock.header("content-type").unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let text = std::str::from_utf8(&knock.body)
        .map_err(|_| refuse::invalid("the body is not UTF-8", "send JSON or a form in UTF-8"))?;
    match media.to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => {
            let fields = form(text);
            // GitHub can send its JSON as a field of a form.
            match fields.get("payload").and_then(Value::as_str) {
                Some(json) if kind == InletKind::Github => parsed(json),
                _ => Ok(Value::Object(fields)),
            }
        }
        "text/plain" if kind == InletKind::Generic => Ok(serde_json::json!({ "text": text })),
        json if json == "application/json" || json.ends_with("+json") => parsed(text),
        _ => Err(Refusal::new(
            mesh_model::ErrorCode::UnsupportedMediaType,
            "the body is neither JSON nor a form",
            mesh_model::Effect::NothingDone,
            "let the sender use the content type application/json",
        )),
    }
}

fn parsed(json: &str) -> Result<Value, Refusal> {
    // The parser goes 128 levels deep and no deeper.
    serde_json::from_str(json).map_err(|why| {
        refuse::invalid(
            format!("the body is not JSON: {why}"),
            "send one JSON document in UTF-8",
        )
    })
}

fn form(text: &str) -> Map<String, Value> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (plain(name), Value::from(plain(value)))
    });
    pairs.collect()
}

/// What stands in a form, without its escapes. What is no UTF-8 becomes the sign for that.
fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| after.get(..2).and_then(|two| hex::decode(two).ok()))
            .flatten();
        match escaped {
            Some(byte) => {
                bytes.extend(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn knock(media: &str, body: &[u8]) -> Knock {
        let headers = [("content-type", media), ("x-github-event", "issues")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Knock {
            headers: headers.into(),
            body: body.into(),
        }
    }

    #[test]
    fn bodies_are_json_or_forms() {
        let json = br#"{"action":"opened","text":"a+b"}"#;
        let open = |kind, media: &str, body: &[u8]| Letter::open(kind, &knock(media, body));
        let letter = open(InletKind::Github, "application/json; charset=utf-8", json).unwrap();
        assert_eq!(letter.event, "issues.opened");
        let form = b"payload=%7B%22action%22%3A%22opened%22%2C%22text%22%3A%22a%2Bb%22%7D&x=%zz";
        let media = "application/x-www-form-urlencoded";
        let letter = open(InletKind::Github, media, form).unwrap();
        assert_eq!(letter.payload, json!({"action": "opened", "text": "a+b"}));
        let letter = open(InletKind::Generic, media, b"a=1+2&b=%C3%A9&%ff=").unwrap();
        assert_eq!(
            letter.payload,
            json!({"a": "1 2", "b": "é", "\u{fffd}": ""})
        );
        let letter = open(InletKind::Generic, "text/plain", b"it is down").unwrap();
        assert_eq!(letter.payload["text"], "it is down");
        for (media, body) in [
            ("application/json", &b"{"[..]),
            ("application/json", b"{\"a\":\"\xff\"}"),
            ("application/json", "[".repeat(1000).as_bytes()),
            ("text/html", b"<p>"),
            ("", b"{}"),
        ] {
            assert!(open(InletKind::Github, media, body).is_err());
        }
    }

    #[test]
    fn the_same_delivery_has_the_same_key_whatever_it_is_called() {
        let inlet = InletId(uuid::Uuid::nil());
        let key = |kind, id: &str, body: &[u8]| {
            let mut letter = Letter::of(kind, "push", json!({}));
            letter.id = id.to_owned();
            let key = letter.key(kind, inlet, &knock("", body));
            key.map(|key| key.key)
        };
        assert_eq!(
            key(InletKind::Github, "1", b"a"),
            key(InletKind::Github, "2", b"a")
        );
        assert_ne!(
            key(InletKind::Github, "1", b"a"),
            key(InletKind::Github, "1", b"b")
        );
        assert_eq!(
            key(InletKind::Standard, "1", b"a"),
            key(InletKind::Standard, "1", b"b")
        );
        assert_eq!(key(InletKind::Generic, "", b"a"), None);
    }

    #[test]
    fn events_are_wanted_by_their_name_or_their_family() {
        let letter = Letter::of(InletKind::Github, "issues", json!({"action": "opened"}));
        let wanted = |events: &[&str]| {
            let events: Vec<String> = events.iter().map(|event| (*event).to_owned()).collect();
            letter.is_wanted(&events)
        };
        assert!(wanted(&[]) && wanted(&["issues"]) && wanted(&["push", "issues.opened"]));
        assert!(!wanted(&["issues.closed"]) && !wanted(&["issue"]));
    }
}
