//! What Discord tells of messages and buttons, as a connector hears it.

use std::collections::BTreeMap;

use mesh_model::limits::LABEL_CHARS_MAX;
use serde_json::Value;

use super::words;
use crate::chat::{Heard, Id, Line, Press, Update};

/// The bot itself.
#[derive(Debug, Clone)]
pub(super) struct Me {
    pub id: String,
    pub name: String,
}

/// The kinds of messages that people write: plain ones, and answers.
const WRITTEN: [u64; 2] = [0, 19];
/// A reference that is no answer: somebody else's message, passed on.
const PASSED_ON: u64 = 1;

/// Events of the gateway. `None` if it is nothing for a connector.
pub(super) fn event(kind: &str, data: &Value, me: &Me) -> Vec<Update> {
    let chat = || Id::from(text(data, "channel_id"));
    match kind {
        "MESSAGE_CREATE" => written(data, me).into_iter().collect(),
        "MESSAGE_UPDATE" => changed(data, me).into_iter().collect(),
        "MESSAGE_DELETE" => vec![gone(chat(), text(data, "id"))],
        "MESSAGE_DELETE_BULK" => {
            let ids = data["ids"].as_array().into_iter().flatten();
            ids.filter_map(|id| id.as_str())
                .map(|id| gone(chat(), id))
                .collect()
        }
        "INTERACTION_CREATE" if data["type"] == 3 => vec![pressed(data)],
        _ => Vec::new(),
    }
}

/// A message, as the gateway or the channel's history has it.
pub(super) fn written(data: &Value, me: &Me) -> Option<Update> {
    let kind = data["type"].as_u64().unwrap_or_default();
    if text(&data["author"], "id") == me.id || !WRITTEN.contains(&kind) {
        return None;
    }
    let line = line(data, me);
    Some(Update {
        mark: line.message.clone(),
        offset: Some(line.message.clone()),
        heard: Some(Heard::Written(line)),
    })
}

fn changed(data: &Value, me: &Me) -> Option<Update> {
    let version = data["edited_timestamp"].as_str()?;
    // Without its author it tells of a preview, which is no change of anybody's.
    let author = data["author"]["id"].as_str()?;
    if author == me.id {
        return None;
    }
    let line = line(data, me);
    Some(Update {
        mark: format!("{}-edit-{version}", line.message).into(),
        offset: None,
        heard: Some(Heard::Edited(line)),
    })
}

fn gone(chat: Id, message: &str) -> Update {
    Update {
        mark: format!("{message}-gone").into(),
        offset: None,
        heard: Some(Heard::Gone {
            chat,
            message: message.into(),
            user: None,
        }),
    }
}

fn pressed(data: &Value) -> Update {
    let person = [&data["user"], &data["member"]["user"]];
    let user = person.iter().find_map(|user| user["id"].as_str());
    let id = text(data, "id");
    Update {
        mark: format!("press-{id}").into(),
        offset: None,
        heard: Some(Heard::Pressed(Press {
            id: id.to_owned(),
            chat: data["channel_id"].as_str().map(Id::from),
            message: data["message"]["id"].as_str().map(Id::from),
            user: user.unwrap_or_default().into(),
            data: text(&data["data"], "custom_id").to_owned(),
        })),
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// What somebody is called: by what it chose here, else for the service.
fn called(user: &Value) -> &str {
    let chosen = user["global_name"].as_str();
    chosen.unwrap_or_else(|| text(user, "username"))
}

fn line(data: &Value, me: &Me) -> Line {
    let author = &data["author"];
    let named = data["mentions"].as_array().into_iter().flatten();
    let names: BTreeMap<String, String> = named
        .map(|user| (text(user, "id").to_owned(), called(user).to_owned()))
        .collect();
    let words = words::read(text(data, "content"), &names, (&me.id, &me.name));
    let has = |what: &str| data[what].as_array().is_some_and(|all| !all.is_empty());
    let more = has("attachments") || has("sticker_items");
    let reference = &data["message_reference"];
    let passed_on = reference["type"] == PASSED_ON;
    let brought = match (words.as_str(), more) {
        ("", false) if passed_on => Some("(a message, not brought along)".to_owned()),
        ("", false) => None,
        ("", true) => Some("(a file, not brought along)".to_owned()),
        (words, false) => Some(words.to_owned()),
        (words, true) => Some(format!("(a file, not brought along)\n{words}")),
    };
    Line {
        chat: text(data, "channel_id").into(),
        message: text(data, "id").into(),
        private: data["guild_id"].is_null(),
        user: author["id"].as_str().map(Id::from),
        program: author["bot"] == true || !data["webhook_id"].is_null(),
        text: Some(words.clone()).filter(|words| !more && !words.is_empty()),
        words: brought,
        passed_on,
        answers: reference["message_id"]
            .as_str()
            .filter(|_| !passed_on)
            .map(Id::from),
        version: text(data, "edited_timestamp").to_owned(),
        sender: sender(data),
        ..Line::default()
    }
}

/// Who wrote it, as one name that says whose it is: what somebody is called can be chosen, its user name is its own.
fn sender(data: &Value) -> String {
    let author = &data["author"];
    let own = match text(author, "username") {
        "" => format!("(id {})", text(author, "id")),
        name => format!("(@{})", crate::text::name(name, 40)),
    };
    let shown = data["member"]["nick"].as_str();
    let shown = shown.unwrap_or_else(|| called(author));
    let room = LABEL_CHARS_MAX.saturating_sub(own.chars().count() + 1);
    format!("{} {own}", crate::text::name(shown, room))
        .trim()
        .to_owned()
}
