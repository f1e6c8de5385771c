//! What an inlet makes of a delivery: its own texts, in which something of the delivery stands where `{{path}}` was. It is put in
//! once and as it is, without signs that nobody sees: a value that looks like a blank stays as it is.

use mesh_model::api::InletBody;
use mesh_model::events::{InletCreated, InletMakes};
use mesh_model::limits::{
    INLET_VALUE_CHARS_MAX, JSON_DEPTH_MAX, LABEL_CHARS_MAX, MESSAGE_BYTES_MAX,
};
use mesh_model::{Effect, Refusal, refuse};
use serde_json::{Map, Value};

use super::letter::Letter;
use super::read::{Reading, at, line, lines};
use crate::door::request::check_depth;

/// A text that was filled in, bytes: a screen of words, with room for data beside it.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// What of ours stands in a blank.
const OURS: &str = "inlet.";

/// What an inlet makes of a delivery.
pub(crate) struct Made {
    pub title: String,
    pub text: String,
    /// What goes along: an event's payload, the values of a template, or the delivery itself.
    pub data: Option<Map<String, Value>>,
}

/// Whether the blanks of a text are well formed.
pub(crate) fn check(text: &str) -> Result<(), Refusal> {
    for piece in text.split("{{").skip(1) {
        let name = piece.split_once("}}").map(|(name, _)| name.trim());
        let good = |name: &&str| {
            !name.is_empty()
                && name
                    .chars()
                    .all(|found| found.is_ascii_alphanumeric() || "._-$".contains(found))
        };
        let Some(name) = name.filter(good) else {
            return Err(refuse::invalid(
                "'{{' begins a blank that does not end, or that names no place",
                "write {{a.b.0}}: names of fields and numbers of items with points between",
            )
            .so(Effect::NothingCreated));
        };
        if let Some(ours) = name.strip_prefix(OURS)
            && !["summary", "event", "origin", "sender"].contains(&ours)
        {
            return Err(refuse::invalid(
                format!("there is no {{{{{name}}}}}"),
                "there are {{inlet.summary}}, {{inlet.event}}, {{inlet.origin}} and {{inlet.sender}}",
            )
            .so(Effect::NothingCreated));
        }
    }
    Ok(())
}

/// Fills everything in.
pub(crate) fn made(
    set: &InletCreated,
    words: &InletBody,
    letter: &Letter,
    reading: &Reading,
) -> Made {
    let fill = |text: &str| filled(text, letter, reading);
    let text = if words.text.is_empty() {
        reading.text.clone()
    } else {
        cut(fill(&words.text))
    };
    let title = if words.title.is_empty() {
        &reading.title
    } else {
        &fill(&words.title)
    };
    let values = || {
        let values = words.input.iter();
        values.map(|(name, from)| (name.clone(), from.as_str().unwrap_or_default()))
    };
    let data = match set.makes {
        InletMakes::Event if words.input.is_empty() => whole(letter),
        // A field that is nothing but a place is what stands there, a number a number.
        InletMakes::Event => Some(
            values()
                .map(|(name, from)| match place(from) {
                    Some(path) => (name, at(&letter.payload, path).cloned().unwrap_or_default()),
                    None => (name, Value::from(fill(from))),
                })
                .collect(),
        ),
        InletMakes::Template => Some(
            values()
                .map(|(name, from)| (name, Value::from(fill(from))))
                .collect(),
        ),
        InletMakes::Message | InletMakes::Task => whole(letter).filter(|data| {
            let size = serde_json::to_string(data).map_or(usize::MAX, |json| json.len());
            set.data && size + text.len() <= MESSAGE_BYTES_MAX
        }),
    };
    Made {
        title: line(title, LABEL_CHARS_MAX),
        text,
        data: data.filter(|data| {
            let mut fields = data.values();
            fields.all(|field| check_depth(field, JSON_DEPTH_MAX - 1).is_ok())
        }),
    }
}

/// The delivery itself, if it is an object.
fn whole(letter: &Letter) -> Option<Map<String, Value>> {
    letter.payload.as_object().cloned()
}

/// The path of a text that is one blank and nothing else.
fn place(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let one = !inner.contains("{{") && !inner.starts_with(OURS);
    one.then_some(inner)
}

fn cut(mut text: String) -> String {
    if text.len() > TEXT_BYTES_MAX {
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
        text.push('…');
    }
    text
}

fn filled(text: &str, letter: &Letter, reading: &Reading) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            rest = after;
            continue;
        };
        out.push_str(&value(name.trim(), letter, reading));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn value(name: &str, letter: &Letter, reading: &Reading) -> String {
    let text = match name.strip_prefix(OURS) {
        Some("summary") => return reading.text.clone(),
        Some("event") => return letter.event.clone(),
        Some("origin") => return reading.origin.clone(),
        Some("sender") => return reading.sender.clone(),
        _ => match at(&letter.payload, name) {
            None | Some(Value::Null) => return String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        },
    };
    lines(&text, INLET_VALUE_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use mesh_model::events::InletKind;
    use serde_json::json;

    use super::*;

    fn letter() -> Letter {
        let payload = json!({
            "a": {"b": ["x", "y"]},
            "n": 7,
            "evil": "{{n}} @rex\u{202e}\u{0}\nsecond",
            "object": {"k": true},
        });
        Letter::of(InletKind::Generic, "ping", payload)
    }

    fn reading() -> Reading {
        Reading {
            origin: "somewhere".to_owned(),
            sender: "somebody".to_owned(),
            title: "ping".to_owned(),
            text: "a sentence".to_owned(),
        }
    }

    #[test]
    fn blanks_are_filled_in_once() {
        let fill = |text: &str| filled(text, &letter(), &reading());
        assert_eq!(fill("{{a.b.1}}{{ n }}{{nothing.here}}|"), "y7|");
        assert_eq!(fill("{{evil}}"), "{{n}} @rex\nsecond");
        assert_eq!(fill("{{object}} {{inlet.event}}"), "{\"k\":true} ping");
        assert_eq!(fill("{{inlet.summary}}: {n} }}"), "a sentence: {n} }}");
        for good in ["", "{{a.b-c.0}}", "{ {x} }}"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["{{", "{{}}", "{{a b}}", "{{inlet.secret}}", "{{x}} {{"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
