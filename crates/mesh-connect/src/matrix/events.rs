//! What a homeserver tells, as far as it is read here. An event that cannot be read is passed over, and so are fields that are
//! not known.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// What is new.
#[derive(Debug, Deserialize)]
pub(super) struct Batch {
    /// From where on the next is asked for.
    pub next_batch: String,
    #[serde(default)]
    pub rooms: Rooms,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Rooms {
    #[serde(default)]
    pub join: BTreeMap<String, Joined>,
    /// Where somebody wants the account to come.
    #[serde(default)]
    pub invite: BTreeMap<String, serde::de::IgnoredAny>,
    /// Where it is no more.
    #[serde(default)]
    pub leave: BTreeMap<String, serde::de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Joined {
    #[serde(default)]
    pub timeline: Timeline,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Timeline {
    #[serde(default)]
    pub events: Vec<Value>,
    /// Something came before them that is not told here.
    #[serde(default)]
    pub limited: bool,
    /// From where on backwards that is found.
    pub prev_batch: Option<String>,
}

/// A page of a room's past, the newest first.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    pub chunk: Vec<Value>,
    /// Where the page before it begins, if there is one.
    pub end: Option<String>,
}

/// Something that happened in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub id: String,
    pub sender: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Somebody wrote.
    Words(Words),
    /// Somebody changed what was written.
    Edit { of: String, words: Words },
    /// A sign below an event.
    Reaction { of: String, key: String },
    /// An event is gone.
    Redaction { of: String },
    /// Somebody came, went or was asked to come.
    Member { user: String, membership: String },
    /// Words that only those with the room's keys read.
    Encrypted,
    /// From here on the room's words are such.
    Encryption,
    /// The room ends; another one takes its place.
    Tombstone { to: String },
}

/// Words, and what they answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// What was written; nothing if it is something else.
    pub text: Option<String>,
    /// What else is there that is not taken along.
    pub other: Option<&'static str>,
    /// A program says it, to be read and not to be answered.
    pub notice: bool,
    /// It was brought from a mesh.
    pub brought: bool,
    /// The event that it answers.
    pub answers: Option<String>,
    /// The thread it stands in, by its first event.
    pub thread: Option<String>,
}

impl Words {
    /// What was written, and what else is there that is not taken along.
    pub fn whole(&self) -> String {
        let other = self
            .other
            .map(|what| format!("({what}, not brought along)"));
        match (&self.text, other) {
            (Some(text), None) => text.clone(),
            (Some(text), Some(other)) => format!("{other}\n{text}"),
            (None, other) => other.unwrap_or_default(),
        }
    }
}

/// The mark of what a connector brought: two of them in one room do not carry one another's words in a circle.
pub(super) const BROUGHT: &str = "themesh.brought";

impl Event {
    /// An event, if it is one that is looked at.
    pub fn read(event: Value) -> Option<Event> {
        let text = |value: &Value| id(value).map(str::to_owned);
        // Anybody may send an event that is called as a state is; it is none without a key.
        let is_state = event["state_key"].is_string();
        let content = &event["content"];
        let what = match event["type"].as_str()? {
            "m.room.message" | "m.sticker" => said(&event)?,
            "m.reaction" => What::Reaction {
                of: text(&content["m.relates_to"]["event_id"])?,
                key: text(&content["m.relates_to"]["key"])?,
            },
            // Where it is told which event is gone depends on the room's version.
            "m.room.redaction" => What::Redaction {
                of: text(&event["redacts"]).or_else(|| text(&content["redacts"]))?,
            },
            "m.room.member" => What::Member {
                user: text(&event["state_key"])?,
                membership: text(&content["membership"])?,
            },
            "m.room.encrypted" => What::Encrypted,
            "m.room.encryption" if is_state => What::Encryption,
            "m.room.tombstone" if is_state => What::Tombstone {
                to: text(&content["replacement_room"]).unwrap_or_default(),
            },
            _ => return None,
        };
        Some(Event {
            id: text(&event["event_id"])?,
            sender: text(&event["sender"])?,
            what,
        })
    }
}

/// No id and no name of a kind is longer.
const ID_BYTES_MAX: usize = 255;

fn id(value: &Value) -> Option<&str> {
    value.as_str().filter(|id| id.len() <= ID_BYTES_MAX)
}

/// What an event with words says.
fn said(event: &Value) -> Option<What> {
    let content = &event["content"];
    let relates = &content["m.relates_to"];
    if relates["rel_type"] == "m.replace" {
        return Some(What::Edit {
            of: id(&relates["event_id"])?.to_owned(),
            words: words(event, &content["m.new_content"])?,
        });
    }
    let answered = id(&relates["m.in_reply_to"]["event_id"]);
    let thread = id(&relates["event_id"]).filter(|_| relates["rel_type"] == "m.thread");
    // In a thread the last event is named for programs that know no threads; what is answered is the thread.
    let answers = match thread {
        Some(thread) if relates["is_falling_back"] == true => Some(thread),
        _ => answered.or(thread),
    };
    let mut words = words(event, content)?;
    if answers.is_some() {
        words.text = words.text.map(|text| unquoted(&text).to_owned());
    }
    Some(What::Words(Words {
        brought: content[BROUGHT] == true,
        answers: answers.map(str::to_owned),
        thread: thread.map(str::to_owned),
        ..words
    }))
}

fn words(event: &Value, content: &Value) -> Option<Words> {
    // Of what was redacted nothing is left.
    let body = content["body"].as_str()?.to_owned();
    let named = content["filename"].as_str();
    let (text, other) = match content["msgtype"].as_str() {
        _ if event["type"] == "m.sticker" => (None, Some("a sticker")),
        Some("m.text" | "m.notice") => (Some(body), None),
        Some("m.emote") => (Some(format!("* {body}")), None),
        Some(kind) if kind.starts_with("m.key.") => return None,
        Some(kind) => {
            let other = match kind {
                "m.image" => "a picture",
                "m.video" => "a video",
                "m.audio" => "a piece of audio",
                "m.file" => "a file",
                "m.location" => "a place",
                _ => "something that is no text",
            };
            // With a name of its own the body says something of the file; otherwise it is the name.
            let caption = named.is_some_and(|name| name != body);
            (Some(body).filter(|_| caption), Some(other))
        }
        None => return None,
    };
    Some(Words {
        text,
        other,
        notice: content["msgtype"] == "m.notice",
        ..Words::default()
    })
}

/// Words without the quote that older programs put before an answer.
fn unquoted(text: &str) -> &str {
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        let quotes = line == ">" || line.starts_with("> ");
        if !quotes {
            // Without an empty line behind it they are words that begin with such a sign.
            let quoted = rest.len() < text.len();
            return if quoted && line.is_empty() {
                after
            } else {
                text
            };
        }
        rest = after;
    }
    text
}

/// Whether a sign says yes or no: whatever the skin, and however it is drawn.
pub(super) fn decision(key: &str) -> Option<bool> {
    let plain = |c: &char| !matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}');
    match key.chars().filter(plain).collect::<String>().as_str() {
        "👍" => Some(true),
        "👎" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn message(content: Value) -> Option<What> {
        let event = json!({"type": "m.room.message", "event_id": "$1", "sender": "@ana:x", "content": content});
        Event::read(event).map(|event| event.what)
    }

    fn words_of(content: Value) -> Words {
        match message(content) {
            Some(What::Words(words)) => words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_taken_along_is_named() {
        for (content, whole) in [
            (json!({"msgtype": "m.text", "body": "hello"}), "hello"),
            (json!({"msgtype": "m.emote", "body": "waves"}), "* waves"),
            (
                json!({"msgtype": "m.image", "body": "x.png"}),
                "(a picture, not brought along)",
            ),
            (
                json!({"msgtype": "m.image", "body": "look", "filename": "x.png"}),
                "(a picture, not brought along)\nlook",
            ),
        ] {
            assert_eq!(words_of(content).whole(), whole);
        }
        // Redacted, or a program's own business.
        assert_eq!(message(json!({})), None);
        let verify = json!({"msgtype": "m.key.verification.request", "body": "x"});
        assert_eq!(message(verify), None);
    }

    #[test]
    fn what_is_answered_is_read_with_and_without_threads() {
        let reply = json!({"m.in_reply_to": {"event_id": "$a"}});
        let text = |relates: Value| json!({"msgtype": "m.text", "body": "> <@a:x> b\n> c\n\nyes", "m.relates_to": relates});
        let words = words_of(text(reply));
        assert_eq!(words.text.as_deref(), Some("yes"));
        assert_eq!((words.answers.as_deref(), words.thread), (Some("$a"), None));
        let mut thread = json!({"rel_type": "m.thread", "event_id": "$t", "is_falling_back": true,
            "m.in_reply_to": {"event_id": "$last"}});
        assert_eq!(
            words_of(text(thread.clone())).answers.as_deref(),
            Some("$t")
        );
        thread["is_falling_back"] = json!(false);
        let words = words_of(text(thread));
        assert_eq!(words.answers.as_deref(), Some("$last"));
        assert_eq!(words.thread.as_deref(), Some("$t"));
    }

    #[test]
    fn an_edit_and_a_redaction_say_of_what() {
        let edit = json!({"msgtype": "m.text", "body": "* b", "m.new_content": {"msgtype": "m.text", "body": "b"},
            "m.relates_to": {"rel_type": "m.replace", "event_id": "$a"}});
        let Some(What::Edit { of, words }) = message(edit) else {
            panic!("an edit");
        };
        assert_eq!((of.as_str(), words.whole().as_str()), ("$a", "b"));
        for (top, content) in [
            (json!("$a"), json!({})),
            (Value::Null, json!({"redacts": "$a"})),
        ] {
            let event = json!({"type": "m.room.redaction", "event_id": "$1", "sender": "@a:x", "redacts": top, "content": content});
            let is = What::Redaction {
                of: "$a".to_owned(),
            };
            assert_eq!(Event::read(event).map(|event| event.what), Some(is));
        }
    }

    #[test]
    fn a_state_is_one_with_a_key_alone() {
        let event = |key: Value| json!({"type": "m.room.encryption", "event_id": "$1", "sender": "@eve:x", "state_key": key, "content": {}});
        assert_eq!(Event::read(event(Value::Null)), None);
        assert!(Event::read(event(json!(""))).is_some());
        let long = json!({"type": "m.reaction", "event_id": "$1", "sender": "@eve:x",
            "content": {"m.relates_to": {"event_id": "x".repeat(256), "key": "👍"}}});
        assert_eq!(Event::read(long), None);
    }

    #[test]
    fn a_thumb_is_one_whatever_its_skin() {
        for yes in ["👍", "👍\u{fe0f}", "👍🏽"] {
            assert_eq!(decision(yes), Some(true));
        }
        assert_eq!(decision("👎🏿"), Some(false));
        for none in ["", "👌", "👍👎", "👍👍", "yes"] {
            assert_eq!(decision(none), None, "{none}");
        }
    }

    #[test]
    fn a_quote_is_taken_off_and_nothing_else() {
        for (text, left) in [
            ("> <@a:x> b\n>\n> c\n\nyes\n> no", "yes\n> no"),
            ("> a\nyes", "> a\nyes"),
            ("> a", "> a"),
            ("yes", "yes"),
            ("", ""),
            ("\nyes", "\nyes"),
            (">\n\nyes", "yes"),
        ] {
            assert_eq!(unquoted(text), left, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_left_is_the_end_of_what_was_there(text in "(> |>|\n|a|ü){0,40}") {
            let left = unquoted(&text);
            prop_assert!(text.ends_with(left));
            let quoted = &text[..text.len() - left.len()];
            prop_assert!(quoted.lines().all(|line| line.is_empty() || line.starts_with('>')));
        }

        #[test]
        fn no_event_is_too_odd_to_be_passed_over(kind in "m\\.(room\\.(message|member|redaction)|reaction|sticker)",
                                                 body in "\\PC{0,20}", depth in 0_u8..4) {
            let odd = match depth {
                0 => json!(body),
                1 => json!([body]),
                2 => json!({"m.relates_to": body, "body": 7, "msgtype": body}),
                _ => json!({"m.relates_to": {"rel_type": "m.replace", "event_id": [body]}, "membership": null}),
            };
            Event::read(json!({"type": kind, "event_id": body, "sender": 5, "content": odd}));
        }
    }
}
