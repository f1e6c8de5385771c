//! What Slack tells of messages and buttons, as a connector hears it.

use std::collections::BTreeMap;

use mesh_model::limits::LABEL_CHARS_MAX;
use serde_json::Value;

use super::words;
use crate::chat::{Heard, Id, Line, Press};

/// The program itself.
#[derive(Debug, Clone)]
pub(super) struct Me {
    pub team: String,
    pub user: String,
    pub bot: String,
    pub name: String,
}

/// A message there: its own time stamp, and that of the one that its thread hangs on if it is another.
pub(super) fn id_of(ts: &str, thread: Option<&str>) -> Id {
    match thread.filter(|thread| *thread != ts) {
        Some(thread) => format!("{ts}@{thread}").into(),
        None => ts.into(),
    }
}

/// Its time stamp.
pub(super) fn ts_of(id: &Id) -> &str {
    let id = id.as_str();
    id.split_once('@').map_or(id, |(ts, _)| ts)
}

/// The message that its thread hangs on, if it is in one.
pub(super) fn thread_of(id: &Id) -> Option<&str> {
    id.as_str().split_once('@').map(|(_, thread)| thread)
}

/// Whose names are asked for because of one message, at most; others are shown by their ids.
const NAMED_MAX: usize = 20;

/// What is read of an event before anybody's name is known.
#[derive(Debug)]
pub(super) struct Read {
    /// The same whenever it comes again.
    pub mark: Id,
    /// Up to where it is read, if it is a message of its own.
    pub at: Option<(Id, String)>,
    pub what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Nothing,
    Heard(Box<Heard>),
    /// A message whose words and author have no names yet, and whether it was changed.
    Words(Box<Line>, bool),
}

impl Read {
    fn nothing(mark: String) -> Read {
        Read {
            mark: mark.into(),
            at: None,
            what: What::Nothing,
        }
    }
}

/// An event of the Events API, or a message of a conversation's history. `channel` and `private` are told where the message
/// itself does not.
pub(super) fn message(event: &Value, channel: &str, private: bool, me: &Me) -> Read {
    let ts = text(event, "ts");
    match event["subtype"].as_str() {
        Some("message_changed") => changed(event, channel, private, me),
        Some("message_deleted") => {
            let gone = text(event, "deleted_ts");
            ended(channel, gone, &event["previous_message"], me)
        }
        None | Some("file_share" | "me_message" | "thread_broadcast" | "bot_message") => {
            let mark = format!("{channel}-{ts}");
            if is_own(event, me) || ts.is_empty() {
                return Read::nothing(mark);
            }
            Read {
                mark: mark.into(),
                at: Some((channel.into(), ts.to_owned())),
                what: What::Words(Box::new(line(event, channel, private)), false),
            }
        }
        // Somebody came or went, a topic was set: nobody's words.
        Some(_) => Read::nothing(format!("{channel}-{ts}")),
    }
}

fn changed(event: &Value, channel: &str, private: bool, me: &Me) -> Read {
    let (now, before) = (&event["message"], &event["previous_message"]);
    let ts = text(now, "ts");
    // What others hung on it stays, so it is left as a stone that says nothing.
    if now["subtype"] == "tombstone" {
        return ended(channel, ts, before, me);
    }
    let edited = text(&now["edited"], "ts");
    let mark = format!("{channel}-{ts}-edit-{edited}");
    // A preview that was added is no change of anybody's.
    let same = edited.is_empty() || before["edited"]["ts"] == edited;
    if same || is_own(now, me) {
        return Read::nothing(mark);
    }
    Read {
        mark: mark.into(),
        at: None,
        what: What::Words(Box::new(line(now, channel, private)), true),
    }
}

fn ended(channel: &str, ts: &str, before: &Value, me: &Me) -> Read {
    let mark = format!("{channel}-{ts}-gone");
    if is_own(before, me) {
        return Read::nothing(mark);
    }
    Read {
        mark: mark.into(),
        at: None,
        what: What::Heard(Box::new(Heard::Gone {
            chat: channel.into(),
            message: id_of(ts, before["thread_ts"].as_str()),
            user: before["user"].as_str().map(Id::from),
        })),
    }
}

/// A button was pressed.
pub(super) fn pressed(payload: &Value) -> Read {
    let action = &payload["actions"][0];
    let container = &payload["container"];
    let ts = text(container, "message_ts");
    let thread = container["thread_ts"]
        .as_str()
        .or(payload["message"]["thread_ts"].as_str());
    let id = format!("{ts}-{}", text(action, "action_ts"));
    let chat = container["channel_id"]
        .as_str()
        .or(payload["channel"]["id"].as_str());
    Read {
        mark: format!("press-{id}").into(),
        at: None,
        what: What::Heard(Box::new(Heard::Pressed(Press {
            id,
            chat: chat.map(Id::from),
            message: (!ts.is_empty()).then(|| id_of(ts, thread)),
            user: text(&payload["user"], "id").into(),
            data: text(action, "value").to_owned(),
        }))),
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn is_own(message: &Value, me: &Me) -> bool {
    text(message, "user") == me.user || text(message, "bot_id") == me.bot
}

/// The message, its words as Slack has them.
fn line(message: &Value, channel: &str, private: bool) -> Line {
    let ts = text(message, "ts");
    let thread = message["thread_ts"].as_str();
    let words = text(message, "text");
    let files = message["files"].as_array().map_or(0, Vec::len);
    let passed_on = message["attachments"].as_array().is_some_and(|all| {
        let shared = |one: &Value| one["is_share"] == true;
        all.iter().any(shared)
    });
    let brought = match (words, files) {
        ("", 0) => None,
        (words, 0) => Some(words.to_owned()),
        ("", _) => Some("(a file, not brought along)".to_owned()),
        (words, _) => Some(format!("(a file, not brought along)\n{words}")),
    };
    let program = message["bot_id"].is_string() || message["subtype"] == "bot_message";
    Line {
        chat: channel.into(),
        message: id_of(ts, thread),
        private,
        user: message["user"].as_str().map(Id::from),
        program,
        text: Some(words.to_owned()).filter(|words| files == 0 && !words.is_empty()),
        words: brought,
        passed_on,
        answers: thread.filter(|thread| *thread != ts).map(Id::from),
        version: text(&message["edited"], "ts").to_owned(),
        ..Line::default()
    }
}

/// The users whose names a message needs.
pub(super) fn needs(line: &Line) -> Vec<String> {
    let words = line.words.as_deref().unwrap_or_default();
    let named = words::named(words).into_iter().map(str::to_owned);
    let author = line.user.iter().map(|user| user.as_str().to_owned());
    author.chain(named.take(NAMED_MAX)).collect()
}

/// The message as people read it.
pub(super) fn told(mut line: Line, names: &BTreeMap<String, String>, me: &Me) -> Line {
    let read = |text: String| words::read(&text, names, (&me.user, &me.name));
    line.text = line.text.map(read);
    line.words = line.words.map(read);
    let user = line.user.as_ref().map_or("nobody", Id::as_str);
    // Names can be chosen; what stands behind it cannot.
    let own = format!("(id {user})");
    let shown = names.get(user).map(String::as_str).unwrap_or_default();
    let room = LABEL_CHARS_MAX.saturating_sub(own.chars().count() + 1);
    line.sender = format!("{} {own}", crate::text::name(shown, room))
        .trim()
        .to_owned();
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn me() -> Me {
        Me {
            team: "T1".to_owned(),
            user: "UB".to_owned(),
            bot: "B1".to_owned(),
            name: "mesh".to_owned(),
        }
    }

    fn written(event: Value) -> Option<Line> {
        match message(&event, "C1", false, &me()).what {
            What::Words(line, _) => Some(*line),
            _ => None,
        }
    }

    #[test]
    fn words_of_people_are_heard_and_what_is_none_is_not() {
        let line = written(
            json!({"type": "message", "user": "U1", "text": "hi", "ts": "5.1",
            "thread_ts": "4.1"}),
        )
        .unwrap();
        assert_eq!(line.message.as_str(), "5.1@4.1");
        assert_eq!(line.answers, Some("4.1".into()));
        assert_eq!(
            (ts_of(&line.message), thread_of(&line.message)),
            ("5.1", Some("4.1"))
        );
        let root = written(json!({"user": "U1", "text": "hi", "ts": "4.1", "thread_ts": "4.1"}));
        assert_eq!(root.unwrap().message.as_str(), "4.1");
        assert!(
            written(json!({"user": "U1", "text": "x", "ts": "5", "bot_id": "B2"}))
                .unwrap()
                .program
        );
        for nothing in [
            json!({"user": "UB", "text": "hi", "ts": "5.1"}),
            json!({"bot_id": "B1", "text": "hi", "ts": "5.1", "subtype": "bot_message"}),
            json!({"user": "U1", "text": "joined", "ts": "5.1", "subtype": "channel_join"}),
        ] {
            assert!(written(nothing.clone()).is_none(), "{nothing}");
        }
        let file = written(
            json!({"user": "U1", "text": "look", "ts": "5.1", "subtype": "file_share",
            "files": [{"id": "F1"}]}),
        )
        .unwrap();
        assert_eq!(file.text, None);
        assert_eq!(
            file.words.as_deref(),
            Some("(a file, not brought along)\nlook")
        );
    }

    #[test]
    fn a_preview_is_no_change_and_a_stone_is_an_end() {
        let of = |now: Value, before: Value| {
            let event =
                json!({"subtype": "message_changed", "message": now, "previous_message": before});
            message(&event, "C1", false, &me())
        };
        let before = json!({"user": "U1", "text": "a", "ts": "5.1"});
        let preview = of(
            json!({"user": "U1", "text": "a", "ts": "5.1"}),
            before.clone(),
        );
        assert!(matches!(preview.what, What::Nothing));
        let now = json!({"user": "U1", "text": "b", "ts": "5.1", "edited": {"ts": "6.0"}});
        let edit = of(now, before.clone());
        assert_eq!(edit.mark.as_str(), "C1-5.1-edit-6.0");
        assert!(matches!(edit.what, What::Words(line, true) if line.version == "6.0"));
        let stone = of(
            json!({"subtype": "tombstone", "user": "USLACKBOT", "ts": "5.1"}),
            before,
        );
        assert!(matches!(stone.what, What::Heard(heard) if matches!(*heard, Heard::Gone { .. })));
    }

    #[test]
    fn a_sender_is_told_with_what_is_its_own() {
        let line = written(json!({"user": "U1", "text": "<@U1>", "ts": "5"})).unwrap();
        let names = [(
            "U1".to_owned(),
            format!("owner\n\u{202e}@mesh{}", "x".repeat(200)),
        )];
        let line = told(line, &names.into(), &me());
        assert!(line.sender.starts_with("owner @meshxxx") && line.sender.ends_with(" (id U1)"));
        assert_eq!(line.sender.chars().count(), LABEL_CHARS_MAX);
    }
}
