//! What Telegram's Bot API tells, as far as it is read here. Fields that are not known are passed over.

use mesh_model::limits::LABEL_CHARS_MAX;
use serde::Deserialize;

use crate::chat::{Heard, Id, Line, Press};

/// The bot itself.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Me {
    pub id: i64,
    #[serde(default)]
    pub username: String,
    /// Whether it is shown all that is written in groups.
    #[serde(default)]
    pub can_read_all_group_messages: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WebhookInfo {
    #[serde(default)]
    pub url: String,
}

/// Something that happened there.
#[derive(Debug, Deserialize)]
pub(crate) struct Update {
    pub update_id: i64,
    pub message: Option<Message>,
    pub edited_message: Option<Message>,
    pub callback_query: Option<Pressed>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Message {
    pub message_id: i64,
    pub from: Option<User>,
    /// Who wrote in a group's or channel's name.
    pub sender_chat: Option<Chat>,
    pub chat: Chat,
    pub text: Option<String>,
    /// Words below a picture or file.
    pub caption: Option<String>,
    pub edit_date: Option<i64>,
    pub reply_to_message: Option<Box<Message>>,
    /// Whose words they are, if they were passed on.
    forward_origin: Option<serde::de::IgnoredAny>,
    /// The program that wrote them, if one was asked to.
    via_bot: Option<serde::de::IgnoredAny>,
    /// The group has another id from here on.
    pub migrate_to_chat_id: Option<i64>,
    #[serde(flatten)]
    pub rest: Rest,
}

/// What is not taken along.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Rest {
    photo: Option<serde::de::IgnoredAny>,
    video: Option<serde::de::IgnoredAny>,
    voice: Option<serde::de::IgnoredAny>,
    audio: Option<serde::de::IgnoredAny>,
    document: Option<serde::de::IgnoredAny>,
    sticker: Option<serde::de::IgnoredAny>,
    location: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct User {
    pub id: i64,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default)]
    pub first_name: String,
    #[serde(default)]
    pub last_name: String,
    #[serde(default)]
    pub username: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Chat {
    pub id: i64,
    #[serde(rename = "type", default)]
    pub kind: String,
    #[serde(default)]
    pub title: String,
}

/// A button was pressed.
#[derive(Debug, Deserialize)]
pub(crate) struct Pressed {
    pub id: String,
    pub from: User,
    pub message: Option<PressedAt>,
    #[serde(default)]
    pub data: String,
}

/// The message that the button belongs to; of old ones nothing more is told.
#[derive(Debug, Deserialize)]
pub(crate) struct PressedAt {
    pub message_id: i64,
    pub chat: Chat,
}

/// What was sent.
#[derive(Debug, Deserialize)]
pub(crate) struct Sent {
    pub message_id: i64,
}

/// An answer of the Bot API.
#[derive(Debug, Deserialize)]
pub(crate) struct Reply<T> {
    pub ok: bool,
    pub result: Option<T>,
    pub error_code: Option<u16>,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub parameters: Parameters,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Parameters {
    pub retry_after: Option<u64>,
    pub migrate_to_chat_id: Option<i64>,
}

impl Update {
    /// What it is for a connector.
    pub fn heard(self) -> Option<Heard> {
        if let Some(pressed) = self.callback_query {
            return Some(Heard::Pressed(pressed.press()));
        }
        if let Some(message) = self.message {
            let chat = message.chat.id.into();
            return Some(match message.migrate_to_chat_id {
                Some(to) => Heard::Moved {
                    chat,
                    to: to.into(),
                },
                None => Heard::Written(message.line()),
            });
        }
        self.edited_message
            .map(|edited| Heard::Edited(edited.line()))
    }
}

impl Pressed {
    fn press(self) -> Press {
        Press {
            id: self.id,
            chat: self.message.as_ref().map(|at| at.chat.id.into()),
            message: self.message.map(|at| at.message_id.into()),
            user: self.from.id.into(),
            data: self.data,
        }
    }
}

impl Message {
    fn line(&self) -> Line {
        // Whoever writes in the group's own name is shown as a program of Telegram's.
        let program = self.from.as_ref().is_some_and(|from| from.is_bot);
        let answered = self.reply_to_message.as_ref();
        Line {
            chat: self.chat.id.into(),
            message: self.message_id.into(),
            private: self.chat.kind == "private",
            user: self.from.as_ref().map(|from| from.id.into()),
            program: program && self.sender_chat.is_none(),
            text: self.text.clone(),
            words: self.words(),
            passed_on: self.is_passed_on(),
            answers: answered.map(|answered| Id::from(answered.message_id)),
            version: self.edit_date.unwrap_or_default().to_string(),
            sender: self.sender(LABEL_CHARS_MAX),
            ..Line::default()
        }
    }

    /// Whether the words are somebody else's than whoever sent them.
    pub fn is_passed_on(&self) -> bool {
        self.forward_origin.is_some() || self.via_bot.is_some()
    }

    /// What was written, if anything, and what else is there that is not taken along.
    pub fn words(&self) -> Option<String> {
        let words = self.text.as_ref().or(self.caption.as_ref());
        match (words, self.rest.what()) {
            (None, None) => None,
            (Some(words), None) => Some(words.clone()),
            (None, Some(what)) => Some(format!("({what}, not brought along)")),
            (Some(words), Some(what)) => Some(format!("({what}, not brought along)\n{words}")),
        }
    }

    /// Who wrote it, as one name that says whose it is: names can be chosen, user names and numbers are one's own.
    pub fn sender(&self, most: usize) -> String {
        let (shown, own) = match (&self.sender_chat, &self.from) {
            (Some(chat), _) => (chat.title.clone(), format!("(chat {})", chat.id)),
            (None, Some(user)) => {
                let own = match user.username.as_str() {
                    "" => format!("(id {})", user.id),
                    name => format!("(@{})", crate::text::name(name, 40)),
                };
                (format!("{} {}", user.first_name, user.last_name), own)
            }
            (None, None) => (String::new(), "(nobody)".to_owned()),
        };
        let room = most.saturating_sub(own.chars().count() + 1);
        format!("{} {own}", crate::text::name(&shown, room))
            .trim()
            .to_owned()
    }
}

impl Rest {
    fn what(&self) -> Option<&'static str> {
        let kinds = [
            (&self.photo, "a picture"),
            (&self.video, "a video"),
            (&self.voice, "a voice message"),
            (&self.audio, "a piece of audio"),
            (&self.document, "a file"),
            (&self.sticker, "a sticker"),
            (&self.location, "a place"),
        ];
        let found = kinds.iter().find(|(there, _)| there.is_some());
        found.map(|(_, what)| *what)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(fields: serde_json::Value) -> Message {
        let mut all = json!({"message_id": 1, "chat": {"id": -5, "type": "supergroup"}, "date": 1});
        all.as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn what_is_not_taken_along_is_named() {
        let photo = json!([{"file_id": "x"}]);
        for (fields, words) in [
            (json!({"text": "hello"}), Some("hello")),
            (
                json!({"photo": photo, "caption": "look"}),
                Some("(a picture, not brought along)\nlook"),
            ),
            (
                json!({"sticker": {"emoji": "x"}}),
                Some("(a sticker, not brought along)"),
            ),
            (json!({"new_chat_title": "x"}), None),
        ] {
            assert_eq!(message(fields).words().as_deref(), words);
        }
    }

    #[test]
    fn a_sender_is_told_with_what_is_its_own() {
        let hostile = json!({"from": {"id": 7, "is_bot": false,
            "first_name": "owner\n\u{202e}@mesh".to_owned() + &"x".repeat(200), "username": "eve"}});
        let sender = message(hostile).sender(80);
        assert!(
            sender.starts_with("owner @meshxxx") && sender.ends_with(" (@eve)"),
            "{sender}"
        );
        assert_eq!(sender.chars().count(), 80);
        let nameless = message(json!({"from": {"id": 7, "first_name": "\u{200b}"}}));
        assert_eq!(nameless.sender(80), "(id 7)");
        let group = message(
            json!({"from": {"id": 1, "is_bot": true, "first_name": "Group"},
            "sender_chat": {"id": -5, "title": "Ops", "type": "supergroup"}}),
        );
        assert_eq!(group.sender(80), "Ops (chat -5)");
    }
}
